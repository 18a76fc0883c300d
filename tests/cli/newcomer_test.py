"""What a new user meets: a mistyped directory, a taken port, two commands at once, Ctrl-C, files
of another kind. KANPAN names the binary.
"""

import gzip
import json
import pathlib
import shlex
import signal
import socket
import sqlite3
import subprocess
import time
import unittest
import urllib.request

from program_case import KANPAN, Background, ProgramCase, environment


class Newcomer(ProgramCase):
    # ---- a directory without data

    def left_by(self, code, *words, **env):
        """Runs on a directory that is not there; what is found where it would have been made."""
        above = pathlib.Path(self.fresh("typed"))
        above.mkdir(exist_ok=True)
        done = self.run_in(above / "wrong" / "data", *words, **env)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(list(above.rglob("*")), [], words)
        self.assertEqual(self.run_in(above / "wrong" / "data", "status").returncode, 3)
        return done

    def test_a_plan_leaves_nothing(self):
        days = ["--from", "20240624", "--to", "20240628"]
        planned = self.left_by(0, "--json", "plan", "daily", *days)
        tables = [one["table"] for one in json.loads(planned.stdout)["tables"]]
        self.assertEqual(tables, ["trade_cal", "stock_basic", "suspend_d", "daily"])
        kept = self.fresh("kept")
        kept.mkdir()
        (kept / "kanpan.yaml").write_text("source:\n  workers: 2\n")
        self.assertEqual(self.run_in(kept, "plan", "daily", *days).returncode, 0)
        self.assertEqual([file.name for file in kept.iterdir()], ["kanpan.yaml"])
        self.assertEqual(self.run_in(kept, "collect", "daily", *days).returncode, 0)
        self.assertEqual(self.run_in(kept, "plan", "daily", *days).returncode, 0)
        self.assertEqual(self.run_in(kept, "get", "daily", "--count").stdout.strip(), "90")

    def test_what_fails_at_once_leaves_nothing(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            listen = ["--listen", f"127.0.0.1:{taken.getsockname()[1]}"]
            self.assertIn(listen[1], self.left_by(3, "serve", *listen).stderr)
            self.assertIn(listen[1], self.left_by(3, "demo", "--codes", "5", *listen).stderr)
        self.left_by(2, "collect", "dialy")
        self.left_by(2, "import", "daily", "absent.csv")
        self.left_by(3, "collect", "daily", KANPAN_SOURCE_KIND="tushare")
        self.left_by(3, "serve", KANPAN_CATALOG_DIRECTORY=str(self.fresh("no_catalog")))

    def test_a_server_that_served_leaves_its_directory(self):
        data = self.fresh("served_only")
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                            "--listen", "127.0.0.1:0")
        self.assertEqual(server.stop(), 0)
        self.assertEqual(self.run_in(data, "run", "list").returncode, 0)

    # ---- a damaged journal

    def test_doctor_sees_damage_that_verify_sees(self):
        data = self.round_trip("overwritten", "tushare")
        listen = {"KANPAN_HTTP_LISTEN": "127.0.0.1:0"}
        well = self.run_in(data, "doctor", **listen)
        self.assertEqual(well.returncode, 0, well.stdout)
        self.assertRegex(well.stdout, r"ok +journal +\d+ commits; all are whole")
        journal = data / "journal.db"
        with sqlite3.connect(journal) as database:
            page, size = database.execute("SELECT rootpage, (SELECT page_size FROM "
                                          "pragma_page_size) FROM sqlite_schema "
                                          "WHERE name = 'day'").fetchone()
        database.close()
        with open(journal, "r+b") as file:
            file.seek((page - 1) * size + 8)
            file.write(b"\xff" * 8)
        self.refused(1, "journal", "verify", says="damaged", data=data)
        sick = self.run_in(data, "doctor", **listen)
        self.assertEqual(sick.returncode, 3, sick.stdout)
        self.assertRegex(sick.stdout, "fault +journal .*damaged")

    # ---- real rows and invented ones

    def served_as(self, data, **env):
        """What /v1/meta says of the rows that are served."""
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                            "--listen", "127.0.0.1:0", **env)
        try:
            with urllib.request.urlopen(server.found + "/v1/meta", timeout=30) as answer:
                return json.load(answer)["data"]["simulated"]
        finally:
            server.stop()

    def test_what_is_served_is_called_by_its_rows(self):
        tushare = {"KANPAN_SOURCE_KIND": "tushare", "KANPAN_SOURCE_TOKEN": "x"}
        real = self.round_trip("imported", "tushare")
        self.assertFalse(self.served_as(real))
        self.assertFalse(self.served_as(real, **tushare))
        self.assertTrue(self.served_as(self.data))
        self.assertTrue(self.served_as(self.data, **tushare))
        self.assertTrue(self.served_as(self.fresh("nothing_yet")))
        self.assertFalse(self.served_as(self.fresh("nothing_real"), **tushare))

    # ---- two commands at once, and Ctrl-C

    def start(self, data, *words, sim=None):
        return subprocess.Popen([KANPAN, "--data", data, *words], stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True,
                                env=environment(KANPAN_SOURCE_URL=sim or self.sim.found))

    def slow_sim(self, milliseconds):
        faults = self.fresh(f"slow{milliseconds}.yaml")
        faults.write_text("rules:\n  - {when: {api: daily}, do: {delay: {milliseconds: "
                          f"{milliseconds}" "}}}\n")
        sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 5, "--fault", faults)
        self.addCleanup(sim.stop)
        return sim.found

    def test_short_commands_wait_for_each_other_and_a_long_one_is_named(self):
        both = [self.start(self.data, "run", "list") for _ in range(3)]
        for one in both:
            _, err = one.communicate(timeout=60)
            self.assertEqual(one.returncode, 0, err)
        data = self.fresh("owned")
        long = self.start(data, "collect", "daily", "--from", "20240624", "--to", "20240628",
                          sim=self.slow_sim(60000))
        while not (data / "journal.db").exists():
            time.sleep(0.05)
        self.refused(3, "run", "list", data=data,
                     says=[f"is owned by process {long.pid}", "kanpan serve"])
        long.send_signal(signal.SIGINT)
        _, err = long.communicate(timeout=60)
        self.assertEqual(long.returncode, 6, err)

    def test_the_hint_to_go_on_works_as_it_stands(self):
        data = self.fresh("it's a directory")
        days = ["--from", "20240624", "--to", "20240628"]
        stopped = self.start(data, "collect", "daily", *days, sim=self.slow_sim(60000))
        while not (data / "journal.db").exists():
            time.sleep(0.05)
        time.sleep(1)  # it has begun to ask
        stopped.send_signal(signal.SIGINT)
        _, err = stopped.communicate(timeout=60)
        self.assertEqual(stopped.returncode, 6, err)
        hint = err.split("go on with: ")[1].splitlines()[0]
        words = shlex.split(hint)
        self.assertEqual(words[:5], ["kanpan", "--data", str(data), "run", "resume"])
        done = subprocess.run([KANPAN, *words[1:]], capture_output=True, text=True, timeout=60,
                              env=environment(KANPAN_SOURCE_URL=self.sim.found))
        self.assertEqual(done.returncode, 0, done.stderr)

    # ---- files

    def test_files_of_another_kind_are_named(self):
        header = "ts_code,trade_date,open,high,low,close,vol\n"
        line = "600000.SH,20240102,10,11,9,10.5,1000\n"
        utf16 = "convert the file first, as with iconv -f UTF-16"
        for name, content, code, says in (
                ("semi.csv", (header + line).replace(",", ";").encode(), 5,
                 "the separator is ';', not a comma"),
                ("tabs.csv", (header + line).replace(",", "\t").encode(), 5,
                 "the separator is a tab, not a comma"),
                ("prose.csv", b"# Kanpan\n\nWords.\n", 5, "'# Kanpan', names no column"),
                ("wide.csv", (header + line).encode("utf-16"), 5, utf16 + " "),
                ("unmarked.csv", (header + line).encode("utf-16-le"), 5, utf16 + "LE"),
                ("gbk.csv", ("代码," + header + line).encode("gb18030"), 5, "iconv -f GB18030"),
                ("cut.csv.gz", gzip.compress((header + line).encode())[:-12], 1, "ends too early"),
                ("head.csv", header.encode(), 0, "has no rows"),
                ("one_line.csv", (header + line).replace("\n", "\r").encode(), 0, "has no rows")):
            file = self.fresh(name)
            file.write_bytes(content)
            self.refused(code, "import", "daily", file, says=[says, name],
                         data=self.fresh("filed"))

    def test_a_simulator_serves_files_or_says_why_not(self):
        empty = self.fresh("empty")
        empty.mkdir()
        self.refused(2, "sim", "--port", "0", "--csv", empty, says=[str(empty), "daily.csv"])
        (empty / "dayly.csv").write_text("ts_code,trade_date\n")
        self.refused(2, "sim", "--port", "0", "--csv", empty, says="not even 'dayly.csv'")
        self.refused(2, "sim", "--port", "0", "--fault", "/nonexistent", says="no file")
        (empty / "daily.csv").write_text("ts_code,trade_date\n600000.SH,20240102\n")
        process = subprocess.Popen([KANPAN, "sim", "--port", "0", "--csv", empty], text=True,
                                   stderr=subprocess.PIPE, env=environment())
        said = []
        for line in process.stderr:
            said.append(line)
            if "answers at" in line:
                break
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(sum("dayly.csv" in line for line in said), 1, said)


if __name__ == "__main__":
    unittest.main()
