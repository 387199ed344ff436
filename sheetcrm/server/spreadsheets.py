"""
The `spreadsheets` methods: create, get, batchUpdate, copyTo.

The first sheet of a new spreadsheet has id 0, which proto3 leaves out of every range but not out of the sheet's own
properties.  A mask that names `data` brings grid data even when includeGridData is false.
"""

import copy
from collections.abc import Callable
from typing import Any

from sheetcrm.server import access, datafilters, door, masks, proto, structured
from sheetcrm.server.a1 import Box
from sheetcrm.server.batch import run
from sheetcrm.server.batch.sheets import copied, sheet_properties
from sheetcrm.server.defaults import SPREADSHEET_PROPERTIES
from sheetcrm.server.errors import invalid
from sheetcrm.server.griddata import grid_data
from sheetcrm.server.masks import Mask
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.properties import check_spreadsheet, new_sheet
from sheetcrm.server.ranges import Area, Target, find, readable

Json = dict[str, Any]

FIELDS = frozenset({"properties", "sheets", "namedRanges", "developerMetadata"})


def create(body: Json, *, new_id: str) -> Spreadsheet:
    """A new spreadsheet; a `sheets` list replaces the default sheet."""
    body = proto.without_nulls(body)
    for field in body.keys() - FIELDS - {"spreadsheetId", "spreadsheetUrl"}:
        raise invalid(f"this embedded server does not create spreadsheets with {field} yet (Google does)")
    spreadsheet = Spreadsheet(new_id)
    given = body.get("properties", {})
    for field in given.keys() & {"defaultFormat", "spreadsheetTheme"}:
        if given[field] != SPREADSHEET_PROPERTIES[field]:
            raise invalid(f"this embedded server does not support another {field} yet (Google does)")
    spreadsheet.properties = {**copy.deepcopy(SPREADSHEET_PROPERTIES), "title": "Untitled spreadsheet", **given}
    check_spreadsheet(spreadsheet.properties)
    requests: list[Json] = []
    for index, sheet in enumerate(body.get("sheets") or [{}]):
        requests += _creation(spreadsheet, sheet, index)
    requests += [{"addNamedRange": {"namedRange": named}} for named in body.get("namedRanges", [])]
    requests += [{"createDeveloperMetadata": {"developerMetadata": one}} for one in body.get("developerMetadata", [])]
    run(spreadsheet, requests)
    return spreadsheet


def _creation(spreadsheet: Spreadsheet, sheet: Json, index: int) -> list[Json]:
    """Add a sheet that a create names, and answer the requests that fill it."""
    properties = {"title": f"Sheet{index + 1}", **sheet.get("properties", {})}
    if index == 0:
        properties.setdefault("sheetId", 0)
    properties.pop("index", None)
    sheet_id = spreadsheet.add_sheet(new_sheet(spreadsheet, properties)).id
    spreadsheet.check_size()
    requests: list[Json] = []
    for data in sheet.get("data", []):
        start = {"sheetId": sheet_id, "rowIndex": data.get("startRow", 0), "columnIndex": data.get("startColumn", 0)}
        requests.append({"updateCells": {"rows": data.get("rowData", []), "fields": "*", "start": start}})
    for field, value in sheet.items():
        if field not in ("properties", "data"):
            requests += _added(field, value)
    return requests


ADDED: dict[str, Callable[[int, Json], Json]] = {
    "conditionalFormats": lambda index, thing: {"addConditionalFormatRule": {"rule": thing, "index": index}},
    "bandedRanges": lambda _, thing: {"addBanding": {"bandedRange": thing}},
    "protectedRanges": lambda _, thing: {"addProtectedRange": {"protectedRange": thing}},
    "filterViews": lambda _, thing: {"addFilterView": {"filter": thing}},
    "charts": lambda _, thing: {"addChart": {"chart": thing}},
    "slicers": lambda _, thing: {"addSlicer": {"slicer": thing}},
    "tables": lambda _, thing: {"addTable": {"table": thing}},
    "merges": lambda _, thing: {"mergeCells": {"range": thing, "mergeType": "MERGE_ALL"}},
    "developerMetadata": lambda _, thing: {"createDeveloperMetadata": {"developerMetadata": thing}},
}


def _added(field: str, value: Any) -> list[Json]:
    if field == "basicFilter":
        return [{"setBasicFilter": {"filter": value}}]
    if field not in ADDED:
        raise invalid(f"this embedded server does not create sheets with {field} yet (Google does)")
    return [ADDED[field](index, thing) for index, thing in enumerate(value)]


def get(spreadsheet: Spreadsheet, *, ranges: list[str], include_grid_data: bool, fields: str | None) -> Json:
    """The spreadsheet, or only the sheets and cells of `ranges`, through a mask."""
    targets = [find(spreadsheet, text) for text in ranges]
    return _shown(spreadsheet, targets if ranges else None, include_grid_data, fields)


