"""
Occurrences → claimed by a mail, or noted without one; each function is part of a transaction.

Whoever makes an occurrence free or not free holds `store.alone` of its
recipient: two planners at once, or a planner and a mail that comes back, would
otherwise each see half of what the other does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from sheetcrm.remind.ledger.entries import PENDING, TOLD, Fate, Mail, Occurrence, Recipient, Sealed, State
from sheetcrm.remind.ledger.reasons import NOTHING_DUE, replaced, said
from sheetcrm.remind.ledger.rows import LISTED, mail_of
from sheetcrm.remind.ledger.tables import CONTENT, MESSAGE, OCCURRENCE

Whom = tuple[str, str, str]


def told(db: Connection, occurrences: Sequence[Occurrence], *, expired: bool = False) -> dict[Occurrence, Fate]:
    """
    One query a recipient: whatever was settled of dates from the earliest one on, that step or a later one.

    What was noted as too late was not told: a clock that went a year ahead and
    came back must not cost a reminder.  It is found only with `expired`.
    """
    settled: dict[Occurrence, Fate] = {}
    for whom, group in by_whom(occurrences):
        latest = _latest(db, whom, min(one.due for one in group), expired=expired)
        for one in group:
            step, fate = latest.get(one.matter, (None, None))
            if fate is not None and step is not None and step >= one.step:
                settled[one] = fate
    return settled


def by_whom(occurrences: Sequence[Occurrence]) -> Iterator[tuple[Whom, list[Occurrence]]]:
    """By spreadsheet, recipient and channel, in an order that is the same for everybody."""
    groups: dict[Whom, list[Occurrence]] = {}
    for occurrence in occurrences:
        groups.setdefault(occurrence.whom, []).append(occurrence)
    yield from sorted(groups.items())


def _latest(
    db: Connection, whom: Whom, since: date, *, expired: bool
) -> dict[tuple[str, str, str, date], tuple[int, Fate]]:
    """By matter due `since` then: the latest step that was settled for `whom`, and how."""
    one, mail = OCCURRENCE.c, MESSAGE.c
    spreadsheet, recipient, channel = whom
    query = (
        select(one.sheet, one.row_id, one.rule, one.due, one.step, one.message)
        .add_columns(one.state.label("own"), one.reason.label("why"), one.noted)
        .add_columns(mail.state, mail.reason, mail.changed)
        .select_from(OCCURRENCE.outerjoin(MESSAGE))
        .where(one.spreadsheet == spreadsheet, one.recipient == recipient, one.channel == channel, one.due >= since)
        .where(or_(one.message.is_(None) if expired else one.state == State.SUPPRESSED, mail.state.in_(TOLD)))
        .order_by(one.step)
    )
    found = {}
    for row in db.execute(query):
        own = row.message is None
        fate = Fate(State(row.own), said(row.why or ""), row.noted) if own else _fate(row)
        found[row.sheet, row.row_id, row.rule, row.due] = row.step, fate
    return found


def _fate(row: Any) -> Fate:
    return Fate(State(row.state), said(row.reason), row.changed, row.message)


def claim(db: Connection, occurrences: Sequence[Occurrence], mail: int) -> None:
    """These are told by that mail, whatever was noted of them as too late."""
    one = OCCURRENCE.c
    for whom, group in by_whom(occurrences):
        spreadsheet, recipient, channel = whom
        late = db.execute(
            select(one.id, *(one[name] for name in Occurrence.__dataclass_fields__))
            .where(one.spreadsheet == spreadsheet, one.recipient == recipient, one.channel == channel)
            .where(one.message.is_(None), one.state == State.EXPIRED, one.due >= min(each.due for each in group))
        )
        wanted = set(group)
        numbers = [number for number, *key in late if Occurrence(*key) in wanted]
        if numbers:
            db.execute(delete(OCCURRENCE).where(one.id.in_(numbers)))
    db.execute(insert(OCCURRENCE), [{**vars(occurrence), "message": mail} for occurrence in occurrences])


def note(
    db: Connection, occurrences: Sequence[Occurrence], state: State, reason: str, now: datetime
) -> list[Occurrence]:
    """Note without a mail those of one recipient that neither were settled nor wait in a mail; which they were."""
    known = {*told(db, occurrences, expired=True), *_waiting(db, occurrences)}
    fresh = [occurrence for occurrence in occurrences if occurrence not in known]
    if fresh:
        values = {"state": state, "reason": reason, "noted": now}
        db.execute(insert(OCCURRENCE), [{**vars(occurrence), **values} for occurrence in fresh])
    return fresh


def _waiting(db: Connection, occurrences: Sequence[Occurrence]) -> set[Occurrence]:
    """Those that are in a mail that may still be planned anew."""
    spreadsheet, recipient, channel = occurrences[0].whom
    one = OCCURRENCE.c
    columns = [one[name] for name in Occurrence.__dataclass_fields__]
    query = (
        select(*columns)
        .join(MESSAGE)
        .where(one.spreadsheet == spreadsheet, one.recipient == recipient, one.channel == channel)
        .where(MESSAGE.c.state.in_(PENDING))
    )
    return {Occurrence(*row) for row in db.execute(query)}


def release(db: Connection, recipient: Recipient) -> list[Mail]:
    """The recipient's mails that were surely not taken; what they claimed is free again."""
    query = (
        select(*LISTED)
        .where(
            MESSAGE.c.spreadsheet == recipient.spreadsheet,
            MESSAGE.c.channel == recipient.channel,
            MESSAGE.c.recipient == recipient.key,
            MESSAGE.c.state.in_(PENDING),
            MESSAGE.c.again.is_(None),
        )
        .order_by(MESSAGE.c.id)
        # Or another worker would begin one of them while it is planned anew.
        .with_for_update()
    )
    pending = [mail_of(row) for row in db.execute(query)]
    if pending:
        db.execute(delete(OCCURRENCE).where(OCCURRENCE.c.message.in_([mail.id for mail in pending])))
    return pending


