"""Words in, output and exit codes out. KANPAN names the binary."""

import json
import re
import shutil
import subprocess
import unittest

from program_case import KANPAN, Background, ProgramCase, environment


class Program(ProgramCase):
    # ---- wrong words

    def test_wrong_words_say_what_was_meant(self):
        self.refused(2, "colect", "daily", says="did you mean 'collect'")
        self.refused(2, "run", "lst", says="did you mean 'list'")
        self.refused(2, "get", "daily", "--limt", "3", says="did you mean '--limit'")
        self.refused(2, "get", "daily", "--limit", "many", says="many")

    def test_wrong_values_are_named(self):
        self.refused(2, "get", "dialy", says=["dialy", "did you mean 'daily'"])
        self.refused(2, "get", "daily", "--from", "20240230", says="20240230")
        self.refused(2, "get", "daily", "--ts-code", "6000", says="6000")
        self.refused(2, "get", "daily", "--fields", "klose", says="klose")
        self.refused(2, "get", "daily", "--units", "feet", says="feet")
        self.refused(2, "collect", "daily", "--mode", "fast", says="fast")
        self.refused(2, "import", "daily", __file__, "--units", "feet", says="feet")
        backwards = ["--from", "2024-06-28", "--to", "2024-06-24"]
        says = "ends on 2024-06-24, before it begins on 2024-06-28"
        self.refused(2, "get", "daily", *backwards, says=says)
        self.refused(2, "get", "daily", "--count", *backwards, says=says)
        self.refused(2, "bars", "600000.SH", *backwards, says=says)
        self.refused(2, "coverage", "daily", *backwards, says=says)
        self.refused(2, "import", "daily", __file__, "--map", "x", says="--map 'x'")
        self.refused(2, "import", "daily", "absent.csv", says="absent.csv")
        self.refused(2, "repair", "stock_basic", says="no days")
        self.refused(2, "quarantine", "show", "999", says="999")
        self.refused(2, "quarantine", "list", "--state", "lost", says="lost")
        self.refused(2, "completion", "tcsh", says="tcsh")
        self.refused(2, "import", "daily", self.folder.name, says=["is a directory"])
        self.refused(2, "table", says=["'table' needs a command", "list, show"])
        for words in (["get", "daily"], ["bars", "600000.SH"], ["coverage", "daily"],
                      ["plan", "daily"], ["repair", "daily"], ["collect", "daily"]):
            self.refused(2, *words, "--from", "20240628", "--to", "20240601",
                         says="the range ends on 2024-06-01, before it begins on 2024-06-28")
        for words in (["get", "daily", "--limit", "-3"], ["run", "list", "--limit", "-3"],
                      ["journal", "list", "--after", "-3"], ["quarantine", "show", "-3"]):
            self.refused(2, *words, says="-3")

    def test_usage_errors_are_ours_and_json_when_asked(self):
        for words, message, hint in (
                (["journal", "show", "abc"], "SEQ: 'abc' is no whole number, 0 or more",
                 "see: kanpan journal show --help"),
                (["journal", "show"], "'kanpan journal show' needs SEQ",
                 "see: kanpan journal show --help"),
                (["get", "daily", "--limit"], "--limit needs a value", "see: kanpan get --help"),
                (["get", "daily", "--limit", "1", "--limit", "2"],
                 "--limit is given more than once", "see: kanpan get --help"),
                (["bars", "600000.SH", "more"], "'kanpan bars' takes no 'more'",
                 "see: kanpan bars --help"),
                (["demo", "--codes", "0"], "--codes: '0' is no whole number from 1 to 5500",
                 "see: kanpan demo --help"),
                (["sim", "--port", "x"], "--port: 'x' is no whole number from 0 to 65535",
                 "see: kanpan sim --help"),
                (["bars", "600000.SH", "--frobnicate"], "no flag '--frobnicate'",
                 "see: kanpan bars --help"),
                (["get", "daily", "--limt", "3"], "no flag '--limt'", "did you mean '--limit'?")):
            self.refused(2, *words, says=[f"kanpan: {message}\n        {hint}"])
            done = self.kanpan("--json", *words)
            self.assertEqual(done.returncode, 2, words)
            event = json.loads(done.stdout)
            self.assertGreaterEqual(event.pop("elapsed_ms"), 0)
            self.assertEqual(event, {"event": "error", "code": "usage", "message": message,
                                     "hint": hint, "rows": 0})

    def test_events_that_end_a_command_name_its_tables(self):
        words = ["--json", "collect", "daily", "adj_factor", "--from", "20240624", "--to",
                 "20240628"]
        last = json.loads(self.kanpan(*words).stdout.splitlines()[-1])
        self.assertEqual((last["event"], last["table"]), ("done", "daily,adj_factor"))
        error = json.loads(self.kanpan(*words, "--mode", "fast").stdout)
        self.assertEqual((error["event"], error["table"]), ("error", "daily,adj_factor"))

    def test_table_show_has_as_json_what_its_text_says(self):
        shown = json.loads(self.kanpan("--json", "table", "show", "daily").stdout)
        self.assertEqual(shown["source"]["row_limit"], 6000)
        self.assertEqual(shown["source"]["ready"], "16:00")
        self.assertIn("ts_code", [one["name"] for one in shown["source"]["parameters"]])
        self.assertEqual(set(shown["retention"]), {"hot_days", "cold_days", "archive_days"})
        self.assertTrue(shown["quality_checks"])

    def a_code(self):
        return self.kanpan("get", "daily", "--fields", "ts_code", "--limit", "1", "--format",
                           "csv").stdout.split()[1]

    def test_bars_come_in_the_sources_units_too(self):
        normal, source = (
            json.loads(self.kanpan("--json", "bars", self.a_code(), "--units", units).stdout)
            for units in ("kanpan", "tushare"))
        self.assertEqual(normal[0]["vol"], source[0]["vol"] * 100)
        self.refused(2, "bars", self.a_code(), "--units", "feet", says="feet")

    def test_an_anchor_yet_to_come_is_noted(self):
        words = ["bars", self.a_code(), "--adj", "qfq", "--anchor"]
        self.assertIn("2030-01-01 is yet to come", self.kanpan(*words, "2030-01-01").stderr)
        self.assertNotIn("yet to come", self.kanpan(*words, "2024-06-28").stderr)

    def test_an_anchor_without_qfq_is_refused(self):
        for adjusted in ([], ["--adj", "none"], ["--adj", "hfq"]):
            self.refused(2, "bars", "600000.SH", *adjusted, "--anchor", "20240601",
                         says=["--anchor 2024-06-01", "add --adj qfq"])

    def test_a_flag_that_may_be_given_again_takes_one_value_each_time(self):
        file = self.fresh("chinese.csv")
        file.write_text("代码,日期,close\n600000.SH,20240102,10.5\n")
        done = self.run_in(self.fresh("mapped"), "import", "--map", "代码=ts_code", "--map",
                           "日期=trade_date", "daily", file)
        self.assertIn("no column open, high, low", done.stderr)
        one = self.kanpan("get", "--where", "close > 0", "daily", "--count")
        both = self.kanpan("get", "--where", "close > 0", "--where", "close < 0", "daily",
                           "--count")
        self.assertEqual((one.returncode, both.stdout), (0, "0\n"), one.stderr + both.stderr)
        self.assertGreater(int(one.stdout), 0)

    def test_a_code_named_twice_is_asked_for_once(self):
        words = ["--json", "plan", "daily", "--from", "20240627", "--to", "20240628", "--codes"]
        code = self.a_code()
        plan = json.loads(self.kanpan(*words, f"{code},{code.lower()},{code[:6]}").stdout)
        self.assertEqual(plan["tables"][-1]["calls"], 1)

    def test_a_table_that_is_not_asked_by_code_is_left_out_of_several(self):
        day = ["--from", "20240627", "--to", "20240628"]
        codes = ["--codes", self.a_code()]
        self.refused(1, "plan", "kpl_concept", *day, *codes, says="no call brings these codes")
        data = self.fresh("by_code")
        done = self.run_in(data, "collect", "daily", "kpl_concept", *day, *codes)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("kpl_concept cannot be asked by code: it is left out", done.stderr)
        run, = json.loads(self.run_in(data, "--json", "run", "list").stdout)
        self.assertEqual(run["state"], "done")
        done = self.kanpan("plan", "--all", *day, *codes)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_code_of_no_stock_is_noted(self):
        data = self.fresh("stranger")
        words = ["collect", "daily", "--from", "20240627", "--to", "20240628", "--codes"]
        known = self.run_in(data, "collect", "stock_basic")
        self.assertEqual(known.returncode, 0, known.stderr)
        code = self.a_code()
        done = self.run_in(data, *words, f"999999.SH,{code}")
        self.assertIn("note: 999999.SH is not in stock_basic", done.stderr)
        self.assertNotIn(f"note: {code}", done.stderr)

    def test_evidence_speaks_of_the_codes_asked_for(self):
        rows = self.kanpan("get", "daily", "--ts-code", self.a_code())
        self.assertIn("daily: complete", rows.stderr)
        self.assertNotIn("missing", rows.stderr)

    def test_the_version_is_told_as_flag_and_as_command(self):
        self.assertRegex(self.kanpan("--version").stdout, r"^kanpan \d+\.\d+\.\d+\n$")
        self.assertEqual(self.kanpan("version").stdout, self.kanpan("--version").stdout)

    def test_what_does_not_apply_is_said(self):
        for flags in (["--codes", "600000.SH"], ["--codes", "600000.SH", "--from", "20240101"]):
            plan = json.loads(self.kanpan("--json", "plan", "trade_cal", *flags).stdout)
            self.assertIn("has no codes", plan["tables"][-1]["note"])
        plan = json.loads(self.kanpan("--json", "plan", "stock_basic", "--from", "20240101").stdout)
        self.assertIn("undated", plan["tables"][-1]["note"])

    def test_no_rows_are_no_rows(self):
        done = self.kanpan("get", "daily", "--limit", "0", "--format", "csv")
        self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 1))

    def test_alone_it_prints_its_help(self):
        done = subprocess.run([KANPAN], capture_output=True, text=True, env=environment())
        self.assertEqual(done.returncode, 2)
        self.assertIn("collect", done.stderr)

    def test_every_level_has_an_example(self):
        paths = [[]]
        seen = 0
        while paths:
            path = paths.pop()
            done = subprocess.run([KANPAN, *path, "--help"], capture_output=True, text=True,
                                  env=environment())
            self.assertEqual(done.returncode, 0, path)
            examples = re.search(r"^Examples?:(.*)", done.stdout, re.M | re.S)
            self.assertIsNotNone(examples, path)
            self.assertIn(" ".join(["kanpan", *path]), examples[1])
            self.assertNotIn("\x1b", done.stdout)
            seen += 1
            below = re.search(r"^Subcommands:\n((?:  .*\n?)+)", done.stdout, re.M)
            if below:
                paths += [[*path, word] for word in re.findall(r"^  (\w+)", below.group(1), re.M)]
        self.assertGreater(seen, 30)

    def test_completion_knows_the_tree(self):
        script = subprocess.run([KANPAN, "completion", "bash"], capture_output=True, text=True,
                                env=environment()).stdout
        def completed(*words):
            asked = (script + f"\nCOMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1};"
                     "_kanpan; echo ${COMPREPLY[@]}")
            done = subprocess.run(["bash", "-uec", asked], capture_output=True, text=True)
            self.assertEqual(done.stderr, "")
            return done.stdout.split()
        self.assertEqual(completed("kanpan", "quar"), ["quarantine"])
        self.assertEqual(completed("kanpan", "run", "sh"), ["show"])
        self.assertEqual(completed("kanpan", "run", "''")[:4],
                         ["list", "show", "cancel", "resume"])
        self.assertEqual(completed("kanpan", "collect", "stock_b"), ["stock_basic"])
        self.assertEqual(completed("kanpan", "get", "daily_"), ["daily_basic"])
        self.assertEqual(completed("kanpan", "table", "show", "trade"), ["trade_cal"])
        self.assertEqual(completed("kanpan", "get", "daily", "--ts"), ["--ts-code"])
        self.assertEqual(completed("kanpan", "journal", "list", "--table", "adj"), ["adj_factor"])
        for shell in ("zsh", "fish"):
            done = subprocess.run([KANPAN, "completion", shell], capture_output=True, text=True,
                                  env=environment())
            self.assertEqual(done.returncode, 0)
            self.assertIn("quarantine", done.stdout)
            self.assertIn("stock_basic", done.stdout)
            if shutil.which(shell):
                syntax = subprocess.run([shell, "-n"], input=done.stdout, capture_output=True,
                                        text=True)
                self.assertEqual(syntax.stderr, "")

    # ---- import

    def test_import_brings_back_what_get_wrote(self):
        self.round_trip("source_units", "source")
        self.round_trip("normal_units", "kanpan")

    def test_text_that_a_spreadsheet_would_run_comes_back_as_it_was(self):
        names = ["=1+1", "+x", "-y", "@z", '"quoted", and more', "'single"]
        file = self.fresh("names.ndjson")
        file.write_text("".join(json.dumps({"ts_code": f"60000{n}.SH", "name": name,
                                            "start_date": "20240101"}) + "\n"
                                for n, name in enumerate(names)))
        data, copy = self.fresh("formulas"), self.fresh("formulas_copy")
        self.assertEqual(self.run_in(data, "import", "namechange", file).returncode, 0)
        csv = self.fresh("names.csv")
        self.assertEqual(self.run_in(data, "get", "namechange", "--format", "csv", "-o",
                                     csv).returncode, 0)
        self.assertEqual(self.run_in(copy, "import", "namechange", csv).returncode, 0)
        for at in (data, copy):
            rows = self.run_in(at, "get", "namechange", "--format", "ndjson").stdout.splitlines()
            self.assertEqual([json.loads(row)["name"] for row in rows], names)

    def test_import_says_what_it_left_out_and_what_was_lacking(self):
        file = self.fresh("other.csv")
        file.write_text("ts_code,trade_date,close,pe_ttm\n600000.SH,20240102,10.5,8\n")
        done = self.run_in(self.fresh("narrow"), "import", "daily", file)
        self.assertIn("no column open, high, low", done.stderr)
        self.assertIn("left out: pe_ttm", done.stderr)

    def test_import_of_what_is_only_called_parquet(self):
        file = self.fresh("random.parquet")
        file.write_bytes(bytes(range(256)))
        self.refused(5, "import", "daily", file, says=["is no Parquet file", str(file)])

    def test_import_of_a_whole_json_names_the_formats(self):
        file = self.fresh("daily.json")
        self.assertEqual(self.kanpan("get", "daily", "--format", "json", "-o", file).returncode, 0)
        self.refused(2, "import", "daily", file, says=["daily.json", "--format ndjson"])

    def test_import_of_ndjson(self):
        file = self.fresh("rows.ndjson")
        self.kanpan("get", "daily", "--format", "ndjson", "--units", "tushare", "-o", file)
        data = self.fresh("from_ndjson")
        self.assertEqual(self.run_in(data, "import", "daily", file).returncode, 0)
        self.assertEqual(self.run_in(data, "get", "daily", "--count").stdout,
                         self.kanpan("get", "daily", "--count").stdout)

    def test_import_holds_back_and_quarantine_decides(self):
        file = self.fresh("spoilt.csv")
        self.kanpan("get", "daily", "--format", "csv", "--units", "tushare", "-o", file)
        lines = file.read_text().splitlines()
        at = lines[0].split(",").index("close")
        cells = lines[3].split(",")
        cells[at] = "99999"
        lines[3] = ",".join(cells)
        file.write_text("\n".join(lines) + "\n")
        data = self.fresh("spoilt")
        self.assertEqual(self.run_in(data, "import", "daily", file).returncode, 5)
        held = json.loads(self.run_in(data, "--json", "quarantine", "list").stdout)
        self.assertEqual(len(held), 1)
        self.assertEqual(held[0]["row"]["close"], 99999)
        self.assertIn("daily: 1 rows or pages are held", self.run_in(data, "status").stdout)
        tables = json.loads(self.run_in(data, "--json", "status").stdout)["tables"]
        self.assertEqual([t["name"] for t in tables if t["quarantined"]], ["daily"])
        number = str(held[0]["id"])
        self.assertEqual(self.run_in(data, "quarantine", "release", number).returncode, 0)
        self.refused(2, "quarantine", "release", number, says="released already", data=data)
        self.assertEqual(self.run_in(data, "get", "daily", "--count").stdout.strip(),
                         str(len(lines) - 1))

    def test_days_that_cannot_be_had_are_named(self):
        data = self.fresh("no_days")
        for words, says in ((["--from", "20300603"], "not yet: 2030-06-03 is in the future"),
                            (["--from", "20240622", "--to", "20240623"],
                             "no trading day between 2024-06-22 and 2024-06-23")):
            done = self.run_in(data, "plan", "daily", *words)
            self.assertIn(says, done.stdout)
            done = self.run_in(data, "collect", "daily", *words)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(says, done.stderr)
        self.assertEqual(self.run_in(data, "get", "daily", "--count").stdout.strip(), "0")

    def test_a_plan_says_what_it_cannot_count(self):
        data = self.fresh("unplanned")
        done = self.run_in(data, "plan", "--all", "--from", "20240624", "--to", "20240628")
        self.assertRegex(done.stdout.splitlines()[-1], "calls, without those of .*cyq_chips")
        done = self.run_in(data, "--json", "plan", "cyq_chips")
        self.assertEqual(json.loads(done.stdout)["not_counted"], ["cyq_chips"])

    def test_repair_fetches_only_what_is_missing(self):
        data = self.fresh("repaired")
        words = ["collect", "daily", "--from", "20240624", "--to", "20240624"]
        self.assertEqual(self.run_in(data, *words).returncode, 0)
        words[-1] = words[-3] = "20240626"
        self.assertEqual(self.run_in(data, *words).returncode, 0)
        plan = json.loads(self.run_in(data, "--json", "repair", "daily", "--plan").stdout)
        tables = {one["table"]: one for one in plan["tables"]}
        self.assertEqual(list(tables), ["trade_cal", "stock_basic", "suspend_d", "daily"])
        self.assertEqual(tables["daily"]["calls"], 1)
        for name in ("suspend_d", "daily"):
            self.assertEqual(tables[name]["first"], "2024-06-25")
        done = self.run_in(data, "repair", "daily")
        self.assertEqual(done.returncode, 0, done.stderr)
        plan = json.loads(self.run_in(data, "--json", "repair", "daily", "--plan").stdout)
        self.assertEqual(plan["calls"], 0)

    def test_repair_looks_up_suspensions_before_it_asks_in_vain(self):
        halted = self.halted_day()
        data = self.fresh("suspended")
        day = ["--from", halted, "--to", halted]
        for words in (["collect", "trade_cal", "stock_basic"], ["collect", "suspend_d", *day]):
            self.assertEqual(self.run_in(self.fresh("halts"), *words).returncode, 0)
        self.assertEqual(self.run_in(self.fresh("halts"), "collect", "daily", *day).returncode, 0)
        files = self.fresh("halts_files")
        files.mkdir()
        for table in ("suspend_d", "trade_cal", "stock_basic", "daily"):
            self.run_in(self.fresh("halts"), "get", table, "--units", "tushare", "-o",
                        files / f"{table}.csv", "--format", "csv")
            if table != "suspend_d":
                done = self.run_in(data, "import", table, files / f"{table}.csv")
                self.assertEqual(done.returncode, 0, done.stderr)
        # The suspended codes look as if they were missing: nobody has told that they are suspended.
        seen = json.loads(self.run_in(data, "--json", "coverage", "daily").stdout)
        self.assertGreater(seen["missing_cells"], 0)
        sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--csv", files)
        try:
            done = self.run_in(data, "--json", "repair", "daily", KANPAN_SOURCE_URL=sim.found,
                               KANPAN_SOURCE_KIND="tushare", KANPAN_SOURCE_TOKEN="x")
        finally:
            sim.stop()
        self.assertEqual(done.returncode, 0, done.stderr)
        runs = json.loads(self.run_in(data, "--json", "run", "list").stdout)
        repair = next(run["run"] for run in runs if run["command"] == "repair")
        units = json.loads(self.run_in(data, "--json", "run", "show", repair).stdout)["units"]
        self.assertEqual({one["table"] for one in units}, {"trade_cal", "stock_basic", "suspend_d"})
        seen = json.loads(self.run_in(data, "--json", "coverage", "daily").stdout)
        self.assertEqual(seen["missing_cells"], 0)

    def halted_day(self):
        """A day on which a share that was listed is suspended."""
        data = self.fresh("all_halts")
        done = self.run_in(data, "collect", "suspend_d", "stock_basic", "--from", "20100101")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = self.run_in(data, "get", "suspend_d", "--where", "suspend_type = S", "--format",
                           "ndjson").stdout.splitlines()
        whole = [json.loads(row) for row in rows]
        whole = [row["trade_date"] for row in whole if not row["suspend_timing"]]
        self.assertTrue(whole, "the simulator suspends nobody")
        return whole[-1]

    # ---- what does not pass the gate

    def test_a_refused_page_is_kept_shown_and_dropped(self):
        faults = self.fresh("faults.yaml")
        faults.write_text("rules:\n  - when: {api: daily}\n"
                          "    do: {missing_column: {columns: [close]}}\n")
        sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 20, "--fault", faults)
        data = self.fresh("refused")
        try:
            done = self.run_in(data, "collect", "daily", "--from", "20240628", "--to", "20240628",
                               KANPAN_SOURCE_URL=sim.found)
        finally:
            sim.stop()
        self.assertEqual(done.returncode, 5, done.stderr)
        held = json.loads(self.run_in(data, "--json", "quarantine", "list").stdout)
        self.assertEqual([one["kind"] for one in held], ["page"])
        self.assertRegex(done.stderr, f"now by: kanpan --data {data} run resume [0-9T]+-[0-9a-f]+")
        listed = self.run_in(data, "run", "list").stdout.splitlines()[1]
        self.assertRegex(listed, r" …$")
        self.assertEqual(held[0]["rule"], "page.missing_column")
        self.assertEqual((held[0]["source"], held[0]["simulated"]), ("sim", True))
        number = str(held[0]["id"])
        shown = json.loads(self.run_in(data, "--json", "quarantine", "show", number).stdout)
        self.assertIn("items", json.loads(shown["page"])["data"])
        self.assertEqual(self.run_in(data, "quarantine", "drop", number).returncode, 0)
        self.assertEqual(self.run_in(data, "--json", "quarantine", "list").stdout.strip(), "[]")

    def test_rows_that_contradict_each_other_across_files_are_told(self):
        first, second = self.fresh("first.csv"), self.fresh("second.csv")
        self.kanpan("get", "daily", "--format", "csv", "--units", "tushare", "-o", first)
        lines = first.read_text().splitlines()
        at = lines[0].split(",").index("vol")
        cells = lines[1].split(",")
        cells[at] = str(float(cells[at]) + 1)
        second.write_text("\n".join([lines[0], ",".join(cells), lines[2]]) + "\n")
        data = self.fresh("contradicted")
        done = self.run_in(data, "import", "daily", first, second)
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("1 rows of daily contradict", done.stderr)
        self.assertIn("/".join(cells[:2]), done.stderr)
        again = self.run_in(data, "import", "daily", second)
        self.assertEqual(again.returncode, 0, "a later import may correct an earlier one")

    # ---- doctor, servers

    def test_doctor_names_the_fix(self):
        done = self.kanpan("--json", "doctor", KANPAN_HTTP_LISTEN="127.0.0.1:0")
        found = {one["check"]: one for one in json.loads(done.stdout)}
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(found["source"]["health"], "ok")
        self.assertEqual(found["journal"]["health"], "ok")
        done = self.kanpan("doctor", KANPAN_SOURCE_KIND="tushare")
        self.assertEqual(done.returncode, 3)
        self.assertIn("KANPAN_SOURCE_TOKEN", done.stdout)

    def test_doctor_knows_another_kanpan_on_its_port(self):
        server = Background(r"serves http://(\S+)", "--data", self.round_trip("first", "tushare"),
                            "serve", "--no-scheduler", "--listen", "127.0.0.1:0",
                            KANPAN_SOURCE_URL=self.sim.found)
        try:
            done = self.kanpan("doctor", KANPAN_HTTP_LISTEN=server.found)
            self.assertEqual(done.returncode, 3)
            self.assertRegex(done.stdout, r"taken by another kanpan, version \d\S+ with real")
        finally:
            server.stop()

    def test_journal_verify_writes_nothing(self):
        def state():
            return {f.name: (f.stat().st_size, f.stat().st_mtime_ns) for f in data.iterdir()}
        data = self.round_trip("looked_at", "tushare")
        before = state()
        self.assertIn("chain are right", self.run_in(data, "journal", "verify").stdout)
        self.assertEqual(state(), before)

    def test_doctor_sets_an_unusable_store_aside_only_when_told(self):
        data = self.round_trip("sick", "tushare")
        store = data / "hot.duckdb"
        store.write_bytes(b"no database" * 1000)
        listen = {"KANPAN_HTTP_LISTEN": "127.0.0.1:0"}
        self.assertEqual(self.run_in(data, "doctor", **listen).returncode, 3)
        self.assertTrue(store.exists())
        self.assertEqual(self.run_in(data, "doctor", "--fix", **listen).returncode, 0)
        self.assertFalse(store.exists())
        self.assertEqual(len(list(data.glob("hot.duckdb.*"))), 1)
        self.assertEqual(self.run_in(data, "get", "daily", "--count").stdout,
                         self.kanpan("get", "daily", "--count").stdout)

    def test_a_server_does_the_same_and_is_alone(self):
        data = self.round_trip("served", "tushare")
        words = [["get", "daily", "--format", "csv"], ["get", "nothing"], ["table", "list"],
                 ["coverage", "daily"], ["quarantine", "list"], ["journal", "list"],
                 ["repair", "stock_basic"], ["run", "show", "nowhere"],
                 ["import", "daily", self.fresh("served.csv")]]
        before = [self.run_in(data, *w) for w in words[:-1]]
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                            "--listen", "127.0.0.1:0", KANPAN_SOURCE_URL=self.sim.found)
        try:
            for asked, alone in zip(words, before):
                through = self.run_in(data, *asked)
                self.assertEqual(through.returncode, alone.returncode, asked)
                self.assertEqual(through.stdout, alone.stdout, asked)
            self.assertEqual(self.run_in(data, *words[-1]).returncode, 0)
            self.assertEqual(self.run_in(data, "doctor").returncode, 0)
            self.refused(3, "serve", "--listen", "127.0.0.1:0", says="own", data=data)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_command_tells_of_its_own_run_only(self):
        data = self.fresh("shared")
        sources = {"KANPAN_SOURCE_URL": self.sim.found}
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                            "--listen", "127.0.0.1:0", **sources)
        try:
            self.run_in(data, "collect", "margin", "--from", "20240628", "--to", "20240628")
            both = [subprocess.Popen([KANPAN, "--data", data, "--json", "collect", table, "--from",
                                      "20240102", "--to", "20240628"], stdout=subprocess.PIPE,
                                     text=True, env=environment(**sources))
                    for table in ("daily_basic", "margin")]
            told = [[json.loads(line) for line in one.communicate(timeout=120)[0].splitlines()]
                    for one in both]
        finally:
            server.stop()
        for one, events in zip(both, told):
            self.assertEqual(one.returncode, 0)
            self.assertEqual([e["event"] for e in events].count("done"), 1, events[-1])
            self.assertEqual(len({e["run"] for e in events}), 1)


if __name__ == "__main__":
    unittest.main()
