"""
Places that somebody decided on → the marks that say so, before and while they are written.

A mark is developer metadata: nothing that people see.  `Marked` shows a
spreadsheet as if they were there already, so that a plan over them can be made
without writing anything.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.handmade.survey import Reads
from sheetcrm.layout import HIGHLIGHTS_KEY, MADE_KEY, MARK_KEY, TEMPLATE_KEY
from sheetcrm.layout.bound import BOUND_KEY
from sheetcrm.resources import Cell, Json, Request

OURS = frozenset({BOUND_KEY, HIGHLIGHTS_KEY, MADE_KEY, MARK_KEY, TEMPLATE_KEY})


@dataclass(frozen=True)
class Mark:
    """One piece of metadata: on a column (0-based index), a tab (index None), or the spreadsheet (both None)."""

    key: str
    value: str
    sheet_id: int | None = None
    index: int | None = None

    @property
    def place(self) -> tuple[str, int | None, int | None]:
        """Where there is one of its kind at most."""
        return self.key, self.sheet_id, self.index

    def request(self) -> Request:
        """The request that writes it."""
        location: Json = {"spreadsheet": True}
        if self.sheet_id is not None:
            location = {"sheetId": self.sheet_id}
        if self.index is not None:
            span = {"sheetId": self.sheet_id, "startIndex": self.index, "endIndex": self.index + 1}
            location = {"dimensionRange": {**span, "dimension": "COLUMNS"}}
        # DOCUMENT: PROJECT would vanish when the credentials change project.
        metadata = {"metadataKey": self.key, "metadataValue": self.value, "visibility": "DOCUMENT"}
        return {"createDeveloperMetadata": {"developerMetadata": {**metadata, "location": location}}}

    def shown(self) -> Json:
        """As an answer of `spreadsheets.get` has it; it has no id yet."""
        return {"metadataKey": self.key, "metadataValue": self.value, "visibility": "DOCUMENT", "metadataId": 0}


@dataclass(frozen=True)
class Old:
    """A mark that is there: Google's id and what it says."""

    id: int
    key: str
    value: str
    sheet_id: int | None
    index: int | None

    def request(self) -> Request:
        """The request that takes it away."""
        return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataId": self.id}}}}


def old_marks(description: Json) -> list[Old]:
    """Every mark of ours in an answer of `spreadsheets.get`."""
    found = list(_ours(description.get("developerMetadata", []), None, None))
    for part in description.get("sheets", []):
        sheet_id = part["properties"]["sheetId"]
        found += _ours(part.get("developerMetadata", []), sheet_id, None)
        for data in part.get("data", []):
            for index, column in enumerate(data.get("columnMetadata", []), data.get("startColumn", 0)):
                found += _ours(column.get("developerMetadata", []), sheet_id, index)
    return found


def _ours(metadata: Iterable[Json], sheet_id: int | None, index: int | None) -> list[Old]:
    return [
        Old(one["metadataId"], one["metadataKey"], one.get("metadataValue", ""), sheet_id, index)
        for one in metadata
        if one.get("metadataKey") in OURS
    ]


def place_marks(sheet: str, sheet_id: int, columns: Mapping[str, int]) -> list[Mark]:
    """The marks of a tab and of its columns, by key."""
    tab = Mark(MARK_KEY, sheet, sheet_id)
    return [tab, *(Mark(MARK_KEY, f"{sheet}.{key}", sheet_id, index) for key, index in columns.items())]


@dataclass
class Marked:
    """A gateway whose spreadsheet has `marks`, and none of the old ones that are `removed`; answers are asked for once."""

    gateway: Reads
    marks: Sequence[Mark] = ()
    removed: Sequence[Old] = ()
    _answers: dict[tuple[str, tuple[str, ...]], Json] = field(default_factory=dict)
    _values: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def with_marks(self, marks: Sequence[Mark]) -> Marked:
        """The same with other marks; what was read is not read again."""
        return Marked(self.gateway, marks, self.removed, self._answers, self._values)

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """As the gateway, with the marks where the mask asks for any."""
        asked = (fields, tuple(ranges))
        if asked not in self._answers:
            self._answers[asked] = self.gateway.describe(fields, ranges)
        answer = copy.deepcopy(self._answers[asked])
        gone = frozenset(old.id for old in self.removed)
        return marked(answer, self.marks, gone) if "developerMetadata" in fields else answer

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """As the gateway."""
        if tuple(ranges) not in self._values:
            self._values[tuple(ranges)] = self.gateway.values(ranges)
        found: list[list[list[Cell]]] = copy.deepcopy(self._values[tuple(ranges)])
        return found


def marked(description: Json, marks: Sequence[Mark], gone: frozenset[int] = frozenset()) -> Json:
    """The description, changed in place: without the metadata that is `gone`, with `marks`."""
    _take(description, gone)
    for part in description.get("sheets", []):
        _take(part, gone)
        for data in part.get("data", []):
            for column in data.get("columnMetadata", []):
                _take(column, gone)
        for mark in marks:
            if mark.sheet_id == part["properties"].get("sheetId", 0):
                _put(part if mark.index is None else _dimension(part, mark.index), mark)
    for mark in marks:
        if mark.sheet_id is None:
            _put(description, mark)
    return description


def _take(holder: Json, gone: frozenset[int]) -> None:
    if "developerMetadata" in holder:
        holder["developerMetadata"] = [one for one in holder["developerMetadata"] if one.get("metadataId") not in gone]


def _put(holder: Json, mark: Mark) -> None:
    holder.setdefault("developerMetadata", []).append(mark.shown())


def _dimension(part: Json, index: int) -> Json:
    """The ColumnMetadata of that column, made where the answer left it out."""
    data = part.setdefault("data", [{}])
    columns: list[Json] = data[0].setdefault("columnMetadata", [])
    while len(columns) <= index:
        columns.append({})
    return columns[index]
