"""
Example rows: which are missing, which are there.

Known by their keys alone, in any language of the template; a person's row is
never taken for one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from sheetcrm.errors import ApiError
from sheetcrm.layout import letters, quoted
from sheetcrm.provision.live import Live, read
from sheetcrm.resources import (
    SPREADSHEET,
    Address,
    Cell,
    Formula,
    Grid,
    Json,
    Request,
    Resource,
    Rows,
    SampleRows,
    State,
    TemplateMark,
)
from sheetcrm.resources.filter_view import VIEWS, rewritten

if TYPE_CHECKING:
    from sheetcrm.provision.sending import Log
    from sheetcrm.schema.template import Template

FIRST = 2
"""The row (1-based) below the header."""


class Reads(Protocol):
    """What looking for rows needs of a gateway."""

    def describe(self, fields: str, ranges: Sequence[str] = ()) -> Json:
        """`spreadsheets.get`."""

    def values(self, ranges: Sequence[str]) -> list[list[list[Cell]]]:
        """Values of A1 ranges: by range, columns x rows."""


class Writes(Reads, Protocol):
    """What removing needs, too."""

    def batch(self, requests: Sequence[Json]) -> Json:
        """All together or not at all."""


@dataclass(frozen=True)
class Sample:
    """An example row that is there: its row number (1-based) and its key."""

    number: int
    key: str


def with_missing(
    gateway: Reads, live: Live, desired: State, template: Template, rows: Mapping[str, list[dict[str, Cell]]]
) -> dict[Address, Resource]:
    """The desired state and those of `rows` (by sheet) that are not there yet; one more read when a tab has rows already."""
    cells = _cells(gateway, live, list(rows))
    state = dict(desired)
    for sheet, wanted in rows.items():
        key = template.sheets[sheet].key or ""
        there, last = _there(cells.get(sheet, []), live, desired, sheet, key)
        missing = tuple(tuple(row.items()) for row in wanted if row[key] not in there)
        if missing:
            first = max(last, _seeded(desired, sheet) if sheet not in cells else 1) + 1
            state[Address(sheet, "", SampleRows.kind)] = SampleRows(first, missing)
            _make_room(state, sheet, first + len(missing) - 1)
    return state


def find_samples(gateway: Reads, template: Template) -> dict[str, list[Sample]]:
    """The example rows that are there, by sheet, from top to bottom; sheets without any are left out."""
    return _found(gateway, read(gateway, {}, template.wanted()), template)


def remove_samples(gateway: Writes, template: Template, *, log: Log | None = None) -> int:
    """Delete them, found anew right now; as many blank rows come at the end, so that the grid keeps its size."""
    live = read(gateway, {}, template.wanted())
    found = _found(gateway, live, template)
    made = live.state.get(Address(SPREADSHEET, "", TemplateMark.kind))
    # Formulas in key form are the same in every language; the language only matters for texts in them.
    desired = template.compile(made.language if isinstance(made, TemplateMark) else template.languages[0])
    requests = [request for sheet, rows in found.items() for request in _removal(live, desired, sheet, rows)]
    requests += _views(gateway, live, found)
    gone = [{"sample": {"sheet": sheet, "id": row.key}} for sheet, rows in found.items() for row in rows]
    # Never to be undone by itself: an apply that is asked for examples brings them again.
    with log.journal.written(log.what, gone, log.now, stage="aside") if log and requests else nullcontext():
        try:
            gateway.batch(requests)
        except ApiError as lost:
            # Found by what they say: whether they are there tells whether it was carried out.
            left = _left(gateway, template, lost) if lost.in_doubt else None
            if left is None or (left and left != found):
                raise
            gateway.batch(requests if left else [])
    return sum(len(rows) for rows in found.values())


def _left(gateway: Reads, template: Template, lost: ApiError) -> dict[str, list[Sample]]:
    """What is still there; that loss again when nobody answers this either."""
    try:
        return find_samples(gateway, template)
    except ApiError as error:
        raise lost from error


def _views(gateway: Reads, live: Live, found: Mapping[str, list[Sample]]) -> Iterator[Request]:
    """Filter views that look at a first row that goes look at the one that comes up; one more read where there may be any."""
    gone = {sheet: {row.number for row in rows} for sheet, rows in found.items()}
    described = gateway.describe(VIEWS) if any(FIRST in numbers for numbers in gone.values()) else {}
    for sheet, numbers in gone.items():
        yield from rewritten(described, live.layout.sheet_id(sheet), numbers)


def _removal(live: Live, desired: State, sheet: str, rows: list[Sample]) -> Iterator[Request]:
    layout, count = live.layout, len(rows)
    place = {"sheetId": layout.sheet_id(sheet), "dimension": "ROWS"}
    for row in sorted(rows, key=lambda row: -row.number):
        yield {"deleteDimension": {"range": {**place, "startIndex": row.number - 1, "endIndex": row.number}}}
    # Before the last row, not behind it: so every range that reaches the end grows back to it.
    start = layout.rows(sheet) - count - 1
    span = {**place, "startIndex": start, "endIndex": start + count}
    yield {"insertDimension": {"range": span, "inheritFromBefore": True}}
    for address, resource in desired.items():
        if isinstance(resource, Formula) and address.sheet == sheet and layout.has(sheet, address.column):
            yield from resource.create(address, layout)


def _found(gateway: Reads, live: Live, template: Template) -> dict[str, list[Sample]]:
    """One read, of the key columns alone."""
    layout = live.layout
    keys = {sheet: spec.key for sheet, spec in template.sheets.items() if spec.key and template.sample_keys(sheet)}
    there = {sheet: key for sheet, key in keys.items() if layout.has(sheet, key)}
    if not there:
        return {}
    letter = {sheet: letters(layout.index(sheet, key)) for sheet, key in there.items()}
    ranges = [f"{quoted(layout.tab_title(sheet))}!{letter[sheet]}2:{letter[sheet]}" for sheet in there]
    found = {}
    for sheet, columns in zip(there, gateway.values(ranges), strict=True):
        known = template.sample_keys(sheet)
        cells = columns[0] if columns else []
        found[sheet] = [Sample(number, str(cell)) for number, cell in enumerate(cells, 2) if str(cell) in known]
    return {sheet: rows for sheet, rows in found.items() if rows}


def _cells(gateway: Reads, live: Live, sheets: list[str]) -> Mapping[str, list[list[Cell]]]:
    """Columns x rows from row 2 on, of the tabs that are there and ours."""
    layout = live.layout
    there = [sheet for sheet in sheets if layout.has(sheet) and not layout.adopted(sheet)]
    if not there:
        return {}
    ranges = [
        f"{quoted(layout.tab_title(sheet))}!A{layout.first_row(sheet)}:{letters(layout.width(sheet) - 1)}"
        for sheet in there
    ]
    answers = zip(there, gateway.values(ranges), strict=True)
    return {sheet: [layout.cells_then(sheet, column) for column in columns] for sheet, columns in answers}


def _there(columns: list[list[Cell]], live: Live, desired: State, sheet: str, key: str) -> tuple[set[Cell], int]:
    """The keys that are there, and the last row (1-based) in which people have something; computed cells do not count."""
    if not columns:
        return set(), 1
    computed = {
        live.layout.index(sheet, column)
        for column in live.layout.columns(sheet)
        if Address(sheet, column, Formula.kind) in desired
    }
    rows = [
        number
        for index, column in enumerate(columns)
        if index not in computed
        for number, cell in enumerate(column, 2)
        if cell not in (None, "", False)
    ]
    at = live.layout.index(sheet, key) if live.layout.has(sheet, key) else len(columns)
    return set(columns[at] if at < len(columns) else []), max(rows, default=1)


def _seeded(desired: State, sheet: str) -> int:
    """The last row that a new tab begins with."""
    seeds = desired.get(Address(sheet, "", Rows.kind))
    return 1 + (len(seeds.rows) if isinstance(seeds, Rows) else 0)


def _make_room(state: dict[Address, Resource], sheet: str, last: int) -> None:
    address = Address(sheet, "", Grid.kind)
    grid = state.get(address)
    if isinstance(grid, Grid) and grid.rows < last:
        state[address] = Grid(last)
