"""Runs the program under test: the simulator as a server, commands on a data directory."""

import json
import os
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


def environment(**settings):
    """The caller's environment without Kanpan's own settings, and with those given."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
    return plain | {f"KANPAN_{key.upper()}": str(value) for key, value in settings.items()}


class Simulator:
    """`kanpan sim` on a free port; `url` is where it answers."""

    def __init__(self, binary, clock, codes=60):
        self.process = subprocess.Popen(
            [binary, "sim", "--port", "0", "--codes", str(codes)],
            cwd=ROOT, env=environment(clock=clock), stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True)
        self.url = None
        for line in self.process.stderr:
            if found := re.search(r"answers at (\S+)", line):
                self.url = found.group(1)
                break
        if self.url is None:
            raise RuntimeError("the simulator did not start")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=30)
        self.process.stderr.close()


class Kanpan:
    """Commands on one data directory."""

    def __init__(self, binary, data, source, clock):
        self.binary, self.data = binary, pathlib.Path(data)
        self.messages = self.data.with_suffix(".messages")
        self.environment = environment(
            source_kind="sim", source_url=source, source_calls_per_minute=0,
            source_calls_per_day=0, clock=clock)

    def arguments(self, *words):
        return [self.binary, "--data", str(self.data), *words]

    def start(self, *words, stdout):
        """Starts a command whose output goes to an open file; its messages to `messages`."""
        with open(self.messages, "a", encoding="utf-8") as stderr:
            return subprocess.Popen(self.arguments(*words), cwd=ROOT, env=self.environment,
                                    stdout=stdout, stderr=stderr)

    def run(self, *words, allowed=(0,)):
        """Runs a command to its end; its stdout. Any other exit code is an AssertionError."""
        done = subprocess.run(self.arguments(*words), cwd=ROOT, env=self.environment,
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode not in allowed:
            raise AssertionError(
                f"{' '.join(words)} ended with {done.returncode}: "
                f"{done.stderr.strip() or done.stdout[-500:]}")
        return done.stdout

    def run_healing(self, *words):
        """As run(); once more when the store was found damaged on the way and made anew."""
        done = subprocess.run(self.arguments(*words), cwd=ROOT, env=self.environment,
                              capture_output=True, text=True, timeout=300, check=False)
        if done.returncode == 0:
            return done.stdout
        if "the store is whole again" not in done.stderr:
            raise AssertionError(f"{' '.join(words)} ended with {done.returncode}: "
                                 f"{done.stderr.strip()}")
        return self.run(*words)

    def json(self, *words):
        return json.loads(self.run("--json", *words))


def events(text):
    """The events of `--json`; the last line may be cut off by a kill."""
    for line in text.splitlines():
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def scratch():
    return tempfile.TemporaryDirectory(prefix="kanpan-fault-")
