"""
Requests about developer metadata: create, update and delete by look-up.

Updating or deleting by a filter that matches nothing changes nothing, and is no mistake.
"""

from typing import Any

from sheetcrm.server import datafilters, masks, metadata
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]

VISIBILITIES = ("DOCUMENT", "PROJECT")


@request("createDeveloperMetadata", edits=None)
def create_developer_metadata(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("developerMetadata", {})
    taken = spreadsheet.metadata.find
    wanted = given.get("metadataId") or spreadsheet.fresh_id(lambda number: taken(number) is not None)
    if taken(wanted) is not None:
        raise invalid(f"Developer metadata with id {wanted} already exists")
    made = _checked(spreadsheet, {**given, "metadataId": wanted})
    spreadsheet.metadata.add(made)
    _changed(spreadsheet, made)
    return {"developerMetadata": metadata.shown(made)}


@request("updateDeveloperMetadata", edits=None)
def update_developer_metadata(spreadsheet: Spreadsheet, body: Json) -> Json:
    mask = masks.required(body.get("fields"))
    given = body.get("developerMetadata", {})
    changed: dict[int, Json] = {}
    for one in _matched(spreadsheet, body):
        merged = {**masks.merged(one, given, mask), "metadataId": one["metadataId"]}
        changed[one["metadataId"]] = _checked(spreadsheet, merged)
    for one in changed.values():
        spreadsheet.metadata.put(one)
    _changed(spreadsheet, *changed.values())
    return {"developerMetadata": [metadata.shown(one) for one in changed.values()]} if changed else {}


@request("deleteDeveloperMetadata", edits=None)
def delete_developer_metadata(spreadsheet: Spreadsheet, body: Json) -> Json:
    gone = _matched(spreadsheet, {"dataFilters": [body.get("dataFilter", {})]})
    for one in gone:
        spreadsheet.metadata.take(one)
    _changed(spreadsheet)
    return {"deletedDeveloperMetadata": [metadata.shown(one) for one in gone]} if gone else {}


def _matched(spreadsheet: Spreadsheet, body: Json) -> list[Json]:
    filters = body.get("dataFilters", [])
    if not filters:
        raise invalid("Must specify at least one DataFilter.")
    found = (one for data_filter in filters for one in datafilters.marks(spreadsheet, data_filter))
    return metadata.ordered(spreadsheet, {one["metadataId"] for one in found})


def _changed(spreadsheet: Spreadsheet, *changed: Json) -> None:
    metadata.check_quota(spreadsheet, changed)
    spreadsheet.dirty.add("properties")


def _checked(spreadsheet: Spreadsheet, given: Json) -> Json:
    if not given.get("metadataKey"):
        raise invalid("DeveloperMetadata.metadataKey must be set.")
    if given.get("visibility") not in VISIBILITIES:
        raise invalid("DeveloperMetadata.visibility must be set to DOCUMENT or PROJECT.")
    if "location" not in given:
        raise invalid("DeveloperMetadata.location must be set.")
    made = {"metadataId": given["metadataId"], "metadataKey": given["metadataKey"]}
    if given.get("metadataValue"):
        made["metadataValue"] = given["metadataValue"]
    place = metadata.located_at(spreadsheet, given["location"])
    return {**made, "location": place, "visibility": given["visibility"]}
