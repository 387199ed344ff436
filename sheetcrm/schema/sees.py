"""
`sees:` of a role → the columns and rows that its people get in a copy of their own.

What is not named is not in the copy: a column that a template gets tomorrow is
seen by nobody until somebody says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from sheetcrm.messages import tr
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem
from sheetcrm.schema.views import Where

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context

BLANK = (None, "", ())


class Sees(BaseModel):
    """
    Columns of a sheet, and the rows of which all of `where` is true and that are not in one of the states `unless`.

    With `of`, a column with a person in it, only the rows of people who have that role.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: tuple[str, ...] = Field(min_length=1)
    where: dict[str, Where] = {}
    unless: States = Field(default_factory=dict)
    of: str | None = None

    @property
    def asks(self) -> tuple[str, ...]:
        """The columns that decide which rows are seen."""
        return tuple(dict.fromkeys((*self.where, *self.unless, *((self.of,) if self.of else ()))))

    def shows(self, row: Mapping[str, Any], names: frozenset[str], today: date) -> bool:
        """Whether a row with these values, by column, is seen; `names` are the people who have the role."""
        wanted = all(holds(where, row[column], today) for column, where in self.where.items())
        state = bool(self.unless) and all(_is_one_of(row[key], states) for key, states in self.unless.items())
        return wanted and not state and (self.of is None or row[self.of] in names)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Sheets, columns and options that are not there; a person that is none."""
        template = context.template
        if sheet not in template.records:
            yield (), column_problem(sheet, "", context) or tr("{sheet} has no records to see", sheet=sheet)
            return
        for offset, column in enumerate(self.columns):
            if message := column_problem(sheet, column, context):
                yield ("columns", offset), message
        yield from self._row_problems(sheet, context)
        if self.of and (message := column_problem(sheet, self.of, context)):
            yield ("of",), message
        elif self.of and not isinstance(template.sheets[sheet].columns[self.of], PersonColumn):
            yield ("of",), tr("{column} is not a column of type person", column=self.of)

    def _row_problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        template = context.template
        for column, where in (*self.where.items(), *((key, Where(one_of=at)) for key, at in self.unless.items())):
            place = "where" if column in self.where else "unless"
            if message := column_problem(sheet, column, context) or where.problem(
                column, template.sheets[sheet].columns[column], context
            ):
                yield (place, column), message
        for column, where in self.where.items():
            if where.contains and column in template.sheets[sheet].columns:
                known = template.sheets[sheet].columns[column].states()
                if known:
                    yield (
                        ("where", column),
                        tr("{column} has options; name those that are meant, as a list", column=column),
                    )


def holds(where: Where, value: Any, today: date) -> bool:
    """Whether a value is as it is asked for, as a filter view of Sheets would have it; blank is only what asks for blank."""
    if where.blank is not None:
        return (value in BLANK) == where.blank
    if where.one_of:
        return _is_one_of(value, where.one_of)
    if value in BLANK:
        return False
    if where.within is not None:
        return bool(today <= value <= today + timedelta(days=where.within))
    if where.contains is not None:
        return where.contains.casefold() in str(value).casefold()
    name = next(iter(where.model_fields_set))
    wanted = getattr(where, name)
    return _COMPARED[name](value, _day(wanted, today) if isinstance(wanted, str) else wanted)


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "before": lambda value, day: value < day,
    "after": lambda value, day: value > day,
    "at_least": lambda value, number: value >= number,
    "at_most": lambda value, number: value <= number,
}


def _is_one_of(value: Any, states: tuple[bool | str, ...]) -> bool:
    if isinstance(value, tuple):
        return any(one in states for one in value)
    return value in states or (value is None and False in states)


def _day(text: str, today: date) -> date:
    """A day as `Where` has it: a date, or one that moves along."""
    moving = {"TODAY": 0, "TOMORROW": 1, "YESTERDAY": -1, "PAST_WEEK": -7}
    if text in moving:
        return today + timedelta(days=moving[text])
    if text == "PAST_YEAR":
        return _same_day(today, today.year - 1, today.month)
    if text == "PAST_MONTH":
        return _same_day(today, today.year - (today.month == 1), (today.month - 2) % 12 + 1)
    return date.fromisoformat(text)


def _same_day(today: date, year: int, month: int) -> date:
    """That day of the month, or its last one."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=today.day - 1), after - timedelta(days=1))
