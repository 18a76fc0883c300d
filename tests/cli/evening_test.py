"""A trading day of a small installation, hour by hour. KANPAN names the binary."""

import json
import unittest

from program_case import Background, ProgramCase


class Evening(ProgramCase):
    def at(self, hour, *words, **env):
        done = self.run_in(self.fresh("evening"), *words, **env,
                           KANPAN_CLOCK=f"2024-06-{hour}:00+08:00")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def collect(self, hour, *words):
        sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 20,
                         KANPAN_CLOCK=f"2024-06-{hour}:00+08:00")
        try:
            self.at(hour, "collect", *words, KANPAN_SOURCE_URL=sim.found)
        finally:
            sim.stop()

    def test_the_days_bars_are_adjusted_once_daily_is_collected(self):
        self.collect("27T18:05", "daily", "adj_factor", "--from", "20240624")
        self.collect("28T06:00", "adj_factor")  # by its schedule: that of today comes later
        self.collect("28T18:05", "daily")
        day = self.at("28T18:05", "get", "daily", "--from", "20240628", "--format", "csv")
        codes = [line.split(",")[0] for line in day.splitlines()[1:]]
        self.assertGreater(len(codes), 10)
        for code in codes:
            for adjusted in ("qfq", "hfq"):
                self.assertIn("2024-06-28", self.at("28T18:05", "bars", code, "--adj", adjusted))

    def test_codes_and_days_that_are_named_bring_nothing_along(self):
        for words, brought in ((["--codes", "000011.SZ"], False), (["--from", "20240624"], False),
                               ([], True)):
            plan = self.at("28T18:05", "--json", "plan", "daily", *words)
            tables = [one["table"] for one in json.loads(plan)["tables"]]
            self.assertEqual("adj_factor" in tables, brought)


if __name__ == "__main__":
    unittest.main()
