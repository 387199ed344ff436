"""
Requests about whatever floats over cells: charts and slicers, by one space of ids; position, border, delete.

A chart may also have a sheet of its own, which comes and goes with it.
"""

from typing import Any

from sheetcrm.server import embedded, masks, proto
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.sheets import delete_sheet
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.properties import object_sheet

Json = dict[str, Any]

WIDTH, HEIGHT = 600, 371
NOWHERE = "One of EmbeddedObjectPosition.overlayPosition or EmbeddedObjectPosition.sheetId must be set"


def claim_id(spreadsheet: Spreadsheet, wanted: int | None, noun: str) -> int:
    """The id for a new chart or slicer: the wanted one, when neither has it, or a fresh one."""
    if wanted is None:
        return spreadsheet.fresh_id(lambda number: embedded.find(spreadsheet, number) is not None)
    if embedded.find(spreadsheet, wanted) is not None:
        raise invalid(f"Cannot add {noun} with id {wanted}: that id is already used.")
    return wanted


def place(spreadsheet: Spreadsheet, position: Json) -> tuple[Sheet, Json]:
    """The sheet that an object goes to, made when it asks for one of its own, and the position as it is kept."""
    if "overlayPosition" in position:
        return overlaid(spreadsheet, position["overlayPosition"])
    if not position.get("newSheet") and "sheetId" not in position:
        raise invalid(NOWHERE)
    wanted = {key: position[key] for key in ("sheetId",) if key in position}
    made = spreadsheet.add_sheet(object_sheet(spreadsheet, wanted))
    return made, {"sheetId": made.id}


def overlaid(spreadsheet: Spreadsheet, overlay: Json) -> tuple[Sheet, Json]:
    """The sheet that an object lies on, and its position with the sizes that Google fills in."""
    if "anchorCell" not in overlay:
        raise invalid(NOWHERE)
    given = overlay["anchorCell"]
    sheet = spreadsheet.sheet(given.get("sheetId", 0))
    if sheet is None or not sheet.has_grid:
        raise invalid(f"No grid with id: {given.get('sheetId', 0)}")
    indexes = []
    for key, noun, extent in (("rowIndex", "row", sheet.row_count), ("columnIndex", "column", sheet.column_count)):
        index = given.get(key, 0)
        if index >= extent:
            raise invalid(f"GridCoordinate.{key}[{index}] is after last {noun} in grid[{extent - 1}]")
        if index < 0:
            raise invalid(f"GridCoordinate.{key}[{index}] must be at least 0")
        indexes.append(index)
    for key, value in overlay.items():
        if key != "anchorCell" and value < 0:
            raise invalid(f"OverlayPosition.{key}[{value}] must be at least 0")
    made = {**overlay, "anchorCell": embedded.corner(sheet.id, indexes[0], indexes[1])}
    made["widthPixels"] = overlay.get("widthPixels") or WIDTH
    made["heightPixels"] = overlay.get("heightPixels") or HEIGHT
    return sheet, {"overlayPosition": made}


def put(spreadsheet: Spreadsheet, sheet: Sheet, kind: str, thing: Json) -> None:
    """Put a new object on a sheet, or the new state of one in its place."""
    key = embedded.KEYS[kind]
    things = sheet.things[kind]
    if things.find(thing[key]) is not None:
        things.put(thing)
    else:
        things.add(thing)
    spreadsheet.sheet_changed(sheet)


def find(spreadsheet: Spreadsheet, wanted: int) -> tuple[Sheet, str, Json]:
    """(sheet, kind, object) with this id; refused when there is none."""
    found = embedded.find(spreadsheet, wanted)
    if found is None:
        raise invalid(f"No embedded object with id: {wanted}")
    return found


@request("updateEmbeddedObjectPosition", edits=None)
def update_embedded_object_position(spreadsheet: Spreadsheet, body: Json) -> Json:
    source, kind, thing = find(spreadsheet, body.get("objectId", 0))
    new = body.get("newPosition", {})
    if "overlayPosition" in new:
        mask = masks.required(body.get("fields"))
        merged = masks.merged(thing["position"].get("overlayPosition"), new["overlayPosition"], mask)
        target, position = overlaid(spreadsheet, merged)
    elif kind == "slicers":
        raise invalid("A slicer can only be positioned on an existing sheet.")
    else:
        target, position = place(spreadsheet, new)
    if target is not source:
        _take(spreadsheet, source, kind, thing)
    put(spreadsheet, target, kind, {**thing, "position": position})
    return {"position": proto.shown(position)}


@request("updateEmbeddedObjectBorder", edits=None)
def update_embedded_object_border(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, kind, thing = find(spreadsheet, body.get("objectId", 0))
    masks.required(body.get("fields"))
    if kind != "charts":
        raise invalid("Only charts have a border.")
    # A border has nothing but a colour, in two spellings: whatever the mask names, all of it is replaced.
    border = proto.colored(body.get("border", {}), spreadsheet.theme)
    rest = {key: part for key, part in thing.items() if key != "border"}
    put(spreadsheet, sheet, kind, {**rest, **({"border": border} if border else {})})


@request("deleteEmbeddedObject", edits=None)
def delete_embedded_object(spreadsheet: Spreadsheet, body: Json) -> None:
    _take(spreadsheet, *find(spreadsheet, body.get("objectId", 0)))


def _take(spreadsheet: Spreadsheet, sheet: Sheet, kind: str, thing: Json) -> None:
    if sheet.has_grid:
        sheet.things[kind].take(thing)
        spreadsheet.sheet_changed(sheet)
    else:
        delete_sheet(spreadsheet, {"sheetId": sheet.id})
