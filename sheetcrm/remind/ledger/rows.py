"""Rows of the ledger's tables → values."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, select

from sheetcrm.remind.ledger.entries import PENDING, Fate, Line, Mail, Occurrence, Recipient, Run, State
from sheetcrm.remind.ledger.reasons import said
from sheetcrm.remind.ledger.tables import CONTENT, MESSAGE, OCCURRENCE

LISTED = list(MESSAGE.c)
"""Of a mail everything but its bytes."""
OF_OCCURRENCE = [OCCURRENCE.c[name] for name in Occurrence.__dataclass_fields__]


def whole() -> Select[Any]:
    """Mails with their bytes, of those that have them still."""
    return select(*LISTED, CONTENT.c.body).select_from(MESSAGE.outerjoin(CONTENT))


def standing() -> ColumnElement[str]:
    """Where a mail stands, in words: `claimed` too."""
    in_hand = and_(MESSAGE.c.lease.is_not(None), MESSAGE.c.state.in_(PENDING))
    return case((in_hand, str(State.CLAIMED)), else_=MESSAGE.c.state)


def mail_of(row: Row[Any]) -> Mail:
    """From a row of `message`, with or without its bytes."""
    return Mail(
        id=row.id,
        message_id=row.message_id,
        recipient=Recipient(row.spreadsheet, row.channel, row.name, row.address),
        day=row.day,
        subject=row.subject,
        reminders=row.reminders,
        state=State(row.state),
        reason=said(row.reason),
        attempts=row.attempts,
        next_try=row.next_try,
        planned=row.planned or row.created,
        changed=row.changed,
        created=row.created,
        worker=row.worker if row.lease else None,
        again=row.again,
        data=getattr(row, "body", None),
    )


def line_of(row: Row[Any]) -> Line:
    """From an occurrence with its mail, if it has one."""
    parts = row._mapping
    occurrence = Occurrence(**{column.name: parts[column] for column in OF_OCCURRENCE})
    number = parts[OCCURRENCE.c.message]
    if number is None:
        own = OCCURRENCE.c
        return Line(occurrence, Fate(State(parts[own.state]), said(parts[own.reason] or ""), parts[own.noted]))
    mail = MESSAGE.c
    return Line(
        occurrence,
        Fate(State(parts["standing"]), said(parts[mail.reason]), parts[mail.changed], number),
        parts[mail.name],
        parts[mail.address],
        parts[mail.subject],
        parts[mail.message_id],
    )


def run_of(row: Row[Any]) -> Run:
    """From a row of `run`."""
    return Run(row.spreadsheet, row.today, row.started, row.finished, json.loads(row.counts), row.stopped)
