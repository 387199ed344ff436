"""
A file → an engine, and workers known by a lock of the operating system.

The lock is on a file beside the ledger and goes with its process, however that
ends.  Only for processes of one machine: locks and SQLite itself cannot be
trusted on a network's file system.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import StaticPool

from sheetcrm.errors import LedgerError
from sheetcrm.messages import N_, tr
from sheetcrm.remind.ledger.stores.base import SOON, Presence, Store, new_worker, token

_CACHE = 16_000
"""kB of the file that are kept in memory: mails that were written a moment ago are not read again to be sent."""


class SqliteStore(Store):
    """One SQLite file."""

    remedies: ClassVar[Mapping[str, str]] = {
        "not a database": N_(
            "the file is something else or damaged: restore it from a backup or point ledger: to another file"
        ),
        "malformed": N_("the file is damaged: restore it from a backup"),
        "locked": N_("another program holds it: try again when that is done"),
        "full": N_("make room on the disk"),
        "No space": N_("make room on the disk"),
        "readonly": N_("give this user the right to write the file and its folder"),
        "ermission": N_("give this user the right to write the file and its folder"),
    }
    otherwise = N_("check the file and its folder")

    def __init__(self, path: Path) -> None:
        """The file may be missing."""
        self.path, self.place = path, str(path)

    def is_there(self) -> bool:
        """See `Store`."""
        # Zero bytes: a run that died right after it made the file.
        return self.path.exists() and self.path.stat().st_size > 0

    def connect(self, *, read_only: bool, patience: float) -> Engine:
        """See `Store`; the file is made when it is missing."""
        if not self.is_there():
            _make_private(self.path)
        engine = create_engine(f"sqlite:///{self.path}", connect_args={"timeout": patience})

        @event.listens_for(engine, "connect")
        def _connected(connection: sqlite3.Connection, _record: object) -> None:
            # Python's driver must not begin transactions by itself; see SQLAlchemy's notes on pysqlite.
            connection.isolation_level = None
            if not read_only:
                _write_ahead(connection, patience)
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            if read_only:
                connection.execute("PRAGMA query_only = ON")

        @event.listens_for(engine, "begin")
        def _begun(connection: Connection) -> None:
            # What was committed must survive a power cut: a claim is worth nothing otherwise.
            raw = connection.connection.dbapi_connection
            assert raw is not None, "a transaction begins on a connection"
            cursor = raw.cursor()
            cursor.execute(
                f"PRAGMA synchronous = {'NORMAL' if connection.get_execution_options().get(SOON) else 'FULL'}"
            )
            # Two writers that both begin by reading would otherwise fail at the first write.
            cursor.execute("BEGIN" if read_only else "BEGIN IMMEDIATE")

        return engine

    def is_taken(self, tables: set[str]) -> bool:
        """See `Store`: a file is ours alone."""
        return bool(tables)

    def alone(self, db: Connection, *what: str) -> None:
        """See `Store`: every transaction is alone in the whole file; see `connect`."""

    def check(self, db: Connection) -> None:
        """See `Store`."""
        answer = db.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if answer != "ok":
            raise LedgerError(
                tr(
                    "ledger {place} is damaged ({answer}): restore it from a backup; nothing is sent without it",
                    place=self.place,
                    answer=answer,
                )
            )

    def copied(self, db: Connection, change: Callable[[Connection], None]) -> Engine:
        """See `Store`: in memory."""
        made = create_engine("sqlite://", poolclass=StaticPool)
        source, target = db.connection.dbapi_connection, made.raw_connection().driver_connection
        assert isinstance(source, sqlite3.Connection)
        assert isinstance(target, sqlite3.Connection)
        source.backup(target)
        with made.begin() as there:
            change(there)
        target.execute("PRAGMA query_only = ON")
        return made

    def thorough(self, db: Connection) -> None:
        """See `Store`: zeros are written over it."""
        db.exec_driver_sql("PRAGMA secure_delete = ON")

    def swept(self) -> bool:
        """See `Store`: the file is written anew, and its log is empty."""
        with closing(sqlite3.connect(self.path, timeout=5, isolation_level=None)) as file:
            try:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                file.execute("VACUUM")
                busy, *_ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise
                return False
        return not busy

    @contextmanager
    def nobody_older(self) -> Iterator[None]:
        """See `Store`: they held one lock for a whole run."""
        lock = FileLock(f"{self.path}.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise LedgerError(
                tr(
                    "ledger {place}: a run of an older sheetcrm is under way; try again when it is done",
                    place=self.place,
                )
            ) from error
        try:
            yield
        finally:
            lock.release()

    def sign_in(self, engine: Engine) -> Presence:
        """See `Store`."""
        return _LockedFile(self.path)


class _LockedFile(Presence):
    """A worker whose lock file is locked."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        for left in ledger.parent.glob(f"{ledger.name}.worker-*.lock"):
            _is_free(left)
        while True:
            self.worker = new_worker()
            path = self._path(self.worker)
            self._lock = FileLock(path, mode=0o600)
            self._lock.acquire()
            # Somebody who tidied up may have taken it for left over before it was locked.
            if path.exists():
                return
            self._lock.release()

    def is_alive(self, db: Connection, worker: str) -> bool:
        return worker == self.worker or not _is_free(self._path(worker))

    def leave(self) -> None:
        with suppress(OSError):
            self._path(self.worker).unlink()
        self._lock.release()

    def _path(self, worker: str) -> Path:
        return self._ledger.with_name(f"{self._ledger.name}.worker-{token(worker)}.lock")


def _is_free(path: Path) -> bool:
    """Whether nobody holds that lock file (any more); then it is removed."""
    if not path.exists():
        return True
    lock = FileLock(path, timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        return False
    with suppress(OSError):
        path.unlink()
    lock.release()
    return True


def _write_ahead(connection: sqlite3.Connection, patience: float) -> None:
    """
    A write-ahead log, which the file keeps from then on.

    SQLite does not wait for who writes meanwhile, whatever its time limit:
    two runs that open one new ledger at once meet here.
    """
    end = time.monotonic() + patience
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(0.01)
        else:
            return


def _make_private(path: Path) -> None:
    """An empty file that only its owner may read: it will hold addresses and mails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
