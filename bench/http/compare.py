"""Uncached reads from 12.5 M daily rows as JSON over HTTP: kanpan serve and FastAPI on PostgreSQL.

Random codes and days, one and two connections, one server at a time, both asked by wrk. Answers are
compared value by value before anything is measured. The stores stay in build/bench for the next
run.
"""

import contextlib
import os
import random
import subprocess
import sys
import urllib.request
from pathlib import Path

import orjson
import psycopg2

import market
import measure
import postgres

HERE = Path(__file__).parent
QUESTIONS = ["one year of a code", "ten years of a code", "one day of all codes"]


def build_postgres(database: str, days: list, codes: list[str]):
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("select to_regclass('daily')")
        if cursor.fetchone()[0]:
            return
        cursor.execute(market.SQL)
        read, write = os.pipe()
        if os.fork() == 0:
            os.close(read)
            with os.fdopen(write, "wb") as out:
                for page in market.pages(days, codes):
                    out.write(market.csv_of(page))
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as text:
            cursor.copy_expert("copy daily from stdin with csv", text)
        cursor.execute("alter table daily add primary key (ts_code, trade_date);"
                       "create index on daily (trade_date)")
    connection.close()
    connection = psycopg2.connect(database)
    connection.autocommit = True
    connection.cursor().execute("vacuum analyze daily")
    connection.close()


def warm(database: str, store: Path):
    """A disk is not what is compared: the files of an earlier run may have left the memory."""
    with open(store, "rb") as file:
        while file.read(1 << 24):
            pass
    with psycopg2.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("create extension if not exists pg_prewarm")
        for relation in ("daily", "daily_pkey", "daily_trade_date_idx"):
            cursor.execute("select pg_prewarm(%s, 'read')", (relation,))
    connection.close()


def draw(days: list, codes: list[str]) -> dict[str, list[tuple]]:
    """What is asked, as (code, first day, last day), or (None, day, day)."""
    dice = random.Random(11)
    year = min(250, len(days))
    starts = [dice.randrange(len(days) - year + 1) for _ in range(2000)]
    return {QUESTIONS[0]: [(dice.choice(codes), days[at], days[at + year - 1]) for at in starts],
            QUESTIONS[1]: [(dice.choice(codes), days[0], days[-1]) for _ in starts],
            QUESTIONS[2]: [(None, day, day) for day in dice.choices(days, k=2000)]}


def kanpan_path(code, first, last) -> str:
    if code is None:  # the bars of a day have their factors too, which the other has not
        return f"/v1/tables/daily/rows?trade_date={first}&units=source&limit=10000"
    return (f"/v1/tables/daily/rows?ts_code={code}&start_date={first}&end_date={last}"
            "&units=source&limit=10000")


def kanpan_bars_path(code, first, last) -> str:
    return f"/v1/bars/{code}?start={first}&end={last}&units=source"


def fastapi_path(code, first, last) -> str:
    if code is None:
        return f"/daily?trade_date={first}"
    return f"/daily/{code}?start={first}&end={last}"


def get(base: str, path: str) -> dict:
    with urllib.request.urlopen(base + path) as answer:
        return orjson.loads(answer.read())


def rows_of_kanpan(answer: dict) -> list:
    assert answer["data"]["fields"] == market.COLUMNS, answer["data"]["fields"]
    return sorted(answer["data"]["items"])


def rows_of_fastapi(answer: dict) -> list:
    assert answer["fields"] == market.COLUMNS, answer["fields"]
    return sorted(answer["items"] if "items" in answer else map(list, zip(*answer["columns"])))


def measured(base: str, paths: list[str], connections: int, seconds: int, file: Path):
    """p50 and p99 in ms."""
    file.write_text("\n".join(paths) + "\n")
    out = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s",
                          HERE / "ask.lua", base, "--", file, str(connections)], check=True,
                         stdout=subprocess.PIPE, text=True).stdout
    p50, p99, requests, bad = out[out.index("measured") :].split()[1:5]
    if int(bad) or not int(requests):
        raise SystemExit(f"{base}: {bad} of {requests} answers were bad")
    return float(p50), float(p99)


def main():
    parser = measure.arguments(__doc__)
    parser.add_argument("--days", type=int)
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement")
    parser.add_argument("--only", choices=["kanpan"], help="leave the other out")
    asked = parser.parse_args()
    count = asked.days or (250 if asked.short else 2500)
    days, codes = market.days(count), market.codes(asked.codes)
    home = market.home(count, asked.codes)
    market.imported(asked.kanpan, home / "kanpan", days, codes)
    questions = draw(days, codes)

    port = postgres.free_port()
    base = f"http://127.0.0.1:{port}"
    ours = measure.serving([asked.kanpan, "--data", home / "kanpan", "serve", "--no-scheduler",
                            "--listen", f"127.0.0.1:{port}"], measure.environment(),
                           base + "/readyz")
    other_port = postgres.free_port()
    other = f"http://127.0.0.1:{other_port}"
    print(f"{count * asked.codes:,} rows, {measure.load()}, p50 / p99 in ms")
    with ours, contextlib.ExitStack() as stack:
        if not asked.only:
            database = stack.enter_context(postgres.server(home / "postgres"))
            database = database.replace("+psycopg2", "")
            build_postgres(database, days, codes)
            warm(database, home / "kanpan" / "hot.duckdb")
            settings = os.environ | {"BENCH_DATABASE": database}
            stack.enter_context(measure.serving(
                [sys.executable, HERE / "fastapi_server.py", str(other_port)], settings,
                other + "/openapi.json"))
            for asks in questions.values():
                for ask in asks[:10]:
                    mine = rows_of_kanpan(get(base, kanpan_path(*ask)))
                    if not mine or mine != rows_of_fastapi(get(other, fastapi_path(*ask))):
                        raise SystemExit(f"the answers to {ask} differ")
            print(f"{10 * len(questions)} answers compared: the same rows, the same values")
        for question, asks in questions.items():
            for connections in (1, 2):
                file = home / "paths"
                mine = measured(base, [kanpan_path(*ask) for ask in asks], connections,
                                asked.seconds, file)
                line = (f"{question:20} {connections} connections  kanpan {mine[0]:7.2f} / "
                        f"{mine[1]:7.2f}")
                if asks[0][0]:
                    bars = measured(base, [kanpan_bars_path(*ask) for ask in asks], connections,
                                    asked.seconds, file)
                    line += f" (as bars {bars[0]:.2f} / {bars[1]:.2f})"
                if not asked.only:
                    theirs = measured(other, [fastapi_path(*ask) for ask in asks], connections,
                                      asked.seconds, file)
                    line += (f"  FastAPI {theirs[0]:7.2f} / {theirs[1]:7.2f}  kanpan is "
                             f"{theirs[0] / mine[0]:.1f} / {theirs[1] / mine[1]:.1f} x")
                print(line, flush=True)


if __name__ == "__main__":
    main()
