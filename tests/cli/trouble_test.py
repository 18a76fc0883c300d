"""What goes wrong around the program: its output, its store, its settings, its directory.

And what a server knows. KANPAN names the binary.
"""

import http.client
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

from program_case import KANPAN, Background, ProgramCase, environment


class Trouble(ProgramCase):
    # ---- output

    def much(self):
        """A directory with rows for several batches of output."""
        data = self.fresh("much")
        if not data.exists():
            done = self.run_in(data, "collect", "daily", "--from", "20230101", "--to", "20240628")
            self.assertEqual(done.returncode, 0, done.stderr)
        return data

    def test_a_stopped_get_leaves_no_file(self):
        file = self.fresh("stopped.csv")
        part = pathlib.Path(str(file) + ".part")
        os.mkfifo(part)
        words = ["get", "daily", "--format", "csv", "-o", file]
        process = subprocess.Popen([KANPAN, "--data", self.much(), *words],
                                   stderr=subprocess.PIPE, text=True, env=environment())
        with open(part, "rb") as reader:
            self.assertTrue(reader.read(1000))
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)  # the signal is handled on a thread of its own
            self.assertTrue(reader.read())
        message = process.communicate(timeout=60)[1]
        self.assertEqual(process.returncode, 1, message)
        self.assertIn("stopped after", message)
        self.assertFalse(file.exists())
        self.assertFalse(part.exists())

    def test_a_stdout_that_takes_no_more(self):
        words = [KANPAN, "--data", self.much(), "get", "daily", "--format", "csv"]
        for command in (words, [KANPAN, "--help"], [KANPAN, "version"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True,
                                      env=environment(), timeout=60)
            self.assertEqual(done.returncode, 1, command)
            self.assertIn("stdout cannot be written: No space left", done.stderr)
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment())
        self.assertTrue(process.stdout.readline().startswith(b"ts_code"))
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()
        self.assertEqual(process.wait(timeout=60), 1)

    def test_journal_list_shows_the_newest_of_a_table(self):
        commits = json.loads(self.kanpan("--json", "journal", "list", "--limit", "1000").stdout)
        daily = [c["seq"] for c in commits if c["table"] == "daily"]
        listed = json.loads(self.kanpan("--json", "journal", "list", "--table", "daily",
                                        "--limit", "2").stdout)
        self.assertEqual([c["seq"] for c in listed], daily[-2:])
        self.assertNotEqual(daily[-2:], daily[:2])
        listed = json.loads(self.kanpan("--json", "journal", "list", "--table", "daily",
                                        "--after", "0", "--limit", "2").stdout)
        self.assertEqual([c["seq"] for c in listed], daily[:2])

    # ---- a store that turns out damaged

    def damaged(self, pristine):
        """Copies of a directory, each with one other block of its store damaged."""
        block = 256 * 1024
        size = (pristine / "hot.duckdb").stat().st_size
        for start in range(3 * 4096, size, block):
            copy = self.fresh("damaged")
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(pristine, copy, ignore=lambda *_: ["kanpan.sock"])
            with open(copy / "hot.duckdb", "r+b") as file:
                for at in range(start + 200, min(start + block, size), 20_000):
                    file.seek(at)
                    byte = file.read(1)
                    file.seek(at)
                    file.write(bytes([byte[0] ^ 0x40]))
            yield copy

    def test_a_store_found_damaged_never_makes_a_command_run_twice(self):
        rebuilt = 0
        for data in self.damaged(self.much()):
            before = len(json.loads(self.run_in(data, "--json", "run", "list").stdout))
            done = self.run_in(data, "collect", "daily", "--from", "20240624", "--to", "20240702")
            self.assertIn(done.returncode, (0, 1, 6), done.stderr)
            runs = json.loads(self.run_in(data, "--json", "run", "list").stdout)
            self.assertEqual(len(runs), before + 1, done.stderr)
            if "rebuilt" in done.stderr:
                rebuilt += 1
                self.assertIn(done.stdout.strip(), [run["run"] for run in runs])
            self.assertEqual(self.run_in(data, "store", "verify").returncode, 0)
        self.assertGreater(rebuilt, 0)

    def test_a_read_of_a_damaged_store_is_done_again_unless_it_had_printed(self):
        words = ["get", "daily", "--format", "csv"]
        whole = self.run_in(self.much(), *words).stdout
        rebuilt = 0
        for data in self.damaged(self.much()):
            done = self.run_in(data, *words)
            rebuilt += "rebuilt" in done.stderr
            if done.returncode == 0:
                self.assertEqual(done.stdout, whole)
            else:
                self.assertTrue(whole.startswith(done.stdout), "printed twice")
                self.assertIn("asked for again", done.stderr)
                self.assertEqual(self.run_in(data, *words).stdout, whole)
        self.assertGreater(rebuilt, 0)

    def test_a_server_that_mends_its_store_is_not_stopping(self):
        told = self.fresh("supervisor")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
            supervisor.bind(str(told))
            supervisor.settimeout(60)
            for data in self.damaged(self.much()):
                server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                                    "--listen", "127.0.0.1:0", NOTIFY_SOCKET=str(told))
                self.assertEqual(supervisor.recv(100), b"READY=1")
                found = self.run_in(data, "get", "daily", "--format", "csv").returncode != 0
                if found:
                    self.assertEqual(supervisor.recv(100), b"READY=1", "serving again")
                self.assertEqual(server.stop(), 0)
                self.assertEqual(supervisor.recv(100), b"STOPPING=1")
                if found:
                    return
        self.fail("no damage was met")

    # ---- a journal that is gone

    def test_a_lost_journal_is_named_and_no_row_goes_without_a_word(self):
        data = self.fresh("lost_journal")
        shutil.copytree(self.data, data, ignore=lambda *_: ["kanpan.sock", "journal.db",
                                                            "journal.db-wal", "journal.db-shm"])
        done = self.run_in(data, "--json", "doctor", KANPAN_HTTP_LISTEN="127.0.0.1:0")
        journal = next(one for one in json.loads(done.stdout) if one["check"] == "journal")
        self.assertEqual((done.returncode, journal["health"]), (3, "fault"))
        self.assertIn("journal.db' is gone", journal["about"])
        self.assertIn("put back a backup of journal.db", journal["fix"])
        self.refused(3, "get", "daily", says=["journal.db' is gone", "backup"], data=data)
        day = ["--from", "20240628", "--to", "20240628"]
        done = self.run_in(data, "collect", "daily", *day)
        kept, = data.glob("hot.duckdb.2*")
        self.assertEqual(done.stderr.count("journal.db' is gone"), 1, done.stderr)
        self.assertIn(f"are kept in {kept} alone", done.stderr)

    # ---- wrong surroundings

    def test_a_password_in_an_address_is_not_shown(self):
        url = "http://me:secret@127.0.0.1:9/a?token=secret"
        for words in (["config", "show", "--origin"], ["--json", "config", "show"], ["doctor"],
                      ["collect", "trade_cal", "--from", "20240101"]):
            done = self.kanpan(*words, KANPAN_SOURCE_URL=url)
            self.assertNotIn("secret", done.stdout + done.stderr, words)
            self.assertIn("http://127.0.0.1:9/a", done.stdout + done.stderr, words)
        done = self.kanpan("config", "show", KANPAN_SOURCE_URL="ftp://me:secret@h")
        self.assertEqual(done.returncode, 3)
        self.assertNotIn("secret", done.stderr)

    def test_wrong_settings_are_named(self):
        for name, value, says in (("SOURCE_WORKERS", "100000", "from 1 to 64"),
                                  ("SOURCE_WORKERS", "0", "from 1 to 64"),
                                  ("SOURCE_CALLS_PER_DAY", "5000000000", "from 0 to 1000000000"),
                                  ("SOURCE_URL", "ftp://x", "http:// or https://"),
                                  ("MEMORY_LIMIT", "5", "64MiB at least"),
                                  ("MEMORY_LIMIT", "99999999999GiB", "512MiB")):
            done = self.kanpan("config", "show", **{"KANPAN_" + name: value})
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn(value, done.stderr)
            self.assertIn(says, done.stderr)

    def test_settings_that_are_no_yaml_are_named_by_line_and_column(self):
        file = self.fresh("broken.yaml")
        file.write_text("http:\n  listen: [a\n")
        done = self.kanpan("--config", file, "config", "check")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, rf"kanpan: {file}:\d+:\d+: [a-z]")
        self.assertNotIn("yaml-cpp", done.stderr)

    @unittest.skipIf(os.geteuid() != 0, "only root can become somebody else")
    def test_a_directory_that_cannot_be_looked_into(self):
        closed = self.fresh("closed")
        closed.mkdir(mode=0o700)
        done = self.as_nobody("--data", closed / "x", "version")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("Permission denied", done.stderr)

    def test_demo_keeps_away_from_real_rows(self):
        data = self.round_trip("real", "tushare")
        self.refused(3, "demo", "--listen", "127.0.0.1:0", "--codes", "5", data=data,
                     says=["not simulated", str(data)])
        done = subprocess.run([KANPAN, "demo", "--listen", "127.0.0.1:0", "--codes", "5"],
                              capture_output=True, text=True, timeout=60,
                              env=environment(KANPAN_DATA=str(data)))
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn(str(data), done.stderr)

    def test_real_and_simulated_rows_never_share_a_directory(self):
        day = ["--from", "20240625", "--to", "20240625"]
        files = self.fresh("real_files")
        files.mkdir()
        self.round_trip("kept", "tushare")
        shutil.copy(self.fresh("kept.csv"), files / "daily.csv")
        tushare = {"KANPAN_SOURCE_KIND": "tushare", "KANPAN_SOURCE_TOKEN": "x"}
        # Files are no invention: what serves them is real.
        served = Background(r"answers at (\S+)", "sim", "--port", 0, "--csv", files)
        self.addCleanup(served.stop)
        from_files = {**tushare, "KANPAN_SOURCE_URL": served.found}
        real = self.fresh("kept_real")
        self.run_in(real, "collect", "daily", *day, **from_files)
        before = self.run_in(real, "get", "daily", "--count").stdout
        self.assertGreater(int(before), 0)
        # The second one is not told beforehand: the simulator says it in its answers.
        for declared in ({}, tushare):
            done = self.run_in(real, "collect", "adj_factor", *day, **declared)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("holds real rows", done.stderr)
            self.assertIn("--data", done.stderr)
            self.assertEqual(self.run_in(real, "get", "adj_factor", "--count").stdout.strip(), "0")
        self.assertEqual(self.run_in(real, "get", "daily", "--count").stdout, before)

        told = self.fresh("told")
        done = self.run_in(told, "collect", "daily", *day, **tushare)
        self.assertEqual(done.returncode, 0, done.stderr)
        newest = json.loads(self.run_in(told, "--json", "journal", "list").stdout)[-1]
        self.assertEqual((newest["source"], newest["simulated"]), ("sim", True))
        done = self.run_in(told, "collect", "daily", "--from", "20240626", "--to", "20240626",
                           **tushare)
        self.assertEqual(done.returncode, 0, done.stderr)

        done = self.run_in(told, "collect", "daily", "--from", "20240627", "--to", "20240627",
                           **from_files)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("holds simulated rows", done.stderr)

        # A file is its owner's, who may put it beside either.
        done = self.run_in(told, "import", "daily", files / "daily.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("holds simulated rows", done.stderr)
        done = self.run_in(told, "collect", "daily", "--from", "20240626", "--to", "20240626")
        self.assertEqual(done.returncode, 0, done.stderr)

    # ---- a server

    def posted(self, data, body, path="/command"):
        """The status and body of a command sent to the server of a directory."""
        connection = http.client.HTTPConnection("kanpan")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(data / "kanpan.sock"))
        connection.request("POST", path, json.dumps(body))
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def progress_of(self, data, *words):
        """What a command writes to a terminal."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen([KANPAN, "--data", data, *words], stdout=subprocess.DEVNULL,
                                   stderr=theirs, env=environment(KANPAN_SOURCE_URL=self.sim.found))
        os.close(theirs)
        seen = b""
        while True:
            try:
                if not (more := os.read(ours, 10_000)):
                    break
            except OSError:  # the other side is closed
                break
            seen += more
        os.close(ours)
        self.assertEqual(process.wait(timeout=60), 0)
        return seen.decode()

    def test_a_server_says_at_the_start_what_is_found_out_too_late(self):
        for listen, kind, notes in (("127.0.0.1:0", "sim", []),
                                    ("127.0.0.1:0", "tushare", ["until KANPAN_SOURCE_TOKEN"]),
                                    ("0.0.0.0:0", "sim", ["everybody who reaches it can read"])):
            data = self.fresh(f"start-{listen}-{kind}")
            server = Background(r"serves (\S+)", "--data", data, "serve", "--listen", listen,
                                KANPAN_SOURCE_URL=self.sim.found, KANPAN_SOURCE_KIND=kind)
            server.process.send_signal(signal.SIGTERM)
            said = server.process.stderr.read()
            self.assertEqual(server.process.wait(timeout=60), 0)
            server.process.stderr.close()
            self.assertEqual(said.count("note: "), len(notes), said)
            for note in notes:
                self.assertIn(note, said)

    def test_a_schedule_that_fails_says_why_and_when_it_tries_again(self):
        data = self.fresh("unreachable")
        env = {"KANPAN_SOURCE_URL": self.sim.found, "KANPAN_SOURCE_CALLS_PER_DAY": "1",
               "KANPAN_CLOCK": "2024-07-10T20:59:59+08:00x1"}
        server = Background(r"serves (\S+)", "--data", data, "serve", "--listen", "127.0.0.1:0",
                            **env)
        try:
            def express():
                with urllib.request.urlopen(server.found + "/v1/status", timeout=30) as answer:
                    tables = json.load(answer)["data"]["tables"]
                return next(t for t in tables if t["name"] == "express_vip")
            deadline = time.monotonic() + 90
            while not (seen := express())["last_error"] and time.monotonic() < deadline:
                time.sleep(0.2)
            self.assertIn("calls", seen["last_error"])
            self.assertRegex(seen["last_run"], r"^2024-07-10T2[01]:")
            self.assertIsNone(seen["last_success"])
            self.assertRegex(seen["next_run"], r"^2024-07-10T21:0[4-9]:")
            shown = self.run_in(data, "status").stdout
            self.assertIn(seen["next_run"], shown)
            self.assertRegex(shown, r"express_vip failed when it was collected last: .*calls")
        finally:
            self.assertEqual(server.stop(), 0)
        later = self.run_in(data, "status", KANPAN_CLOCK="2024-07-10T22:00:00+08:00").stdout
        self.assertRegex(later, r"\nexpress_vip .* now\s")

    def interrupted_collection(self, data):
        """Ctrl-C while calls are under way: exit code, stdout, stderr."""
        words = ["collect", "daily", "--from", "20200101", "--to", "20240628"]
        process = subprocess.Popen([KANPAN, "--data", data, *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   env=environment(KANPAN_SOURCE_URL=self.slow.found))
        time.sleep(1.5)  # it has begun, and each of its calls takes a minute
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.strip(), err

    def test_ctrl_c_ends_a_collection_alike_with_and_without_a_server(self):
        faults = self.fresh("slow.yaml")
        faults.write_text("rules:\n  - {when: {api: daily}, do: {delay: {milliseconds: 60000}}}\n")
        self.slow = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 5, "--fault",
                               faults)
        self.addCleanup(self.slow.stop)
        data = self.fresh("stopped")
        for served in (False, True):
            server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                                "--listen", "127.0.0.1:0",
                                KANPAN_SOURCE_URL=self.slow.found) if served else None
            try:
                code, run, err = self.interrupted_collection(data)
                self.assertEqual(code, 6, err)
                self.assertIn(f"go on with: kanpan --data {data} run resume {run}", err)
                self.assertIn("cancelled: ", err)
                self.assertRegex(self.run_in(data, "run", "list").stdout, run + ".* cancelled ")
            finally:
                if server:
                    self.assertEqual(server.stop(), 0)

    def test_ctrl_c_that_overtakes_its_command_stops_it_too(self):
        data = self.fresh("overtaken")
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler",
                            "--listen", "127.0.0.1:0", KANPAN_SOURCE_URL=self.sim.found)
        try:
            status, _ = self.posted(data, {"id": "early"}, "/command/stop")
            self.assertEqual(status, 200)
            words = ["collect", "daily", "--from", "20240624", "--to", "20240628"]
            _, text = self.posted(data, {"id": "early", "words": words})
            self.assertTrue(text.endswith("x 1\n6"), text)
            self.assertIn("go on with: kanpan run resume", text)
            runs = json.loads(self.run_in(data, "--json", "run", "list").stdout)
            self.assertEqual([(run["state"], run["calls"]) for run in runs], [("cancelled", 0)])
            _, text = self.posted(data, {"id": "early", "words": words})
            self.assertTrue(text.endswith("x 1\n0"), text)
        finally:
            self.assertEqual(server.stop(), 0)

    def test_a_server_knows_its_schedule_and_shows_progress(self):
        data = self.fresh("scheduled")
        server = Background(r"serves (\S+)", "--data", data, "serve", "--listen", "127.0.0.1:0",
                            KANPAN_SOURCE_URL=self.sim.found)
        try:
            status = json.loads(self.run_in(data, "--json", "status").stdout)
            tables = {table["name"]: table for table in status["tables"]}
            self.assertRegex(tables["daily"]["next_run"] or "", r"^2024-07-1")
            words = ["collect", "daily", "--from", "20240103", "--to", "20240628"]
            self.assertRegex(self.progress_of(data, *words), r"\d+ units, \d+ rows, \d+ rows/s\r")
            for wrong in ({"words": ["version"], "directory": 7},
                          {"words": ["version"], "interactive": "yes"}, {"words": [7]}, []):
                self.assertEqual(self.posted(data, wrong)[0], 400, wrong)
            status, text = self.posted(data, {"words": ["version"], "directory": "/",
                                              "settings": {"no.such": "x", "source.kind": "sim"}})
            self.assertEqual(status, 200)
            self.assertTrue(text.startswith("o ") and text.endswith("x 1\n0"), text)
            same = self.run_in(data, "status")
            self.assertNotIn("note: source", same.stderr)
            other = self.run_in(data, "status", KANPAN_SOURCE_URL="http://127.0.0.1:1")
            self.assertIn(f"uses '{self.sim.found}'", other.stderr)
        finally:
            self.assertEqual(server.stop(), 0)


if __name__ == "__main__":
    unittest.main()
