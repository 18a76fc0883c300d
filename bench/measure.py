"""What the comparisons share: a directory of their own, kanpan's settings, a measured command."""

import argparse
import contextlib
import os
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

CLOCK = "2024-06-28T23:30:00+08:00"  # the evening of the last day of every source and file here


def arguments(description: str, codes: int | None = 5000) -> argparse.ArgumentParser:
    """What every comparison can be asked for; the rest is the comparison's own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--kanpan", type=Path, default=Path("build/release/kanpan"))
    parser.add_argument("--codes", type=int, default=codes, help="shares")
    parser.add_argument("--short", action="store_true", help="a tenth of the size")
    return parser


@contextlib.contextmanager
def directory():
    """Yields an empty directory, which PostgreSQL's own user may enter; removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="kanpan-bench-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def environment(source: str = "", workers: int = 4) -> dict:
    """Kanpan's settings on that evening, with a source that limits nothing."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
    settings["KANPAN_CLOCK"] = CLOCK
    if source:
        settings |= {"KANPAN_SOURCE_KIND": "sim", "KANPAN_SOURCE_URL": source,
                     "KANPAN_SOURCE_CALLS_PER_MINUTE": "0", "KANPAN_SOURCE_CALLS_PER_DAY": "0",
                     "KANPAN_SOURCE_WORKERS": str(workers)}
    return settings


def run(command: list, settings: dict) -> tuple[float, float, int]:
    """Seconds of wall clock, seconds of processor, peak resident KiB."""
    begun = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        if status:
            said.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))} ended with status {status}:\n"
                             + said.read())
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def rows_of(program: Path, data: Path, table: str, settings: dict) -> int:
    counted = subprocess.run([program, "--data", data, "get", table, "--count"], text=True,
                             env=settings, capture_output=True, check=True)
    return int(counted.stdout)


def start_source(command: list) -> tuple[subprocess.Popen, list[str]]:
    """A page server, which ends with its standard input, and the words it says when ready."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().split()


@contextlib.contextmanager
def serving(command: list, settings: dict, ready: str):
    """Runs a server until the block ends; begins when `ready` answers. Yields its process."""
    process = subprocess.Popen(command, env=settings, stderr=subprocess.DEVNULL)
    try:
        for _ in range(2400):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(ready).close()
                break
            if process.poll() is not None:
                raise SystemExit(f"{command[0]} ended with status {process.returncode}")
            time.sleep(0.05)
        else:
            raise SystemExit(f"{ready} never answered")
        yield process
    finally:
        process.terminate()
        process.wait()


def load() -> str:
    """Others on this machine, as a figure to read the others by."""
    return "load %.1f %.1f %.1f" % os.getloadavg()
