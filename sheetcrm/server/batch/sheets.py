"""
Requests about the spreadsheet and its sheets as such: properties, add, delete, duplicate.

A sheet's `index` is read against the order before it is taken out of its place.
"""

from typing import Any

from sheetcrm.server import embedded, formulas, masks, pivots, proto, structured
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.properties import (
    MAX_TITLE,
    check_grid,
    check_spreadsheet,
    check_supported,
    check_title,
    new_sheet,
    object_sheet,
)
from sheetcrm.server.structure import delete, rewrite

Json = dict[str, Any]

# Kinds whose things have an id, and where it stands.
IDS = {"filterViews": "filterViewId", "protectedRanges": "protectedRangeId", "bandedRanges": "bandedRangeId"}


@request("updateSpreadsheetProperties", edits=None)
def update_spreadsheet_properties(spreadsheet: Spreadsheet, body: Json) -> None:
    mask = masks.required(body.get("fields"))
    changed = masks.merged(spreadsheet.properties, body.get("properties"), mask)
    for key, value in spreadsheet.properties.items():
        changed.setdefault(key, value)
    check_spreadsheet(changed)
    spreadsheet.properties = changed
    spreadsheet.forget_calculator()
    spreadsheet.restructured()


@request("addSheet", edits=None)
def add_sheet(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("properties", {})
    index = given.get("index")
    if index is not None and not 0 <= index <= len(spreadsheet.sheets):
        raise invalid(f"Invalid index: {index}. The index must be between 0 and {len(spreadsheet.sheets)}.")
    sheet = spreadsheet.add_sheet(new_sheet(spreadsheet, given), index)
    spreadsheet.check_size()
    return {"properties": sheet_properties(spreadsheet, sheet)}


@request("deleteSheet", edits=None)
def delete_sheet(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = known(spreadsheet, body.get("sheetId", 0))
    if not any(other.has_grid for other in spreadsheet.sheets if other is not sheet):
        raise invalid("You can't remove all the sheets in a document.")
    if all(other.properties.get("hidden") for other in spreadsheet.sheets if other is not sheet):
        raise invalid("You can't remove all the visible sheets in a document.")
    spreadsheet.remove_sheet(sheet)
    embedded.forget(spreadsheet, sheet)
    for named in [one for one in spreadsheet.named_ranges if one["range"].get("sheetId", 0) == sheet.id]:
        spreadsheet.named_ranges.take(named)
    for mark in [one for one in spreadsheet.metadata if _place(one) == sheet.id]:
        spreadsheet.metadata.take(mark)
    gone = sheet.title
    rewrite(spreadsheet, lambda formula, _: formulas.deleted_sheet(formula, gone) if _names(formula, gone) else formula)


def _names(formula: str, title: str) -> bool:
    """Whether a formula may name a sheet; asked before it is taken apart."""
    return title.replace("'", "''").casefold() in formula.casefold()


def _place(metadata: Json) -> int | None:
    location = metadata["location"]
    found: int | None = location.get("dimensionRange", location).get("sheetId")
    return found


@request("updateSheetProperties", edits=None)
def update_sheet_properties(spreadsheet: Spreadsheet, body: Json) -> None:
    given = body.get("properties", {})
    check_supported(given)
    sheet = known(spreadsheet, given.get("sheetId", 0))
    mask = masks.required(body.get("fields"))
    wanted = proto.colored(given, spreadsheet.theme)
    changed = masks.merged(sheet.properties, wanted, _with_twins(mask))
    changed.update(sheetId=sheet.id, sheetType=sheet.properties["sheetType"])
    changed.pop("index", None)
    _uncolored(changed)
    check_title(spreadsheet, changed.get("title", ""), sheet)
    if sheet.has_grid:
        changed["gridProperties"] = {**_counts(sheet), **changed.get("gridProperties", {})}
        check_grid(changed["gridProperties"])
        _resize(spreadsheet, sheet, changed["gridProperties"])
    elif "gridProperties" in changed:
        raise invalid(f"No grid with id: {sheet.id}")
    _retitle(spreadsheet, sheet, changed["title"])
    sheet.properties = changed
    if all(other.properties.get("hidden") for other in spreadsheet.sheets):
        raise invalid("You can't hide all the sheets in a document.")
    if "index" in given and masks.below(mask, "index")[0]:
        _place_at(spreadsheet, sheet, given["index"])
    spreadsheet.check_size()
    spreadsheet.restructured()


def _with_twins(mask: masks.Mask | None) -> masks.Mask | None:
    if mask is None or not mask.keys() & {"tabColor", "tabColorStyle"}:
        return mask
    return {**mask, "tabColor": None, "tabColorStyle": None}


def _uncolored(properties: Json) -> None:
    """A style that names no colour takes the tab's away; black is `{"rgbColor": {}}`."""
    style = properties.get("tabColorStyle")
    if style is not None and all(part is None for part in style.values()):
        del properties["tabColorStyle"]
        properties.pop("tabColor", None)


def _counts(sheet: Sheet) -> Json:
    return {"rowCount": sheet.row_count, "columnCount": sheet.column_count}


def _resize(spreadsheet: Spreadsheet, sheet: Sheet, grid: Json) -> None:
    for dimension, count in (("ROWS", grid["rowCount"]), ("COLUMNS", grid["columnCount"])):
        extent = sheet.extent(dimension)
        if count < extent:
            delete(spreadsheet, sheet, dimension, count, extent)


def _retitle(spreadsheet: Spreadsheet, sheet: Sheet, title: str) -> None:
    if title != sheet.title:
        old = sheet.title
        rewrite(
            spreadsheet,
            lambda formula, _: formulas.renamed_sheet(formula, old, title) if _names(formula, old) else formula,
        )


def _place_at(spreadsheet: Spreadsheet, sheet: Sheet, index: int) -> None:
    if not 0 <= index <= len(spreadsheet.sheets):
        raise invalid(f"Invalid index: {index}. The index must be between 0 and {len(spreadsheet.sheets)}.")
    before = spreadsheet.sheets.index(sheet)
    order = [other for other in spreadsheet.sheets if other is not sheet]
    order.insert(index - 1 if index > before else index, sheet)
    spreadsheet.sheets = order


@request("duplicateSheet", edits=None)
def duplicate_sheet(spreadsheet: Spreadsheet, body: Json) -> Json:
    sheet = known(spreadsheet, body.get("sourceSheetId", 0))
    copy = copied(sheet, spreadsheet, title=body.get("newSheetName"), sheet_id=body.get("newSheetId"))
    index = body.get("insertSheetIndex", 0)
    if not 0 <= index < len(spreadsheet.sheets):
        raise invalid(f"Invalid index: {index}. The index must be between 0 and {len(spreadsheet.sheets) - 1}.")
    spreadsheet.sheets.remove(copy)
    spreadsheet.sheets.insert(index, copy)
    _copy_marks(spreadsheet, sheet.id, copy.id)
    spreadsheet.check_size()
    return {"properties": sheet_properties(spreadsheet, copy)}


def copied(sheet: Sheet, into: Spreadsheet, *, title: str | None = None, sheet_id: int | None = None) -> Sheet:
    """A copy of a sheet at the end of a spreadsheet, with ids of its own."""
    given = {key: value for key, value in sheet.properties.items() if key not in ("sheetId", "title", "hidden")}
    given["title"] = title or _copy_title(into, sheet.title)
    if sheet_id is not None:
        given["sheetId"] = sheet_id
    made = into.add_sheet(new_sheet(into, given) if sheet.has_grid else object_sheet(into, given))
    made.grid = sheet.grid.share(made.changed)
    if sheet not in into.sheets:
        pivots.drop(made.grid)
    made.sizes = {dimension: dict(sizes) for dimension, sizes in sheet.sizes.items()}
    for kind, things in sheet.things.items():
        for thing in things:
            copy = _copied_thing(into, kind, thing, sheet, made)
            if copy is not None:
                made.things[kind].add(copy)
    into.cells_changed(made, 0, len(made.grid.rows))
    into.restructured()
    return made


def _copy_title(spreadsheet: Spreadsheet, title: str) -> str:
    def written(number: int) -> str:
        last = "" if number == 1 else f" {number}"
        return f"Copy of {title}"[: MAX_TITLE - len(last)] + last

    return spreadsheet.directory.free_title(written, 1)


def _copied_thing(spreadsheet: Spreadsheet, kind: str, thing: Json, source: Sheet, target: Sheet) -> Json | None:
    if kind == "tables":
        return structured.copied(spreadsheet, thing, target)
    if kind in embedded.KEYS:
        made = embedded.copied(thing, source, target, abroad=source not in spreadsheet.sheets)
        fresh = spreadsheet.fresh_id(lambda number: embedded.find(spreadsheet, number) is not None)
        return made and {**made, embedded.KEYS[kind]: fresh}
    copy: Json = _on_sheet(thing, target.id)
    if kind in IDS:
        copy[IDS[kind]] = spreadsheet.fresh_id(spreadsheet.directory.homes(kind).__contains__)
    return copy


def _on_sheet(value: Any, sheet_id: int) -> Any:
    if isinstance(value, dict):
        return {key: sheet_id if key == "sheetId" else _on_sheet(part, sheet_id) for key, part in value.items()}
    if isinstance(value, list):
        return [_on_sheet(part, sheet_id) for part in value]
    return value


def _copy_marks(spreadsheet: Spreadsheet, source: int, target: int) -> None:
    marks = spreadsheet.metadata
    for one in [one for one in marks if _place(one) == source]:
        fresh = spreadsheet.fresh_id(lambda number: marks.find(number) is not None)
        marks.add({**_on_sheet(one, target), "metadataId": fresh})


def known(spreadsheet: Spreadsheet, sheet_id: int) -> Sheet:
    """The sheet with this id; refused when there is none."""
    sheet = spreadsheet.sheet(sheet_id)
    if sheet is None:
        raise invalid(f"No sheet with id: {sheet_id}")
    return sheet


def sheet_properties(spreadsheet: Spreadsheet, sheet: Sheet) -> Json:
    """A sheet's properties as Google prints them: with the index that it has now, and with its id even when that is 0."""
    shown = proto.shown(sheet.properties)
    first = {"sheetId": sheet.id, "title": sheet.title, "index": spreadsheet.sheets.index(sheet)}
    return {**first, **{key: value for key, value in shown.items() if key not in first}}
