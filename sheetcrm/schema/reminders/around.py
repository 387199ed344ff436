"""
A day that stands in a column → the steps before, on and after it.

No kind by itself: it has no `type`.  Each kind says which of the rows that
have such a day it asks about.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Overdue, steps
from sheetcrm.schema.reminders.base import Days, ReminderRule
from sheetcrm.schema.rules import Trouble


class AroundReminder(ReminderRule):
    """Before, on and after the day in the column `date`."""

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
        """That day too."""
        yield ("date",), self.date
        yield from super().dated()

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also a rule that never says anything."""
        yield from super().problems(context)
        if not (self.steps() or self.escalate):
            yield (), tr("never reminds; add before:, on_day: or overdue:")
