#!/usr/bin/env python3
"""Holds the tracked text files against the house rules on paths, hosts, sizes and leftovers.

Usage: check_text.py [ROOT]. Prints one line per fault and exits 1 where there is one.
"""
import re
import subprocess
import sys
from pathlib import Path

CODE = (".cpp", ".hpp", ".ts", ".tsx", ".py", ".mjs")
SIZED = (".cpp", ".hpp", ".ts", ".tsx")
LINES_MAX = 400
COLUMNS_MAX = 100
# Where columns are counted. Biome holds the page to them, and raw strings cannot be broken.
MEASURED = (".cpp", ".hpp", ".py")
SUFFIXES = CODE + (".md", ".yaml", ".yml", ".json", ".cmake", ".txt", ".css", ".html", ".toml", "")

# Said in two halves, so that this file does not trip over itself.
WORDS = [
    (r"(?<![\w.-])/(?:wor" r"k|roo" r"t)/", "a path of one machine"),
    (r"(?<![\w.-])/hom" r"e/[a-z]\w*/", "a path of one machine"),
    (r"registry\.npm" r"js\.org|deb\.deb" r"ian\.org|(?:files\.python" r"hosted|pypi)\.org"
     r"|proxy\.gol" r"ang\.org|ghcr\.i" r"o", "a package registry's host"),
    (r"\bTO" r"DO\b|\bFIX" r"ME\b", "a leftover mark"),
]
# npm writes the registry's host into its lock file; it is npm's file, not ours.
HOSTS_ALLOWED = ("package-lock.json",)


def tracked(root):
    names = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    return [name for name in names.stdout.decode().split("\0") if name]


def faults_of(name, text):
    """Faults of one file, one sentence each."""
    lines = text.split("\n")
    if name.endswith(SIZED) and len(lines) - 1 > LINES_MAX:
        yield f"{name}: {len(lines) - 1} lines, at most {LINES_MAX}"
    if text and not text.endswith("\n"):
        yield f"{name}: no newline at the end"
    for number, line in enumerate(lines, 1):
        if name.endswith(MEASURED) and len(line) > COLUMNS_MAX and 'R"(' not in line:
            yield f"{name}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
        if line != line.rstrip():
            yield f"{name}:{number}: white space at the end"
        for pattern, what in WORDS:
            found = re.search(pattern, line)
            if found and not name.endswith(HOSTS_ALLOWED):
                yield f"{name}:{number}: {what}: {found.group()}"


def faults(root):
    found = []
    for name in tracked(root):
        path = Path(root) / name
        if path.suffix in SUFFIXES and path.is_file() and not name.endswith(".po"):
            found += faults_of(name, path.read_text(encoding="utf-8"))
    return found


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = faults(root)
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
