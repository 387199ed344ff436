"""
A ledger → its whole content at one moment, for a backup; and back into a place where there is none.

SQLite is copied by SQLite itself, while others write; of PostgreSQL the rows of
each table are read in one transaction.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Integer, Table, func, insert, inspect, select, text

from sheetcrm import atomic
from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.ledger.book import Ledger
from sheetcrm.remind.ledger.stores import Store, store_at
from sheetcrm.remind.ledger.stores.sqlite import SqliteStore
from sheetcrm.remind.ledger.tables import METADATA, SCHEMA, VERSION

FILE = "ledger.db"
ROWS = "rows/"
PATIENCE = 30.0
MANY = 1_000


def copied(location: Path | str) -> Iterator[tuple[str, Iterator[bytes]]]:
    """
    Name and content of each part, to be taken in order; none where there is no ledger yet.

    `ledger.db`, or a file of JSON lines for each table.  LedgerError when it cannot be read.
    """
    store = store_at(location)
    with store.translated():
        if not store.is_there():
            return
        if isinstance(store, SqliteStore):
            yield FILE, iter([_serialized(store.path)])
        else:
            yield from _rows(store)


def put_back(location: Path | str, parts: Mapping[str, bytes]) -> None:
    """What `copied` gave → the ledger at that place; UsageError when there is one already, or the parts are of the other kind of database."""
    store = store_at(location)
    with store.translated():
        if isinstance(store, SqliteStore) != (FILE in parts):
            raise UsageError(
                tr("this backup is of the other kind of database: point ledger: in the config to one as it was then")
            )
        if isinstance(store, SqliteStore):
            if store.is_there():
                raise UsageError(tr("there is a ledger at {place}: move it out of the way first", place=store.place))
            store.path.parent.mkdir(parents=True, exist_ok=True)
            atomic.put(store.path, parts[FILE])
        else:
            _inserted(store, location, parts)


def _serialized(path: Path) -> bytes:
    address = f"{path.absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=PATIENCE)) as there,
        closing(sqlite3.connect(":memory:")) as copy,
    ):
        there.backup(copy)
        return copy.serialize()


def _rows(store: Store) -> Iterator[tuple[str, Iterator[bytes]]]:
    engine = store.connect(read_only=True, patience=PATIENCE)
    try:
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as db, db.begin():
            if SCHEMA.name not in inspect(db).get_table_names():
                return
            for table in METADATA.sorted_tables:
                found = (
                    db.execution_options(yield_per=MANY)
                    .execute(select(table).order_by(*table.primary_key.columns))
                    .mappings()
                )
                yield f"{ROWS}{table.name}.jsonl", (_line(dict(row)) for row in found)
    finally:
        engine.dispose()


def _line(row: Mapping[str, Any]) -> bytes:
    return (json.dumps({key: _plain(value) for key, value in row.items()}, ensure_ascii=False) + "\n").encode()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return value.isoformat() if isinstance(value, date | datetime) else value


def _inserted(store: Store, location: Path | str, parts: Mapping[str, bytes]) -> None:
    """Into empty tables, made where they are missing; in one transaction."""
    known = parts.get(f"{ROWS}{SCHEMA.name}.jsonl", b"").splitlines()
    if not known or json.loads(known[0])["version"] != VERSION:
        raise UsageError(
            tr("this backup of the ledger was made by another version of sheetcrm: use that one to put it back")
        )
    Ledger.open(location).close()
    engine = store.connect(read_only=False, patience=PATIENCE)
    try:
        with engine.begin() as db:
            tables = [table for table in METADATA.sorted_tables if table is not SCHEMA]
            if any(db.execute(select(func.count()).select_from(table)).scalar_one() for table in tables):
                raise UsageError(tr("there is a ledger at {place}: move it out of the way first", place=store.place))
            for table in tables:
                lines = parts.get(f"{ROWS}{table.name}.jsonl", b"").splitlines()
                for start in range(0, len(lines), MANY):
                    db.execute(insert(table), [_row(table, line) for line in lines[start : start + MANY]])
                if lines and "id" in table.c and isinstance(table.c.id.type, Integer):
                    # What is made next gets an id that nothing has.
                    db.execute(
                        text("select setval(pg_get_serial_sequence(:name, 'id'), (select max(id) from "  # noqa: S608 - a name of ours
                             f"{table.name}))"),
                        {"name": table.name},
                    )  # fmt: skip
    finally:
        engine.dispose()


def _row(table: Table, line: bytes) -> dict[str, Any]:
    found = json.loads(line)
    return {key: _value(table, key, value) for key, value in found.items() if key in table.c}


def _value(table: Table, key: str, value: Any) -> Any:
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    if not isinstance(value, str):
        return value
    kind = type(table.c[key].type).__name__
    if kind == "Instant":
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if kind == "Date" else value
