"""
A description → the same as Google will give it once a header row is back in row 1.

So the plan that puts it back is made of what will be there then, and goes in the
same batch.  What begins in the header row begins there again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sheetcrm.layout.formulas import parts, quoted, replace_references

Json = dict[str, Any]
HEADED = frozenset({"bandedRanges", "basicFilter", "filterViews", "basicChart", "pivotTable"})
"""What takes in the header row, and has a record for it as long as that is gone."""
FORMULAS = frozenset({"formulaValue", "userEnteredValue"})


def put_back(description: Json, rows: Mapping[int, int]) -> None:
    """By sheet id, the row (1-based) in which the header row stands, 0 where it was deleted."""
    for sheet in description["sheets"]:
        row = rows.get(sheet["properties"]["sheetId"])
        if row is not None:
            with_row_on_top(sheet, row) if row else with_row(description, sheet)


def with_row(description: Json, sheet: Json) -> None:
    """As if a blank row had been inserted above row 1 of `sheet`, a part of the description."""
    properties = sheet["properties"]
    grid = properties["gridProperties"]
    move = _Down(properties["sheetId"], properties["title"])
    for part in description.get("sheets", []):
        move.walk(part, part["properties"]["title"])
    move.walk(description.get("namedRanges", []), "")
    grid["rowCount"] = grid.get("rowCount", 0) + 1
    grid["frozenRowCount"] = max(1, grid.get("frozenRowCount", 0))
    for data in sheet.get("data", []):
        if data.get("startRow", 0):
            data["startRow"] += 1
        elif "rowData" in data:
            data["rowData"].insert(0, {})


def with_row_on_top(sheet: Json, row: int) -> None:
    """As if `row` (1-based) had been sorted to the top, the rows above it going down by one."""
    for data in sheet.get("data", []):
        start, rows = data.get("startRow", 0), data.get("rowData", [])
        if start == 0 and len(rows) >= row:
            for at, cells in enumerate(rows[:row]):
                by = 1 - row if at == row - 1 else 1
                _each_formula(cells, partial(_relative, by))
            rows.insert(0, rows.pop(row - 1))


class _Down:
    """Everything that points into a sheet, one row further down."""

    def __init__(self, sheet_id: int, title: str) -> None:
        self.sheet_id, self.title = sheet_id, title

    def walk(self, thing: Any, standing: str, *, headed: bool = False) -> None:
        """`standing` is the title of the tab that formulas stand in; `headed` whether ranges begin with a header."""
        if isinstance(thing, list):
            for one in thing:
                self.walk(one, standing, headed=headed)
        elif isinstance(thing, dict):
            self._range(thing, headed=headed)
            for key, value in thing.items():
                if key in FORMULAS and isinstance(value, str) and value.startswith("="):
                    thing[key] = replace_references(value, partial(self._named, standing))
                elif isinstance(value, dict | list):
                    self.walk(value, standing, headed=headed or key in HEADED)

    def _range(self, thing: Json, *, headed: bool) -> None:
        if thing.get("sheetId", 0) != self.sheet_id:
            return
        if "endRowIndex" in thing:
            top = thing.get("startRowIndex", 0)
            thing["startRowIndex"] = top if headed and top == 0 else top + 1
            thing["endRowIndex"] += 1
        elif "rowIndex" in thing:
            thing["rowIndex"] += 1

    def _named(self, standing: str, title: str, start: str, end: str) -> str:
        if (title or standing) != self.title:
            return ""
        cells = ":".join(_moved(cell, 1) for cell in (start, end) if cell)
        return f"{quoted(title)}!{cells}" if title else cells


def _relative(by: int, formula: str) -> str:
    """What a formula says when it was sorted `by` rows further down: only what is relative moves."""

    def named(title: str, start: str, end: str) -> str:
        cells = ":".join(cell if parts(cell)[2] else _moved(cell, by) for cell in (start, end) if cell)
        return f"{quoted(title)}!{cells}" if title else cells

    return replace_references(formula, named)


def _moved(cell: str, by: int) -> str:
    fixed, letter, fixed_row, row = parts(cell)
    return f"{'$' * fixed}{letter}{'$' * fixed_row}{max(1, row + by)}"


def _each_formula(thing: Any, change: Callable[[str], str]) -> None:
    for key, value in thing.items() if isinstance(thing, dict) else ():
        if key in FORMULAS and isinstance(value, str) and value.startswith("="):
            thing[key] = change(value)
        else:
            _each_formula(value, change)
    for one in thing if isinstance(thing, list) else ():
        _each_formula(one, change)
