"""Daily bars of an invented market: prices in cents that walk on a tick grid, as PyArrow tables."""

import shutil
from pathlib import Path

import numpy
import pandas
import pyarrow
from pyarrow import csv, parquet

import measure

LAST = "2024-06-28"
REALS = ["open", "high", "low", "close", "pre_close", "change", "pct_chg", "vol", "amount"]
COLUMNS = ["ts_code", "trade_date", *REALS]
SQL = """create table daily (ts_code text not null, trade_date date not null, open float8,
  high float8, low float8, close float8, pre_close float8, change float8, pct_chg float8,
  vol float8, amount float8)"""


def codes(count: int) -> list[str]:
    return [f"{i // 2 + 1:06}.SZ" if i % 2 else f"{600000 + i // 2}.SH" for i in range(count)]


def days(count: int) -> list:
    return list(pandas.bdate_range(end=LAST, periods=count).date)


def pages(day_list: list, code_list: list[str]):
    """One table per day, every code a row, sorted by code."""
    dice = numpy.random.default_rng(7)
    closes = dice.integers(500, 10_000, len(code_list))
    names = pyarrow.array(sorted(code_list))
    for day in day_list:
        before = closes
        reach = numpy.maximum(1, before // 25)
        opens, closes = (numpy.clip(before + dice.integers(-reach, reach + 1), 300, 30_000)
                         for _ in range(2))
        high = numpy.maximum(opens, closes) + dice.integers(0, 20, len(closes))
        low = numpy.minimum(opens, closes) - dice.integers(0, 20, len(closes))
        lots = dice.integers(50_000, 50_000_000, len(closes)) / 100
        cents = [opens, high, low, closes, before, closes - before]
        reals = [*(column / 100 for column in cents),
                 numpy.round((closes - before) * 100 / before, 4), lots,
                 numpy.round(lots * (high + low) / 2000, 3)]
        yield pyarrow.table([names, pyarrow.array([day] * len(closes), pyarrow.date32()),
                             *map(pyarrow.array, reals)], names=COLUMNS)


def csv_of(page: pyarrow.Table) -> bytes:
    out = pyarrow.BufferOutputStream()
    csv.write_csv(page, out, csv.WriteOptions(include_header=False, quoting_style="none"))
    return out.getvalue().to_pybytes()


def home(day_count: int, code_count: int) -> Path:
    """Where stores of that size stay for the next run."""
    return Path(f"build/bench/market-{day_count}x{code_count}").resolve()


def imported(program: Path, data: Path, day_list: list, code_list: list[str]):
    """A kanpan directory filled by `import`, as a user with files would, unless it is there."""
    if (data / "built").exists():
        return
    shutil.rmtree(data, ignore_errors=True)
    data.mkdir(parents=True)
    file, writer = data.parent / "daily.parquet", None
    for page in pages(day_list, code_list):
        writer = writer or parquet.ParquetWriter(file, page.schema)
        writer.write_table(page)
    writer.close()
    measure.run([program, "--data", data, "import", "daily", file], measure.environment())
    file.unlink()
    (data / "built").touch()
