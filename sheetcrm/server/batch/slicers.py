"""
Requests about slicers: add, and change the spec.

A slicer is kept and shown, and like a filter it hides nothing from an answer.  Its `columnIndex` counts the sheet's
columns, as in a filter.
"""

from typing import Any

from sheetcrm.server import masks, proto, ranges
from sheetcrm.server.batch.objects import NOWHERE, claim_id, overlaid, put
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.validation import check_condition
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

DEFAULTS = {"applyToPivotTables": True, "horizontalAlignment": "LEFT"}


@request("addSlicer", edits=None)
def add_slicer(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("slicer", {})
    slicer_id = claim_id(spreadsheet, given.get("slicerId"), "slicer")
    spec = _checked(spreadsheet, {**DEFAULTS, **given.get("spec", {})})
    position = given.get("position", {})
    if "overlayPosition" not in position:
        raise invalid(NOWHERE)
    sheet, kept = overlaid(spreadsheet, position["overlayPosition"])
    slicer = {"slicerId": slicer_id, "spec": spec, "position": kept}
    put(spreadsheet, sheet, "slicers", slicer)
    return {"slicer": proto.shown(slicer)}


@request("updateSlicerSpec", edits=None)
def update_slicer_spec(spreadsheet: Spreadsheet, body: Json) -> None:
    mask = masks.required(body.get("fields"))
    wanted = body.get("slicerId", 0)
    found = spreadsheet.thing("slicers", wanted)
    if found is None:
        raise invalid(f"No slicer with id: {wanted}")
    sheet, slicer = found
    colored = proto.colored(body.get("spec", {}), spreadsheet.theme)
    merged = {**DEFAULTS, **masks.merged(slicer["spec"], colored, _with_twins(mask))}
    put(spreadsheet, sheet, "slicers", {**slicer, "spec": _checked(spreadsheet, merged)})


def _with_twins(mask: masks.Mask | None) -> masks.Mask | None:
    """A mask that, naming a colour, also names the other spelling of it."""
    if mask is None:
        return None
    twins: masks.Mask = {}
    for key, below in mask.items():
        plain = key.removesuffix("Style")
        twins[key] = _with_twins(below)
        if plain in proto.COLORS:
            twins[plain] = twins[plain + "Style"] = None
    return twins


def _checked(spreadsheet: Spreadsheet, spec: Json) -> Json:
    """A spec as it is kept: its range closed, its column inside of it."""
    if "dataRange" not in spec:
        raise invalid("SlicerSpec.dataRange is required.")
    area = ranges.area(spreadsheet, spec["dataRange"])
    column = spec.get("columnIndex", 0)
    chosen = "columnIndex" in spec or "filterCriteria" in spec
    if chosen and not area.left <= column < area.right:
        raise invalid("Slicer column must be within range bounds")
    condition = spec.get("filterCriteria", {}).get("condition")
    if condition:
        check_condition(condition)
    made: Json = proto.colored({**spec, "dataRange": area.json(), "columnIndex": column}, spreadsheet.theme)
    # Not one of the fields that know whether they were set, as the `columnIndex` of a filter is.
    return {key: part for key, part in made.items() if part or key != "columnIndex"}
