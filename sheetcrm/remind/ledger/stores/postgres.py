"""
A URL → an engine, and workers known by an advisory lock of their session.

The lock goes when the server sees the connection end.  A pooler between us and
the server (PgBouncer and its like) must leave a session its connection:
session pooling, not transaction pooling.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, text

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import N_, tr
from sheetcrm.remind.ledger.stores.base import SOON, Presence, Store, new_worker, token
from sheetcrm.remind.ledger.tables import METADATA

_IS_HELD = text(
    "select exists (select from pg_locks where locktype = 'advisory' and granted and objsubid = 1"
    " and database = (select oid from pg_database where datname = current_database())"
    " and (classid::bigint << 32) | objid::bigint = :number)"
)


class PostgresStore(Store):
    """A schema in a PostgreSQL database; other tables may stand beside ours."""

    remedies: ClassVar[Mapping[str, str]] = {
        "password": N_("check its user and password"),
        "no pg_hba.conf entry": N_("let this user connect from here"),
        "does not exist": N_("make the database or the user first"),
        "permission denied": N_("give this user the right to make and write tables there"),
        "no schema has been selected": N_("give this user the right to make and write tables there"),
        "lock timeout": N_("another program holds it: try again when that is done"),
        "read-only": N_("point ledger: to the server that takes writes"),
        "No space": N_("make room on its disk"),
        "too many": N_("let it take more connections"),
    }
    otherwise = N_("is the database server running, and can it be reached from here?")

    def __init__(self, address: URL) -> None:
        """`address` may have a password; it is never shown."""
        # The driver that comes with the extra; SQLAlchemy's own default is another one.
        self._address = address.set(drivername="postgresql+psycopg")
        shown = address.set(drivername="postgresql", password=None, query={})
        self.place = shown.render_as_string(hide_password=True)

    def connect(self, *, read_only: bool, patience: float) -> Engine:
        """See `Store`; one connection, which is the session that has the worker's lock."""
        try:
            engine = create_engine(
                self._address,
                pool_size=1,
                max_overflow=0,
                pool_timeout=patience,
                pool_pre_ping=True,
                connect_args={"connect_timeout": max(2, math.ceil(patience))},
            )
        except ModuleNotFoundError as error:
            raise MissingExtra(tr("{name}, which talks to PostgreSQL,", name=error.name), "sql") from error
        wishes = _wishes(read_only=read_only, patience=patience)

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _record: object) -> None:
            with connection.cursor() as cursor:
                for name, value in wishes.items():
                    cursor.execute(f"set {name} = '{value}'")
            connection.commit()

        @event.listens_for(engine, "begin")
        def _begun(connection: Connection) -> None:
            if connection.get_execution_options().get(SOON):
                connection.exec_driver_sql("set local synchronous_commit = off")

        return engine

    def is_taken(self, tables: set[str]) -> bool:
        """See `Store`: only where a table has a name that we need."""
        return bool(tables & set(METADATA.tables))

    def alone(self, db: Connection, *what: str) -> None:
        """See `Store`."""
        name = "\0".join(("sheetcrm", *what)).encode()
        number = int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)
        db.execute(text("select pg_advisory_xact_lock(:number)"), {"number": number})

    def check(self, db: Connection) -> None:
        """See `Store`: the server sees to that itself."""

    def sign_in(self, engine: Engine) -> Presence:
        """See `Store`."""
        return _LockedSession(engine)


def _wishes(*, read_only: bool, patience: float) -> dict[str, str]:
    """What every session of ours is set to."""
    return {
        "lock_timeout": f"{math.ceil(patience * 1000)}ms",
        # What was committed must survive a power cut: a claim is worth nothing otherwise.
        "synchronous_commit": "on",
        # So that the server soon knows of a machine that is gone.
        "tcp_keepalives_idle": "30",
        "tcp_keepalives_interval": "10",
        "tcp_keepalives_count": "3",
        "default_transaction_read_only": "on" if read_only else "off",
    }


class _LockedSession(Presence):
    """
    A worker whose session has its lock.

    A session that was lost is begun anew with the same lock; until then the
    worker is dead to the others, and may find that what it had in hand is gone.
    """

    def __init__(self, engine: Engine) -> None:
        self.worker = new_worker()
        self._engine = engine
        event.listen(engine, "connect", self._lock)
        with engine.connect() as db:
            self._lock(db.connection.dbapi_connection)

    def _lock(self, connection: Any, _record: object = None) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", [_number(self.worker)])
        connection.commit()

    def is_alive(self, db: Connection, worker: str) -> bool:
        return worker == self.worker or bool(db.execute(_IS_HELD, {"number": _number(worker)}).scalar_one())

    def leave(self) -> None:
        event.remove(self._engine, "connect", self._lock)
        self._engine.dispose()


def _number(worker: str) -> int:
    """The lock's number: what is the worker's own in its name, as a signed 64-bit integer."""
    return int.from_bytes(bytes.fromhex(token(worker)), signed=True)
