"""
A ledger → the same without somebody.

Who was written to becomes a keyed hash, so that what was told stays told; the
bytes of mails that name them go.  A mail that is still to go out is taken out of the queue, and
what it was about is free again: the next run plans it from the rows as they are then.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Table, delete, inspect, select, update

from sheetcrm.messages import N_
from sheetcrm.remind.ledger.book import Ledger
from sheetcrm.remind.ledger.entries import PENDING, State
from sheetcrm.remind.ledger.stores import store_at
from sheetcrm.remind.ledger.tables import CONTENT, MESSAGE, OCCURRENCE, RUN, SCHEMA, SNOOZE

REASON = N_("somebody in it was erased")
ADDRESSES = {MESSAGE: ("recipient", "address", "name"), OCCURRENCE: ("recipient",), SNOOZE: ("recipient", "by")}
"""What is somebody as a whole."""
TEXTS = {
    MESSAGE: ("subject", "reason"),
    OCCURRENCE: ("row_id", "reason"),
    SNOOZE: ("row_id",),
    RUN: ("counts", "stopped"),
}
PATIENCE = 30.0


@dataclass(frozen=True)
class Forgotten:
    """How many rows name them, of them mails; and whether nothing of it is left in the file."""

    rows: int = 0
    mails: int = 0
    clean: bool = True


@dataclass(frozen=True)
class Who:
    """Who is to be forgotten: whether a text names them, the text without them, and a hash for one of their addresses."""

    holds: Callable[[str], bool]
    cleaned: Callable[[str], str]
    veiled: Callable[[str], str]


def forget(location: Path | str, who: Who, *, write: bool, now: datetime) -> Forgotten:
    """What there is of them; with `write` it is gone.  Nothing where there is no ledger; LedgerError when it cannot be used."""
    store = store_at(location)
    with store.translated():
        if not store.is_there():
            return Forgotten()
        if write:
            # Of the newest version, for certain.
            Ledger.open(location).close()
        engine = store.connect(read_only=not write, patience=PATIENCE)
        try:
            with engine.begin() as db:
                if SCHEMA.name not in inspect(db).get_table_names():
                    return Forgotten()
                if write:
                    store.thorough(db)
                mails = _mails(db, who, now, write=write)
                rows = sum(_rows(db, table, who, write=write) for table in TEXTS)
        finally:
            engine.dispose()
        return Forgotten(rows, mails, not write or not (rows or mails) or store.swept())


def told(data: bytes) -> str:
    """Everything in the bytes of a mail that people read, decoded."""
    found = [data.decode("utf-8", "replace")]
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        found += [str(value) for value in message.values()]
        for part in message.walk():
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                found.append(content.decode("utf-8", "replace"))
    except (ValueError, LookupError, AttributeError):
        # No mail but what a robot is sent.
        pass
    return "\n".join(found)


def plain(data: bytes) -> str:
    """What a mail says to people, as text; of what is no mail all of it."""
    try:
        body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain", "html"))
        return str(body.get_content()) if body is not None else data.decode("utf-8", "replace")
    except (ValueError, LookupError, AttributeError):
        return data.decode("utf-8", "replace")


def _mails(db: Connection, who: Who, now: datetime, *, write: bool) -> int:
    """Mails whose bytes name them."""
    query = select(MESSAGE.c.id, MESSAGE.c.state, CONTENT.c.body).join(CONTENT)
    # All at once: a cursor that is read while its table changes promises nothing.
    named = [(row.id, State(row.state)) for row in db.execute(query).all() if who.holds(told(row.body))]
    if write and named:
        ids = [number for number, _ in named]
        waiting = [number for number, state in named if state in PENDING]
        open_ = [number for number, state in named if state is State.UNKNOWN]
        free = {"worker": None, "lease": None, "changed": now, "reason": REASON}
        db.execute(delete(CONTENT).where(CONTENT.c.message.in_(ids)))
        db.execute(delete(OCCURRENCE).where(OCCURRENCE.c.message.in_(waiting)))
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(waiting)).values(state=State.SUPPRESSED, **free))
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(open_)).values(state=State.FAILED, **free))
    return len(named)


def _rows(db: Connection, table: Table, who: Who, *, write: bool) -> int:
    """Rows that name them in clear."""
    found = 0
    for row in db.execute(select(table)).mappings().all():
        whole = {name: who.veiled(row[name]) for name in ADDRESSES.get(table, ()) if row[name] and who.holds(row[name])}
        if table is MESSAGE and whole:
            # A display name may be written in another way than the one that we know.
            whole |= {name: who.veiled(row[name]) for name in ADDRESSES[table]}
        parts = {name: who.cleaned(row[name]) for name in TEXTS[table] if row[name] and who.holds(row[name])}
        if whole or parts:
            found += 1
            if write:
                db.execute(update(table).where(table.c.id == row["id"]).values({**parts, **whole}))
    return found
