"""The commands of the guides as they are written there, with what they are said to print.

Every line of a guide's block that begins with `$ ` is typed into one shell, in a directory where
`kanpan` and `build/release/kanpan` are the program. What it prints must be what the guide shows
below the command, but for times, names of runs, versions, sizes, and the order of the lines
(rows and evidence are two streams). KANPAN names the binary.
"""

import collections
import os
import pathlib
import re
import socket
import subprocess
import tempfile
import threading
import time
import unittest

GUIDES = pathlib.Path(__file__).parents[2] / "docs" / "guide"
KANPAN = pathlib.Path(os.environ["KANPAN"])
SECONDS = 120
END = "the-command-ended"
VARYING = [(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+\+08:00", "TIME"), (r"\d{8}T\d{6}-\w{6}", "RUN"),
           (r"about \d+ s", "about N s"), (r"\d+ bytes", "N bytes"),
           (r"\d+MiB", "N MiB"), (r"version \d+", "version N"), (r"\s+", " ")]
LOGGED = r"\d{4}-\d\d-\d\dT\S+ (info|warning) "  # such as that no page is built
SIZES = [(r"(?<= )\d{6,}$", "N")]  # the last column of `store status`


def commands_of(guide):
    """(command, lines below it) of each `$ ` line in the guide's blocks, in order."""
    found = []
    text = (GUIDES / guide).read_text(encoding="utf-8")
    for block in re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        if block.startswith("$ "):
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                first, *lines = command.splitlines()
                found.append((first, lines))
    return found


def alike(lines, command):
    """The lines without what differs from run to run, counted."""
    def told(line):
        for pattern, name in VARYING + (SIZES if "store status" in command else []):
            line = re.sub(pattern, name, line.strip())
        return line
    return collections.Counter(told(line) for line in lines
                               if line.strip() and not re.match(LOGGED, line))


class Shell:
    """One bash; its output of both streams is read by a thread."""

    def __init__(self, folder):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
        clean.pop("KANPAN")
        clean["PATH"] = f"{folder}/build/release:{clean['PATH']}"
        self.process = subprocess.Popen(["bash"], cwd=folder, env=clean, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = []
        self._folder = f"{folder}/"
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n").replace(self._folder, ""))

    def type(self, command):
        """What the command printed, and its exit code."""
        begun = len(self.lines)
        self.process.stdin.write(f"{command}\necho {END} $?\n")
        self.process.stdin.flush()
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            for i, line in enumerate(self.lines[begun:], begun):
                if line.startswith(END):
                    return self.lines[begun:i], int(line.split()[1])
            time.sleep(0.02)
        raise AssertionError(f"{command} did not end: {self.lines[begun:]}")

    def start(self, command, says):
        """A server: up once it has printed what the guide says, or anything at all."""
        begun = len(self.lines)
        self.process.stdin.write(f"{command.rstrip('& ')} &\n")
        self.process.stdin.flush()
        until = time.monotonic() + SECONDS
        while (time.monotonic() < until
               and alike(self.lines[begun:], "").total() < alike(says, "").total()):
            time.sleep(0.02)
        return self.lines[begun:]

    def close(self):
        self.process.stdin.write("kill $(jobs -p); wait; exit\n")
        self.process.stdin.close()
        self.process.wait(timeout=SECONDS)
        self.process.stdout.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Guide(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kanpan-guide-")
        self.addCleanup(folder.cleanup)
        (pathlib.Path(folder.name) / "build").mkdir()
        (pathlib.Path(folder.name) / "build" / "release").symlink_to(KANPAN.parent)
        self.shell = Shell(folder.name)
        self.addCleanup(self.shell.close)
        self.ports = collections.defaultdict(free_port)

    def private(self, text):
        """The same text with a port of this test's own for each that the guide names."""
        return re.sub(r"(?<=port )8\d{3}|(?<=127\.0\.0\.1:)8\d{3}",
                      lambda found: self.ports[found.group()], text)

    def follow(self, guide, at_least):
        """Types the whole guide."""
        typed = [(self.private(command), [self.private(line) for line in lines])
                 for command, lines in commands_of(guide)]
        self.assertGreaterEqual(len(typed), at_least)
        for command, lines in typed:
            with self.subTest(guide=guide, command=command):
                if command.endswith("&"):
                    said, code = self.shell.start(command, lines), 0
                else:
                    said, code = self.shell.type(command)
                self.assertEqual(code, 0, said)
                if lines:
                    self.assertEqual(alike(said, command), alike(lines, command))

    def test_collecting_and_reading(self):
        self.follow("collecting.md", 8)
        self.follow("reading.md", 1)

    def test_settings(self):
        self.ports["8600"] = "8600"  # shown, not listened on
        self.follow("settings.md", 1)

    def begin(self, guide):
        """The demo of the guide, and its bars, which come while it collects."""
        (demo, greeting), (bars, _) = commands_of(guide)[:2]
        said = self.shell.start(self.private(demo), greeting)
        self.assertEqual(alike(said, demo), alike(map(self.private, greeting), demo))
        until = time.monotonic() + SECONDS
        while (typed := self.shell.type(bars))[1] and time.monotonic() < until:
            time.sleep(0.5)
        self.assertEqual(typed[1], 0, typed[0])
        self.assertGreater(len(typed[0]), 20, typed[0])

    def test_getting_started(self):
        self.begin("getting-started.md")

    def test_getting_started_in_chinese(self):
        self.begin("getting-started.zh.md")


if __name__ == "__main__":
    unittest.main()
