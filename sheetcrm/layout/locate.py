"""
Marks, titles and headers → the place of each sheet and column.

A mark beats a title.  Where a mark and the cells under it contradict each
other (cut and paste leaves the mark behind) nothing is decided: it is a trouble.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.layout.bound import bound_words, header_word
from sheetcrm.layout.troubles import Trouble

Json = dict[str, Any]
MARK_KEY = "sheetcrm"
_NUMBER = re.compile(r"[-+]?[\d.,]+%?|true|false")


@dataclass(frozen=True)
class Wanted:
    """What to look for: every title that a sheet is known by, and by column key every title that a column is known by."""

    titles: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    was: tuple[str, ...] = ()
    """The keys that the sheet had before."""
    columns_were: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The keys that its columns had before, where they had others."""


@dataclass
class Place:
    """A sheet of ours: its id, size, and the 0-based index of each of its columns that was found."""

    id: int
    title: str
    rows: int
    width: int
    columns: dict[str, int] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    """The columns that were found by their mark."""
    marked: bool = False
    adopted: bool = False
    """It is blank, and nothing in it is anybody's."""
    header: tuple[str, ...] = ()
    frozen_rows: int = 0
    bound: frozenset[str] = frozenset()
    """Words for the headers that it had when it was bound to the template."""
    moves: list[tuple[int, int]] = field(default_factory=list)
    """Columns that came (1) or went (-1) since it was read, by the index that they had then, in order."""


@dataclass
class Found:
    """Everything that was found, and what did not fit."""

    wanted: Mapping[str, Wanted]
    places: dict[str, Place] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    moved: dict[tuple[str, str], int] = field(default_factory=dict)
    stale: dict[str, int] = field(default_factory=dict)
    """By place (`customers.stage`), Google's id of a mark that has a former key."""
    misplaced: dict[str, int] = field(default_factory=dict)
    """By place, Google's id of a mark that is on another column than its cells."""
    former: dict[str, str] = field(default_factory=dict)
    """By place, the one that it had when its mark was made, where that is another."""
    spare: int | None = None


@dataclass(frozen=True)
class Sight:
    """What was seen of the cells: row 1 by sheet id where the description has no rows, and the sheets without any cell."""

    headers: Mapping[int, Sequence[object]]
    blank: frozenset[int]

    def header(self, part: Json) -> tuple[str, ...]:
        """Row 1 as text."""
        if _id(part) in self.headers:
            return tuple("" if cell is None else str(cell) for cell in self.headers[_id(part)])
        for data in part.get("data", []):
            if data.get("rowData") and not data.get("startRow", 0):
                cells = data["rowData"][0].get("values", [])
                return tuple(next((str(v) for v in cell.get("userEnteredValue", {}).values()), "") for cell in cells)
        return ()

    def knows(self, part: Json) -> bool:
        """Whether anybody has looked at row 1."""
        return _id(part) in self.headers or any("rowData" in data for data in part.get("data", []))


