"""
Developer metadata: notes for programs on the spreadsheet, a sheet, a row or a column, found again by look-up.

Keys are not unique, a look-up that names nothing finds all, and a look-up by `locationType` alone finds every column.
"""

from collections.abc import Collection, Iterable
from typing import Any

from sheetcrm.server import proto
from sheetcrm.server.errors import ApiError, invalid
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

LIMIT = 30_000
LOCATIONS = {"ROWS": "ROW", "COLUMNS": "COLUMN"}


def get(spreadsheet: Spreadsheet, metadata_id: int) -> Json:
    """One metadata by its id; 404 when there is none."""
    found = spreadsheet.metadata.find(metadata_id)
    if found is None:
        raise ApiError(404, f"No developer metadata with id: {metadata_id}")
    return shown(found)


def search(spreadsheet: Spreadsheet, body: Json) -> Json:
    """All metadata that any of the body's data filters matches, each with the filters that did."""
    from sheetcrm.server.datafilters import marks  # noqa: PLC0415 - data filters look metadata up here

    filters: dict[int, list[Json]] = {}
    for data_filter in body.get("dataFilters") or []:
        for one in marks(spreadsheet, data_filter):
            filters.setdefault(one["metadataId"], []).append(data_filter)
    found = ordered(spreadsheet, filters)
    matched = [{"developerMetadata": shown(one), "dataFilters": filters[one["metadataId"]]} for one in found]
    return {"matchedDeveloperMetadata": matched} if matched else {}


def ordered(spreadsheet: Spreadsheet, ids: Collection[int]) -> list[Json]:
    """The metadata with these ids, in the order in which they are kept."""
    if len(ids) == 1:
        return [one for one in map(spreadsheet.metadata.find, ids) if one is not None]
    return [one for one in spreadsheet.metadata if one["metadataId"] in ids] if ids else []


def shown(metadata: Json) -> Json:
    """As Google prints it."""
    printed: Json = proto.shown(metadata)
    return printed


def lookup(spreadsheet: Spreadsheet, wanted: Json) -> list[Json]:
    """The metadata that a DeveloperMetadataLookup matches."""
    location = wanted.get("metadataLocation")
    if wanted.get("locationMatchingStrategy") and not location:
        raise invalid("A metadataLocation must be specified with a locationMatchingStrategy.")
    here = located_at(spreadsheet, location) if location else None
    exact = wanted.get("locationMatchingStrategy") == "EXACT_LOCATION"
    return [one for one in _candidates(spreadsheet, wanted) if here is None or _at(one, here, exact=exact)]


def _candidates(spreadsheet: Spreadsheet, wanted: Json) -> list[Json]:
    """The metadata that a look-up matches, wherever they are."""
    marks = spreadsheet.metadata
    few: list[Json] = marks
    if wanted.get("metadataId"):
        found = marks.find(wanted["metadataId"])
        few = [found] if found is not None else []
    elif wanted.get("metadataKey"):
        few = marks.named(wanted["metadataKey"])
    return [one for one in few if _has(one, wanted)]


def _has(metadata: Json, wanted: Json) -> bool:
    same = all(
        metadata.get(key) == wanted[key]
        for key in ("metadataId", "metadataKey", "metadataValue", "visibility")
        if wanted.get(key)
    )
    kind = wanted.get("locationType")
    return same and (not kind or metadata["location"]["locationType"] == kind)


def _at(metadata: Json, here: Json, *, exact: bool) -> bool:
    there = metadata["location"]
    return there == here if exact else intersect(there, here)


def intersect(one: Json, other: Json) -> bool:
    """Whether two locations have a cell in common."""
    if "SPREADSHEET" in (one["locationType"], other["locationType"]):
        return True
    if sheet_of(one) != sheet_of(other):
        return False
    first, second = one.get("dimensionRange"), other.get("dimensionRange")
    if not first or not second or first["dimension"] != second["dimension"]:
        return True
    return bool(first["startIndex"] < second["endIndex"] and second["startIndex"] < first["endIndex"])


def sheet_of(location: Json) -> int | None:
    """The id of the sheet that a location is on; None for the spreadsheet's own."""
    found = location.get("dimensionRange", location).get("sheetId")
    return None if found is None else int(found)


def located_at(spreadsheet: Spreadsheet, location: Json) -> Json:
    """A DeveloperMetadataLocation of a request in the one form that is stored; refused when there is no such place."""
    span = location.get("dimensionRange")
    if span is not None:
        return {
            "locationType": LOCATIONS.get(span.get("dimension", ""), "ROW"),
            "dimensionRange": _single(spreadsheet, span),
        }
    if location.get("sheetId") is not None:
        _known(spreadsheet, location["sheetId"])
        return {"locationType": "SHEET", "sheetId": location["sheetId"]}
    if location.get("spreadsheet"):
        return {"locationType": "SPREADSHEET", "spreadsheet": True}
    raise invalid("A location must be specified for developer metadata.")


def _single(spreadsheet: Spreadsheet, span: Json) -> Json:
    sheet_id = span.get("sheetId", 0)
    extent = _known(spreadsheet, sheet_id).extent(span.get("dimension", "ROWS"))
    start = span.get("startIndex", 0)
    end = span.get("endIndex", extent)
    if end - start != 1 or start < 0 or span.get("dimension") not in LOCATIONS:
        raise invalid("DimensionRange must represent a single row or column")
    if end > extent:
        raise invalid(f"DimensionRange [{start}, {end}) is outside of the sheet, which has {extent}.")
    return {"sheetId": sheet_id, "dimension": span["dimension"], "startIndex": start, "endIndex": end}


def _known(spreadsheet: Spreadsheet, sheet_id: int) -> Any:
    sheet = spreadsheet.sheet(sheet_id)
    if sheet is None:
        raise invalid(f"No grid with id: {sheet_id}")
    return sheet


def check_quota(spreadsheet: Spreadsheet, changed: Iterable[Json]) -> None:
    """Refuse, where metadata changed, more than Google keeps: 30,000 characters for the spreadsheet and for each sheet."""
    sizes = spreadsheet.metadata.weights()
    if any(sizes[sheet_of(one["location"])] > LIMIT for one in changed):
        raise invalid(f"The developer metadata would exceed the limit of {LIMIT} characters.")
