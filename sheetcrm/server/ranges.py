"""
Ranges as people and clients write them → an area of cells on a sheet of this spreadsheet.

A name without `!` is looked for among named ranges first, then among sheets; in quotes it can only be a sheet.
"""

from dataclasses import dataclass
from typing import Any

from sheetcrm.server import a1
from sheetcrm.server.a1 import Box
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]

SIDES = (("startRowIndex", "endRowIndex"), ("startColumnIndex", "endColumnIndex"))


@dataclass(frozen=True)
class Area:
    """Rows [top, bottom) and columns [left, right) of a sheet, inside its grid."""

    sheet: Sheet
    top: int
    bottom: int
    left: int
    right: int

    @property
    def name(self) -> str:
        """In A1, the way Google echoes it."""
        return a1.name(self.sheet.title, self.top, self.bottom, self.left, self.right)

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    def json(self) -> Json:
        """As a closed GridRange."""
        return {
            "sheetId": self.sheet.id,
            "startRowIndex": self.top,
            "endRowIndex": self.bottom,
            "startColumnIndex": self.left,
            "endColumnIndex": self.right,
        }


@dataclass(frozen=True)
class Target:
    """Where a range begins, and where it ends if it says so: what may be written."""

    sheet: Sheet
    box: Box

    @property
    def top(self) -> int:
        return self.box.top or 0

    @property
    def left(self) -> int:
        return self.box.left or 0


def find(spreadsheet: Spreadsheet, text: str) -> Target:
    """What a range in A1 or R1C1, a title or the name of a range stands for."""
    title, rest = a1.split(text)
    if title is None:
        return _bare(spreadsheet, text)
    sheet = spreadsheet.titled(title)
    if sheet is None or not sheet.has_grid:
        raise _unparsable(text)
    if rest is None:
        return Target(sheet, Box())
    box = a1.parse_box(rest)
    if box is None:
        target = _named(spreadsheet, rest)
        if target is None or target.sheet is not sheet:
            raise _unparsable(text)
        return target
    return Target(sheet, box)


def _bare(spreadsheet: Spreadsheet, text: str) -> Target:
    named = _named(spreadsheet, text)
    if named is not None:
        return named
    sheet = spreadsheet.titled(text)
    if sheet is not None and sheet.has_grid:
        return Target(sheet, Box())
    box = a1.parse_box(text)
    if box is None:
        raise _unparsable(text)
    return Target(spreadsheet.grids[0], box)


def _named(spreadsheet: Spreadsheet, name: str) -> Target | None:
    named = spreadsheet.named(name)
    if named is None:
        return None
    return target_of(spreadsheet, named["range"])


def _unparsable(text: str) -> Exception:
    return invalid(f"Unable to parse range: {text}")


def target_of(spreadsheet: Spreadsheet, grid_range: Json) -> Target:
    """What a GridRange stands for."""
    sheet = spreadsheet.sheet(grid_range.get("sheetId", 0))
    if sheet is None or not sheet.has_grid:
        raise invalid(f"No grid with id: {grid_range.get('sheetId', 0)}")
    for side in SIDES:
        for key in side:
            if (grid_range.get(key) or 0) < 0:
                raise invalid(f"{key} must be greater than or equal to 0, but was {grid_range[key]}")
    (top, bottom), (left, right) = ((grid_range.get(first), grid_range.get(last)) for first, last in SIDES)
    return Target(sheet, Box(top, bottom, left, right))


def readable(target: Target) -> Area:
    """The part of a target that lies in the grid; refused when it begins outside."""
    sheet, box = target.sheet, target.box
    if target.top >= sheet.row_count or target.left >= sheet.column_count:
        raise beyond(sheet, box_name(sheet, box))
    bottom = sheet.row_count if box.bottom is None else min(box.bottom, sheet.row_count)
    right = sheet.column_count if box.right is None else min(box.right, sheet.column_count)
    return Area(sheet, target.top, bottom, target.left, right)


def box_name(sheet: Sheet, box: Box) -> str:
    """A box in A1, with its open ends."""

    def corner(row: int | None, column: int | None) -> str:
        return ("" if column is None else a1.letters(column)) + ("" if row is None else str(row + 1))

    first = corner(box.top, box.left)
    last = corner(None if box.bottom is None else box.bottom - 1, None if box.right is None else box.right - 1)
    return f"{a1.quoted(sheet.title)}!{first}" + ("" if first == last else f":{last}")


def beyond(sheet: Sheet, name: str) -> Exception:
    """The refusal of a range that is not in the grid."""
    limits = f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    return invalid(f"Range ({name}) exceeds grid limits. {limits}")


def area(spreadsheet: Spreadsheet, grid_range: Json | None) -> Area:
    """The cells of a GridRange in a request, open ends closed; refused when it is not wholly in the grid."""
    target = target_of(spreadsheet, grid_range or {})
    sheet = target.sheet
    bottom = sheet.row_count if target.box.bottom is None else target.box.bottom
    right = sheet.column_count if target.box.right is None else target.box.right
    if target.top < 0 or target.left < 0 or bottom > sheet.row_count or right > sheet.column_count:
        raise beyond(sheet, box_name(sheet, target.box))
    for first, last, kind in ((target.top, bottom, "Row"), (target.left, right, "Column")):
        if last <= first:
            raise invalid(f"range.end{kind}Index must be greater than range.start{kind}Index")
    return Area(sheet, target.top, bottom, target.left, right)


def overlap(one: Json, other: Json) -> bool:
    """Whether two GridRanges have a cell in common; open ends run to infinity."""
    if one.get("sheetId", 0) != other.get("sheetId", 0):
        return False
    for first, last in SIDES:  # a plain loop: batches of thousands ask this of thousands
        for start, end in ((one.get(first), other.get(last)), (other.get(first), one.get(last))):
            if end is not None and (start or 0) >= end:
                return False
    return True


def _end(grid_range: Json, key: str) -> float:
    end = grid_range.get(key)
    return float("inf") if end is None else float(end)


def contains(outer: Json, inner: Json) -> bool:
    """Whether every cell of `inner` is in `outer`."""
    if outer.get("sheetId", 0) != inner.get("sheetId", 0):
        return False
    return all(
        (outer.get(first) or 0) <= (inner.get(first) or 0) and _end(inner, last) <= _end(outer, last)
        for first, last in SIDES
    )
