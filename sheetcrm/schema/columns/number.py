"""
Numbers: exact Decimals, from numbers or from what people type for them.

`1,234.5`, `１２３` and `1 234` are numbers; `12abc` and `1.234.5` are not.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, ClassVar, Literal, overload

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import plain, shown, typed
from sheetcrm.schema.text import Text

_GROUPED = re.compile(r"[-+]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?|[-+]?\.\d+")


MAX_LENGTH = 40
"""More than that is a mistake, and would keep patterns busy."""

_NUMBERS = frozenset({int, float, type(None)})


def decimal(cell: Cell, text: str | None = None) -> Decimal:
    """The exact number of a cell, or of `text` in its place; BadCell when it is none."""
    if isinstance(cell, bool):
        raise BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cell)})
    if isinstance(cell, float):
        if not isfinite(cell):
            raise BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cell)})
        # A sheet computes in doubles and shows 15 digits of them: 0.1+0.2 is 0.3 to everybody who looks at it.
        return Decimal(f"{cell:.15g}")
    if isinstance(cell, int):
        return Decimal(cell)
    typed = plain(str(cell)) if text is None else text
    if len(typed) > MAX_LENGTH or not _GROUPED.fullmatch(typed):
        raise BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cell)})
    return Decimal(re.sub("[, ]", "", typed))


def number_cell(value: Decimal) -> Cell:
    """The cell of a number: whole ones as int, as long as a sheet keeps every digit of them."""
    if abs(value) < 10**15 and value == value.to_integral_value():
        return int(value)
    # Fifteen digits of the largest double are a little more than it is.
    return min(max(float(value), -sys.float_info.max), sys.float_info.max)


def places(decimals: int) -> str:
    """`#,##0.00` for 2."""
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def without_unit(cell: Cell, unit: Text | None) -> Cell:
    """`12 kg` → `12`; whatever does not end in that unit, in any language, as it is."""
    typed = plain(cell) if isinstance(cell, str) and unit else ""
    for wording in unit.all() if unit and len(typed) <= 2 * MAX_LENGTH else ():
        if typed.casefold().endswith(plain(wording).casefold()):
            return typed[: -len(plain(wording))].rstrip()
    return cell


def with_unit(pattern: str, unit: Text | None, context: Context) -> NumberFormat:
    """The pattern of a number, and the unit behind it as people say it there."""
    return NumberFormat("NUMBER", f'{pattern}" {unit.say(context.language)}"' if unit else pattern)


def _is_a_unit(unit: Text) -> Text:
    if any(not 1 <= len(wording.strip()) <= 20 or '"' in wording or "\n" in wording for wording in unit.all()):
        raise PydanticCustomError("unit", tr("a unit has 1 to 20 characters, none of them a quote"))
    return unit


Unit = Annotated[Text, AfterValidator(_is_a_unit)]
"""What stands behind a number: `kg`, `{zh: 公斤, en: kg}`."""


def texts_for_numbers(cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
    """Numbers that are texts: the sheet's own sums leave them out."""
    message = N_("{text} is text to the sheet, not a number; type it again")
    for offset in typed(cells):
        if (value := values[offset]) is not None:
            cell = cells[offset]
            number = value if isinstance(value, Decimal) else Decimal(repr(value))
            yield offset, BadCell("number_as_text", message, {"text": shown(cell)}, f"{number:f}")


def _finite(numbers: Iterable[Any]) -> bool:
    try:
        return all(map(isfinite, numbers))
    except OverflowError:  # a whole number that no sheet can hold
        return False


class Decimals(Sequence[Decimal | None]):
    """
    The exact numbers of cells, each made when it is looked at.

    `cells` has them as they stand: a number, None, or the exact number that somebody typed as a text.
    """

    __slots__ = ("cells",)

    def __init__(self, cells: Sequence[Any]) -> None:
        """The cells are not looked at again."""
        self.cells = cells

    def __len__(self) -> int:
        return len(self.cells)

    def __iter__(self) -> Iterator[Decimal | None]:
        if {float}.issuperset(map(type, self.cells)):
            return map(Decimal, map("{:.15g}".format, self.cells))
        # As `decimal` says, without a call for each.
        return (
            Decimal(f"{cell:.15g}") if type(cell) is float else None if cell is None else Decimal(cell)
            for cell in self.cells
        )

    def __contains__(self, value: object) -> bool:
        return value in self.cells if value is None else any(one == value for one in self)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        raise TypeError("a column of numbers is no key")

    @overload
    def __getitem__(self, at: int) -> Decimal | None: ...
    @overload
    def __getitem__(self, at: slice) -> "Decimals": ...
    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Decimals(self.cells[at])
        cell = self.cells[at]
        return cell if cell is None or type(cell) is Decimal else decimal(cell)

    def at(self, offsets: Sequence[int]) -> "Decimals":
        """Those of some rows."""
        return Decimals([self.cells[offset] for offset in offsets])


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

    def parse(self, cells: Sequence[Cell], context: Context) -> tuple[Sequence[Any], dict[int, BadCell]]:
        """Numbers as they stand become Decimals when somebody asks for them; only what else there is is looked at now."""
        numbers, bad = cells, dict[int, BadCell]()
        if not _NUMBERS.issuperset(map(type, cells)):
            others = [offset for offset, cell in enumerate(cells) if type(cell) not in _NUMBERS]
            values, wrong = super().parse([cells[offset] for offset in others], context)
            bad = {others[at]: why for at, why in wrong.items()}
            numbers = list(cells)
            for offset, value in zip(others, values, strict=True):
                numbers[offset] = value
        if _finite(filter(None, numbers)):
            return Decimals(numbers), bad
        return super().parse(cells, context)

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
    unit: Unit | None = None
    """Shown behind the number, which stays a number; needs `decimals`."""

    @model_validator(mode="after")
    def _unit_has_decimals(self) -> "NumberColumn":
        if self.unit and self.decimals is None:
            raise PydanticCustomError("unit", tr("how many decimals: are shown before the unit?"))
        return self

    def parse_cell(self, cell: Cell, context: Context) -> Any:
        """The exact number, its unit taken off."""
        return decimal(without_unit(cell, self.unit))

    def number_format(self, context: Context) -> NumberFormat | None:
        """As many places as `decimals` says; otherwise as Sheets shows them (`#,##0.##` would show 3 as `3.`)."""
        return None if self.decimals is None else with_unit(places(self.decimals), self.unit, context)


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
    unit: Unit | None = None
    """Shown behind the number, which stays a number."""

    def parse_cell(self, cell: Cell, context: Context) -> int:
        """The whole number, its unit taken off; BadCell when there is a fraction."""
        value = decimal(without_unit(cell, self.unit))
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
        return with_unit("0", self.unit, context)


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

    def usual(self, value: Any, cell: Cell) -> Decimal | None:
        """A text `40` may be meant as 40% or as 4000%."""
        return None if isinstance(cell, str) and "%" not in plain(cell) and abs(value) > 1 else value

    def number_format(self, context: Context) -> NumberFormat:
        """`0%`, with `decimals` places."""
        return NumberFormat("PERCENT", places(self.decimals or 0).removeprefix("#,##") + "%")
