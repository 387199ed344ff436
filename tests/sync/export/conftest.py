"""A PostgreSQL server of our own, where there is one to be had: a socket in a folder, no port, gone with the tests."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest


def _as_postgres():
    """PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("needs the account postgres to run a PostgreSQL server as, because this is root")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@pytest.fixture(scope="session")
def _postgres():
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("needs PostgreSQL's server (initdb and pg_ctl on the PATH)")
    account = _as_postgres()
    folder = Path(tempfile.mkdtemp(prefix="sheetcrm-postgres-"))
    if account:
        os.chown(folder, account["user"], account["group"])

    def run(*command):
        subprocess.run(command, check=True, capture_output=True, cwd=folder, timeout=120, **account)

    try:
        run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        run("pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield folder
        finally:
            run("pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(_postgres, request):
    """The URL of an empty database."""
    name = f"t{abs(hash(request.node.nodeid))}"
    subprocess.run(["createdb", "-h", _postgres, "-U", "postgres", name], check=True, capture_output=True, timeout=60)
    return f"postgresql+psycopg://postgres@/{name}?host={_postgres}"
