"""
Requests about filters: the basic filter of a sheet, and named filter views.

A filter here is kept and shown, not applied: rows that it hides are still in every answer, as with Google.
"""

from typing import Any

from sheetcrm.server import masks, proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.things import claim_id, find
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]

KIND, KEY, NOUN = "filterViews", "filterViewId", "filter view"


@request("setBasicFilter", edits="filter.range")
def set_basic_filter(spreadsheet: Spreadsheet, body: Json) -> None:
    made, sheet = _checked(spreadsheet, body.get("filter", {}))
    sheet.things["basicFilter"] = [made]
    spreadsheet.sheet_changed(sheet)


@request("clearBasicFilter", edits=None)
def clear_basic_filter(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet = spreadsheet.sheet(body.get("sheetId", 0))
    if sheet is None:
        raise invalid(f"No sheet with id: {body.get('sheetId', 0)}")
    sheet.things["basicFilter"] = []
    spreadsheet.sheet_changed(sheet)


@request("addFilterView", edits=None)
def add_filter_view(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("filter", {})
    made = {KEY: claim_id(spreadsheet, KIND, given.get(KEY), NOUN), **given}
    view, sheet = _checked(spreadsheet, made)
    _check_title(sheet, view)
    sheet.things[KIND].add(view)
    spreadsheet.sheet_changed(sheet)
    return {"filter": proto.shown(view)}


@request("updateFilterView", edits=None)
def update_filter_view(spreadsheet: Spreadsheet, body: Json) -> None:
    given = body.get("filter", {})
    sheet, old = find(spreadsheet, KIND, given.get(KEY, 0), NOUN)
    mask = masks.required(body.get("fields"))
    changed = {**masks.merged(old, given, mask), KEY: old[KEY]}
    changed.setdefault("range", old["range"])
    view, target = _checked(spreadsheet, changed)
    sheet.things[KIND].take(old)
    _check_title(target, view)
    target.things[KIND].add(view)
    spreadsheet.sheet_changed(sheet)
    spreadsheet.sheet_changed(target)


@request("deleteFilterView", edits=None)
def delete_filter_view(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, old = find(spreadsheet, KIND, body.get("filterId", 0), NOUN)
    sheet.things[KIND].take(old)
    spreadsheet.sheet_changed(sheet)


@request("duplicateFilterView", edits=None)
def duplicate_filter_view(spreadsheet: Spreadsheet, body: Json) -> Json:
    sheet, old = find(spreadsheet, KIND, body.get("filterId", 0), NOUN)
    view = {**old, KEY: claim_id(spreadsheet, KIND, None, NOUN), "title": f"Copy of {old.get('title', '')}"}
    sheet.things[KIND].add(view)
    spreadsheet.sheet_changed(sheet)
    return {"filter": proto.shown(view)}


def _check_title(sheet: Sheet, view: Json) -> None:
    if not view.get("title"):
        raise invalid("FilterView.title is required.")
    if sheet.things[KIND].named(view["title"]):
        raise invalid(f'A filter view with the name "{view["title"]}" already exists.')


def _checked(spreadsheet: Spreadsheet, given: Json) -> tuple[Json, Sheet]:
    """A filter as it is kept: its range closed, columns that it names inside of it, the old `criteria` as specs."""
    given = dict(given)
    criteria = given.pop("criteria", {})
    if criteria and not given.get("filterSpecs"):
        given["filterSpecs"] = [{"columnIndex": int(key), "filterCriteria": part} for key, part in criteria.items()]
    place = given.get("range")
    if place is None and given.get("namedRangeId"):
        named = spreadsheet.named_ranges.find(given["namedRangeId"])
        place = named["range"] if named is not None else None
    if place is None:
        raise invalid("Filter.range is required.")
    area = ranges.area(spreadsheet, place)
    for field, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        for spec in given.get(field, []):
            if not area.left <= spec.get(key, 0) < area.right:
                raise invalid(f"{field}.{key} {spec.get(key, 0)} is outside of the filter's range.")
    colored: Json = proto.colored(given, spreadsheet.theme)
    return {**colored, "range": area.json()}, area.sheet