def letters(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def find(description: Json, wanted: Mapping[str, Wanted], sight: Sight) -> Found:
    """Every sheet and column of ours in an answer of `spreadsheets.get`."""
    found = Found(wanted)
    parts = [part for part in description.get("sheets", []) if part["properties"].get("sheetType", "GRID") == "GRID"]
    former = Former(wanted)
    claims = _claims(parts, wanted, found, former)
    for key, part in _by_title(parts, wanted):
        if key not in claims:
            if _is_ours(key, part, wanted[key], sight):
                claims[key] = part
            else:
                found.troubles.append(Trouble(key, "", "title_taken", (("title", _title(part)),)))
    order = {id(part): at for at, part in enumerate(parts)}
    for key, part in sorted(claims.items(), key=lambda claim: order[id(claim[1])]):
        found.places[key] = _place(key, part, found, sight, former)
    if len(parts) == 1 and not claims and _id(parts[0]) in sight.blank:
        found.spare = _id(parts[0])
    return found


class Former:
    """Which key a sheet or a column has now that had another one."""

    def __init__(self, wanted: Mapping[str, Wanted]) -> None:
        self._sheets = {old: key for key, sheet in wanted.items() for old in sheet.was if old not in wanted}
        self._columns = {
            (key, old): column
            for key, sheet in wanted.items()
            for column, olds in sheet.columns_were.items()
            for old in olds
            if old not in sheet.columns
        }

    def sheet(self, key: str) -> str:
        """The key of today."""
        return self._sheets.get(key, key)

    def column(self, sheet: str, key: str) -> str:
        """The key of today of a column in a sheet by its key of today."""
        return self._columns.get((sheet, key), key)


def _claims(parts: list[Json], wanted: Mapping[str, Wanted], found: Found, former: Former) -> dict[str, Json]:
    """Sheets by their marks; of several with one mark (a copied tab brings it along) the one that we made."""
    marked: dict[str, list[Json]] = {}
    for part in parts:
        for value, metadata in _marks(part).items():
            key = former.sheet(value)
            if key != value:
                found.stale[key], found.former[key] = metadata, value
            marked.setdefault(key, []).append(part)
    claims = {}
    for key, same in marked.items():
        titles = wanted[key].titles if key in wanted else ()
        claims[key] = max(same, key=lambda part: (_id(part) == preferred_id(f"{key}.tab"), _title(part) in titles))
        if len(same) > 1:
            tabs = ", ".join(_title(part) for part in same)
            found.troubles.append(Trouble(key, "", "sheet_copied", (("title", _title(claims[key])), ("tabs", tabs))))
    return claims


def _by_title(parts: list[Json], wanted: Mapping[str, Wanted]) -> list[tuple[str, Json]]:
    """Unmarked sheets with a title that one of ours is known by."""
    titles = {_plain(title): key for key, sheet in wanted.items() for title in sheet.titles}
    free = [part for part in parts if not _marks(part)]
    return [(titles[_plain(_title(part))], part) for part in free if _plain(_title(part)) in titles]


def _is_ours(key: str, part: Json, wanted: Wanted, sight: Sight) -> bool:
    """An unmarked sheet with our title is ours when it is blank, has marked columns or half of our headers."""
    known = {_plain(title) for titles in wanted.columns.values() for title in titles}
    seen = sum(_plain(text) in known for text in sight.header(part))
    marked = any(mark.sheet == key for mark in _column_marks(part))
    return marked or _id(part) in sight.blank or not sight.knows(part) or 2 * seen >= max(1, len(wanted.columns))


def _place(key: str, part: Json, found: Found, sight: Sight, former: Former) -> Place:
    """Where a sheet's columns are."""
    grid, wanted = part["properties"].get("gridProperties", {}), found.wanted.get(key)
    marked = key in {former.sheet(value) for value in _marks(part)}
    place = Place(
        id=_id(part),
        title=_title(part),
        rows=grid.get("rowCount", 0),
        width=grid.get("columnCount", 0),
        marked=marked and key not in found.stale,
        adopted=_id(part) in sight.blank and not marked,
        header=sight.header(part),
        frozen_rows=grid.get("frozenRowCount", 0),
        bound=bound_words(part),
    )
    _by_mark(key, part, place, found, former)
    if wanted is not None:
        _by_header(key, place, wanted, found)
        _contradictions(key, place, wanted, found)
    return place


def _by_mark(key: str, part: Json, place: Place, found: Found, former: Former) -> None:
    wanted = found.wanted.get(key)
    marked: dict[str, list[int]] = {}
    for mark in _column_marks(part):
        if former.sheet(mark.sheet) == key:
            column = former.column(key, mark.column)
            marked.setdefault(column, []).append(mark.index)
            if (key, column) != (mark.sheet, mark.column):
                found.stale[f"{key}.{column}"] = mark.metadata_id
                found.former[f"{key}.{column}"] = f"{mark.sheet}.{mark.column}"
    for column, indexes in marked.items():
        titles = {_plain(title) for title in (wanted.columns.get(column, ()) if wanted else ())}
        best = next((index for index in indexes if _plain(_text(place.header, index)) in titles), indexes[0])
        place.columns[column] = best
        if f"{key}.{column}" not in found.stale:
            place.marks.add(column)
        if len(indexes) > 1:
            cells = ", ".join(f"{letters(index)}1" for index in indexes)
            title = _text(place.header, best) or column
            found.troubles.append(Trouble(key, column, "mark_duplicate", (("title", title), ("cells", cells))))


def _by_header(key: str, place: Place, wanted: Wanted, found: Found) -> None:
    """Columns without a mark by their titles; cells that were cut away from under their mark; equal headers."""
    free = {index: _plain(text) for index, text in enumerate(place.header) if index not in place.columns.values()}
    for column, titles in wanted.columns.items():
        plain = {_plain(title) for title in titles}
        same = [index for index, text in free.items() if text and text in plain]
        own = place.columns.get(column)
        if same and own is None:
            place.columns[column] = same[0]
        elif same and own is not None and not _text(place.header, own):
            found.moved[key, column] = same[0]
            values = (("title", titles[0]), ("from_cell", f"{letters(own)}1"), ("to_cell", f"{letters(same[0])}1"))
            found.troubles.append(Trouble(key, column, "mark_moved", values))
        alike = [index for index in {*same, *([own] if own is not None else [])} if _plain(_text(place.header, index))]
        if len({_plain(_text(place.header, index)) for index in alike}) < len(alike):
            cells = ", ".join(f"{letters(index)}1" for index in sorted(alike))
            title = _text(place.header, alike[0])
            found.troubles.append(Trouble(key, column, "header_duplicate", (("title", title), ("cells", cells))))


def _contradictions(key: str, place: Place, wanted: Wanted, found: Found) -> None:
    """Marked columns with no header, or with the header of another column of ours; a tab without any header."""
    if not place.header:
        return
    owners = {_plain(title): column for column, titles in wanted.columns.items() for title in titles}
    if _is_headless(place, set(owners)):
        found.troubles.append(Trouble(key, "", "header_missing", (("title", place.title),)))
        return
    for column in sorted(place.marks & set(wanted.columns), key=place.columns.__getitem__):
        text, titles = _text(place.header, place.columns[column]), wanted.columns[column]
        cell = f"{letters(place.columns[column])}1"
        if not text.strip() and titles[0].strip() and (key, column) not in found.moved:
            found.troubles.append(Trouble(key, column, "header_blank", (("title", titles[0]), ("cell", cell))))
        elif owners.get(_plain(text), column) != column and _plain(text) not in {_plain(title) for title in titles}:
            found.moved[key, column] = place.columns[column]
            found.troubles.append(_another(key, column, owners[_plain(text)], place, wanted))


def _another(key: str, column: str, other: str, place: Place, wanted: Wanted) -> Trouble:
    """The header of another column stands over this one: that one has it still, or not."""
    at = place.columns[column]
    values = (("title", wanted.columns[column][0]), ("cell", f"{letters(at)}1"), ("found", _text(place.header, at)))
    own = {_plain(title) for title in wanted.columns[other]}
    if other in place.marks and _plain(_text(place.header, place.columns[other])) in own:
        there = ("other_cell", f"{letters(place.columns[other])}1")
        return Trouble(key, column, "header_overwritten", (*values, there, ("other", other)))
    return Trouble(key, column, "header_swapped", values)


def _is_headless(place: Place, titles: set[str]) -> bool:
    """
    Whether row 1 is a record and no header: none of our titles in it, and a number among the cells or no frozen row.

    A team may rename every header; it does not call a column 46348, and the frozen row goes with the row itself.
    """
    said = [text for column in place.marks if (text := _plain(_text(place.header, place.columns[column])))]
    if any(header_word(text) in place.bound for text in said):
        return False
    record = place.frozen_rows == 0 or any(_NUMBER.fullmatch(text) for text in said)
    return len(said) > 1 and record and not titles.intersection(said)


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same to a person, and to Sheets: it compares tabs without regard to case."""
    return _plain(one) == _plain(other)


def preferred_id(address: str) -> int:
    """The id that we choose for an address when it is free: positive, 31 bits, the same in every spreadsheet."""
    return int.from_bytes(hashlib.sha256(f"sheetcrm {address}".encode()).digest()[:4]) & 0x7FFFFFFF or 1


def _marks(part: Json) -> dict[str, int]:
    """The sheet keys that a sheet's own metadata claims, with Google's ids of the marks."""
    ours = [one for one in part.get("developerMetadata", []) if one.get("metadataKey") == MARK_KEY]
    marks = {one.get("metadataValue", ""): one.get("metadataId", 0) for one in ours}
    return {value: found for value, found in marks.items() if value and "." not in value}


@dataclass(frozen=True)
class ColumnMark:
    """What a column's metadata claims: keys of a sheet and a column; where it stands; Google's id."""

    sheet: str
    column: str
    index: int
    metadata_id: int


def _column_marks(part: Json) -> list[ColumnMark]:
    """Every marked column."""
    marks = []
    for data in part.get("data", []):
        for index, column in enumerate(data.get("columnMetadata", []), data.get("startColumn", 0)):
            for metadata in column.get("developerMetadata", []):
                sheet, _, name = metadata.get("metadataValue", "").partition(".")
                if metadata.get("metadataKey") == MARK_KEY and name:
                    marks.append(ColumnMark(sheet, name, index, metadata.get("metadataId", 0)))
    return marks


def _id(part: Json) -> int:
    return int(part["properties"]["sheetId"])


def _title(part: Json) -> str:
    return str(part["properties"]["title"])


def _text(header: tuple[str, ...], index: int) -> str:
    return header[index] if index < len(header) else ""


def _plain(text: str) -> str:
    """Titles are the same without regard to case, width of letters and spaces around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()
