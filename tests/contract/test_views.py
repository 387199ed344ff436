"""Charts, pivot tables, filters, groups and tables."""

from __future__ import annotations

from tests.contract.beliefs import belief

REFERENCE = "Google's reference"
PROBED = "reported from live probes (mmedum/google-sheets-mcp)"


def chart(tab, number):
    ends = {"sources": [tab.span(0, 4, 0, 1)]}, {"sources": [tab.span(0, 4, 1, 2)]}
    spec = {
        "title": "t",
        "basicChart": {
            "chartType": "BAR",
            "headerCount": 1,
            "domains": [{"domain": {"sourceRange": ends[0]}}],
            "series": [{"series": {"sourceRange": ends[1]}, "targetAxis": "BOTTOM_AXIS"}],
        },
    }
    corner = {"anchorCell": {"sheetId": tab.id, "rowIndex": 6, "columnIndex": 3}}
    return {"addChart": {"chart": {"chartId": number, "spec": spec, "position": {"overlayPosition": corner}}}}


@belief(
    "A chart takes an id of our choice, and its ranges follow columns that are put before them.",
    seen=REFERENCE,
    so="charts stay ours when people change a tab",
)
def test_charts_follow_their_columns(tab):
    number = tab.book.far.number()
    tab.book.batch(chart(tab, number), {"insertDimension": {"range": tab.line("COLUMNS", 0, 1)}})
    (held,) = tab.told("charts")["charts"]
    series = held["spec"]["basicChart"]["series"][0]["series"]["sourceRange"]["sources"][0]
    assert (held["chartId"], series["startColumnIndex"]) == (number, 2)


@belief("`updateChartSpec` takes a whole spec or nothing.", seen=PROBED, so="a changed chart is written as a whole")
def test_a_spec_is_whole(tab):
    number = tab.book.far.number()
    tab.book.batch(chart(tab, number))
    assert "must be set" in tab.book.refused({"updateChartSpec": {"chartId": number, "spec": {"title": "x"}}})


@belief(
    "A pivot table is written into its first cell, and the cells under it are filled.",
    seen=REFERENCE,
    so="pivots of templates are a setting of a cell",
)
def test_pivots_fill_cells(tab):
    tab.write("A1", ["who", "sum"], ["x", 1], ["y", 2], ["x", 4])
    pivot = {
        "source": tab.span(0, 4, 0, 2),
        "rows": [{"sourceColumnOffset": 0, "sortOrder": "ASCENDING", "showTotals": False}],
        "values": [{"sourceColumnOffset": 1, "summarizeFunction": "SUM", "name": "all"}],
    }
    start = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 4}
    cell = {"values": [{"pivotTable": pivot}]}
    tab.book.batch({"updateCells": {"start": start, "rows": [cell], "fields": "pivotTable"}})
    assert tab.read("E2:F3") == [["x", 5], ["y", 2]]


@belief(
    "A tab has one basic filter; setting it again takes the place of the one before.",
    seen=REFERENCE,
    so="a filter that people set is theirs; ours is set once",
)
def test_one_basic_filter(tab):
    for right in (2, 3):
        tab.book.batch({"setBasicFilter": {"filter": {"range": tab.span(0, 4, 0, right)}}})
    assert tab.told("basicFilter")["basicFilter"]["range"]["endColumnIndex"] == 3


@belief(
    "A group of columns has neither id nor name, only a range and a depth.",
    seen="recorded traffic of gspread",
    so="our group is known by its range",
)
def test_groups_are_ranges(tab):
    (reply,) = tab.book.batch({"addDimensionGroup": {"range": tab.line("COLUMNS", 2, 5)}})
    (group,) = reply["addDimensionGroup"]["dimensionGroups"]
    assert (group["depth"], group["range"]["startIndex"], group["range"]["endIndex"]) == (1, 2, 5)
    (held,) = tab.told("columnGroups")["columnGroups"]
    assert held["range"]["startIndex"] == 2


@belief(
    "A table over cells that are there keeps them, and typed columns must be named or their headers are written over.",
    seen=PROBED,
    so="we make no tables of people's data; what people made a table of is read like any other",
)
def test_tables_keep_cells(tab):
    tab.write("A1", ["who", "sum"], ["x", 1])
    columns = [{"columnIndex": 0, "columnName": "who", "columnType": "TEXT"}, {"columnIndex": 1, "columnName": "sum"}]
    table = {"name": f"t{tab.id}", "range": tab.span(0, 2, 0, 2), "columnProperties": columns}
    tab.book.batch({"addTable": {"table": table}})
    assert tab.read("A1:B2") == [["who", "sum"], ["x", 1]]


@belief(
    "Where a table's columns are typed, validation cannot be set on them.",
    seen=PROBED,
    so="a template bound to a tab that people made a table of is refused by Google, and changes nothing",
)
def test_typed_columns_refuse_rules(tab):
    tab.write("A1", ["who"], ["x"])
    columns = [{"columnIndex": 0, "columnName": "who", "columnType": "TEXT"}]
    tab.book.batch(
        {"addTable": {"table": {"name": f"t{tab.id}", "range": tab.span(0, 2, 0, 1), "columnProperties": columns}}}
    )
    rule = {"condition": {"type": "NOT_BLANK"}}
    said = tab.book.refused({"setDataValidation": {"range": tab.span(1, 2, 0, 1), "rule": rule}})
    assert "typed columns" in said
