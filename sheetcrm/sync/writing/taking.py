"""
Ids → their rows taken out of a sheet, to nowhere or to another sheet of the template, in one batch.

A row can only be deleted by its number, and people may move rows in that very
moment.  So the batch first copies what it deletes into a hidden tab: its answer
shows which rows those were, all their cells and formats are there to be put
back, and a run that breaks off has lost nothing.  The tab goes right after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby

from sheetcrm.errors import ApiError
from sheetcrm.layout import MARK_KEY, Layout, letters, quoted
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell, Json, Request
from sheetcrm.resources.filter_view import VIEWS, rewritten
from sheetcrm.schema.context import Context
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import FIRST_ROW, Reading
from sheetcrm.sync.writing.room import formulas, inserted, own_columns

HEADERS = "sheets(properties.sheetId,data(startColumn,columnMetadata.developerMetadata))"
CELLS = "sheets(properties.sheetId,data(startRow,startColumn,rowData.values.effectiveValue))"

INVALID = 400
GIVEN = {"rgbColor": {"red": 1.0}}
"""The colour of a hidden tab of which rows were put back."""
SPARE = 26
"""Columns that the hidden tab has more than the sheet had when it was looked at."""


@dataclass(frozen=True)
class Aimed:
    """What is to be taken: from which sheet, the ids with their rows (1-based), and to which sheet (None: away)."""

    sheet: str
    rows: dict[str, int]
    to: str | None
    bin_id: int
    bin_title: str

    @property
    def runs(self) -> list[tuple[int, int]]:
        """First and last of rows that follow each other, from the top."""
        found = []
        for _, group in groupby(enumerate(sorted(self.rows.values())), key=lambda at: at[1] - at[0]):
            run = [row for _, row in group]
            found.append((run[0], run[-1]))
        return found


@dataclass
class Taken:
    """What was really taken: the ids by their place (0-based) in the hidden tab, and in which order its columns are."""

    ids: list[str]
    """Empty where a row has none."""
    columns: dict[str, int] = field(default_factory=dict)
    """By column key, its 0-based index when the rows were taken."""
    there: dict[str, int] = field(default_factory=dict)
    """The same of the sheet to which they went."""
    first: int = 0
    """The row (1-based) of the first of them in the sheet to which they went."""


def take(gateway: Gateway, reading: Reading, context: Context, aimed: Aimed) -> Taken | None:
    """
    One write and a read; None when the answer was lost and it was not carried out.

    The hidden tab is there afterwards, whatever happens: `drop` it.
    """
    layout = reading.layout
    first, requests = _requests(layout, context, aimed, _last(reading, aimed.to))
    if FIRST_ROW in aimed.rows.values():
        requests += rewritten(gateway.describe(VIEWS), layout.sheet_id(aimed.sheet), set(aimed.rows.values()))
    headers = [f"{quoted(layout.tab_title(sheet))}!1:1" for sheet in (aimed.sheet, aimed.to) if sheet]
    options: Json = {"includeSpreadsheetInResponse": True, "responseIncludeGridData": True, "responseRanges": headers}
    try:
        seen = gateway.batch(requests, f"updatedSpreadsheet({HEADERS})", **options).get("updatedSpreadsheet", {})
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        try:
            if not has_tab(gateway, aimed.bin_id):
                return None
            seen = gateway.describe(HEADERS, headers)
        except ApiError as error:
            text = tr(
                "{said} If it did, what is left is the hidden tab {title!r} with copies of the rows, which you can delete once you have looked.",
                said=lost,
                title=aimed.bin_title,
            )
            raise type(lost)(text, status=lost.status, reason=lost.reason) from error
    parts = {part.get("properties", {}).get("sheetId", 0): part.get("data", []) for part in seen.get("sheets", [])}
    columns = _places(parts.get(layout.sheet_id(aimed.sheet), []), layout, aimed.sheet)
    there = _places(parts.get(layout.sheet_id(aimed.to), []), layout, aimed.to) if aimed.to else {}
    with left_behind(aimed):
        return Taken(_ids(gateway, context, aimed, columns), columns, there, first)


def drop(gateway: Gateway, bin_id: int) -> None:
    """Take the hidden tab away; once more where the answer is lost and it is still there."""
    try:
        gateway.batch([{"deleteSheet": {"sheetId": bin_id}}])
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        if has_tab(gateway, bin_id):
            gateway.batch([{"deleteSheet": {"sheetId": bin_id}}])


@contextmanager
def left_behind(aimed: Aimed) -> Iterator[None]:
    """Within, the rows were taken already: whatever goes wrong, the hidden tab stays, and the error says so."""
    try:
        yield
    except ApiError as error:
        text = tr(
            "{said} The rows were moved all the same; what is left is the hidden tab {title!r} with copies of them, which you can delete once you have looked.",
            said=error,
            title=aimed.bin_title,
        )
        told = type(error)(text, status=error.status, reason=error.reason)
        # Something to take back there is, whatever was refused after it.
        told.partly = True
        raise told from error


def has_tab(gateway: Gateway, sheet_id: int) -> bool:
    """Whether a tab of that id is there: one read."""
    tabs = gateway.describe("sheets(properties.sheetId)").get("sheets", [])
    return any(tab["properties"].get("sheetId", 0) == sheet_id for tab in tabs)


def give_back(gateway: Gateway, reading: Reading, aimed: Aimed, taken: Taken, places: Sequence[int]) -> int | None:
    """
    Put rows that were taken by mistake back below the others, as they were: one write.

    ApiError 400 where the answer was lost and nothing was done; None where columns were moved since they were taken, as then nobody knows
    whose cells are whose; the row (1-based) of the first, negative where they
    were moved in this very moment and the cells stand in other columns now.
    """
    layout, sheet = reading.layout, aimed.sheet
    if {key: layout.index(sheet, key) for key in layout.columns(sheet)} != taken.columns:
        return None
    context = reading.template.context(reading.language)
    first, requests = inserted(layout, context, sheet, _last(reading, sheet), len(places))
    width = layout.width(sheet)
    for at, place in enumerate(places):
        source = _area(aimed.bin_id, (place, place + 1), (0, width))
        target = _area(layout.sheet_id(sheet), (first - 1 + at, first + at), (0, width))
        requests.append({"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}})
    seen = _given(gateway, aimed, requests, [f"{quoted(layout.tab_title(sheet))}!1:1"])
    data = [one for part in seen.get("sheets", []) for one in part.get("data", [])]
    return first if _places(data, layout, sheet) == taken.columns else -first


def _given(gateway: Gateway, aimed: Aimed, requests: Sequence[Request], header: Sequence[str]) -> Json:
    """The first row after that write; by the colour of the hidden tab it shows whether it was carried out."""
    properties = {"sheetId": aimed.bin_id, "tabColorStyle": GIVEN}
    told = {"updateSheetProperties": {"properties": properties, "fields": "tabColorStyle"}}
    options: Json = {
        "includeSpreadsheetInResponse": True,
        "responseIncludeGridData": True,
        "responseRanges": list(header),
    }
    try:
        answer = gateway.batch([*requests, told], f"updatedSpreadsheet({HEADERS})", **options)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        try:
            tabs = gateway.describe("sheets(properties(sheetId,tabColorStyle))").get("sheets", [])
            own: Json = next(
                (tab["properties"] for tab in tabs if tab["properties"].get("sheetId", 0) == aimed.bin_id), {}
            )
            if "tabColorStyle" in own:
                return gateway.describe(HEADERS, header)
        except ApiError as error:
            raise lost from error
        raise ApiError(tr("no answer came, and nothing was done; try again"), status=INVALID) from lost
    found: Json = answer.get("updatedSpreadsheet", {})
    return found


def column_runs(layout: Layout, sheet: str, to: str) -> Iterator[tuple[int, int, int]]:
    """Columns that both sheets have: index in the one, index in the other, how many follow each other in both."""
    pairs = sorted(_pairs(layout, sheet, to))
    for _, group in groupby(enumerate(pairs), key=lambda at: (at[1][0] - at[0], at[1][1] - at[0])):
        run = [pair for _, pair in group]
        yield run[0][0], run[0][1], len(run)


def _pairs(layout: Layout, sheet: str, to: str) -> Iterator[tuple[int, int]]:
    for key in layout.columns(sheet):
        if layout.has(to, key):
            yield layout.index(sheet, key), layout.index(to, key)
    theirs = {title: at for at, title in own_columns(layout, to).items() if title}
    for at, title in own_columns(layout, sheet).items():
        if title in theirs:
            yield at, theirs[title]


def _last(reading: Reading, sheet: str | None) -> int:
    return max(reading.extracts[sheet].parsed.numbers, default=1) if sheet else 1


def _requests(layout: Layout, context: Context, aimed: Aimed, last: int) -> tuple[int, list[Request]]:
    sheet, count, sheet_id = aimed.sheet, len(aimed.rows), layout.sheet_id(aimed.sheet)
    grid = {"rowCount": count, "columnCount": layout.width(sheet) + SPARE}
    properties = {"sheetId": aimed.bin_id, "title": aimed.bin_title, "hidden": True, "gridProperties": grid}
    requests: list[Request] = [{"addSheet": {"properties": properties}}]
    at = 0
    for first, end in aimed.runs:
        length = end - first + 1
        # Whole rows: a column that comes in meanwhile would push the last one out.
        source = {"sheetId": sheet_id, "startRowIndex": first - 1, "endRowIndex": end}
        target = {"sheetId": aimed.bin_id, "startRowIndex": at, "endRowIndex": at + length}
        requests.append({"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}})
        at += length
    start = 0
    if aimed.to is not None:
        start, room = inserted(layout, context, aimed.to, last, count)
        requests += [*room, *_pasted(layout, aimed, start), *formulas(layout, context, aimed.to, start, count)]
    if count >= layout.rows(sheet) - 1:
        # A tab must keep a row below its header, for what reaches from there to its end.
        requests.append({"appendDimension": {"sheetId": sheet_id, "dimension": "ROWS", "length": 1}})
    for first, end in reversed(aimed.runs):
        span = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": first - 1, "endIndex": end}
        requests.append({"deleteDimension": {"range": span}})
    requests += _blank_again(layout, context, sheet, count)
    return start, requests


def _blank_again(layout: Layout, context: Context, sheet: str, gone: int) -> Iterator[Request]:
    """As many blank rows at the grid's end as the template wants there to be, with all that blank rows have."""
    rows = max(layout.rows(sheet) - gone, FIRST_ROW)
    layout.set_rows(sheet, rows)
    missing = min(gone, context.template.sheets[sheet].rows - rows)
    if missing > 0:
        first, room = inserted(layout, context, sheet, rows, missing)
        yield from (*room, *formulas(layout, context, sheet, first, missing))


