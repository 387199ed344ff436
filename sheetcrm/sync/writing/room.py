"""
Room for new rows → requests that insert them, with what the rows above have.

Blank rows are never taken: a person may be filling one in at this very moment.
"""

from __future__ import annotations

from collections.abc import Iterator

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Json, Request
from sheetcrm.resources.formula import Formula
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.sync.records import FIRST_ROW


def inserted(layout: Layout, context: Context, sheet: str, last: int, count: int) -> tuple[int, list[Request]]:
    """
    The first of `count` new rows (1-based) below row `last`, the last that is not blank, and what makes room for them.

    They have formats and validation, `formulas` are asked for; the layout then
    says how long the grid is.  Rows come in where ranges that reach from row 2
    to the grid's end grow along: below the last record, above it where it is
    the grid's last row.  In an empty sheet that is below row 2, which ours
    take; what somebody typed there meanwhile goes below them.
    """
    rows = layout.rows(sheet)
    if not count:
        return last + 1, []
    if last < FIRST_ROW:
        first, at = FIRST_ROW, min(rows, FIRST_ROW)
    elif last < rows or rows == FIRST_ROW:
        first, at = last + 1, last
    else:
        first, at = rows, rows - 1
    requests = [_rows(layout, sheet, at, count)]
    layout.set_rows(sheet, rows + count)
    if rows >= FIRST_ROW:
        requests += _as_above(layout, sheet, max(first - 1, FIRST_ROW), at, count)
        requests += _handed_down(layout, context, sheet, at + count) if last < FIRST_ROW else ()
    return first, requests


def formulas(layout: Layout, context: Context, sheet: str, first: int, count: int) -> Iterator[Request]:
    """What computed columns have in `count` rows from `first` (1-based) on: rows that come in have none."""
    for key, column in context.template.sheets[sheet].columns.items():
        if not isinstance(column, Computed) or not layout.has(sheet, key):
            continue
        try:
            text = layout.a1(Formula(column.text(Place(sheet, key), context)).text, sheet, first)
        except KeyError:
            # It names a column that somebody deleted; that is reported as such.
            continue
        cell = {"userEnteredValue": {"formulaValue": text}}
        place = layout.grid_range(sheet, key, first=first, last=first + count - 1)
        yield {"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}}


def own_columns(layout: Layout, sheet: str) -> dict[int, str]:
    """Index → header of the columns that people added; blank headers too."""
    header = layout.header(sheet)
    ours = {layout.index(sheet, key) for key in layout.columns(sheet)}
    return {at: (header[at] if at < len(header) else "").strip() for at in range(layout.width(sheet)) if at not in ours}


def _rows(layout: Layout, sheet: str, at: int, count: int) -> Request:
    """Blank rows, the first at the 0-based `at`."""
    where = {"sheetId": layout.sheet_id(sheet), "dimension": "ROWS"}
    if at >= layout.rows(sheet):
        return {"appendDimension": {**where, "length": count}}
    return {
        "insertDimension": {"range": {**where, "startIndex": at, "endIndex": at + count}, "inheritFromBefore": True}
    }


def _as_above(layout: Layout, sheet: str, row: int, at: int, count: int) -> Iterator[Request]:
    """Formats and validation of that row (1-based) for those from the 0-based `at` on."""
    source = layout.grid_range(sheet, first=row, last=row)
    for kind in ("PASTE_FORMAT", "PASTE_DATA_VALIDATION"):
        yield _copied(source, at, count, kind)


def _handed_down(layout: Layout, context: Context, sheet: str, row: int) -> Iterator[Request]:
    """
    What people fill of row 2, blank when we looked, goes to that row (1-based).

    Only our columns: what a formula in a header spills into a column of people's own must not be copied.
    """
    for key, column in context.template.sheets[sheet].columns.items():
        if layout.has(sheet, key) and not column.computed:
            source = layout.grid_range(sheet, key, first=FIRST_ROW, last=FIRST_ROW)
            yield _copied(source, row - 1, 1, "PASTE_FORMULA")
            yield {"updateCells": {"range": source, "fields": "userEnteredValue"}}
    yield from formulas(layout, context, sheet, row, 1)


def _copied(source: Json, start: int, count: int, kind: str) -> Request:
    destination = {**source, "startRowIndex": start, "endRowIndex": start + count}
    return {"copyPaste": {"source": source, "destination": destination, "pasteType": kind}}
