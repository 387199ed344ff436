"""`type: yearly`: birthdays, anniversaries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, ClassVar, Literal

from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Rows, Span, steps
from sheetcrm.schema.reminders.base import Days, ReminderRule
from sheetcrm.schema.rules import Trouble


class YearlyReminder(ReminderRule):
    """The day of the year that stands in `date`, every year after that one; 29 February is the 28th where there is none."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "before": [7]}

    type: Literal["yearly"] = "yearly"
    date: str
    before: tuple[Days, ...] = ()
    """Days before, as calendar days."""
    on_day: bool = True

    def steps(self) -> tuple[int, ...]:
        """Those before, and the day itself."""
        return steps(self.before, on_day=self.on_day, overdue=None)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The date too."""
        yield ("date",), self.date
        yield from super().dated()

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Rows whose day comes round; those of which every step lay before the span are left out."""
        if self.date not in rows:
            return
        first, last = (
            span.first - timedelta(max((*self.steps(), *(one.after for one in self.escalate)))),
            self.latest_due(span),
        )

        def comes(day: date | None, wrong: object) -> bool:
            return wrong is not None or (day is not None and bool(_between(day, first, last)))

        found = rows.where(self.date, comes)
        for offset, day in zip(found, rows.some(self.date, found), strict=True):
            yield Ask(offset, (self.date,), () if day is None else _between(day, first, last))

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also a rule that never says anything."""
        yield from super().problems(context)
        if not (self.steps() or self.escalate):
            yield (), tr("never reminds; add before: or on_day:")


def _between(day: date, first: date, last: date) -> tuple[date, ...]:
    """The anniversaries of `day` from `first` to `last`, both inclusive; the day itself is none."""
    years = range(max(first.year, day.year + 1), last.year + 1)
    return tuple(one for one in (anniversary(day, year) for year in years) if first <= one <= last)


def anniversary(day: date, year: int) -> date:
    """That day of another year; 29 February is the 28th where there is none."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
