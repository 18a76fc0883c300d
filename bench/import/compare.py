"""1.25 M daily rows from a file: kanpan import of CSV and Parquet, psql's \\copy of the same CSV.

kanpan's part is the gate, the journal and both physical orders; PostgreSQL's is a table with a
primary key and an index on the day, which a reader needs. Prints rows/s and the ratios.
"""

import os
import statistics
import subprocess
import time
from pathlib import Path

import pyarrow.parquet

import market
import measure
import postgres


def write_files(directory: Path, days: int, codes: int) -> tuple[Path, Path]:
    csv, parquet = directory / "daily.csv", directory / "daily.parquet"
    writer = None
    with csv.open("wb") as out:
        out.write((",".join(market.COLUMNS) + "\n").encode())
        for page in market.pages(market.days(days), market.codes(codes)):
            out.write(market.csv_of(page))
            writer = writer or pyarrow.parquet.ParquetWriter(parquet, page.schema)
            writer.write_table(page)
    writer.close()
    os.chmod(csv, 0o644)
    return csv, parquet


def kanpan(program: Path, directory: Path, file: Path, rows: int) -> tuple[float, float, int]:
    data = directory / "kanpan"
    settings = measure.environment()
    result = measure.run([program, "--data", data, "import", "daily", file], settings)
    held = measure.rows_of(program, data, "daily", settings)
    if held != rows:
        raise SystemExit(f"kanpan holds {held} rows of {rows}")
    subprocess.run(["rm", "-r", data], check=True)
    return result


def psql_copy(database: str, file: Path, rows: int) -> float:
    psql = ["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", "-d",
            database.replace("+psycopg2", ""), "-c"]
    subprocess.run([*psql, f"drop table if exists daily; {market.SQL}; "
                    "alter table daily add primary key (ts_code, trade_date); "
                    "create index on daily (trade_date)"], check=True, stderr=subprocess.DEVNULL)
    begun = time.perf_counter()
    subprocess.run([*psql, f"\\copy daily from '{file}' with (format csv, header)"], check=True)
    seconds = time.perf_counter() - begun
    counted = subprocess.run([*psql, "select count(*) from daily", "-tA"], check=True,
                             stdout=subprocess.PIPE, text=True)
    if int(counted.stdout) != rows:
        raise SystemExit(f"PostgreSQL holds {counted.stdout.strip()} rows of {rows}")
    return seconds


def main():
    parser = measure.arguments(__doc__)
    parser.add_argument("--days", type=int)
    parser.add_argument("--rounds", type=int, default=3, help="of which the median is shown")
    asked = parser.parse_args()
    days = asked.days or (25 if asked.short else 250)
    rows = days * asked.codes

    with measure.directory() as directory:
        csv, parquet = write_files(directory, days, asked.codes)
        took = {"psql \\copy": [], "kanpan CSV": [], "kanpan Parquet": []}
        with postgres.server(directory / "postgres") as database:
            for _ in range(asked.rounds):
                took["psql \\copy"].append((psql_copy(database, csv, rows),))
                for name, file in (("kanpan CSV", csv), ("kanpan Parquet", parquet)):
                    took[name].append(kanpan(asked.kanpan, directory, file, rows))
        print(f"{rows:,} rows, median of {asked.rounds}, {measure.load()}")
        theirs = statistics.median(seconds[0] for seconds in took["psql \\copy"])
        for name, results in took.items():
            seconds, *rest = sorted(results)[len(results) // 2]
            line = f"{name:15} {seconds:6.2f} s {rows / seconds:11,.0f} rows/s"
            if rest:
                line += (f"  {theirs / seconds:4.1f} x \\copy  processor {rest[0]:.2f} s, "
                         f"peak {rest[1] / 1024:.0f} MiB")
            print(line, flush=True)


if __name__ == "__main__":
    main()
