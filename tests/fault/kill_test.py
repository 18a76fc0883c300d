"""kill -9 at random moments of collections, with the store's file lost or damaged in between.

    kill_test.py BINARY        KANPAN_FAULT_CYCLES (10), KANPAN_FAULT_SEED (random, printed)

Whatever was acknowledged by a commit event is in the journal and readable, once.
"""

import collections
import csv
import io
import os
import pathlib
import random
import subprocess
import sys
import time
import unittest

from kanpan_process import Kanpan, Simulator, events, scratch

CLOCK = "2024-06-28T20:00:00+08:00"
TABLES = {"daily": ("ts_code", "trade_date"), "adj_factor": ("ts_code", "trade_date"),
          "stock_basic": ("ts_code",)}
BINARY = None


def damage(data, dice):
    """Does something to the store's files; what it was, for the message."""
    file, wal = data / "hot.duckdb", data / "hot.duckdb.wal"
    kind = dice.choice(["nothing", "nothing", "delete", "truncate", "flip", "junk in the wal"])
    if kind == "delete":
        file.unlink(missing_ok=True)
    elif kind == "truncate" and file.exists():
        os.truncate(file, dice.randrange(file.stat().st_size + 1))
    elif kind == "flip" and file.exists() and file.stat().st_size > 0:
        with open(file, "r+b") as content:
            content.seek(dice.randrange(file.stat().st_size))
            byte = content.read(1)
            content.seek(-1, os.SEEK_CUR)
            content.write(bytes([byte[0] ^ 1 << dice.randrange(8)]))
    elif kind == "junk in the wal" and file.parent.exists():
        with open(wal, "ab") as content:
            content.write(bytes(dice.randrange(1, 5000)))
    return kind


class Kill(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("KANPAN_FAULT_SEED") or random.randrange(2**32))
        self.cycles = int(os.environ.get("KANPAN_FAULT_CYCLES") or 10)
        print(f"KANPAN_FAULT_SEED={self.seed}, {self.cycles} cycles", flush=True)
        self.dice = random.Random(self.seed)
        self.simulator = Simulator(BINARY, CLOCK)
        self.addCleanup(self.simulator.close)
        directory = scratch()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)
        self.acknowledged = {}  # sequence: rows

    def collect_and_kill(self, kanpan, first):
        """One collection, killed; its commits are remembered."""
        words = ["--json", "collect", *TABLES, "--from", first, "--to", "20240628"]
        output = self.root / "events"
        delay = self.dice.choice([0.02, 0.1, 0.3, 0.6, 1.0, 1.6]) * self.dice.uniform(0.5, 1.5)
        with open(output, "w", encoding="utf-8") as stdout:
            if self.dice.random() < 0.3:
                self.kill_server(kanpan, words, delay, stdout)
                what = "server killed"
            else:
                process = kanpan.start(*words, stdout=stdout)
                time.sleep(delay)
                process.kill()
                code = process.wait()
                said = kanpan.messages.read_text(encoding="utf-8")
                # A store that it finds damaged on the way is built anew, and the rest left.
                healed = code == 1 and "the store is whole again" in said
                self.assertTrue(healed or code in (-9, 0), said)
                what = "killed"
        for event in events(output.read_text(encoding="utf-8")):
            if event["event"] == "commit" and event.get("seq"):
                self.acknowledged[event["seq"]] = event["rows"]
        return f"{what} after {delay:.2f} s"

    def kill_server(self, kanpan, words, delay, stdout):
        """The collection goes through a server, which is killed under it."""
        socket = kanpan.data / "kanpan.sock"
        socket.unlink(missing_ok=True)  # a killed server leaves its own behind
        server = kanpan.start("serve", "--no-scheduler", "--listen", "127.0.0.1:0",
                              stdout=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 30
            while not socket.exists() and time.monotonic() < deadline:
                self.assertIsNone(server.poll(), kanpan.messages.read_text(encoding="utf-8"))
                time.sleep(0.02)
            client = kanpan.start(*words, stdout=stdout)
            time.sleep(delay)
        finally:
            server.kill()
            server.wait()
        self.assertNotEqual(client.wait(timeout=30), -6, "the client crashed")

    def finish(self, kanpan, first):
        """Resumes the runs that are left, newest first, then collects the rest."""
        # Killed before the journal was there, nothing is: then every command but collect says so.
        runs = kanpan.json("run", "list") if (kanpan.data / "journal.db").exists() else []
        self.assertFalse(self.acknowledged and not runs, "the journal is gone")
        for run in runs:
            if run["state"] in ("partial", "running", "failed", "cancelled"):
                kanpan.run_healing("run", "resume", run["run"])
                break
        kanpan.run_healing("collect", *TABLES, "--from", first, "--to", "20240628")

    def check(self, kanpan):
        self.assertTrue(kanpan.json("journal", "verify")["ok"])
        kanpan.run("store", "verify")
        last = max(self.acknowledged, default=0)
        commits = {commit["seq"]: commit for commit in
                   kanpan.json("journal", "list", "--after", "0", "--limit", str(last + 1000))}
        stored = collections.Counter()  # rows by unit, which is one commit or several
        for commit in commits.values():
            if commit["mode"] != "delete":  # closes what is gone: no rows of the unit's own
                stored[commit["run"], commit["unit"]] += commit["rows"]
        for seq, rows in self.acknowledged.items():
            self.assertIn(seq, commits, f"acknowledged commit {seq} is lost")
            self.assertEqual(stored[commits[seq]["run"], commits[seq]["unit"]], rows, commits[seq])
        self.assertEqual(sorted(commits), list(range(1, len(commits) + 1)))
        for table, key in TABLES.items():
            rows = list(csv.DictReader(io.StringIO(kanpan.run("get", table, "--format", "csv"))))
            keys = {tuple(row[name] for name in key) for row in rows}
            self.assertEqual(len(keys), len(rows), f"{table} has a row twice")
            self.assertEqual(int(kanpan.run("get", table, "--count")), len(rows))
            self.assertGreater(len(rows), 0)

    def test_nothing_acknowledged_is_lost_or_doubled(self):
        # Small worlds, each killed a few times, so that every round has work left to be killed in.
        cycle = 0
        while cycle < self.cycles:
            data = self.root / f"data-{cycle}"
            kanpan = Kanpan(BINARY, data, self.simulator.url, CLOCK)
            self.acknowledged.clear()
            story = []
            first = self.dice.choice(["20240401", "20240102", "20230601"])
            for _ in range(min(self.dice.randrange(2, 6), self.cycles - cycle)):
                cycle += 1
                how = self.collect_and_kill(kanpan, first)
                story.append(f"{how}, {damage(data, self.dice)}")
            print(f"{len(self.acknowledged)} commits acknowledged: {'; '.join(story)}", flush=True)
            with self.subTest("; ".join(story), seed=self.seed):
                self.finish(kanpan, first)
                self.check(kanpan)


if __name__ == "__main__":
    BINARY = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()
