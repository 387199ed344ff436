"""
Everything that the tests wrote → whether a secret, or a person in a log, is anywhere in it where it must not be.

The tests' secrets are planted: the token of every embedded server, what it gives out as Google does, and the
passwords of the fixtures have a mark by which they are known.  Every command line of the tests also logs, into one
file.  When the last test is done all files of the run are searched, packed ones inside, and what was printed as it is.
"""

from __future__ import annotations

import gzip
import io
import lzma
import os
import re
import secrets
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sheetcrm.server import app

PLANTED = "s3cret"
"""Stands in the passwords of the tests' configs, and in the token of every embedded server of their processes."""
EVERY_LOG = "every-command.log"
SECRETS = {
    "planted": (PLANTED.encode(), re.compile(PLANTED.encode())),
    "a password of the tests": (b"hunter2", re.compile(b"hunter2")),
    "an access token": (b"ya29.", re.compile(rb"ya29\.[\w-]{20,}")),
    "a refresh token": (b"1//", re.compile(rb"(?<![\w/:])1//[\w-]{20,}")),
    "a client's secret": (b"GOCSPX-", re.compile(rb"GOCSPX-[\w-]{8,}")),
    "a private key": (b"PRIVATE KEY-----", re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s*(?:\\n)?[\w+/]{20,}")),
    "a key of age": (b"AGE-SECRET-KEY-1", re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]{20,}")),
}
"""By kind what stands in every secret, to be quick, and the secret."""
PEOPLE = re.compile(
    r"[\w.+-]+@(?!(?:[\w-]+\.)*iam\.gserviceaccount\.com)[\w-]+(?:\.[\w-]+)+|(?<!\d)1[3-9]\d{9}(?!\d)|陈晨|王芳|星河|Planted Person"
)
"""An address or a mobile's number, whosever, and names that stand in the sheets of many tests."""
KEPT_THERE = {
    "client.json": "the file of a desktop program, as somebody downloaded it",
    "tokens/*.json": "a sign-in, kept for its owner",
    "key*.json": "a service account's key",
    "account.json": "the same, or what the machine is signed in with",
    "user.json": "what gcloud leaves of a person's sign-in",
    "*.pem": "keys of servers",
    "*.key": "keys of age",
    "key.txt": "the same",
    "other.txt": "the same",
    "server.json": "what tells a second process of an embedded server",
    "sheets.db": "what an embedded server keeps: its own key",
    "pw": "a password, where a config names its file",
    "sheetcrm-*.tar.gz": "our own source, these tests in it",
    "test_mistakes_name_file_line_*/config.yaml": "a config that is refused for it",
    "test_where_the_ledger_cannot_*/config.yaml": "the same",
}
"""Names of files that are there to hold a secret, and why."""
MOST = 50_000_000
"""Bytes of a packed file that are looked at: some are made to be endless."""
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
OURSELVES = re.compile(r"sheetcrm-\d")
"""The folder in a source distribution."""
PERSONAL = "x.log"
"""The log in which tests/logs asks for people as they are."""


@pytest.fixture(scope="session", autouse=True)
def nothing_told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """When all is done, no file that a test left has in it what nobody may be told."""
    yield
    assert not (found := list(told(tmp_path_factory.getbasetemp()))), "\n".join(["told what nobody may know:", *found])


class Chance:
    """As the module `secrets`, for the embedded server: by their mark its tokens are known."""

    choice, token_hex = staticmethod(secrets.choice), staticmethod(secrets.token_hex)

    @staticmethod
    def token_urlsafe(length: int) -> str:
        return f"{PLANTED}-{secrets.token_urlsafe(length)}"


app.secrets = Chance  # type: ignore[attr-defined]  # all that it takes from there


@pytest.fixture(autouse=True)
def _every_command_is_logged(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Those of other processes, too, where a test does not say otherwise."""
    monkeypatch.setenv("SHEETCRM_LOG", str(tmp_path_factory.getbasetemp() / EVERY_LOG))
    monkeypatch.setenv("SHEETCRM_LOG_FORMAT", "json")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test fails when a secret was printed.  Records of loggers are looked at where handlers have written them."""
    report = yield
    where = [
        name for name, text in report.sections if " log " not in name and secret_in(text.encode("utf-8", "replace"))
    ]
    if where:
        report.outcome, report.longrepr = "failed", f"a secret was told: {', '.join(where)}"
    return report


def listened(text: str, where: str) -> str:
    """The same text; AssertionError when a secret is in it."""
    assert not secret_in(text.encode("utf-8", "replace")), f"{where} tells a secret"
    return text


def told(folder: Path) -> Iterator[str]:
    """Where below it something stands that must not: the file, and which kind, never the thing itself."""
    for path in files(folder):
        if any(path.match(name) for name in KEPT_THERE):
            continue
        for name, content in contents(path):
            where = f"{path.relative_to(folder)}{name and '!'}{name}"
            if kind := secret_in(content):
                yield f"{where}: a secret ({kind})"
            if (
                ".log" in path.suffixes
                and path.name != PERSONAL
                and (people := PEOPLE.search(content.decode("utf-8", "replace")))
            ):
                yield f"{where}: a person, {people.start()} letters in"


def files(folder: Path) -> Iterator[Path]:
    """Every file below it, none twice; links are not followed, nor is our own source looked at."""
    for above, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not OURSELVES.match(name)]
        for name in names:
            path = Path(above, name)
            if path.is_file() and not path.is_symlink():
                yield path


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """What is in a file, and of a packed one what is in each part; nothing of what cannot be read."""
    with suppress(OSError):
        content = path.read_bytes()
        yield "", content
        if content[:2] == b"\x1f\x8b":
            with suppress(*DAMAGED), gzip.open(io.BytesIO(content)) as packed:
                yield "unpacked", packed.read(MOST)
        elif content[:2] == b"PK":
            with suppress(*DAMAGED), zipfile.ZipFile(io.BytesIO(content)) as packed:
                for name in packed.namelist():
                    with suppress(*DAMAGED), packed.open(name) as part:
                        yield name, part.read(MOST)


def secret_in(content: bytes) -> str:
    """The kind of the first secret that stands in it; "" for none."""
    return next((kind for kind, (mark, secret) in SECRETS.items() if mark in content and secret.search(content)), "")
