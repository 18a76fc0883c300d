"""A table that the catalog never heard of, added by one YAML file: collected, read and served."""

import json
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request
from pathlib import Path

from program import KANPAN, Program

ROOT = Path(__file__).resolve().parents[2]
CLOCK = "2024-06-28T20:00:00+08:00"
DAYS = ["20240624", "20240625", "20240626", "20240627", "20240628"]
CODES = ["000001.SZ", "600000.SH", "600036.SH"]
CROWDS = ["funds", "retail"]
FIELDS = ["ts_code", "trade_date", "crowd", "mood", "turnover"]


def declaration() -> str:
    """The file that the guide adds."""
    guide = ROOT / "docs/guide/adding-a-table.md"
    text = guide.read_text(encoding="utf-8")
    return re.search(r"<<'END'\n(.*?)^END$", text, re.S | re.M).group(1)


def iso(day: str) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}"


def rows():
    """What the source has: code, day, crowd, mood, turnover in its own unit (千元)."""
    return [[code, day, crowd, 50 + at - number / 4 - len(crowd), 1000.5 * (at + 1) + number]
            for number, code in enumerate(CODES) for at, day in enumerate(DAYS)
            for crowd in CROWDS]


def ask(url: str, **parameters):
    """The interface's rows, asked as a user of the source does."""
    body = json.dumps({"api_name": "crowd_mood_score", "params": parameters}).encode()
    with urllib.request.urlopen(url, body, timeout=60) as answer:
        data = json.load(answer)["data"]
    assert data["fields"] == FIELDS, data["fields"]
    return data["items"]


def write(folder: Path):
    """The shipped catalog with one file more, and the source's files."""
    shutil.copytree(ROOT / "catalog/tables", folder / "tables")
    (folder / "tables/special/crowd_mood.yaml").write_text(declaration(), encoding="utf-8")
    (folder / "csv").mkdir()
    lines = [",".join(map(str, row)) for row in rows()]
    (folder / "csv/crowd_mood_score.csv").write_text(
        "\n".join([",".join(FIELDS), *lines]) + "\n", encoding="utf-8")
    bars = [f"{code},{day},10,10,10,10,10,0,0,100,100" for code in CODES for day in DAYS]
    (folder / "csv/daily.csv").write_text(
        "\n".join(["ts_code,trade_date,open,high,low,close,pre_close,change,pct_chg,vol,amount",
                   *bars]) + "\n", encoding="utf-8")


