"""
Gateway → where each column stands, and its cells: two requests, three if marks are gone.

The first request has no rows, so its size does not depend on them.  The second
asks for columns by their mark, not by their letter: a column that somebody
moves between the two is still itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sheetcrm.layout import MARK_KEY, Layout, Trouble, Wanted
from sheetcrm.messages import LANGUAGES, N_
from sheetcrm.resources.base import Cell, Json
from sheetcrm.resources.template_mark import TemplateMark
from sheetcrm.schema.columns.base import Context
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway

FIELDS = (
    "spreadsheetId,spreadsheetUrl,properties(title,locale,timeZone),developerMetadata,"
    "sheets(properties,developerMetadata,data(columnMetadata(developerMetadata)))"
)


@dataclass(frozen=True)
class Gap:
    """A sheet, column or language that could not be found; `message` is an English text to be translated."""

    sheet: str
    column: str | None
    code: str
    message: str


@dataclass(frozen=True)
class Look:
    """The cells of a spreadsheet as they stood; nothing is judged yet."""

    layout: Layout
    context: Context
    cells: dict[str, dict[str, list[Cell]]]
    """Sheet → column → cells from row 2 on, as long as the API gives them; columns that were not found are missing."""
    troubles: tuple[Trouble, ...]
    """Marks and headers that contradict each other."""
    gaps: tuple[Gap, ...]
    columns: Collection[str] | None = None
    """The only ones that were asked for (`customers.owner`); None: all."""


def look(
    gateway: Gateway,
    template: Template,
    *,
    language: str | None = None,
    sheets: Collection[str] | None = None,
    columns: Collection[str] | None = None,
    today: date | None = None,
) -> Look:
    """
    Read those sheets (None: all that have records or lists) with every column of the template, or those `columns` (`customers.owner`).

    `language` is the one of titles and messages; None: as the spreadsheet is
    marked.  `today` is for rules that look at the day; without it they say
    nothing.  ApiError when there is no answer; whatever the cells say is fine.
    """
    readable = [key for key, spec in template.sheets.items() if spec.content != "page"]
    wanted = template.wanted(readable if sheets is None else sheets)
    description = gateway.describe(FIELDS)
    layout = Layout.locate(description, wanted)
    there = [sheet for sheet in wanted if layout.has(sheet)]
    filters = [*_by_mark(layout, wanted, columns), *_headers(layout, there)]
    answers = gateway.columns(filters, sparse=columns is not None) if there else []
    layout = Layout.locate(description, wanted, _header_rows(answers))
    cells = {sheet: dict(_marked(layout, wanted, sheet, answers)) for sheet in wanted if layout.has(sheet)}
    if unmarked := [place for place in _located(layout, wanted, columns) if place[1] not in cells[place[0]]]:
        for (sheet, column), found in zip(unmarked, _by_place(gateway, layout, unmarked), strict=True):
            cells[sheet][column] = found
    spoken, gaps = _language(description, layout, template, language)
    gaps += [*_gaps(layout, template, wanted)]
    troubles = tuple(trouble for trouble in layout.troubles if trouble.sheet in wanted)
    return Look(layout, template.context(spoken, today), cells, troubles, tuple(gaps), columns)


def _located(
    layout: Layout, wanted: Mapping[str, Wanted], columns: Collection[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Every wanted column whose place is beyond doubt; of `columns` only, when they are given."""
    for sheet in wanted:
        for column in wanted[sheet].columns:
            if columns is not None and f"{sheet}.{column}" not in columns:
                continue
            if layout.has(sheet, column) and (sheet, column) not in layout.moved:
                yield sheet, column


def _by_mark(layout: Layout, wanted: Mapping[str, Wanted], columns: Collection[str] | None) -> Iterator[Json]:
    for sheet, column in _located(layout, wanted, columns):
        if layout.is_marked(sheet, column):
            value = f"{sheet}.{column}"
            yield {
                "developerMetadataLookup": {
                    "metadataKey": MARK_KEY,
                    "metadataValue": value,
                    "locationType": "COLUMN",
                }
            }


def _headers(layout: Layout, sheets: Iterable[str]) -> Iterator[Json]:
    for sheet in sheets:
        yield {"gridRange": {"sheetId": layout.sheet_id(sheet), "startRowIndex": 0, "endRowIndex": 1}}


