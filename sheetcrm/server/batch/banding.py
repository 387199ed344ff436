"""
Requests about alternating colours: add, update, delete.

Two banded ranges may not overlap.  A colour is kept in both of its spellings.
"""

from typing import Any

from sheetcrm.server import masks, proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.things import claim_id, find
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]

KIND, KEY, NOUN = "bandedRanges", "bandedRangeId", "banding"
COLORS = ("headerColor", "firstBandColor", "secondBandColor", "footerColor")


@request("addBanding", edits="bandedRange.range")
def add_banding(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("bandedRange", {})
    made = {**given, KEY: claim_id(spreadsheet, KIND, given.get(KEY), NOUN)}
    banding, sheet = _checked(spreadsheet, made)
    sheet.things[KIND].add(banding)
    spreadsheet.sheet_changed(sheet)
    return {"bandedRange": proto.shown(banding)}


@request("updateBanding", edits=None)
def update_banding(spreadsheet: Spreadsheet, body: Json) -> None:
    given = body.get("bandedRange", {})
    sheet, old = find(spreadsheet, KIND, given.get(KEY, 0), NOUN)
    mask = masks.required(body.get("fields"))
    colored = proto.colored(given, spreadsheet.theme)
    changed = {**masks.merged(old, colored, _with_twins(mask)), KEY: old[KEY]}
    sheet.things[KIND].take(old)
    banding, target = _checked(spreadsheet, changed)
    target.things[KIND].add(banding)
    spreadsheet.sheet_changed(sheet)
    spreadsheet.sheet_changed(target)


@request("deleteBanding", edits=None)
def delete_banding(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, old = find(spreadsheet, KIND, body.get(KEY, 0), NOUN)
    sheet.things[KIND].take(old)
    spreadsheet.sheet_changed(sheet)


def _with_twins(mask: masks.Mask | None) -> masks.Mask | None:
    if mask is None:
        return None
    twins: masks.Mask = {}
    for key, below in mask.items():
        plain = key.removesuffix("Style")
        twins[key] = _with_twins(below)
        if plain in COLORS:
            twins[plain] = twins[plain + "Style"] = None
    return twins


def _checked(spreadsheet: Spreadsheet, given: Json) -> tuple[Json, Sheet]:
    area = ranges.area(spreadsheet, given.get("range"))
    if "rowProperties" not in given and "columnProperties" not in given:
        raise invalid("Must specify at least one of rowProperties or columnProperties.")
    colored = proto.colored(given, spreadsheet.theme)
    for name in ("rowProperties", "columnProperties"):
        properties = colored.get(name)
        if properties is not None and ("firstBandColor" not in properties or "secondBandColor" not in properties):
            raise invalid(f"{name}.firstBandColor and {name}.secondBandColor are required.")
    if any(area.sheet.things[kind].overlapping(area.json()) for kind in (KIND, "tables")):
        raise invalid(
            "You cannot add alternating background colors to a range that already has alternating background colors."
        )
    return {**colored, "range": area.json()}, area.sheet
