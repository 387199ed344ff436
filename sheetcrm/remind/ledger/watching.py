"""What a watcher asks of the ledger: what became of each occurrence, what went wrong lately and why, and when each row was last told of."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, or_, select

from sheetcrm.remind.ledger import asking
from sheetcrm.remind.ledger.entries import Line, Mail, State
from sheetcrm.remind.ledger.reasons import replaced, said
from sheetcrm.remind.ledger.rows import LISTED, mail_of
from sheetcrm.remind.ledger.tables import MESSAGE, OCCURRENCE

TROUBLED = (State.FAILED, State.UNKNOWN, State.RETRY)


@dataclass(frozen=True)
class Untold:
    """So many mails, or rows that never got one, that nobody will hear of, and why."""

    state: State
    reason: str
    count: int


class Watch:
    """See `Ledger.watch`."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        """Of one ledger."""
        self._transaction = transaction

    def log(
        self,
        *,
        spreadsheet: str | None = None,
        row_id: str | None = None,
        person: str | None = None,
        limit: int | None = None,
    ) -> list[Line]:
        """Occurrences and what became of them, the latest first; of a row (its id, such as a customer's), of a person (address or name, however it is capitalized)."""
        with self._transaction() as db:
            return asking.log(db, spreadsheet=spreadsheet, row_id=row_id, person=person, limit=limit)

    def once_more(self, numbers: Collection[int]) -> dict[int, list[Mail]]:
        """By the number of a mail those that were queued because somebody asked for it once more, oldest first, without their bytes."""
        query = select(*LISTED).where(MESSAGE.c.again.in_(sorted(numbers))).order_by(MESSAGE.c.id)
        found: dict[int, list[Mail]] = {}
        with self._transaction() as db:
            for mail in (mail_of(row) for row in db.execute(query)):
                found.setdefault(mail.again or 0, []).append(mail)
        return found

    def troubled(self, spreadsheet: str, *, since: datetime) -> list[Mail]:
        """Mails that failed for good since then, and all that are to be tried again or of which nobody knows; oldest first, without their bytes."""
        mail = MESSAGE.c
        failed = and_(mail.state == State.FAILED, mail.changed >= since)
        chosen = or_(failed, mail.state.in_([one for one in TROUBLED if one is not State.FAILED]))
        query = select(*LISTED).where(mail.spreadsheet == spreadsheet, chosen).order_by(mail.id)
        with self._transaction() as db:
            return [mail_of(row) for row in db.execute(query)]

    def untold(self, spreadsheet: str, *, since: datetime) -> list[Untold]:
        """What expired or was suppressed since then, by reason, the most frequent first."""
        one, mail = OCCURRENCE.c, MESSAGE.c
        rows = (
            select(one.state, one.reason, func.count())
            .where(one.spreadsheet == spreadsheet, one.message.is_(None), one.noted >= since)
            .group_by(one.state, one.reason)
        )
        # Planned anew is not untold: its reminders are in another mail.
        mails = (
            select(mail.state, mail.reason, func.count())
            .where(mail.spreadsheet == spreadsheet, mail.state == State.SUPPRESSED, mail.changed >= since)
            .where(mail.reason.not_like(replaced("%")))
            .group_by(mail.state, mail.reason)
        )
        with self._transaction() as db:
            found = [
                Untold(State(row[0]), said(row[1]), row[2]) for query in (rows, mails) for row in db.execute(query)
            ]
        return sorted(found, key=lambda untold: (-untold.count, untold.state, untold.reason))

    def told_on(
        self, spreadsheet: str, rules: Collection[str], channels: Collection[str]
    ) -> dict[tuple[str, str], date]:
        """By sheet and row id the day of the last mail that was sent about a row by one of these rules and channels."""
        one, mail = OCCURRENCE.c, MESSAGE.c
        query = (
            select(one.sheet, one.row_id, func.max(mail.day))
            .join_from(OCCURRENCE, MESSAGE)
            .where(one.spreadsheet == spreadsheet, one.rule.in_(sorted(rules)), one.channel.in_(sorted(channels)))
            .where(mail.state == State.SENT)
            .group_by(one.sheet, one.row_id)
        )
        with self._transaction() as db:
            return {(sheet, row_id): day for sheet, row_id, day in db.execute(query)}
