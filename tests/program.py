"""The program under test: a source, a collection from it, a server on what was collected."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

KANPAN = os.environ.get("KANPAN", "build/release/kanpan")
START_SECONDS = 60


class Process:
    """A long-running command of the program, up once it has said where it answers."""

    def __init__(self, log: Path, environment: dict, *arguments: str):
        self.log = log
        self._out = log.open("wb")
        self._process = subprocess.Popen([KANPAN, *arguments], stdout=self._out,
                                         stderr=subprocess.PIPE, env=environment)
        said = []
        for line in self._process.stderr:
            said.append(line.decode())
            if found := re.search(r"http://[0-9.]+:[0-9]+", said[-1]):
                self.url = found.group()
                return
        self.stop()
        raise RuntimeError(f"{' '.join(arguments)} did not start: {''.join(said)}")

    def stop(self) -> int:
        self._process.terminate()
        self._process.stderr.read()
        self._process.stderr.close()
        self._out.close()
        return self._process.wait(timeout=START_SECONDS)


class Program:
    """One data directory, filled from one simulated source, then served."""

    def __init__(self, clock: str, *sim_arguments: str, **settings: str):
        """`settings` are KANPAN_ variables for every command, without that prefix."""
        self.directory = tempfile.TemporaryDirectory(prefix="kanpan-test-")
        self._path = Path(self.directory.name)
        self._environment = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
        self._environment["KANPAN_CLOCK"] = clock
        self._environment |= {"KANPAN_" + name: value for name, value in settings.items()}
        self.sim = Process(self._path / "sim.log", self._environment, "sim", "--port", "0",
                           *sim_arguments)
        self._environment |= {"KANPAN_SOURCE_KIND": "sim", "KANPAN_SOURCE_URL": self.sim.url,
                              "KANPAN_SOURCE_CALLS_PER_MINUTE": "0",
                              "KANPAN_SOURCE_CALLS_PER_DAY": "0"} | self._environment
        self.server = None

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run([KANPAN, "--data", str(self._path / "data"), *arguments],
                              env=self._environment, capture_output=True, text=True, check=False)

    def collect(self, *arguments: str, allowed=(0,)) -> str:
        """Collects; what the program said. Fails unless it ends with an allowed exit code."""
        done = self.run("collect", *arguments)
        if done.returncode not in allowed:
            raise RuntimeError(f"collect {' '.join(arguments)}: {done.returncode}: {done.stderr}")
        return done.stderr

    def serve(self) -> str:
        self.server = Process(self._path / "serve.log", self._environment, "--data",
                              str(self._path / "data"), "serve", "--listen", "127.0.0.1:0",
                              "--no-scheduler")
        return self.server.url

    def get(self, path: str, **parameters) -> dict:
        query = urllib.parse.urlencode(parameters)
        with urllib.request.urlopen(f"{self.server.url}{path}?{query}", timeout=60) as answer:
            return json.load(answer)

    def ask(self, api: str, fields: str = "", **parameters) -> dict:
        """`data` of the Tushare endpoint's answer."""
        body = json.dumps({"api_name": api, "params": parameters, "fields": fields}).encode()
        with urllib.request.urlopen(self.server.url + "/tushare", body, timeout=60) as answer:
            envelope = json.load(answer)
        if envelope["code"] != 0:
            raise RuntimeError(f"{api}: {envelope['msg']}")
        return envelope["data"]

    def stop(self):
        for process in (self.server, self.sim):
            if process and (status := process.stop()):
                print(f"{process.log.name}: exit {status}", file=sys.stderr)
        self.directory.cleanup()
