"""12.5 M daily rows, and a server that was killed: how long a start takes until it is ready, and
how long where the store's file is gone as well and is built anew from the journal. Beside each its
limit.
"""

import json
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path

import market
import measure
import postgres


def start(program: Path, data: Path, what: str, limit: int) -> int:
    """Prints how long it took to be ready; rows that the server then has. It is killed at once."""
    port = postgres.free_port()
    base = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    command = [program, "--data", data, "serve", "--no-scheduler", "--listen", f"127.0.0.1:{port}"]
    with measure.serving(command, measure.environment(), base + "/readyz") as process:
        seconds = time.perf_counter() - begun
        with urllib.request.urlopen(base + "/v1/status") as answer:
            tables = json.load(answer)["data"]["tables"]
        process.kill()
    print(f"{what:42} {seconds:6.2f} s   (limit {limit})", flush=True)
    return sum(table["rows"] for table in tables)


def main():
    parser = measure.arguments(__doc__)
    parser.add_argument("--days", type=int)
    asked = parser.parse_args()
    days = asked.days or (250 if asked.short else 2500)
    built = market.home(days, asked.codes) / "kanpan"
    market.imported(asked.kanpan, built, market.days(days), market.codes(asked.codes))
    print(f"{days * asked.codes:,} rows, {measure.load()}")
    with measure.directory() as directory:
        data = directory / "kanpan"
        shutil.copytree(built, data, ignore=shutil.ignore_patterns("*.sock"))
        seen = [start(asked.kanpan, data, "started", 5)]
        seen.append(start(asked.kanpan, data, "started after kill -9", 5))
        for file in data.glob("hot.duckdb*"):
            file.unlink()
        seen.append(start(asked.kanpan, data, "started without the store's file", 45))
        if set(seen) != {days * asked.codes}:
            raise SystemExit(f"rows after each start: {seen}")
        subprocess.run([asked.kanpan, "--data", data, "store", "verify"], check=True,
                       env=measure.environment(), stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
