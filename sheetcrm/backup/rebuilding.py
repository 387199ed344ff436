"""
An archive → a new spreadsheet that says the same, ids and marks of ours included.

Order matters: names and tabs before the formulas that use them, merges before
cells, locks and what is hidden last.  Each batch is whole, all of them together
are not: whoever calls throws away what was half made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from sheetcrm.backup.archive import Archive
from sheetcrm.backup.painting import requests
from sheetcrm.backup.reading import Block
from sheetcrm.backup.state import dimensions
from sheetcrm.errors import ApiError, SheetcrmError
from sheetcrm.messages import tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.sync.batches import fitting, request_bytes

Json = dict[str, Any]

SENT = "sheetcrm.restoring"
"""Key of the marks that say which batches were carried out; the last batch takes them away."""
PROPERTIES = (
    "locale",
    "timeZone",
    "autoRecalc",
    "iterativeCalculationSettings",
    "spreadsheetTheme",
    "importFunctionsExternalUrlAccessAllowed",
)
TABS = ("sheetId", "title", "gridProperties", "tabColorStyle", "rightToLeft")
MADE = ("GRID", "OBJECT")
"""Kinds of tabs that can be made: of cells, and of one chart."""
WAYS = {"rowMetadata": "ROWS", "columnMetadata": "COLUMNS"}

Adds = Callable[[int, Json], Json]
AFTER: dict[str, Adds] = {
    "tables": lambda _, thing: {"addTable": {"table": thing}},
    "bandedRanges": lambda _, thing: {"addBanding": {"bandedRange": thing}},
    "conditionalFormats": lambda at, thing: {"addConditionalFormatRule": {"rule": thing, "index": at}},
    "filterViews": lambda _, thing: {"addFilterView": {"filter": thing}},
    "basicFilter": lambda _, thing: {"setBasicFilter": {"filter": thing}},
    "charts": lambda _, thing: {"addChart": {"chart": thing}},
    "slicers": lambda _, thing: {"addSlicer": {"slicer": thing}},
    "developerMetadata": lambda _, thing: {"createDeveloperMetadata": {"developerMetadata": thing}},
    "protectedRanges": lambda _, thing: {"addProtectedRange": {"protectedRange": _lock(thing)}},
}
"""What stands on a tab's cells → the request that makes it, in the order in which it can be made."""


class Builds(Protocol):
    """What rebuilding needs of a gateway to a new spreadsheet."""

    def describe(self, fields: str) -> Json:
        """`spreadsheets.get` with that mask."""

    def batch(self, requests: list[Json]) -> Json:
        """All together or not at all."""


class Cleans(Protocol):
    """What leaves out of an archive those who were erased since."""

    def block(self, block: Block, data: Json) -> Json:
        """A block of cells without them."""

    def description(self, description: Json) -> Json:
        """The rest."""


@dataclass(frozen=True)
class Parts:
    """What an archive of a spreadsheet has; with `clean`, what of it may come back."""

    archive: Archive
    clean: Cleans | None = None

    @property
    def description(self) -> Json:
        """Everything but the cells."""
        found: Json = self.archive.json("spreadsheet.json")
        return self.clean.description(found) if self.clean else found

    def blocks(self, only: Collection[int] | None = None) -> Iterator[tuple[Block, Json]]:
        """Rows by rows of each tab, or of those with the ids `only`."""
        for tab in self.archive.manifest.get("tabs", []):
            if only is not None and tab["sheet_id"] not in only:
                continue
            for part in tab["blocks"]:
                block = Block(tab["sheet_id"], tab["title"], part["first"], part["last"], tab["columns"])
                data = self.archive.json(part["name"])
                yield block, self.clean.block(block, data) if self.clean else data


def rebuild(
    gateway: Builds,
    archive: Archive,
    meter: Meter = unmetered,
    *,
    only: Collection[int] | None = None,
    clean: Cleans | None = None,
) -> None:
    """
    Make a spreadsheet that was just created, and is blank, what the archive says; of the cells those of the tabs `only`.

    SheetcrmError for an archive of something else.
    """
    if archive.manifest.get("kind") != "spreadsheet":
        raise SheetcrmError(tr("{path} is no backup of a spreadsheet", path=archive.path))
    parts = Parts(archive, clean)
    description = parts.description
    for tab in description.get("sheets", []):
        if tab["properties"].get("sheetType", "GRID") not in MADE:
            title = tab["properties"]["title"]
            raise SheetcrmError(
                tr("{title} shows a connected data source, and such a tab cannot be made again", title=title)
            )
    blank = gateway.describe("properties,sheets.properties")
    at = 0
    for at, batch in enumerate(fitting(_requests(parts, description, blank, only), request_bytes), 1):
        _send(gateway, [*batch, _sent_mark(f"{at}")], f"{at}")
        meter(tr("batches sent"), at, 0)
    if at:
        lookup = {"developerMetadataLookup": {"metadataKey": SENT}}
        _send(gateway, [{"deleteDeveloperMetadata": {"dataFilter": lookup}}], "")


def _sent_mark(name: str) -> Json:
    one = {"metadataKey": SENT, "metadataValue": name, "visibility": "DOCUMENT", "location": {"spreadsheet": True}}
    return {"createDeveloperMetadata": {"developerMetadata": one}}


def _send(gateway: Builds, batch: list[Json], name: str) -> None:
    """One batch; where its answer is lost, the mark that it leaves tells whether it was carried out: `name`, or with "" none at all."""
    try:
        gateway.batch(batch)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        try:
            marks = gateway.describe("developerMetadata").get("developerMetadata", [])
        except ApiError as error:
            raise lost from error
        there = {one.get("metadataValue", "") for one in marks if one.get("metadataKey") == SENT}
        if not (name in there if name else not there):
            gateway.batch(batch)


