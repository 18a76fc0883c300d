"""The official tushare package, unchanged, asking the program and its source the same questions."""

import contextlib
import io
import unittest
import warnings

import numpy
import pandas
import tushare
from pandas.testing import assert_frame_equal

from program import Program

CLOCK = "2024-06-28T23:30:00+08:00"
FIRST, LAST = "20240102", "20240628"
PRICES = ["open", "high", "low", "close"]
DERIVED = ["pre_close", "change", "pct_chg"]


def sdk(url: str, token: str = "any"):
    pro = tushare.pro_api(token)
    pro._DataApi__http_url = url
    return pro


class SdkTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", FutureWarning)  # pro_bar uses fillna(method=)
        cls.program = Program(CLOCK, "--codes", "40")
        cls.addClassCleanup(cls.program.stop)
        cls.program.collect("trade_cal", "stock_basic", "namechange")
        cls.program.collect("daily", "adj_factor", "weekly", "monthly", "daily_basic", "moneyflow",
                            "limit_list_d", "stk_limit", "suspend_d", "--from", FIRST, "--to", LAST)
        cls.program.collect("income_vip", "fina_indicator", "--from", "20200101", "--to", LAST)
        url = cls.program.serve()
        cls.ours = sdk(url)
        cls.theirs = sdk(cls.program.sim.url)
        listed = cls.ours.stock_basic(fields="ts_code")["ts_code"]
        factors = cls.ours.adj_factor(start_date=FIRST, end_date=LAST)
        changed = factors.groupby("ts_code")["adj_factor"].nunique()
        cls.adjusted = sorted(changed[changed > 1].index)
        cls.code = cls.adjusted[0]
        cls.unadjusted = sorted(set(listed) - set(cls.adjusted))[0]

    def same(self, api: str, by_code=False, **question) -> pandas.DataFrame:
        """Columns, their order and types, rows, their order and values. `by_code`: the order within
        each code only; the source promises none among the codes of one period."""
        theirs = self.theirs.query(api, **question)
        ours = self.ours.query(api, **question)
        self.assertFalse(theirs.empty, f"{api} {question}: the source has nothing to compare")
        if by_code:
            ours, theirs = (frame.sort_values("ts_code", kind="stable", ignore_index=True)
                            for frame in (ours, theirs))
        assert_frame_equal(ours, theirs, check_exact=True, obj=f"{api} {question}")
        return ours

    def test_one_code_newest_first(self):
        for api in ("daily", "adj_factor", "weekly", "monthly", "daily_basic", "moneyflow",
                    "stk_limit"):
            with self.subTest(api=api):
                frame = self.same(api, ts_code=self.code, start_date=FIRST, end_date=LAST)
                self.assertTrue(frame["trade_date"].is_monotonic_decreasing)

    def test_one_day_of_the_market(self):
        for api in ("daily", "adj_factor", "daily_basic", "moneyflow", "stk_limit", "weekly",
                    "monthly"):
            with self.subTest(api=api):
                self.same(api, trade_date=LAST)

    def test_lists_of_events(self):
        with self.subTest(api="limit_list_d"):
            self.same("limit_list_d", start_date="20240501", end_date=LAST)
        with self.subTest(api="suspend_d"):
            self.same("suspend_d", start_date=FIRST, end_date=LAST)
        with self.subTest(api="namechange"):
            self.same("namechange", ts_code=self.code)

    def test_statements_by_period_and_by_code(self):
        for api in ("income_vip", "fina_indicator_vip"):
            with self.subTest(api=api, by="period"):
                self.same(api, by_code=True, period="20231231")
            with self.subTest(api=api, by="code"):
                self.same(api, ts_code=self.code, start_date="20220101", end_date=LAST)
        with self.subTest(api="income", by="code"):
            self.same("income", ts_code=self.code, start_date="20220101", end_date=LAST)

    def test_calendar_and_stock_list(self):
        self.same("trade_cal", start_date=FIRST, end_date=LAST)
        self.same("trade_cal", exchange="SZSE", start_date=FIRST, end_date=LAST, is_open="1")
        self.same("stock_basic")
        self.same("stock_basic", exchange="SSE", list_status="L")

    def test_a_subset_of_fields_in_the_order_asked(self):
        frame = self.same("daily", trade_date=LAST, fields="close,ts_code,vol")
        self.assertEqual(list(frame.columns), ["close", "ts_code", "vol"])

    def test_several_codes(self):
        self.same("daily", ts_code=f"{self.code},{self.unadjusted}", start_date=FIRST,
                  end_date=LAST)

    def test_limit_and_offset_walk_the_same_rows(self):
        question = {"ts_code": self.code, "start_date": FIRST, "end_date": LAST}
        whole = self.ours.daily(**question)
        pages = [self.same("daily", limit=17, offset=at, **question)
                 for at in range(0, len(whole), 17)]
        assert_frame_equal(pandas.concat(pages, ignore_index=True), whole, check_exact=True)

    def test_an_empty_answer_keeps_its_columns(self):
        for pro in (self.ours, self.theirs):
            frame = pro.daily(trade_date="20240629")
            self.assertTrue(frame.empty)
            self.assertEqual(list(frame.columns), list(self.ours.daily(trade_date=LAST).columns))

    def test_refusals_are_the_sources_words(self):
        for api, question in (("no_such_interface", {}), ("pro_bar", {"ts_code": self.code}),
                              ("daily", {"trade_date": "20240231"}), ("cyq_chips", {})):
            with self.subTest(api=api):
                said = []
                for pro in (self.ours, self.theirs):
                    with self.assertRaises(Exception) as refused:
                        pro.query(api, **question)
                    said.append(str(refused.exception))
                self.assertEqual(said[0], said[1])

    def bars(self, code: str, freq: str, adj) -> tuple[pandas.DataFrame, pandas.DataFrame]:
        """pro_bar against the program, and /v1/bars, both oldest first."""
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            theirs = tushare.pro_bar(ts_code=code, api=self.ours, start_date=FIRST, end_date=LAST,
                                     freq=freq, adj=adj, adjfactor=adj is not None)
        self.assertEqual(printed.getvalue(), "")
        data = self.program.get(f"/v1/bars/{code}", start=FIRST, end=LAST, freq=freq,
                                adj=adj or "none")["data"]
        ours = pandas.DataFrame(data["items"], columns=data["fields"])
        return theirs[::-1].reset_index(drop=True), ours

    def compare_bars(self, code: str, freq: str, adj):
        theirs, ours = self.bars(code, freq, adj)
        self.assertGreater(len(theirs), 4)
        self.assertEqual(list(ours["trade_date"].str.replace("-", "")), list(theirs["trade_date"]))
        exact = PRICES + (DERIVED + ["adj_factor"] if adj else [])
        for column in exact:
            self.assertEqual(list(ours[column]), list(theirs[column].astype(float)), column)
        # Shares against lots; yuan against thousands of them (daily) or yuan (weekly, monthly).
        numpy.testing.assert_allclose(ours["vol"], theirs["vol"] * 100, rtol=1e-9)
        yuan = theirs["amount"] * (1000 if freq == "D" else 1)
        numpy.testing.assert_allclose(ours["amount"], yuan, rtol=1e-9)

    def test_pro_bar_gives_the_numbers_of_v1_bars(self):
        for freq in "DWM":
            for adj in (None, "qfq", "hfq"):
                for code in (*self.adjusted, self.unadjusted):
                    with self.subTest(code=code, freq=freq, adj=adj):
                        self.compare_bars(code, freq, adj)

    def test_pro_bar_with_averages_and_turnover(self):
        frames = [tushare.pro_bar(ts_code=self.code, api=pro, start_date=FIRST, end_date=LAST,
                                  adj="qfq", ma=[5, 20], factors=["tor", "vr"])
                  for pro in (self.ours, self.theirs)]
        self.assertIn("ma20", frames[0].columns)
        self.assertIn("turnover_rate", frames[0].columns)
        assert_frame_equal(*frames, check_exact=True)


class TokenTest(unittest.TestCase):
    def test_a_wrong_token_is_refused_in_the_sources_words(self):
        sim = Program(CLOCK, "--codes", "5", "--token", "right")
        self.addCleanup(sim.stop)
        self.assertFalse(sdk(sim.sim.url, "right").stock_basic().empty)
        with self.assertRaisesRegex(Exception, "您的token不对，请确认。"):
            sdk(sim.sim.url, "wrong").stock_basic()
        refused = sim.run("collect", "stock_basic")
        self.assertEqual(refused.returncode, 4, refused.stderr)


if __name__ == "__main__":
    unittest.main()
