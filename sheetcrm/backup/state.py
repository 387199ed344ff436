"""
What an archive or a live spreadsheet says → one form that can be compared, and its digest.

Left out is what follows from the rest (results, texts), what Google fills in
by itself (the owner among the editors of a lock), and what only one file can
have (its id and address).  Blank rows at the end of a tab do not count.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sheetcrm.backup.reading import ENTERED, PARTS, TYPED, Block

Json = dict[str, Any]

USUAL = {"rowMetadata": 21, "columnMetadata": 100}
"""Pixels that a row is high, or a column wide, where nobody said anything."""
BY_ID = {
    "filterViews": "filterViewId", "protectedRanges": "protectedRangeId", "charts": "chartId", "slicers": "slicerId",
    "bandedRanges": "bandedRangeId", "developerMetadata": "metadataId", "tables": "tableId",
    "namedRanges": "namedRangeId",
}  # fmt: skip
"""What has no order of its own, and the id that it is known by."""
OURS_NOT = frozenset({"requestingUserCanEdit"})


def frame(description: Json, *, without: str = "") -> Json:
    """
    The structure, in that form: by the kind of thing, those of the whole and those of each tab by its id.

    `without` is somebody who may edit what is locked whatever anybody said.
    """
    properties = {key: value for key, value in description.get("properties", {}).items() if key != "title"}
    whole = {"properties": properties, **_listed(description, ("namedRanges", "developerMetadata"))}
    tabs = {}
    for index, part in enumerate(description.get("sheets", [])):
        own = {**part["properties"], "index": index}
        own["sheetId"] = own.get("sheetId", 0)
        things = _listed(part, PARTS[1:])
        for lock in things.get("protectedRanges", {}).values():
            lock["editors"] = _editors(lock, without)
        tabs[str(own["sheetId"])] = {**things, "properties": own}
    return {"whole": whole, "tabs": tabs}


def rows(block: Block, data: Json, fields: Sequence[str] = ENTERED) -> Iterator[tuple[int, list[Json]]]:
    """The rows of a block that say anything: 0-based number in the tab, cells without the blank ones at the end."""
    for at, row in enumerate(data.get("rowData", []), block.first):
        cells = [{key: cell[key] for key in fields if key in cell} for cell in row.get("values", [])]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            yield at, cells


def dimensions(block: Block, data: Json) -> Iterator[tuple[str, int, Json]]:
    """Which rows, and of the first block which columns, are not as a new one: kind, 0-based index, what is said."""
    starts = {"rowMetadata": block.first, "columnMetadata": 0}
    for kind, start in starts.items():
        if kind == "columnMetadata" and block.first:
            continue
        for at, one in enumerate(data.get(kind, []), start):
            said = {key: value for key, value in one.items() if value and (key, value) != ("pixelSize", USUAL[kind])}
            if said:
                yield kind, at, said


class Digest:
    """A digest of everything, told block by block; the same whatever the blocks."""

    def __init__(self, description: Json, access: object = None) -> None:
        """`access` is who may open the file, as it is kept."""
        self._hash = hashlib.sha256(text(frame(description)))
        self._hash.update(text(access))

    def add(self, block: Block, data: Json) -> None:
        """The next rows."""
        for row in rows(block, data):
            self._hash.update(text([block.sheet_id, *row]))
        for one in dimensions(block, data):
            self._hash.update(text([block.sheet_id, *one]))

    @property
    def value(self) -> str:
        """16 hex digits."""
        return self._hash.hexdigest()[:16]


class Glance:
    """A digest of the structure and of what people typed: what is looked at twice."""

    def __init__(self, description: Json) -> None:
        self._hash = hashlib.sha256(text(frame(description)))

    def add(self, block: Block, data: Json) -> None:
        """The next rows."""
        for at, cells in rows(block, data, TYPED):
            self._hash.update(text([block.sheet_id, at, cells]))

    @property
    def value(self) -> str:
        """Of all that was told."""
        return self._hash.hexdigest()


def text(value: object) -> bytes:
    """JSON of one form only."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _listed(part: Json, kinds: Iterable[str]) -> Json:
    """The things of these kinds, those without an order of their own by id."""
    found: Json = {}
    for kind in kinds:
        things = part.get(kind)
        if not things:
            continue
        if kind == "basicFilter":
            found[kind] = things
        elif kind in BY_ID:
            key = BY_ID[kind]
            found[kind] = {str(one.get(key, 0)): _plain(one) for one in things}
        else:
            found[kind] = things
    return found


def _plain(thing: Json) -> Json:
    """A thing without what Google says of it to each as they ask."""
    return {key: value for key, value in thing.items() if key not in OURS_NOT}


def _editors(lock: Json, without: str) -> Json:
    if lock.get("warningOnly"):
        # Only warned of: everybody may, whoever is listed.
        return {}
    users = sorted(one for one in lock.get("editors", {}).get("users", []) if one != without)
    return {**lock.get("editors", {}), "users": users}
