"""
Spreadsheets → whose turn it is to scan which, so that many workers share them.

A turn that ended in this round is not taken again in it, by anybody; that of a
worker that died or overslept is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from sheetcrm.remind.ledger.stores import Presence, Store
from sheetcrm.remind.ledger.tables import TURN

LEASE = timedelta(minutes=15)
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


class Turns:
    """Who scans which spreadsheet; see `Ledger.turns`."""

    def __init__(
        self,
        transaction: Callable[[], AbstractContextManager[Connection]],
        store: Store,
        presence: Callable[[], Presence],
    ) -> None:
        """Of one worker."""
        self._transaction, self._store, self._presence = transaction, store, presence

    def take(self, spreadsheet: str, *, since: datetime, now: datetime, lease: timedelta = LEASE) -> bool:
        """
        Whether this worker may scan `spreadsheet` now: nobody who lives is at it, and nobody began `since` then and finished.

        `since` is when this round, or this process, began.
        """
        presence = self._presence()
        with self._transaction() as db:
            self._store.alone(db, "turn", spreadsheet)
            row = db.execute(select(TURN).where(TURN.c.spreadsheet == spreadsheet)).one_or_none()
            values = {"began": now, "worker": presence.worker, "lease": now + lease}
            if row is None:
                db.execute(insert(TURN).values(spreadsheet=spreadsheet, **values))
                return True
            if row.worker is None:
                is_free = bool(row.began < since)
            else:
                is_free = bool(row.lease < now) or not presence.is_alive(db, row.worker)
            if is_free:
                db.execute(update(TURN).where(TURN.c.spreadsheet == spreadsheet).values(values))
            return is_free

    def keep(self, spreadsheet: str, *, now: datetime, lease: timedelta = LEASE) -> bool:
        """Have it for longer; False when it went to somebody else."""
        with self._transaction() as db:
            return db.execute(update(TURN).where(self._mine(spreadsheet)).values(lease=now + lease)).rowcount == 1

    def leave(self, spreadsheet: str, *, undone: bool = False) -> None:
        """It is scanned, as far as that was possible; or `undone`, and free to whoever comes, as if it never had been."""
        values = {"worker": None, "lease": None, **({"began": _NEVER} if undone else {})}
        with self._transaction() as db:
            db.execute(update(TURN).where(self._mine(spreadsheet)).values(values))

    def left(self, *, now: datetime) -> list[str]:
        """Spreadsheets whose scan began and was not finished by who is gone or overslept."""
        presence = self._presence()
        with self._transaction() as db:
            rows = db.execute(select(TURN).where(TURN.c.worker.is_not(None)).order_by(TURN.c.spreadsheet)).all()
            return [row.spreadsheet for row in rows if row.lease < now or not presence.is_alive(db, row.worker)]

    def _mine(self, spreadsheet: str) -> ColumnElement[bool]:
        return and_(TURN.c.spreadsheet == spreadsheet, TURN.c.worker == self._presence().worker)
