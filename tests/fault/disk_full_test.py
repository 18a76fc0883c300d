"""A disk that fills up during a collection, and one that is given room again.

    disk_full_test.py BINARY        mounts a tmpfs; skipped where that is not permitted
"""

import pathlib
import subprocess
import sys
import unittest

from kanpan_process import Kanpan, Simulator, scratch

CLOCK = "2024-06-28T20:00:00+08:00"
BINARY = None


class DiskFull(unittest.TestCase):
    def setUp(self):
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.disk = pathlib.Path(directory.name) / "disk"
        self.disk.mkdir()
        self.mount("size=12m")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=True)
        self.simulator = Simulator(BINARY, CLOCK, codes=400)
        self.addCleanup(self.simulator.close)

    def mount(self, options):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.disk)],
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"no tmpfs can be mounted here: {done.stderr.strip()}")

    def test_what_was_acknowledged_stays_and_the_rest_follows_once_there_is_room(self):
        kanpan = Kanpan(BINARY, self.disk / "data", self.simulator.url, CLOCK)
        words = ["collect", "daily", "adj_factor", "--from", "20230101", "--to", "20240628"]
        done = subprocess.run(kanpan.arguments(*words), env=kanpan.environment,
                              capture_output=True, text=True, timeout=200, check=False)
        self.assertNotEqual(done.returncode, 0, "12 MiB were enough")
        self.assertGreater(done.returncode, 0, f"died of a signal: {done.stderr}")
        self.assertRegex(done.stderr.lower(), "space|full")
        subprocess.run(["mount", "-o", "remount,size=400m", str(self.disk)], check=True)
        kanpan.run(*words)
        self.assertTrue(kanpan.json("journal", "verify")["ok"])
        kanpan.run("store", "verify")
        self.assertGreater(int(kanpan.run("get", "daily", "--count")), 50_000)


if __name__ == "__main__":
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
