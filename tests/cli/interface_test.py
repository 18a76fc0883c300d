"""What the reference promises of words, files, settings and a served directory."""

import json
import os
import shutil
import subprocess
import unittest

from program_case import KANPAN, NOBODY, Background, ProgramCase, environment


class Words(ProgramCase):
    def good(self, *words, **env):
        done = self.kanpan(*words, **env)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done

    def test_an_undated_table_says_that_it_ignores_days(self):
        self.assertIn("stock_basic is undated: --from and --to are ignored",
                      self.good("collect", "stock_basic", "--from", "20240601").stderr)
        read = self.good("get", "stock_basic", "--from", "20240601", "--count")
        self.assertIn("stock_basic is undated: --from and --to are ignored", read.stderr)
        self.assertEqual(read.stdout, self.good("get", "stock_basic", "--count").stdout)

    def test_an_empty_value_is_not_no_value(self):
        for words in (["collect", "daily", "--from", "", "--to", "20240628"],
                      ["get", "daily", "--to", ""], ["serve", "--listen", ""],
                      ["bars", "600000.SH", "--anchor", ""]):
            self.refused(2, *words, says="is empty")

    def test_days_of_announcements_are_known_however_they_were_asked_for(self):
        for table in ("forecast_vip", "dividend"):
            span = ["--from", "20240506", "--to", "20240628"]
            plan = json.loads(self.good("plan", table, *span, "--json").stdout)
            self.assertLess(plan["tables"][-1]["calls"], 40, "by code, of which there are fewer")
            self.good("collect", table, *span)
            self.assertIn("complete", self.good("get", table, *span, "--format", "csv").stderr)
            self.assertEqual(json.loads(self.good("plan", table, *span, "--json").stdout)
                             ["tables"][-1]["calls"], 0)

    def test_a_wrong_table_is_named_by_the_journal_too(self):
        self.refused(2, "journal", "list", "--table", "dayly", says=["dayly", "daily"])

    def test_bytes_are_told_apart(self):
        file = self.fresh("renamed.csv")
        self.good("collect", "stock_basic")
        self.good("get", "stock_basic", "--units", "tushare", "-o", file)
        head, row, rest = file.read_text().split("\n", 2)
        cells = row.split(",")
        cells[head.split(",").index("name")] += "新"
        file.write_text("\n".join([head, ",".join(cells), rest]))
        self.good("import", "stock_basic", file)
        status = json.loads(self.good("store", "status", "--json").stdout)
        files = sum(file.stat().st_size for file in self.data.iterdir()
                    if file.name.startswith(("journal.db", "hot.duckdb"))
                    and not file.name.endswith("-shm"))
        parts = [status[f"{part}_bytes"] for part in ("journal", "runs", "store", "history")]
        self.assertAlmostEqual(sum(parts), files, delta=0.2 * files)
        self.assertGreater(status["runs_bytes"], 0)
        self.assertEqual(status["history_rows"], 1)
        self.assertGreater(status["history_bytes"], 0)
        text = self.good("store", "status").stdout
        for part in ("journal", "runs", "store", "history"):
            self.assertRegex(text, rf"(?m)^{part} +\d+ bytes")

    def test_a_file_is_written_as_its_name_says(self):
        for name, begin in (("a.csv", "ts_code,"), ("a.json", "["), ("a.ndjson", "{"),
                            ("a.txt", "ts_code ")):
            file = self.fresh(name)
            self.good("get", "daily", "--limit", "2", "-o", file)
            self.assertTrue(file.read_text().startswith(begin), name)
        self.good("get", "daily", "--limit", "2", "--format", "csv", "-o", self.fresh("b.json"))
        self.assertTrue(self.fresh("b.json").read_text().startswith("ts_code,"))
        self.refused(2, "get", "daily", "-o", self.fresh("a.parquet"), says="not available")
        self.refused(2, "get", "daily", "-o", self.fresh("a.xlsx"), says="says no format")
        self.assertFalse(self.fresh("a.xlsx").exists())
        done = self.good("get", "daily", "--limit", "1", "--json", "-o", self.fresh("a.rows"))
        self.assertTrue(self.fresh("a.rows").read_text().startswith("["), done.stderr)
        upper = self.fresh("A.CSV")
        self.assertEqual(self.kanpan("get", "daily", "-o", upper).returncode, 0)
        self.assertIn("ts_code,trade_date,", upper.read_text())

    def test_a_week_that_ended_before_the_range_is_not_given(self):
        code = json.loads(self.good("get", "daily", "--limit", "1", "--json").stdout)[0]["ts_code"]
        weeks = json.loads(self.good("bars", code, "--freq", "W", "--json").stdout)
        self.assertEqual(len(weeks), 1)
        self.refused(2, "bars", code, "--freq", "W", "--from", "20240629", says="no bars")


