"""
`<row>` elements of a sheet → cells as a grid keeps them.

Texts stay the texts that they are, whatever they look like: only the file says what is a number or a formula.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from sheetcrm.server import proto
from sheetcrm.server.a1 import MAX_COLUMNS, column_index
from sheetcrm.server.entered import EPOCH
from sheetcrm.server.formulas import shifted
from sheetcrm.server.grid import Content, Formula
from sheetcrm.server.xlsx.errors import XlsxError
from sheetcrm.server.xlsx.formulas import ERRORS, LAST_ROW, from_excel
from sheetcrm.server.xlsx.package import Element, local

_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
Area = tuple[int, int, int, int]
"""Rows [top, bottom) and columns [left, right)."""


@dataclass(frozen=True)
class Cell:
    """One cell of a file; `style` counts the file's cell formats."""

    row: int
    column: int
    content: Content
    style: int


@dataclass
class Reader:
    """Reads the cells of one sheet, row by row in the file's order; `strings` are the file's shared texts."""

    strings: list[str]
    date_offset: int = 0
    is_date: Callable[[int], bool] = lambda style: False
    _shared: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    _arrays: list[Area] = field(default_factory=list)
    last: int = -1
    """The row that was read last, counted from 0."""

    def row(self, element: Element) -> Iterator[Cell]:
        """The cells of a row; XlsxError for what no cell can be."""
        row = int(element.get("r") or self.last + 2) - 1
        if row <= self.last or row < 0:
            raise XlsxError(f"has row {row + 1} after row {self.last + 1}")
        if row > LAST_ROW:
            raise XlsxError(f"has a row {row + 1}, which Excel does not have")
        self.last, column = row, -1
        self._arrays = [reached for reached in self._arrays if reached[1] > row]
        for cell in element:
            if cell.get("r"):
                other, column = place(cell.get("r", ""))
                if other != row:
                    raise XlsxError(f"has cell {cell.get('r')} in row {row + 1}")
            else:
                column += 1
            yield self._cell(cell, row, column)

    def _cell(self, cell: Element, row: int, column: int) -> Cell:
        parts = {local(part): part for part in cell}
        style = int(cell.get("s") or 0)
        content: Content = None
        formula = parts.get("f")
        if formula is not None:
            content = self._formula(formula, cell, row, column)
        if content is None and not self._is_reached(row, column):
            content = self._value(cell, parts, style)
        return Cell(row, column, content or None if isinstance(content, str) else content, style)

    def _is_reached(self, row: int, column: int) -> bool:
        """Whether the array of a formula before this cell shows its part here."""
        return any(top <= row < bottom and left <= column < right for top, bottom, left, right in self._arrays)

    def _formula(self, element: Element, cell: Element, row: int, column: int) -> Content:
        """The formula; "" for part of another's array; None when there is only a value to keep."""
        text, kind = unescaped(element.text or ""), element.get("t", "normal")
        if kind == "shared":
            text = self._of_shared(element.get("si", ""), text, row, column)
        if kind == "dataTable" or not text:
            return None
        found = from_excel(text)
        if found and kind == "array":
            self._arrays.append(area(element.get("ref", "") or cell.get("r", "")))
            if cell.get("cm") is None and not found.upper().startswith("=ARRAYFORMULA("):
                found = f"=ARRAYFORMULA({found[1:]})"
        return Formula(found) if found else found

    def _of_shared(self, key: str, text: str, row: int, column: int) -> str:
        """A formula that many cells share is written for the first of them."""
        if text:
            self._shared[key] = (text, row, column)
            return text
        first, top, left = self._shared.get(key, ("", row, column))
        return shifted("=" + first, row - top, column - left).removeprefix("=")

    def _value(self, cell: Element, parts: dict[str, Element], style: int) -> Content:
        kind = cell.get("t", "n")
        text = (parts["v"].text or "") if "v" in parts else ""
        if kind == "inlineStr":
            return text_of(parts["is"]) if "is" in parts else None
        if kind == "str" or not text.strip():
            return unescaped(text) if kind == "str" else None
        return self._string(int(text)) if kind == "s" else self._scalar(kind, text, style)

    def _scalar(self, kind: str, text: str, style: int) -> Content:
        if kind == "b":
            return text.strip() in {"1", "true"}
        if kind == "e":
            return Formula("=" + text) if text in ERRORS else Formula("=#VALUE!")
        number = _day(text) if kind == "d" else float(text)
        return proto.plain(number + self.date_offset if self.is_date(style) else finite(number))

    def _string(self, index: int) -> str:
        if not 0 <= index < len(self.strings):
            raise XlsxError(f"lacks its text number {index}")
        return self.strings[index]


def finite(number: float) -> float:
    """The number; XlsxError when it is none."""
    if number - number != 0:
        raise XlsxError(f"has a cell with the number {number}")
    return number


def place(name: str) -> tuple[int, int]:
    """`B3` → (2, 1); XlsxError beyond what a sheet can have."""
    match = _PLACE.fullmatch(name.replace("$", "").upper())
    if match is None or column_index(match[1]) >= MAX_COLUMNS:
        raise XlsxError(f"has a cell called {name!r}")
    return int(match[2]) - 1, column_index(match[1])


def area(name: str) -> Area:
    """`B3:C4` → (2, 4, 1, 3)."""
    first, _, last = name.partition(":")
    (top, left), (bottom, right) = place(first), place(last or first)
    return min(top, bottom), max(top, bottom) + 1, min(left, right), max(left, right) + 1


def text_of(element: Element) -> str:
    """A text with or without formats of its parts; how Chinese or Japanese is to be read aloud is not part of it."""
    found = chain.from_iterable([part] if local(part) == "t" else part for part in element if local(part) in {"t", "r"})
    return unescaped("".join(part.text or "" for part in found if local(part) == "t"))


def unescaped(text: str) -> str:
    """`_x000D_` is a character that XML cannot hold (ECMA-376, part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _day(text: str) -> float:
    moment = datetime.fromisoformat(text).replace(tzinfo=None)
    return (moment - datetime(EPOCH.year, EPOCH.month, EPOCH.day)).total_seconds() / 86_400  # noqa: DTZ001 - a day of the calendar has no zone
