"""`type: date`: steps around a day that stands in a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from sheetcrm.schema.reminders.around import AroundReminder
from sheetcrm.schema.reminders.asking import Ask, Rows, Span, days


class DateReminder(AroundReminder):
    """Before, on and after the day in the column `date`."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "before": [1, 3], "unless": {"stage": ["won"]}}

    type: Literal["date"] = "date"

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Every row that has a day; one that has something else there is asked about, too."""
        for offset, day in days(rows, self.date, self.latest_due(span)):
            yield Ask(offset, (self.date,), () if day is None else (day,))
