"""
What the ledger remembers of one person, and the rows as they are → what changed since their last mail.

Nothing is kept for this: what the last mail named is looked up in the rows
again.  Whatever cannot be told for sure is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sheetcrm.remind.due import Reminder, not_excused
from sheetcrm.remind.ledger.entries import Fate, Occurrence, State
from sheetcrm.schema.context import BadCell
from sheetcrm.schema.reminders.asking import Span
from sheetcrm.schema.reminders.base import ReminderRule
from sheetcrm.sync.records import Extract, Reading, Row

AHEAD = timedelta(days=3660)
"""How far into the future a date is called moved; a later one is called settled."""
ARRIVED = (State.SENT, State.UNKNOWN, State.SENDING)


@dataclass(frozen=True)
class Before:
    """What the ledger knows of one recipient when a mail to them is planned."""

    day: date | None = None
    """The day of the last mail that went to them; None when there was none."""
    named: Sequence[Occurrence] = ()
    """What that mail told."""
    told: Mapping[Occurrence, Fate] = field(default_factory=dict)
    """Of what is due now: what was settled before, as `Ledger.told` says it."""


@dataclass(frozen=True)
class Passed:
    """Something that the last mail named and that is not due any more; `to` is its new date, None when it asks for nothing."""

    rule: str
    sheet: str
    row: Row
    to: date | None = None


@dataclass(frozen=True)
class Told:
    """Still due, and told before, on that day."""

    reminder: Reminder
    on: date


@dataclass(frozen=True)
class Since:
    """What a mail says beside its reminders."""

    day: date | None = None
    """The day of the last mail; None: this is the first."""
    passed: tuple[Passed, ...] = ()
    gone: int = 0
    """Rows that the last mail named and that are not in the sheet any more."""
    open: tuple[Told, ...] = ()
    expired: tuple[Reminder, ...] = ()
    """Due for so long that nobody is reminded any more, and never told."""


FIRST = Since()
"""Nothing was told before."""


def since(
    before: Before,
    due: Mapping[Occurrence, Reminder],
    reading: Reading,
    *,
    today: date,
    expired: Sequence[Reminder] = (),
) -> Since:
    """
    What changed for one recipient; `due` is all that they may have to be told today, told before or not.

    Named again, though the last mail named it before, is only what is `open`:
    told, and as due as ever.
    """
    told = ((due[one], fate) for one, fate in before.told.items() if one in due and fate.state in ARRIVED)
    open_ = sorted((Told(reminder, fate.changed.date()) for reminder, fate in told), key=lambda one: one.reminder.due)
    standing = {(one.sheet, one.row_id, one.rule) for one in due}
    left = [one for one in before.named if (one.sheet, one.row_id, one.rule) not in standing]
    found = list(_looked_up(left, reading, today)) if before.day else []
    passed = tuple(one for one in found if one is not None)
    return Since(before.day, passed, len(found) - len(passed), tuple(open_), tuple(expired))


def _looked_up(left: Sequence[Occurrence], reading: Reading, today: date) -> Iterator[Passed | None]:
    """What became of each row; None for one that is gone."""
    for key, rule in reading.template.reminders.items():
        extract = reading.extracts.get(rule.sheet)
        own = {one.row_id: one.due for one in left if one.rule == key and one.sheet == rule.sheet}
        if extract is None or not own:
            continue
        shared = extract.shared
        yield from (None for id_ in own if id_ not in extract.offsets and id_ not in shared)
        was = {extract.offsets[id_]: due for id_, due in own.items() if id_ in extract.offsets}
        yield from _became(key, rule, extract, was, today)


def _became(
    key: str, rule: ReminderRule, extract: Extract, was: Mapping[int, date], today: date
) -> Iterator[Passed | None]:
    offsets = sorted(was)
    asking = set(not_excused(extract, rule, offsets))
    span = Span(today - timedelta(days=62), today + AHEAD)
    asked = {ask.offset: ask.dues for ask in rule.asks(_Few(extract, offsets), span)}
    for at, row in zip(offsets, extract.some(offsets), strict=True):
        if at not in asking or at not in asked:
            yield Passed(key, rule.sheet, row)
        elif len(asked[at]) == 1 and asked[at][0] > max(was[at], today):
            yield Passed(key, rule.sheet, row, asked[at][0])


@dataclass(frozen=True)
class _Few:
    """A few rows of a sheet, for rules that ask whole columns."""

    extract: Extract
    offsets: Sequence[int]

    def __contains__(self, key: object, /) -> bool:
        return key in self.extract.parsed.values

    def some(self, key: str, offsets: Sequence[int]) -> Sequence[Any]:
        return self.extract.parsed.values.some(key, offsets)

    def where(self, key: str, test: Callable[[Any, BadCell | None], bool]) -> Sequence[int]:
        values, bad = self.extract.parsed.values.judged(key, self.offsets)
        return [offset for at, offset in enumerate(self.offsets) if test(values[at], bad.get(at))]
