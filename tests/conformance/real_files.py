"""Published files of real A-share data, put into the names and columns that `sim --csv` reads."""

import csv
import gzip
import io
import os
import subprocess
import unittest
from pathlib import Path

SHARED = Path(os.environ.get("KANPAN_SHARED", Path(__file__).resolve().parents[3] / "shared"))


def published(name: str) -> Path:
    """A file of the collection, or the test is skipped saying what is absent."""
    path = SHARED / "data" / name
    if not path.exists():
        raise unittest.SkipTest(f"real data is absent: {path} (set KANPAN_SHARED)")
    return path


def read(name: str, renamed: dict | None = None) -> list[dict]:
    """Rows of a CSV file (plain, gzip, zstd), its columns under Tushare's names."""
    path = published(name)
    if path.suffix == ".gz":
        data = gzip.decompress(path.read_bytes())
    elif path.suffix == ".zst":
        data = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout
    else:
        data = path.read_bytes()
    rows = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    if not renamed:
        return list(rows)
    return [{to: row[at] for at, to in renamed.items()} for row in rows]


def write(path: Path, rows: list[dict], columns: list[str] | None = None) -> list[dict]:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, columns or list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return rows
