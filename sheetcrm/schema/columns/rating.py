"""
So many stars → a whole number from 1 on.

The cell is a plain number, so that averages work; the star is only how it is shown.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.number import texts_for_numbers
from sheetcrm.schema.columns.reading import plain, shown

_STARS = re.compile(r"(★{1,10})☆{0,10}")
_TYPED = re.compile(r"(\d{1,2})(?: *(?:★|\*|星|stars?))?(?: */ *(\d{1,2}))?")


class RatingColumn(Column):
    """A rating from 1 to `max`, shown as `4★`; typed as 4, `★★★★` or 4/5."""

    python_type = int
    examples = ((4, 4), (4.0, 4), ("★★★☆☆", 3), ("4/5", 4), ("５", 5), ("2星", 2))
    nonsense = ("good", True, 0, 6, 3.5, "4/10", "★" * 11)
    pixels = 80
    alignment = "CENTER"
    bounds = "NUMBER"
    hint: ClassVar[str] = N_("A rating from 1 to {max}.")

    type: Literal["rating"] = "rating"
    max: int = Field(5, ge=2, le=10)

    def parse_cell(self, cell: Cell, context: Context) -> int:
        """How many stars."""
        stars = self._stars(cell)
        if stars is None or not 1 <= stars <= self.max:
            message = N_("{text} is not a rating from 1 to {max}")
            raise BadCell("not_a_rating", message, {"text": shown(cell), "max": self.max})
        return stars

    def unlike(self, cells: Sequence[Cell], values: Sequence[Any]) -> Iterator[tuple[int, BadCell]]:
        """Stars that are text: averages leave them out."""
        return texts_for_numbers(cells, values)

    def hint_values(self, context: Context) -> dict[str, str]:
        """The most."""
        return {"max": str(self.max)}

    def condition(self, place: Place, context: Context) -> Condition:
        """A whole number from 1 on."""
        cell = place.cell
        return Condition(
            "CUSTOM_FORMULA", (f"=IF(ISNUMBER({cell}),AND({cell}=INT({cell}),{cell}>=1,{cell}<={self.max}))",)
        )

    def number_format(self, context: Context) -> NumberFormat:
        """A star behind it."""
        return NumberFormat("NUMBER", '0"★"')

    def _stars(self, cell: Cell) -> int | None:
        if isinstance(cell, bool):
            return None
        if isinstance(cell, int | float):
            return int(cell) if cell == int(cell) else None
        text = plain(str(cell))[:30]
        if match := _STARS.fullmatch(text):
            return len(match[1])
        match = _TYPED.fullmatch(text.casefold())
        return int(match[1]) if match and int(match[2] or self.max) == self.max else None
