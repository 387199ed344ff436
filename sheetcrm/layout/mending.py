"""
A mark that stayed behind when its cells were cut → the mark where the cells are now.

Only when every row was looked at and the column that the mark is on is blank
from top to bottom: then nothing is left that could be meant by it.
"""

from __future__ import annotations

from typing import Any

from sheetcrm.layout.locate import MARK_KEY, Found

Json = dict[str, Any]


def mend(description: Json, found: Found) -> None:
    """Take columns for what they are headed where their marks are on blank ones; the marks are to be made anew."""
    parts = {part["properties"]["sheetId"]: part for part in description.get("sheets", [])}
    for (sheet, column), index in list(found.moved.items()):
        place = found.places[sheet]
        part, behind = parts[place.id], place.columns[column]
        mark = _mark(part, behind, f"{sheet}.{column}")
        if index == behind or mark is None or not _is_blank(part, behind):
            continue
        place.columns[column] = index
        place.marks.discard(column)
        found.misplaced[f"{sheet}.{column}"] = mark
        del found.moved[sheet, column]
        found.troubles[:] = [
            one for one in found.troubles if (one.sheet, one.column, one.code) != (sheet, column, "mark_moved")
        ]


def _mark(part: Json, index: int, value: str) -> int | None:
    """Google's id of the mark on the column at `index`."""
    for data in part.get("data", []):
        columns = data.get("columnMetadata", [])
        at = index - data.get("startColumn", 0)
        for metadata in columns[at].get("developerMetadata", []) if 0 <= at < len(columns) else []:
            if (metadata.get("metadataKey"), metadata.get("metadataValue")) == (MARK_KEY, value):
                return int(metadata["metadataId"])
    return None


def _is_blank(part: Json, index: int) -> bool:
    """Whether no cell of the column has anything in it."""
    for data in part.get("data", []):
        at = index - data.get("startColumn", 0)
        for row in data.get("rowData", []):
            cells = row.get("values", [])
            if 0 <= at < len(cells) and cells[at].get("userEnteredValue"):
                return False
    return True
