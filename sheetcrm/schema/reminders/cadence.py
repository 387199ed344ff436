"""`type: cadence`: so many days after the last contact, a day that moves by itself with every contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Overdue, Rows, Span, blanks, days, steps
from sheetcrm.schema.reminders.base import ReminderRule
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.variants import nearest

Interval = Annotated[int, Field(ge=1, le=3660)]


class ByColumn(BaseModel):
    """
    A number of days that differs from row to row: `{column: level, days: {high: 14, middle: 30}, otherwise: 90}`.

    Without `days` the column itself holds the number.  Rows for which there is
    none (blank, or not among `days`) have `otherwise`; without it they are
    asked nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    column: str
    days: dict[Annotated[str, BeforeValidator(str)], Interval] = Field(default_factory=dict)
    otherwise: Interval | None = None

    def read(self, value: Any) -> int | None:
        """The days for a row with that value; None when it is asked nothing."""
        if self.days:
            return self.days.get(str(value), self.otherwise)
        return self.otherwise if value is None or value < 1 else min(int(value), 3660)

    def least(self) -> int:
        """No row has fewer days."""
        return min((*self.days.values(), *([self.otherwise] if self.otherwise else [])), default=1) if self.days else 1


class CadenceReminder(ReminderRule):
    """Whoever was last spoken to `every` so many days ago is due again; how many may depend on a column, such as the customer's level."""

    example: ClassVar[dict[str, Any]] = {
        "last": "day",
        "every": {"column": "stage", "days": {"lead": 14}, "otherwise": 60},
        "overdue": {"every": 7, "times": 2},
    }

    type: Literal["cadence"] = "cadence"
    last: str
    """The column with the day of the last contact."""
    every: Interval | ByColumn
    """Days; or `{column: level, days: {high: 14, low: 90}, otherwise: 60}`; or `{column: cycle}`, a column that holds the number."""
    since: str | None = None
    """Where to count from while there was no contact yet: a column of dates such as the day on which the row was made."""
    planned: str | None = None
    """A column with the next date: rows that have one after the last contact are left to the rule of that column."""
    overdue: Overdue | None = None
    """Again every so many days after it, so many times."""

    def steps(self) -> tuple[int, ...]:
        """The day itself, and those after."""
        return steps((), on_day=True, overdue=self.overdue)

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The last contact, and what stands in for it."""
        yield from (((name,), key) for name in ("last", "since", "planned") if (key := getattr(self, name)))
        yield from super().dated()

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The column that says how many days."""
        if isinstance(self.every, ByColumn):
            yield ("every", "column"), self.every.column

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Rows whose last contact, or first day, is so many days ago."""
        least = self.every.least() if isinstance(self.every, ByColumn) else self.every
        latest = self.latest_due(span)
        spoken = dict(days(rows, self.last, latest - timedelta(least)))
        found: dict[int, tuple[str, date | None]] = {at: (self.last, day) for at, day in spoken.items()}
        if self.since and self.since in rows:
            never = set(blanks(rows, self.last))
            first = days(rows, self.since, latest - timedelta(least))
            found |= {at: (self.since, day) for at, day in first if at in never}
        offsets = sorted(found)
        unreadable = self._unreadable(rows)
        for at, count, planned in zip(offsets, self._counts(rows, offsets), self._planned(rows, offsets), strict=True):
            column, day = found[at]
            if day is None or at in unreadable:
                yield Ask(at, (column if day is None else unreadable[at],), ())
            elif count is not None and (planned is None or planned <= day) and day + timedelta(count) <= latest:
                yield Ask(at, (column,), (day + timedelta(count),))

    def _unreadable(self, rows: Rows) -> Mapping[int, str]:
        """The rows whose number of days is none, where nothing stands in for it."""
        by = self.every
        if not isinstance(by, ByColumn) or by.otherwise is not None or by.column not in rows:
            return {}
        return dict.fromkeys(rows.where(by.column, lambda _value, wrong: wrong is not None), by.column)

    def _counts(self, rows: Rows, offsets: Sequence[int]) -> Sequence[int | None]:
        if not isinstance(self.every, ByColumn):
            return [self.every] * len(offsets)
        if self.every.column not in rows:
            return [self.every.otherwise] * len(offsets)
        return [self.every.read(value) for value in rows.some(self.every.column, offsets)]

    def _planned(self, rows: Rows, offsets: Sequence[int]) -> Sequence[date | None]:
        return rows.some(self.planned, offsets) if self.planned and self.planned in rows else [None] * len(offsets)

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also options that the column does not have, and a column that holds no number of days."""
        yield from super().problems(context)
        by = self.every
        if not isinstance(by, ByColumn) or column_problem(self.sheet, by.column, context):
            return
        column = context.template.sheets[self.sheet].columns[by.column]
        if column.bounds == "NUMBER":
            return
        known = [str(one) for one in column.states()]
        if not by.days:
            yield ("every", "column"), tr("{column} is not a number; say days: by its options", column=by.column)
        for option in by.days:
            if known and option not in known:
                yield (
                    ("every", "days", option),
                    tr(
                        "no such option of {column}: {option}{hint}",
                        column=by.column,
                        option=option,
                        hint=nearest(option, known),
                    ),
                )
