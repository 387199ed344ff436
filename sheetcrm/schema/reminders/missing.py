"""`type: missing`: cells that should not be blank are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Overdue, Rows, Span, blanks, steps
from sheetcrm.schema.reminders.base import ReminderRule, Words
from sheetcrm.schema.rules import Trouble

LONGEST_BREAK = 31
"""No country has so many days off in a row."""


class MissingReminder(ReminderRule):
    """One of `columns` is blank, or all of `one_of`: required cells, a next date."""

    example: ClassVar[dict[str, Any]] = {"columns": ["price"], "one_of": ["day", "stage"]}

    type: Literal["missing"] = "missing"
    columns: Words = ()
    """Each of them should be filled."""
    one_of: Words = ()
    """At least one of them should be."""
    since: str | None = None
    """A column of dates to count from, such as the day on which the row was made; None: asked on fixed days (`every`)."""
    after: int = Field(1, ge=0, le=3660)
    """With `since`: so many days later."""
    every: int = Field(7, ge=1, le=366)
    """Without `since`: on every so-manieth day as long as it is blank, counted from a Monday."""
    overdue: Overdue | None = None
    """With `since`: again every so many days after that, so many times."""

    def steps(self) -> tuple[int, ...]:
        """The day itself, and those after."""
        return steps((), on_day=True, overdue=self.overdue)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Where it counts from."""
        if self.since:
            yield ("since",), self.since
        yield from super().dated()

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """What should be filled."""
        for name in ("columns", "one_of"):
            yield from (((name, offset), column) for offset, column in enumerate(getattr(self, name)))

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Rows in which something is blank; one whose first day is blank too is asked nothing yet."""
        missing: dict[int, list[str]] = {}
        for column in self.columns:
            for offset in blanks(rows, column):
                missing.setdefault(offset, []).append(column)
        if self.one_of and all(column in rows for column in self.one_of):
            for offset in set.intersection(*(set(blanks(rows, column)) for column in self.one_of)):
                missing.setdefault(offset, []).extend(self.one_of)
        offsets = sorted(missing)
        for offset, dues in zip(offsets, self._dues(rows, offsets, span), strict=True):
            if dues:
                yield Ask(offset, tuple(dict.fromkeys(missing[offset])), dues)

    def _dues(self, rows: Rows, offsets: Sequence[int], span: Span) -> Sequence[tuple[date, ...]]:
        if self.since is None:
            return [self._fixed(span)] * len(offsets)
        if self.since not in rows:
            return [()] * len(offsets)
        latest = self.latest_due(span) - timedelta(self.after)
        first = rows.some(self.since, offsets)
        return [(day + timedelta(self.after),) if day and day <= latest else () for day in first]

    def _fixed(self, span: Span) -> tuple[date, ...]:
        """The fixed days of late: as many as a long run of days off may put together."""
        latest = self.latest_due(span).toordinal()
        last = latest - (latest - 1) % self.every  # day 1 was a Monday
        return tuple(
            map(date.fromordinal, reversed(range(last, max(last - LONGEST_BREAK - self.every, 0), -self.every)))
        )

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also a rule that misses nothing, and `overdue` where it has no meaning."""
        yield from super().problems(context)
        if not (self.columns or self.one_of):
            yield (), tr("never reminds; add columns: or one_of:")
        if self.since is None and self.overdue:
            yield (
                ("overdue",),
                tr("without since: it comes again every so many days anyway; take it away, or add since:"),
            )
        if self.since is None and self.escalate and any(one.after >= self.every for one in self.escalate):
            yield ("escalate",), tr("without since: it begins anew every so many days; add since:, or escalate sooner")
