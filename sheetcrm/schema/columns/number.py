"""
Numbers: exact Decimals, from numbers or from what people type for them.

`1,234.5`, `１２３` and `1 234` are numbers; `12abc` and `1.234.5` are not.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import plain, shown

_GROUPED = re.compile(r"[-+]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+")


MAX_LENGTH = 40
"""More than that is a mistake, and would keep patterns busy."""


def decimal(cell: Cell, text: str | None = None) -> Decimal:
    """The exact number of a cell, or of `text` in its place; BadCell when it is none."""
    if isinstance(cell, bool):
        raise BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cell)})
    if isinstance(cell, float):
        # A sheet computes in doubles and shows 15 digits of them: 0.1+0.2 is 0.3 to everybody who looks at it.
        return Decimal(f"{cell:.15g}")
    if isinstance(cell, int):
        return Decimal(cell)
    typed = plain(str(cell)) if text is None else text
    if len(typed) > MAX_LENGTH or not _GROUPED.fullmatch(typed):
        raise BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cell)})
    return Decimal(re.sub("[, ]", "", typed))


def number_cell(value: Decimal) -> Cell:
    """The cell of a number: whole ones as int."""
    return int(value) if value == value.to_integral_value() else float(value)


def places(decimals: int) -> str:
    """`#,##0.00` for 2."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def texts_for_numbers(cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
    """Numbers that are texts: the sheet's own sums leave them out."""
    message = N_("{text} is text to the sheet, not a number; type it again")
    for offset, (cell, value) in enumerate(zip(cells, values, strict=True)):
        if isinstance(cell, str) and value is not None:
            yield offset, BadCell("number_as_text", message, {"text": shown(cell)}, f"{value:f}")


class DecimalColumn(Column):
    """What number, percent and money share."""

    python_type: ClassVar[Any] = Decimal
    alignment = "RIGHT"
    bounds = "NUMBER"

    decimals: int | None = Field(None, ge=0, le=10)
    """How many places are shown, not kept."""

    def parse_cell(self, cell: Cell, context: Context) -> Any:
        """The exact number."""
        return decimal(cell)

    def dump_value(self, value: Any, context: Context) -> Cell:
        """A number cell."""
        return number_cell(Decimal(value))

    def unlike(self, cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
        """Numbers that are texts."""
        return texts_for_numbers(cells, values)

    def condition(self, place: Place, context: Context) -> Condition | None:
        """Is a number at all."""
        return Condition("CUSTOM_FORMULA", (f"=ISNUMBER({place.cell})",))


class NumberColumn(DecimalColumn):
    """A number, whole or not."""

    examples = ((3, Decimal(3)), (0.1, Decimal("0.1")), ("1,234.5", Decimal("1234.5")), ("１２３", Decimal(123)))
    nonsense = ("many", True, "1.2.3", "12,34", "2026-01-02")
    pixels = 100
    hint = N_("A number.")

    type: Literal["number"] = "number"

    def number_format(self, context: Context) -> NumberFormat | None:
        """As many places as `decimals` says; otherwise as Sheets shows them (`#,##0.##` would show 3 as `3.`)."""
        return None if self.decimals is None else NumberFormat("NUMBER", places(self.decimals))


class IntegerColumn(Column):
    """A whole number."""

    python_type = int
    examples = ((3, 3), (3.0, 3), ("1,234", 1234), ("５", 5), ("-2", -2))
    nonsense = ("many", True, 1.5, "1.5", "3 pcs")
    pixels = 100
    alignment = "RIGHT"
    bounds = "NUMBER"
    hint = N_("A whole number.")

    type: Literal["integer"] = "integer"

    def parse_cell(self, cell: Cell, context: Context) -> int:
        """The whole number; BadCell when there is a fraction."""
        value = decimal(cell)
        if value != value.to_integral_value():
            raise BadCell("not_whole", N_("{text} is not a whole number"), {"text": shown(cell)}, str(round(value)))
        return int(value)

    def unlike(self, cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
        """Numbers that are texts."""
        return texts_for_numbers(cells, values)

    def condition(self, place: Place, context: Context) -> Condition:
        """Is a number without a fraction."""
        return Condition("CUSTOM_FORMULA", (f"=IF(ISNUMBER({place.cell}),{place.cell}=INT({place.cell}))",))

    def number_format(self, context: Context) -> NumberFormat:
        """No places, no separators: it may be a year."""
        return NumberFormat("NUMBER", "0")


class PercentColumn(DecimalColumn):
    """A share of the whole, typed as 40% and read as 0.4."""

    examples = ((0.4, Decimal("0.4")), ("40%", Decimal("0.4")), ("12.5％", Decimal("0.125")), (1, Decimal(1)))
    nonsense = ("most", True, "%", "40%%")
    pixels = 100
    hint = N_("A percentage, as in 40%.")

    type: Literal["percent"] = "percent"

    def parse_cell(self, cell: Cell, context: Context) -> Decimal:
        """40% is 0.4; so is 0.4."""
        typed = plain(str(cell))
        if typed.endswith("%"):
            return decimal(cell, typed[:-1].rstrip()) / 100
        return decimal(cell)

    def number_format(self, context: Context) -> NumberFormat:
        """`0%`, with `decimals` places."""
        return NumberFormat("PERCENT", places(self.decimals or 0).removeprefix("#,##") + "%")
