"""
A request → the protected cells that it would edit, refused to those who are not their editors.

A request that names its cells says where at its registration (`edits=`).  Here are those for which a path is not enough;
those that find out only while they run (how far a paste reaches, which cells a search changes) ask access.py themselves.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server import access
from sheetcrm.server.batch.registry import EDITS
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]
Check = Callable[[Spreadsheet, Json], None]


def check(spreadsheet: Spreadsheet, kind: str, body: Json) -> None:
    """Refuse a request that whoever asks may not make; what is wrong with it otherwise is its own business."""
    if access.free(spreadsheet):
        return
    if kind in EDITS:
        found: Any = body
        for key in EDITS[kind].split("."):
            found = found.get(key, {})
        for place in found if isinstance(found, list) else [found]:
            access.check(spreadsheet, place)
    if kind in CHECKS:
        CHECKS[kind](spreadsheet, body)


def _insert(spreadsheet: Spreadsheet, body: Json) -> None:
    place = body.get("range", {})
    sheet = spreadsheet.sheet(place.get("sheetId", 0))
    if sheet is not None and place.get("dimension") in access.SPANS:
        access.check_gap(spreadsheet, sheet, place["dimension"], place.get("startIndex", 0))


def _move(spreadsheet: Spreadsheet, body: Json) -> None:
    place = body.get("source", {})
    sheet = spreadsheet.sheet(place.get("sheetId", 0))
    if sheet is not None and place.get("dimension") in access.SPANS:
        access.check_gap(spreadsheet, sheet, place["dimension"], body.get("destinationIndex", 0))


def _append(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = spreadsheet.sheet(body.get("sheetId", 0))
    if sheet is not None and body.get("dimension") in access.SPANS:
        access.check_gap(spreadsheet, sheet, body["dimension"], sheet.extent(body["dimension"]))


def _shift(spreadsheet: Spreadsheet, body: Json) -> None:
    """Everything below or to the right of the range moves with it."""
    place = dict(body.get("range", {}))
    place.pop("endRowIndex" if body.get("shiftDimension") == "ROWS" else "endColumnIndex", None)
    access.check(spreadsheet, place)


def _properties(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = spreadsheet.sheet(body.get("properties", {}).get("sheetId", 0))
    if sheet is not None:
        access.check_sheet(spreadsheet, sheet)
        for dimension, key in (("ROWS", "rowCount"), ("COLUMNS", "columnCount")):
            count = body.get("properties", {}).get("gridProperties", {}).get(key, sheet.extent(dimension))
            if count < sheet.extent(dimension):
                cut = {"dimension": dimension, "startIndex": count, "endIndex": sheet.extent(dimension)}
                access.check(spreadsheet, {"sheetId": sheet.id, **cut})


def _delete_sheet(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = spreadsheet.sheet(body.get("sheetId", 0))
    if sheet is not None:
        access.check_sheet(spreadsheet, sheet, wholly=True)


def _rule(spreadsheet: Spreadsheet, body: Json) -> None:
    places = body.get("rule", {}).get("ranges") or [{}]
    sheet = spreadsheet.sheet(body.get("sheetId", places[0].get("sheetId", 0)))
    rules = sheet.things["conditionalFormats"] if sheet is not None else []
    index = body.get("index", 0)
    touched = [rules[index]] if 0 <= index < len(rules) else []
    for rule in [*touched, body.get("rule", {})]:
        for place in rule.get("ranges", ()):
            access.check(spreadsheet, place)


def _thing(kind: str, key: str, name: str) -> Check:
    """A check of the thing that a request names by its id, where it is now and where it is put."""

    def check_thing(spreadsheet: Spreadsheet, body: Json) -> None:
        given = body.get(name, body)
        found = spreadsheet.thing(kind, given.get(key))
        if found is not None:
            access.check(spreadsheet, found[1]["range"])
        if "range" in given:
            access.check(spreadsheet, given["range"])

    return check_thing


def _protection(spreadsheet: Spreadsheet, body: Json) -> None:
    """Only who may edit what is protected may change or lift the protection."""
    wanted = body.get("protectedRange", body).get("protectedRangeId")
    found = spreadsheet.thing("protectedRanges", wanted)
    if found is not None and not access.may_edit(spreadsheet, found[1]):
        raise access.refused()


def _basic_filter(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = spreadsheet.sheet(body.get("sheetId", 0))
    for one in sheet.things["basicFilter"] if sheet is not None else ():
        access.check(spreadsheet, one["range"])


CHECKS: dict[str, Check] = {
    "insertDimension": _insert,
    "moveDimension": _move,
    "appendDimension": _append,
    "insertRange": _shift,
    "deleteRange": _shift,
    "updateSheetProperties": _properties,
    "deleteSheet": _delete_sheet,
    "updateConditionalFormatRule": _rule,
    "deleteConditionalFormatRule": _rule,
    "updateBanding": _thing("bandedRanges", "bandedRangeId", "bandedRange"),
    "deleteBanding": _thing("bandedRanges", "bandedRangeId", "bandedRange"),
    "updateProtectedRange": _protection,
    "deleteProtectedRange": _protection,
    "clearBasicFilter": _basic_filter,
}
