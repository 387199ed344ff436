"""
`quality:` of a sheet → which rows are worth a look although nothing in them is wrong.

Without the section a sheet is looked at as its reminders, highlights and
references suggest: see `usual`.  Only `check --quality` asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_, tr
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.context import BadCell, Context, Lookup
from sheetcrm.schema.highlights import StaleHighlight
from sheetcrm.schema.reminders import DateReminder
from sheetcrm.schema.rules import Trouble, blank
from sheetcrm.schema.states import States, column_problem, holds, states_problems
from sheetcrm.variants import Variant

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec, Template

Found = tuple[int, str, BadCell]
"""0-based offset among the rows, column key, what is to be seen there."""


@dataclass(frozen=True)
class Rows:
    """The rows of a sheet, as findings look at them."""

    sheet: str
    values: Mapping[str, Sequence[Any]]
    """Column key → values, all of one length; None where blank or wrong."""
    context: Context
    today: date
    lookup: Lookup
    changed: Sequence[tuple[date, bool] | None] = ()
    """By the last snapshot, the day of each row's last change, and whether there was one or it was then seen first; may be empty."""

    @property
    def spec(self) -> SheetSpec:
        """The sheet as the template has it."""
        return self.context.template.sheets[self.sheet]

    @property
    def count(self) -> int:
        """How many rows there are."""
        return max(map(len, self.values.values()), default=0)

    @property
    def face(self) -> str:
        """The column at which a row as a whole is named: the first that people fill and see."""
        shown = (key for key in self.spec.inputs if not self.spec.columns[key].hidden)
        return next(shown, next(iter(self.spec.columns)))


class Finding(Variant):
    """What makes a row worth a look (`quality:` of a sheet); rows in the states of `unless` are left in peace."""

    family: ClassVar[str] = N_("finding")
    example: ClassVar[dict[str, Any]]
    """Settings that fit a sheet `customers` with the columns `stage` and `day`, to which `orders.customer` refers."""

    unless: States = Field(default_factory=dict)
    """Other columns' states in which it is not asked: `{stage: [won, lost]}`."""

    @classmethod
    def shown(cls) -> dict[str, Any]:
        """The settings of its example."""
        return dict(cls.example)

    def find(self, rows: Rows) -> Iterator[Found]:
        """The rows to be looked at, in their order; none where a column that it names was not read."""
        if any(column not in rows.values for _, column in self.named()):
            return
        for offset, found in self.seen(rows):
            if not self.unless or not holds(self.unless, rows.values, offset):
                yield offset, *found

    def seen(self, rows: Rows) -> Iterator[tuple[int, tuple[str, BadCell]]]:
        """The same, whatever their states."""
        raise NotImplementedError

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The columns of the sheet that it names, with where it names them."""
        return iter(())

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Columns and options that are not there."""
        for path, column in self.named():
            if message := column_problem(sheet, column, context):
                yield path, message
        for path, message in states_problems(self.unless, sheet, context):
            yield ("unless", *path), message


class StaleFinding(Finding):
    """Nothing has happened for `days`: no day in `columns` (any of the row's, unless said) is later, and the last snapshot knows of no change."""

    example: ClassVar[dict[str, Any]] = {"days": 30, "unless": {"stage": ["won"]}}

    type: Literal["stale"] = "stale"
    days: int = Field(30, ge=1, le=3660)
    columns: tuple[str, ...] = ()
    """Columns of days that tell of something happening; a day to come in any of them is something.  Pauses and days of reminders are nothing, unless said."""

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Those of days."""
        yield from ((("columns", offset), column) for offset, column in enumerate(self.columns))

    def seen(self, rows: Rows) -> Iterator[tuple[int, tuple[str, BadCell]]]:
        """At the first of the columns, or at the face of the row."""
        columns = rows.spec.columns
        ours = {key for rule in rows.context.template.reminders.values() for key in (rule.pause, rule.mirror)}
        days = [
            key
            for key in self.columns or columns
            if columns[key].bounds == "DATE" and key in rows.values and (key in self.columns or key not in ours)
        ]
        at = self.columns[0] if self.columns else rows.face
        message = N_("nothing has happened here since {day}, {count} {count:day|days} ago")
        for offset, sight in enumerate(rows.changed or [None] * rows.count):
            signs = [day for key in days if (day := rows.values[key][offset]) is not None]
            if sight is not None and (sight[1] or not signs):
                signs.append(sight[0])
            quiet = (rows.today - max(signs)).days if signs else 0
            if quiet >= self.days:
                yield offset, (at, BadCell("stale", message, {"day": max(signs).isoformat(), "count": quiet}))

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also columns that are no days."""
        before = list(super().problems(sheet, context))
        yield from before
        for path, column in () if before else self.named():
            if context.template.sheets[sheet].columns[column].bounds != "DATE":
                yield path, tr("{column} is not a date", column=column)


