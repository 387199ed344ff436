"""
Tables of any version → of the one that this code knows, in one transaction.

A newer ledger is refused, and a database that is something else is never
written to.  Who may only read an older one reads a copy that was brought up.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, insert, inspect, select, update

from sheetcrm.errors import LedgerError
from sheetcrm.messages import tr
from sheetcrm.remind.ledger.tables import CONTENT, METADATA, OCCURRENCE, SCHEMA, SNOOZE, TURN, VERSION

if TYPE_CHECKING:
    from sheetcrm.remind.ledger.stores import Store


def prepare(engine: Engine, store: Store, *, read_only: bool) -> Engine | None:
    """
    Make, check or bring up the tables; the engine to use from now on, None when there are none and none may be made.

    LedgerError when the database is something else, damaged, of a newer
    version, or of an older one that may neither be changed nor copied.
    """
    with engine.begin() as db:
        if not read_only:
            store.alone(db, "schema")
        names = set(inspect(db).get_table_names())
        if SCHEMA.name in names:
            store.check(db)
            return _brought_up(engine, db, store, read_only=read_only)
        if store.is_taken(names):
            raise LedgerError(
                tr(
                    "ledger {place}: this database is not a ledger of sheetcrm; point ledger: to another",
                    place=store.place,
                )
            )
        if read_only:
            return None
        METADATA.create_all(db)
        db.execute(insert(SCHEMA).values(version=VERSION))
        return engine


def _brought_up(engine: Engine, db: Connection, store: Store, *, read_only: bool) -> Engine:
    version = db.execute(select(SCHEMA.c.version)).scalar_one()
    if version > VERSION:
        raise LedgerError(
            tr(
                "ledger {place} was written by a newer sheetcrm (version {version}, this one knows {ours}): upgrade sheetcrm",
                place=store.place,
                version=version,
                ours=VERSION,
            )
        )
    if version < VERSION and read_only:
        copy = store.copied(db, partial(_upgrade, version=version))
        if copy is None:
            raise LedgerError(
                tr(
                    "ledger {place} is of an older version ({version}): run `sheetcrm remind` once to bring it up",
                    place=store.place,
                    version=version,
                )
            )
        return copy
    if version < VERSION:
        with store.nobody_older():
            _upgrade(db, version)
    return engine


def _upgrade(db: Connection, version: int) -> None:
    for step in range(version, VERSION):
        MIGRATIONS[step](db)
    db.execute(update(SCHEMA).values(version=VERSION))


def _to_2(db: Connection) -> None:
    """Claims with leases, occurrences without a mail, bytes by themselves, turns, snoozes.  Version 1 was SQLite only."""
    moments = ("planned VARCHAR(32)", "worker TEXT", "lease VARCHAR(32)")
    for column in (*moments, "again INTEGER REFERENCES message (id)", "doubts INTEGER DEFAULT '0' NOT NULL"):
        db.exec_driver_sql(f"ALTER TABLE message ADD COLUMN {column}")
    db.exec_driver_sql("UPDATE message SET planned = created, doubts = state = 'unknown'")
    for index in (
        "message_by_worker ON message (worker)",
        "message_by_recipient ON message (recipient, day)",
        "message_by_change ON message (state, changed)",
    ):
        db.exec_driver_sql(f"CREATE INDEX {index}")
    # Whether a column may be blank cannot be changed in SQLite: the table is made anew.
    for index in ("ix_occurrence_message", "occurrence_by_recipient"):
        db.exec_driver_sql(f"DROP INDEX {index}")
    db.exec_driver_sql("ALTER TABLE occurrence RENAME TO occurrence_1")
    OCCURRENCE.create(db)
    columns = "id, spreadsheet, sheet, row_id, rule, due, step, recipient, channel, message"
    db.exec_driver_sql(f"INSERT INTO occurrence ({columns}) SELECT {columns} FROM occurrence_1")  # noqa: S608 - our own names
    db.exec_driver_sql("DROP TABLE occurrence_1")
    CONTENT.create(db)
    db.exec_driver_sql("INSERT INTO content (message, body) SELECT id, body FROM message WHERE body IS NOT NULL")
    db.exec_driver_sql("ALTER TABLE message DROP COLUMN body")
    TURN.create(db)
    SNOOZE.create(db)


MIGRATIONS: dict[int, Callable[[Connection], None]] = {1: _to_2}
"""Version → what brings a ledger of that version to the next one."""
