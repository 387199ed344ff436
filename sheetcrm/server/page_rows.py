"""
A sheet, its filter, a filter view or slicers → the rows that are shown, in the order in which they are.

The API answers filters without applying them, so this is the one part of a page that decides something itself.  A filter
view also sorts, for its reader only: row numbers stay those of the sheet and may stand out of order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sheetcrm.server import conditions, display
from sheetcrm.server.batch.sorting import rank
from sheetcrm.server.effective import BASE, Looks
from sheetcrm.server.inherited import NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area

Json = dict[str, Any]


@dataclass(frozen=True)
class Filter:
    """An area whose first row is its header, what hides rows by column, and the order of the others."""

    area: Area
    criteria: tuple[tuple[int, Json], ...] = ()
    sort: tuple[Json, ...] = ()


def view_of(sheet: Sheet, wanted: str) -> Json | None:
    """The filter view with this id, as a link writes it; None when there is none."""
    return next((view for view in sheet.things["filterViews"] if str(view["filterViewId"]) == wanted), None)


def filters(sheet: Sheet, view: Json | None = None) -> list[Filter]:
    """What filters a sheet: the view instead of the basic filter, and the slicers in either case."""
    found = []
    for one in [view] if view else sheet.things["basicFilter"]:
        specs = ((spec.get("columnIndex", 0), spec.get("filterCriteria", {})) for spec in one.get("filterSpecs", []))
        # A basic filter has sorted the cells themselves.
        sort = tuple(one.get("sortSpecs", [])) if view else ()
        found.append(Filter(_area(sheet, one["range"]), tuple(spec for spec in specs if spec[1]), sort))
    for slicer in sheet.things["slicers"]:
        spec = slicer["spec"]
        if spec.get("filterCriteria") and spec["dataRange"]["sheetId"] == sheet.id:
            criteria = ((spec.get("columnIndex", 0), spec["filterCriteria"]),)
            found.append(Filter(_area(sheet, spec["dataRange"]), criteria))
    return found


def _area(sheet: Sheet, place: Json) -> Area:
    rows, columns = (place["startRowIndex"], place["endRowIndex"]), (place["startColumnIndex"], place["endColumnIndex"])
    return Area(sheet, *rows, *columns)


def hidden(spreadsheet: Spreadsheet, sheet: Sheet, chosen: list[Filter]) -> set[int]:
    """The rows that are not shown: hidden by a person, or by a filter."""
    rows = {row for row, size in sheet.sizes["ROWS"].items() if size.get("hiddenByUser") or size.get("hiddenByFilter")}
    for one in chosen:
        for column, criteria in one.criteria:
            rows.update(_refused(spreadsheet, one.area, column, criteria, rows))
    return rows


def _refused(spreadsheet: Spreadsheet, area: Area, column: int, criteria: Json, gone: set[int]) -> Iterator[int]:
    """The rows below the header that a criterion hides; those in `gone` are not looked at."""
    sheet = area.sheet
    values, condition = set(criteria.get("hiddenValues", [])), criteria.get("condition")
    formats = NumberFormats(spreadsheet)
    colors = _Colors(spreadsheet, area, column, criteria)
    for row in range(area.top + 1, area.bottom):
        if row in gone:
            continue
        value = spreadsheet.value(sheet, row, column)
        if values:
            look = formats.at(sheet, row, column)
            if ("" if value is None else display.text(value, look, spreadsheet.locale)) in values:
                yield row
                continue
        at, anchor = (sheet.title, row, column), (area.top + 1, area.left)
        if (
            condition
            and not conditions.holds(condition, value, at=at, anchor=anchor, calculator=spreadsheet.calculator)
        ) or colors.differ(row):
            yield row


class _Colors:
    """The colours that cells of a column must have to be shown, if a criterion names one."""

    def __init__(self, spreadsheet: Spreadsheet, area: Area, column: int, criteria: Json) -> None:
        self._column = column
        self._back = _wanted(spreadsheet, criteria, "visibleBackgroundColor")
        self._ink = _wanted(spreadsheet, criteria, "visibleForegroundColor")
        wanted = self._back is not None or self._ink is not None
        here = Area(area.sheet, area.top, area.bottom, column, column + 1)
        self._looks = Looks(spreadsheet, here) if wanted else None

    def differ(self, row: int) -> bool:
        """Whether the cell in this row does not show the wanted colour."""
        if self._looks is None:
            return False
        look = self._looks.at(row, self._column) or BASE
        found = {"back": look.get("backgroundColor", {}), "ink": look["textFormat"].get("foregroundColor", {})}
        wanted = {"back": self._back, "ink": self._ink}
        return any(color is not None and not _same(color, found[part]) for part, color in wanted.items())


def _wanted(spreadsheet: Spreadsheet, criteria: Json, key: str) -> Json | None:
    """A colour in either spelling; None when the criterion names none."""
    style = criteria.get(f"{key}Style") or {}
    named = spreadsheet.theme.get(str(style.get("themeColor")))
    found: Json | None = named or style.get("rgbColor", criteria.get(key))
    return found


def _same(one: Json, other: Json) -> bool:
    return all(abs(one.get(part, 0) - other.get(part, 0)) < 1 / 255 for part in ("red", "green", "blue"))


def order(spreadsheet: Spreadsheet, sheet: Sheet, chosen: list[Filter], gone: set[int]) -> list[int]:
    """All rows below the frozen ones but those in `gone`, first shown first."""
    frozen = int(sheet.properties["gridProperties"].get("frozenRowCount", 0))
    shown = [row for row in range(frozen, sheet.row_count) if row not in gone]
    for one in chosen:
        for spec in reversed(one.sort):
            _sort(spreadsheet, one.area, shown, spec)
    return shown


def _sort(spreadsheet: Spreadsheet, area: Area, shown: list[int], spec: Json) -> None:
    """Put the rows of an area in order where they stand; blank cells come last whichever way the order goes."""
    column = spec.get("dimensionIndex", 0)
    places = [place for place, row in enumerate(shown) if area.top < row < area.bottom]
    rows = [shown[place] for place in places]
    values = {row: spreadsheet.value(area.sheet, row, column) for row in rows}
    filled = [row for row in rows if values[row] not in (None, "")]
    filled.sort(key=lambda row: rank(values[row]), reverse=spec.get("sortOrder") == "DESCENDING")
    blank = [row for row in rows if values[row] in (None, "")]
    for place, row in zip(places, filled + blank, strict=True):
        shown[place] = row
