"""
Rows and a rule → what is due today, decided from state alone.

Never from when this last ran: of a rule's steps the latest whose day has come
counts, those before it are folded into it, and a date that somebody typed
into the past is as due as any other.  Which of it was already told is the
ledger's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sheetcrm.remind.people import Nobody, People, Person, Reason
from sheetcrm.schema.reminders import DateReminder
from sheetcrm.sync.records import Extract, Row


@dataclass(frozen=True)
class Reminder:
    """One follow-up due: whom to tell of which row."""

    rule: str
    """The rule's key in the template."""
    sheet: str
    row: Row
    due: date
    step: int
    """Which of the rule's steps, as days after `due` (negative before it); not the days that really passed."""
    person: Person


@dataclass(frozen=True)
class Unsendable:
    """A follow-up that nobody can be told of, and why: reported, never dropped."""

    rule: str
    sheet: str
    row: Row
    due: date | None
    """None when the date itself cannot be read."""
    owner: str
    reason: Reason
    text: str = ""
    """What is to blame, as it stands in the sheet."""


def due(
    extract: Extract, rule: DateReminder, *, key: str, today: date, people: People
) -> Iterator[Reminder | Unsendable]:
    """
    What `rule`, whose key in the template is `key`, asks of the rows of its sheet on `today`.

    `today` is a day in the spreadsheet's zone.  Rows in an `unless` state ask
    for nothing; each other row at most once.
    """
    for row in extract.rows:
        if _excused(row, rule):
            continue
        day = row.get(rule.date)
        step = latest(rule.steps(), day, today) if day is not None else None
        owner = row.get(rule.owner) or str(extract.cell(row.number, rule.owner) or "")
        if day is None:
            cell = extract.cell(row.number, rule.date)
            if cell not in (None, "") and not row.sample:
                yield Unsendable(key, extract.sheet, row, None, owner, Reason.DATE_BAD, str(cell))
        elif step is not None:
            whom = _whom(row, owner, people)
            if isinstance(whom, Person):
                yield Reminder(key, extract.sheet, row, day, step, whom)
            else:
                yield Unsendable(key, extract.sheet, row, day, owner, whom.reason, whom.text)


def latest(steps: tuple[int, ...], day: date, today: date) -> int | None:
    """The latest of `steps` (days after `day`) that has come by `today`; None when none has."""
    passed = (today - day).days
    return max((step for step in steps if step <= passed), default=None)


def _whom(row: Row, owner: str, people: People) -> Person | Nobody:
    if row.sample:
        return Nobody(Reason.SAMPLE)
    if row.id is None:
        return Nobody(Reason.NO_ID)
    if not row.unique:
        return Nobody(Reason.DUPLICATE_ID, row.id)
    return people.find(owner)


def _excused(row: Row, rule: DateReminder) -> bool:
    return any(row.get(column) in states for column, states in rule.unless.items())
