"""
Data filters → the areas, and the metadata, that they match.

A look-up stands for whole rows, columns or sheets: metadata on the spreadsheet itself matches a look-up, but has no
cells to read, and neither has a sheet of a chart.
"""

from typing import Any

from sheetcrm.server import metadata, ranges
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.ranges import Area, Target

Json = dict[str, Any]


def areas(spreadsheet: Spreadsheet, filters: list[Json]) -> list[tuple[Area, list[Json]]]:
    """Every area that a filter matches, once, with the filters that matched it."""
    matched: dict[Area, list[Json]] = {}
    for data_filter in filters:
        for target in targets(spreadsheet, data_filter):
            into = matched.setdefault(ranges.readable(target), [])
            if data_filter not in into:
                into.append(data_filter)
    return list(matched.items())


def targets(spreadsheet: Spreadsheet, data_filter: Json) -> list[Target]:
    """What one filter matches, in order."""
    wanted = data_filter.get("developerMetadataLookup")
    if wanted is not None:
        places = [one["location"] for one in metadata.lookup(spreadsheet, wanted)]
        return [_place(spreadsheet, place) for place in places if _has_cells(spreadsheet, place)]
    if data_filter.get("a1Range"):
        return [ranges.find(spreadsheet, data_filter["a1Range"])]
    if data_filter.get("gridRange") is not None:
        return [ranges.target_of(spreadsheet, data_filter["gridRange"])]
    raise invalid("Must specify one of a1Range, developerMetadataLookup or gridRange in DataFilter.")


def _has_cells(spreadsheet: Spreadsheet, location: Json) -> bool:
    sheet_id = metadata.sheet_of(location)
    sheet = None if sheet_id is None else spreadsheet.sheet(sheet_id)
    return sheet is not None and sheet.has_grid


def _place(spreadsheet: Spreadsheet, location: Json) -> Target:
    span = location.get("dimensionRange")
    if span is None:
        return ranges.target_of(spreadsheet, {"sheetId": location["sheetId"]})
    first, last = ranges.SIDES[0 if span["dimension"] == "ROWS" else 1]
    closed = {"sheetId": span["sheetId"], first: span["startIndex"], last: span["endIndex"]}
    return ranges.target_of(spreadsheet, closed)


def marks(spreadsheet: Spreadsheet, data_filter: Json) -> list[Json]:
    """The metadata that a filter matches: by look-up, or because they lie in the filter's range."""
    wanted = data_filter.get("developerMetadataLookup")
    if wanted is not None:
        return metadata.lookup(spreadsheet, wanted)
    areas = (ranges.readable(target).json() for target in targets(spreadsheet, data_filter))
    found = {one["metadataId"]: one for area in areas for one in spreadsheet.metadata.overlapping(area)}
    return list(found.values())
