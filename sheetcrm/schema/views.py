"""
`views:` of a sheet → filter views: by state, by role, one a person.

A filter view is a way to look: it hides nothing from anybody, and who opens
another view sees every row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.filter_view import RELATIVE, Criterion, FilterView
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem, states_formula
from sheetcrm.schema.text import Text
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.people import Member

PERSON = "{person}"
_NOT_SUCH = {"DATE": N_("{column} is not a date"), "NUMBER": N_("{column} is not a number")}
_DAYS = {"today": "TODAY", "tomorrow": "TOMORROW", "yesterday": "YESTERDAY"}
_DAYS |= {f"a {unit} ago": f"PAST_{unit.upper()}" for unit in ("week", "month", "year")}


def _day(value: Any) -> Any:
    """`today` and its like as Google calls them; a date as it is written."""
    text = str(value)
    if text.upper() in RELATIVE or text in _DAYS:
        return _DAYS.get(text, text.upper())
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        known = ", ".join(_DAYS)
        message = tr("{value} is not a day; write one as 2026-01-31, or {known}", value=value, known=known)
        raise PydanticCustomError("day", message) from error


Day = Annotated[str, BeforeValidator(_day)]


class Where(BaseModel):
    """What a column must say; one of these."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    one_of: tuple[bool | str, ...] = ()
    """Option keys, or true and false of a tick box; alone it may be written as a list, or as a single one."""
    before: Day | None = None
    after: Day | None = None
    within: int | None = Field(None, ge=0, le=3660)
    """Days from today on, inclusive: 7 is today and the seven days behind it."""
    at_least: float | None = None
    at_most: float | None = None
    contains: str | None = Field(None, min_length=1)
    blank: bool | None = None

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Also bare, as `_bare` reads it."""
        option = {"type": ["string", "boolean"]}
        return {"anyOf": [handler(schema), option, {"type": "array", "items": option}]}

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        return {"one_of": value if isinstance(value, list | tuple) else [value]}

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if len(self.model_fields_set) != 1 or not self.asks():
            known = ", ".join(type(self).model_fields)
            raise PydanticCustomError("where", tr("say one thing: a list of options, or one of {known}", known=known))
        return self

    def asks(self) -> bool:
        """Whether it asks anything."""
        return any(getattr(self, name) not in (None, ()) for name in type(self).model_fields)

    def criterion(self, column: str, sheet: str, context: Context) -> Criterion:
        """The same as Sheets has it."""
        if self.one_of:
            return self._chosen(column, sheet, context)
        if self.within is not None:
            cell = "{" + column + "}"
            formula = f"=AND(ISNUMBER({cell}),{cell}>=TODAY(),{cell}<=TODAY()+{self.within})"
            return Criterion(column, (), "CUSTOM_FORMULA", (formula,))
        if self.blank is not None:
            return Criterion(column, (), "BLANK" if self.blank else "NOT_BLANK")
        name = next(iter(self.model_fields_set))
        value = getattr(self, name)
        return Criterion(column, (), _TYPES[name], (f"{value:.15g}" if isinstance(value, float) else value,))

    def _chosen(self, key: str, sheet: str, context: Context) -> Criterion:
        """A choice of fixed options by hiding the others, which survives whatever people do to columns; else a formula."""
        column = context.template.sheets[sheet].columns[key]
        others = [state for state in column.states() if state not in self.one_of]
        if column.states():
            blank = () if False in self.one_of else ("",)
            return Criterion(key, (*blank, *(as_listed(column.dump(state, context)) for state in others)))
        return Criterion(key, (), "CUSTOM_FORMULA", (f"={states_formula({key: self.one_of}, sheet, context)}",))

    def problem(self, key: str, column: Column, context: Context) -> str:
        """What such a column cannot be asked; empty when all is well."""
        known = column.states() or column.option_keys(context)
        if self.one_of and not known:
            return tr("{key} has no options to choose from", key=key)
        if self.one_of and getattr(column, "listed", False):
            return tr("a cell of {key} may have several options; use contains: with the words of one", key=key)
        for state in self.one_of:
            if state not in known:
                return tr(
                    "no such option of {key}: {state}{hint}",
                    key=key,
                    state=state,
                    hint=nearest(str(state), [str(one) for one in known]),
                )
        needed = {"before": "DATE", "after": "DATE", "within": "DATE", "at_least": "NUMBER", "at_most": "NUMBER"}
        for name in self.model_fields_set & needed.keys():
            if column.bounds != needed[name]:
                return tr(_NOT_SUCH[needed[name]], column=key)
        return ""


_TYPES = {
    "before": "DATE_BEFORE",
    "after": "DATE_AFTER",
    "at_least": "NUMBER_GREATER_THAN_EQ",
    "at_most": "NUMBER_LESS_THAN_EQ",
    "contains": "TEXT_CONTAINS",
}


class View(BaseModel):
    """
    A filter view: rows of which all of `where` is true and that are not in one of the states `unless`.

    With `of`, a column with a person in it, it shows the rows of the people in
    one of `roles` (none: everybody); with `each: person` there is one view a
    person, and `{person}` in its title is the name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    where: dict[str, Where] = {}
    unless: States = Field(default_factory=dict)
    sort: tuple[str, ...] = ()
    """Columns to sort by; `-amount` is downwards."""
    of: str | None = None
    each: Literal["person"] | None = None
    roles: tuple[str, ...] = ()

    def views(self, key: str, sheet: str, context: Context) -> Iterator[tuple[str, FilterView]]:
        """The key and what it is, of one view or of one a person."""
        if self.of and context.people is None:
            return
        if self.each:
            for person in self._people(context):
                name = Criterion(str(self.of), (), "TEXT_EQ", (person.name,))
                title = self.title.say(context.language).replace(PERSON, person.name)
                yield f"{key}_{_token(person, context)}", self._view(title, [name], sheet, context)
            return
        names = [person.name for person in self._people(context)] if self.of else []
        own = [_any_of(str(self.of), names)] if self.of else []
        yield key, self._view(self.title.say(context.language), own, sheet, context)

    def _people(self, context: Context) -> list[Member]:
        found: dict[str, Member] = {}
        for person in context.people or ():
            if person.active and (not self.roles or person.role in self.roles):
                found.setdefault(person.name, person)
        return list(found.values())

    def _view(self, title: str, own: list[Criterion], sheet: str, context: Context) -> FilterView:
        columns = context.template.sheets[sheet].columns
        found = {one.column: one for one in own}
        for column, where in self.where.items():
            found[column] = where.criterion(column, sheet, context)
        for column, states in self.unless.items():
            hidden = tuple(as_listed(columns[column].dump(state, context)) for state in states)
            shown = found.get(column, Criterion(column))
            found[column] = Criterion(column, hidden, shown.type, shown.values)
        sort = tuple((column.removeprefix("-"), not column.startswith("-")) for column in self.sort)
        return FilterView(title, tuple(found.values()), sort)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns, options, roles that are not there; a person that nobody is asked for."""
        for column, where in self.where.items():
            wrong = column_problem(sheet, column, context)
            if message := wrong or where.problem(column, context.template.sheets[sheet].columns[column], context):
                yield ("where", column), message
        for column, states in self.unless.items():
            wrong = column_problem(sheet, column, context)
            if message := wrong or Where(one_of=states).problem(
                column, context.template.sheets[sheet].columns[column], context
            ):
                yield ("unless", column), message
        for offset, column in enumerate(self.sort):
            if message := column_problem(sheet, column.removeprefix("-"), context):
                yield ("sort", offset), message
        yield from self._person_problems(sheet, context)

    def _person_problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        if self.of is None:
            if self.each or self.roles:
                yield (), tr("needs of: the column with the person")
            return
        if message := column_problem(sheet, self.of, context):
            yield ("of",), message
        elif not isinstance(context.template.sheets[sheet].columns[self.of], PersonColumn):
            yield ("of",), tr("{column} is not a column of type person", column=self.of)
        elif self.of in self.where:
            yield ("where", self.of), tr("{column} is asked for by of: already", column=self.of)
        if self.each and any(PERSON not in title for title in self.title.all()):
            yield (
                ("title",),
                tr("one view a person needs {person} in its title, or all are called the same", person=PERSON),
            )
        for offset, role in enumerate(self.roles):
            if message := role_problem(role, context):
                yield ("roles", offset), message


def role_problem(role: str, context: Context) -> str:
    """Why the team has no such role; empty when it has."""
    team = context.template.team
    if team is None or team.role is None or team.sheet not in context.template.sheets:
        return tr("needs team: with role:, the column in which roles stand")
    column = context.template.sheets[team.sheet].columns.get(team.role)
    known = [str(state) for state in column.states() or column.option_keys(context)] if column else []
    hint = nearest(role, known) or tr("; there are {known}", known=", ".join(known))
    return "" if role in known else tr("no such role: {role}{hint}", role=role, hint=hint)


def _any_of(column: str, names: list[str]) -> Criterion:
    """Rows of these people; of nobody, none."""
    tests = [f'{{{column}}}="{name.replace(chr(34), chr(34) * 2)}"' for name in names]
    return Criterion(column, (), "CUSTOM_FORMULA", (f"=OR({','.join(tests)})" if tests else "=FALSE",))


def _token(person: Member, context: Context) -> str:
    """Who it is, in letters that give nothing away: by the address if nobody else has it, so that a new name is no new person."""
    same = [one for one in context.people or () if one.email and one.email == person.email]
    who = person.email if len(same) == 1 and person.email else person.name
    return hashlib.sha256(f"sheetcrm {who.strip().casefold()}".encode()).hexdigest()[:8]


def as_listed(cell: Any) -> str:
    """A cell as a filter lists it."""
    return str(cell).upper() if isinstance(cell, bool) else str(cell)
