"""
Who asks, and the protections of a sheet → may these cells be edited?

The owner always may; others only where no protection leaves them out.  Protections that only warn hinder nobody who
comes through the API.  Whether a file may be written at all is not asked here but of its permissions: see library.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sheetcrm.server import ranges
from sheetcrm.server.errors import ApiError, invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]
Box = tuple[float, float, float, float]

FIELDS = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
SPANS = {"ROWS": FIELDS[:2], "COLUMNS": FIELDS[2:]}
ALL = float("inf")


@contextmanager
def acting(spreadsheet: Spreadsheet, caller: str) -> Iterator[None]:
    """Let what the block does be done by `caller`, an e-mail address."""
    before, spreadsheet.caller = spreadsheet.caller, caller
    try:
        yield
    finally:
        spreadsheet.caller = before


def refused() -> ApiError:
    """Google's refusal of an edit in a protected range."""
    return invalid(
        "You are trying to edit a protected cell or object."
        " Please contact the spreadsheet owner to remove protection if you need to edit."
    )


def free(spreadsheet: Spreadsheet) -> bool:
    """Whether no protection concerns whoever asks."""
    return spreadsheet.caller is None or spreadsheet.caller.lower() == spreadsheet.owner.lower()


def may_edit(spreadsheet: Spreadsheet, protected: Json) -> bool:
    """Whether whoever asks may edit what a ProtectedRange protects."""
    if free(spreadsheet) or protected.get("warningOnly"):
        return True
    caller = (spreadsheet.caller or "").lower()
    editors = protected.get("editors", {})
    if editors.get("domainUsersCanEdit") and caller.partition("@")[2] == spreadsheet.owner.lower().partition("@")[2]:
        return True
    return caller in (user.lower() for user in editors.get("users", ()))


def shown(spreadsheet: Spreadsheet, protected: Json) -> Json:
    """A ProtectedRange as whoever asks may see it: its editors only to them."""
    if may_edit(spreadsheet, protected):
        return protected
    return {key: part for key, part in protected.items() if key not in ("editors", "requestingUserCanEdit")}


def locked(spreadsheet: Spreadsheet, sheet: Sheet) -> list[Json]:
    """The protections of a sheet that keep whoever asks out."""
    if free(spreadsheet):
        return []
    return [one for one in sheet.things["protectedRanges"] if not may_edit(spreadsheet, one)]


def check(spreadsheet: Spreadsheet, grid_range: Json) -> None:
    """Refuse to edit the cells of a GridRange, or of a DimensionRange, if one of them is protected."""
    sheet = spreadsheet.sheet(grid_range.get("sheetId", 0))
    if sheet is None:
        return
    for protected in locked(spreadsheet, sheet):
        common = _common(_box(grid_range), _box(protected["range"]))
        left = [common] if common else []
        for hole in protected.get("unprotectedRanges", ()):
            left = [part for box in left for part in _without(box, _box(hole))]
        if left:
            raise refused()


def check_gap(spreadsheet: Spreadsheet, sheet: Sheet, dimension: str, index: int) -> None:
    """Refuse to put rows or columns before `index` if that is inside something protected."""
    for protected in locked(spreadsheet, sheet):
        first, last = (protected["range"].get(key) for key in SPANS[dimension])
        if (first is None or first < index) and (last is None or index < last):
            raise refused()


def check_sheet(spreadsheet: Spreadsheet, sheet: Sheet, *, wholly: bool = False) -> None:
    """Refuse to edit a sheet as such when it is protected (with `wholly`: when anything on it is)."""
    for protected in locked(spreadsheet, sheet):
        if wholly or not any(key in protected["range"] for key in FIELDS):
            raise refused()


def check_area(spreadsheet: Spreadsheet, area: ranges.Area) -> None:
    """Refuse to edit an area if one of its cells is protected."""
    if not free(spreadsheet):
        check(spreadsheet, area.json())


def _box(place: Json) -> Box:
    """(top, bottom, left, right), open ends at infinity."""
    if place.get("dimension") in SPANS:
        first, last = SPANS[place["dimension"]]
        place = {first: place.get("startIndex", 0), last: place.get("endIndex", ALL)}
    top, bottom, left, right = FIELDS
    return place.get(top, 0), place.get(bottom, ALL), place.get(left, 0), place.get(right, ALL)


def _common(one: Box, other: Box) -> Box | None:
    top, bottom = max(one[0], other[0]), min(one[1], other[1])
    left, right = max(one[2], other[2]), min(one[3], other[3])
    return (top, bottom, left, right) if top < bottom and left < right else None


def _without(box: Box, hole: Box) -> Iterator[Box]:
    """What is left of a box when a hole is cut into it: up to four boxes."""
    cut = _common(box, hole)
    if cut is None:
        yield box
        return
    top, bottom, left, right = box
    strips = (
        (top, cut[0], left, right),
        (cut[1], bottom, left, right),
        (cut[0], cut[1], left, cut[2]),
        (cut[0], cut[1], cut[3], right),
    )
    yield from (strip for strip in strips if strip[0] < strip[1] and strip[2] < strip[3])
