"""
Rows and a rule → what is due today, decided from state alone.

Never from when this last ran: of a rule's steps the latest whose day has come
counts, those before it are folded into it, and a date that somebody typed
into the past is as due as any other.  Which of it was already told is the
ledger's business.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import singledispatch

from sheetcrm.remind.people import Nobody, People, Person, Reason
from sheetcrm.schema.reminders import DateReminder, ReminderRule
from sheetcrm.schema.states import holds
from sheetcrm.sync.records import Extract, Row


@dataclass(frozen=True)
class Reminder:
    """One follow-up due: whom to tell of which row."""

    rule: str
    """The rule's key in the template."""
    sheet: str
    row: Row
    column: str
    """Where to look: the column with the date."""
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
    column: str
    due: date | None
    """None when the date itself cannot be read."""
    owner: str
    reason: Reason
    text: str = ""
    """What is to blame, as it stands in the sheet."""


@dataclass(frozen=True)
class Ask:
    """What a rule asks of a row today; `due` is None when the cell of `column` cannot be read."""

    column: str
    due: date | None
    step: int = 0


def due(
    extract: Extract, rule: ReminderRule, *, key: str, today: date, people: People
) -> Iterator[Reminder | Unsendable]:
    """
    What `rule`, whose key in the template is `key`, asks of the rows of its sheet on `today`.

    `today` is a day in the spreadsheet's zone.  Rows in an `unless` state ask
    for nothing; each other row at most once.
    """
    # Rows are made for those only that a reminder may be about.
    for row in extract.some(_not_excused(extract, rule, candidates(rule, extract, today))):
        ask = asks(rule, row, extract, today)
        if ask is None or (ask.due is None and row.sample):
            continue
        owner = row.get(rule.owner) or str(extract.cell(row.number, rule.owner) or "")
        place = (key, extract.sheet, row, ask.column)
        if ask.due is None:
            text = str(extract.cell(row.number, ask.column))
            yield Unsendable(*place, None, owner, Reason.DATE_BAD, text)
            continue
        whom = _whom(row, owner, people)
        if isinstance(whom, Person):
            yield Reminder(*place, ask.due, ask.step, whom)
        else:
            yield Unsendable(*place, ask.due, owner, whom.reason, whom.text)


@singledispatch
def candidates(rule: ReminderRule, extract: Extract, today: date) -> Sequence[int]:
    """The offsets of the rows that a rule of this kind may ask something of, by whole columns; all, unless it knows better."""
    return range(len(extract.parsed.numbers))


@candidates.register
def _(rule: DateReminder, extract: Extract, today: date) -> Sequence[int]:
    first, values = min(steps(rule), default=None), extract.parsed.values
    if first is None or rule.date not in values:
        return []
    last = today - timedelta(days=first)
    return values.where(rule.date, lambda day, wrong: wrong is not None or (day is not None and day <= last))


@singledispatch
def asks(rule: ReminderRule, row: Row, extract: Extract, today: date) -> Ask | None:
    """What a rule of this kind asks of one row on `today`; one registration a kind."""
    raise NotImplementedError(f"nobody taught {type(rule).__name__} what is due")


@asks.register
def _(rule: DateReminder, row: Row, extract: Extract, today: date) -> Ask | None:
    day = row.get(rule.date)
    if day is None:
        is_blank = extract.cell(row.number, rule.date) in (None, "")
        return None if is_blank else Ask(rule.date, None)
    step = latest(steps(rule), day, today)
    return None if step is None else Ask(rule.date, day, step)


def steps(rule: DateReminder) -> tuple[int, ...]:
    """When it reminds, as days after the date, in order."""
    after = tuple(rule.overdue.every * time for time in range(1, rule.overdue.times + 1)) if rule.overdue else ()
    return (*(-days for days in rule.before), *((0,) if rule.on_day else ()), *after)


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


def _not_excused(extract: Extract, rule: ReminderRule, offsets: Sequence[int]) -> Sequence[int]:
    """Those of the rows that are not in the rule's `unless` state: every column named there in one of its states."""
    if not rule.unless:
        return offsets
    values = extract.parsed.values
    states = {key: values.some(key, offsets) for key in rule.unless if key in values}
    return [offset for at, offset in enumerate(offsets) if not holds(rule.unless, states, at)]
