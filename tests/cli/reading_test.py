"""What the reading commands say of what is not there. KANPAN names the binary."""

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
        data = self.fresh("planned")
        self.assertEqual(self.run_in(data, "plan", "stock_basic").returncode, 0)
        done = self.run_in(data, "get", "stock_basic", "--count")
        self.assertEqual((done.returncode, done.stdout), (0, "0\n"), done.stderr)


if __name__ == "__main__":
    unittest.main()
