import subprocess
import tempfile
import unittest
from pathlib import Path

import check_text

ROOT = Path(__file__).resolve().parent.parent


class CheckText(unittest.TestCase):
    def faults(self, name, text):
        with tempfile.TemporaryDirectory() as root:
            subprocess.run(["git", "init", "-q", root], check=True)
            (Path(root) / name).write_text(text, encoding="utf-8")
            subprocess.run(["git", "add", "-A"], cwd=root, check=True)
            return check_text.faults(root)

    def test_clean_text_passes(self):
        self.assertEqual(self.faults("a.cpp", "int a;  // https://api.tushare.pro/\n"), [])
        self.assertEqual(self.faults("a.md", "x" * 200 + "\n"), [])

    def test_the_products_own_words_pass(self):
        for text in ("double issue = price;  // the issue price of a share",
                     "HttpSession session;  // one session of the server",
                     "the helper table suspend_d", "a brief pause", "see /workspace/x",
                     "duckdb/duckdb issue 12345, GCC bug 105651", "User-Agent: kanpan",
                     "sessions of the market: 09:30 to 11:30", "network/work.cpp"):
            with self.subTest(text):
                self.assertEqual(self.faults("a.cpp", text + "\n"), [])

    def test_this_repository_passes(self):
        self.assertEqual(check_text.faults(ROOT), [])

    def test_planted_violations_are_caught(self):
        cases = [
            ("a path of one machine", "a.md", "see /wor" "k/data\n"),
            ("a path of one machine", "a.md", "see /roo" "t/x\n"),
            ("a path of one machine", "a.md", "see /wor" "k\n"),
            ("a path of one machine", "a.md", "cd /roo" "t && ls\n"),
            ("a path of one machine", "a.md", "see /hom" "e/anna/x\n"),
            ("a package registry", "a.md", "https://registry.npm" "js.org/x\n"),
            ("a package registry", "a.md", "http://deb.deb" "ian.org/debian\n"),
            ("a leftover mark", "a.cpp", "// TO" "DO later\n"),
            ("a leftover mark", "a.cpp", "// FIX" "ME\n"),
            ("spaces become", "a.mjs", 'new URL("x", import.meta.url).path' 'name\n'),
            ("who wrote it", "a.cpp", "// as Clau" "de proposed\n"),
            ("who wrote it", "a.md", "Co-Authored" "-By: somebody\n"),
            ("who wrote it", "a.md", "written by an LL" "M\n"),
            ("how the work", "a.py", "# found by a helper sess" "ion\n"),
            ("how the work", "a.md", "a subage" "nt does this\n"),
            ("how the work", "a.cpp", "// the br" "ief asks for it\n"),
            ("how the work", "a.md", "see iss" "ue 7, part 2\n"),
            ("how the work", "a.md", "iss" "ues #12 and more\n"),
            ("how the work", "a.md", "kept in Ji" "ra\n"),
            ("white space", "a.cpp", "int a; \n"),
            ("no newline", "a.cpp", "int a;"),
            ("101 columns", "a.cpp", "x" * 101 + "\n"),
            ("401 lines", "a.ts", "a\n" * 401),
        ]
        for expected, name, text in cases:
            with self.subTest(expected, text=text[:40]):
                found = self.faults(name, text)
                self.assertTrue(any(expected in fault for fault in found), found)


if __name__ == "__main__":
    unittest.main()
