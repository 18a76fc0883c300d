"""Published market data through source, gate, journal, store and both endpoints, cell by cell."""

import csv
import io
import re
import tempfile
import unittest
import urllib.parse
import urllib.request
from pathlib import Path

import real_files
from program import Program

SHOWN = 10
PRICES = ("open", "high", "low", "close")


def day(text: str) -> str:
    return text.replace("-", "")


def equal(found, expected: str) -> bool:
    """A cell as answered (JSON value or CSV text) against the published text."""
    if expected == "" or found in ("", None):
        return found in ("", None) and expected == ""
    if str(found) == expected:
        return True
    try:
        return float(found) == float(expected)
    except ValueError:
        return day(str(found)) == day(expected)


class RealDataCase(unittest.TestCase):
    """A directory of files served as the source, collected and compared."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="kanpan-files-")
        self.addCleanup(directory.cleanup)
        self.files = Path(directory.name)

    def begin(self, clock: str):
        self.program = Program(clock, "--csv", str(self.files))
        self.addCleanup(self.program.stop)

    def rest_rows(self, table: str, **question) -> list[dict]:
        query = urllib.parse.urlencode({"units": "source", "format": "csv", **question})
        url = f"{self.program.server.url}/v1/tables/{table}/rows?{query}"
        with urllib.request.urlopen(url, timeout=120) as answer:
            return list(csv.DictReader(io.TextIOWrapper(answer, "utf-8")))

    def endpoint_rows(self, table: str, columns: list[str], **question) -> list[dict]:
        data = self.program.ask(table, ",".join(columns), **question)
        return [dict(zip(data["fields"], item)) for item in data["items"]]

    def compare(self, table: str, expected: list[dict], key: list[str], **equal_to):
        """Every published row and cell is answered by both endpoints, and nothing else is."""
        filters = {f"filter[{name}]": f"eq.{value}" for name, value in equal_to.items()}
        known = self.rest_rows(table, limit=1, **filters)[0]
        columns = [column for column in expected[0] if column in known]
        answers = {"REST": self.rest_rows(table, fields=",".join(columns), **filters),
                   "Tushare endpoint": self.endpoint_rows(table, columns, **equal_to)}

        def at(row):
            return tuple(day(str(row[name])) for name in key)

        wanted = {at(row): row for row in expected}
        for endpoint, rows in answers.items():
            found = {at(row): row for row in rows}
            self.assertEqual(len(found), len(rows), f"{table} by {endpoint}: a key comes twice")
            self.assertEqual(sorted(wanted.keys() - found.keys())[:SHOWN], [],
                             f"{table} by {endpoint}: published rows are missing")
            self.assertEqual(sorted(found.keys() - wanted.keys())[:SHOWN], [],
                             f"{table} by {endpoint}: rows nobody published")
            wrong = [(which, name, found[which][name], row[name])
                     for which, row in wanted.items() for name in columns
                     if not equal(found[which][name], row[name])]
            self.assertEqual(wrong[:SHOWN], [], f"{table} by {endpoint}: {len(wrong)} cells differ")

    def collect(self, table: str, *window: str) -> int:
        """How many rows the gate held back."""
        said = self.program.collect(table, *window, allowed=(0, 5))
        summary = re.search(r"(\d+) refused, (\d+) failed, .* (\d+) rows held back", said)
        self.assertIsNotNone(summary, said)
        self.assertEqual(summary.group(1, 2), ("0", "0"), said)
        return int(summary.group(3))


class WholeMarketDays(RealDataCase):
    """Single days of the whole market in Tushare's own columns."""

    def test_two_days_of_four_tables(self):
        folder = "henrylin99+stock_web_app/derived"
        tables = {}
        for table in ("daily", "daily_basic", "moneyflow", "stk_factor"):
            rows = [row for date in ("20260320", "20260401")
                    for row in real_files.read(f"{folder}/{table}_{date}.csv.gz")]
            tables[table] = real_files.write(self.files / f"{table}.csv", rows)
        # The publisher lists suspended shares with zeroes, which no traded price is.
        suspended = {(row["ts_code"], row["trade_date"]) for row in tables["daily"]
                     if float(row["open"]) == 0}
        self.begin("2026-04-01T23:30:00+08:00")
        held = {table: self.collect(table, "--from", "20260320", "--to", "20260401")
                for table in tables}
        self.program.serve()
        for table, rows in tables.items():
            with self.subTest(table=table):
                left = rows
                if table != "moneyflow":
                    left = [row for row in rows
                            if (row["ts_code"], row["trade_date"]) not in suspended]
                self.assertEqual(held[table], len(rows) - len(left))
                self.compare(table, left, ["ts_code", "trade_date"])

    def test_eight_tables_of_one_publisher(self):
        folder = "Yourdaylight+stock_datasource/src/stock_datasource"
        tables = {name: f"plugins/tushare_{name}/latest_data.csv.gz"
                  for name in ("daily", "daily_basic", "adj_factor", "stk_limit", "suspend_d",
                               "stock_basic")}
        tables["fina_indicator"] = "plugins/tushare_finace_indicator/latest_data.csv.gz"
        tables["trade_cal"] = "config/trade_calendar.csv.gz"
        keys = {"stock_basic": ["ts_code"], "trade_cal": ["cal_date"],
                "fina_indicator": ["ts_code", "end_date", "ann_date"],
                "suspend_d": ["ts_code", "trade_date", "suspend_type"]}
        narrowed = {"trade_cal": {"exchange": "SSE"}}
        rows = {table: real_files.write(self.files / f"{table}.csv",
                                        real_files.read(f"{folder}/{file}"))
                for table, file in tables.items()}
        narrowed["fina_indicator"] = {"ts_code": rows["fina_indicator"][0]["ts_code"]}
        self.begin("2025-12-19T23:30:00+08:00")
        self.collect("trade_cal")
        self.collect("stock_basic")
        # One report comes twice, the second time with fewer cells: the fuller one is kept.
        fuller = {}
        for row in sorted(rows["fina_indicator"], key=lambda row: sum(map(bool, row.values()))):
            fuller[row["end_date"]] = row
        self.assertLess(len(fuller), len(rows["fina_indicator"]))
        rows["fina_indicator"] = list(fuller.values())
        for table in tables.keys() - {"trade_cal", "stock_basic"}:
            first = "20240101" if table == "fina_indicator" else "20251218"
            self.assertEqual(self.collect(table, "--from", first, "--to", "20251219"), 0, table)
        self.program.serve()
        for table in tables:
            with self.subTest(table=table):
                self.compare(table, rows[table], keys.get(table, ["ts_code", "trade_date"]),
                             **narrowed.get(table, {}))


