"""
Requests about named ranges: add, update, delete.

A name must not look like a cell, in A1 or in R1C1.  Open ends stay open.
"""

import re
from typing import Any

from sheetcrm.server import masks, proto, ranges
from sheetcrm.server.a1 import CELL_LIKE
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

NAME = re.compile(r"[^\W\d]\w*$")


@request("addNamedRange", edits=None)
def add_named_range(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("namedRange", {})
    taken = spreadsheet.named_ranges.find
    named_id = given.get("namedRangeId") or str(spreadsheet.fresh_id(lambda number: taken(str(number)) is not None))
    if taken(named_id) is not None:
        raise invalid(f"Cannot add named range with id {named_id}: that id is already used.")
    named = _checked(spreadsheet, {**given, "namedRangeId": named_id}, None)
    spreadsheet.named_ranges.add(named)
    spreadsheet.restructured()
    return {"namedRange": proto.shown(named)}


@request("updateNamedRange", edits=None)
def update_named_range(spreadsheet: Spreadsheet, body: Json) -> None:
    given = body.get("namedRange", {})
    old = _find(spreadsheet, given.get("namedRangeId", ""))
    mask = masks.required(body.get("fields"))
    changed = {**masks.merged(old, given, mask), "namedRangeId": old["namedRangeId"]}
    named = _checked(spreadsheet, changed, old)
    spreadsheet.named_ranges.put(named)
    spreadsheet.restructured()


@request("deleteNamedRange", edits=None)
def delete_named_range(spreadsheet: Spreadsheet, body: Json) -> None:
    old = _find(spreadsheet, body.get("namedRangeId", ""))
    spreadsheet.named_ranges.take(old)
    for sheet in spreadsheet.directory.filled:
        protections = sheet.things["protectedRanges"]
        for one in [one for one in protections if one.get("namedRangeId") == old["namedRangeId"]]:
            protections.put({key: part for key, part in one.items() if key != "namedRangeId"})
    spreadsheet.restructured()


def _find(spreadsheet: Spreadsheet, named_id: str) -> Json:
    found = spreadsheet.named_ranges.find(named_id)
    if found is None:
        raise invalid(f"No named range with id: {named_id}")
    return found


def _checked(spreadsheet: Spreadsheet, given: Json, own: Json | None) -> Json:
    name = given.get("name", "")
    if not NAME.match(name) or CELL_LIKE.match(name) or len(name) > 250 or name.lower() in ("true", "false"):
        raise invalid(
            f"Invalid name: {name}. A name has letters, numbers and underscores, and does not look like a cell."
        )
    other = spreadsheet.named(name)
    if other is not None and other is not own:
        raise invalid(f"Cannot add named range with name {name}, a named range with that name already exists.")
    place = {"sheetId": 0, **given.get("range", {})}
    ranges.area(spreadsheet, place)
    return {"namedRangeId": given["namedRangeId"], "name": name, "range": place}
