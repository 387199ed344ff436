"""
Reminders that are due → claims and queued mails; and what became of them.

A reminder is claimed and its mail queued in one transaction, before anything
is sent, and every mail's fate is committed by itself.  A mail that was surely
not taken (`planned`, `retry`) is planned anew by the next run, from the rows as
they are then; a mail that perhaps was (`sending`, `unknown`) is never changed
again, so a second copy of it is the same mail with the same Message-ID.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, delete, func, insert, select, update

from sheetcrm.errors import LedgerError
from sheetcrm.remind.ledger.entries import PENDING, TOLD, Mail, Occurrence, Recipient, Run, Sealed, State
from sheetcrm.remind.ledger.tables import MESSAGE, OCCURRENCE, RUN, open_engine, translated

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


class Ledger:
    """What was promised, to whom, and what became of it: one SQLite file."""

    def __init__(self, engine: Engine, path: Path, patience: float) -> None:
        """See `open`."""
        self._engine, self.path, self._patience = engine, path, patience

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False, patience: float = 30) -> Ledger:
        """
        The ledger at `path`, made when it is missing.

        `read_only` makes and changes nothing.  `patience` is how many seconds
        to wait for another process.  LedgerError when the file cannot be used.
        """
        return cls(open_engine(path, read_only=read_only, patience=patience), path, patience)

    def close(self) -> None:
        """Let the file go."""
        self._engine.dispose()

    def __enter__(self) -> Ledger:
        """Closed at the end of the `with`."""
        return self

    def __exit__(self, *_: object) -> None:
        """See `close`."""
        self.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """
        Be the only run on this ledger; LedgerError when another one stays busy.

        The lock is the operating system's and dies with its process, so whoever
        has it knows that no mail marked `sending` is in anybody's hands.
        """
        lock = FileLock(f"{self.path}.lock", timeout=self._patience)
        with translated(self.path):
            try:
                lock.acquire()
            except Timeout as error:
                raise LedgerError(
                    f"ledger {self.path}: another reminder run is under way; this one sent nothing"
                ) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with translated(self.path), self._engine.begin() as db:
            yield db

    # What was told

    def told(self, occurrences: Sequence[Occurrence]) -> dict[Occurrence, Mail]:
        """Those that need no mail any more, each with the mail that settled it: that step, or a later one of the same matter."""
        with self._transaction() as db:
            return _told(db, occurrences)

    # Planning

    def recover(self, *, now: datetime) -> int:
        """Mark what a dead process left in `sending` as `unknown`, and say how many; only for who is `exclusive`."""
        reason = "the run ended before it could note the server's answer"
        with self._transaction() as db:
            found = db.execute(
                update(MESSAGE)
                .where(MESSAGE.c.state == State.SENDING)
                .values(state=State.UNKNOWN, reason=reason, changed=now)
            )
            return found.rowcount

    def awaiting(self, spreadsheet: str, channel: str) -> list[Recipient]:
        """Everybody who has a mail that was planned and surely not taken."""
        query = select(MESSAGE).where(
            MESSAGE.c.spreadsheet == spreadsheet, MESSAGE.c.channel == channel, MESSAGE.c.state.in_(PENDING)
        )
        with self._transaction() as db:
            return [_mail(row).recipient for row in db.execute(query)]

    def queue(
        self,
        recipient: Recipient,
        occurrences: Sequence[Occurrence],
        seal: Callable[[Sequence[Occurrence]], Sealed],
        *,
        today: date,
        now: datetime,
    ) -> Mail | None:
        """
        Claim what `recipient` was not told yet and queue one mail about it, in one transaction.

        `seal` makes the mail from the occurrences that were claimed, in the
        order given.  Mails to them that are still pending are replaced.  None
        when there is nothing new to say.  Whatever `seal` raises leaves the
        ledger as it was.
        """
        with self._transaction() as db:
            pending = _release(db, recipient)
            known = _told(db, occurrences)
            claimed = [occurrence for occurrence in occurrences if occurrence not in known]
            sealed = seal(claimed) if claimed else None
            _suppress(db, pending, sealed, now)
            if sealed is None:
                return None
            values = {"day": today, "reminders": len(claimed), **_patience(pending)}
            number = _store(db, recipient, sealed, values, now=now)
            db.execute(insert(OCCURRENCE), [{**vars(occurrence), "message": number} for occurrence in claimed])
            return _mail(db.execute(select(MESSAGE).where(MESSAGE.c.id == number)).one())

    # Delivering

    def outbox(self, spreadsheet: str, channel: str) -> list[Mail]:
        """Every mail that is not settled, oldest first: pending ones, and those of which nobody knows."""
        states = (*PENDING, State.UNKNOWN)
        query = (
            select(MESSAGE)
            .where(MESSAGE.c.spreadsheet == spreadsheet, MESSAGE.c.channel == channel, MESSAGE.c.state.in_(states))
            .order_by(MESSAGE.c.id)
        )
        with self._transaction() as db:
            return [_mail(row) for row in db.execute(query)]

    def begin(self, mail: Mail, *, now: datetime) -> bool:
        """Commit that `mail` is about to be handed over; False when it is no longer what it was, and must be left alone."""
        unchanged = and_(MESSAGE.c.id == mail.id, MESSAGE.c.state == mail.state, MESSAGE.c.attempts == mail.attempts)
        values = {"state": State.SENDING, "attempts": mail.attempts + 1, "changed": now}
        with self._transaction() as db:
            return db.execute(update(MESSAGE).where(unchanged).values(values)).rowcount == 1

    def settle(self, mail: Mail, state: State, reason: str = "", *, now: datetime) -> None:
        """Commit what became of a mail that was begun; one that is to be tried again waits longer each time."""
        values: dict[str, Any] = {"state": state, "reason": reason, "changed": now}
        if state is State.RETRY:
            values["next_try"] = now + min(FIRST_WAIT * 2 ** min(mail.attempts, 10), LONGEST_WAIT)
        elif state is not State.UNKNOWN:
            values["body"] = None
        with self._transaction() as db:
            db.execute(update(MESSAGE).where(_in_hand(mail)).values(values))

    def take_back(self, mail: Mail, reason: str, *, now: datetime) -> None:
        """Commit that a mail that was begun was not handed over after all: it stands as before, and nothing is held against it."""
        values = {"state": mail.state, "attempts": mail.attempts, "reason": reason, "changed": now}
        with self._transaction() as db:
            db.execute(update(MESSAGE).where(_in_hand(mail)).values(values))

    # The runs

    def start_run(self, spreadsheet: str, *, today: date, now: datetime) -> int:
        """Note that a run began; the number is for `finish_run`."""
        with self._transaction() as db:
            values = {"spreadsheet": spreadsheet, "today": today, "started": now, "counts": "{}", "stopped": ""}
            return int(db.execute(insert(RUN).values(values).returning(RUN.c.id)).scalar_one())

    def finish_run(self, number: int, counts: Mapping[str, int], stopped: str = "", *, now: datetime) -> None:
        """Note how a run ended."""
        values = {"finished": now, "counts": json.dumps(dict(counts)), "stopped": stopped}
        with self._transaction() as db:
            db.execute(update(RUN).where(RUN.c.id == number).values(values))

    def last_run(self, spreadsheet: str | None = None) -> Run | None:
        """The run that began last, of one spreadsheet or of all."""
        query = select(RUN).order_by(RUN.c.id.desc()).limit(1)
        if spreadsheet is not None:
            query = query.where(RUN.c.spreadsheet == spreadsheet)
        with self._transaction() as db:
            row = db.execute(query).one_or_none()
        if row is None:
            return None
        return Run(row.spreadsheet, row.today, row.started, row.finished, json.loads(row.counts), row.stopped)

    def counts(self, spreadsheet: str | None = None) -> dict[State, int]:
        """How many mails are in each state; states without any are left out."""
        query = select(MESSAGE.c.state, func.count()).group_by(MESSAGE.c.state)
        if spreadsheet is not None:
            query = query.where(MESSAGE.c.spreadsheet == spreadsheet)
        with self._transaction() as db:
            return {State(state): number for state, number in db.execute(query)}

    def mails(self, states: Iterable[State] = tuple(State), *, spreadsheet: str | None = None) -> list[Mail]:
        """Every mail in one of `states`, oldest first."""
        query = select(MESSAGE).where(MESSAGE.c.state.in_(tuple(states))).order_by(MESSAGE.c.id)
        if spreadsheet is not None:
            query = query.where(MESSAGE.c.spreadsheet == spreadsheet)
        with self._transaction() as db:
            return [_mail(row) for row in db.execute(query)]


def _in_hand(mail: Mail) -> ColumnElement[bool]:
    """It is still being sent by whoever began it as `mail`."""
    return and_(MESSAGE.c.id == mail.id, MESSAGE.c.state == State.SENDING, MESSAGE.c.attempts == mail.attempts + 1)


def _told(db: Connection, occurrences: Sequence[Occurrence]) -> dict[Occurrence, Mail]:
    """One query a recipient: whatever they were told about dates from the earliest one on."""
    groups: dict[tuple[str, str, str], list[Occurrence]] = {}
    for occurrence in occurrences:
        groups.setdefault((occurrence.spreadsheet, occurrence.recipient, occurrence.channel), []).append(occurrence)
    settled: dict[Occurrence, int] = {}
    for whom, group in groups.items():
        latest = _latest(db, whom, min(one.due for one in group))
        for one in group:
            step, number = latest.get(one.matter, (None, 0))
            if step is not None and step >= one.step:
                settled[one] = number
    mails = _by_number(db, set(settled.values()))
    return {occurrence: mails[number] for occurrence, number in settled.items()}


def _latest(
    db: Connection, whom: tuple[str, str, str], since: date
) -> dict[tuple[str, str, str, date], tuple[int, int]]:
    """By matter due `since` then: the latest step that `whom` (spreadsheet, recipient, channel) was told, and in which mail."""
    columns = OCCURRENCE.c
    spreadsheet, recipient, channel = whom
    query = (
        select(columns.sheet, columns.row_id, columns.rule, columns.due, columns.step, columns.message)
        .join(MESSAGE)
        .where(columns.spreadsheet == spreadsheet, columns.recipient == recipient, columns.channel == channel)
        .where(columns.due >= since, MESSAGE.c.state.in_(TOLD))
        .order_by(columns.step)
    )
    return {(sheet, row_id, rule, due): (step, number) for sheet, row_id, rule, due, step, number in db.execute(query)}


def _by_number(db: Connection, numbers: set[int]) -> dict[int, Mail]:
    if not numbers:
        return {}
    return {row.id: _mail(row) for row in db.execute(select(MESSAGE).where(MESSAGE.c.id.in_(sorted(numbers))))}


def _release(db: Connection, recipient: Recipient) -> list[Mail]:
    """The recipient's mails that were surely not taken; what they claimed is free again."""
    query = select(MESSAGE).where(
        MESSAGE.c.spreadsheet == recipient.spreadsheet,
        MESSAGE.c.channel == recipient.channel,
        MESSAGE.c.recipient == recipient.key,
        MESSAGE.c.state.in_(PENDING),
    )
    pending = [_mail(row) for row in db.execute(query)]
    if pending:
        db.execute(delete(OCCURRENCE).where(OCCURRENCE.c.message.in_([mail.id for mail in pending])))
    return pending


