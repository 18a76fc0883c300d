"""What the reading commands say of what is not there. KANPAN names the binary."""

import gzip
import json
import unittest

from program_case import ProgramCase


class Reading(ProgramCase):
    # ---- a directory without data

    def test_reading_where_nothing_is_says_so_and_makes_nothing(self):
        nowhere, empty = self.fresh("mistyped"), self.fresh("empty")
        empty.mkdir()
        for words in (["get", "daily"], ["get", "daily", "--count"], ["bars", "600000.SH"],
                      ["coverage", "daily"], ["repair", "daily"], ["status"], ["run", "list"],
                      ["run", "show", "x"], ["run", "resume", "x"], ["quarantine", "list"],
                      ["journal", "list"], ["journal", "verify"], ["store", "status"],
                      ["store", "verify"], ["store", "rebuild"]):
            for data in (nowhere, empty):
                self.refused(3, *words, says=[f"no Kanpan data in '{data}'", "--data"], data=data)
            self.assertFalse(nowhere.exists(), words)
            self.assertEqual(list(empty.iterdir()), [], words)

    def test_what_brings_data_makes_the_directory(self):
        data = self.fresh("collected_nothing")
        asked = self.run_in(data, "collect", "daily", "--from", "20300603")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        done = self.run_in(data, "get", "stock_basic", "--count")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n"), done.stderr)

    # ---- a code that nothing is known of

    def test_a_code_of_no_stock_is_not_complete(self):
        data = self.fresh("stranger")
        day = ["--from", "20240627", "--to", "20240628"]
        done = self.run_in(data, "collect", "stock_basic", "daily", "--from", "20240627")
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in (["get", "daily", "--ts-code", "999999.SH", *day],
                      ["get", "daily", "--ts-code", "999999.SH", "--count"]):
            done = self.run_in(data, *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("daily: partial", done.stderr)
            self.assertIn("999999.SH: not in stock_basic", done.stderr)
        self.refused(2, "bars", "999999.SH", says="it is not in stock_basic", data=data)

    # ---- bars of the past

    def test_bars_as_they_were(self):
        code = self.kanpan("get", "daily", "--fields", "ts_code", "--limit", "1", "--format",
                           "csv").stdout.split()[1]
        data = self.round_trip("corrected", "tushare")
        before = json.loads(self.run_in(data, "--json", "journal", "list").stdout)[-1]["seq"]
        file = self.fresh("correction.csv")
        old = self.run_in(data, "get", "daily", "--ts-code", code, "--units", "tushare",
                          "--format", "csv").stdout.splitlines()
        cells = old[-1].split(",")
        at = old[0].split(",").index("vol")
        cells[at] = str(float(cells[at]) + 1)
        file.write_text("\n".join([old[0], ",".join(cells)]) + "\n")
        self.assertEqual(self.run_in(data, "import", "daily", file).returncode, 0)
        words = ["--json", "bars", code]
        now, then = (self.run_in(data, *words, *more) for more in ([], ["--as-of", before]))
        self.assertEqual(then.returncode, 0, then.stderr)
        self.assertIn(f"version {before}", then.stderr)
        self.assertEqual(json.loads(now.stdout)[-1]["vol"],
                         json.loads(then.stdout)[-1]["vol"] + 100)
        self.refused(2, "bars", code, "--as-of", "yesterday", says="yesterday", data=data)

    # ---- files

    def test_a_file_that_ends_with_gz_is_packed(self):
        file, plain = self.fresh("daily.csv.gz"), self.fresh("daily.csv")
        for target in (file, plain):
            words = ["get", "daily", "--units", "tushare", "--format", "csv", "-o", target]
            done = self.kanpan(*words)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(gzip.decompress(file.read_bytes()), plain.read_bytes())
        self.assertEqual(self.run_in(self.fresh("unpacked"), "import", "daily", file).returncode, 0)
        self.refused(2, "get", "daily", "-o", self.fresh("daily.csv.zst"), says="name it .gz")

    def test_a_hint_lists_every_flag_once(self):
        done = self.kanpan("config", "show", "--frobnicate")
        hint = done.stderr.split("one of ")[1].split()
        self.assertEqual(len(hint), len(set(hint)), hint)

    # ---- what the simulator reads

    def test_the_simulator_refuses_files_that_it_cannot_read(self):
        folder = self.fresh("samples")
        folder.mkdir()
        (folder / "daily.csv").write_text("ts_code,trade_date,open\n600000.SH,20240628,1\n"
                                          "600000.SH,20240627,abc\n")
        self.refused(5, "sim", "--port", "0", "--csv", folder,
                     says=["daily.csv: line 3: open is 'abc'"])
        faults = self.fresh("mistyped.yaml")
        faults.write_text("rules:\n  - {when: {api: dialy}, do: drop}\n")
        self.refused(3, "sim", "--port", "0", "--fault", faults,
                     says=[f"{faults}:2: api is 'dialy'", "did you mean 'daily'?"])

    def test_bars_say_that_they_are_the_newest(self):
        words = ["bars", "600001.SH", "--format", "csv"]
        some = self.kanpan(*words, "--limit", 2)
        self.assertEqual(len(some.stdout.splitlines()), 3)
        self.assertIn("the newest 2 bars; --from", some.stderr)
        whole = self.kanpan(*words)
        self.assertEqual(len(whole.stdout.splitlines()), 6)
        self.assertEqual(whole.stdout.splitlines()[-2:], some.stdout.splitlines()[-2:])
        self.assertNotIn("newest", whole.stderr)
        self.refused(2, *words, "--limit", 2, "--from", "20240624", says="leave out --from")

    def test_a_calendar_that_is_there_is_complete(self):
        said = self.kanpan("coverage", "trade_cal", "--from", "20240624", "--to", "20240628")
        self.assertIn("trade_cal: 5 of 5 days complete", said.stdout + said.stderr)


if __name__ == "__main__":
    unittest.main()