def _requests(parts: Parts, description: Json, blank: Json, only: Collection[int] | None) -> Iterator[Json]:
    tabs = description.get("sheets", [])
    yield from _whole(description, blank)
    yield from _tabs(tabs, blank)
    for named in description.get("namedRanges", []):
        yield {"addNamedRange": {"namedRange": named}}
    for tab in tabs:
        yield from ({"mergeCells": {"range": one, "mergeType": "MERGE_ALL"}} for one in tab.get("merges", []))
    for block, data in parts.blocks(only):
        yield from requests(block, data)
        yield from _sizes(block, data)
    for tab in tabs:
        yield from _groups(tab)
    for kind, make in AFTER.items():
        for tab in tabs:
            things = tab.get(kind, [])
            for at, thing in enumerate([things] if isinstance(things, dict) else things):
                yield make(at, thing)
    yield from _order(tabs)
    for mark in description.get("developerMetadata", []):
        yield {"createDeveloperMetadata": {"developerMetadata": mark}}


def _whole(description: Json, blank: Json) -> Iterator[Json]:
    said, new = description.get("properties", {}), blank.get("properties", {})
    changed = {key: said[key] for key in PROPERTIES if key in said and said[key] != new.get(key)}
    if changed:
        yield {"updateSpreadsheetProperties": {"properties": changed, "fields": ",".join(changed)}}


def _tabs(tabs: list[Json], blank: Json) -> Iterator[Json]:
    """Every tab with cells, under its own id, in place of those that a new spreadsheet has."""
    there = [one["properties"] for one in blank.get("sheets", [])]
    ids = [one.get("sheetId", 0) for one in there]
    for at, one in enumerate(there):
        properties = {"sheetId": ids[at], "title": f"sheetcrm-{at}-{one['title']}"[:100]}
        yield {"updateSheetProperties": {"properties": properties, "fields": "title"}}
    wanted = set()
    for tab in tabs:
        given = tab["properties"]
        if given.get("sheetType", "GRID") != "GRID":
            continue
        properties = {"sheetId": 0, **{key: given[key] for key in TABS if key in given}}
        wanted.add(properties["sheetId"])
        if properties["sheetId"] in ids:
            fields = ",".join(key for key in TABS if key != "sheetId")
            yield {"updateSheetProperties": {"properties": properties, "fields": fields}}
        else:
            yield {"addSheet": {"properties": properties}}
    for sheet_id in ids:
        if sheet_id not in wanted:
            yield {"deleteSheet": {"sheetId": sheet_id}}


def _sizes(block: Block, data: Json) -> Iterator[Json]:
    """Rows and columns that are not as new ones are, neighbours together; and their marks."""
    found = list(dimensions(block, data))
    for kind, way in WAYS.items():
        said = [(at, one) for which, at, one in found if which == kind]
        looks: list[tuple[int, Json]] = [
            (at, {key: one[key] for key in ("pixelSize", "hiddenByUser") if key in one}) for at, one in said
        ]
        for look, first, last in _runs([(at, look) for at, look in looks if look]):
            place = {"sheetId": block.sheet_id, "dimension": way, "startIndex": first, "endIndex": last}
            yield {"updateDimensionProperties": {"range": place, "properties": look, "fields": ",".join(look)}}
        for _, one in said:
            for mark in one.get("developerMetadata", []):
                yield {"createDeveloperMetadata": {"developerMetadata": mark}}


def _runs(looks: list[tuple[int, Json]]) -> Iterator[tuple[Json, int, int]]:
    for _, run in groupby(enumerate(looks), lambda pair: (pair[1][0] - pair[0], sorted(pair[1][1].items()))):
        places = [one for _, one in run]
        yield places[0][1], places[0][0], places[-1][0] + 1


def _groups(tab: Json) -> Iterator[Json]:
    """Outer groups first, so that each comes out as deep as it was; then those that are closed."""
    groups = [one for kind in ("rowGroups", "columnGroups") for one in tab.get(kind, [])]
    for one in sorted(groups, key=lambda one: one.get("depth", 1)):
        yield {"addDimensionGroup": {"range": one["range"]}}
    for one in groups:
        if one.get("collapsed"):
            yield {"updateDimensionGroup": {"dimensionGroup": one, "fields": "collapsed"}}


def _order(tabs: list[Json]) -> Iterator[Json]:
    """Each tab in its place, and what was hidden hidden: also the tabs that came with their charts."""
    for at, tab in enumerate(tabs):
        given = tab["properties"]
        properties = {"sheetId": given.get("sheetId", 0), "title": given["title"], "index": at}
        yield {"updateSheetProperties": {"properties": properties, "fields": "title,index"}}
    for tab in tabs:
        if tab["properties"].get("hidden"):
            properties = {"sheetId": tab["properties"].get("sheetId", 0), "hidden": True}
            yield {"updateSheetProperties": {"properties": properties, "fields": "hidden"}}


def _lock(thing: Json) -> Json:
    """A lock as it can be made: a named range is named or placed, never both; one that only warns has no editors."""
    kept = {key: value for key, value in thing.items() if key != "requestingUserCanEdit"}
    if "namedRangeId" in kept or "tableId" in kept:
        kept.pop("range", None)
    if kept.get("warningOnly"):
        kept.pop("editors", None)
    return kept
