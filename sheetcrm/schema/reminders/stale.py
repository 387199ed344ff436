"""`type: stale`: nothing has happened for so many days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.schema.reminders.asking import Ask, Overdue, Rows, Span, steps
from sheetcrm.schema.reminders.base import ReminderRule, Words


class StaleReminder(ReminderRule):
    """None of the days in `columns` is later than `days` ago; a day to come in any of them is something that happens."""

    example: ClassVar[dict[str, Any]] = {"days": 30, "columns": ["day"], "unless": {"stage": ["won"]}}

    type: Literal["stale"] = "stale"
    days: int = Field(30, ge=1, le=3660)
    columns: Annotated[Words, Field(min_length=1)]
    """Columns of days that tell of something happening; rows without any day there are left to the rule `missing`."""
    overdue: Overdue | None = None
    """Again every so many days after it, so many times."""

    def steps(self) -> tuple[int, ...]:
        """The day itself, and those after."""
        return steps((), on_day=True, overdue=self.overdue)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The days that tell of something."""
        yield from ((("columns", offset), column) for offset, column in enumerate(self.columns))
        yield from super().dated()

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Rows whose latest sign is so old; one whose signs are all unreadable is asked about, too."""
        latest = self.latest_due(span) - timedelta(self.days)
        read = [column for column in self.columns if column in rows]
        # The rows that have no later day anywhere, by one column after the other.
        left: Sequence[int] | None = None
        for column in read:
            quiet = rows.where(column, lambda day, _wrong: day is None or day <= latest)
            left = quiet if left is None else sorted(set(left).intersection(quiet))
        if not left:
            return
        signs = [rows.some(column, left) for column in read]
        wrong = {column: set(rows.where(column, lambda _day, wrong: wrong is not None)) for column in read}
        for offset, row in zip(left, zip(*signs, strict=True), strict=True):
            found: list[tuple[date, str]] = [(day, column) for day, column in zip(row, read, strict=True) if day]
            if found:
                day, column = max(found)
                yield Ask(offset, (column,), (day + timedelta(self.days),))
            elif bad := next((column for column in read if offset in wrong[column]), None):
                yield Ask(offset, (bad,), ())