class Settings(ProgramCase):
    def settings(self, text):
        file = self.fresh("settings.yaml")
        file.write_text(text)
        return ["--config", file, "config", "check"]

    def test_an_address_is_checked_before_anything_listens(self):
        self.refused(3, *self.settings("http: {listen: foo}"),
                     says=["settings.yaml:1", "http.listen", "foo", "127.0.0.1:8600"])
        done = self.kanpan("serve", KANPAN_HTTP_LISTEN="foo")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("KANPAN_HTTP_LISTEN", done.stderr)
        self.refused(2, "serve", "--listen", "foo", says="foo")

    def test_a_key_stands_once(self):
        self.refused(3, *self.settings("source: {points: 100}\nsource: {points: 200}\n"),
                     says=["settings.yaml:2", "source", "more than once"])

    def test_settings_of_parts_that_are_not_there_yet_are_named(self):
        for key, line in (("postgres.url", "postgres: {url: x}"), ("redis.url", "redis: {url: x}"),
                          ("http.rate_limit", "http: {rate_limit: 5}"),
                          ("object.endpoint", "object: {endpoint: x}")):
            self.refused(3, *self.settings(line), says=[key, "not available in this version"])
        done = self.kanpan("status", KANPAN_KAFKA_BROKERS="x")
        self.assertEqual(done.returncode, 3)
        self.assertIn("KANPAN_KAFKA_BROKERS is not available in this version", done.stderr)

    def test_a_secret_may_stand_in_a_file_of_its_own(self):
        secret = self.fresh("token")
        secret.write_text("very-secret\n")
        words = self.settings(f"source: {{token_file: {secret}}}")
        self.assertEqual(self.kanpan(*words).returncode, 0)
        shown = self.kanpan(*words[:-1], "show", "--origin").stdout
        self.assertIn("settings.yaml:1", shown)
        self.assertNotIn("very-secret", shown)
        self.refused(3, *self.settings("source: {token: x}"), says="source.token_file")

    def test_a_directory_is_no_settings(self):
        folder = self.fresh("kanpan.yaml.d")
        folder.mkdir()
        self.refused(3, "--config", folder, "config", "check", says="is a directory")

    def test_what_cannot_be_read_is_the_surroundings(self):
        data = shutil.copytree(self.data, self.fresh("unreadable"))
        somebody = NOBODY if os.geteuid() == 0 else os.geteuid()
        for path in [data, *data.iterdir()]:
            os.chown(path, somebody, -1)
        for name in ("journal.db", "hot.duckdb"):
            (data / name).chmod(0)
            done = self.as_nobody("--data", data, "status")
            (data / name).chmod(0o644)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(f"{name}' may not be read and written", done.stderr)


class Served(ProgramCase):
    def test_a_server_makes_its_store_anew(self):
        before = self.kanpan("get", "daily", "--count").stdout
        server = Background(r"serves (\S+)", "--data", self.data, "serve", "--listen",
                            "127.0.0.1:0", "--no-scheduler", KANPAN_SOURCE_URL=self.sim.found)
        try:
            done = self.kanpan("store", "rebuild")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stderr, r"\d+ commits replayed")
            self.assertIsNone(server.process.poll())
            self.assertEqual(self.kanpan("get", "daily", "--count").stdout, before)
            self.assertEqual(len(list(self.data.glob("hot.duckdb.2*"))), 1)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_server_that_is_stopped_while_it_makes_its_store_anew_ends_well(self):
        data = shutil.copytree(self.data, self.fresh("stopped"))
        before = self.run_in(data, "get", "daily", "--count").stdout
        server = Background(r"serves (\S+)", "--data", data, "serve", "--listen", "127.0.0.1:0",
                            "--no-scheduler", KANPAN_SOURCE_URL=self.sim.found)
        with subprocess.Popen([KANPAN, "--data", data, "store", "rebuild"], env=environment(),
                              stderr=subprocess.DEVNULL) as asking:
            said = next((line for line in server.process.stderr if "is rebuilt" in line), None)
            self.assertEqual(server.stop(), 0)
            asking.wait(timeout=60)
        self.assertIsNotNone(said)
        self.assertEqual(self.run_in(data, "get", "daily", "--count").stdout, before)


if __name__ == "__main__":
    unittest.main()