def _suppress(db: Connection, pending: Sequence[Mail], sealed: Sealed | None, now: datetime) -> None:
    """Those of `pending` that `sealed` is not once more will never go out."""
    replaced = [mail.id for mail in pending if sealed is None or mail.message_id != sealed.message_id]
    reason = "nothing in it was due any more" if sealed is None else f"planned anew as {sealed.message_id}"
    if replaced:
        values = {"state": State.SUPPRESSED, "reason": reason, "body": None, "changed": now}
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(replaced)).values(values))


def _store(db: Connection, recipient: Recipient, sealed: Sealed, values: dict[str, Any], *, now: datetime) -> int:
    """The number of the queued mail: a new one, or the same mail of before."""
    values |= {"address": recipient.address, "name": recipient.name, "subject": sealed.subject, "body": sealed.data}
    values["changed"] = now
    free = MESSAGE.c.state.in_((*PENDING, State.SUPPRESSED))
    again = update(MESSAGE).where(MESSAGE.c.message_id == sealed.message_id, free).values(values)
    if (number := db.execute(again.returning(MESSAGE.c.id)).scalar_one_or_none()) is not None:
        return int(number)
    names = {"spreadsheet": recipient.spreadsheet, "channel": recipient.channel, "recipient": recipient.key}
    fresh = {"message_id": sealed.message_id, "created": now, **names, **values}
    return int(db.execute(insert(MESSAGE).values(fresh).returning(MESSAGE.c.id)).scalar_one())


def _patience(pending: Sequence[Mail]) -> dict[str, Any]:
    """A mail that takes the place of `pending` waits as long as they would have: it is the recipient's server that asked for it."""
    attempts = max((mail.attempts for mail in pending), default=0)
    return {
        "state": State.RETRY if attempts else State.PLANNED,
        "reason": next((mail.reason for mail in pending if mail.attempts == attempts), ""),
        "attempts": attempts,
        "next_try": max((mail.next_try for mail in pending if mail.next_try), default=None),
    }


def _mail(row: Row[Any]) -> Mail:
    recipient = Recipient(row.spreadsheet, row.channel, row.name, row.address)
    return Mail(
        id=row.id,
        message_id=row.message_id,
        recipient=recipient,
        day=row.day,
        subject=row.subject,
        reminders=row.reminders,
        state=State(row.state),
        reason=row.reason,
        attempts=row.attempts,
        next_try=row.next_try,
        changed=row.changed,
        data=row.body,
    )
