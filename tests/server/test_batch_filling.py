"""Requests that fill, tidy and split cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, everything, formulas, lines, put, read, span

DATE = {"numberFormat": {"type": "DATE", "pattern": "yyyy-mm-dd"}}


def refusal(spreadsheet, request):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, request)
    assert everything(spreadsheet) == before
    return refused.value.message.split(": ", 1)[1]


def fill(source, dimension, length, **rest):
    return {
        "autoFill": {"sourceAndDestination": {"source": source, "dimension": dimension, "fillLength": length}, **rest}
    }


def test_fill_down_carries_values_formulas_looks_and_rules():
    spreadsheet = book([1, "=A1*2", "2026-01-30"], [2, "=A2*2", "2026-01-31"])
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1>0"}]}
    do(
        spreadsheet,
        {"setDataValidation": {"range": span(0, 1, 0, 1), "rule": {"condition": condition}}},
        fill(span(0, 2, 0, 3), "ROWS", 2),
    )
    assert formulas(spreadsheet, "A3:B4") == [[3, "=A3*2"], [4, "=A4*2"]]
    assert read(spreadsheet, "C3:C4", "FORMATTED_VALUE") == [["2026-02-01"], ["2026-02-02"]]
    assert cells(spreadsheet, "C4", "userEnteredFormat") == [[DATE]]
    rule = cells(spreadsheet, "A3", "dataValidation")[0][0]
    assert rule["condition"]["values"] == [{"userEnteredValue": "=A3>0"}]


@pytest.mark.parametrize(
    ("source", "dimension", "length", "range_", "expected"),
    [
        (span(4, 6, 0, 1), "ROWS", -4, "A1:A6", [[-3], [-2], [-1], [0], [1], [2]]),
        (span(4, 5, 1, 3), "COLUMNS", 2, "B5:E5", [[5, 10, 15, 20]]),
        (span(4, 5, 1, 3), "COLUMNS", -1, "A5:C5", [[0, 5, 10]]),
    ],
)
def test_fill_in_every_direction(source, dimension, length, range_, expected):
    spreadsheet = book()
    put(spreadsheet, "A5", [1, 5, 10], [2])
    do(spreadsheet, fill(source, dimension, length))
    assert read(spreadsheet, range_) == expected


def test_fill_a_range_from_the_part_that_has_data():
    spreadsheet = book(["a", 1], ["a", 2])
    do(spreadsheet, {"autoFill": {"range": span(0, 4, 0, 3)}})
    assert read(spreadsheet) == [["a", 1, "a"], ["a", 2, "a"], ["a", 3, "a"], ["a", 4, "a"]]


@pytest.mark.parametrize("at", ["A1", "B2", "C3"])
def test_fill_a_range_around_its_data(at):
    spreadsheet = book()
    put(spreadsheet, at, [1, 2], [2, 3])
    do(spreadsheet, {"autoFill": {"range": span(0, 4, 0, 4)}})
    first = read(spreadsheet)[0][0]
    assert read(spreadsheet) == [[first + row + column for column in range(4)] for row in range(4)]


def test_fill_a_blank_range_changes_nothing():
    spreadsheet = book(["a"])
    do(spreadsheet, {"autoFill": {"range": span(1, 4, 1, 3)}})
    assert read(spreadsheet) == [["a"]]


def test_the_alternate_series_repeats():
    spreadsheet = book([1], [2])
    do(spreadsheet, fill(span(0, 2, 0, 1), "ROWS", 3, useAlternateSeries=True))
    assert read(spreadsheet) == [[1], [2], [1], [2], [1]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param(fill(span(0, 2, 0, 1), "ROWS", 2_000_000_000), "Range (Sheet1!A3:A2000000002) exceeds grid limits. Max rows: 1000, max columns: 26", id="past the grid"),
        pytest.param(fill(span(0, 2, 0, 1), "ROWS", -1), "The destination of a fill must be inside of the sheet.", id="before the grid"),
        pytest.param(fill(span(0, 2, 0, 1), "ROWS", 0), "fillLength must not be 0.", id="nowhere"),
        pytest.param({"autoFill": {"sourceAndDestination": {"source": span(0, 2, 0, 1), "fillLength": 1}}}, "No dimension specified.", id="no dimension"),
        pytest.param({"textToColumns": {"source": span(0, 1, 0, 2)}}, "The source of textToColumns must span exactly one column.", id="two columns"),
        pytest.param({"textToColumns": {"source": span(0, 1, 0, 1), "delimiterType": "CUSTOM"}}, "delimiter must be specified when delimiterType is CUSTOM.", id="no delimiter"),
        pytest.param({"textToColumns": {"source": span(0, 1, 0, 1), "delimiterType": "COMMA", "delimiter": ","}}, "delimiter must only be specified when delimiterType is CUSTOM.", id="a delimiter too many"),
        pytest.param({"textToColumns": {"source": span(0, 1, 2, 3), "delimiterType": "COMMA"}}, "This action would increase the number of columns above the limit of 18278 columns.", id="too many parts"),
        pytest.param({"deleteDuplicates": {"range": span(0, 2, 0, 2), "comparisonColumns": [lines("COLUMNS", 1, 3)]}}, "comparisonColumns [1, 3) must be inside of the range.", id="compared outside"),
        pytest.param({"deleteDuplicates": {"range": span(0, 2, 0, 2), "comparisonColumns": [lines("ROWS", 0, 1)]}}, "comparisonColumns must be columns of the sheet of the range.", id="compared rows"),
        pytest.param({"pasteData": {"coordinate": {"rowIndex": 0}, "data": "a"}}, "Either delimiter or html must be specified.", id="neither text nor HTML"),
        pytest.param({"pasteData": {"coordinate": {"rowIndex": 0}, "data": "<b>a</b>", "html": True}}, "this embedded server does not support pasting anything but the values of HTML yet (Google does)", id="looks of HTML"),
        pytest.param({"pasteData": {"coordinate": {"rowIndex": 1000}, "data": "a", "delimiter": ","}}, "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26", id="paste past the grid"),
        pytest.param({"trimWhitespace": {"range": span(0, 1, 0, 27)}}, "Range (Sheet1!A1:AA1) exceeds grid limits. Max rows: 1000, max columns: 26", id="trim past the grid"),
    ],
)  # fmt: skip
def test_refused(request_, message):
    assert refusal(book([1, 2, "," * 20_000], [3, 4]), request_) == message


def test_trim_whitespace():
    spreadsheet = book()
    put(spreadsheet, "A1", ["  a \t\n b ", "ok", " \n "], ["\u00a0b\u00a0", " =1", 5], option="RAW")
    put(spreadsheet, "C2", ["=LEN(A1)"])
    assert do(spreadsheet, {"trimWhitespace": {"range": span(0, 9, 0, 3)}}) == [
        {"trimWhitespace": {"cellsChangedCount": 3}}
    ]
    assert formulas(spreadsheet) == [["a b", "ok"], ["\u00a0b\u00a0", "=1", "=LEN(A1)"]]
    assert cells(spreadsheet, "B2", "userEnteredValue") == [[{"stringValue": "=1"}]]
    assert do(spreadsheet, {"trimWhitespace": {"range": span(0, 9, 0, 3)}}) == [{"trimWhitespace": {}}]


def test_trimming_keeps_formats_on_their_letters():
    spreadsheet = book()
    bold = {"bold": True}
    cell = {
        "userEnteredValue": {"stringValue": "  one   two "},
        "textFormatRuns": [{"startIndex": 2, "format": {"italic": True}}, {"startIndex": 8, "format": bold}, {"startIndex": 11, "format": {}}],
    }  # fmt: skip
    do(
        spreadsheet,
        {"updateCells": {"range": span(0, 1, 0, 1), "rows": [{"values": [cell]}], "fields": "*"}},
        {"trimWhitespace": {"range": span(0, 1, 0, 1)}},
    )
    assert read(spreadsheet) == [["one two"]]
    runs = cells(spreadsheet, "A1", "textFormatRuns")[0][0]
    assert [(run.get("startIndex", 0), run["format"]) for run in runs] == [(0, {"italic": True}), (4, bold)]


def test_delete_duplicates_keeps_the_first_and_pulls_the_rest_of_the_range_up():
    spreadsheet = book(["A", 1, "x"], ["b", 1, "y"], ["a", 1, "z"], ["a", 2, "u"], ["b", "=B1", "v"], ["c", 3, "w"])
    reply = do(spreadsheet, {"deleteDuplicates": {"range": span(0, 10, 0, 2)}})
    assert reply == [{"deleteDuplicates": {"duplicatesRemovedCount": 2}}]
    assert read(spreadsheet) == [
        ["A", 1, "x"],
        ["b", 1, "y"],
        ["a", 2, "z"],
        ["c", 3, "u"],
        ["", "", "v"],
        ["", "", "w"],
    ]


def test_delete_duplicates_by_some_columns():
    spreadsheet = book(["a", 1], ["b", 1], ["c", "1"], ["d", True])
    put(spreadsheet, "B3", ["1"], option="RAW")
    request = {"deleteDuplicates": {"range": span(0, 4, 0, 2), "comparisonColumns": [lines("COLUMNS", 1, 2)]}}
    assert do(spreadsheet, request) == [{"deleteDuplicates": {"duplicatesRemovedCount": 1}}]
    assert read(spreadsheet) == [["a", 1], ["c", "1"], ["d", True]]


@given(rows=st.lists(st.tuples(st.sampled_from(["a", "A", "b", 1, "", True]), st.sampled_from([1, 2, ""])), max_size=8))
def test_without_duplicates_nothing_is_twice_and_nothing_is_lost(rows):
    spreadsheet = book(*map(list, rows), rows_in_grid=10)

    def seen():
        found = [row + [""] * (2 - len(row)) for row in read(spreadsheet, "A1:B10")]
        return [
            tuple(value.casefold() if isinstance(value, str) else (type(value), value) for value in row)
            for row in found
        ]

    before = seen()
    removed = do(spreadsheet, {"deleteDuplicates": {"range": span(0, 10, 0, 2)}})[0]["deleteDuplicates"]
    assert seen() == list(dict.fromkeys(before))
    assert len(before) - len(seen()) == removed.get("duplicatesRemovedCount", 0)


def test_randomize_keeps_rows_whole():
    spreadsheet = book(*([number, f"=A{number + 1}*2", number] for number in range(20)))
    do(spreadsheet, {"randomizeRange": {"range": span(0, 20, 0, 2)}})
    found = read(spreadsheet)
    assert sorted(row[0] for row in found) == list(range(20)) != [row[0] for row in found]
    assert all(row[1] == row[0] * 2 for row in found)
    assert [row[2] for row in found] == list(range(20))


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        pytest.param("a,b;c", {"delimiterType": "COMMA"}, ["a", "b;c"], id="comma"),
        pytest.param("a,b;c", {"delimiterType": "SEMICOLON"}, ["a,b", "c"], id="semicolon"),
        pytest.param("a b", {"delimiterType": "SPACE"}, ["a", "b"], id="space"),
        pytest.param("a.b", {"delimiterType": "PERIOD"}, ["a", "b"], id="period"),
        pytest.param("a--b", {"delimiterType": "CUSTOM", "delimiter": "--"}, ["a", "b"], id="of one's own"),
        pytest.param("x;2;2026-01-02", {}, ["x", 2, 46024], id="found out"),
        pytest.param("a,,b", {"delimiterType": "COMMA"}, ["a", "", "b"], id="nothing between"),
        pytest.param("ab", {}, ["ab", "old"], id="nothing to split"),
        pytest.param("ab", {"delimiterType": "COMMA"}, ["ab", "old"], id="no such delimiter"),
    ],
)
def test_text_to_columns(text, how, expected):
    spreadsheet = book(["", "old"])
    put(spreadsheet, "A1", [text], option="RAW")
    do(spreadsheet, {"textToColumns": {"source": span(0, 5, 0, 1), **how}})
    assert read(spreadsheet) == [expected]


def test_text_to_columns_makes_room():
    spreadsheet = book(["a", "b,c,d"], columns_in_grid=2)
    do(spreadsheet, {"textToColumns": {"source": span(0, 1, 1, 2), "delimiterType": "COMMA"}})
    assert read(spreadsheet) == [["a", "b", "c", "d"]]


HTML = "<html><head><style>x</style></head><body><table><tr><th>a<td><p>1</p><p>2</p>\n<tr><td> b &amp;<br>c </td><td>=1+1</td></table>"


@pytest.mark.parametrize(
    ("paste", "expected"),
    [
        pytest.param({"data": "a\t1\nb\t=A1\n", "delimiter": "\t"}, [["a", 1], ["b", "a"]], id="tabs"),
        pytest.param({"data": '"x,\n""y""",2\r\n3', "delimiter": ","}, [['x,\n"y"', 2], [3]], id="quoted"),
        pytest.param({"data": "a::b", "delimiter": "::"}, [["a", "b"]], id="a long delimiter"),
        pytest.param({"data": "", "delimiter": ","}, [["old"]], id="nothing"),
        pytest.param({"data": "x", "delimiter": ",", "type": "PASTE_FORMAT"}, [["old"]], id="text has no looks"),
        pytest.param({"data": HTML, "html": True, "type": "PASTE_VALUES"}, [["a", "1\n2"], ["b &\nc", 2]], id="a table of HTML"),
        pytest.param({"data": "<p>a</p><div>b</div>", "html": True, "type": "PASTE_VALUES"}, [["a"], ["b"]], id="lines of HTML"),
    ],
)  # fmt: skip
def test_paste_data(paste, expected):
    spreadsheet = book(["old"], rows_in_grid=1, columns_in_grid=1)
    do(spreadsheet, {"pasteData": {"coordinate": {"sheetId": 0}, **paste}})
    assert read(spreadsheet) == expected