def _header_rows(answers: Iterable[Json]) -> dict[int, list[Cell]]:
    return {
        place.get("sheetId", 0): [column[0] if column else "" for column in value_range.get("values", [])]
        for place, value_range in _answered(answers, "gridRange")
    }


def _marked(
    layout: Layout, wanted: Mapping[str, Wanted], sheet: str, answers: Iterable[Json]
) -> Iterator[tuple[str, list[Cell]]]:
    """The columns of a sheet by their mark; where several have the same, the one that the layout has chosen."""
    known = {column for owner, column in _located(layout, wanted) if owner == sheet}
    found: dict[str, list[Json]] = {}
    for lookup, value_range in _answered(answers, "developerMetadataLookup"):
        owner, _, column = lookup["metadataValue"].partition(".")
        if owner == sheet and column in known:
            found.setdefault(column, []).append(value_range)
    for column, same in found.items():
        place = (layout.tab_title(sheet), layout.index(sheet, column))
        values = min(same, key=lambda value_range: _distance(value_range, place)).get("values", [])
        cells = values[0] if values else []
        # The answer is ours: taking the header out costs less than copying the column without it.
        del cells[:1]
        yield column, cells


def _distance(value_range: Json, place: tuple[str, int]) -> tuple[bool, int]:
    """How far `'跟进记录'!C1:C1000` is from a column (0-based) of a tab; another tab (a copied one) is farther than any column."""
    title, _, cells = value_range.get("range", "").rpartition("!")
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    index = 0
    for letter in "".join(char for char in cells.partition(":")[0] if char.isalpha()):
        index = index * 26 + ord(letter) - ord("A") + 1
    return title != place[0], abs(index - 1 - place[1])


def _by_place(gateway: Gateway, layout: Layout, places: list[tuple[str, str]]) -> list[list[Cell]]:
    """Columns without a mark, by where their title stands: one request more."""
    filters = [{"gridRange": layout.grid_range(sheet, column, first=1)} for sheet, column in places]
    found = {
        (place.get("sheetId", 0), place.get("startColumnIndex", 0)): value_range.get("values", [])
        for place, value_range in _answered(gateway.columns(filters), "gridRange")
    }
    chosen = [found.get((layout.sheet_id(sheet), layout.index(sheet, column)), []) for sheet, column in places]
    return [values[0][1:] if values else [] for values in chosen]


def _answered(answers: Iterable[Json], kind: str) -> Iterator[tuple[Json, Json]]:
    """Each filter of that kind that matched, and the value range that it gave."""
    for answer in answers:
        for one in answer.get("dataFilters", []):
            if kind in one:
                yield one[kind], answer.get("valueRange", {})


def _language(description: Json, layout: Layout, template: Template, language: str | None) -> tuple[str, list[Gap]]:
    """The one asked for, as the spreadsheet is marked, or else the one that the most tabs are titled in."""
    mark = next((mark for _address, mark in TemplateMark.read(description, layout, {})), None)
    if language is not None or (mark is not None and mark.language in LANGUAGES):
        return language or str(mark and mark.language), []
    titles = {layout.tab_title(sheet): sheet for sheet in layout.sheets()}
    said: dict[str, Any] = {
        one: sum(template.sheets[sheet].title.say(one) == title for title, sheet in titles.items()) for one in LANGUAGES
    }
    message = N_("The spreadsheet's mark, which says its language, is gone; apply the template again.")
    return max(said, key=said.__getitem__), [Gap("", None, "language_unknown", message)]


def _gaps(layout: Layout, template: Template, wanted: Iterable[str]) -> Iterator[Gap]:
    """Sheets and columns of the template that are not there, unless a trouble says so already."""
    said = {(trouble.sheet, trouble.column) for trouble in layout.troubles}
    for sheet in wanted:
        if not layout.has(sheet):
            if (sheet, "") not in said:
                yield Gap(sheet, None, "sheet_missing", N_("There is no tab {sheet}."))
            continue
        for column in template.sheets[sheet].columns:
            if not layout.has(sheet, column) and (sheet, column) not in said:
                yield Gap(sheet, column, "column_missing", N_("There is no column {column}."))
