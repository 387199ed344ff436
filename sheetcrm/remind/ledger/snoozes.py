"""
Rows, people and whole spreadsheets → until when nobody is told; a person asked for it, and it can be lifted.

None is ever forgotten: days of quiet make nothing expire, so it has to be known
when they were.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from sheetcrm.remind.ledger.entries import Snooze
from sheetcrm.remind.ledger.tables import SNOOZE


class Snoozes:
    """See `Ledger.snoozes`."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Of one ledger."""
        self._transaction = transaction

    def add(self, snooze: Snooze, *, now: datetime) -> int:
        """Be quiet about it; the number is for `lift`."""
        with self._transaction() as db:
            query = insert(SNOOZE).values({**vars(snooze), "made": now}).returning(SNOOZE.c.id)
            return int(db.execute(query).scalar_one())

    def lift(self, number: int, *, now: datetime) -> bool:
        """Speak of it again; False when none of that number still holds."""
        over = now.astimezone(UTC).date() - timedelta(1)  # wherever on earth
        query = update(SNOOZE).where(SNOOZE.c.id == number, SNOOZE.c.until > over).values(until=over)
        with self._transaction() as db:
            return db.execute(query).rowcount == 1

    def of(self, spreadsheet: str, *, today: date = date.min) -> dict[int, Snooze]:
        """Those that still hold on `today` (default: all there ever were), by number."""
        names = list(Snooze.__dataclass_fields__)
        query = select(SNOOZE.c.id, *(SNOOZE.c[name] for name in names)).order_by(SNOOZE.c.id)
        query = query.where(SNOOZE.c.spreadsheet == spreadsheet, SNOOZE.c.until > today)
        with self._transaction() as db:
            return {row.id: Snooze(*row[1:]) for row in db.execute(query)}
