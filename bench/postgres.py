"""A PostgreSQL server of one's own: a fresh cluster in a directory, on a private port."""

import contextlib
import grp
import os
import pwd
import shutil
import socket
import subprocess
from pathlib import Path


def binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise SystemExit("PostgreSQL is not installed (Debian: postgresql)")
    return found[-1].parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def server(directory: Path):
    """Yields the URL of a database `postgres`; settings are Debian's defaults. A directory that
    does not exist becomes a new cluster, one that a server before left is served again."""
    is_new = not directory.exists()
    directory.mkdir(exist_ok=True)
    who = {}
    if os.geteuid() == 0:  # the server refuses to run as root
        user = pwd.getpwnam("postgres")
        shutil.chown(directory, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid,
               "extra_groups": [grp.getgrnam("postgres").gr_gid]}
    port = free_port()
    data = directory / "data"
    ctl = [binaries() / "pg_ctl", "-D", data, "-w", "-l", directory / "log"]
    quiet = {"check": True, "cwd": directory, "stdout": subprocess.DEVNULL, **who}
    if is_new:
        subprocess.run([binaries() / "initdb", "-D", data, "-U", "postgres", "-A", "trust",
                        "-E", "UTF8", "--locale=C"], **quiet)
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={directory}"
    subprocess.run([*ctl, "-o", options, "start"], **quiet)
    try:
        yield f"postgresql+psycopg2://postgres@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*ctl, "-m", "fast", "stop"], **quiet)
