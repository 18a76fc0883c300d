import subprocess
import tempfile
import unittest
from pathlib import Path

import check_layers

ROOT = Path(__file__).resolve().parent.parent
CLEAN = {
    "CMakeLists.txt": "kanpan_module(base RANK 0 LIBS x)\n"
                      "kanpan_module(store RANK 1 USES base\n  LIBS duckdb)\n"
                      "kanpan_module(source RANK 1 USES base)\n"
                      "kanpan_module(app RANK 2 USES base store)\n",
    "base/clock.hpp": "#include <string>\n",
    "base/clock.cpp": '#include "kanpan/base/clock.hpp"\n'
                      'auto t = std::chrono::system_clock::now();\n',
    "store/store.hpp": '#include "kanpan/base/clock.hpp"\n',
    "store/duckdb/duckdb_store.hpp": '#include <duckdb.h>\n#include "kanpan/store/store.hpp"\n',
    "source/source.hpp": '#include "kanpan/base/clock.hpp"\n',
    "source/tushare/client.hpp": '#include "kanpan/source/source.hpp"\n',
    "source/sim/world.hpp": '#include "kanpan/source/source.hpp"\n',
    "app/instance.cpp": '#include "kanpan/base/clock.hpp"\n'
                        '#include "kanpan/store/duckdb/duckdb_store.hpp"\n',
    "main.cpp": "int main() { std::cout << 1; }\n",
}


class CheckLayers(unittest.TestCase):
    def faults(self, **changes):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**CLEAN, **changes.get("files", {})}.items():
                file = Path(root) / "src" / "kanpan" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            subprocess.run(["git", "init", "-q", root], check=True)
            return check_layers.faults(root)

    def assert_caught(self, expected, **files):
        found = self.faults(files=files["files"])
        self.assertTrue(any(expected in fault for fault in found), (expected, found))

    def test_the_clean_tree_passes(self):
        self.assertEqual(self.faults(), [])

    def test_this_repository_passes(self):
        self.assertEqual(check_layers.faults(ROOT), [])

    def test_planted_violations_are_caught(self):
        def declaring(module, used):
            line = f"kanpan_module({module} RANK 1 USES base"
            text = CLEAN["CMakeLists.txt"].replace(line, f"{line} {used}")
            return text.replace("(base RANK 0", f"(base RANK 0 USES {used}") \
                if module == "base" else text

        up, tushare, world = (f'#include "kanpan/{header}"' for header in (
            "store/store.hpp", "source/tushare/client.hpp", "source/sim/world.hpp"))
        a, b = '#include "kanpan/base/a.hpp"', '#include "kanpan/base/b.hpp"'
        circle = declaring("store", "source").replace(
            "(source RANK 1 USES base", "(source RANK 1 USES base store")
        cases = [
            ("base does not declare USES store", {"base/up.cpp": up}),
            ("only lower or equal ranks", {"CMakeLists.txt": declaring("base", "app")}),
            ("modules use each other in a circle", {"CMakeLists.txt": circle}),
            ("declares USES source, but no file",
             {"CMakeLists.txt": declaring("store", "source")}),
            ("uses bose, which is no module", {"CMakeLists.txt": declaring("source", "bose")}),
            ("a folder without kanpan_module line", {"utils/x.cpp": ""}),
            ("a kanpan_module line without folder",
             {"CMakeLists.txt": CLEAN["CMakeLists.txt"] + "kanpan_module(gone RANK 1)\n"}),
            ("which is no file", {"base/x.cpp": '#include "kanpan/base/y.hpp"'}),
            ("is not named from the root", {"base/x.cpp": '#include "clock.hpp"'}),
            ("only app may name a backend", {"source/x.cpp": world}),
            ("folders include each other in a circle",
             {"source/sim/a.cpp": tushare, "source/tushare/b.cpp": world}),
            ("files include each other in a circle", {"base/a.hpp": b, "base/b.hpp": a}),
        ]
        for header, module in (("duckdb.h", "base"), ("sqlite3.h", "store"),
                               ("boost/asio.hpp", "app"), ("boost/beast/http.hpp", "source"),
                               ("curl/curl.h", "source"),
                               ("simdjson.h", "source"), ("yaml-cpp/yaml.h", "base"),
                               ("CLI/CLI.hpp", "base")):
            cases.append((f"<{header}> belongs to", {f"{module}/x.cpp": f"#include <{header}>"}))
        for words in ("std::chrono::system_clock::now()", 'std::getenv("X")', "std::cout << 1",
                      "std::this_thread::sleep_for(1s)", "std::random_device{}()"):
            cases.append(("say on the line", {"base/x.cpp": words}))
        cases.append(("sleep_for", {"base/x_test.cpp": "std::this_thread::sleep_for(1s);"}))
        for expected, files in cases:
            with self.subTest(expected, files=files):
                self.assert_caught(expected, files=files)

    def test_a_reason_on_the_line_and_words_in_texts_pass(self):
        files = {"base/x.cpp": "sleep_for(1s);  // allowed: the device has no event\n"
                               'auto s = "getenv"; // system_clock::now\n',
                 "source/source_test.cpp": '#include "kanpan/source/sim/world.hpp"\n'}
        self.assertEqual(self.faults(files=files), [])


if __name__ == "__main__":
    unittest.main()
