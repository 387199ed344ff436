"""
A value that the sheet computes.

Written down the whole column as `IF(key="","",…)`, so that rows nobody filled
stay blank; its results are read like cells of the type `result`.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import model_validator

from sheetcrm.resources.base import Address, Cell, Resource
from sheetcrm.resources.formula import Formula
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.protection import Protection
from sheetcrm.schema.columns.base import Column, Context, Place
from sheetcrm.schema.formulas import compiled, formula_problems, references
from sheetcrm.schema.states import column_problem


def circles(place: Place, context: Context) -> Iterator[str]:
    """The way from a computed column back to itself, which Sheets answers with `#REF!`."""
    ways = [[place]]
    seen = set()
    while ways:
        way = ways.pop()
        spec = context.template.sheets.get(way[-1].sheet)
        column = spec.columns.get(way[-1].column) if spec else None
        if not isinstance(column, FormulaColumn):
            continue
        for found in references(column.formula, way[-1].sheet):
            if found == place:
                yield f"depends on itself: {' → '.join(f'{one.sheet}.{one.column}' for one in [*way, found])}"
                return
            if found not in seen:
                seen.add(found)
                ways.append([*way, found])


class FormulaColumn(Column):
    """A computed column; `{id}` is the cell of the row, `{log.date}` all dates of the sheet `log`."""

    python_type = str
    examples = (("3 days", "3 days"), ("", None))
    nonsense = ("#REF!", "#N/A")
    computed = True
    example_settings: ClassVar[dict[str, Any]] = {"result": "text", "formula": "{id}"}

    type: Literal["formula"] = "formula"
    result: str | dict[str, Any]
    """A column type, or one with its settings: `{type: number, decimals: 1}`."""
    formula: str
    """Without `=`."""
    filled: str | None = None
    """The column that tells rows that are used from blank ones; None: the sheet's key. `""`: every row."""

    @model_validator(mode="after")
    def _result_is_a_type(self) -> "FormulaColumn":
        if self.inner.computed:
            raise ValueError("a formula's result is a type of value")
        return self

    @cached_property
    def inner(self) -> Column:
        """The column that reads the results."""
        settings = self.result if isinstance(self.result, dict) else {"type": self.result}
        return Column.choose({"title": self.title, **settings})

    def parse_cell(self, cell: Cell, context: Context) -> Any:
        """What a cell of the type `result` means."""
        return self.inner.parse_cell(cell, context)

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The cell of the type `result`."""
        return self.inner.dump(value, context)

    def blank(self) -> Any:
        """As for the type `result`."""
        return self.inner.blank()

    def python_annotation(self) -> Any:
        """As for the type `result`."""
        return self.inner.python_annotation()

    def looks(self) -> tuple[int, str]:
        """As for the type `result`."""
        return self.inner.looks()

    def number_format(self, context: Context) -> NumberFormat | None:
        """As for the type `result`."""
        return self.inner.number_format(context)

    def text(self, place: Place, context: Context) -> str:
        """The formula in key form, blank for rows that are not used."""
        own = compiled(self.formula, place.sheet, context)
        used = context.template.sheets[place.sheet].key if self.filled is None else self.filled
        return f'=IF({{{used}}}="","",{own})' if used else f"={own}"

    def resources(self, place: Place, context: Context) -> Iterator[tuple[Address, Resource]]:
        """The formula, and a guard that asks before somebody types over it."""
        yield from super().resources(place, context)
        yield Address(place.sheet, place.column, Formula.kind), Formula(self.text(place, context))
        description = f"sheetcrm: {self.title.say(context.language)}"
        yield Address(place.sheet, place.column, Protection.kind), Protection("column", description)

    def problems(self, place: Place, context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Sheets, columns and options that the formula names and that are not there."""
        yield from super().problems(place, context)
        wrong = list(formula_problems(self.formula, place.sheet, context))
        for message in wrong or circles(place, context):
            yield ("formula",), message
        if self.filled and (message := column_problem(place.sheet, self.filled, context)):
            yield ("filled",), message
