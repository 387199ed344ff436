"""What `status`, `log` and the caps ask of the ledger; each function is part of a transaction and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, or_, select

from sheetcrm.remind.ledger.entries import Limit, Line, Mail, Occurrence, Recipient, Run, State
from sheetcrm.remind.ledger.rows import LISTED, OF_OCCURRENCE, line_of, mail_of, run_of, standing, whole
from sheetcrm.remind.ledger.tables import MESSAGE, OCCURRENCE, RUN


def last_run(db: Connection, spreadsheet: str | None, *, finished: bool) -> Run | None:
    """The run that began last, of one spreadsheet or of all."""
    query = select(RUN).order_by(RUN.c.id.desc()).limit(1)
    if spreadsheet is not None:
        query = query.where(RUN.c.spreadsheet == spreadsheet)
    if finished:
        query = query.where(RUN.c.finished.is_not(None))
    row = db.execute(query).one_or_none()
    return None if row is None else run_of(row)


def counts(db: Connection, spreadsheet: str | None) -> dict[State, int]:
    """Mails by where they stand, and occurrences that never got one."""
    word = standing().label("word")
    mails = select(word, func.count()).group_by(word)
    bare = select(OCCURRENCE.c.state, func.count()).where(OCCURRENCE.c.message.is_(None)).group_by(OCCURRENCE.c.state)
    if spreadsheet is not None:
        mails = mails.where(MESSAGE.c.spreadsheet == spreadsheet)
        bare = bare.where(OCCURRENCE.c.spreadsheet == spreadsheet)
    found: dict[State, int] = {}
    for query in (mails, bare):
        for state, number in db.execute(query):
            found[State(state)] = found.get(State(state), 0) + number
    return found


def mails(db: Connection, states: Iterable[State], spreadsheet: str | None) -> list[Mail]:
    """Every mail in one of `states`, oldest first, with its bytes."""
    query = whole().where(MESSAGE.c.state.in_(tuple(states))).order_by(MESSAGE.c.id)
    if spreadsheet is not None:
        query = query.where(MESSAGE.c.spreadsheet == spreadsheet)
    return [mail_of(row) for row in db.execute(query)]


def perhaps_twice(db: Connection, spreadsheet: str | None) -> int:
    """Mails that were sent after nobody knew whether they had been."""
    query = select(func.count()).where(MESSAGE.c.state == State.SENT, MESSAGE.c.doubts > 0)
    if spreadsheet is not None:
        query = query.where(MESSAGE.c.spreadsheet == spreadsheet)
    return int(db.execute(query).scalar_one())


def last_told(db: Connection, recipient: Recipient) -> tuple[date | None, list[Occurrence]]:
    """The day of the last mail that went to them, or perhaps did, and what it told."""
    mail = MESSAGE.c
    query = (
        select(mail.id, mail.day)
        .where(mail.spreadsheet == recipient.spreadsheet, mail.channel == recipient.channel)
        .where(mail.recipient == recipient.key, mail.state.in_((State.SENT, State.SENDING, State.UNKNOWN)))
        .where(mail.again.is_(None))
        .order_by(mail.id.desc())
        .limit(1)
    )
    row = db.execute(query).one_or_none()
    if row is None:
        return None, []
    told = select(*OF_OCCURRENCE).where(OCCURRENCE.c.message == row.id).order_by(OCCURRENCE.c.id)
    return row.day, [Occurrence(*one) for one in db.execute(told)]


def by_number(db: Connection, numbers: Iterable[int]) -> dict[int, Mail]:
    """Those mails, without their bytes."""
    query = select(*LISTED).where(MESSAGE.c.id.in_(sorted(numbers)))
    return {row.id: mail_of(row) for row in db.execute(query)}


def log(
    db: Connection, *, spreadsheet: str | None, row_id: str | None, person: str | None, limit: int | None
) -> list[Line]:
    """Occurrences and what became of them, the latest first."""
    since = func.coalesce(MESSAGE.c.changed, OCCURRENCE.c.noted)
    query = (
        select(*OF_OCCURRENCE, OCCURRENCE.c.message, OCCURRENCE.c.state, OCCURRENCE.c.reason, OCCURRENCE.c.noted)
        .add_columns(standing().label("standing"), MESSAGE.c.reason, MESSAGE.c.changed)
        .add_columns(MESSAGE.c.name, MESSAGE.c.address, MESSAGE.c.subject, MESSAGE.c.message_id)
        .select_from(OCCURRENCE.outerjoin(MESSAGE))
        .order_by(since.desc(), OCCURRENCE.c.id.desc())
        .limit(limit)
    )
    if spreadsheet is not None:
        query = query.where(OCCURRENCE.c.spreadsheet == spreadsheet)
    if row_id is not None:
        query = query.where(OCCURRENCE.c.row_id == row_id)
    if person is not None:
        # Databases do not agree on what is small outside ASCII: a name as it is written is always found.
        is_named = or_(MESSAGE.c.name == person, func.lower(MESSAGE.c.name) == person.lower())
        query = query.where(or_(OCCURRENCE.c.recipient == person.casefold(), is_named))
    return [line_of(row) for row in db.execute(query)]


def used(db: Connection, limit: Limit, but: int | None) -> int:
    """How many mails that a limit counts went out, or perhaps did; `but` that one."""
    mail = MESSAGE.c
    query = (
        select(func.count())
        .where(mail.state.in_((State.SENT, State.SENDING, State.UNKNOWN)), mail.channel.in_(limit.channels))
        .where(mail.changed >= limit.since, mail.changed < limit.until)
    )
    if limit.recipient:
        query = query.where(mail.recipient == limit.recipient)
    if but is not None:
        query = query.where(mail.id != but)
    return int(db.execute(query).scalar_one())


def is_first(db: Connection, spreadsheet: str, channel: str) -> bool:
    """Whether no run over it ever came to its end, or no mail about it was ever planned by that channel."""
    mail = select(MESSAGE.c.id).where(MESSAGE.c.spreadsheet == spreadsheet, MESSAGE.c.channel == channel).limit(1)
    return last_run(db, spreadsheet, finished=True) is None or db.execute(mail).one_or_none() is None
