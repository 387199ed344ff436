"""
Spreadsheet → its structure, and its cells in blocks of rows.

Nothing that Google computes from the rest is asked for but what people look
at (results and texts of cells), so a block stays some megabytes, however many
rows there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sheetcrm.layout import letters, quoted

Json = dict[str, Any]

ENTERED = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns", "pivotTable")
"""What can be written into a cell: the rest follows from it."""
SHOWN = ("effectiveValue", "formattedValue", "hyperlink")
PARTS = (
    "properties", "merges", "conditionalFormats", "filterViews", "protectedRanges", "basicFilter", "charts",
    "bandedRanges", "developerMetadata", "rowGroups", "columnGroups", "slicers", "tables",
)  # fmt: skip
STRUCTURE = f"spreadsheetId,spreadsheetUrl,properties,namedRanges,developerMetadata,sheets({','.join(PARTS)})"
DIMENSIONS = "pixelSize,hiddenByUser,developerMetadata"
CELLS = (
    f"sheets(properties.sheetId,data(startRow,rowData.values({','.join((*ENTERED, *SHOWN))}),"
    f"rowMetadata({DIMENSIONS}),columnMetadata({DIMENSIONS})))"
)
TYPED = ("userEnteredValue", "note")
LOOKED_AGAIN = f"sheets(properties.sheetId,data(startRow,rowData.values({','.join(TYPED)})))"
"""What tells whether anybody changed something since: the most that people do, for a tenth of the bytes."""
BLOCK = 20_000
"""Cells that are asked for at once: with a rule and a format in each about 25 MB of JSON."""


class Describes(Protocol):
    """What reading needs of a gateway."""

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """`spreadsheets.get` with that mask, and grid data of those ranges only."""


@dataclass(frozen=True)
class Block:
    """Rows [first, last) of a tab, 0-based, all columns."""

    sheet_id: int
    title: str
    first: int
    last: int
    columns: int

    @property
    def place(self) -> str:
        """In A1 notation."""
        return f"{quoted(self.title)}!A{self.first + 1}:{letters(self.columns - 1)}{self.last}"

    @property
    def cells(self) -> int:
        """How many it has."""
        return (self.last - self.first) * self.columns


def structure(gateway: Describes) -> Json:
    """Everything but the cells."""
    return gateway.describe(STRUCTURE)


def blocks(description: Json, size: int = BLOCK) -> Iterator[list[Block]]:
    """Every cell of every tab that has any, in groups of blocks of `size` cells at most (but a row at least)."""
    group: list[Block] = []
    room = size
    for part in description.get("sheets", []):
        properties = part["properties"]
        grid = properties.get("gridProperties")
        if not grid:
            continue
        columns, rows, first = grid["columnCount"], grid["rowCount"], 0
        while first < rows:
            if group and room < columns:
                yield group
                group, room = [], size
            last = min(rows, first + max(1, room // columns))
            group.append(Block(properties.get("sheetId", 0), properties["title"], first, last, columns))
            room -= group[-1].cells
            first = last
    if group:
        yield group


def read(gateway: Describes, group: Sequence[Block], fields: str = CELLS) -> list[tuple[Block, Json]]:
    """The GridData of each block of a group, in one request."""
    answer = gateway.describe(fields, [block.place for block in group])
    data = {part["properties"].get("sheetId", 0): part.get("data", []) for part in answer.get("sheets", [])}
    found = []
    for block in group:
        same = [one for one in data.get(block.sheet_id, []) if one.get("startRow", 0) == block.first]
        found.append((block, same[0] if same else {}))
    return found
