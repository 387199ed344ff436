"""
The spreadsheet of a copy → what is in it, and whether it is one of ours.

Nothing is written into a spreadsheet that does not carry our mark for this very
role, unless it is blank.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sheetcrm.errors import Refused
from sheetcrm.layout import TEMPLATE_KEY, quoted
from sheetcrm.messages import tr
from sheetcrm.resources import Json
from sheetcrm.resources.base import Cell
from sheetcrm.sheets.gateway import Gateway

MARK = "sheetcrm.published"
"""Key of the mark on the copy, and on each of its tabs."""
FIELDS = (
    "spreadsheetUrl,properties(title,timeZone),developerMetadata(metadataKey,metadataValue),"
    "sheets(properties(sheetId,title,gridProperties),developerMetadata(metadataId,metadataKey,metadataValue))"
)


@dataclass(frozen=True)
class Place:
    """A tab: its id, title, size, and its cells by row, trailing blanks left out."""

    id: int
    title: str
    rows: int
    columns: int
    cells: tuple[tuple[Cell, ...], ...] = ()
    mark: int = 0
    """Google's id of the mark that it is ours; 0 where it is not."""
    look: str = ""
    """What the mark says of the looks of its columns."""


@dataclass(frozen=True)
class Target:
    """What is there: our tabs by the sheet that they show, and the others."""

    id: str
    title: str
    url: str
    time_zone: str
    is_marked: bool
    ours: Mapping[str, Place] = field(default_factory=dict)
    others: tuple[Place, ...] = ()


def blank(title: str) -> Target:
    """What a new spreadsheet will be."""
    return Target("", title, "", "", is_marked=False)


def mark_text(source: str, role: str) -> str:
    """What the copy's mark says."""
    return json.dumps({"of": source, "role": role}, sort_keys=True)


def found(gateway: Gateway, source: str, role: str) -> Target:
    """Two reads; Refused for anything but our copy for that role of that spreadsheet, or a blank one."""
    there = gateway.describe(FIELDS)
    parts = [part for part in there["sheets"] if "gridProperties" in part["properties"]]
    values = gateway.values([quoted(part["properties"]["title"]) for part in parts])
    places = [_place(part, columns) for part, columns in zip(parts, values, strict=True)]
    marks = {one.get("metadataKey"): one.get("metadataValue", "") for one in there.get("developerMetadata", [])}
    is_marked = MARK in marks
    url = there["spreadsheetUrl"].partition("#")[0]
    if is_marked and marks[MARK] != mark_text(source, role):
        raise Refused(tr("refused: {url} is the copy for another role, or of another spreadsheet", url=url))
    if not is_marked and (TEMPLATE_KEY in marks or len(there["sheets"]) > 1 or any(place.cells for _, place in places)):
        raise Refused(tr("refused: {url} is no copy of ours, and not blank; take a blank spreadsheet", url=url))
    own = there["properties"]
    ours = {sheet: place for sheet, place in places if sheet}
    others = tuple(place for sheet, place in places if not sheet)
    return Target(
        gateway.spreadsheet_id,
        own["title"],
        url,
        own.get("timeZone", ""),
        is_marked,
        ours,
        others,
    )


def _place(part: Json, columns: Sequence[Sequence[Cell]]) -> tuple[str, Place]:
    """The sheet that a tab shows, empty where it is none of ours, and the tab."""
    own, grid = part["properties"], part["properties"]["gridProperties"]
    marks = (one for one in part.get("developerMetadata", []) if one.get("metadataKey") == MARK)
    mark: Json = next(marks, {})
    sheet, _, look = str(mark.get("metadataValue", "")).partition(" ")
    length = max((len(column) for column in columns), default=0)
    rows = tuple(_trimmed([column[at] if at < len(column) else None for column in columns]) for at in range(length))
    size = grid.get("rowCount", 0), grid.get("columnCount", 0)
    return sheet, Place(own.get("sheetId", 0), own["title"], *size, rows, mark.get("metadataId", 0), look)


def _trimmed(row: list[Cell]) -> tuple[Cell, ...]:
    return trimmed(tuple(None if cell == "" else cell for cell in row))


def trimmed(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Without blanks at its end, as Sheets tells of it."""
    while row and row[-1] is None:
        row = row[:-1]
    return row
