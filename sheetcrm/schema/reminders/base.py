"""
What every kind of rule may say: who should hear what about which rows, and when not.

A rule only names columns by key, so it survives renamed and moved columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Rows, Span
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem, states_problems
from sheetcrm.schema.text import Text
from sheetcrm.schema.views import role_problem
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template

MANAGER = "manager"
"""Whoever stands above the owner in the team sheet."""

Policy = Literal["before", "after", "skip"]

Days = Annotated[int, Field(ge=1, le=366)]


def _a_list(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


Words = Annotated[tuple[str, ...], BeforeValidator(_a_list, json_schema_input_type=str | list[str])]
"""A word, or several in order."""


class Escalation(BaseModel):
    """
    `to` hears of it too, so many days `after` the due date, once.

    Days of a rule with a working-day policy are working days, counted from the
    working day on which the owner is told.  `to` is an option of the team's
    role column, that is everybody of that role but the owner; or `manager`: the
    nearest one above the owner who can get mail, else the rule's `fallback`.
    Whoever leads others and has nobody above is not escalated, nor is anybody
    of a team sheet that names no managers at all; others are reported.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: int = Field(ge=1, le=366)
    to: str = MANAGER


class ReminderRule(Variant):
    """Who should hear what about which rows."""

    family: ClassVar[str] = N_("reminder")
    example: ClassVar[dict[str, Any]]
    """Settings beside title, sheet and owner that fit a sheet with the columns `stage`, `day`, `price` and `owner`."""

    title: Text
    sheet: str
    owner: str
    """The column with the person's name."""
    unless: States = Field(default_factory=dict)
    """Rows in these states are left in peace."""
    show: tuple[str, ...] = ()
    """Columns that the mail shows beside the date."""
    working_days: Policy | None = None
    """Where a step goes that falls on a day off: to the working day before, after, or nowhere (skip); None: days off count like others."""
    country: str | None = Field(None, pattern=r"^[A-Z]{2}$")
    """Whose working days, as two letters; None: the template's."""
    fallback: Words = ()
    """Who hears, after the owner's manager, when the owner cannot: roles or names of the team, in order."""
    escalate: tuple[Escalation, ...] = ()
    """Who else hears, and how many days after the date."""
    pause: str | None = None
    """A column of dates: quiet until that day."""
    mirror: str | None = None
    """A column of dates into which the day of the last reminder is written."""
    channels: Annotated[Words, Field(min_length=1)] = ("mail",)
    """By which of the configured ways to send."""
    language: Literal["zh", "en"] | None = None
    """What its mails are written in; None: the person's, or the spreadsheet's."""
    catch_up: int | None = Field(None, ge=0, le=3660)
    """Steps that came more than so many days ago and of which nobody was told are listed as expired; None: what the config says."""

    @field_validator("escalate", mode="after")
    @classmethod
    def _soonest_first(cls, value: tuple[Escalation, ...]) -> tuple[Escalation, ...]:
        if len({(one.after, one.to) for one in value}) < len(value):
            raise PydanticCustomError("escalate", tr("the same step to the same people stands twice"))
        return tuple(sorted(value, key=lambda one: one.after))

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """
        What it asks of which rows, as far as a step may have come by `span.last`; rows in any order, each at most once.

        Asked of whole columns; a column that was not read asks for nothing.
        """
        raise NotImplementedError(f"nobody taught {type(self).__name__} what is due")

    def steps(self) -> tuple[int, ...]:
        """When it reminds the owner, as days after the date, in order."""
        return (0,)

    def reach(self) -> int:
        """The first day on which anybody may be told, as days after the date."""
        return min((*self.steps(), *(one.after for one in self.escalate)), default=0)

    def latest_due(self, span: Span) -> date:
        """The last date of which a step may have come."""
        return date.fromordinal(min(span.last.toordinal() - self.reach(), date.max.toordinal()))

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns that must be dates, with where it names them."""
        yield from (((name,), key) for name in ("pause", "mirror") if (key := getattr(self, name)))

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The other columns that its kind needs, with where it names them."""
        return iter(())

    def amount_of(self) -> str | None:
        """The column in whose money `Ask.left` is; None where its kind knows of no amounts."""
        return None

    def looks_at(self) -> frozenset[str]:
        """The columns of its sheet that it needs to say anything."""
        needed = {key for places in (self.dated(), self.named()) for _, key in places}
        return frozenset({self.owner, *self.unless, *self.show, *needed})

    def reads(self, template: Template) -> frozenset[str]:
        """The columns (`customers.owner`) that it needs, wherever they are."""
        return frozenset(f"{self.sheet}.{key}" for key in self.looks_at())

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Sheets, columns, options and people that are not there."""
        if self.sheet not in context.template.sheets:
            yield ("sheet",), column_problem(self.sheet, "", context)
            return
        columns = context.template.sheets[self.sheet].columns
        if message := column_problem(self.sheet, self.owner, context):
            yield ("owner",), message
        elif not isinstance(columns[self.owner], PersonColumn):
            yield ("owner",), tr("{column} is not a column of type person", column=self.owner)
        shown = ((("show", offset), column) for offset, column in enumerate(self.show))
        for path, column in (*shown, *self.named()):
            if message := column_problem(self.sheet, column, context):
                yield path, message
        for path, column in self.dated():
            if message := column_problem(self.sheet, column, context):
                yield path, message
            elif columns[column].bounds != "DATE":
                yield path, tr("{column} is not a date", column=column)
        for path, message in states_problems(self.unless, self.sheet, context):
            yield ("unless", *path), message
        yield from self._people(context)

    def _people(self, context: Context) -> Iterator[Trouble]:
        """Roles and managers that the team cannot know; a fallback that is no role is taken for a name."""
        team = context.template.team
        for offset, one in enumerate(self.escalate):
            path = ("escalate", offset, "to")
            if one.to == MANAGER:
                if team is None or team.manager is None:
                    yield path, tr("the team has no manager: column, so nobody is above anybody")
            elif message := role_problem(one.to, context):
                yield path, message
        if self.fallback and team is None:
            yield ("fallback",), tr("there is no team: to find anybody in")
