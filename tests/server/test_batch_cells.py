"""Requests that write, move, sort and search cells, and say how they look."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server import spreadsheets
from sheetcrm.server.errors import ApiError
from tests.server.books import book, cells, do, first_sheet, formulas, lines, put, read, span

TEAL = {"green": 1, "blue": 1}
ONCE = {
    "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=COUNTIF($A$2:$A$1000,$A2)=1"}]},
    "strict": True,
    "inputMessage": "once",
}


def refusal(spreadsheet, request):
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, request)
    return refused.value.message.split(": ", 1)[1]


def test_update_cells_writes_what_the_mask_names_and_clears_what_is_missing():
    spreadsheet = book(["old", "old", "old"])
    rows = [
        {
            "values": [
                {"userEnteredValue": {"stringValue": "new"}, "note": "unnamed"},
                {"userEnteredValue": {"numberValue": 0}},
            ]
        }
    ]
    do(spreadsheet, {"updateCells": {"range": span(0, 1, 0, 3), "rows": rows, "fields": "userEnteredValue"}})
    assert read(spreadsheet) == [["new", 0]]
    assert cells(spreadsheet, "A1", "note") == [[None]]


def test_update_cells_from_a_start_leaves_the_rest_alone():
    spreadsheet = book(["a", "b"], ["c", "d"])
    rows = [{"values": [{"userEnteredValue": {"boolValue": False}}]}, {}]
    do(
        spreadsheet,
        {"updateCells": {"start": {"sheetId": 0, "rowIndex": 0, "columnIndex": 1}, "rows": rows, "fields": "*"}},
    )
    assert read(spreadsheet) == [["a", False], ["c", "d"]]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param({"updateCells": {"range": span(0, 1, 0, 1), "rows": [{"values": [{}, {}]}], "fields": "*"}}, "Attempting to write column: 1, beyond the last requested column of: 0", id="too wide"),
        pytest.param({"updateCells": {"range": span(0, 1, 0, 1), "rows": [{}, {}], "fields": "*"}}, "Attempting to write row: 1, beyond the last requested row of: 0", id="too high"),
        pytest.param({"updateCells": {"range": span(0, 1, 0, 1, 8), "rows": [{}], "fields": "*"}}, "No grid with id: 8", id="no such sheet"),
        pytest.param({"repeatCell": {"range": span(0, 1, 0, 27), "cell": {}, "fields": "*"}}, "Range (Sheet1!A1:AA1) exceeds grid limits. Max rows: 1000, max columns: 26", id="past the grid"),
        pytest.param({"repeatCell": {"range": span(0, 1, 0, 1), "cell": {"pivotTable": {}}, "fields": "pivotTable"}}, "PivotTable.source is required.", id="a pivot table of nothing"),
        pytest.param({"repeatCell": {"range": span(0, 1, 0, 1), "cell": {}, "fields": "userEnteredFormat.colour"}}, "Invalid field: userEnteredFormat.colour", id="misspelt mask"),
        pytest.param({"sortRange": {"range": span(0, 2, 0, 2), "sortSpecs": [{"dimensionIndex": 5}]}}, "sortSpecs.dimensionIndex 5 is outside of the range.", id="sort by a column elsewhere"),
        pytest.param({"findReplace": {"find": "(", "searchByRegex": True, "allSheets": True}}, "Invalid regular expression: (", id="bad pattern"),
        pytest.param({"unmergeCells": {"range": span(0, 1, 0, 1)}}, "You must select all cells in a merged range to merge or unmerge them.", id="part of a merge"),
        pytest.param({"mergeCells": {"range": span(1, 3, 0, 1)}}, "You must select all cells in a merged range to merge or unmerge them.", id="merge over part of a merge"),
    ],
)  # fmt: skip
def test_refused(request_, message):
    spreadsheet = book()
    do(spreadsheet, {"mergeCells": {"range": span(0, 2, 0, 2)}})
    assert refusal(spreadsheet, request_) == message


def test_a_repeated_formula_is_written_for_the_first_cell():
    spreadsheet = book([1], [2], [3])
    cell = {"userEnteredValue": {"formulaValue": "=A1*$A$1"}}
    do(spreadsheet, {"repeatCell": {"range": span(0, 3, 1, 2), "cell": cell, "fields": "userEnteredValue"}})
    assert formulas(spreadsheet, "B1:B3") == [["=A1*$A$1"], ["=A2*$A$1"], ["=A3*$A$1"]]


def test_a_look_is_merged_by_the_mask_and_colours_stand_twice():
    spreadsheet = book()
    for cell, fields in (
        (
            {"userEnteredFormat": {"backgroundColor": TEAL, "textFormat": {"bold": True, "fontSize": 12}}},
            "userEnteredFormat(backgroundColor,textFormat)",
        ),
        ({"userEnteredFormat": {"textFormat": {"italic": True}}}, "userEnteredFormat.textFormat.italic"),
        ({"userEnteredFormat": {"horizontalAlignment": "CENTER"}}, "userEnteredFormat.horizontalAlignment"),
    ):
        do(spreadsheet, {"repeatCell": {"range": span(0, 1, 0, 1), "cell": cell, "fields": fields}})
    assert cells(spreadsheet, "A1", "userEnteredFormat") == [
        [
            {
                "backgroundColor": TEAL,
                "backgroundColorStyle": {"rgbColor": TEAL},
                "textFormat": {"bold": True, "fontSize": 12, "italic": True},
                "horizontalAlignment": "CENTER",
            }
        ]
    ]
    do(
        spreadsheet,
        {
            "repeatCell": {
                "range": span(0, 1, 0, 1),
                "cell": {},
                "fields": "userEnteredFormat(backgroundColor,textFormat)",
            }
        },
    )
    assert cells(spreadsheet, "A1", "userEnteredFormat") == [[{"horizontalAlignment": "CENTER"}]]


def test_a_look_over_an_area_keeps_what_each_cell_had_and_stays_in_the_area():
    spreadsheet = book()
    bold, italic = {"textFormat": {"bold": True}}, {"textFormat": {"italic": True}}
    fields = "userEnteredFormat.textFormat"
    for place, look, mask in (
        (span(1, 2, 1, 2), bold, fields),
        (span(0, 3, 1, 3), italic, fields + ".italic"),
        (span(0, 3, 0, 3), {}, fields + ".underline"),
    ):
        cell = {"userEnteredFormat": look}
        do(spreadsheet, {"repeatCell": {"range": place, "cell": cell, "fields": mask}})
    both = {"textFormat": {"bold": True, "italic": True}}
    found = cells(spreadsheet, "A1:D4", "userEnteredFormat")
    assert found == [[None, italic, italic], [None, both, italic], [None, italic, italic]]
    do(spreadsheet, {"repeatCell": {"range": span(0, 3, 1, 2), "cell": {}, "fields": "userEnteredFormat"}})
    assert cells(spreadsheet, "A1:D4", "userEnteredFormat") == [[None, None, italic]] * 3


def painted(channel):
    """The red that comes back when `channel` is sent."""
    spreadsheet = book()
    cell = {"userEnteredFormat": {"backgroundColor": {"red": channel, "alpha": 1}}}
    do(spreadsheet, {"repeatCell": {"range": span(0, 1, 0, 1), "cell": cell, "fields": "userEnteredFormat"}})
    found = cells(spreadsheet, "A1", "userEnteredFormat")[0][0]["backgroundColor"]
    assert not found.keys() - {"red"}, "alpha is not kept"
    return found.get("red", 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        pytest.param(1, 1, id="full"),
        pytest.param(0.5, 0.49803922, id="gspread#1199: half a step is cut off"),
        pytest.param(0.2, 0.2, id="51 of 255"),
        pytest.param(0.001, 0, id="less than a step"),
        pytest.param(112, 0.5647059, id="gspread-formatting#7: 112 comes back as 144 of 255"),
        pytest.param(255, 0.003921569, id="node-google-spreadsheet#663: 255 is nearly black"),
    ],
)
def test_a_colour_has_256_steps(sent, kept):
    assert painted(sent) == kept


@given(channel=st.floats(0, 1, width=32))
def test_a_colour_comes_back_within_a_step(channel):
    found = painted(channel)
    assert channel - 1 / 255 < found <= channel + 1e-7
    assert painted(found) == found


def test_append_cells_goes_below_everything():
    spreadsheet = book(["a"])
    do(
        spreadsheet,
        {"repeatCell": {"range": span(4, 5, 0, 1), "cell": {"note": "n"}, "fields": "note"}},
        {
            "appendCells": {
                "sheetId": 0,
                "rows": [{"values": [{"userEnteredValue": {"stringValue": "b"}}]}],
                "fields": "*",
            }
        },
    )
    assert read(spreadsheet, "A6") == [["b"]]


class TestValidation:
    def test_each_cell_shows_the_rule_from_where_it_stands(self):
        spreadsheet = book()
        do(spreadsheet, {"setDataValidation": {"range": span(1, 1000, 0, 1), "rule": ONCE}})
        shown = [
            line[0]["condition"]["values"][0]["userEnteredValue"]
            for line in cells(spreadsheet, "A2:A3", "dataValidation")
        ]
        assert shown == ["=COUNTIF($A$2:$A$1000,$A2)=1", "=COUNTIF($A$2:$A$1000,$A3)=1"]
        assert cells(spreadsheet, "A2", "dataValidation") == [[ONCE]]

    def test_a_request_without_a_rule_clears(self):
        spreadsheet = book()
        do(spreadsheet, {"setDataValidation": {"range": span(1, 4, 0, 1), "rule": ONCE}})
        do(spreadsheet, {"setDataValidation": {"range": span(2, 3, 0, 1)}})
        assert [bool(line and line[0]) for line in cells(spreadsheet, "A2:A4", "dataValidation")] == [True, False, True]

    def test_false_is_left_out(self):
        spreadsheet = book()
        rule = {"condition": {"type": "BOOLEAN"}, "strict": False, "showCustomUi": False}
        do(spreadsheet, {"setDataValidation": {"range": span(0, 1, 0, 1), "rule": rule}})
        assert cells(spreadsheet, "A1", "dataValidation") == [[{"condition": {"type": "BOOLEAN"}}]]

    @pytest.mark.parametrize(
        ("condition", "message"),
        [
            pytest.param({"type": "NUMBER_BETWEEN", "values": [{"userEnteredValue": "1"}]}, "BooleanCondition of type 'NUMBER_BETWEEN' requires 2 ConditionValue(s), but 1 were given.", id="too few values"),
            pytest.param({"type": "ONE_OF_LIST"}, "BooleanCondition of type 'ONE_OF_LIST' requires at least 1 ConditionValue(s), but 0 were given.", id="no options"),
            pytest.param({"type": "ONE_OF_RANGE", "values": [{"userEnteredValue": "=Nope!A1:A2"}]}, "Unable to parse range: Nope!A1:A2", id="a range that is nowhere"),
            pytest.param({"type": "TEXT_STARTS_WITH", "values": [{"userEnteredValue": "a"}]}, "ConditionType 'TEXT_STARTS_WITH' is not supported for data validation.", id="a condition for looks only"),
            pytest.param({}, "BooleanCondition.type is required.", id="no type"),
        ],
    )  # fmt: skip
    def test_refused(self, condition, message):
        request = {"setDataValidation": {"range": span(0, 1, 0, 1), "rule": {"condition": condition or {"type": None}}}}
        assert refusal(book(), request) in (message, "DataValidationRule.condition is required.")


class TestPaste:
    def test_formulas_move_by_as_much_as_their_cell(self):
        spreadsheet = book([1, "=A1*$A$1"])
        do(spreadsheet, {"copyPaste": {"source": span(0, 1, 0, 2), "destination": span(2, 3, 1, 3)}})
        assert formulas(spreadsheet, "B3:C3") == [[1, "=B3*$A$1"]]

    @pytest.mark.parametrize(
        ("kind", "content", "note", "bold"),
        [
            pytest.param("PASTE_NORMAL", "=A5+1", "n", True, id="everything"),
            pytest.param("PASTE_VALUES", 2, None, False, id="values only"),
            pytest.param("PASTE_FORMULA", "=A5+1", None, False, id="formulas only"),
            pytest.param("PASTE_FORMAT", None, None, True, id="looks only"),
            pytest.param("PASTE_DATA_VALIDATION", None, None, False, id="rules only"),
        ],
    )
    def test_kinds(self, kind, content, note, bold):
        spreadsheet = book([1, "=A1+1"])
        cell = {"note": "n", "userEnteredFormat": {"textFormat": {"bold": True}}}
        do(spreadsheet, {"repeatCell": {"range": span(0, 1, 1, 2), "cell": cell, "fields": "note,userEnteredFormat"}})
        do(spreadsheet, {"copyPaste": {"source": span(0, 1, 1, 2), "destination": span(4, 5, 1, 2), "pasteType": kind}})
        found = formulas(spreadsheet, "B5")
        assert (found[0][0] if found else None) == content
        assert (cells(spreadsheet, "B5", "note") or [[None]])[0][0] == note
        assert bool((cells(spreadsheet, "B5", "userEnteredFormat") or [[None]])[0][0]) is bold

    def test_a_source_fills_a_destination_that_is_a_multiple_of_it(self):
        spreadsheet = book(["a", "b"])
        do(spreadsheet, {"copyPaste": {"source": span(0, 1, 0, 2), "destination": span(2, 4, 0, 4)}})
        assert read(spreadsheet, "A3:D4") == [["a", "b", "a", "b"]] * 2

    def test_looks_by_condition_go_along_to_another_sheet(self):
        spreadsheet = book([1])
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=$A2>$A$1"}]}
        do(
            spreadsheet,
            {"addSheet": {"properties": {"sheetId": 5, "title": "b"}}},
            {
                "addConditionalFormatRule": {
                    "rule": {"ranges": [span(1, 5, 0, 1)], "booleanRule": {"condition": condition, "format": {}}}
                }
            },
            {
                "copyPaste": {
                    "source": span(2, 4, 0, 1),
                    "destination": span(7, 9, 0, 1, 5),
                    "pasteType": "PASTE_FORMAT",
                }
            },
            {
                "copyPaste": {
                    "source": span(2, 4, 0, 1),
                    "destination": span(7, 9, 0, 1),
                    "pasteType": "PASTE_CONDITIONAL_FORMATTING",
                }
            },
        )
        (there,) = spreadsheet.sheets[1].things["conditionalFormats"]
        (here,) = spreadsheet.sheets[0].things["conditionalFormats"]
        assert there["ranges"] == [span(7, 9, 0, 1, 5)]
        assert there["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=$A8>$A$1"}]
        assert here["ranges"] == [span(1, 5, 0, 1), span(7, 9, 0, 1)]

    def test_turned(self):
        spreadsheet = book(["a", "b"], ["c", "d"])
        do(
            spreadsheet,
            {
                "copyPaste": {
                    "source": span(0, 1, 0, 2),
                    "destination": span(4, 5, 4, 5),
                    "pasteOrientation": "TRANSPOSE",
                }
            },
        )
        assert read(spreadsheet, "E5:F6") == [["a"], ["b"]]

    def test_cut_cells_are_followed_and_the_mark_stays(self):
        spreadsheet = book(["a", "=A1", "=SUM(A1:A1)"])
        mark = {"metadataKey": "k", "location": {"dimensionRange": lines("COLUMNS", 0, 1)}, "visibility": "DOCUMENT"}
        do(
            spreadsheet,
            {"createDeveloperMetadata": {"developerMetadata": mark}},
            {"addNamedRange": {"namedRange": {"name": "cell", "range": span(0, 1, 0, 1)}}},
        )
        do(
            spreadsheet,
            {"cutPaste": {"source": span(0, 1, 0, 1), "destination": {"sheetId": 0, "rowIndex": 5, "columnIndex": 5}}},
        )
        assert formulas(spreadsheet, "A1:F6") == [["", "=F6", "=SUM(F6:F6)"], [], [], [], [], ["", "", "", "", "", "a"]]
        assert spreadsheet.named_ranges[0]["range"] == span(5, 6, 5, 6)
        assert spreadsheet.metadata[0]["location"]["dimensionRange"] == lines("COLUMNS", 0, 1)


class TestShift:
    def test_insert_range_pushes_only_what_is_below(self):
        spreadsheet = book(["a", "x"], ["b", "=A2"], ["c", "=SUM(A1:A3)"])
        do(spreadsheet, {"insertRange": {"range": span(1, 2, 0, 1), "shiftDimension": "ROWS"}})
        assert formulas(spreadsheet) == [["a", "x"], ["", "=A3"], ["b", "=SUM(A1:A4)"], ["c"]]

    def test_delete_range_pulls_it_in(self):
        spreadsheet = book(["a", "b", "c", "=C1"], ["d", "e", "f"])
        do(spreadsheet, {"deleteRange": {"range": span(0, 1, 0, 1), "shiftDimension": "COLUMNS"}})
        assert formulas(spreadsheet) == [["b", "c", "=B1"], ["d", "e", "f"]]

    def test_the_grid_grows_rather_than_lose_a_cell(self):
        spreadsheet = book(["a"], ["b"], rows_in_grid=2, columns_in_grid=1)
        do(spreadsheet, {"insertRange": {"range": span(0, 1, 0, 1), "shiftDimension": "ROWS"}})
        assert read(spreadsheet) == [[], ["a"], ["b"]]

    def test_inserting_and_deleting_a_range_gives_it_back(self):
        spreadsheet = book(["a", "=A3"], ["b", "=B1"], ["c", "d"])
        before = formulas(spreadsheet)
        for kind in ("insertRange", "deleteRange"):
            do(spreadsheet, {kind: {"range": span(1, 2, 0, 1), "shiftDimension": "ROWS"}})
        assert formulas(spreadsheet) == before


class TestSort:
    @given(
        values=st.lists(
            st.one_of(st.integers(-5, 5), st.sampled_from(["a", "B", "c"]), st.booleans(), st.just("")),
            min_size=1,
            max_size=8,
        )
    )
    def test_order_of_kinds_and_blanks_last_both_ways(self, values):
        for order, turn in (("ASCENDING", False), ("DESCENDING", True)):
            spreadsheet = book()
            put(spreadsheet, "A1", *[[value] for value in values], option="RAW")
            do(
                spreadsheet,
                {
                    "sortRange": {
                        "range": span(0, len(values), 0, 1),
                        "sortSpecs": [{"dimensionIndex": 0, "sortOrder": order}],
                    }
                },
            )
            found = [line[0] for line in read(spreadsheet)]
            filled = [value for value in values if value != ""]
            assert found == sorted(filled, key=self.rank, reverse=turn)

    @staticmethod
    def rank(value):
        return (
            (2, value, "")
            if isinstance(value, bool)
            else (0, value, "")
            if isinstance(value, int)
            else (1, 0, value.casefold())
        )

    def test_rows_go_whole_and_formulas_stay_with_them(self):
        spreadsheet = book(["b", 2, "=B1*10"], ["a", 1, "=B2*10"])
        do(spreadsheet, {"repeatCell": {"range": span(0, 1, 0, 1), "cell": {"note": "of b"}, "fields": "note"}})
        do(spreadsheet, {"sortRange": {"range": span(0, 2, 0, 3), "sortSpecs": [{"dimensionIndex": 1}]}})
        assert formulas(spreadsheet) == [["a", 1, "=B1*10"], ["b", 2, "=B2*10"]]
        assert read(spreadsheet) == [["a", 1, 10], ["b", 2, 20]]
        assert cells(spreadsheet, "A1:A2", "note") == [[None], ["of b"]]

    def test_marks_of_rows_go_along(self):
        spreadsheet = book(["b"], ["a"])
        mark = {"metadataKey": "k", "location": {"dimensionRange": lines("ROWS", 0, 1)}, "visibility": "DOCUMENT"}
        do(spreadsheet, {"createDeveloperMetadata": {"developerMetadata": mark}})
        do(spreadsheet, {"sortRange": {"range": span(0, 2, 0, 1), "sortSpecs": [{}]}})
        assert spreadsheet.metadata[0]["location"]["dimensionRange"]["startIndex"] == 1

    def test_sorting_by_a_formula(self):
        spreadsheet = book(["x", "=3"], ["y", "=1"], ["z", "=2"])
        do(spreadsheet, {"sortRange": {"range": span(0, 3, 0, 2), "sortSpecs": [{"dimensionIndex": 1}]}})
        assert [line[0] for line in read(spreadsheet)] == ["y", "z", "x"]


class TestFindReplace:
    @pytest.mark.parametrize(
        ("body", "after", "occurrences"),
        [
            pytest.param({"find": "an", "replacement": "o"}, [["o"], ["boa"], ["=UPPER(\"an\")"], [12]], 3, id="anywhere, whatever the case"),
            pytest.param({"find": "AN", "replacement": "o", "matchCase": True}, [["an"], ["banana"], ["=UPPER(\"an\")"], [12]], 0, id="by case"),
            pytest.param({"find": "an", "replacement": "o", "matchEntireCell": True}, [["o"], ["banana"], ["=UPPER(\"an\")"], [12]], 1, id="whole cells"),
            pytest.param({"find": "(a)n", "replacement": "$1-", "searchByRegex": True}, [["a-"], ["ba-a-a"], ["=UPPER(\"an\")"], [12]], 3, id="by pattern"),
            pytest.param({"find": "an", "replacement": "o", "includeFormulas": True}, [["o"], ["booa"], ["=UPPER(\"o\")"], [12]], 4, id="formulas too"),
            pytest.param({"find": "2", "replacement": "3"}, [["an"], ["banana"], ["=UPPER(\"an\")"], [13]], 1, id="in a number, read again as one"),
        ],
    )  # fmt: skip
    def test_replaced(self, body, after, occurrences):
        spreadsheet = book(["an"], ["banana"], ['=UPPER("an")'], [12])
        (reply,) = do(spreadsheet, {"findReplace": {**body, "sheetId": 0}})
        if body["find"] == "an" and "matchEntireCell" not in body:
            after = [["o"], ["booa"], *after[2:]]
        assert formulas(spreadsheet) == after
        assert reply["findReplace"].get("occurrencesChanged", 0) == occurrences


class TestLooks:
    @pytest.mark.parametrize(
        ("kind", "merges"),
        [
            pytest.param("MERGE_ALL", [span(0, 2, 0, 2)], id="all"),
            pytest.param("MERGE_ROWS", [span(0, 1, 0, 2), span(1, 2, 0, 2)], id="by rows"),
            pytest.param("MERGE_COLUMNS", [span(0, 2, 0, 1), span(0, 2, 1, 2)], id="by columns"),
        ],
    )
    def test_merges(self, kind, merges):
        spreadsheet = book(["a", "b"], ["c", "d"])
        do(spreadsheet, {"mergeCells": {"range": span(0, 2, 0, 2), "mergeType": kind}})
        assert spreadsheet.sheets[0].things["merges"] == merges
        do(spreadsheet, {"unmergeCells": {"range": span(0, 3, 0, 3)}})
        assert "merges" not in first_sheet(spreadsheet)

    def test_borders(self):
        spreadsheet = book()
        thin = {"style": "SOLID", "color": {"red": 1}}
        do(spreadsheet, {"updateBorders": {"range": span(0, 2, 0, 2), "top": thin, "innerVertical": thin}})
        first = cells(spreadsheet, "A1", "userEnteredFormat")[0][0]["borders"]
        assert first == {side: {**thin, "colorStyle": {"rgbColor": {"red": 1}}} for side in ("top", "right")}
        do(
            spreadsheet,
            {
                "updateBorders": {
                    "range": span(0, 2, 0, 2),
                    "top": {"style": "NONE"},
                    "innerVertical": {"style": "NONE"},
                }
            },
        )
        assert cells(spreadsheet, "A1:B2", "userEnteredFormat") == []

    def test_banding_and_conditional_formats_show_in_the_effective_format(self):
        spreadsheet = book(["阶段"], ["won"], ["lead"], [""])
        bands = {"headerColor": {"blue": 1}, "firstBandColor": {"red": 1}, "secondBandColor": {"green": 1}}
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": '=$A2="won"'}]}
        bold = {"backgroundColor": TEAL, "textFormat": {"bold": True}}
        do(
            spreadsheet,
            {"addBanding": {"bandedRange": {"range": span(0, 5, 0, 1), "rowProperties": bands}}},
            {
                "addConditionalFormatRule": {
                    "rule": {"ranges": [span(1, 5, 0, 1)], "booleanRule": {"condition": condition, "format": bold}}
                }
            },
        )
        looks = [line[0] for line in cells(spreadsheet, "A1:A5", "effectiveFormat")]
        assert [look["backgroundColor"] for look in looks] == [
            {"blue": 1},
            TEAL,
            {"green": 1},
            {"red": 1},
            {"green": 1},
        ]
        assert [look["textFormat"]["bold"] for look in looks] == [False, True, False, False, False]
        assert cells(spreadsheet, "A1:A5", "userEnteredFormat") == [[None], [None], [None]]

    def test_the_first_rule_wins(self):
        spreadsheet = book(["x"])
        for color in ({"red": 1}, {"blue": 1}):
            rule = {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": color}}
            do(
                spreadsheet,
                {"addConditionalFormatRule": {"rule": {"ranges": [span(0, 1, 0, 1)], "booleanRule": rule}, "index": 0}},
            )
        assert cells(spreadsheet, "A1", "effectiveFormat")[0][0]["backgroundColor"] == {"blue": 1}

    def test_a_colour_scale(self):
        spreadsheet = book([0], [5], [10], ["text"])
        scale = {"minpoint": {"type": "MIN", "color": {}}, "maxpoint": {"type": "MAX", "color": {"red": 1}}}
        do(spreadsheet, {"addConditionalFormatRule": {"rule": {"ranges": [span(0, 9, 0, 1)], "gradientRule": scale}}})
        found = [line[0]["backgroundColor"].get("red", 0) for line in cells(spreadsheet, "A1:A3", "effectiveFormat")]
        assert found == [0, 0.49803922, 1]

    def test_asking_for_rules_computes_nothing(self, monkeypatch):
        from sheetcrm.server import calc

        spreadsheet = book(["=1/0"])
        do(spreadsheet, {"setDataValidation": {"range": span(0, 2, 0, 1), "rule": ONCE}})
        monkeypatch.setattr(calc.Calculator, "value", None)
        fields = "sheets(properties,data.rowData.values.dataValidation)"
        found = spreadsheets.get(spreadsheet, ranges=["Sheet1!A1:Z2"], include_grid_data=False, fields=fields)
        assert len(found["sheets"][0]["data"][0]["rowData"]) == 2


@pytest.mark.parametrize("corner", [{"rowIndex": -1}, {"columnIndex": -1}], ids=["above", "left of it"])
def test_nothing_is_pasted_outside_the_grid(corner):
    request = {"cutPaste": {"source": span(0, 1, 0, 1), "destination": {"sheetId": 0, **corner}}}
    assert refusal(book(["x"]), request).endswith("[-1] must be at least 0")