class PublishedAdjustment(RealDataCase):
    """/v1/bars against adjusted series that others published; they round later than to cents."""

    HALF_CENT = 0.005 + 1e-6

    def bars(self, code: str, **question) -> dict[str, dict]:
        data = self.program.get(f"/v1/bars/{code}", **question)["data"]
        rows = [dict(zip(data["fields"], item)) for item in data["items"]]
        return {day(row["trade_date"]): row for row in rows}

    def compare_prices(self, code: str, found: dict, expected: dict[str, dict], scale=1.0,
                       slack=HALF_CENT):
        """`expected`: by day, prices; each times `scale` is the bar's, but for its rounding."""
        self.assertEqual(found.keys(), expected.keys(), code)
        wrong = [(code, at, price, found[at][price], float(row[price]) * scale)
                 for at, row in expected.items() for price in PRICES
                 if abs(found[at][price] - float(row[price]) * scale) > slack]
        self.assertEqual(wrong[:SHOWN], [], f"{code}: {len(wrong)} prices differ")

    def serve_daily(self, daily: list[dict], factors: list[dict], clock: str):
        real_files.write(self.files / "daily.csv", daily)
        real_files.write(self.files / "adj_factor.csv", factors,
                         ["ts_code", "trade_date", "adj_factor"])
        days = sorted({day(row["trade_date"]) for row in daily})
        self.begin(clock)
        for table in ("daily", "adj_factor"):
            self.assertEqual(self.collect(table, "--from", days[0], "--to", days[-1]), 0, table)
        self.program.serve()
        return {"start": days[0], "end": days[-1]}

    def test_stk_factor_of_a_year(self):
        """All of stk_factor cell by cell; its factors give its own adjusted prices by /v1/bars."""
        rows = real_files.read("yhhe2004+QuantSandbox/data/by_stock_2of3.csv.zst", {
            "股票代码": "ts_code", "交易日期": "trade_date", "开盘价": "open", "最高价": "high",
            "最低价": "low", "收盘价": "close", "昨收价": "pre_close", "涨跌额": "change",
            "涨跌幅": "pct_chg", "成交量(手)": "vol", "成交额(千元)": "amount",
            "复权因子": "adj_factor", "收盘价后复权": "close_hfq", "开盘价后复权": "open_hfq",
            "最高价后复权": "high_hfq", "最低价后复权": "low_hfq", "收盘价前复权": "close_qfq",
            "开盘价前复权": "open_qfq", "最高价前复权": "high_qfq", "最低价前复权": "low_qfq"})
        chosen = set(sorted({row["ts_code"] for row in rows})[::8])
        rows = [row for row in rows if row["ts_code"] in chosen]
        window = self.serve_daily(rows, rows, "2024-12-31T23:30:00+08:00")
        self.compare("daily", rows, ["ts_code", "trade_date"])
        by_code = {}
        for row in rows:
            by_code.setdefault(row["ts_code"], {})[day(row["trade_date"])] = row
        for code, days in by_code.items():
            last = days[max(days)]
            for adj in ("hfq", "qfq"):
                with self.subTest(code=code, adj=adj):
                    # Published qfq stands on a later factor: the same series, times a constant.
                    scale = 1.0
                    if adj == "qfq":
                        scale = float(last["close"]) / float(last["close_qfq"])
                    published = {at: {p: row[f"{p}_{adj}"] for p in PRICES}
                                 for at, row in days.items()}
                    # The published qfq has five decimals: 5e-6, scaled and relative to the last.
                    slack = self.HALF_CENT + (0 if adj == "hfq" else 2e-5 * scale * max(
                        1.0, max(float(r["close"]) for r in days.values()) / float(last["close"])))
                    self.compare_prices(code, self.bars(code, adj=adj, **window), published, scale,
                                        slack)

    def test_pro_bar_triples(self):
        """Unadjusted, hfq and qfq bars of one share as pro_bar gave them over eight years."""
        folder = "Jared-ZDC+stockanalysis/data"
        kinds = {"none": "None", "hfq": "hfq", "qfq": "qfq"}
        published = {}
        for code in ("600036.SH", "000858.SZ"):
            for adj, kind in kinds.items():
                rows = real_files.read(f"{folder}/{code}diary{kind}.csv.gz")
                published[code, adj] = {day(row["trade_date"]): row for row in rows}
        codes = sorted({code for code, _ in published})
        daily, factors = [], []
        for code in codes:
            for at, row in published[code, "none"].items():
                # The factors themselves were not published: the close gives them, the other
                # prices and the qfq series prove them.
                ratio = float(published[code, "hfq"][at]["close"]) / float(row["close"])
                daily.append(row)
                factors.append({"ts_code": code, "trade_date": at, "adj_factor": f"{ratio:.7f}"})
        window = self.serve_daily(daily, factors, "2023-08-18T23:30:00+08:00")
        for code in codes:
            for adj in kinds:
                with self.subTest(code=code, adj=adj):
                    found = self.bars(code, adj=adj, **window)
                    last = max(found)
                    scale = found[last]["close"] / float(published[code, adj][last]["close"])
                    # Four decimals of the published hfq, and a qfq anchored at a later factor.
                    scale = scale if adj == "qfq" else 1.0
                    self.compare_prices(code, found, published[code, adj], scale,
                                        self.HALF_CENT + 5e-4)

    def test_front_adjusted_by_another_source(self):
        """Baostock's qfq of twenty years from raw prices and factors of a third publisher."""
        theirs = {}
        for row in real_files.read("hamger+stock-lab/derived/stocks_A_qfq.csv.zst"):
            market, number = row["code"].split(".")
            if row["tradestatus"] == "1" and "20100104" <= day(row["date"]) <= "20200824":
                theirs.setdefault(f"{number}.{market.upper()}", {})[day(row["date"])] = row
        raw = [row for row in real_files.read("fr220574+Qlib-format-A-share-dataset/derived/"
                                              "stocks_A_full_history_2010_2025.csv.zst")
               if row["trade_date"] in theirs.get(row["ts_code"], {})]
        codes = sorted({row["ts_code"] for row in raw})[::12]
        raw = [dict(row, vol=str(float(row["vol_shares"]) / 100), adj_factor=row["factor"])
               for row in raw if row["ts_code"] in codes]
        window = self.serve_daily([{k: row[k] for k in ("ts_code", "trade_date", "open", "high",
                                                        "low", "close", "vol")} for row in raw],
                                  raw, "2020-08-24T23:30:00+08:00")
        for code in codes:
            with self.subTest(code=code):
                days = {row["trade_date"] for row in raw if row["ts_code"] == code}
                self.compare_prices(code, self.bars(code, adj="qfq", anchor="20200824", **window),
                                    {at: theirs[code][at] for at in days}, 1.0, 0.006)
