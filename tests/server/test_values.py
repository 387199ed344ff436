"""The `values` methods: what is read, what is written, what is refused."""

from __future__ import annotations

import pytest

from sheetcrm.server import values
from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, everything, put, read, span


def written(spreadsheet, range_, *rows, **options):
    answer = put(spreadsheet, range_, *rows, **options)
    return tuple(answer.get(key) for key in ("updatedRange", "updatedRows", "updatedColumns", "updatedCells"))


def test_trailing_blanks_are_left_out():
    spreadsheet = book(["a", "", "c", ""], ["", ""], ["x"], [""])
    assert values.get(spreadsheet, "Sheet1!A1:D9") == {
        "range": "Sheet1!A1:D9",
        "majorDimension": "ROWS",
        "values": [["a", "", "c"], [], ["x"]],
    }
    assert values.get(spreadsheet, "Sheet1!A1:C3", major_dimension="COLUMNS")["values"] == [["a", "", "x"], [], ["c"]]


def test_an_empty_range_has_no_values_key():
    assert values.get(book(), "Sheet1!B2:C3") == {"range": "Sheet1!B2:C3", "majorDimension": "ROWS"}


@pytest.mark.parametrize(
    ("typed", "unformatted", "formatted"),
    [
        pytest.param("0042", 42, "42", id="zeros in front go"),
        pytest.param("'0042", "0042", "0042", id="an apostrophe makes text"),
        pytest.param("2026-09-05", 46270, "2026-09-05", id="a date is a day number"),
        pytest.param("$100.15", 100.15, "$100.15", id="money"),
        pytest.param("TRUE", True, "TRUE", id="boolean"),
        pytest.param("=4/2", 2, "2", id="formula"),
        pytest.param("=TODAY()", 46083, "3/2/2026", id="a formula that is a date"),
        pytest.param("=DATE(2026,1,(2))", 46024, "1/2/2026", id="a formula that is a date, with parentheses"),
        pytest.param("=TODAY()-DATE(2026,3,1)", 1, "1", id="days between dates are a number"),
        pytest.param("=1/0", "#DIV/0!", "#DIV/0!", id="formula that fails"),
        pytest.param(1.5, 1.5, "1.5", id="a number"),
    ],
)
def test_user_entered(typed, unformatted, formatted):
    spreadsheet = book([typed])
    assert read(spreadsheet) == [[unformatted]]
    assert read(spreadsheet, option="FORMATTED_VALUE") == [[formatted]]


@pytest.mark.parametrize("text", ["0012", "+86 138", "1e5", "=1+1", "2026-09-05", "TRUE", "'x"])
def test_raw_keeps_text(text):
    spreadsheet = book()
    put(spreadsheet, "A1", [text], option="RAW")
    assert read(spreadsheet) == [[text]]
    assert cells(spreadsheet, "A1", "userEnteredValue") == [[{"stringValue": text}]]


@pytest.mark.parametrize("text", ["0012", "+8613800138000", "1e5", "=1+1", "2026-09-05", "TRUE"])
def test_a_text_column_keeps_what_is_typed(text):
    spreadsheet = book()
    look = {"userEnteredFormat": {"numberFormat": {"type": "TEXT", "pattern": "@"}}}
    do(spreadsheet, {"repeatCell": {"range": {"sheetId": 0}, "cell": look, "fields": "userEnteredFormat.numberFormat"}})
    put(spreadsheet, "A1", [text])
    assert read(spreadsheet) == [[text]]


def test_dates_as_text_when_asked_for():
    spreadsheet = book(["2026-09-05", "x", 7])
    found = values.get(
        spreadsheet, "A1:C1", value_render_option="UNFORMATTED_VALUE", date_time_render_option="FORMATTED_STRING"
    )
    assert found["values"] == [["2026-09-05", "x", 7]]


