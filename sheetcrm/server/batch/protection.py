"""
Requests about protected ranges: add, update, delete.

The answer to adding one lists no editors that were not asked for; reading lists the owner, who can always edit.
"""

from typing import Any

from sheetcrm.server import masks, proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.things import claim_id, find
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]

KIND, KEY, NOUN = "protectedRanges", "protectedRangeId", "protected range"


@request("addProtectedRange", edits=None)
def add_protected_range(spreadsheet: Spreadsheet, body: Json) -> Json:
    given = body.get("protectedRange", {})
    made = {**given, KEY: claim_id(spreadsheet, KIND, given.get(KEY), NOUN)}
    protected, sheet = _checked(spreadsheet, made, None)
    sheet.things[KIND].add(_with_owner(spreadsheet, protected))
    spreadsheet.sheet_changed(sheet)
    return {"protectedRange": proto.shown({**protected, "editors": protected.get("editors", {})})}


@request("updateProtectedRange", edits=None)
def update_protected_range(spreadsheet: Spreadsheet, body: Json) -> None:
    given = body.get("protectedRange", {})
    sheet, old = find(spreadsheet, KIND, given.get(KEY, 0), NOUN)
    mask = masks.required(body.get("fields"))
    changed = {**masks.merged(old, given, mask), KEY: old[KEY]}
    if changed.get("warningOnly") and not given.get("editors"):
        changed.pop("editors", None)
    protected, target = _checked(spreadsheet, changed, old)
    sheet.things[KIND].take(old)
    target.things[KIND].add(_with_owner(spreadsheet, protected))
    spreadsheet.sheet_changed(sheet)
    spreadsheet.sheet_changed(target)


@request("deleteProtectedRange", edits=None)
def delete_protected_range(spreadsheet: Spreadsheet, body: Json) -> None:
    sheet, old = find(spreadsheet, KIND, body.get(KEY, 0), NOUN)
    sheet.things[KIND].take(old)
    spreadsheet.sheet_changed(sheet)


def _with_owner(spreadsheet: Spreadsheet, protected: Json) -> Json:
    editors = protected.get("editors", {})
    users = editors.get("users", [])
    for always in (spreadsheet.caller, spreadsheet.owner):
        if always and always not in users:
            users = [always, *users]
    return {**protected, "editors": {**editors, "users": users}}


def _checked(spreadsheet: Spreadsheet, given: Json, own: Json | None) -> tuple[Json, Sheet]:
    place = {"sheetId": 0, **_place(spreadsheet, given)}
    sheet = ranges.area(spreadsheet, place).sheet
    editors = {key: value for key, value in given.get("editors", {}).items() if value}
    if given.get("warningOnly") and editors:
        raise invalid("ProtectedRange is warningOnly. Editors cannot be set on it.")
    if len(place) == 1 and any(one["range"].keys() == {"sheetId"} for one in sheet.things[KIND] if one is not own):
        raise invalid(f'Sheet "{sheet.title}" already has sheet protection.')
    unprotected = [ranges.area(spreadsheet, one).json() for one in given.get("unprotectedRanges", [])]
    made = {key: part for key, part in given.items() if key not in ("editors", "unprotectedRanges") and part != ""}
    made.update(range=place, requestingUserCanEdit=True)
    if unprotected:
        made["unprotectedRanges"] = unprotected
    return ({**made, "editors": editors} if editors else made), sheet


def _place(spreadsheet: Spreadsheet, given: Json) -> Json:
    named_id = given.get("namedRangeId")
    if named_id:
        named = spreadsheet.named_ranges.find(named_id)
        if named is None:
            raise invalid(f"No named range with id: {named_id}")
        return named["range"]  # type: ignore[no-any-return]  # a GridRange
    if given.get("tableId"):
        held = spreadsheet.thing("tables", given["tableId"])
        if held is None:
            raise invalid(f"No table with id: {given['tableId']}")
        return held[1]["range"]  # type: ignore[no-any-return]  # a GridRange
    if "range" not in given:
        raise invalid("ProtectedRange.range is required.")
    return given["range"]  # type: ignore[no-any-return]  # a GridRange
