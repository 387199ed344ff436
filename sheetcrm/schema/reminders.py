"""
`reminders:` of a template → rules; what is due on a day is decided in `remind`.

A rule only names columns by key, so it survives renamed and moved columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem, states_problems
from sheetcrm.schema.text import Text
from sheetcrm.variants import Variant


class Overdue(BaseModel):
    """Again every so many days after the date, so many times."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    every: int = Field(ge=1, le=366)
    times: int = Field(ge=1, le=100)


class ReminderRule(Variant):
    """Who should hear what about which rows."""

    family: ClassVar[str] = "reminder"
    example: ClassVar[dict[str, Any]]
    """Settings beside title, sheet and owner that fit a sheet with the columns `stage` and `day`."""

    title: Text
    sheet: str
    owner: str
    """The column with the person's name."""
    unless: States = Field(default_factory=dict)
    """Rows in these states are left in peace."""
    show: tuple[str, ...] = ()
    """Columns that the mail shows beside the date."""

    def looks_at(self) -> frozenset[str]:
        """The columns of its sheet that it needs to say anything."""
        return frozenset({self.owner, *self.unless, *self.show})

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Sheets, columns and options that are not there."""
        if message := column_problem(self.sheet, self.owner, context):
            yield (("sheet",) if self.sheet not in context.template.sheets else ("owner",)), message
            return
        if not isinstance(context.template.sheets[self.sheet].columns[self.owner], PersonColumn):
            yield ("owner",), f"{self.owner} is not a column of type person"
        for offset, column in enumerate(self.show):
            if message := column_problem(self.sheet, column, context):
                yield ("show", offset), message
        for path, message in states_problems(self.unless, self.sheet, context):
            yield ("unless", *path), message


class DateReminder(ReminderRule):
    """Before, on and after the day in the column `date`."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "before": [1, 3], "unless": {"stage": ["won"]}}

    type: Literal["date"] = "date"
    date: str
    before: tuple[Annotated[int, Field(ge=1, le=366)], ...] = ()
    """Days before, as calendar days."""
    on_day: bool = True
    overdue: Overdue | None = None

    @field_validator("before", mode="after")
    @classmethod
    def _farthest_first(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sorted(set(value), reverse=True))

    def looks_at(self) -> frozenset[str]:
        """The date too."""
        return super().looks_at() | {self.date}

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also a date column that is none, and a rule that never says anything."""
        before = list(super().problems(context))
        yield from before
        if self.sheet in context.template.sheets:
            if message := column_problem(self.sheet, self.date, context):
                yield ("date",), message
            elif context.template.sheets[self.sheet].columns[self.date].bounds != "DATE":
                yield ("date",), f"{self.date} is not a date"
        if not (self.before or self.on_day or self.overdue):
            yield (), "never reminds; add before:, on_day: or overdue:"
