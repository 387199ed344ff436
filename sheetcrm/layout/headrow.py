"""
A header row that is not in row 1 any more → where it is, and what a description says once it is back.

Certain only where row 1 is a record to look at, and, where the header row was
sorted into the data, one row alone has our titles.  Anything else is a trouble.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sheetcrm.layout.bound import header_word
from sheetcrm.layout.locate import Found, Place, same_title
from sheetcrm.layout.troubles import Trouble

Json = dict[str, Any]
GONE = 0
FEW = 2
"""Columns that must have lost their titles before anything is concluded."""
INSTEAD = frozenset({"header_missing", "header_blank", "header_swapped", "header_overwritten", "mark_moved"})
"""Troubles that are no more than the same thing, seen column by column."""
_COUNTED = re.compile(r"[-+]?[\d.,]+%?|true|false|=.*", re.DOTALL | re.IGNORECASE)


def astray(description: Json, found: Found, *, deep: bool) -> dict[str, int]:
    """
    Sheets whose header row can be put back: the row (1-based) in which it stands, `GONE` where it was deleted.

    Only when every row was looked at (`deep`); a header row that stands
    elsewhere, and cannot be put back, is a trouble.
    """
    parts = {part["properties"]["sheetId"]: part for part in description.get("sheets", [])}
    back = {}
    for key, place in found.places.items():
        seen = _Seen(parts[place.id], place, _titles(key, found))
        if not place.adopted and seen.has_lost_some() and (row := _where(seen, found, key, deep=deep)) is not None:
            back[key] = row
    return back


def _titles(key: str, found: Found) -> dict[str, tuple[str, ...]]:
    wanted = found.wanted.get(key)
    titles = wanted.columns.items() if wanted is not None else ()
    return {column: known for column, known in titles if any(title.strip() for title in known)}


class _Seen:
    """What was seen of a sheet's rows, in the columns that are marked as ours."""

    def __init__(self, part: Json, place: Place, titles: Mapping[str, tuple[str, ...]]) -> None:
        self.part, self.place = part, place
        self.marked = {column: titles[column] for column in place.marks if column in titles}
        first = _row(part, 0)
        self.first = {column: first.get(place.columns[column], {}) for column in self.marked}
        self.lost = {column for column, cell in self.first.items() if not self._is_header(column, cell)}

    def _is_header(self, column: str, cell: Json) -> bool:
        text = _text(cell)
        return header_word(text) in self.place.bound or any(same_title(text, one) for one in self.marked[column])

    def has_lost_some(self) -> bool:
        """Whether row 1 was looked at, and several columns have no title of theirs in it."""
        looked = any("rowData" in data for data in self.part.get("data", []))
        return looked and len(self.lost) >= FEW

    def has_lost_all(self) -> bool:
        return len(self.lost) == len(self.marked)

    def below(self) -> list[int]:
        """The rows (1-based) in which most of the titles stand that are not in row 1."""
        rows = []
        for number, cells in _rows(self.part):
            if number > 1:
                at = self.place.columns
                there = sum(
                    any(same_title(_text(cells.get(at[one], {})), title) for title in self.marked[one])
                    for one in self.lost
                )
                rows += [number] * (there >= FEW and 2 * there >= len(self.lost))
        return rows

    def is_record(self) -> bool:
        """Whether row 1 is checked, formatted and computed like row 2, as no header of ours ever is."""
        second = _row(self.part, 1)
        pairs = [(_look(self.first[one]), _look(second.get(self.place.columns[one], {}))) for one in self.lost]
        told = [one == other for one, other in pairs if any(other)]
        return bool(told) and 2 * sum(told) > len(told)

    def is_unfrozen(self) -> bool:
        """The frozen row goes with the row itself; and a header is neither a number nor computed."""
        return self.place.frozen_rows == 0 or any(_COUNTED.fullmatch(_text(cell)) for cell in self.first.values())


def _where(seen: _Seen, found: Found, key: str, *, deep: bool) -> int | None:
    """Where the header row stands, if it is to be put back; else it is told where it stands, if anywhere."""
    below = seen.below()
    if below and (seen.has_lost_all() or seen.is_record()):
        if deep and len(below) == 1 and seen.has_lost_all() and seen.is_record():
            return below[0]
        values = (("title", seen.place.title), ("row", str(below[0])))
        found.troubles[:] = [one for one in found.troubles if one.sheet != key or one.code not in INSTEAD]
        found.troubles.append(Trouble(key, "", "header_below", values))
        return None
    return GONE if deep and not below and seen.has_lost_all() and seen.is_unfrozen() and seen.is_record() else None


def _look(cell: Json) -> tuple[str, str, bool]:
    """What tells cells of a record: what may be typed, how numbers are shown, whether it is computed."""
    return (
        cell.get("dataValidation", {}).get("condition", {}).get("type", ""),
        cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type", ""),
        "formulaValue" in cell.get("userEnteredValue", {}),
    )


def _text(cell: Json) -> str:
    return next((str(value) for value in cell.get("userEnteredValue", {}).values()), "").strip()


def _row(part: Json, index: int) -> dict[int, Json]:
    """CellData by 0-based column of the row at a 0-based index; nothing where nobody looked."""
    return next((cells for number, cells in _rows(part, index) if number == index + 1), {})


def _rows(part: Json, only: int | None = None) -> Iterator[tuple[int, dict[int, Json]]]:
    """Row numbers and their cells by 0-based column."""
    found: dict[int, dict[int, Json]] = {}
    for data in part.get("data", []):
        rows, start = data.get("rowData", []), data.get("startRow", 0)
        asked = range(len(rows)) if only is None else range(only - start, only - start + 1)
        for at in asked:
            if 0 <= at < len(rows):
                cells = dict(enumerate(rows[at].get("values", []), data.get("startColumn", 0)))
                found.setdefault(start + at + 1, {}).update(cells)
    yield from sorted(found.items())
