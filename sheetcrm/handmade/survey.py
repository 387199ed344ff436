"""
A spreadsheet that nobody described → what stands in it, tab by tab and column by column.

Three reads, whatever its size.  Only so many rows of a tab are looked at: what
is said of the rest is a guess, and whoever prints a survey says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sheetcrm.layout import quoted
from sheetcrm.provision.live import CELL_PLACES, CELLS, STRUCTURE, mask
from sheetcrm.resources import Cell, Json, kinds
from sheetcrm.resources.base import cell_of

SAMPLE = 2000
"""Data rows of a tab whose values are looked at."""
LOOKED = 25
"""Data rows whose formulas, formats and rules are looked at: they weigh a thousand times what a value does."""
SEARCHED = 10
"""Rows in which a header is looked for."""
BLANK: tuple[Cell, ...] = (None, "")


class Reads(Protocol):
    """What looking needs of a gateway."""

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """`spreadsheets.get` with that mask, and grid data of those ranges only."""

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """Values of A1 ranges: by range, columns x rows."""


@dataclass(frozen=True)
class FoundColumn:
    """A column under a header: its 0-based index, the values of its data rows and the CellData of the first of them."""

    index: int
    title: str
    cells: tuple[Cell, ...]
    looks: tuple[Json, ...]
    header: Json
    pixels: int = 100
    hidden: bool = False

    @property
    def filled(self) -> list[Cell]:
        """The values that are not blank."""
        return [cell for cell in self.cells if cell not in BLANK]


@dataclass(frozen=True)
class FoundTab:
    """
    A tab with its columns that have a header; `header_row` is 1-based, 0 when none was found.

    `nameless` are the indexes of columns that have values and no header.
    """

    id: int
    title: str
    rows: int
    header_row: int
    columns: tuple[FoundColumn, ...]
    nameless: tuple[int, ...]
    part: Json
    """Its part of the description, with the rows that were looked at."""

    @property
    def used(self) -> int:
        """How many data rows were seen, up to the last that has a value."""
        return max((len(column.cells) for column in self.columns), default=0)


@dataclass(frozen=True)
class Survey:
    """Everything that was seen; `sample` is how many rows of a tab were."""

    description: Json
    tabs: tuple[FoundTab, ...]
    sample: int

    @property
    def blank(self) -> bool:
        """Whether there is nothing to describe."""
        return not any(tab.columns for tab in self.tabs)


def survey(gateway: Reads, *, sample: int = SAMPLE) -> Survey:
    """Look at every tab that is a grid."""
    fields = {path for kind in kinds() for path in kind.fields}
    description = gateway.describe(mask({path for path in fields if not path.startswith(CELLS)}, STRUCTURE))
    parts = [part for part in description.get("sheets", []) if part["properties"].get("sheetType", "GRID") == "GRID"]
    titles = [quoted(part["properties"]["title"]) for part in parts]
    looked = {path for path in fields if path.startswith(CELLS)}
    seen = gateway.describe(mask(looked, CELL_PLACES), [f"{title}!1:{LOOKED + 1}" for title in titles])
    data = {part["properties"]["sheetId"]: part.get("data", []) for part in seen.get("sheets", [])}
    values = gateway.values([f"{title}!1:{sample + 1}" for title in titles])
    for part in parts:
        _add(part, data.get(part["properties"]["sheetId"], []))
    tabs = tuple(_tab(part, columns) for part, columns in zip(parts, values, strict=True))
    return Survey({**description, "sheets": parts}, tabs, sample)


def _add(part: Json, data: list[Json]) -> None:
    """The rows, where one answer with everything would have them."""
    columns = part.get("data") or [{}]
    first = data[0] if data else {}
    part["data"] = [{**columns[0], **first, "rowData": first.get("rowData", [])}]


def _tab(part: Json, columns: list[list[Cell]]) -> FoundTab:
    properties = part["properties"]
    row = _header_row(columns)
    found = []
    nameless = []
    for index, cells in enumerate(columns):
        title = "" if row != 1 or not cells or cells[0] in BLANK else str(cells[0])
        if title.strip():
            found.append(_column(part, index, title, cells[1:]))
        elif any(cell not in BLANK for cell in cells[1:]):
            nameless.append(index)
    rows = properties.get("gridProperties", {}).get("rowCount", 0)
    return FoundTab(properties["sheetId"], properties["title"], rows, row, tuple(found), tuple(nameless), part)


def _header_row(columns: list[list[Cell]]) -> int:
    """The first row in which at least half of the columns in use have a text; 0 when there is none."""
    used = sum(any(cell not in BLANK for cell in cells) for cells in columns)
    for row in range(SEARCHED):
        texts = [cells[row] for cells in columns if row < len(cells) and cells[row] not in BLANK]
        words = [text for text in texts if isinstance(text, str)]
        if words and 2 * len(words) >= used and 2 * len(words) > len(texts):
            return row + 1
    return 0


def _column(part: Json, index: int, title: str, cells: Sequence[Cell]) -> FoundColumn:
    sizes = part["data"][0].get("columnMetadata", [])
    size = sizes[index] if index < len(sizes) else {}
    last = min(LOOKED + 1, part["properties"].get("gridProperties", {}).get("rowCount", 0))
    looks = tuple(cell_of(part, row, index) for row in range(2, last + 1))
    header = cell_of(part, 1, index)
    return FoundColumn(
        index, title, tuple(cells), looks, header, size.get("pixelSize", 100), size.get("hiddenByUser", False)
    )
