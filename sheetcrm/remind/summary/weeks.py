"""
A day → the week that is told of; weeks as ISO 8601 counts them: from Monday on, and the first has the year's first Thursday.

The last days of December may be in week 1 of the next year.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.due import latest
from sheetcrm.schema.reminders.summary import SummaryReminder

_BACK = 8
"""So many weeks back is looked for one that was to be told: a working-day policy may leave some out."""


@dataclass(frozen=True, order=True)
class Week:
    """A week by its Monday."""

    monday: date

    def __post_init__(self) -> None:
        """Whoever has another day asks `of`."""
        assert self.monday.weekday() == 0, f"{self.monday} is no Monday"

    @classmethod
    def of(cls, day: date) -> Week:
        """The week that `day` is in."""
        return cls(day - timedelta(day.weekday()))

    @classmethod
    def parse(cls, text: str) -> Week:
        """`2026-W47`; UsageError when there is no such week."""
        found = re.fullmatch(r"(\d{4})-?[Ww](\d{1,2})", text.strip())
        try:
            if found:
                return cls(date.fromisocalendar(int(found[1]), int(found[2]), 1))
        except ValueError:
            pass
        raise UsageError(tr("no such week: {text}; write the year and the week, as in 2026-W47", text=text))

    @property
    def sunday(self) -> date:
        """Its last day."""
        return self.monday + timedelta(6)

    @property
    def before(self) -> Week:
        """The week before."""
        return Week(self.monday - timedelta(7))

    def __contains__(self, day: object) -> bool:
        """Whether that day is in it."""
        return isinstance(day, date) and self.monday <= day <= self.sunday

    def __str__(self) -> str:
        """`2026-W47`."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


def told_on(rule: SummaryReminder, today: date, moved: Callable[[date], date | None] = lambda day: day) -> Week | None:
    """
    The latest week of which `rule` has come to tell by `today`: those before it are over and are not told any more.

    `moved` says where a day goes that is none to work on, None leaves it out.
    None when all of the last weeks were left out.
    """
    this = Week.of(today).monday
    mondays = [this - timedelta(7 * back) for back in range(_BACK, 0, -1)]
    found = latest(mondays, rule.steps(), today, moved)
    return Week(found.due) if found else None
