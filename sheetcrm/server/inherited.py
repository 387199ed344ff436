"""
Cell → the number format that it is shown by: its own, or the one that its formula takes over.

A formula is read, not computed: a date plus days is a date, a sum of amounts an amount, a looked-up cell looks like the
column that it comes from.  Of a range the first number decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sheetcrm.server import formulas
from sheetcrm.server.fills import family, is_plain
from sheetcrm.server.grid import Formula
from sheetcrm.server.lineage import Lineage, lineage
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]
Spot = tuple[Sheet, int, int]
Key = tuple[int, int, int]

ROWS_LOOKED_AT = 1000
FAMILIES_KEPT = 10_000
_families: dict[str, tuple[int, Lineage]] = {}


class NumberFormats:
    """Number formats of one spreadsheet, as it is from the first question on."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self._spreadsheet = spreadsheet
        self._known: dict[Key, Json | None] = {}
        self._missing: Spot | None = None

    def at(self, sheet: Sheet, row: int, column: int) -> Json | None:
        """What the cell is shown by; None when numbers in it show as they are."""
        form = sheet.grid.get("formats", row, column)
        if form and form.get("numberFormat"):
            return form["numberFormat"]  # type: ignore[no-any-return]  # a NumberFormat
        content = sheet.grid.get("values", row, column)
        if content is not None and type(content) is not Formula:
            return None
        waiting, asked = [(sheet, row, column)], (sheet.id, row, column)
        while waiting:
            here, *place = waiting[-1]
            key = (here.id, place[0], place[1])
            self._missing = None
            look = self._read(here, place[0], place[1])
            if self._missing is None:
                self._known[key] = look
                waiting.pop()
            elif self._missing in waiting:  # a circle, which has no look
                self._known[self._missing[0].id, self._missing[1], self._missing[2]] = None
            else:
                waiting.append(self._missing)
        return self._known[asked]

    def _read(self, sheet: Sheet, row: int, column: int) -> Json | None:
        content = sheet.grid.get("values", row, column)
        if type(content) is Formula:
            return self._of(content, sheet, row, column, 0)
        anchor = self._anchor(sheet, row, column)
        if anchor is None:
            reached = self._spreadsheet.spilled.get(sheet.id)
            return reached.looks.get((row, column)) if reached else None
        array = sheet.grid.get("values", *anchor)
        return self._of(array, sheet, *anchor, column - anchor[1]) if type(array) is Formula else None

    def _anchor(self, sheet: Sheet, row: int, column: int) -> tuple[int, int] | None:
        """Where the formula stands whose array reaches a blank cell."""
        if column not in self._spreadsheet.spills(sheet).get(row, ()):
            return None
        return self._spreadsheet.spilled[sheet.id].anchors.get((row, column))

    def _of(self, formula: Formula, sheet: Sheet, row: int, column: int, part: int) -> Json | None:
        base, found = _lineage_of(formula, row)
        return found.look(_Place(self, self._spreadsheet, sheet, (row, column), row - base, part))

    def cell(self, sheet: Sheet, row: int, column: int) -> tuple[bool, Json | None]:
        """Whether a cell says anything about numbers, and what; a formula that is not known yet is asked for first."""
        content = sheet.grid.get("values", row, column)
        form = sheet.grid.get("formats", row, column)
        own = form.get("numberFormat") if form else None
        if content is not None and type(content) is not Formula:
            return type(content) in (int, float), own
        if own is not None and content is not None:
            return True, own
        if content is None and column not in self._spreadsheet.spills(sheet).get(row, ()):
            return False, None
        key = (sheet.id, row, column)
        if key not in self._known and self._missing is None:
            self._missing = (sheet, row, column)
        look = self._known.get(key)
        return look is not None, look


def _lineage_of(formula: Formula, row: int) -> tuple[int, Lineage]:
    """(row that it was read for, lineage) of a formula; copies of one that was read before are not read again."""
    key = family(formula, row)
    known = _families.get(key)
    if known is None:
        known = (row, lineage(formula))
        if not is_plain(formulas.tokens(formula)):
            return known
        if len(_families) >= FAMILIES_KEPT:
            _families.clear()
        _families[key] = known
    return known


@dataclass(slots=True)  # not frozen: one is made for each formula that is shown
class _Place:
    """Where a formula stands, for its lineage to look around; `part` counts columns of its array from the first."""

    formats: NumberFormats
    spreadsheet: Spreadsheet
    sheet: Sheet
    at: tuple[int, int]
    down: int
    part: int

    def of_cells(self, reference: formulas.Reference, column: int | None) -> Json | None:
        """The look of the first number in a column of the reference, counted from 0, or in all of it."""
        sheet = self.sheet if reference.title is None else self.spreadsheet.titled(reference.title)
        corner = reference.first
        if reference.last is None and sheet is not None and corner.row is not None and corner.column is not None:
            row = corner.row if corner.row_fixed else corner.row + self.down
            return self.formats.cell(sheet, row, corner.column)[1] if row >= 0 else None
        moved = formulas.moved_by(reference, self.down, 0)
        if moved is None or sheet is None:
            return None
        (left, right), (top, bottom) = moved.columns, moved.rows
        left, right = left or 0, min(sheet.column_count if right is None else right, sheet.column_count)
        if column is not None:
            left = min(left + column, right - 1)
            right = left + 1
        end = min(sheet.row_count if bottom is None else bottom, (top or 0) + ROWS_LOOKED_AT)
        return self._first(sheet, (top or 0, end), (left, right), self.formats.cell)

    def _first(
        self,
        sheet: Sheet,
        rows: tuple[int, int],
        columns: tuple[int, int],
        cell: Callable[[Sheet, int, int], tuple[bool, Json | None]],
    ) -> Json | None:
        for row in range(*rows):
            for column in range(*columns):
                tells, look = cell(sheet, row, column)
                if tells:
                    return look
        return None

    def of_name(self, name: str, column: int | None) -> Json | None:
        """The same of a named range."""
        named = self.spreadsheet.named(name)
        sheet = self.spreadsheet.sheet(named["range"].get("sheetId", 0)) if named else None
        if named is None or sheet is None:
            return None
        place = named["range"]
        left = place.get("startColumnIndex", 0) + (column or 0)
        right = place.get("endColumnIndex", sheet.column_count) if column is None else left + 1
        top = place.get("startRowIndex", 0)
        end = min(place.get("endRowIndex", sheet.row_count), top + ROWS_LOOKED_AT)
        return self._first(sheet, (top, end), (left, right), self.formats.cell)

    def holds(self, condition: str) -> bool:
        """Whether a part of the formula is true here."""
        text = formulas.shifted("=" + condition, self.down, 0)
        return self.spreadsheet.calculator.evaluate(text, self.sheet.title, *self.at) not in (False, 0, None)