class AddedTable(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="kanpan-added-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        write(cls.folder)
        cls.program = Program(CLOCK, "--csv", str(cls.folder / "csv"),
                              CATALOG_DIRECTORY=str(cls.folder / "tables"))
        cls.addClassCleanup(cls.program.stop)
        cls.plan = cls.json("plan", "crowd_mood", "--from", DAYS[0], "--to", DAYS[-1])
        cls.program.collect("crowd_mood", "--from", DAYS[0], "--to", DAYS[-1])
        cls.coverage = cls.json("coverage", "crowd_mood")
        cls.printed = cls.program.run("get", "crowd_mood", "--format", "csv", "--units",
                                      "tushare").stdout
        cls.program.serve()

    @classmethod
    def json(cls, *words):
        done = cls.program.run("--json", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    def test_the_plan_walks_its_days(self):
        table = next(t for t in self.plan["tables"] if t["table"] == "crowd_mood")
        self.assertEqual((table["calls"], table["first"], table["last"]),
                         (len(DAYS) * len(CROWDS), iso(DAYS[0]), iso(DAYS[-1])))

    def test_every_cell_is_read_back(self):
        header, *lines = self.printed.splitlines()
        self.assertEqual(header, ",".join(FIELDS))
        got = [[code, day.replace("-", ""), crowd, float(mood), float(turnover)]
               for code, day, crowd, mood, turnover in (line.split(",") for line in lines)]
        self.assertEqual(got, rows())

    def test_coverage_counts_its_days(self):
        self.assertEqual([(d["day"], d["rows"]) for d in self.coverage["days"]],
                         [(iso(day), len(CODES) * len(CROWDS)) for day in DAYS])

    def test_rest_serves_it_in_normal_units(self):
        answer = self.program.get("/v1/tables/crowd_mood/rows", trade_date=DAYS[2])
        self.assertEqual(answer["data"]["items"],
                         [[code, iso(day), crowd, mood, turnover * 1000]
                          for code, day, crowd, mood, turnover in rows() if day == DAYS[2]])
        self.assertEqual([c["name"] for c in answer["meta"]["columns"]], FIELDS)

    def test_the_tushare_endpoint_knows_its_interface(self):
        data = self.program.ask("crowd_mood_score", ts_code=CODES[1])
        self.assertEqual(data["fields"], FIELDS)
        self.assertEqual(data["items"], [row for row in reversed(rows())
                                         if row[0] == CODES[1] and row[2] == "retail"])

    def both_answer(self, parameters, wanted):
        """The simulator and our endpoint, to the interface's parameters."""
        wanted = sorted(row for row in rows() if wanted(*row[:3]))
        self.assertTrue(wanted)
        for url in (self.program.sim.url, self.program.server.url):
            with self.subTest(url, **parameters):
                self.assertEqual(sorted(ask(url, **parameters)), wanted)

    def test_a_parameter_goes_by_the_column_that_the_file_names(self):
        self.both_answer({"day": DAYS[1], "crowd": "funds"},
                         lambda _, day, crowd: day == DAYS[1] and crowd == "funds")

    def test_a_value_that_is_not_given_is_assumed(self):
        self.both_answer({"ts_code": CODES[1]},
                         lambda code, _, crowd: code == CODES[1] and crowd == "retail")
        self.both_answer({"ts_code": CODES[1], "crowd": "retail,funds"},
                         lambda code, *_: code == CODES[1])

    def test_it_is_listed_shown_and_documented(self):
        self.assertIn("crowd_mood", self.program.run("table", "list").stdout)
        shown = self.program.run("table", "show", "crowd_mood").stdout
        for text in ("散户情绪", "crowd_mood_score", "turnover"):
            self.assertIn(text, shown)
        self.assertEqual(self.program.get("/v1/tables/crowd_mood")["data"]["title"], "散户情绪")

    def test_a_second_file_of_the_same_table_is_refused(self):
        folder = self.folder / "twice"
        shutil.copytree(self.folder / "tables", folder)
        shutil.copy(folder / "special/crowd_mood.yaml", folder / "base/crowd_mood.yaml")
        done = subprocess.run([KANPAN, "table", "list"], capture_output=True, text=True,
                              env={"KANPAN_CATALOG_DIRECTORY": str(folder)}, check=False)
        self.assertEqual(done.returncode, 3)
        for text in ("special/crowd_mood.yaml", "base/crowd_mood.yaml", "table 'crowd_mood'"):
            self.assertIn(text, done.stderr)


class ChangedTable(unittest.TestCase):
    """A declaration that comes and changes beside rows of other tables."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="kanpan-changed-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        write(self.folder)
        self.file = self.folder / "tables/special/crowd_mood.yaml"
        self.program = Program(CLOCK, "--csv", str(self.folder / "csv"),
                               CATALOG_DIRECTORY=str(self.folder / "tables"))
        self.addCleanup(self.program.stop)
        self.file.unlink()
        self.program.collect("daily", "--from", DAYS[0], "--to", DAYS[-1])

    def declare(self, text: str):
        self.file.write_text(text, encoding="utf-8")

    def rows_of(self, table: str) -> int:
        done = self.program.run("get", table, "--format", "csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        return len(done.stdout.splitlines()) - 1

    def kept(self) -> int:
        """How many stores were set aside."""
        return len(list((Path(self.program.directory.name) / "data").glob("hot.duckdb.2*")))

    def test_without_rows_it_costs_nothing_and_with_rows_a_rebuild(self):
        text = declaration()
        mood = "  - {name: mood, type: real, label: 情绪, label_en: Mood, unit: \"%\"}\n"
        self.assertIn(mood, text)
        for version in (text.replace(mood, ""), text):
            self.declare(version)
            self.assertEqual(self.rows_of("crowd_mood"), 0)
            self.assertEqual(self.rows_of("daily"), len(CODES) * len(DAYS))
            self.assertEqual(self.kept(), 0)
        self.program.collect("crowd_mood", "--from", DAYS[0], "--to", DAYS[-1])
        self.assertEqual(self.rows_of("crowd_mood"), len(rows()))
        self.declare(text + mood.replace("mood", "fear").replace("情绪", "恐惧"))
        self.assertEqual(self.rows_of("crowd_mood"), len(rows()))
        self.assertEqual(self.kept(), 1)
        self.assertEqual(self.program.run("store", "verify").returncode, 0)

    def test_rows_that_came_while_it_was_away_are_there_when_it_is_back(self):
        self.declare(declaration())
        self.program.collect("crowd_mood", "--from", DAYS[0], "--to", DAYS[1])
        self.file.unlink()
        data = Path(self.program.directory.name) / "data"
        for file in data.glob("hot.duckdb*"):
            file.unlink()
        self.assertEqual(self.rows_of("daily"), len(CODES) * len(DAYS))
        self.program.collect("stock_basic")
        self.declare(declaration())
        self.assertEqual(self.rows_of("crowd_mood"), 2 * len(CODES) * len(CROWDS))
        self.assertEqual(self.kept(), 1)


if __name__ == "__main__":
    unittest.main()
