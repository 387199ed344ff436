"""
Spreadsheets and their files ↔ one SQLite file.

`save` returns only when the disk has it (WAL, synchronous=FULL), because the answer to the client goes out next.
A file that is damaged, foreign or written by a newer version is refused and left as it was.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

Json = dict[str, Any]

FILE_NAME = "sheets.db"
APPLICATION_ID = 0x53484545  # "SHEE": tells our file from any other SQLite file
SCHEMA_VERSION = 2
"""2: what a program keeps with a file.  Older folders are read as they are, and older programs say that they cannot read newer ones."""
SCHEMA = """
CREATE TABLE files (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE parts (spreadsheet_id TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (spreadsheet_id, name)) WITHOUT ROWID;
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class StoreError(Exception):
    """The data file cannot be used; the message says which file and why."""


@dataclass(frozen=True)
class File:
    """What Drive knows of a spreadsheet; times are RFC 3339 in UTC with milliseconds."""

    id: str
    name: str
    created: str
    modified: str
    version: int = 1
    trashed: bool = False
    parents: tuple[str, ...] = ()
    permissions: tuple[Json, ...] = ()
    made_by: str = ""
    """The program that made it, where one signed in."""
    own: tuple[tuple[str, str], ...] = ()
    """What that program keeps with it for itself, by key: Drive's `appProperties`."""

    def role(self, email: str) -> str | None:
        """The strongest role of a person: owner, writer, commenter or reader; None when it is not shared with them."""
        order = ("owner", "organizer", "fileOrganizer", "writer", "commenter", "reader")
        held = {
            grant["role"]
            for grant in self.permissions
            if grant["type"] == "anyone" or grant.get("emailAddress", "").lower() == email.lower()
        }
        return next((role for role in order if role in held), None)

    @property
    def owner(self) -> str:
        """The e-mail address of whoever owns the file; "" for nobody."""
        return next((str(grant.get("emailAddress", "")) for grant in self.permissions if grant["role"] == "owner"), "")

    def touched(self, now: str) -> File:
        """The same file, changed at `now`."""
        return replace(self, modified=now, version=self.version + 1)


class Store:
    """The data folder's SQLite file, or memory when `path` is None; safe to share between threads."""

    def __init__(self, path: Path | None) -> None:
        """Open or create `path`/sheets.db; StoreError when it cannot be used, and then it is not written to."""
        self.path = path / FILE_NAME if path else None
        self._lock = threading.RLock()
        try:
            if path:
                path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = sqlite3.connect(self.path or ":memory:", check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{self._where}: cannot be opened: {error}") from error
        try:
            self._prepare()
        except BaseException:
            self._db.close()
            raise

    @property
    def _where(self) -> str:
        return str(self.path or "memory")

    def _prepare(self) -> None:
        with self._translated():
            if not self._is_new():
                self._check()
                self._configure()
                if self._pragma("user_version") < SCHEMA_VERSION:
                    self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                return
            self._configure()
            with self._transaction() as db:
                for statement in SCHEMA.strip().split("\n"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                db.execute("INSERT INTO settings VALUES ('secret', ?)", (secrets.token_hex(32),))
        if self.path:
            self.path.chmod(0o600)

    def _is_new(self) -> bool:
        tables = int(self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        return tables == 0 and self._pragma("user_version") == 0 and self._pragma("application_id") == 0

    def _check(self) -> None:
        if self._pragma("application_id") != APPLICATION_ID:
            raise StoreError(f"{self._where}: is a SQLite file of some other program; choose another folder")
        version = self._pragma("user_version")
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self._where}: was written by a newer version (data format {version}, this one reads {SCHEMA_VERSION}); upgrade sheetcrm"
            )
        verdict = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise StoreError(f"{self._where}: is damaged ({verdict}); restore it from a backup; nothing was changed")

    def _pragma(self, name: str) -> int:
        return int(self._db.execute(f"PRAGMA {name}").fetchone()[0])

    def _configure(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{self._where}: cannot be used: {error}; nothing was changed") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def files(self) -> dict[str, File]:
        """Every file, by id."""
        with self._lock, self._translated():
            rows = self._db.execute("SELECT id, body FROM files").fetchall()
        return {file_id: _file(body) for file_id, body in rows}

    def parts(self, spreadsheet_id: str) -> dict[str, bytes]:
        """What `Spreadsheet.load` needs; empty for an id that was never saved."""
        with self._lock, self._translated():
            rows = self._db.execute(
                "SELECT name, body FROM parts WHERE spreadsheet_id = ?", (spreadsheet_id,)
            ).fetchall()
        return dict(rows)

    def save(self, file: File, parts: Mapping[str, bytes | None]) -> None:
        """Write a file and those of its parts that changed, all or nothing; a part that is None is removed."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO files VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
                (file.id, json.dumps(asdict(file), ensure_ascii=False)),
            )
            for name, body in parts.items():
                if body is None:
                    db.execute("DELETE FROM parts WHERE spreadsheet_id = ? AND name = ?", (file.id, name))
                else:
                    db.execute(
                        "INSERT INTO parts VALUES (?, ?, ?) ON CONFLICT (spreadsheet_id, name) DO UPDATE SET body = excluded.body",
                        (file.id, name, body),
                    )

    def delete(self, spreadsheet_id: str) -> None:
        """Forget a file and all of its parts."""
        with self._transaction() as db:
            db.execute("DELETE FROM parts WHERE spreadsheet_id = ?", (spreadsheet_id,))
            db.execute("DELETE FROM files WHERE id = ?", (spreadsheet_id,))

    def setting(self, name: str) -> str | None:
        """A remembered setting, such as the port."""
        with self._lock, self._translated():
            row = self._db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Keep a setting in the folder."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, value),
            )

    @property
    def secret(self) -> bytes:
        """The folder's own secret, made once; view keys are derived from it, so links outlive the process."""
        return bytes.fromhex(self.setting("secret") or "")

    def close(self) -> None:
        """Close the file; a store is not used after that."""
        with self._lock:
            self._db.close()


def _file(body: str) -> File:
    fields = json.loads(body)
    tuples = {"parents": tuple(fields["parents"]), "permissions": tuple(fields["permissions"])}
    return File(**{**fields, **tuples, "own": tuple((key, value) for key, value in fields.get("own", []))})
