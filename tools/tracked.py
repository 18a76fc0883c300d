"""What the house checks share: the files they look at, and how they say what they found."""
import subprocess
import sys
from pathlib import Path


def texts(root, suffixes, below="."):
    """Text by path (from `root/below`) of git's files with these suffixes, new ones included."""
    base = Path(root) / below
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=base, check=True, capture_output=True)
    names = sorted({name for name in listed.stdout.decode().split("\0") if name})
    return {name: (base / name).read_text(encoding="utf-8") for name in names
            if Path(name).suffix in suffixes and (base / name).is_file()}


def main(faults):
    """Prints the faults of ROOT (first argument, else this repository), one a line; exit code."""
    root = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent
    found = faults(root)
    for fault in found:
        print(fault)
    return 1 if found else 0
