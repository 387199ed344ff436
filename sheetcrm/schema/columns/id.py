"""
The key of a row: text that nobody else in the sheet has.

With `auto:` blank ids are filled with the next number; ids of other shapes are left alone and not counted.
A hidden one without `auto:`, which nobody could fill by hand, gets a random text.
"""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.schema.columns.base import BadCell, Column, Context
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.columns.reading import wordless
from sheetcrm.schema.rules import RequiredRule, Rule, UniqueRule

_AUTO = re.compile(r"(?P<before>[^{}]*)\{(?::0(?P<width>[1-9])d)?\}(?P<after>[^{}]*)")


PLAIN_ID = Glance("[0-9A-Za-z_.:一-鿿-]{1,40}")
"""Texts that are ids as they stand: nothing in them is a blank or out of sight; longer ones than may be are not looked for."""

RANDOM = "random"
"""The `auto:` of ids that nobody could guess or count."""


class IdColumn(Column):
    """What tells rows apart: a text without blanks around it."""

    python_type = str
    examples = (("C0001", "C0001"), ("0012", "0012"), (" C1 ", "C1"), (12, "12"))
    nonsense = (True, "a\nb", "x" * 201)
    pixels = 110
    hint: ClassVar[str] = N_("Unique; give each row its own.")

    type: Literal["id"] = "id"
    auto: str | None = None
    """`C{:04d}` or `random`: how blank ids are filled; None: people write them, unless the column is hidden."""

    @field_validator("auto")
    @classmethod
    def _auto_has_one_number(cls, value: str | None) -> str | None:
        if value is not None and value != RANDOM and not _AUTO.fullmatch(value):
            raise PydanticCustomError("auto", tr("expected text around one number, as in C{:04d}, or random"))
        return value

    @property
    def random(self) -> bool:
        """Whether blank ids are filled with a random text."""
        return self.auto == RANDOM or (self.hidden and self.auto is None)

    def help(self) -> str:
        """Whether to write one or to leave it to us."""
        return N_("Leave it blank to have it numbered.") if self.auto else "" if self.hidden else self.hint

    def right(self, context: Context) -> Glance:
        """Letters, digits and what usually stands between them."""
        return PLAIN_ID

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The id without blanks around it."""
        text = wordless(cell).strip()
        if not text.isprintable() or len(text) > 200 or not text:
            raise BadCell("bad_id", N_("an id is one line of at most 200 characters"))
        return text

    def implied_rules(self) -> tuple[Rule, ...]:
        """Unique always; required where we do not fill it ourselves."""
        return (UniqueRule(),) if self.auto or self.hidden else (RequiredRule(), UniqueRule())

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text, so that `0012` stays."""
        return NumberFormat("TEXT", "@")

    def following(self, taken: Iterable[str], count: int) -> list[str]:
        """The next `count` ids after the highest of `taken` that has the shape of `auto:`; ValueError without such a shape."""
        if self._shape is None:
            raise ValueError("this id column has no auto: to make ids from")
        before, width, after = self._shape
        pattern = re.compile(re.escape(before) + r"(\d{1,15})" + re.escape(after))
        numbers = (int(match[1]) for text in taken if (match := pattern.fullmatch(text)))
        first = max(numbers, default=0) + 1
        return [f"{before}{number:0{width}d}{after}" for number in range(first, first + count)]

    @cached_property
    def _shape(self) -> tuple[str, int, str] | None:
        match = _AUTO.fullmatch(self.auto or "")
        return (match["before"], int(match["width"] or 1), match["after"]) if match else None
