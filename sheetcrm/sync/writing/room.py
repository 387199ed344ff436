"""
Room for new rows → requests that insert them, with what the rows above have.
"""

from __future__ import annotations

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Json, Request
from sheetcrm.sync.records import FIRST_ROW


def inserted(layout: Layout, sheet: str, last: int, count: int) -> tuple[int, list[Request]]:
    """
    The first new row (1-based), and what makes room; the layout then says how long the grid is.

    Rows come in where ranges that reach from row 2 to the grid's end grow
    along: below the last record, above it where it is the grid's last row.
    """
    rows = layout.rows(sheet)
    if last < FIRST_ROW:
        first, more = FIRST_ROW, count - (rows >= FIRST_ROW)
    elif last < rows or rows == FIRST_ROW:
        first, more = last + 1, count
    else:
        first, more = rows, count
    at = first if last < FIRST_ROW else first - 1
    if not more:
        return first, []
    layout.set_rows(sheet, rows + more)
    if at >= rows:
        return first, [{"appendDimension": {"sheetId": layout.sheet_id(sheet), "dimension": "ROWS", "length": more}}]
    source = max(first - 1, FIRST_ROW)
    new = {"sheetId": layout.sheet_id(sheet), "dimension": "ROWS", "startIndex": at, "endIndex": at + more}
    copies = [
        _copied(layout.grid_range(sheet, first=source, last=source), at, more, kind)
        for kind in ("PASTE_FORMAT", "PASTE_DATA_VALIDATION")
    ]
    return first, [{"insertDimension": {"range": new, "inheritFromBefore": True}}, *copies]


def _copied(source: Json, start: int, count: int, kind: str) -> Request:
    destination = {**source, "startRowIndex": start, "endRowIndex": start + count}
    return {"copyPaste": {"source": source, "destination": destination, "pasteType": kind}}


def own_columns(layout: Layout, sheet: str) -> dict[int, str]:
    """Index → header of the columns that people added; blank headers too."""
    header = layout.header(sheet)
    ours = {layout.index(sheet, key) for key in layout.columns(sheet)}
    return {at: (header[at] if at < len(header) else "").strip() for at in range(layout.width(sheet)) if at not in ours}
