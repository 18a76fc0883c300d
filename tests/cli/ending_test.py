"""How a collection ends that is cut off: what is printed by then, and how to go on.

KANPAN names the binary.
"""

import json
import pathlib
import signal
import subprocess
import unittest

from program_case import KANPAN, Background, ProgramCase, environment

DAYS = ["--from", "20240101", "--to", "20240628"]


class Ending(ProgramCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        faults = pathlib.Path(cls.folder.name) / "slow.yaml"
        faults.write_text("rules:\n  - {when: {api: daily}, do: {delay: {milliseconds: 60000}}}\n")
        cls.slow = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 5, "--fault",
                              faults)

    @classmethod
    def tearDownClass(cls):
        cls.slow.stop()
        super().tearDownClass()

    def begun(self, data, *words):
        """A command whose run is under way, and what it has printed by then."""
        process = subprocess.Popen([KANPAN, "--data", data, *words], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True,
                                   env=environment(KANPAN_SOURCE_URL=self.slow.found))
        return process, process.stdout.readline()

    def served(self, data):
        server = Background(r"serves (\S+)", "--data", data, "serve", "--no-scheduler", "--listen",
                            "127.0.0.1:0", KANPAN_SOURCE_URL=self.slow.found)
        self.addCleanup(server.process.stderr.close)
        self.addCleanup(server.process.kill)
        return server

    def runs(self, data):
        return json.loads(self.run_in(data, "--json", "run", "list").stdout)

    def test_the_run_id_is_printed_once_and_as_soon_as_there_is_a_run(self):
        data = self.fresh("killed")
        process, line = self.begun(data, "collect", "daily", *DAYS)
        process.kill()
        self.assertEqual(process.communicate(timeout=60)[0], "")
        run, = self.runs(data)
        self.assertEqual((line, run["state"]), (run["run"] + "\n", "partial"))
        process, line = self.begun(data, "run", "resume", run["run"])
        process.kill()
        self.assertEqual(process.communicate(timeout=60)[0], "")
        self.assertEqual(line, run["run"] + "\n")
        for words in (["collect", "trade_cal", "--from", "20240601", "--to", "20240628"],
                      ["repair", "trade_cal"], ["run", "resume", run["run"]]):
            done = self.run_in(data, *words)
            self.assertIn(done.returncode, (0, 6), done.stderr)
            self.assertEqual(done.stdout.count("\n"), 1, words)
        file = self.fresh("rows.csv")
        self.kanpan("get", "daily", "--format", "csv", "--units", "tushare", "-o", file)
        done = self.run_in(self.fresh("imported"), "import", "daily", file)
        self.assertEqual((done.returncode, done.stdout.count("\n")), (0, 1), done.stderr)

    def test_a_server_that_is_stopped_ends_its_commands_as_ctrl_c_does(self):
        for json_flag in ([], ["--json"]):
            data = self.fresh("stopped" + "".join(json_flag))
            server = self.served(data)
            process, line = self.begun(data, *json_flag, "collect", "daily", *DAYS)
            self.assertEqual(server.stop(), 0)
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 6, err)
            run, = self.runs(data)
            self.assertEqual(run["state"], "cancelled")
            if json_flag:
                last = json.loads(out.splitlines()[-1])
                self.assertEqual((last["event"], last["message"]), ("done", "cancelled"))
            else:
                self.assertEqual(line + out, run["run"] + "\n")
                self.assertIn(f"go on with: kanpan --data {data} run resume {run['run']}", err)

    def test_a_server_that_is_killed_leaves_its_clients_the_way_on(self):
        data = self.fresh("lost")
        server = self.served(data)
        process, line = self.begun(data, "collect", "daily", *DAYS)
        run = line.strip()
        server.process.send_signal(signal.SIGKILL)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 6, err)
        self.assertIn("kanpan: the server that owns the data directory ended before run "
                      f"{run} did\n        go on with: kanpan --data {data} run resume {run}\n",
                      err)
        self.assertEqual([(r["run"], r["state"]) for r in self.runs(data)],
                         [(run, "partial")])
        self.assertEqual(self.run_in(data, "run", "resume", run).returncode, 0)


if __name__ == "__main__":
    unittest.main()
