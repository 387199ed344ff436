"""Whatever rows and columns do: charts, slicers and tables stand where named ranges of the same cells stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, do, everything, lines, put, span

HEIGHT, WIDTH = 8, 6
TABLE = span(0, 5, 1, 5)
TYPES = {"b": "TEXT", "c": None, "d": "DATE", "e": "CURRENCY"}


@st.composite
def columns_of_cells(draw):
    top = draw(st.integers(0, HEIGHT - 1))
    left = draw(st.integers(0, WIDTH - 1))
    return span(top, draw(st.integers(top + 1, HEIGHT)), left, left + 1)


@st.composite
def edits(draw, rows, columns):
    """An edit of rows below the header, or of columns, of a grid of that size."""
    sides = [("COLUMNS", columns, 0), *([("ROWS", rows, 1)] if rows > 1 else [])]
    dimension, extent, first = draw(st.sampled_from(sides))
    start = draw(st.integers(first, extent - 1))
    end = draw(st.integers(start + 1, extent))
    kind = draw(st.sampled_from(["insertDimension", "deleteDimension", "moveDimension"]))
    if kind == "moveDimension":
        return {kind: {"source": lines(dimension, start, end), "destinationIndex": draw(st.integers(first, extent))}}
    return {kind: {"range": lines(dimension, start, end)}}


def start(places):
    spreadsheet = book(["a", "b", "c", "d", "e", "f"], rows_in_grid=HEIGHT, columns_in_grid=WIDTH)
    typed = [
        {"columnIndex": index, "columnName": name, "columnType": kind}
        for index, (name, kind) in enumerate(TYPES.items())
        if kind
    ]
    do(
        spreadsheet,
        {"addSheet": {"properties": {"sheetId": 4, "title": "elsewhere"}}},
        {"addTable": {"table": {"tableId": "t", "name": "T", "range": TABLE, "columnProperties": typed}}},
        *(
            {"addNamedRange": {"namedRange": {"name": f"n_{number}", "range": one}}}
            for number, one in enumerate(places)
        ),
        {"addNamedRange": {"namedRange": {"name": "n_table", "range": TABLE}}},
    )
    series = [{"data": {"sourceRange": {"sources": [one]}}} for one in places]
    for sheet in (0, 4):
        chart = {"spec": {"histogramChart": {"series": series}}, "position": {"overlayPosition": {"anchorCell": {"sheetId": sheet}}}}  # fmt: skip
        slicer = {"spec": {"dataRange": TABLE}, "position": {"overlayPosition": {"anchorCell": {"sheetId": sheet}}}}
        do(spreadsheet, {"addChart": {"chart": chart}}, {"addSlicer": {"slicer": slicer}})
    return spreadsheet


def check(spreadsheet):
    named = {one["name"]: one["range"] for one in spreadsheet.named_ranges}
    table = named.pop("n_table", None)
    for sheet in spreadsheet.sheets:
        (chart,) = sheet.things["charts"]
        series = chart["spec"]["histogramChart"].get("series", [])
        assert [one["data"]["sourceRange"]["sources"][0] for one in series] == list(named.values())
        assert [one["spec"]["dataRange"] for one in sheet.things["slicers"]] == ([table] if table else [])
    shown = everything(spreadsheet)["sheets"][0].get("tables", [])
    assert [one["range"] for one in spreadsheet.sheets[0].things["tables"]] == ([table] if table else [])
    for column in shown[0]["columnProperties"] if shown else ():
        assert column.get("columnType") == TYPES.get(column["columnName"])


@given(st.lists(columns_of_cells(), min_size=1, max_size=3), st.data())
def test_they_follow_any_edits_as_named_ranges_do(places, data):
    spreadsheet = start(places)
    for _ in range(data.draw(st.integers(1, 5))):
        sheet = spreadsheet.sheets[0]
        try:
            do(spreadsheet, data.draw(edits(sheet.row_count, sheet.column_count)))
        except ApiError:
            continue  # all rows, or a place inside of what is moved
        check(spreadsheet)
    again = Spreadsheet.load("book", spreadsheet.dump())
    assert everything(again) == everything(spreadsheet)


@given(st.lists(columns_of_cells(), min_size=1, max_size=2), st.data())
def test_a_batch_that_fails_leaves_them_as_they_were(places, data):
    spreadsheet = start(places)
    put(spreadsheet, "A2", ["x"])
    before = everything(spreadsheet)
    try:
        do(spreadsheet, data.draw(edits(HEIGHT, WIDTH)), {"deleteEmbeddedObject": {"objectId": 1}})
    except ApiError:
        assert everything(spreadsheet) == before
