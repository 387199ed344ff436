"""
Records → tables that count and sum them by the values of some columns.

Sheets computes them and makes them as long as they must be, so they stand on pages, where nothing is below them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Resource
from sheetcrm.resources.pivot import Group, Summary
from sheetcrm.resources.pivot import Pivot as Resourced
from sheetcrm.schema.charts import is_measured
from sheetcrm.schema.context import Place
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.schema.text import Text

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.template import SheetSpec

FUNCTIONS = {
    "count": "COUNTA", "unique": "COUNTUNIQUE", "sum": "SUM", "average": "AVERAGE", "median": "MEDIAN", "max": "MAX",
    "min": "MIN",
}  # fmt: skip
"""Google's name of each; its own COUNT would only count numbers, which nobody means."""
UNITS = {"year": "YEAR", "quarter": "YEAR_QUARTER", "month": "YEAR_MONTH", "weekday": "DAY_OF_WEEK"}
OPEN = 12
"""Columns that are kept free for values that cannot be listed beforehand."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupBy(_Part):
    """A column of the source; its dates may be taken together by `unit`."""

    column: str
    unit: Literal["year", "quarter", "month", "weekday"] | None = None
    totals: bool = True
    descending: bool = False


class Value(_Part):
    """A column of the source, and how many of its values become one; its title stands above, unless another is given."""

    column: str
    by: Literal["count", "unique", "sum", "average", "median", "max", "min"]
    title: Text | None = None


class Cell(_Part):
    """A column of the page and a row (1-based) below its header."""

    column: str
    row: int = Field(2, ge=2)


def _listed(value: Any) -> Any:
    many = value if isinstance(value, list | tuple) else [value]
    return [{"column": one} if isinstance(one, str) else one for one in many]


Groups = Annotated[
    tuple[GroupBy, ...],
    Field(max_length=5),
    BeforeValidator(
        _listed, json_schema_input_type=str | GroupBy | Annotated[list[str | GroupBy], Field(max_length=5)]
    ),
]
"""A column key, a column with settings, or a list of them."""


class Pivot(_Part):
    """A pivot table over the sheet `source`: a line for every value of `rows`, and a column for every one of `columns`."""

    source: str
    rows: Groups = Field(min_length=1)
    columns: Groups = ()
    values: tuple[Value, ...] = Field(min_length=1, max_length=10)
    at: Cell

    def resource(self, context: Context) -> Resourced:
        """What the page holds."""
        return Resourced(
            column=self.at.column,
            row=self.at.row,
            source=self.source,
            rows=_groups(self.rows),
            columns=_groups(self.columns),
            values=tuple(Summary(one.column, FUNCTIONS[one.by], self._title(one, context)) for one in self.values),
            filled=self._filled(context),
            room=self.room(context),
        )

    def room(self, context: Context) -> int:
        """How many columns it needs, as far as that can be told from options."""
        across = 1
        for one in self.columns:
            options = context.template.sheets[self.source].columns[one.column].option_keys(context)
            across *= len(options) + one.totals if options else OPEN
        return len(self.rows) + across * len(self.values)

    def problems(self, sheet: str, context: Context) -> Iterator[Trouble]:
        """A page that is none, what it names and is not there, sums of texts, cells in its way."""
        spec = context.template.sheets[sheet]
        if spec.content != "page":
            yield (
                (),
                tr(
                    "a pivot table is for a sheet with content: page; in {sheet} its lines would be read as records",
                    sheet=sheet,
                ),
            )
        if message := column_problem(sheet, self.at.column, context):
            yield ("at", "column"), message
            return
        if self.at.row > spec.rows:
            yield ("at", "row"), tr("{sheet} has {rows} rows; raise rows: of the sheet", sheet=sheet, rows=spec.rows)
        if self.source == sheet:
            yield ("source",), tr("a pivot table cannot read its own page")
            return
        if self.source not in context.template.sheets:
            yield ("source",), column_problem(self.source, "", context)
            return
        wrong = list(self._named(context))
        yield from wrong or self._in_its_way(sheet, spec, context)

    def _title(self, value: Value, context: Context) -> str:
        """Said always: what Sheets would write there is English in every spreadsheet."""
        column = context.template.sheets[self.source].columns[value.column]
        return (value.title or column.title).say(context.language)

    def _named(self, context: Context) -> Iterator[Trouble]:
        for name in ("rows", "columns", "values"):
            for at, one in enumerate(getattr(self, name)):
                if message := column_problem(self.source, one.column, context):
                    yield (name, at, "column"), message
        for name in ("rows", "columns"):
            for at, group in enumerate(getattr(self, name)):
                column = context.template.sheets[self.source].columns.get(group.column)
                if group.unit and column is not None and column.bounds != "DATE":
                    yield (name, at, "unit"), tr("{column} is not a date", column=group.column)
        for at, value in enumerate(self.values):
            known = value.column in context.template.sheets[self.source].columns
            counted = value.by in ("count", "unique")
            if known and not counted and not is_measured(Place(self.source, value.column), context):
                yield (
                    ("values", at, "by"),
                    tr("{column} is not a column of numbers; it can be counted", column=value.column),
                )

    def _in_its_way(self, sheet: str, spec: SheetSpec, context: Context) -> Iterator[Trouble]:
        keys = list(spec.columns)
        start = keys.index(self.at.column)
        for key in keys[start : start + self.room(context)]:
            if spec.columns[key].computed or any(key in seed for seed in spec.seeds):
                yield (
                    ("at", "column"),
                    tr(
                        "it needs {count} columns from {column} on, and {key} is filled; put it at the right of what the page has",
                        count=self.room(context),
                        column=self.at.column,
                        key=key,
                    ),
                )
                return

    def _filled(self, context: Context) -> str:
        """The column that tells used rows from blank ones, which would make a line without a name."""
        spec = context.template.sheets[self.source]
        if spec.key is not None and not spec.columns[spec.key].hidden:
            return spec.key
        required = [key for key, column in spec.columns.items() if column.is_required and not column.hidden]
        return required[0] if required else self.rows[0].column


def resources(sheet: str, spec: SheetSpec, context: Context) -> Iterator[tuple[Address, Resource]]:
    """Every pivot table of a sheet."""
    for key, pivot in spec.pivots.items():
        yield Address(sheet, "", f"{Resourced.kind}.{key}"), pivot.resource(context)


def problems(sheet: str, spec: SheetSpec, context: Context) -> Iterator[Trouble]:
    """What does not fit each; where all are right, those that would grow into another."""
    wrong = [
        (("pivots", key, *path), said)
        for key, one in spec.pivots.items()
        for path, said in one.problems(sheet, context)
    ]
    yield from wrong
    if wrong:
        return
    keys = list(spec.columns)
    spans = {key: (start := keys.index(one.at.column), start + one.room(context)) for key, one in spec.pivots.items()}
    for (key, one), (other, another) in combinations(spans.items(), 2):
        if one[0] < another[1] and another[0] < one[1]:
            yield (
                ("pivots", other, "at", "column"),
                tr("it and {key} would grow into each other; put it further to the right", key=key),
            )


def _groups(written: tuple[GroupBy, ...]) -> tuple[Group, ...]:
    return tuple(Group(one.column, one.totals, one.descending, UNITS[one.unit] if one.unit else "") for one in written)
