"""The demo as `make run` starts it, in a directory of its own: how long until the first chart has
bars, until everything is collected, and how much memory it then keeps. Beside each its limit.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import measure

IDLE_SECONDS = 30  # until what was freed has gone back to the kernel


def ask(url: str):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def wait_until(true, process: subprocess.Popen, what: str, seconds: int = 300) -> float:
    """Seconds since now until `true()` is; it may fail until then."""
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if true():
                return time.perf_counter() - begun
        if process.poll() is not None:
            raise SystemExit(f"the demo ended with status {process.returncode}")
        time.sleep(0.05)
    raise SystemExit(f"{what}: not in {seconds} s")


def has_bars(address: str) -> bool:
    found = ask(f"{address}/v1/search?q=6")["data"]["items"]
    return bool(found) and len(ask(f"{address}/v1/bars/{found[0][0]}")["data"]["items"]) > 0


def is_collected(address: str) -> bool:
    """The scheduler begins when the first collection is over."""
    status = ask(f"{address}/v1/status")["data"]
    return status["scheduler"] == "on" and not status["collecting"]


def resident(process: subprocess.Popen, what: str) -> float:
    """MiB, of VmRSS or VmHWM."""
    text = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(rf"{what}:\s+(\d+) kB", text)[1]) / 1024


def main():
    parser = measure.arguments(__doc__, codes=300)
    parser.add_argument("--listen", default="127.0.0.1:8699")
    asked = parser.parse_args()
    codes = asked.codes // 10 if asked.short else asked.codes
    address = f"http://{asked.listen}"
    with measure.directory() as directory:
        settings = {k: v for k, v in os.environ.items() if not k.startswith("KANPAN_")}
        process = subprocess.Popen([asked.kanpan, "--data", directory / "demo", "demo", "--listen",
                                    asked.listen, "--codes", str(codes)],
                                   env=settings, stderr=subprocess.DEVNULL)
        try:
            chart = wait_until(lambda: has_bars(address), process, "bars")
            print(f"first chart          {chart:7.1f} s     (limit 5)", flush=True)
            whole = chart + wait_until(lambda: is_collected(address), process, "the collection")
            rows = sum(table["rows"] for table in ask(f"{address}/v1/status")["data"]["tables"])
            print(f"everything collected {whole:7.1f} s     (limit 60), {rows:,} rows", flush=True)
            time.sleep(IDLE_SECONDS)
            print(f"memory when idle     {resident(process, 'VmRSS'):7.0f} MiB   (limit 300), "
                  f"peak {resident(process, 'VmHWM'):.0f} MiB")
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


if __name__ == "__main__":
    main()