class UndatedFinding(Finding):
    """A row that is still open and has no day in `date`: nobody will be reminded of it."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "unless": {"stage": ["won"]}}

    type: Literal["undated"] = "undated"
    date: str

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The column with the day."""
        yield ("date",), self.date

    def seen(self, rows: Rows) -> Iterator[tuple[int, tuple[str, BadCell]]]:
        """At the blank cell."""
        for offset in blank(rows.values[self.date]):
            yield offset, (self.date, BadCell("undated", N_("this row is still open and has no next date")))


class ChildlessFinding(Finding):
    """A row to which no row of other sheets refers: a customer without any order or log entry."""

    example: ClassVar[dict[str, Any]] = {"by": ["orders.customer"]}

    type: Literal["childless"] = "childless"
    by: tuple[str, ...] = ()
    """The columns that refer to it, as `sheet.column`; empty: every one that does."""

    def seen(self, rows: Rows) -> Iterator[tuple[int, tuple[str, BadCell]]]:
        """At the face of the row."""
        template, key = rows.context.template, rows.spec.key or ""
        places = [tuple(one.split(".", 1)) for one in self.by] or list(referring(rows.sheet, template))
        read = [rows.lookup.values(sheet, column) for sheet, column in places]
        if not places or None in read or key not in rows.values:
            return
        known = {value for values in read for value in values or ()}
        sheets = dict.fromkeys(template.sheets[sheet].title.say(rows.context.language) for sheet, _ in places)
        message = N_("nothing in {sheets} belongs to this row")
        for offset, value in enumerate(rows.values[key]):
            if value is not None and value not in known:
                yield offset, (rows.face, BadCell("childless", message, {"sheets": ", ".join(sheets)}))

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """Also references that are none to this sheet."""
        yield from super().problems(sheet, context)
        known = {f"{other}.{column}" for other, column in referring(sheet, context.template)}
        for offset, one in enumerate(self.by):
            if one not in known:
                yield (
                    ("by", offset),
                    tr("{one} is not a reference to {sheet}", one=one, sheet=sheet)
                    + (tr("; {names} are", names=", ".join(sorted(known))) if known else ""),
                )
        if not self.by and not known:
            yield (), tr("nothing refers to {sheet}", sheet=sheet)


class OrphanFinding(Finding):
    """A row that could belong to one of another sheet and belongs to none: a log entry of nobody."""

    example: ClassVar[dict[str, Any]] = {"column": "customer"}

    type: Literal["orphan"] = "orphan"
    column: str
    """The reference."""

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The reference."""
        yield ("column",), self.column

    def seen(self, rows: Rows) -> Iterator[tuple[int, tuple[str, BadCell]]]:
        """At the blank reference."""
        for offset in blank(rows.values[self.column]):
            yield offset, (self.column, BadCell("orphan", N_("this row belongs to nobody")))


def referring(sheet: str, template: Template) -> Iterator[tuple[str, str]]:
    """The columns of other sheets, by sheet and column, that refer to rows of this one."""
    for other, spec in template.sheets.items():
        for key, column in spec.columns.items():
            if other != sheet and isinstance(column, ReferenceColumn) and column.to == sheet:
                yield other, key


def usual(sheet: str, template: Template) -> tuple[Finding, ...]:
    """
    What a sheet of records without `quality:` is asked.

    Its first reminder by a date tells what an open row is; a highlight of what
    is stale says after how long, else it is 90 days.  A sheet that leads to one
    other and to which nothing leads is a log: its rows are of somebody.
    """
    spec = template.sheets[sheet]
    reminder = next((r for r in template.reminders.values() if isinstance(r, DateReminder) and r.sheet == sheet), None)
    found: list[Finding] = [
        StaleFinding(days=one.days, columns=(one.column,), unless=one.unless)
        for one in spec.highlights
        if isinstance(one, StaleHighlight)
    ]
    if reminder is not None:
        found += [] if found else [StaleFinding(days=90, unless=reminder.unless)]
        found.append(UndatedFinding(date=reminder.date, unless=reminder.unless))
    if any(referring(sheet, template)):
        found.append(ChildlessFinding())
    leads = [key for key, one in spec.columns.items() if isinstance(one, ReferenceColumn)]
    if len(leads) == 1 and not any(referring(sheet, template)):
        found.append(OrphanFinding(column=leads[0]))
    return tuple(found)
