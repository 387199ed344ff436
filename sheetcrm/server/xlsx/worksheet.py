"""
XlsxWriter's sheet, told to write what it is given.

By itself it looks for names of functions anywhere in a formula, texts included, and drops the last digit of numbers.
"""

from __future__ import annotations

import re
from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

# What XML cannot hold, and what looks like the way around that (ECMA-376, part 1, 22.9.2.19).
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


class Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing of its types
    """A worksheet that takes formulas as a file has them, without `=`."""

    def put_formula(self, row: int, column: int, formula: str, form: Any, value: float | str | bool) -> None:
        """A formula and what it comes to; both are only read when the file is written."""
        if not self._check_dimensions(row, column):
            shown = escaped(value) if isinstance(value, str) else value
            self.table[row][column] = CellFormulaTuple(escaped(formula), form, shown)

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return escaped(formula.removeprefix("="))

    def _xml_number_element(self, number: float, attributes: Any = ()) -> None:
        written = "".join(f' {key}="{value}"' for key, value in attributes)
        self.fh.write(f"<c{written}><v>{number!r}</v></c>")


def escaped(text: str) -> str:
    """A text in which every character can stand in XML, as Excel spells the others."""
    return _UNSPEAKABLE.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