@pytest.mark.parametrize(
    ("kind", "pasted", "look"),
    [
        pytest.param("PASTE_NORMAL", "=A1*2", {"textFormat": {"bold": True}}, id="everything"),
        pytest.param("PASTE_VALUES", 10, None, id="the value"),
        pytest.param("PASTE_FORMULA", "=A1*2", None, id="the formula"),
        pytest.param("PASTE_FORMAT", "old", {"textFormat": {"bold": True}}, id="the look"),
    ],
)
def test_cutting_empties_the_source_whatever_is_pasted(kind, pasted, look):
    spreadsheet = book([5, "=A1*2"], ["", "old"])
    bold = {"userEnteredFormat": {"textFormat": {"bold": True}}}
    do(
        spreadsheet,
        {"repeatCell": {"range": span(0, 1, 1, 2), "cell": bold, "fields": "userEnteredFormat"}},
        {"cutPaste": {"source": span(0, 1, 1, 2), "destination": {"rowIndex": 1, "columnIndex": 1}, "pasteType": kind}},
    )
    assert formulas(spreadsheet) == [[5], ["", pasted]]
    assert cells(spreadsheet, "B1:B2", "userEnteredFormat") == [[], [look]]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        pytest.param({"backgroundColor": {"red": 1}}, ["b", "d", "a", "c"], id="red first"),
        pytest.param({"backgroundColor": {"red": 1}, "sortOrder": "DESCENDING"}, ["a", "c", "b", "d"], id="red last"),
        pytest.param({"backgroundColorStyle": {"themeColor": "BACKGROUND"}}, ["a", "c", "b", "d"], id="a colour of the theme"),
        pytest.param({"foregroundColor": {"blue": 1}}, ["c", "a", "b", "d"], id="blue letters"),
    ],
)  # fmt: skip
def test_sort_by_colour(spec, expected):
    """A colour that a conditional format gives counts as well."""
    spreadsheet = book(["a"], ["b"], ["c"], ["d"])
    rule = {
        "ranges": [span(0, 4, 0, 1)],
        "booleanRule": {
            "condition": {"type": "TEXT_EQ", "values": [{"userEnteredValue": "d"}]},
            "format": {"backgroundColor": {"red": 1}},
        },
    }
    red, blue = {"backgroundColor": {"red": 1}}, {"textFormat": {"foregroundColor": {"blue": 1}}}
    do(
        spreadsheet,
        {"repeatCell": {"range": span(1, 2, 0, 1), "cell": {"userEnteredFormat": red}, "fields": "userEnteredFormat"}},
        {"repeatCell": {"range": span(2, 3, 0, 1), "cell": {"userEnteredFormat": blue}, "fields": "userEnteredFormat"}},
        {"addConditionalFormatRule": {"rule": rule}},
        {"sortRange": {"range": span(0, 4, 0, 1), "sortSpecs": [spec]}},
    )
    assert [row[0] for row in read(spreadsheet)] == expected
