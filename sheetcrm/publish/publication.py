"""
What a role sees, the copy and who may open it → what is to be done, and doing it.

Whoever should not be there loses access before anything new is written; the
people of the role get theirs after.  All of it may be done again at any time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sheetcrm.errors import ApiError
from sheetcrm.layout.locate import preferred_id
from sheetcrm.provision.access import Sharing
from sheetcrm.provision.audit import Audit, House, audit
from sheetcrm.provision.sending import ADVISED
from sheetcrm.provision.sharing import Shares
from sheetcrm.provision.sharing import carry_out as tell_drive
from sheetcrm.publish.pages import Heading, Page, Source, cells
from sheetcrm.publish.target import MARK, Place, Target, mark_text, trimmed
from sheetcrm.resources import Json, Request
from sheetcrm.resources.base import Cell
from sheetcrm.schema.people import Member
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.batches import fitting, request_bytes

CELL = "userEnteredValue,userEnteredFormat(numberFormat,textFormat.bold),note,dataValidation"


@dataclass(frozen=True)
class Publication:
    """What is to become of one copy: `changed` says by tab how many rows come and go."""

    role: str
    target: Target
    pages: tuple[Page, ...]
    requests: tuple[Request, ...]
    changed: tuple[tuple[str, int, int], ...]
    """Title of the tab, rows that come, rows that go; none where nothing in it changes."""
    sharing: Sharing
    audit: Audit
    """Who may open the copy, against the people of the role."""

    @property
    def has_work(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.requests or self.sharing.grants)

    @cached_property
    def fingerprint(self) -> str:
        """12 hex digits that are the same exactly when the same would be done."""
        said = [self.target.id, self.requests, [grant.say() for grant in self.sharing.grants]]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def publication(
    source: Source,
    role: str,
    target: Target,
    permissions: Sequence[Json],
    *,
    origin: str,
    house: House,
    limit: int = ADVISED,
) -> Publication:
    """
    What it takes to make the copy what the role sees of `origin`, the id of the spreadsheet; reads nothing.

    Only active people of the role may open it, as readers, beside its owner,
    the admins of the `house` and ourselves.  No request has more than about
    half of `limit` bytes.
    """
    pages = source.pages(role)
    seen = access_to_copy(permissions, source.people, role, house)
    requests, changed = _requests(pages, target, source, mark_text(origin, role), limit // 2)
    return Publication(role, target, pages, tuple(requests), tuple(changed), seen.mending(strangers=True), seen)


def access_to_copy(permissions: Sequence[Json], people: Sequence[Member], role: str, house: House) -> Audit:
    """Who may open the copy of a role, against who has the role in the team."""
    readers = [one for one in people if one.active and one.role == role]
    return audit(permissions, readers, replace(house, levels={role: "reader"}, link="none", also={}))


def carry_out(
    gateway: Gateway, drive: Shares, plan: Publication, again: Callable[[], Publication], *, limit: int = ADVISED
) -> None:
    """
    Do it; when an answer is lost, what is left to do by `again` is done once more.

    A copy beyond `limit` bytes is written in parts, top to bottom.
    """
    file = gateway.spreadsheet_id
    tell_drive(drive, file, Sharing(tuple(one for one in plan.sharing.grants if one.action != "share")))
    try:
        _send(gateway, plan.requests, limit)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        _send(gateway, again().requests, limit)
    tell_drive(drive, file, Sharing(tuple(one for one in plan.sharing.grants if one.action == "share")))


def _send(gateway: Gateway, requests: Sequence[Request], limit: int) -> None:
    for part in fitting(requests, request_bytes, limit):
        gateway.batch(part)


def _requests(
    pages: Sequence[Page], target: Target, source: Source, mark: str, most: int
) -> tuple[list[Request], list[tuple[str, int, int]]]:
    """Everything that differs, places first."""
    made = [*_properties(target, source), *([] if target.is_marked else [_marked(mark, {"spreadsheet": True})])]
    contents: list[Request] = []
    changed = []
    taken = {place.id for place in (*target.ours.values(), *target.others)}
    titles = {place.title.casefold(): place for place in (*target.ours.values(), *target.others)}
    for at, page in enumerate(pages):
        live = target.ours.get(page.sheet)
        place = live or Place(_free(page.sheet, taken), "", 0, 0)
        taken.add(place.id)
        if live is None and page.title.casefold() in titles:
            # The first tab of a blank spreadsheet may be called as ours is to be.
            made.append(_renamed(titles[page.title.casefold()]))
        wanted = [trimmed(row) for row in cells(page)]
        made += _grid(page, live, place.id, at)
        if live is not None and live.look != page.look:
            made += _relooked(page, live)
        if live is None or list(place.cells) != wanted or live.look != page.look:
            contents += _written(page, place.id, most)
            come, go = _moved(wanted[1:], place.cells[1:])
            changed.append((page.title, come, go))
    keys = {page.sheet for page in pages}
    gone = [place for sheet, place in target.ours.items() if sheet not in keys]
    gone += list(target.others) if not target.is_marked else []
    made += [{"deleteSheet": {"sheetId": place.id}} for place in gone]
    changed += [(place.title, 0, max(len(place.cells) - 1, 0)) for place in gone if target.is_marked]
    return [*made, *contents], changed


def _properties(target: Target, source: Source) -> Iterator[Request]:
    zone = source.template.time_zone
    if target.time_zone != zone:
        yield {"updateSpreadsheetProperties": {"properties": {"timeZone": zone}, "fields": "timeZone"}}


def _marked(value: str, location: Json) -> Request:
    # DOCUMENT: PROJECT would vanish when the credentials change project.
    one = {"metadataKey": MARK, "metadataValue": value, "visibility": "DOCUMENT", "location": location}
    return {"createDeveloperMetadata": {"developerMetadata": one}}


def _renamed(place: Place) -> Request:
    properties = {"sheetId": place.id, "title": f"{place.title[:80]} {place.id}"}
    return {"updateSheetProperties": {"properties": properties, "fields": "title"}}


def _grid(page: Page, live: Place | None, sheet_id: int, index: int) -> Iterator[Request]:
    """The tab itself: made, or as large as it has to be."""
    size = {"rowCount": len(page.rows) + 2, "columnCount": len(page.headings), "frozenRowCount": 1}
    own: Json = {"sheetId": sheet_id, "title": page.title, "gridProperties": size}
    if live is None:
        yield {"addSheet": {"properties": {**own, "index": index}}}
        yield _marked(f"{page.sheet} {page.look}", {"sheetId": sheet_id})
        yield from _widths(page.headings, sheet_id)
    elif (live.title, live.rows, live.columns) != (page.title, size["rowCount"], size["columnCount"]):
        fields = "title,gridProperties(rowCount,columnCount,frozenRowCount)"
        yield {"updateSheetProperties": {"properties": own, "fields": fields}}


def _relooked(page: Page, live: Place) -> Iterator[Request]:
    """Columns that look otherwise now, in a tab that is there."""
    lookup = {"developerMetadataLookup": {"metadataId": live.mark}}
    new = {"metadataValue": f"{page.sheet} {page.look}"}
    yield {"updateDeveloperMetadata": {"dataFilters": [lookup], "developerMetadata": new, "fields": "metadataValue"}}
    yield from _widths(page.headings, live.id)


def _widths(headings: Sequence[Heading], sheet_id: int) -> Iterator[Request]:
    for at, heading in enumerate(headings):
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
        size = {"pixelSize": heading.width}
        yield {"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize"}}


def _written(page: Page, sheet_id: int, most: int) -> Iterator[Request]:
    """All cells of a tab, in parts of a size that Google advises; what is below the last row is cleared."""
    header = [_cell(one.title, None, bold=True) for one in page.headings]
    rows = [{"values": header}]
    rows += [
        {"values": [_cell(cell, at.format) for cell, at in zip(row, page.headings, strict=True)]} for row in page.rows
    ]
    rows.append({"values": [{} for _ in page.headings]})
    first, size = 0, 0
    for at, row in enumerate(rows):
        size += len(json.dumps(row, ensure_ascii=False).encode())
        if size > most or at == len(rows) - 1:
            place = {"sheetId": sheet_id, "startRowIndex": first, "endRowIndex": at + 1}
            place |= {"startColumnIndex": 0, "endColumnIndex": len(page.headings)}
            yield {"updateCells": {"range": place, "rows": rows[first : at + 1], "fields": CELL}}
            first, size = at + 1, 0


def _cell(value: Cell, form: Json | None, *, bold: bool = False) -> Json:
    """A value as data: text stays text, whatever it begins with."""
    kind = "boolValue" if isinstance(value, bool) else "stringValue" if isinstance(value, str) else "numberValue"
    looks: Json = {**({"numberFormat": form} if form else {}), **({"textFormat": {"bold": True}} if bold else {})}
    cell: Json = {} if value is None else {"userEnteredValue": {kind: value}}
    return {**cell, **({"userEnteredFormat": looks} if looks else {})}


def _moved(wanted: Sequence[tuple[Cell, ...]], live: Sequence[tuple[Cell, ...]]) -> tuple[int, int]:
    """How many rows come and go; a row that says something else now does both."""
    left = list(live)
    come = 0
    there: dict[tuple[Cell, ...], int] = {}
    for row in left:
        there[row] = there.get(row, 0) + 1
    for row in wanted:
        if there.get(row):
            there[row] -= 1
        else:
            come += 1
    return come, sum(there.values())


def _free(sheet: str, taken: set[int]) -> int:
    """An id for the tab of a sheet that no other tab has."""
    wanted = preferred_id(f"{MARK}.{sheet}")
    while wanted in taken:
        wanted += 1
    return wanted
