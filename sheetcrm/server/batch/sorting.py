"""
Requests that go through the values of an area: sortRange, findReplace.

`dimensionIndex` of a sort is the sheet's column, not the range's.  Blank cells come last whichever way the order goes.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sheetcrm.server import access, display, formulas, proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.effective import BASE, Looks
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.grid import LAYERS, Formula
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area
from sheetcrm.server.rules import Validation
from sheetcrm.server.searching import Regex, SearchError
from sheetcrm.server.writing import Writer

Json = dict[str, Any]

COLORS = ("backgroundColor", "backgroundColorStyle", "foregroundColor", "foregroundColorStyle")


@request("sortRange", edits="range")
def sort_range(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    specs = body.get("sortSpecs", [])
    if not specs:
        raise invalid("Must specify at least one sort spec.")
    order = list(range(area.top, area.bottom))
    for spec in reversed(specs):
        _order(spreadsheet, area, order, spec)
    rearrange(area, order)
    follow_rows(spreadsheet, area, order)


def _order(spreadsheet: Spreadsheet, area: Area, order: list[int], spec: Json) -> None:
    """Sort row indexes by one spec, keeping the order of equals."""
    if "dataSourceColumnReference" in spec:
        raise unsupported("sorting by a data source column")
    column = spec.get("dimensionIndex", 0)
    if not area.left <= column < area.right:
        raise invalid(f"sortSpecs.dimensionIndex {column} is outside of the range.")
    wanted = {key: spec[key] for key in COLORS if key in spec}
    if wanted:
        _order_by_color(spreadsheet, area, order, column, wanted, last=spec.get("sortOrder") == "DESCENDING")
        return
    values = {row: spreadsheet.value(area.sheet, row, column) for row in order}
    filled = [row for row in order if values[row] is not None]
    blank = [row for row in order if values[row] is None]
    filled.sort(key=lambda row: rank(values[row]), reverse=spec.get("sortOrder") == "DESCENDING")
    order[:] = filled + blank


def _order_by_color(
    spreadsheet: Spreadsheet, area: Area, order: list[int], column: int, wanted: Json, *, last: bool
) -> None:
    """Rows whose cell shows the wanted colour come first, or last."""
    wanted = proto.colored(wanted, spreadsheet.theme)
    if {"backgroundColor", "foregroundColor"} <= wanted.keys():
        raise invalid("Only one of backgroundColor and foregroundColor of a sort spec may be set.")
    field = "backgroundColor" if "backgroundColor" in wanted else "foregroundColor"
    looks = Looks(spreadsheet, Area(area.sheet, area.top, area.bottom, column, column + 1))

    def elsewhere(row: int) -> bool:
        look = looks.at(row, column) or BASE
        shown = look if field == "backgroundColor" else look["textFormat"]
        return bool(shown.get(field, {}) != wanted[field])

    order.sort(key=elsewhere, reverse=last)


def rank(value: Any) -> tuple[int, float, str, str]:
    """Numbers before texts before booleans before errors."""
    if isinstance(value, bool):
        return (2, float(value), "", "")
    if isinstance(value, (int, float)):
        return (0, float(value), "", "")
    if isinstance(value, CellError):
        return (3, 0.0, value.text, "")
    return (1, 0.0, value.casefold(), value)


def rearrange(area: Area, order: list[int]) -> None:
    """Put the rows of an area into an order of sheet row indexes; formulas and relative rules move with their cell."""
    grid = area.sheet.grid
    columns = range(area.left, area.right)
    lines = {row: [grid.snip(row, column) for column in columns] for row in order}
    for to, row in enumerate(order, area.top):
        if to == row:
            continue
        for column, cell in zip(columns, lines[row], strict=True):
            for layer in LAYERS:
                value = cell.get(layer)
                if isinstance(value, Formula):
                    value = Formula(formulas.shifted(value, to - row, 0))
                elif isinstance(value, Validation):
                    value = value.moved(to - row, 0)
                grid.put(layer, to, column, value)
    grid.touch(area.top, area.bottom)


def follow_rows(spreadsheet: Spreadsheet, area: Area, order: list[int]) -> None:
    """Metadata on rows goes with its row."""
    landed = {row: to for to, row in enumerate(order, area.top)}
    followed = []
    for one in spreadsheet.metadata:
        span = one["location"].get("dimensionRange")
        moved = (
            span and span["sheetId"] == area.sheet.id and span["dimension"] == "ROWS" and span["startIndex"] in landed
        )
        if moved:
            start = landed[span["startIndex"]]
            place = {**span, "startIndex": start, "endIndex": start + 1}
            one = {**one, "location": {**one["location"], "dimensionRange": place}}  # noqa: PLW2901 - the one that followed
        followed.append(one)
    spreadsheet.metadata = followed


@request("findReplace", edits=None)
def find_replace(spreadsheet: Spreadsheet, body: Json) -> Json:
    if not body.get("find"):
        raise invalid("find must be specified.")
    replace = _Replace(spreadsheet, body)
    for area in _searched(spreadsheet, body):
        for row in range(area.top, min(area.bottom, len(area.sheet.grid.rows))):
            for column in range(area.left, area.right):
                replace.cell(area.sheet, row, column)
        area.sheet.grid.touch(area.top, area.bottom)
    return replace.counts()


def _searched(spreadsheet: Spreadsheet, body: Json) -> Iterator[Area]:
    if body.get("allSheets"):
        return (ranges.area(spreadsheet, {"sheetId": sheet.id}) for sheet in spreadsheet.grids)
    if "range" in body:
        return iter([ranges.area(spreadsheet, body["range"])])
    if "sheetId" in body:
        return iter([ranges.area(spreadsheet, {"sheetId": body["sheetId"]})])
    raise invalid("One of range, sheetId or allSheets must be specified.")


class _Replace:
    """Replaces text in cells, and counts what Google counts."""

    def __init__(self, spreadsheet: Spreadsheet, body: Json) -> None:
        self._spreadsheet = spreadsheet
        self._writer = Writer(spreadsheet, parsed=True)
        self._formulas = bool(body.get("includeFormulas"))
        self._replaced = _replacer(body)
        self._values = self._formula_count = self._occurrences = 0
        self._rows: set[tuple[int, int]] = set()

    def cell(self, sheet: Sheet, row: int, column: int) -> None:
        """Replace in one cell."""
        content = sheet.grid.get("values", row, column)
        if content is None or (isinstance(content, Formula) and not self._formulas):
            return
        if isinstance(content, str):
            text = str(content)
        else:
            form = sheet.grid.get("formats", row, column) or {}
            text = display.text(content, form.get("numberFormat"), self._spreadsheet.locale)
        changed, count = self._replaced(text)
        if not count:
            return
        access.check_area(self._spreadsheet, Area(sheet, row, row + 1, column, column + 1))
        self._occurrences += count
        self._rows.add((sheet.id, row))
        self._formula_count += isinstance(content, Formula)
        self._values += not isinstance(content, Formula)
        self._writer.write(sheet, row, column, changed)

    def counts(self) -> Json:
        """The reply."""
        counts = {
            "valuesChanged": self._values,
            "formulasChanged": self._formula_count,
            "rowsChanged": len(self._rows),
            "sheetsChanged": len({sheet_id for sheet_id, _ in self._rows}),
            "occurrencesChanged": self._occurrences,
        }
        return {key: count for key, count in counts.items() if count}


def _replacer(body: Json) -> Callable[[str], tuple[str, int]]:
    """Text → the text after the replacement that a request asks for, and how often it was made."""
    find, replacement = body["find"], body.get("replacement", "")
    flags = 0 if body.get("matchCase") else re.IGNORECASE
    entire = r"\A(?:{})\Z" if body.get("matchEntireCell") else "{}"
    if not body.get("searchByRegex"):
        plain = re.compile(entire.format(re.escape(find)), flags)
        return lambda text: plain.subn(lambda _: replacement, text)
    try:
        regex = Regex(entire.replace("{}", find), flags, java=True)
    except SearchError as error:
        raise invalid(f"Invalid regular expression: {find}") from error

    def replaced(text: str) -> tuple[str, int]:
        try:
            return regex.counted(text, replacement)
        except SearchError as error:
            raise invalid(f"this embedded server does not replace {find} in a text this long: {error}") from error

    return replaced
