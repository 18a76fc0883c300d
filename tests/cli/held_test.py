"""A day with a row in quarantine, until a good one comes. KANPAN names the binary."""

import json
import unittest

from program_case import Background, ProgramCase

DAYS = ["--from", "20240603", "--to", "20240614"]
OPEN_DAYS = "days that are not complete: daily 1 (see kanpan"


class Held(ProgramCase):
    def broken(self, data, *words):
        return self.run_in(data, *words, KANPAN_SOURCE_URL=self.broken_sim.found)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        faults = cls.folder.name + "/faults.yaml"
        with open(faults, "w", encoding="utf-8") as file:
            file.write("rules:\n  - when: {api: daily, date: 20240607}\n"
                       "    do: {impossible_ohlc: {rows: 1}}\n")
        cls.broken_sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 20,
                                    "--fault", faults)

    @classmethod
    def tearDownClass(cls):
        cls.broken_sim.stop()
        super().tearDownClass()

    def test_the_last_line_tells_of_it_whatever_was_fetched(self):
        data = self.fresh("held")
        done = self.broken(data, "collect", "daily", "adj_factor", *DAYS)
        self.assertEqual(done.returncode, 5, done.stderr)
        for words in (["collect", "daily", *DAYS], ["collect", "daily", *DAYS],
                      ["repair", "daily", *DAYS], ["repair", "daily"]):
            done = self.broken(data, *words)
            self.assertIn(OPEN_DAYS, done.stderr.splitlines()[-1], words)

        done = self.run_in(data, "repair", "daily")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("not complete", done.stderr)
        seen = json.loads(self.run_in(data, "--json", "coverage", "daily").stdout)
        self.assertEqual([day for day in seen["days"] if day["state"] != "complete"], [])
        self.assertEqual([day for day in seen["days"] if day["rows"] != day["expected"]], [])
        self.assertIn("daily: complete", self.run_in(data, "get", "daily", *DAYS).stderr)
        held = json.loads(self.run_in(data, "--json", "quarantine", "list").stdout)
        self.assertEqual(len(held), 1, "a person may still look at it")

    def test_a_resumed_run_tells_of_it_too(self):
        data = self.fresh("resumed")
        nobody = "http://127.0.0.1:1"
        self.assertEqual(self.run_in(data, "collect", "daily", *DAYS).returncode, 0)
        done = self.run_in(data, "collect", "daily", "--mode", "full", *DAYS,
                           KANPAN_SOURCE_URL=nobody)
        self.assertEqual(done.returncode, 6, done.stderr)
        done = self.broken(data, "run", "resume", done.stdout.strip())
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn(OPEN_DAYS, done.stderr.splitlines()[-1])

    def test_the_last_line_counts_every_day_whose_page_was_refused(self):
        faults = self.fresh("refused.yaml")
        faults.write_text("".join(f"  - when: {{api: daily, date: {date}}}\n"
                                  "    do: {missing_column: {columns: [close]}}\n"
                                  for date in (20240605, 20240606)).join(["rules:\n", ""]))
        sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 20, "--fault", faults)
        try:
            done = self.run_in(self.fresh("refused"), "collect", "daily", *DAYS,
                               KANPAN_SOURCE_URL=sim.found)
        finally:
            sim.stop()
        self.assertEqual(done.returncode, 5, done.stderr)
        self.assertIn("2 refused", done.stderr)
        self.assertIn("days that are not complete: daily 2 ", done.stderr)


if __name__ == "__main__":
    unittest.main()
