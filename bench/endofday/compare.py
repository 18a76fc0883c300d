"""One day of every table, 460 k rows in 4,300 calls, most of them one code's chips, from a local
source that answers from memory: kanpan collect --all, and the SDK with a staging table and COPY.

Both make the same calls and get the same pages, on top of the same days before. Prints the ratio.
"""

import io
import json
import subprocess
import time
import urllib.request
import warnings
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas
import psycopg2
import tushare

import measure
import postgres

DAYS = ["20240626", "20240627", "20240628"]  # of which the last is measured
SQL_TYPES = {"text": "text", "date": "date", "real": "float8", "int": "float8"}


def calls_since(url: str) -> list[dict]:
    with urllib.request.urlopen(url + "/calls") as answer:
        return [json.loads(line) for line in answer.read().splitlines()]


def collect(program: Path, data: Path, settings: dict, day: str):
    return measure.run([program, "--data", data, "collect", "--all", "--from", day, "--to", day],
                       settings)


def shapes(program: Path, settings: dict) -> dict[str, dict]:
    """The tables by the interface they come from."""
    def json_of(*words):
        return json.loads(subprocess.run([program, "table", *words, "--json"], env=settings,
                                         check=True, stdout=subprocess.PIPE).stdout)
    return {shape["api"]: shape for shape in
            (json_of("show", table["table"]) for table in json_of("list"))}


class Script:
    """What one writes by hand: a table's pages by COPY into a staging table, then upserted."""

    def __init__(self, url: str, database: str, tables: dict[str, dict], threads: int):
        self._pro = tushare.pro_api("any")
        self._pro._DataApi__http_url = url
        self._threads = ThreadPoolExecutor(threads)
        self._tables = tables
        self._connection = psycopg2.connect(database)

    def make_tables(self):
        with self._connection as connection, connection.cursor() as cursor:
            for shape in self._tables.values():
                name, columns = shape["table"], shape["columns"]
                cursor.execute(f"create table {name} (" + ", ".join(
                    f'"{c["name"]}" {SQL_TYPES[c["type"]]}' for c in columns) + ")")
                key = ", ".join(f'"{column}"' for column in shape["key"])
                cursor.execute(f"create unique index on {name} ({key}) nulls not distinct")

    def run(self, calls: list[dict]) -> int:
        by_api = defaultdict(list)
        for call in calls:
            by_api[call["api"]].append(call)
        return sum(self._table(self._tables[api], asked) for api, asked in by_api.items())

    def _fetch(self, call: dict) -> pandas.DataFrame:
        return self._pro.query(call["api"], fields=call["fields"], **call["params"])

    def _table(self, shape: dict, calls: list[dict]) -> int:
        pages = [page for page in self._threads.map(self._fetch, calls) if len(page)]
        if not pages:
            return 0
        rows = pandas.concat(pages, ignore_index=True) if len(pages) > 1 else pages[0]
        rows = rows.drop_duplicates(shape["key"], keep="last")
        text = io.StringIO()
        rows.to_csv(text, index=False, header=False)
        text.seek(0)
        names = ", ".join(f'"{name}"' for name in rows.columns)
        key = ", ".join(f'"{name}"' for name in shape["key"])
        rest = ", ".join(f'"{name}" = excluded."{name}"' for name in rows.columns
                         if name not in shape["key"])
        with self._connection as connection, connection.cursor() as cursor:
            cursor.execute(f'create temp table stage (like {shape["table"]}) on commit drop')
            cursor.copy_expert(f"copy stage ({names}) from stdin with csv", text)
            cursor.execute(f'insert into {shape["table"]} select * from stage on conflict ({key}) '
                           + (f"do update set {rest}" if rest else "do nothing"))
        return len(rows)

    def counts(self) -> dict[str, int]:
        with self._connection as connection, connection.cursor() as cursor:
            held = {}
            for shape in self._tables.values():
                cursor.execute(f'select count(*) from {shape["table"]}')
                held[shape["table"]] = cursor.fetchone()[0]
            return held

    def close(self):
        self._threads.shutdown()
        self._connection.close()


def differences(program: Path, data: Path, settings: dict, theirs: dict[str, int]) -> list[str]:
    ours = {name: measure.rows_of(program, data, name, settings) for name in theirs}
    return [f"{name}: {ours[name]} and {count}" for name, count in theirs.items()
            if ours[name] != count]


def main():
    warnings.simplefilter("ignore", FutureWarning)  # of pandas, on pages with empty columns
    parser = measure.arguments(__doc__, codes=None)
    parser.add_argument("--source", type=Path, default=Path("build/release/recorded_pages"))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3, help="of kanpan; the median is shown")
    parser.add_argument("--only", choices=["kanpan"], help="leave the others out")
    asked = parser.parse_args()
    codes = asked.codes or (550 if asked.short else 5500)

    process, words = measure.start_source([asked.source, "catalog/tables", measure.CLOCK,
                                           str(codes)])
    url = words[0]
    settings = measure.environment(url, asked.workers)
    with measure.directory() as directory:
        try:
            calls = []
            for day in DAYS:  # the pages are made and the calls written down
                collect(asked.kanpan, directory / "first", settings, day)
                calls.append(calls_since(url))
            results = []
            for n in range(asked.rounds):
                data = directory / f"kanpan-{n}"
                results.append([collect(asked.kanpan, data, settings, day) for day in DAYS][-1])
            chips = sum(call["api"] == "cyq_chips" for call in calls[-1])
            seconds, busy, peak = sorted(results)[len(results) // 2]
            print(f"{len(calls[-1]):,} calls, {chips:,} of them for chips, {measure.load()}")
            print(f"kanpan collect --all   {seconds:6.2f} s  processor {busy:.2f} s, "
                  f"peak {peak / 1024:.0f} MiB", flush=True)
            if asked.only:
                return
            tables = shapes(asked.kanpan, settings)
            for threads in (1, 4):
                with postgres.server(directory / f"postgres-{threads}") as database:
                    script = Script(url, database.replace("+psycopg2", ""), tables, threads)
                    script.make_tables()
                    for day in calls[:-1]:
                        script.run(day)
                    begun = time.perf_counter()
                    rows = script.run(calls[-1])
                    theirs = time.perf_counter() - begun
                    unlike = differences(asked.kanpan, data, settings, script.counts())
                    script.close()
                print(f"SDK + COPY, {threads} threads  {theirs:6.2f} s  {rows:,} rows  "
                      f"kanpan is {theirs / seconds:.1f} x", flush=True)
                if unlike:
                    raise SystemExit("rows differ: " + "; ".join(unlike))
        finally:
            process.communicate()


if __name__ == "__main__":
    main()