@pytest.mark.parametrize(
    ("range_", "rows", "answer"),
    [
        pytest.param("A1", [["a", "b"], ["c"]], ("Sheet1!A1:B2", 2, 2, 3), id="a cell is an anchor"),
        pytest.param("A1:C9", [["a"]], ("Sheet1!A1", 1, 1, 1), id="less than the range"),
        pytest.param("B:B", [["a"], ["b"]], ("Sheet1!B1:B2", 2, 1, 2), id="a column"),
        pytest.param("A1", [[None, "b"], ["c", None]], ("Sheet1!A1:B2", 2, 2, 2), id="null skips its cell"),
        pytest.param("A1", [["", ""]], ("Sheet1!A1:B1", 1, 2, 2), id="an empty text is counted: it clears"),
        pytest.param("A1", [], ("Sheet1!A1", None, None, None), id="nothing"),
    ],
)
def test_update_tells_what_it_wrote(range_, rows, answer):
    assert written(book(), range_, *rows) == answer


def test_ragged_rows_and_nulls_leave_the_rest_alone():
    spreadsheet = book(["a", "b"], ["c", "d"])
    put(spreadsheet, "A1", ["A"], [None, ""])
    assert read(spreadsheet) == [["A", "b"], ["c"]]


@pytest.mark.parametrize(
    ("range_", "rows", "message"),
    [
        pytest.param("A1:B1", [["a"], ["b"]], "Requested writing within range [Sheet1!A1:B1], but tried writing to row [2]", id="too many rows"),
        pytest.param("A1:B1", [["a", "b", "c"]], "Requested writing within range [Sheet1!A1:B1], but tried writing to column [C]", id="too many columns"),
        pytest.param("Y1", [["a", "b", "c"]], "Range (Sheet1!Y1:AA1) exceeds grid limits. Max rows: 1000, max columns: 26", id="past the grid"),
        pytest.param("A1", [["x" * 50_001]], "Your input contains more than the maximum of 50000 characters in a single cell.", id="too long"),
        pytest.param("A1", [[float("nan")]], "Invalid values[0][0]: number_value {\n}\n", id="not a number"),
        pytest.param("A1", [["a", 10**400]], "Invalid values[0][1]: number_value {\n}\n", id="no double"),
        pytest.param("A1", [["a"], [{}]], "Invalid values[1][0]: struct_value {\n}\n", id="an object"),
        pytest.param("A1", [[[]]], "Invalid values[0][0]: list_value {\n}\n", id="a list"),
        pytest.param("A1", [["half \ud800"]], "Invalid JSON payload received. A text is not valid Unicode.", id="half a character"),
        pytest.param("Nope!A1", [["x"]], "Unable to parse range: Nope!A1", id="no such sheet"),
    ],
)  # fmt: skip
def test_update_refused(range_, rows, message):
    spreadsheet = book(["kept"])
    with pytest.raises(ApiError) as refused:
        put(spreadsheet, range_, *rows)
    assert refused.value.message == message
    assert read(spreadsheet) == [["kept"]]


def test_a_whole_number_past_the_exact_ones_is_a_double():
    assert read(book([2**60 + 1])) == [[float(2**60)]]


def test_a_cell_holds_fifty_thousand_characters():
    assert read(book(["x" * 50_000])) == [["x" * 50_000]]


def test_value_input_option_is_required():
    with pytest.raises(ApiError, match="'valueInputOption' is required but not specified"):
        put(book(), "A1", ["x"], option=None)


def test_notes_formats_and_rules_survive_a_write_and_a_clear():
    spreadsheet = book(["old"])
    rule = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "a"}]}, "strict": True}
    cell = {"note": "n", "userEnteredFormat": {"horizontalAlignment": "CENTER"}, "dataValidation": rule}
    do(
        spreadsheet,
        {"repeatCell": {"range": span(0, 1, 0, 1), "cell": cell, "fields": "note,userEnteredFormat,dataValidation"}},
    )
    put(spreadsheet, "A1", ["not in the list"])
    values.clear(spreadsheet, "A1")
    assert read(spreadsheet) == []
    assert cells(spreadsheet, "A1", "note") == [["n"]]
    assert cells(spreadsheet, "A1", "dataValidation") == [[rule]]
    assert cells(spreadsheet, "A1", "userEnteredFormat") == [[{"horizontalAlignment": "CENTER"}]]