def _pasted(layout: Layout, aimed: Aimed, start: int) -> Iterator[Request]:
    """The values, never the formats, into the columns that both sheets have."""
    to, count = str(aimed.to), len(aimed.rows)
    for one, other, length in column_runs(layout, aimed.sheet, to):
        source = _area(aimed.bin_id, (0, count), (one, one + length))
        target = _area(layout.sheet_id(to), (start - 1, start - 1 + count), (other, other + length))
        yield {"copyPaste": {"source": source, "destination": target, "pasteType": "PASTE_VALUES"}}


def _area(sheet_id: int, rows: tuple[int, int], columns: tuple[int, int]) -> Json:
    return {
        "sheetId": sheet_id,
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }


def _ids(gateway: Gateway, context: Context, aimed: Aimed, columns: Mapping[str, int]) -> list[str]:
    """The ids of the rows in the hidden tab, which nobody touches: one read."""
    key = context.template.sheets[aimed.sheet].key or ""
    cells: list[Cell] = [None] * len(aimed.rows)
    if key not in columns:
        return [""] * len(cells)
    place = f"{quoted(aimed.bin_title)}!{letters(columns[key])}1:{letters(columns[key])}{len(cells)}"
    for part in gateway.describe(CELLS, [place]).get("sheets", []):
        for data in part.get("data", []):
            for at, row in enumerate(data.get("rowData", []), data.get("startRow", 0)):
                found: Json = next(iter(row.get("values", [{}]))).get("effectiveValue", {})
                cells[at] = next(
                    (found[name] for name in ("stringValue", "numberValue", "boolValue") if name in found), None
                )
    ids, _ = context.template.sheets[aimed.sheet].columns[key].parse(cells, context)
    return ["" if id_ is None else str(id_) for id_ in ids]


def _places(data: Sequence[Json], layout: Layout, sheet: str) -> dict[str, int]:
    """Where the columns stood then: by mark, those without one as they were found."""
    found = {key: layout.index(sheet, key) for key in layout.columns(sheet) if not layout.is_marked(sheet, key)}
    former = {layout.former(f"{sheet}.{key}"): key for key in layout.columns(sheet)}
    for part in data:
        for index, column in enumerate(part.get("columnMetadata", []), part.get("startColumn", 0)):
            for mark in column.get("developerMetadata", []):
                if mark.get("metadataKey") == MARK_KEY and mark.get("metadataValue") in former:
                    found.setdefault(former[mark["metadataValue"]], index)
    return found


def bin_of(layout: Layout, new_id: Callable[[], str]) -> tuple[int, str]:
    """An id and a title for the hidden tab that nothing has."""
    name = new_id()
    return layout.choose_id(f"taken.{name}"), f"sheetcrm {name}"
