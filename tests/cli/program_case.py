"""The program as its tests run it. KANPAN names the binary."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import unittest

KANPAN = os.environ["KANPAN"]
NOBODY = 65534
CATALOG = pathlib.Path(__file__).parents[2] / "catalog"
CLOCK = "2024-07-10T18:00:00+08:00"
EVER = {"KANPAN_CLOCK": CLOCK, "KANPAN_SOURCE_KIND": "sim",
        "KANPAN_SOURCE_CALLS_PER_MINUTE": "0", "KANPAN_SOURCE_CALLS_PER_DAY": "0"}


def environment(**more):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
    return {**clean, **EVER, **more}


class Background:
    """A server of the program; `found` is what its first matching line said."""

    def __init__(self, pattern, *words, **env):
        self.process = subprocess.Popen([KANPAN, *map(str, words)], stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, text=True,
                                        env=environment(**env))
        self.found = None
        for line in self.process.stderr:
            if match := re.search(pattern, line):
                self.found = match.group(1)
                break
        if self.found is None:
            raise RuntimeError(f"{words} ended with {self.process.wait()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        self.process.stderr.close()
        return code


class ProgramCase(unittest.TestCase):
    """A directory with a few days of two tables, and a simulator to collect more from."""

    @classmethod
    def setUpClass(cls):
        cls.sim = Background(r"answers at (\S+)", "sim", "--port", 0, "--codes", 20)
        cls.folder = tempfile.TemporaryDirectory()
        cls.data = pathlib.Path(cls.folder.name) / "collected"
        made = cls.run_in(cls.data, "collect", "daily", "adj_factor", "--from", "20240624",
                          "--to", "20240628")
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.sim.stop()
        cls.folder.cleanup()

    @classmethod
    def run_in(cls, data, *words, **env):
        return subprocess.run([KANPAN, "--data", str(data), *map(str, words)],
                              capture_output=True, text=True, timeout=120,
                              env=environment(**{"KANPAN_SOURCE_URL": cls.sim.found, **env}))

    def kanpan(self, *words, **env):
        return self.run_in(self.data, *words, **env)

    def fresh(self, name):
        return pathlib.Path(self.folder.name) / name

    def as_nobody(self, *words):
        """Runs the program as a user to whom files can be closed: root reads everything."""
        if os.geteuid() != 0:
            return subprocess.run([KANPAN, *map(str, words)], capture_output=True, text=True,
                                  timeout=60, env=environment())
        os.chmod(self.folder.name, 0o755)
        place = self.fresh("program")  # the one that is tested may lie where only root may look
        if not place.exists():
            place.mkdir()
            shutil.copy(KANPAN, place)
            libraries = subprocess.run(["ldd", KANPAN], capture_output=True, text=True).stdout
            for found in re.findall(r"=> (\S+)", libraries):
                if not found.startswith(("/lib", "/usr")):
                    shutil.copy(found, place)
            shutil.copytree(CATALOG, place / "catalog")
        return subprocess.run([place / "kanpan", *map(str, words)], capture_output=True, text=True,
                              timeout=60, user=NOBODY,
                              env=environment(LD_LIBRARY_PATH=str(place)))

    def refused(self, code, *words, says, data=None):
        done = self.run_in(data or self.data, *words)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)

    def round_trip(self, name, units):
        file = self.fresh(name + ".csv")
        done = self.kanpan("get", "daily", "--format", "csv", "--units", units, "-o", file)
        self.assertEqual(done.returncode, 0, done.stderr)
        data = self.fresh(name)
        done = self.run_in(data, "import", "daily", file, "--units", units)
        self.assertEqual(done.returncode, 0, done.stderr)
        ours = self.kanpan("get", "daily", "--format", "csv", "--units", "tushare").stdout
        theirs = self.run_in(data, "get", "daily", "--format", "csv", "--units", "tushare").stdout
        self.assertGreater(ours.count("\n"), 50)
        self.assertEqual(ours, theirs)
        return data
