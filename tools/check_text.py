#!/usr/bin/env python3
"""Holds the tracked text files against the house rules on words, paths, hosts and sizes.

Usage: check_text.py [ROOT]. Prints one line per fault and exits 1 where there is one.
"""
import re
import sys

import tracked

CODE = (".cpp", ".hpp", ".ts", ".tsx", ".py", ".mjs")
SIZED = (".cpp", ".hpp", ".ts", ".tsx")
LINES_MAX = 400
COLUMNS_MAX = 100
# Where columns are counted. Biome holds the page to them, and raw strings cannot be broken.
MEASURED = (".cpp", ".hpp", ".py")
SUFFIXES = CODE + (".md", ".yaml", ".yml", ".json", ".cmake", ".txt", ".css", ".html", ".toml", "")

# Said in two halves, so that this file does not trip over itself.
WORDS = [
    (r"(?<![\w.-])/(?:wor" r"k|roo" r"t)(?![\w.-])", "a path of one machine"),
    (r"(?<![\w.-])/hom" r"e/[a-z]\w*/", "a path of one machine"),
    (r"registry\.npm" r"js\.org|deb\.deb" r"ian\.org|(?:files\.python" r"hosted|pypi)\.org"
     r"|proxy\.gol" r"ang\.org|ghcr\.i" r"o", "a package registry's host"),
    (r"import\.meta\.url\)\.path" r"name", "a path whose spaces become %20: import.meta.dirname"),
    (r"\bTO" r"DO\b|\bFIX" r"ME\b", "a leftover mark"),
    (r"(?i)\b(?:clau" r"de|anthro" r"pic|open" r"ai|chatg" r"pt|copi" r"lot|ll" r"ms?|co-authored"
     r"-by|ai assis" r"tants?)\b", "who wrote it"),
    # "Helper tables", a share's "issue price" and HTTP sessions are the product's own.
    (r"(?i)\b(?:sub-?age" r"nts?|(?:helper|coding|review|agent) sess" r"ions?|ji" r"ra"
     r"|(?:the|this|your|my) br" r"ief|BRI" r"EF\.md|work" r"trees?|iss" r"ues? #?\d{1,3})(?!\w)",
     "how the work is organised"),
]
# npm writes the registry's host into its lock file; it is npm's file, not ours.
HOSTS_ALLOWED = ("package-lock.json",)


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
    for name, text in tracked.texts(root, SUFFIXES).items():
        if not name.endswith(".po"):
            found += faults_of(name, text)
    return found


if __name__ == "__main__":
    sys.exit(tracked.main(faults))
