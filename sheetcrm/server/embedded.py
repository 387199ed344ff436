"""
Charts and slicers → the same, when what they read or stand on moves, is copied or goes away.

Their ranges may lie on other sheets than they do.  A series of which nothing is left goes, the chart stays and draws
less; a slicer goes with its range.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sheetcrm.server.door import CHARTS
from sheetcrm.server.edits import Edit
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]
Place = Callable[[Json], Json | None]
"""A GridRange → where it is afterwards, or None when nothing is left of it."""

KEYS = {"charts": "chartId", "slicers": "slicerId"}
INDEXES = {"ROWS": "rowIndex", "COLUMNS": "columnIndex"}


def objects(spreadsheet: Spreadsheet) -> Iterator[tuple[Sheet, str, Json]]:
    """(sheet, kind, chart or slicer) for all that are embedded in a spreadsheet."""
    for sheet in spreadsheet.sheets:
        for kind in KEYS:
            for thing in sheet.things[kind]:
                yield sheet, kind, thing


def find(spreadsheet: Spreadsheet, wanted: int) -> tuple[Sheet, str, Json] | None:
    """(sheet, kind, object) with this id: charts and slicers share one space."""
    for kind in KEYS:
        found = spreadsheet.thing(kind, wanted)
        if found is not None:
            return found[0], kind, found[1]
    return None


def follow(spreadsheet: Spreadsheet, sheet: Sheet, edit: Edit, place: Place) -> None:
    """Let the charts and slicers of all sheets follow an edit of one; `place` is how its ranges follow."""

    def follower(thing: Json) -> Json | None:
        sourced = _sourced(thing, place)
        return sourced and _anchored(_columned(sourced, thing, sheet, edit), sheet, edit)

    _change(spreadsheet, follower)


def forget(spreadsheet: Spreadsheet, sheet: Sheet) -> None:
    """Take away what charts and slicers read from a sheet that is deleted."""
    _change(spreadsheet, lambda thing: _sourced(thing, lambda place: None if place["sheetId"] == sheet.id else place))


def relocate(spreadsheet: Spreadsheet, place: Place, columns: int) -> None:
    """Let charts and slicers read cut cells where they were pasted, that many columns further to the right."""

    def follower(thing: Json) -> Json | None:
        made = _sourced(thing, place)
        if made is None or "dataRange" not in made["spec"] or made["spec"]["dataRange"] == thing["spec"]["dataRange"]:
            return made
        column = made["spec"].get("columnIndex", 0)
        chosen = column >= thing["spec"]["dataRange"]["startColumnIndex"]
        return {**made, "spec": _with_column(made["spec"], column + columns if chosen else 0)}

    _change(spreadsheet, follower)


def copied(thing: Json, source: Sheet, target: Sheet, *, abroad: bool) -> Json | None:
    """A chart or slicer for the copy of its sheet; `abroad` is another spreadsheet, without the other sheets it reads."""

    def place(old: Json) -> Json | None:
        return {**old, "sheetId": target.id} if old["sheetId"] == source.id else None if abroad else old

    made = _sourced(thing, place)
    if made is None:
        return None
    position = made["position"]
    if "overlayPosition" not in position:
        return {**made, "position": {"sheetId": target.id}}
    overlay = position["overlayPosition"]
    anchor = {**overlay["anchorCell"], "sheetId": target.id}
    return {**made, "position": {"overlayPosition": {**overlay, "anchorCell": anchor}}}


def corner(sheet_id: int, row: int, column: int) -> Json:
    """A GridCoordinate as it is kept: proto3 prints no zeros here, so none are kept but the sheet's id."""
    indexes = {"rowIndex": row, "columnIndex": column}
    return {"sheetId": sheet_id, **{key: index for key, index in indexes.items() if index}}


def _change(spreadsheet: Spreadsheet, change: Callable[[Json], Json | None]) -> None:
    for sheet in spreadsheet.directory.filled:
        for kind in KEYS if any(sheet.things[kind] for kind in KEYS) else ():
            changed = (change(thing) for thing in sheet.things[kind])
            sheet.things[kind] = [thing for thing in changed if thing is not None]


def _sourced(thing: Json, place: Place) -> Json | None:
    """The thing with every range that it reads placed anew; None for a slicer without its range."""
    spec = thing["spec"]
    if "dataRange" in spec:
        found = place(spec["dataRange"])
        return None if found is None else {**thing, "spec": {**spec, "dataRange": found}}
    kind = next(kind for kind in CHARTS if kind in spec)
    fields = ((key, _placed(part, place)) for key, part in spec[kind].items())
    return {**thing, "spec": {**spec, kind: {key: part for key, part in fields if part is not None}}}


def _placed(value: Any, place: Place) -> Any:
    """A part of a chart's spec; None when data that it cannot do without are gone."""
    if isinstance(value, list):
        return [part for part in (_placed(part, place) for part in value) if part is not None]
    if not isinstance(value, dict):
        return value
    if "sourceRange" in value:
        sources = [found for one in value["sourceRange"]["sources"] if (found := place(one)) is not None]
        return {**value, "sourceRange": {"sources": sources}} if sources else None
    result = {key: _placed(part, place) for key, part in value.items()}
    return None if None in result.values() else result


def _columned(thing: Json, before: Json, sheet: Sheet, edit: Edit) -> Json:
    """A slicer whose column moved with the others; one without its column filters the first, by nothing."""
    spec = thing["spec"]
    if "dataRange" not in spec or before["spec"]["dataRange"] == spec["dataRange"]:
        return thing
    column = spec.get("columnIndex", 0)
    if column < before["spec"]["dataRange"]["startColumnIndex"]:
        return thing  # no column was chosen
    if edit.dimension == "COLUMNS" and spec["dataRange"]["sheetId"] == sheet.id:
        column = edit.index(column)
    left, right = spec["dataRange"]["startColumnIndex"], spec["dataRange"]["endColumnIndex"]
    if column is None or not left <= column < right:
        column = left
        spec = {key: part for key, part in spec.items() if key != "filterCriteria"}
    return {**thing, "spec": _with_column(spec, column)}


def _with_column(spec: Json, column: int) -> Json:
    rest = {key: part for key, part in spec.items() if key != "columnIndex"}
    return {**rest, "columnIndex": column} if column else rest


def _anchored(thing: Json, sheet: Sheet, edit: Edit) -> Json:
    """A thing whose corner went along with its cell, or to the cell that took its place."""
    overlay = thing["position"].get("overlayPosition")
    if overlay is None or edit.across is not None or overlay["anchorCell"]["sheetId"] != sheet.id:
        return thing
    place = {dimension: overlay["anchorCell"].get(key, 0) for dimension, key in INDEXES.items()}
    landed = edit.index(place[edit.dimension])
    if landed is None:
        landed = min(edit.start, sheet.extent(edit.dimension) - edit.size - 1)
    place[edit.dimension] = landed
    anchor = corner(sheet.id, place["ROWS"], place["COLUMNS"])
    return {**thing, "position": {"overlayPosition": {**overlay, "anchorCell": anchor}}}