class TestArrays:
    def test_an_array_fills_the_blank_cells_beside_and_below(self):
        spreadsheet = book(['=SPLIT("a,b",",")'], ["=UNIQUE(E1:E3)", "", "", "", "y"], ["", "", "", "", "x"])
        put(spreadsheet, "E1", ["x"])
        assert read(spreadsheet, "A1:C9") == [["a", "b"], ["x"], ["y"]]
        assert cells(spreadsheet, "A1:B9", "formattedValue") == [["a", "b"], ["x", None], ["y", None]]
        assert read(spreadsheet, "A1:C9", "FORMULA") == [['=SPLIT("a,b",",")'], ["=UNIQUE(E1:E3)"]]

    def test_it_shrinks_with_what_it_reads(self):
        spreadsheet = book(["=UNIQUE(E1:E2)", "", "", "", "x"], ["", "", "", "", "y"])
        assert read(spreadsheet, "A1:A9") == [["x"], ["y"]]
        put(spreadsheet, "E2", ["x"])
        assert read(spreadsheet, "A1:A9") == [["x"]]


class TestAppend:
    def appended(self, spreadsheet, range_, *rows, **options):
        answer = values.append(spreadsheet, range_, {"values": list(rows)}, value_input_option="RAW", **options)
        return answer.get("tableRange"), answer["updates"]["updatedRange"]

    def test_an_empty_sheet_has_no_table(self):
        assert self.appended(book(), "Sheet1", ["a", "b"]) == (None, "Sheet1!A1:B1")

    def test_the_famous_shift_after_a_gap(self):
        assert self.appended(book(["x", "", "z"]), "Sheet1", ["1", "2", "3"]) == ("Sheet1!C1", "Sheet1!C2:E2")

    def test_a_cell_finds_its_own_table(self):
        assert self.appended(book(["x", "", "z"]), "Sheet1!A1", ["1"]) == ("Sheet1!A1", "Sheet1!A2")

    @pytest.mark.parametrize(
        ("range_", "answer"),
        [
            pytest.param("A1", ("Sheet1!A1:B2", "Sheet1!A3"), id="the first block"),
            pytest.param("A5", ("Sheet1!A5:B6", "Sheet1!A7"), id="the second block"),
            pytest.param("Sheet1", ("Sheet1!A5:B6", "Sheet1!A7"), id="a whole sheet means the last block"),
        ],
    )
    def test_blocks(self, range_, answer):
        spreadsheet = book(["a", "b"], ["c", "d"], [], [], ["e", "f"], ["g", "h"])
        assert self.appended(spreadsheet, range_, ["new"]) == answer

    def test_overwrite_writes_over_what_is_below_and_insert_rows_pushes_it_down(self):
        rows = (["a"], ["b"], [""], ["below"])
        over, inserted = book(*rows), book(*rows)
        self.appended(over, "A1", ["1"], ["2"])
        self.appended(inserted, "A1", ["1"], ["2"], insert_data_option="INSERT_ROWS")
        assert read(over) == [["a"], ["b"], ["1"], ["2"]]
        assert read(inserted) == [["a"], ["b"], ["1"], ["2"], [], ["below"]]

    def test_the_grid_grows(self):
        spreadsheet = book(["a"], ["b"], rows_in_grid=2, columns_in_grid=1)
        assert self.appended(spreadsheet, "Sheet1", ["c", "d"]) == ("Sheet1!A1:A2", "Sheet1!A3:B3")
        assert read(spreadsheet) == [["a"], ["b"], ["c", "d"]]

    def test_false_counts_as_data(self):
        spreadsheet = book(["a"])
        put(spreadsheet, "A2", [False], option="RAW")
        assert self.appended(spreadsheet, "A1", ["b"]) == ("Sheet1!A1:A2", "Sheet1!A3")