def get_by_data_filter(spreadsheet: Spreadsheet, body: Json, *, fields: str | None) -> Json:
    """The sheets and cells that data filters match."""
    filters = body.get("dataFilters") or []
    targets = [target for data_filter in filters for target in datafilters.targets(spreadsheet, data_filter)]
    return _shown(spreadsheet, targets if filters else None, bool(body.get("includeGridData")), fields)


def batch_update(spreadsheet: Spreadsheet, body: Json) -> Json:
    """Run all requests of a body, or none of them."""
    body = proto.without_nulls(body)
    requests = body.get("requests") or []
    if not requests:
        raise invalid("Must specify at least one request.")
    wanted = [find(spreadsheet, text) for text in body.get("responseRanges", [])]
    replies = run(spreadsheet, requests)
    answer: Json = {"spreadsheetId": spreadsheet.id, "replies": replies}
    if body.get("includeSpreadsheetInResponse"):
        shown = _shown(spreadsheet, wanted or None, bool(body.get("responseIncludeGridData")), None)
        answer["updatedSpreadsheet"] = shown
    return answer


def copy_sheet_to(source: Spreadsheet, sheet_id: int, destination: Spreadsheet) -> Json:
    """Copy a sheet to the end of another spreadsheet (or the same); answers its properties there."""
    sheet = source.sheet(sheet_id)
    if sheet is None:
        raise invalid(f"No grid with id: {sheet_id}")
    with destination.transaction():
        made = copied(sheet, destination)
        destination.check_size()
    return sheet_properties(destination, made)


def _shown(spreadsheet: Spreadsheet, targets: list[Target] | None, grid: bool, fields: str | None) -> Json:
    mask = masks.parse(fields) if fields else None
    door.check_mask(mask, "Spreadsheet")
    answer: Json = {}
    if masks.below(mask, "spreadsheetId")[0]:
        answer["spreadsheetId"] = spreadsheet.id
    wanted, below = masks.below(mask, "properties")
    if wanted:
        answer["properties"] = masks.pick(spreadsheet.properties, below)
    wanted, below = masks.below(mask, "sheets")
    if wanted:
        answer["sheets"] = _sheets(spreadsheet, targets, grid or mask is not None, below)
        if mask is not None and not grid and below is None:
            for sheet in answer["sheets"]:
                sheet.pop("data", None)
    listed = {"namedRanges": spreadsheet.named_ranges, "developerMetadata": _marks(spreadsheet, None)}
    for key, things in listed.items():
        wanted, below = masks.below(mask, key)
        if wanted and things:
            answer[key] = masks.pick(proto.shown(things), below)
    if masks.below(mask, "spreadsheetUrl")[0]:
        answer["spreadsheetUrl"] = spreadsheet.url
    return answer


def _sheets(spreadsheet: Spreadsheet, targets: list[Target] | None, grid: bool, mask: Mask | None) -> list[Json]:
    found = []
    for sheet in spreadsheet.sheets:
        if targets is not None and not any(target.sheet is sheet for target in targets):
            continue
        here = [target for target in targets or [Target(sheet, Box())] if target.sheet is sheet]
        areas = [readable(target) for target in here] if sheet.has_grid else []
        found.append(_sheet(spreadsheet, sheet, areas if grid else [], mask))
    return found


def _sheet(spreadsheet: Spreadsheet, sheet: Sheet, areas: list[Area], mask: Mask | None) -> Json:
    answer: Json = {}
    wanted, below = masks.below(mask, "properties")
    if wanted:
        answer["properties"] = masks.pick(sheet_properties(spreadsheet, sheet), below)
    wanted, below = masks.below(mask, "data")
    if wanted and areas:
        answer["data"] = [grid_data(spreadsheet, area, below) for area in areas]
    for kind, things in {**sheet.things, "developerMetadata": _marks(spreadsheet, sheet)}.items():
        wanted, below = masks.below(mask, kind)
        if wanted and things:
            if kind == "protectedRanges":
                things = [access.shown(spreadsheet, thing) for thing in things]  # noqa: PLW2901 - as the caller may see them
            if kind == "tables":
                things = [structured.shown(spreadsheet, sheet, thing) for thing in things]  # noqa: PLW2901 - with names
            shown = masks.pick(proto.shown(things), below)
            answer[kind] = shown[0] if kind == "basicFilter" else shown
    return answer


def _marks(spreadsheet: Spreadsheet, sheet: Sheet | None) -> list[Json]:
    """Metadata on the spreadsheet itself, or on a sheet as a whole."""
    here = {"locationType": "SPREADSHEET", "spreadsheet": True}
    if sheet is not None:
        here = {"locationType": "SHEET", "sheetId": sheet.id}
    return [one for one in spreadsheet.metadata if one["location"] == here]
