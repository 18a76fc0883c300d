#!/usr/bin/env python3
"""Holds the #include lines of src/kanpan against the modules declared in its CMakeLists.txt.

Usage: check_layers.py [ROOT]. Prints one line per fault and exits 1 where there is one.
"""
import re
import sys
from pathlib import Path

import tracked

# Third-party headers, and the only places that may know them.
FENCES = [
    (r"duckdb\.h", ["store/duckdb/"]),
    (r"sqlite3\.h", ["journal/sqlite/"]),
    (r"boost/(asio|beast)[/.]", ["net/"]),
    (r"curl/", ["net/"]),
    (r"simdjson", ["base/utf8.cpp", "frame/"]),
    (r"yaml-cpp/", ["catalog/document.cpp", "app/settings.cpp"]),
    (r"CLI/", ["app/"]),
    (r"prometheus/", ["metrics/"]),
    (r"spdlog/", ["base/log.cpp"]),
]

# What has a seam, the files that own it, and whether tests may use it. Any other use says why on
# its own line: `// allowed: reason`.
BANS = [
    (r"system_clock::now", ["base/clock.cpp"], False, "take a Clock"),
    (r"\bgetenv\b", ["main.cpp", "app/"], True, "take it from Settings"),
    (r"std::(cout|cerr)\b", ["main.cpp"], False, "write to the Terminal"),
    (r"\bsleep_(for|until)\b|\busleep\b|\bnanosleep\b", [], False, "wait for the event"),
    (r"\brandom_device\b", ["net/http_server.cpp", "journal/record.cpp", "source/retry.hpp"], True,
     "take a seed"),
]

# A folder of a module that is one implementation behind the module's interface: outside of it only
# the composition root names it, and tests, which run on the real thing.
BACKENDS = ["store/duckdb", "journal/sqlite", "source/tushare", "source/sim"]
COMPOSITION = "app"

MODULE = re.compile(r"kanpan_module\(([^)]*)\)")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
ALLOWED = re.compile(r"//\s*allowed:\s*\S")


class Module:
    def __init__(self, words):
        self.name = words[0]
        self.rank = None
        self.uses = []
        keyword = None
        for word in words[1:]:
            if word in ("RANK", "USES", "LIBS", "LABELS"):
                keyword = word
            elif keyword == "RANK":
                self.rank = int(word)
            elif keyword == "USES":
                self.uses.append(word)


def declared(text):
    """The modules of a CMakeLists.txt by name."""
    return {m.name: m for m in (Module(found.split()) for found in MODULE.findall(text))}


def first_cycle(graph):
    """A list of nodes that lead back to its first, or None."""
    done, path = set(), []

    def visit(node):
        if node in path:
            return path[path.index(node):] + [node]
        if node in done:
            return None
        path.append(node)
        for following in sorted(graph.get(node, ())):
            found = visit(following)
            if found:
                return found
        path.pop()
        done.add(node)
        return None

    for node in sorted(graph):
        found = visit(node)
        if found:
            return found
    return None


def declaration_faults(modules, folders):
    for name in sorted(folders - set(modules)):
        yield f"{name}: a folder without kanpan_module line"
    for name, module in sorted(modules.items()):
        if name not in folders:
            yield f"{name}: a kanpan_module line without folder"
        if module.rank is None:
            yield f"{name}: no RANK"
            continue
        for used in module.uses:
            if used not in modules:
                yield f"{name}: uses {used}, which is no module"
            elif (modules[used].rank or 0) > module.rank:
                yield (f"{name} (rank {module.rank}) uses {used}"
                       f" (rank {modules[used].rank}): only lower or equal ranks")
    cycle = first_cycle({name: module.uses for name, module in modules.items()})
    if cycle:
        yield f"modules use each other in a circle: {' -> '.join(cycle)}"


def is_test(path):
    return path.endswith("_test.cpp")


def shipped(graph):
    """The files that the program is made of: its sources and what they reach."""
    reached, waiting = set(), [p for p in graph if p.endswith(".cpp") and not is_test(p)]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += graph.get(path, ())
    return reached


def sibling_folders(graph):
    """Which sub-folder of a module includes which other one of the same module."""
    siblings = {}
    for path, targets in graph.items():
        here = path.split("/")[:-1][:2]
        for target in targets:
            there = target.split("/")[:-1][:2]
            if len(here) == len(there) == 2 and here != there and here[0] == there[0]:
                siblings.setdefault("/".join(here), set()).add("/".join(there))
    return siblings


def include_faults(path, includes, modules, known, in_program):
    """Faults of one file's includes."""
    own = path.split("/")[0] if "/" in path else COMPOSITION
    for quote, target in includes:
        if not target.startswith("kanpan/"):
            for pattern, places in FENCES:
                if re.match(pattern, target) and not path.startswith(tuple(places)):
                    yield f"{path}: <{target}> belongs to {', '.join(places)} alone"
            if quote == '"':
                yield f'{path}: "{target}" is not named from the root ("kanpan/...")'
            continue
        inner = target.removeprefix("kanpan/")
        if inner not in known:
            yield f"{path}: includes {target}, which is no file"
            continue
        other = inner.split("/")[0]
        if other != own and other not in modules.get(own, Module([own])).uses:
            yield f"{path}: includes {target}, but {own} does not declare USES {other}"
        for backend in BACKENDS:
            inside = path.startswith((backend + "/", COMPOSITION + "/")) or "/" not in path
            if inner.startswith(backend + "/") and in_program and not inside:
                yield f"{path}: includes {target}; only {COMPOSITION} may name a backend"


def ban_faults(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        code = re.sub(r"//.*|\"(\\.|[^\"\\])*\"", "", line)
        for pattern, owners, in_tests, instead in BANS:
            if not re.search(pattern, code) or ALLOWED.search(line):
                continue
            if (is_test(path) and in_tests) or path.startswith(tuple(owners)):
                continue
            yield (f"{path}:{number}: {re.search(pattern, code).group()}: {instead},"
                   " or say on the line // allowed: why")


def faults(root):
    """Every fault of the tree below root/src/kanpan, one sentence each."""
    base = Path(root) / "src" / "kanpan"
    modules = declared((base / "CMakeLists.txt").read_text(encoding="utf-8"))
    files = tracked.texts(root, (".cpp", ".hpp"), "src/kanpan")
    includes = {path: INCLUDE.findall(text) for path, text in files.items()}
    graph = {path: {t.removeprefix("kanpan/") for _, t in targets if t.startswith("kanpan/")}
             for path, targets in includes.items()}
    program = shipped({p: {t for t in targets if t in files} for p, targets in graph.items()})
    found = list(declaration_faults(modules, {p.split("/")[0] for p in files if "/" in p}))
    for path, text in files.items():
        found += include_faults(path, includes[path], modules, files, path in program)
        found += ban_faults(path, text)
    for what, nodes in (("files", graph),
                        ("folders", sibling_folders({p: graph[p] for p in program}))):
        cycle = first_cycle(nodes)
        if cycle:
            found.append(f"{what} include each other in a circle: {' -> '.join(cycle)}")
    edges = {(p.split("/")[0], t.split("/")[0]) for p, targets in graph.items() for t in targets}
    for name, module in sorted(modules.items()):
        for used in module.uses:
            if (name, used) not in edges:
                found.append(f"{name}: declares USES {used}, but no file includes it")
    return found


if __name__ == "__main__":
    sys.exit(tracked.main(faults))