class TestDataFilters:
    @pytest.fixture
    def marked(self):
        """Columns `name` and `stage`, marked."""
        spreadsheet = book(["name", "stage"], ["Ann", "lead"], ["Bob", "won"])
        for index, key in enumerate(("name", "stage")):
            place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": index, "endIndex": index + 1}
            mark = {
                "metadataKey": "sheetcrm",
                "metadataValue": key,
                "location": {"dimensionRange": place},
                "visibility": "DOCUMENT",
            }
            do(spreadsheet, {"createDeveloperMetadata": {"developerMetadata": mark}})
        return spreadsheet

    @staticmethod
    def by(value):
        return {"developerMetadataLookup": {"metadataKey": "sheetcrm", "metadataValue": value}}

    def test_columns_are_read_by_what_they_are(self, marked):
        do(
            marked,
            {
                "moveDimension": {
                    "source": {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1},
                    "destinationIndex": 5,
                }
            },
        )
        body = {"dataFilters": [self.by("name"), self.by("stage")], "majorDimension": "COLUMNS"}
        assert values.batch_get_by_data_filter(marked, body)["valueRanges"] == [
            {"valueRange": {"range": "Sheet1!E1:E1000", "majorDimension": "COLUMNS", "values": [["name", "Ann", "Bob"]]}, "dataFilters": [self.by("name")]},
            {"valueRange": {"range": "Sheet1!A1:A1000", "majorDimension": "COLUMNS", "values": [["stage", "lead", "won"]]}, "dataFilters": [self.by("stage")]},
        ]  # fmt: skip

    def test_two_filters_that_match_one_column_give_it_once(self, marked):
        filters = [self.by("stage"), {"a1Range": "Sheet1!B:B"}]
        found = values.batch_get_by_data_filter(marked, {"dataFilters": filters})["valueRanges"]
        assert [one["dataFilters"] for one in found] == [filters]

    def test_nothing_matched_is_an_empty_answer(self, marked):
        body = {"dataFilters": [self.by("nobody")]}
        assert values.batch_get_by_data_filter(marked, body) == {"spreadsheetId": "book"}

    def test_columns_are_written_by_what_they_are(self, marked):
        data = [{"dataFilter": self.by("stage"), "majorDimension": "COLUMNS", "values": [[None, "lost"]]}]
        answer = values.batch_update_by_data_filter(marked, {"valueInputOption": "RAW", "data": data})
        assert answer["totalUpdatedCells"] == 1
        assert answer["responses"][0]["dataFilter"] == self.by("stage")
        assert read(marked) == [["name", "stage"], ["Ann", "lost"], ["Bob", "won"]]

    def test_columns_are_cleared_by_what_they_are(self, marked):
        answer = values.batch_clear_by_data_filter(marked, {"dataFilters": [self.by("name")]})
        assert answer["clearedRanges"] == ["Sheet1!A1:A1000"]
        assert read(marked) == [["", "stage"], ["", "lead"], ["", "won"]]


def test_a_batch_of_writes_is_all_or_nothing():
    spreadsheet = book(["kept"])
    before = everything(spreadsheet)
    data = [{"range": "A1", "values": [["new"]]}, {"range": "A1:A1", "values": [["x" * 50_001]]}]
    with pytest.raises(ApiError):
        values.batch_update(spreadsheet, {"valueInputOption": "RAW", "data": data})
    assert everything(spreadsheet) == before


def test_totals_of_a_batch_of_writes():
    data = [{"range": "A1", "values": [["a", "b"]]}, {"range": "C3", "values": [["c"]]}]
    answer = values.batch_update(book(), {"valueInputOption": "RAW", "data": data, "includeValuesInResponse": True})
    assert {key: total for key, total in answer.items() if key.startswith("total")} == {
        "totalUpdatedRows": 2,
        "totalUpdatedColumns": 3,
        "totalUpdatedCells": 3,
        "totalUpdatedSheets": 1,
    }
    assert answer["responses"][1]["updatedData"] == {"range": "Sheet1!C3", "majorDimension": "ROWS", "values": [["c"]]}