def suppress(db: Connection, pending: Sequence[Mail], sealed: Sealed | None, now: datetime) -> None:
    """Those of `pending` that `sealed` is not once more will never go out."""
    gone = [mail.id for mail in pending if sealed is None or mail.message_id != sealed.message_id]
    reason = NOTHING_DUE if sealed is None else replaced(sealed.message_id)
    if gone:
        values = {"state": State.SUPPRESSED, "reason": reason, "changed": now}
        free = {"worker": None, "lease": None}
        db.execute(update(MESSAGE).where(MESSAGE.c.id.in_(gone)).values({**values, **free}))
        db.execute(delete(CONTENT).where(CONTENT.c.message.in_(gone)))


def store(db: Connection, recipient: Recipient, sealed: Sealed, values: dict[str, Any], *, now: datetime) -> int:
    """The number of the queued mail: a new one, or the same mail of before, which nobody has in hand any more."""
    number = _stored(db, recipient, sealed, values, now)
    db.execute(delete(CONTENT).where(CONTENT.c.message == number))
    db.execute(insert(CONTENT).values(message=number, body=sealed.data))
    return number


def _stored(db: Connection, recipient: Recipient, sealed: Sealed, values: dict[str, Any], now: datetime) -> int:
    values |= {"address": recipient.address, "name": recipient.name, "subject": sealed.subject}
    values |= {"changed": now, "worker": None, "lease": None}
    free = MESSAGE.c.state.in_((*PENDING, State.SUPPRESSED))
    same = update(MESSAGE).where(MESSAGE.c.message_id == sealed.message_id, free).values(values)
    if (number := db.execute(same.returning(MESSAGE.c.id)).scalar_one_or_none()) is not None:
        return int(number)
    names = {"spreadsheet": recipient.spreadsheet, "channel": recipient.channel, "recipient": recipient.key}
    fresh = {"message_id": sealed.message_id, "created": now, **names, **values}
    return int(db.execute(insert(MESSAGE).values(fresh).returning(MESSAGE.c.id)).scalar_one())


def patience(pending: Sequence[Mail]) -> dict[str, Any]:
    """A mail that takes the place of `pending` has their place in the queue, and waits as long as they would have: it is the recipient's server that asked for it."""
    attempts = max((mail.attempts for mail in pending), default=0)
    return {
        "state": State.RETRY if attempts else State.PLANNED,
        "reason": next((mail.reason for mail in pending if mail.attempts == attempts), ""),
        "attempts": attempts,
        "next_try": max((mail.next_try for mail in pending if mail.next_try), default=None),
    } | ({"created": min(mail.created for mail in pending)} if pending else {})
