"""Any request that fits the schema is answered or refused, and what is refused changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.server import door
from sheetcrm.server.batch import HANDLERS
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, do, everything, read, span

SCHEMAS = door._schemas()
TEXTS = st.sampled_from(
    ["", "a", "Sheet1", "=A1+1", "=SUM(A:A)", "Sheet1!A1:B2", "named", "*", "title", "客户", "1", "=", "#REF!", "'"]
)
NUMBERS = st.sampled_from([0, 1, 2, 3, 5, 9, 10, 11, -1, 77, 2**31 - 1])
NEEDED = (
    "fields",
    "range",
    "ranges",
    "dimension",
    "condition",
    "rule",
    "type",
    "title",
    "name",
    "metadataKey",
    "location",
    "visibility",
    "firstBandColor",
    "secondBandColor",
    "rowProperties",
    "sheetId",
    "dataFilters",
    "find",
)
ABSENT = {"tableId", "firstBandColorStyle", "secondBandColorStyle", "spreadsheet", "namedRangeId"}
SMALL = {"columnIndex", "rowIndex", "index", "newIndex", "insertSheetIndex", "destinationIndex"}


def field(name: str, spec: Any, depth: int) -> st.SearchStrategy[Any]:  # noqa: PLR0911 - one for each kind of field
    """Values of one field: of the right type, rarely of the right meaning."""
    if "ref" in spec:
        return message(spec["ref"], depth + 1)
    if "items" in spec:
        return st.lists(field(name, spec["items"], depth), min_size=name in NEEDED, max_size=2)
    if "map" in spec:
        return st.dictionaries(st.sampled_from(["0", "1"]), field(name, spec["map"], depth), max_size=1)
    if "enum" in spec:
        return st.sampled_from(spec["enum"])
    if name == "fields":
        return st.just("*")
    if name == "sheetId":
        return st.sampled_from([0, 0, 0, 0, 0, 3])
    if name == "namedRangeId":
        return st.sampled_from(["1", "2"])
    kinds = {
        "boolean": st.booleans(),
        "integer": st.integers(-1, 12) if name in SMALL or name.startswith(("start", "end")) else NUMBERS,
        "number": st.sampled_from([0, 0.5, 1, -3.25, 1e9]),
        "string": TEXTS,
    }
    return kinds.get(spec["type"], st.just({}))


def message(schema: str, depth: int) -> st.SearchStrategy[Any]:
    """Objects of one schema, shallower the deeper they lie."""
    if schema in ("GridRange", "DimensionRange"):
        return places(schema)
    fields = SCHEMAS[schema]
    if schema in door.UNIONS:
        _, members = door.UNIONS[schema]
        chosen = [
            st.fixed_dictionaries({name: field(name, fields[name], depth)})
            for name in members
            if not heavy(fields[name])
        ]
        return st.one_of(chosen) if len(members) == len(fields) else with_one(schema, depth, chosen)
    usual = {
        name: st.deferred(lambda n=name, s=spec: field(n, s, depth)) for name, spec in fields.items() if not heavy(spec)
    }
    if depth > 5:
        return st.just({})
    needed = {
        name: usual.pop(name)
        for name in ("fields", "range", "condition", "rule", "type", "title", "name")
        if name in usual
    }
    return st.fixed_dictionaries(needed, optional=usual)


def with_one(schema: str, depth: int, chosen: list[st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """Objects with one member of a union, and the fields beside it."""
    _, members = door.UNIONS[schema]
    beside = {
        name: field(name, spec, depth)
        for name, spec in SCHEMAS[schema].items()
        if name not in members and not heavy(spec)
    }
    needed = {name: beside.pop(name) for name in NEEDED if name in beside}
    return st.tuples(st.fixed_dictionaries(needed, optional=beside), st.one_of(chosen)).map(
        lambda pair: {**pair[0], **pair[1]}
    )


def heavy(spec: Any) -> bool:
    """Whether a field leads to parts of the API that are refused anyway."""
    name = spec.get("ref") or spec.get("items", {}).get("ref") or ""
    return name.startswith(("DataSource", "Pivot", "ChipRun", "DataExecution"))


def places(schema: str) -> st.SearchStrategy[Any]:
    """Ranges that often lie on the sheet."""
    spots = st.tuples(st.integers(0, 9), st.integers(0, 9)).map(sorted)
    if schema == "DimensionRange":
        return st.builds(
            lambda dimension, spot: {
                "sheetId": 0,
                "dimension": dimension,
                "startIndex": spot[0],
                "endIndex": spot[1] + 1,
            },
            st.sampled_from(["ROWS", "COLUMNS"]),
            spots,
        )
    return st.builds(lambda rows, columns: span(rows[0], rows[1] + 1, columns[0], columns[1] + 1), spots, spots)


def start() -> Spreadsheet:
    """A small sheet with one of most things."""
    spreadsheet = book(["a", 1, "=B1*2"], ["b", 2, "=SUM(B1:B2)"], rows_in_grid=10, columns_in_grid=10)
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$B2>1"}]}
    do(
        spreadsheet,
        {"setDataValidation": {"range": span(1, 4, 1, 2), "rule": {"condition": condition}}},
        {
            "addConditionalFormatRule": {
                "rule": {"ranges": [span(1, 4, 0, 3)], "booleanRule": {"condition": condition, "format": {}}}
            }
        },
        {"addNamedRange": {"namedRange": {"namedRangeId": "1", "name": "named", "range": span(0, 2, 0, 2)}}},
        {"mergeCells": {"range": span(6, 8, 6, 8)}},
    )
    return spreadsheet


@pytest.mark.parametrize("kind", sorted(HANDLERS))
@settings(max_examples=settings.default.max_examples // 5)
@given(data=st.data())
def test_answered_or_refused(kind, data):
    spreadsheet = start()
    before = everything(spreadsheet)
    body = data.draw(message(SCHEMAS["Request"][kind]["ref"], 0))
    try:
        replies = do(spreadsheet, json.loads(json.dumps({kind: body})))
    except ApiError:
        assert everything(spreadsheet) == before
        return
    door.check({"replies": json.loads(json.dumps(replies))}, "BatchUpdateSpreadsheetResponse")
    shown = everything(spreadsheet)
    door.check(json.loads(json.dumps(shown)), "Spreadsheet")
    assert everything(Spreadsheet.load(spreadsheet.id, spreadsheet.dump())) == shown


@given(data=st.data())
def test_any_sequence_leaves_a_spreadsheet_that_can_be_read_saved_and_opened(data):
    spreadsheet = start()
    for _ in range(data.draw(st.integers(1, 6))):
        kind = data.draw(st.sampled_from(sorted(HANDLERS)))
        body = data.draw(message(SCHEMAS["Request"][kind]["ref"], 0))
        try:
            do(spreadsheet, json.loads(json.dumps({kind: body})))
        except ApiError:
            continue
    shown = everything(spreadsheet)
    again = Spreadsheet.load(spreadsheet.id, spreadsheet.dump())
    assert everything(again) == shown
    for sheet in spreadsheet.sheets:
        name = "'" + sheet.title.replace("'", "''") + "'"
        assert read(again, name) == read(spreadsheet, name)
