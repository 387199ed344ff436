"""
What every computed column shares: a formula down the whole grid, and the type of what it gives.

Written as `IF(key="","",…)`, so that rows nobody filled stay blank; the results
are read like cells of the type of `inner`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Cell, Resource
from sheetcrm.resources.formula import Formula
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.protection import Protection
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.formulas import references
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem


def circles(place: Place, context: Context) -> Iterator[str]:
    """The way from a computed column back to itself, which Sheets answers with `#REF!`."""
    ways = [[place]]
    seen = set()
    while ways:
        way = ways.pop()
        spec = context.template.sheets.get(way[-1].sheet)
        column = spec.columns.get(way[-1].column) if spec else None
        if not isinstance(column, Computed):
            continue
        for found in references(column.own(way[-1], context), way[-1].sheet):
            if found == place:
                circle = " → ".join(f"{one.sheet}.{one.column}" for one in [*way, found])
                yield tr("depends on itself: {circle}", circle=circle)
                return
            if found not in seen:
                seen.add(found)
                ways.append([*way, found])


class Computed(Column):
    """A column that the sheet fills; members say their formula and what comes out of it."""

    computed = True

    filled: str | None = None
    """The column that tells rows that are used from blank ones; None: the sheet's key. `""`: every row."""

    @property
    def inner(self) -> Column:
        """The column that reads the results."""
        raise NotImplementedError

    @property
    def bounds(self) -> Literal["NUMBER", "DATE"] | None:  # type: ignore[override]  # a class's own thing elsewhere
        """As for the inner type: a day that is computed can be overdue, a number too large."""
        return self.inner.bounds

    def own(self, place: Place, context: Context) -> str:
        """The formula in key form, without `=`, for a row that is used."""
        raise NotImplementedError

    def formula_problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """What the formula names and is not there; asked before the formula is made."""
        return iter(())

    def parse(self, cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        """What cells of the inner type mean."""
        return self.inner.parse(cells, context)

    def parse_cell(self, cell: Cell, context: Context) -> Any:
        """What a cell of the inner type means."""
        return self.inner.parse_cell(cell, context)

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The cell of the inner type."""
        return self.inner.dump(value, context)

    def blank(self) -> Any:
        """As for the inner type."""
        return self.inner.blank()

    def python_annotation(self) -> Any:
        """As for the inner type."""
        return self.inner.python_annotation()

    def looks(self) -> tuple[int, str]:
        """As for the inner type."""
        return self.inner.looks()

    def number_format(self, context: Context) -> NumberFormat | None:
        """As for the inner type."""
        return self.inner.number_format(context)

    def text(self, place: Place, context: Context) -> str:
        """The formula in key form, blank for rows that are not used."""
        own = self.own(place, context)
        used = context.template.sheets[place.sheet].key if self.filled is None else self.filled
        return f'=IF({{{used}}}="","",{own})' if used else f"={own}"

    def resources(self, place: Place, context: Context) -> Iterator[tuple[Address, Resource]]:
        """The formula, and a guard that asks before somebody types over it."""
        yield from super().resources(place, context)
        yield Address(place.sheet, place.column, Formula.kind), Formula(self.text(place, context))
        description = f"sheetcrm: {self.title.say(context.language)}"
        yield Address(place.sheet, place.column, Protection.kind), Protection("column", description)

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """What the formula names and is not there, and formulas that go round in a circle."""
        yield from super().problems(place, context)
        wrong = list(self.formula_problems(place, context))
        yield from wrong
        for message in () if wrong else circles(place, context):
            yield ("formula",) if "formula" in type(self).model_fields else (), message
        if self.filled and (message := column_problem(place.sheet, self.filled, context)):
            yield ("filled",), message
