"""`type: date`: steps around a day that stands in a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Overdue, Rows, Span, days, steps
from sheetcrm.schema.reminders.base import Days, ReminderRule
from sheetcrm.schema.rules import Trouble


class DateReminder(ReminderRule):
    """Before, on and after the day in the column `date`."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "before": [1, 3], "unless": {"stage": ["won"]}}

    type: Literal["date"] = "date"
    date: str
    before: tuple[Days, ...] = ()
    """Days before, as calendar days."""
    on_day: bool = True
    overdue: Overdue | None = None
    """Again every so many days after it, so many times: `{every: 7, times: 4}`."""

    def steps(self) -> tuple[int, ...]:
        """Those before, the day itself, those after."""
        return steps(self.before, on_day=self.on_day, overdue=self.overdue)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The date too."""
        yield ("date",), self.date
        yield from super().dated()

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Every row that has a day; one that has something else there is asked about, too."""
        for offset, day in days(rows, self.date, self.latest_due(span)):
            yield Ask(offset, (self.date,), () if day is None else (day,))

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also a rule that never says anything."""
        yield from super().problems(context)
        if not (self.steps() or self.escalate):
            yield (), "never reminds; add before:, on_day: or overdue:"
