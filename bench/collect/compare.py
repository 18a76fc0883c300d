"""1.25 M daily rows from a local unlimited source: kanpan, the SDK with to_sql, the SDK with COPY.

Whole path each time: HTTP, parsing, durable, queryable. Prints rows/s and the ratios.
"""

import io
import subprocess
import time
from pathlib import Path

import pandas
import sqlalchemy
import tushare

import measure
import postgres

TABLE = """create table daily (ts_code text, trade_date text, open float8, high float8, low float8,
  close float8, pre_close float8, change float8, pct_chg float8, vol float8, amount float8,
  primary key (ts_code, trade_date))"""


class Source:
    def __init__(self, program: Path, days: int, codes: int):
        self._process, words = measure.start_source([program, str(days), str(codes)])
        self.url, self.first, self.last = words
        self.open_days = [d.strftime("%Y%m%d") for d in pandas.bdate_range(self.first, self.last)]

    def close(self):
        self._process.communicate()


def kanpan(program: Path, source: Source, data: Path, workers: int):
    environment = measure.environment(source.url, workers)
    command = [program, "--data", data, "collect"]
    measure.run([*command, "trade_cal", "stock_basic"], environment)
    result = measure.run([*command, "daily", "--from", source.first, "--to", source.last],
                         environment)
    return *result, measure.rows_of(program, data, "daily", environment)


def sdk(source: Source):
    pro = tushare.pro_api("any")
    pro._DataApi__http_url = source.url
    return pro


def to_sql(source: Source, database: str, days: list[str]) -> tuple[float, int]:
    engine, pro, rows = sqlalchemy.create_engine(database), sdk(source), 0
    begun = time.perf_counter()
    for day in days:
        frame = pro.daily(trade_date=day)
        frame.to_sql("daily_to_sql", engine, if_exists="append", index=False)
        rows += len(frame)
    seconds = time.perf_counter() - begun
    engine.dispose()
    return seconds, rows


def copy(source: Source, database: str, days: list[str]) -> tuple[float, int]:
    engine, pro, rows = sqlalchemy.create_engine(database), sdk(source), 0
    connection = engine.raw_connection()
    cursor = connection.cursor()
    cursor.execute(TABLE)
    connection.commit()
    begun = time.perf_counter()
    for day in days:
        frame = pro.daily(trade_date=day)
        text = io.StringIO()
        frame.to_csv(text, index=False, header=False)
        text.seek(0)
        cursor.copy_expert("copy daily from stdin with csv", text)
        connection.commit()
        rows += len(frame)
    seconds = time.perf_counter() - begun
    connection.close()
    engine.dispose()
    return seconds, rows


def main():
    parser = measure.arguments(__doc__)
    parser.add_argument("--page-server", type=Path, default=Path("build/release/page_server"))
    parser.add_argument("--days", type=int)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--to-sql-days", type=int, default=60, help="of them for the slow way")
    parser.add_argument("--only", choices=["kanpan"], help="leave the others out")
    asked = parser.parse_args()
    asked.days = asked.days or (25 if asked.short else 250)

    with measure.directory() as directory:
        source = Source(asked.page_server, asked.days, asked.codes)
        try:
            seconds, busy, peak, rows = kanpan(asked.kanpan, source, directory / "kanpan",
                                               asked.workers)
            if rows != asked.days * asked.codes:
                raise SystemExit(f"kanpan holds {rows} rows of {asked.days * asked.codes}")
            ours = rows / seconds
            print(f"kanpan collect    {rows:9,} rows {seconds:7.2f} s {ours:11,.0f} rows/s  "
                  f"processor {busy:.2f} s, peak {peak / 1024:.0f} MiB", flush=True)
            if asked.only:
                return
            with postgres.server(directory / "postgres") as database:
                for name, way, days in (("SDK + COPY", copy, source.open_days),
                                        ("SDK + to_sql", to_sql,
                                         source.open_days[:asked.to_sql_days])):
                    seconds, rows = way(source, database, days)
                    theirs = rows / seconds
                    print(f"{name:17} {rows:9,} rows {seconds:7.2f} s {theirs:11,.0f} rows/s  "
                          f"kanpan is {ours / theirs:.1f} x", flush=True)
        finally:
            source.close()


if __name__ == "__main__":
    main()
