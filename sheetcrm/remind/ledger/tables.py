"""
A file → the ledger's tables, of the version that this code knows.

The schema has a version of its own: an older ledger is brought up step by step
in one transaction, a newer one is refused, and a file that is damaged or is
something else is never written to.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    Dialect,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    inspect,
    select,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from sheetcrm.errors import LedgerError

VERSION = 1


class Instant(TypeDecorator[datetime]):
    """A moment, with its zone in Python; in the file text in UTC of one width, so that it sorts and reads well."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """To the file; ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment in the ledger needs its time zone")
        return value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """From the file."""
        return None if value is None else datetime.fromisoformat(value)


METADATA = MetaData()

SCHEMA = Table("sheetcrm_schema", METADATA, Column("version", Integer, nullable=False))

RUN = Table(
    "run",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("spreadsheet", Text, nullable=False, index=True),
    Column("today", Date, nullable=False),
    Column("started", Instant, nullable=False),
    Column("finished", Instant),  # stays blank when the process died
    Column("counts", Text, nullable=False, default="{}"),
    Column("stopped", Text, nullable=False, default=""),
)

MESSAGE = Table(
    "message",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("message_id", Text, nullable=False, unique=True),
    Column("spreadsheet", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),  # the address without regard to case: who, for us
    Column("address", Text, nullable=False),  # as it is written on the envelope
    Column("name", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("subject", Text, nullable=False),
    Column("reminders", Integer, nullable=False),
    Column("body", LargeBinary),  # the bytes to send, kept only while they may still be needed
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_try", Instant),
    Column("created", Instant, nullable=False),
    Column("changed", Instant, nullable=False),
    Index("message_by_state", "spreadsheet", "state"),
)

OCCURRENCE = Table(
    "occurrence",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("spreadsheet", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("due", Date, nullable=False),
    Column("step", Integer, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("message", ForeignKey("message.id"), nullable=False, index=True),
    UniqueConstraint("spreadsheet", "sheet", "row_id", "rule", "due", "step", "recipient", "channel", name="told_once"),
    Index("occurrence_by_recipient", "spreadsheet", "recipient", "due"),
)

MIGRATIONS: dict[int, Callable[[Connection], None]] = {}
"""Version → what brings a ledger of that version to the next one."""


def open_engine(path: Path, *, read_only: bool, patience: float) -> Engine:
    """
    An engine on the ledger at `path`, its tables checked and brought up to date.

    `read_only` neither makes nor changes anything: where there is no file, an
    empty ledger in memory answers.  `patience` is in seconds, for a lock that
    another process holds.  LedgerError when the file cannot be used.
    """
    with translated(path):
        # Zero bytes: a run that died right after it made the file.
        absent = not path.exists() or path.stat().st_size == 0
        if absent and read_only:
            engine = create_engine("sqlite://", poolclass=StaticPool)
            read_only = False
        else:
            if absent:
                _make_private(path)
            engine = _file_engine(path, patience, read_only=read_only)
        with engine.begin() as db:
            _prepare(db, path, read_only=read_only)
    return engine


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """The database's own errors as a LedgerError that names the file and what to do."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        said = str(getattr(error, "orig", None) or error)
        raise LedgerError(f"ledger {path}: {said}; {_remedy(said)}; nothing is sent without it") from error


def _remedy(said: str) -> str:
    hints = {
        "not a database": "the file is something else or damaged: restore it from a backup or point ledger: to another file",
        "malformed": "the file is damaged: restore it from a backup",
        "locked": "another program holds it: try again when that is done",
        "full": "make room on the disk",
        "readonly": "give this user the right to write the file and its folder",
        "ermission": "give this user the right to write the file and its folder",
    }
    return next((hint for word, hint in hints.items() if word in said), "check the file and its folder")


def _make_private(path: Path) -> None:
    """An empty file that only its owner may read: it will hold addresses and mails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))


def _file_engine(path: Path, patience: float, *, read_only: bool) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        # Python's driver must not begin transactions by itself; see SQLAlchemy's notes on pysqlite.
        connection.isolation_level = None
        if not read_only:
            connection.execute("PRAGMA journal_mode = WAL")
        # What was committed must survive a power cut: a claim is worth nothing otherwise.
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begun(connection: Connection) -> None:
        # Two writers that both begin by reading would otherwise fail at the first write.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _prepare(db: Connection, path: Path, *, read_only: bool) -> None:
    """Make, check or bring up the tables; LedgerError when the file is not a ledger or a newer one."""
    names = inspect(db).get_table_names()
    if SCHEMA.name not in names:
        if names:
            raise LedgerError(
                f"ledger {path}: this database is not a ledger of sheetcrm; point ledger: to another file"
            )
        METADATA.create_all(db)
        db.execute(insert(SCHEMA).values(version=VERSION))
        return
    _check_health(db, path)
    _upgrade(db, path, read_only=read_only)


def _check_health(db: Connection, path: Path) -> None:
    answer = db.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if answer != "ok":
        raise LedgerError(f"ledger {path} is damaged ({answer}): restore it from a backup; nothing is sent without it")


def _upgrade(db: Connection, path: Path, *, read_only: bool) -> None:
    version = db.execute(select(SCHEMA.c.version)).scalar_one()
    if version > VERSION:
        raise LedgerError(
            f"ledger {path} was written by a newer sheetcrm (version {version}, this one knows {VERSION}): upgrade sheetcrm"
        )
    if version < VERSION and read_only:
        raise LedgerError(
            f"ledger {path} is of an older version ({version}): run `sheetcrm remind` once to bring it up"
        )
    for step in range(version, VERSION):
        MIGRATIONS[step](db)
        db.execute(update(SCHEMA).values(version=step + 1))
