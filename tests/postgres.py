"""A PostgreSQL server of our own, where there is one to be had: a socket in a folder, no port, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

SERVE = """
postgres -D "$0/data" -k "$0" -c listen_addresses= "$@" >"$0/log" 2>&1 &
read -r _ || true
kill -QUIT $!
wait $!
rm -rf "$0"
"""
"""Until standard input ends, which it does however these tests end."""


def _as_postgres():
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("needs the account postgres to run a PostgreSQL server as, because this is root")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextmanager
def serving(*settings):
    """The folder of the socket of a new server, with settings such as `fsync=off`; skips where there is none to be had."""
    if shutil.which("initdb") is None or shutil.which("pg_isready") is None:
        pytest.skip("needs PostgreSQL's server (initdb, postgres, pg_isready on the PATH)")
    account = _as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="sheetcrm-postgres-"))
    if account:
        os.chown(folder, account["user"], account["group"])

    init = ["initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]
    subprocess.run(init, check=True, capture_output=True, cwd=folder, timeout=120, **account)
    options = [part for setting in settings for part in ("-c", setting)]
    server = subprocess.Popen(["sh", "-c", SERVE, folder, *options], stdin=subprocess.PIPE, cwd=folder, **account)
    try:
        for _ in range(200):
            if subprocess.run(["pg_isready", "-q", "-h", folder], check=False).returncode == 0:
                break
            time.sleep(0.1)
        yield folder
    finally:
        server.stdin.close()
        server.wait(60)


@pytest.fixture(scope="session")
def _postgres():
    with serving("fsync=off") as folder:
        yield folder


@pytest.fixture
def postgres(_postgres, request):
    """The URL of an empty database."""
    name = f"t{abs(hash(request.node.nodeid))}"
    subprocess.run(["createdb", "-h", _postgres, "-U", "postgres", name], check=True, capture_output=True, timeout=60)
    return f"postgresql+psycopg://postgres@/{name}?host={_postgres}"
