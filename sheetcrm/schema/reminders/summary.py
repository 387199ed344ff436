"""`type: summary`: the week that is over, for those who lead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from sheetcrm.messages import tr
from sheetcrm.schema.columns.converted import ConvertedColumn
from sheetcrm.schema.columns.money import MoneyColumn
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Rows, Span
from sheetcrm.schema.reminders.base import MANAGER, ReminderRule, Words
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import States, column_problem, states_problems
from sheetcrm.schema.text import Text
from sheetcrm.schema.views import role_problem
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MEANINGLESS = ("escalate", "pause", "mirror", "catch_up")


class Happening(BaseModel):
    """Rows to which something happened on the day in `date`: they were new, won, lost."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: str
    state: States = Field(default_factory=dict)
    """Rows in these states; none: all of them."""
    amount: str | None = None
    """The column whose sum is told."""
    sheet: str | None = None
    """Where these rows are; None: in the sheet of the rule."""
    owner: str | None = None
    """The column with the person; None: the rule's, or in another sheet the owner of the row that its first reference leads to."""
    title: Text | None = None
    """What it is called, where `new`, `won` and `lost` do not fit."""


class SummaryReminder(ReminderRule):
    """
    Once a week, to whoever leads: what stands in which stage, what was new, won and lost in the week before, and what waits with whom.

    `manager` in `to` is everybody whom the team sheet names as somebody's
    manager, and each is told of their own people, at whatever distance; roles
    and names are told of all.
    """

    example: ClassVar[dict[str, Any]] = {
        "to": ["Ann"],
        "stage": "stage",
        "amount": "price",
        "won": {"date": "day", "state": {"stage": ["won"]}, "amount": "price"},
        "unless": {"stage": ["won"]},
    }

    type: Literal["summary"] = "summary"
    to: Annotated[Words, Field(min_length=1)] = (MANAGER,)
    """Roles or names of the team, or `manager`."""
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    """On which day of the week after."""
    stage: str | None = None
    """By which column the rows are counted that are not in an `unless` state."""
    amount: str | None = None
    """The column whose sum is told with them."""
    new: Happening | None = None
    won: Happening | None = None
    lost: Happening | None = None
    follow_ups: Words = ()
    """Other rules of the template: what is overdue by them, and what they expect in the next seven days; of payments the amounts, too."""

    def steps(self) -> tuple[int, ...]:
        """The day on which it is told, as days after the Monday of the week that it is about."""
        return (7 + DAYS.index(self.weekday),)

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Nothing of any one row."""
        return iter(())

    def happenings(self) -> dict[str, Happening]:
        """What is counted by week, by the name of its setting."""
        found = {"new": self.new, "won": self.won, "lost": self.lost}
        return {name: one for name, one in found.items() if one}

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns of its own sheet."""
        yield from (((name,), key) for name in ("stage", "amount") if (key := getattr(self, name)))
        for name, one in self.happenings().items():
            if one.sheet in (None, self.sheet):
                yield from ((path, key) for path, key in _columns(name, one) if path[-1] != "date")

    def dated(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The days of its own sheet."""
        yield from (
            ((name, "date"), one.date) for name, one in self.happenings().items() if one.sheet in (None, self.sheet)
        )

    def reads(self, template: Template) -> frozenset[str]:
        """The columns of its sheet, those of other sheets, what names the currency of amounts, and the rates."""
        found = set(super().reads(template))
        for name, one in self.happenings().items():
            sheet = one.sheet or self.sheet
            found |= {f"{sheet}.{key}" for _, key in _columns(name, one)}
            found |= {f"{sheet}.{key}" for key in _references(sheet, template)} if sheet != self.sheet else set()
        for at in tuple(found):
            sheet, _, key = at.partition(".")
            column = template.sheets[sheet].columns[key]
            if isinstance(column, MoneyColumn) and column.currency_from:
                found.add(f"{sheet}.{column.currency_from}")
        return frozenset(found | rates(template))

    def problems(self, context: Context) -> Iterator[Trouble]:
        """What a summary cannot have, and rules, columns and states that are not there."""
        for name in MEANINGLESS:
            if getattr(self, name):
                yield (name,), tr("a summary has no {name}:; take it out", name=name)
        if self.working_days == "before":
            yield ("working_days",), tr("the week would not be over yet; use after or skip")
        yield from super().problems(context)
        yield from self._listed(context)
        for name, one in self.happenings().items():
            yield from _happening_problems(name, one, one.sheet or self.sheet, context)

    def _listed(self, context: Context) -> Iterator[Trouble]:
        """Rules and people."""
        known = context.template.reminders
        usable = [key for key, rule in known.items() if not isinstance(rule, SummaryReminder)]
        for offset, key in enumerate(self.follow_ups):
            if key not in usable:
                yield (
                    ("follow_ups", offset),
                    tr("no such rule under reminders: {key}{hint}", key=key, hint=nearest(key, usable)),
                )
        team = context.template.team
        if team is None:
            yield ("to",), tr("there is no team: to find anybody in")
        elif MANAGER in self.to and team.manager is None and all(role_problem(word, context) for word in self.fallback):
            yield ("to", self.to.index(MANAGER)), tr("the team has no manager: column, so nobody is above anybody")


def rates(template: Template) -> frozenset[str]:
    """The column (`rates.rate`) that has what one unit of a currency is worth in the template's, and the key beside it; none where there is none."""
    for spec in template.sheets.values():
        for column in spec.columns.values():
            if isinstance(column, ConvertedColumn):
                sheet = column.rate.partition(".")[0]
                return frozenset({column.rate, f"{sheet}.{template.sheets[sheet].key}"})
    return frozenset()


def _columns(name: str, one: Happening) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every column that a happening names, with where it does so."""
    yield (name, "date"), one.date
    yield from (((name, part), key) for part in ("amount", "owner") if (key := getattr(one, part)))
    yield from (((name, "state", key), key) for key in one.state)


def _references(sheet: str, template: Template) -> Iterator[str]:
    columns = template.sheets[sheet].columns.items()
    return (key for key, column in columns if isinstance(column, ReferenceColumn))


def _happening_problems(name: str, one: Happening, sheet: str, context: Context) -> Iterator[Trouble]:
    sheets = context.template.sheets
    if sheet not in sheets:
        if one.sheet:
            yield (name, "sheet"), column_problem(sheet, "", context)
        return
    columns = sheets[sheet].columns
    if one.owner in columns and not isinstance(columns[one.owner], PersonColumn):
        yield (name, "owner"), tr("{column} is not a column of type person", column=one.owner)
    if one.sheet:
        for path, key in _columns(name, one):
            if key not in columns and path[1] != "state":
                yield path, column_problem(sheet, key, context)
        if one.date in columns and columns[one.date].bounds != "DATE":
            yield (name, "date"), tr("{column} is not a date", column=one.date)
    for within, message in states_problems(one.state, sheet, context):
        yield (name, "state", *within), message
