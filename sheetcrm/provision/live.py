"""
Spreadsheet → live State and Layout, in two reads at most.

First the structure without a single cell; then the first two rows and the last
of the tabs that may be ours.  What comes back does not grow with the rows of a spreadsheet of
ours, unless every row is asked for; only a tab that might be blank is looked at whole, once,
before it is ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sheetcrm.layout import Layout, Wanted, letters, quoted
from sheetcrm.resources import Address, Json, Resource, State, kinds
from sheetcrm.resources.base import made_before

CELLS = "sheets.data.rowData."
VALUES = f"{CELLS}values.effectiveValue"
SMALL = 30_000
"""Cells of a tab that is still looked at whole to see whether it is blank; a new one has 26,000."""


class Describes(Protocol):
    """What reading needs of a gateway."""

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """`spreadsheets.get` with that mask, and grid data of those ranges only."""


@dataclass(frozen=True)
class Live:
    """What is there that is desired or ours, and where."""

    state: Mapping[Address, Resource]
    layout: Layout


@dataclass(frozen=True)
class Seen:
    """What was looked at, before anybody says what is desired."""

    description: Json
    layout: Layout

    def live(self, desired: State) -> Live:
        """What of it is desired or ours; to be asked once."""
        found = {at: one for kind in kinds() for at, one in kind.read(self.description, self.layout, desired)}
        return Live(found, self.layout)


def read(gateway: Describes, desired: State, wanted: Mapping[str, Wanted], *, deep: bool = False) -> Live:
    """Look, when `deep` at every row; `wanted` has the titles by which sheets and columns are known."""
    return look(gateway, wanted, entire=entire(desired), deep=deep).live(desired)


def entire(desired: State) -> frozenset[str]:
    """The sheets of which something desired needs every row."""
    return frozenset(address.sheet for address, resource in desired.items() if resource.entire)


def look(
    gateway: Describes,
    wanted: Mapping[str, Wanted],
    *,
    entire: Collection[str] = (),
    deep: bool = False,
    columns: Mapping[str, Collection[str]] | None = None,
) -> Seen:
    """
    The same before it is known what is desired: every row of the sheets `entire`.

    Of `columns`, by sheet, every row too, and what formulas give there.
    """
    columns = columns or {}
    fields = {path for kind in kinds() for path in kind.fields} | ({VALUES} if columns else set())
    description = gateway.describe(mask({path for path in fields if not path.startswith(CELLS)}, STRUCTURE))
    first = Layout.locate(description, wanted)
    unsure = [part for part in description["sheets"] if _may_be_blank(part, first, wanted, len(description["sheets"]))]
    looked = [*unsure, *(part for part in description["sheets"] if part not in unsure and _is_ours(part, first))]
    blank: set[int] = set()
    if looked:
        entire = {*entire, *(sheet for sheet in columns if not _all_there(first, sheet, columns[sheet]))}
        whole = [part for part in looked if deep or part in unsure or _is_entire(part, first, entire)]
        ranges = [place for part in looked for place in _ranges(part, whole=part in whole)]
        rest = [_key(part, first) or "" for part in looked if part not in whole]
        ranges += [place for sheet in rest if sheet in columns for place in _down(first, sheet, columns[sheet])]
        cells = gateway.describe(mask({path for path in fields if path.startswith(CELLS)}, CELL_PLACES), ranges)
        data = {part["properties"]["sheetId"]: part.get("data", []) for part in cells.get("sheets", [])}
        for part in looked:
            _add_rows(part, data.get(part["properties"]["sheetId"], []))
        blank = {part["properties"]["sheetId"] for part in unsure if not _has_cells(part)}
    return Seen(description, Layout.locate(description, wanted, blank=blank, deep=deep))


STRUCTURE = frozenset({"spreadsheetId", "spreadsheetUrl", "properties.title", "sheets.properties"})
CELL_PLACES = frozenset({"sheets.properties.sheetId", "sheets.data.startRow", "sheets.data.startColumn"})


def mask(fields: set[str], more: frozenset[str]) -> str:
    """A field mask; a path below another that is asked for whole is left out."""
    paths = sorted(fields | more)
    return ",".join(path for path in paths if not any(path.startswith(f"{other}.") for other in paths))


def _title(part: Json) -> str:
    return str(part["properties"]["title"])


def _key(part: Json, layout: Layout) -> str | None:
    return layout.sheet_key(part["properties"]["sheetId"])


def _is_ours(part: Json, layout: Layout) -> bool:
    return _key(part, layout) is not None


def _is_entire(part: Json, layout: Layout, entire: Collection[str]) -> bool:
    """Whether all of it is needed, for what is desired or for what we made and have to find again."""
    key = _key(part, layout)
    names = {kind.kind for kind in kinds() if kind.entire}
    made = made_before(part, key, layout) if key is not None else ()
    return key in entire or any(address.kind.partition(".")[0] in names for address in made)


def _may_be_blank(part: Json, layout: Layout, wanted: Mapping[str, Wanted], tabs: int) -> bool:
    """A small tab without marks that is the only one, or has a title of ours."""
    key, grid = layout.sheet_key(part["properties"]["sheetId"]), part["properties"].get("gridProperties", {})
    small = 0 < grid.get("rowCount", 0) * grid.get("columnCount", 0) <= SMALL
    if key is None:
        return small and tabs == 1 and not any(name in layout.sheets() for name in wanted)
    return small and not layout.is_marked(key) and not layout.columns(key)


def _ranges(part: Json, *, whole: bool) -> list[str]:
    """All of a tab that may be blank; of ours the header, the first data row, and the last: new rows come there."""
    title, last = quoted(_title(part)), part["properties"].get("gridProperties", {}).get("rowCount", 0)
    return [title] if whole else [f"{title}!1:2", *([f"{title}!{last}:{last}"] if last > 2 else [])]


def _all_there(layout: Layout, sheet: str, columns: Collection[str]) -> bool:
    return all(layout.has(sheet, column) for column in columns)


def _down(layout: Layout, sheet: str, columns: Collection[str]) -> Iterator[str]:
    """Those columns from the second row on, neighbours together."""
    for place in layout.grid_ranges(sheet, columns):
        first, last = letters(place["startColumnIndex"]), letters(place["endColumnIndex"] - 1)
        yield f"{quoted(layout.tab_title(sheet))}!{first}2:{last}"


def _add_rows(part: Json, data: list[Json]) -> None:
    """Put them where one answer with everything would have them; empty rows say that somebody looked."""
    columns = part.get("data") or [{}]
    first, *rest = data or [{}]
    part["data"] = [{**columns[0], **first, "rowData": first.get("rowData", [])}, *rest]


def _has_cells(part: Json) -> bool:
    contents = ("userEnteredValue", "note")
    return any(
        cell.get(name)
        for data in part["data"]
        for row in data.get("rowData", [])
        for cell in row.get("values", [])
        for name in contents
    )
