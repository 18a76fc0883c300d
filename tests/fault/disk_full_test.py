"""A disk that fills up during a collection, and one that is given room again.

    disk_full_test.py BINARY        mounts a tmpfs; skipped where that is not permitted
"""

import errno
import pathlib
import subprocess
import sys
import time
import unittest

from kanpan_process import ROOT, Kanpan, Simulator, scratch

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
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertRegex(done.stderr.lower(), "space|full")
        run = done.stdout.strip()
        self.assertIn(f"make room, then go on with: kanpan --data {self.disk / 'data'} "
                      f"run resume {run}\n", done.stderr)
        self.assertEqual(done.stderr.count("error "), 1, done.stderr)
        self.fill()
        self.assertTrue(kanpan.json("journal", "verify")["ok"], "looking needs no room")
        (self.disk / "rest").unlink()
        self.resize("400m")
        kanpan.run("run", "resume", run)
        self.assertTrue(kanpan.json("journal", "verify")["ok"])
        kanpan.run("store", "verify")
        self.assertGreater(int(kanpan.run("get", "daily", "--count")), 50_000)

    def fill(self):
        with open(self.disk / "rest", "wb", buffering=0) as rest:
            try:
                while rest.write(bytes(4096)):
                    pass
            except OSError as error:
                self.assertEqual(error.errno, errno.ENOSPC)

    def resize(self, size):
        subprocess.run(["mount", "-o", f"remount,size={size}", str(self.disk)], check=True)

    def test_a_server_gets_over_it_by_itself(self):
        self.resize("24m")
        kanpan = Kanpan(BINARY, self.disk / "data", self.simulator.url, CLOCK)
        collect = ["collect", "daily", "adj_factor", "--to", "20240628", "--from"]
        kanpan.run(*collect, "20240601")
        held = int(kanpan.run("get", "daily", "--count"))
        kanpan.messages = pathlib.Path(f"{self.disk}.messages")  # not on the full disk
        server = kanpan.start("serve", "--no-scheduler", "--listen", "127.0.0.1:0",
                              stdout=subprocess.DEVNULL)
        try:
            self.wait_for(lambda: (self.disk / "data" / "kanpan.sock").exists())
            done = self.asked(kanpan, *collect, "20230101")
            self.assertEqual(done.returncode, 6, done.stderr)
            self.assertIn("run resume " + done.stdout.strip(), done.stderr)
            self.assertRegex(done.stderr.lower(), "space|full")
            self.wait_for(lambda: int(self.asked(kanpan, "get", "daily", "--count").stdout or 0)
                          >= held, "reads work while the disk is full")
            self.resize("400m")
            self.wait_for(lambda: self.asked(kanpan, *collect, "20230101").returncode == 0,
                          "a collection works once there is room")
            self.assertIsNone(server.poll(), "the server is the same one")
            self.assertGreater(int(kanpan.run("get", "daily", "--count")), 50_000)
            kanpan.run("store", "verify")
            self.assertTrue(kanpan.json("journal", "verify")["ok"])
        finally:
            server.terminate()
            self.assertEqual(server.wait(timeout=60), 0)
        print(kanpan.messages.read_text(encoding="utf-8"), flush=True)

    def asked(self, kanpan, *words):
        return subprocess.run(kanpan.arguments(*words), env=kanpan.environment, cwd=ROOT,
                              capture_output=True, text=True, timeout=200, check=False)

    def wait_for(self, condition, what="it", seconds=60):
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"not within {seconds} s: {what}")
            time.sleep(0.5)


if __name__ == "__main__":
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
