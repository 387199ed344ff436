"""Requests about tables: columns by name and by type, growing, moving and going away with their cells."""

from __future__ import annotations

import pytest

from sheetcrm.server import door, spreadsheets
from sheetcrm.server.errors import ApiError
from sheetcrm.server.model import Spreadsheet
from tests.server.books import book, cells, do, everything, first_sheet, formulas, lines, put, read, span

OPEN_OR_WON = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "open"}, {"userEnteredValue": "won"}]}}  # fmt: skip
GREEN = {"rgbColor": {"green": 1}}
STRIPES = {
    "headerColorStyle": GREEN,
    "firstBandColorStyle": {"rgbColor": {"red": 1}},
    "secondBandColorStyle": {"rgbColor": {"blue": 1}},
}
HEADERS = ["Name", "Amount", "Done"]


def table(*columns, range_=None, **more):
    made = {"tableId": "t", "name": "Deals", "range": range_ or span(0, 4, 0, 3), **more}
    return {"addTable": {"table": {**made, **({"columnProperties": list(columns)} if columns else {})}}}


def column(index, kind=None, name=None, rule=None):
    told = {"columnIndex": index, "columnType": kind, "columnName": name, "dataValidationRule": rule}
    return {key: part for key, part in told.items() if part is not None}


def deals(*rows):
    """Three columns with headers over A1:C4."""
    return book(HEADERS, *(rows or (["a", 1, "yes"], ["b", 2])), rows_in_grid=20)


def shown(spreadsheet):
    (found,) = first_sheet(spreadsheet)["tables"]
    return found


def names(spreadsheet):
    return [one["columnName"] for one in shown(spreadsheet)["columnProperties"]]


def types(spreadsheet):
    return [one.get("columnType") for one in shown(spreadsheet)["columnProperties"]]


def place(spreadsheet):
    found = shown(spreadsheet)["range"]
    return tuple(found[key] for key in ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex"))


def refusal(spreadsheet, *requests):
    before = everything(spreadsheet)
    with pytest.raises(ApiError) as refused:
        do(spreadsheet, *requests)
    assert everything(spreadsheet) == before
    return refused.value.message.split(": ", 1)[1]


def append(*rows, table_id="t", fields="userEnteredValue"):
    values = [{"values": [{"userEnteredValue": {"stringValue": text}} for text in row]} for row in rows]
    return {"appendCells": {"tableId": table_id, "rows": values, "fields": fields}}


class TestAdd:
    def test_untyped_columns_are_named_by_their_headers(self):
        spreadsheet = deals()
        (reply,) = do(spreadsheet, table())
        assert reply["addTable"]["table"] == shown(spreadsheet)
        assert shown(spreadsheet) == {
            "tableId": "t",
            "name": "Deals",
            "range": {"startRowIndex": 0, "endRowIndex": 4, "startColumnIndex": 0, "endColumnIndex": 3},
            "columnProperties": [
                {"columnName": "Name"},
                {"columnIndex": 1, "columnName": "Amount"},
                {"columnIndex": 2, "columnName": "Done"},
            ],
        }
        door.check({"sheets": [{"tables": [shown(spreadsheet)]}]}, "Spreadsheet")

    def test_a_typed_column_without_a_name_loses_its_header(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(0, "TEXT"), column(1, "CURRENCY", "Value"), column(2, name="Ready")))
        assert read(spreadsheet, "A1:C1") == [["Column 1", "Value", "Ready"]]
        assert (names(spreadsheet), types(spreadsheet)) == (["Column 1", "Value", "Ready"], ["TEXT", "CURRENCY", None])

    def test_blank_headers_and_formulas_get_names_that_are_free(self):
        spreadsheet = book(["Column 2", "", "=1+1"])
        do(spreadsheet, table())
        assert formulas(spreadsheet, "A1:C1") == [["Column 2", "Column 3", "Column 4"]]

    def test_a_dropdown_keeps_its_list(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(2, "DROPDOWN", "Stage", OPEN_OR_WON)))
        assert shown(spreadsheet)["columnProperties"][2]["dataValidationRule"] == OPEN_OR_WON

    def test_check_boxes_and_ratings_begin_with_false_and_0(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(1, "RATINGS_CHIP", "Stars"), column(2, "BOOLEAN", "Done")))
        assert read(spreadsheet) == [["Name", "Stars", "Done"], ["a", 1, False], ["b", 2, False], ["", 0, False]]

    def test_id_and_name_are_made_up_when_not_given(self):
        spreadsheet = deals()
        (one, other) = do(
            spreadsheet,
            {"addTable": {"table": {"range": span(0, 4, 0, 3)}}},
            {"addTable": {"table": {"range": span(6, 9, 0, 3)}}},
        )
        made = [reply["addTable"]["table"] for reply in (one, other)]
        assert [table["name"] for table in made] == ["Table1", "Table2"]
        assert made[0]["tableId"].isdecimal()
        assert made[0]["tableId"] != made[1]["tableId"]

    def test_a_spreadsheet_may_be_created_with_one(self):
        made = spreadsheets.create({"sheets": [{"tables": [table()["addTable"]["table"]]}]}, new_id="made")
        assert names(made) == ["Column 1", "Column 2", "Column 3"]

    @pytest.mark.parametrize(
        ("request_", "message"),
        [
            pytest.param(table(column(2, "DROPDOWN", "x")), "Condition must be set for dropdown column type.", id="dropdown without a list"),
            pytest.param(table(column(2, "TEXT", "x", OPEN_OR_WON)), "Cannot set condition for non-dropdown column type.", id="a list on text"),
            pytest.param(table(column(2, "DROPDOWN", "x", {"condition": {"type": "NOT_BLANK"}})), "The condition of a dropdown column must be of type ONE_OF_LIST.", id="another condition"),
            pytest.param(table(column(3, "TEXT")), "TableColumnProperties.columnIndex[3] is outside of the table, which has 3 columns.", id="a column outside"),
            pytest.param(table(column(1, "TEXT"), column(1, "DATE")), "TableColumnProperties.columnIndex[1] is given more than once.", id="a column twice"),
            pytest.param({"addTable": {"table": {"name": "x"}}}, "Table.range is required.", id="no range"),
            pytest.param(table(range_=span(0, 21, 0, 3)), "Range (Sheet1!A1:C21) exceeds grid limits. Max rows: 20, max columns: 26", id="beyond the grid"),
        ],
    )  # fmt: skip
    def test_refused(self, request_, message):
        assert refusal(deals(), request_) == message

    def test_overlaps_names_and_ids_are_refused(self):
        spreadsheet = deals()
        do(spreadsheet, table())
        below = span(5, 8, 0, 3)
        assert "already has a table" in refusal(spreadsheet, table(range_=span(3, 6, 2, 5), tableId="u", name="Other"))
        assert "already exists" in refusal(spreadsheet, table(range_=below, tableId="u", name="DEALS"))
        assert "already used" in refusal(spreadsheet, table(range_=below, name="Other"))
        bands = {"range": span(2, 6, 0, 1), "rowProperties": {"firstBandColor": {}, "secondBandColor": {}}}
        assert "alternating" in refusal(spreadsheet, {"addBanding": {"bandedRange": bands}})

    def test_rules_stay_out_of_typed_columns(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(1, "DOUBLE", "Amount")))
        rule = {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]}}
        for area in (span(1, 2, 1, 2), span(0, 20, 0, 3)):
            message = "This operation is not allowed on cells in typed columns"
            assert refusal(spreadsheet, {"setDataValidation": {"range": area, "rule": rule}}) == message
        do(spreadsheet, {"setDataValidation": {"range": span(1, 4, 0, 1), "rule": rule}})


class TestUpdate:
    @pytest.fixture
    def spreadsheet(self):
        made = deals()
        do(made, table(column(1, "CURRENCY", "Amount"), column(2, "DROPDOWN", "Stage", OPEN_OR_WON)))
        return made

    def update(self, spreadsheet, fields, **changed):
        do(spreadsheet, {"updateTable": {"table": {"tableId": "t", **changed}, "fields": fields}})

    def test_a_name(self, spreadsheet):
        self.update(spreadsheet, "name", name="Sales")
        assert (shown(spreadsheet)["name"], types(spreadsheet)) == ("Sales", [None, "CURRENCY", "DROPDOWN"])

    def test_columns_are_replaced_all_together(self, spreadsheet):
        self.update(spreadsheet, "columnProperties", columnProperties=[column(0, "DATE", "When")])
        assert (names(spreadsheet), types(spreadsheet)) == (["When", "Amount", "Stage"], ["DATE", None, None])

    def test_a_column_without_a_name_is_refused(self, spreadsheet):
        changed = {"tableId": "t", "columnProperties": [column(0, "DATE")]}
        request_ = {"updateTable": {"table": changed, "fields": "columnProperties"}}
        assert refusal(spreadsheet, request_) == "Table header row cell must have a value."

    def test_types_stay_with_their_columns_when_the_range_changes(self, spreadsheet):
        self.update(spreadsheet, "range", range=span(0, 6, 1, 5))
        assert (names(spreadsheet), types(spreadsheet)) == (
            ["Amount", "Stage", "Column 3", "Column 4"],
            ["CURRENCY", "DROPDOWN", None, None],
        )

    def test_a_footer_is_a_row_more(self, spreadsheet):
        self.update(spreadsheet, "rowsProperties.footerColorStyle", rowsProperties={"footerColorStyle": GREEN})
        assert (place(spreadsheet), shown(spreadsheet)["rowsProperties"]) == ((0, 5, 0, 3), {"footerColorStyle": GREEN})
        self.update(spreadsheet, "rowsProperties")
        assert (place(spreadsheet), "rowsProperties" in shown(spreadsheet)) == ((0, 4, 0, 3), False)

    def test_headers_name_columns_however_they_are_written(self, spreadsheet):
        put(spreadsheet, "A1", ["客户", "=1+1", ""])
        assert names(spreadsheet) == ["客户", "Column 2", "Column 3"]
        do(spreadsheet, {"findReplace": {"find": "客户", "replacement": "Client", "allSheets": True}})
        assert names(spreadsheet)[0] == "Client"

    @pytest.mark.parametrize("name", ["Deals", "Deals[Amount]"])
    def test_its_name_is_no_range(self, spreadsheet, name):
        with pytest.raises(ApiError, match="Unable to parse range"):
            read(spreadsheet, name)

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            pytest.param({"table": {"tableId": "x", "name": "y"}, "fields": "name"}, "No table with id: x", id="unknown"),
            pytest.param({"table": {"tableId": "t", "name": "y"}}, "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)", id="no mask"),
            pytest.param({"table": {"tableId": "t"}, "fields": "name"}, "The table name cannot be empty.", id="no name"),
            pytest.param({"table": {"tableId": "t"}, "fields": "colour"}, "Invalid field: colour", id="a field that is not there"),
        ],
    )  # fmt: skip
    def test_refused(self, spreadsheet, body, message):
        assert refusal(spreadsheet, {"updateTable": body}) == message


class TestDelete:
    def test_cells_and_rules_go_with_it(self):
        spreadsheet = deals()
        put(spreadsheet, "D1", ["beside"])
        rule = {"booleanRule": {"condition": {"type": "NOT_BLANK"}, "format": {"backgroundColor": {"red": 1}}}}
        do(
            spreadsheet,
            table(),
            {"repeatCell": {"range": span(1, 2, 0, 1), "cell": {"note": "n"}, "fields": "note"}},
            {"addConditionalFormatRule": {"rule": {"ranges": [span(1, 4, 1, 2)], **rule}}},
            {"addConditionalFormatRule": {"rule": {"ranges": [span(1, 4, 0, 1), span(9, 12, 0, 1)], **rule}}},
            {"deleteTable": {"tableId": "t"}},
        )
        assert read(spreadsheet) == [["", "", "", "beside"]]
        assert cells(spreadsheet, "A1:C4", "note") == [] or not any(map(any, cells(spreadsheet, "A1:C4", "note")))
        (left,) = first_sheet(spreadsheet)["conditionalFormats"]
        assert [one["startRowIndex"] for one in left["ranges"]] == [9]
        assert "tables" not in first_sheet(spreadsheet)
        assert refusal(spreadsheet, {"deleteTable": {"tableId": "t"}}) == "No table with id: t"

    def test_a_formula_of_a_rule_is_written_for_what_is_left(self):
        spreadsheet = deals()
        condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A2>1"}]}
        rule = {"ranges": [span(1, 4, 0, 1), span(9, 12, 1, 2)], "booleanRule": {"condition": condition, "format": {}}}
        do(spreadsheet, table(), {"addConditionalFormatRule": {"rule": rule}}, {"deleteTable": {"tableId": "t"}})
        (left,) = first_sheet(spreadsheet)["conditionalFormats"]
        assert left["booleanRule"]["condition"]["values"] == [{"userEnteredValue": "=B10>1"}]


class TestAppend:
    def test_blank_rows_of_the_body_are_filled_first(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(2, "BOOLEAN", "Done")), append(["c"]))
        assert (read(spreadsheet)[3], place(spreadsheet)) == (["c", "", False], (0, 4, 0, 3))

    def test_a_full_table_grows(self):
        spreadsheet = deals()
        do(spreadsheet, table(column(2, "BOOLEAN", "Done")), append(["c"], ["d"], ["e"]))
        assert read(spreadsheet, "A4:C6") == [["c", "", False], ["d", "", False], ["e", "", False]]
        assert place(spreadsheet) == (0, 6, 0, 3)

    def test_what_stands_below_is_pushed_down(self):
        spreadsheet = deals()
        put(spreadsheet, "B5", ["below"])
        do(spreadsheet, table(), append(["c"], ["d"]))
        assert read(spreadsheet, "A4:B6") == [["c"], ["d"], ["", "below"]]
        assert place(spreadsheet) == (0, 5, 0, 3)

    def test_a_footer_stays_last(self):
        spreadsheet = deals()
        put(spreadsheet, "A4", ["total"])
        do(spreadsheet, table(rowsProperties={"footerColorStyle": GREEN}), append(["c"]))
        assert [row[0] for row in read(spreadsheet)] == ["Name", "a", "b", "c", "total"]
        assert place(spreadsheet) == (0, 5, 0, 3)

    def test_at_the_end_of_the_grid_the_grid_grows(self):
        spreadsheet = deals()
        do(spreadsheet, table(range_=span(0, 20, 0, 3)), append(*[["x"]] * 18))
        assert (spreadsheet.sheets[0].row_count, place(spreadsheet)) == (21, (0, 21, 0, 3))

    def test_refused(self):
        spreadsheet = deals()
        do(spreadsheet, table())
        assert refusal(spreadsheet, append(["x"], table_id="u")) == "No table with id: u"
        message = "Attempting to write column: 3, beyond the last requested column of: 2"
        assert refusal(spreadsheet, append(["1", "2", "3", "4"])) == message


class TestStructure:
    @pytest.fixture
    def spreadsheet(self):
        made = deals()
        do(made, table(column(1, "CURRENCY", "Amount"), column(2, "DROPDOWN", "Stage", OPEN_OR_WON)))
        return made

    def test_columns_inserted_deleted_and_moved_keep_their_types(self, spreadsheet):
        before = shown(spreadsheet)
        do(spreadsheet, {"insertDimension": {"range": lines("COLUMNS", 1, 2)}})
        assert (names(spreadsheet), types(spreadsheet)) == (
            ["Name", "Column 2", "Amount", "Stage"],
            [None, None, "CURRENCY", "DROPDOWN"],
        )
        do(spreadsheet, {"deleteDimension": {"range": lines("COLUMNS", 1, 2)}})
        assert shown(spreadsheet) == before
        do(spreadsheet, {"moveDimension": {"source": lines("COLUMNS", 2, 3), "destinationIndex": 1}})
        assert (names(spreadsheet), types(spreadsheet)) == (["Name", "Stage", "Amount"], [None, "DROPDOWN", "CURRENCY"])
        do(spreadsheet, {"insertDimension": {"range": lines("COLUMNS", 0, 2)}})
        assert place(spreadsheet) == (0, 4, 2, 5)
        assert types(spreadsheet) == [None, "DROPDOWN", "CURRENCY"]

    def test_rows_inserted_inside_belong_to_it(self, spreadsheet):
        do(spreadsheet, {"insertDimension": {"range": lines("ROWS", 1, 3)}})
        assert place(spreadsheet) == (0, 6, 0, 3)
        do(spreadsheet, {"deleteDimension": {"range": lines("ROWS", 0, 6)}})
        assert "tables" not in first_sheet(spreadsheet)

    def test_cells_pushed_aside_take_it_along(self, spreadsheet):
        do(spreadsheet, {"insertRange": {"range": span(0, 4, 0, 1), "shiftDimension": "COLUMNS"}})
        assert (place(spreadsheet), types(spreadsheet)) == ((0, 4, 1, 4), [None, "CURRENCY", "DROPDOWN"])

    def test_cut_as_a_whole_it_moves(self, spreadsheet):
        do(spreadsheet, {"addSheet": {"properties": {"sheetId": 4, "title": "other"}}})
        before = shown(spreadsheet)["columnProperties"]
        cut = {"source": span(0, 4, 0, 3), "destination": {"sheetId": 4, "rowIndex": 2, "columnIndex": 1}}
        do(spreadsheet, {"cutPaste": {**cut, "pasteType": "PASTE_NORMAL"}})
        (first, other) = everything(spreadsheet)["sheets"]
        assert ("tables" in first, read(spreadsheet)) == (False, [])
        assert other["tables"][0]["columnProperties"] == before
        assert other["tables"][0]["range"] == span(2, 6, 1, 4, sheet=4)

    def test_copies_have_an_id_and_a_name_of_their_own(self, spreadsheet):
        do(spreadsheet, {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "insertSheetIndex": 1}})
        (copy,) = everything(spreadsheet)["sheets"][1]["tables"]
        assert (copy["name"], copy["range"]["sheetId"]) == ("Deals_1", 9)
        assert copy["tableId"] != "t"
        assert copy["columnProperties"] == shown(spreadsheet)["columnProperties"]
        other = book()
        spreadsheets.copy_sheet_to(spreadsheet, 0, other)
        assert everything(other)["sheets"][1]["tables"][0]["name"] == "Deals"

    def test_it_goes_with_its_sheet(self, spreadsheet):
        do(spreadsheet, {"addSheet": {}}, {"deleteSheet": {"sheetId": 0}})
        assert not any("tables" in sheet for sheet in everything(spreadsheet)["sheets"])

    def test_reopened_it_answers_identically(self, spreadsheet):
        again = Spreadsheet.load("book", spreadsheet.dump())
        assert everything(again) == everything(spreadsheet)
        for one in (spreadsheet, again):
            do(one, append(["x"], ["y"]), {"insertDimension": {"range": lines("COLUMNS", 1, 2)}})
        assert everything(again) == everything(spreadsheet)

    def test_a_changed_header_is_saved(self, spreadsheet):
        spreadsheet.dirty.clear()
        put(spreadsheet, "A1", [""])
        assert "cells/0/0" in spreadsheet.dirty
        assert names(Spreadsheet.load("book", spreadsheet.dump()))[0] == "Column 1"

    def test_a_failed_batch_leaves_it_as_it_was(self, spreadsheet):
        assert refusal(spreadsheet, append(["x"], ["y"]), {"deleteTable": {"tableId": "u"}}) == "No table with id: u"


class TestRowColours:
    """What a table says of its rows is how its cells look."""

    def colours(self, spreadsheet):
        found = cells(spreadsheet, "A1:A4", "effectiveFormat")
        return [row[0]["backgroundColor"] for row in found]

    def test_they_are_effective(self):
        spreadsheet = deals()
        do(spreadsheet, table(rowsProperties=STRIPES))
        assert self.colours(spreadsheet) == [{"green": 1}, {"red": 1}, {"blue": 1}, {"red": 1}]

    def test_a_format_of_its_own_wins(self):
        spreadsheet = deals()
        do(spreadsheet, table(rowsProperties=STRIPES))
        white = {"userEnteredFormat": {"backgroundColor": {"red": 1, "green": 1, "blue": 1}}}
        do(
            spreadsheet,
            {"repeatCell": {"range": span(1, 2, 0, 1), "cell": white, "fields": "userEnteredFormat.backgroundColor"}},
        )
        assert self.colours(spreadsheet)[1] == {"red": 1, "green": 1, "blue": 1}


class TestProtecting:
    """A table, whatever becomes of its range."""

    @pytest.fixture
    def spreadsheet(self):
        made = deals()
        do(made, table(), {"addProtectedRange": {"protectedRange": {"protectedRangeId": 5, "tableId": "t"}}})
        return made

    def protected(self, spreadsheet):
        (found,) = first_sheet(spreadsheet)["protectedRanges"]
        return found

    def test_it_is_named_with_its_range(self, spreadsheet):
        assert self.protected(spreadsheet)["tableId"] == "t"
        assert self.protected(spreadsheet)["range"] == shown(spreadsheet)["range"]

    @pytest.mark.parametrize("request_", [
        pytest.param({"updateTable": {"table": {"tableId": "t", "range": span(0, 7, 0, 3)}, "fields": "range"}}, id="given another range"),
        pytest.param(append(["c"], ["d"], ["e"]), id="grown"),
        pytest.param({"insertDimension": {"range": lines("ROWS", 0, 2)}}, id="pushed down"),
    ])  # fmt: skip
    def test_the_protection_goes_where_the_table_goes(self, spreadsheet, request_):
        before = place(spreadsheet)
        do(spreadsheet, request_)
        assert place(spreadsheet) != before
        assert self.protected(spreadsheet)["range"] == shown(spreadsheet)["range"]

    def test_it_ends_with_the_table(self, spreadsheet):
        do(spreadsheet, {"deleteTable": {"tableId": "t"}})
        assert "protectedRanges" not in first_sheet(spreadsheet)

    def test_a_table_that_is_not_there_is_refused(self, spreadsheet):
        assert (
            refusal(spreadsheet, {"addProtectedRange": {"protectedRange": {"tableId": "x"}}}) == "No table with id: x"
        )


class TestFormulasCallColumnsByName:
    """`Deals[Amount]`, wherever the table is and whatever it is called."""

    @pytest.fixture
    def spreadsheet(self):
        made = deals(["a", 1, "yes"], ["b", 2, "no"], ["c", 4])
        do(made, table())
        return made

    @pytest.mark.parametrize(("formula", "value"), [
        pytest.param("=SUM(Deals[Amount])", 7, id="a column"),
        pytest.param("=SUM(deals[ amount ])", 7, id="whatever the case"),
        pytest.param('=SUMIF(Deals[Done],"yes",Deals[Amount])', 1, id="two columns"),
        pytest.param("=COUNTA(Deals[#ALL])", 11, id="all of it"),
        pytest.param("=COUNTA(Deals[#DATA])", 8, id="the body"),
        pytest.param('=JOIN("/",Deals[#HEADERS])', "Name/Amount/Done", id="the header"),
        pytest.param('=XLOOKUP("b",Deals[Name],Deals[Amount])', 2, id="looked up"),
        pytest.param("=SUM(Deals[Gone])", "#NAME?", id="no such column"),
        pytest.param("=SUM(Other[Amount])", "#NAME?", id="no such table"),
        pytest.param("=SUM(Deals[#TOTALS])", "#NAME?", id="no footer"),
        pytest.param('="Deals[Amount]"', "Deals[Amount]", id="not in a text"),
    ])  # fmt: skip
    def test_values(self, spreadsheet, formula, value):
        put(spreadsheet, "F1", [formula])
        assert read(spreadsheet, "F1") == [[value]]

    def test_from_another_sheet_and_as_an_array(self, spreadsheet):
        do(spreadsheet, {"addSheet": {"properties": {"title": "board"}}})
        put(spreadsheet, "board!A1", ["=ARRAYFORMULA(Deals[Amount]*2)"])
        assert read(spreadsheet, "board!A1:A9") == [[2], [4], [8]]

    def test_they_follow_rows_that_come_and_go(self, spreadsheet):
        put(spreadsheet, "F1", ["=SUM(Deals[Amount])"])
        do(spreadsheet, append(["x"]))
        put(spreadsheet, "B5", [10])
        assert read(spreadsheet, "F1") == [[17]]
        do(spreadsheet, {"deleteDimension": {"range": lines("ROWS", 1, 3)}})
        assert read(spreadsheet, "F1") == [[14]]

    @pytest.mark.parametrize(("change", "formula"), [
        pytest.param(lambda made: put(made, "B1", ["Sum"]), "=SUM(Deals[Sum])", id="its header was written"),
        pytest.param(lambda made: do(made, {"updateTable": {"table": {"tableId": "t", "name": "Won"}, "fields": "name"}}), "=SUM(Won[Amount])", id="the table was named"),
        pytest.param(lambda made: do(made, {"moveDimension": {"source": lines("COLUMNS", 1, 2), "destinationIndex": 3}}), "=SUM(Deals[Amount])", id="it was moved"),
    ])  # fmt: skip
    def test_they_follow_names(self, spreadsheet, change, formula):
        put(spreadsheet, "F1", ["=SUM(Deals[amount])"])
        assert read(spreadsheet, "F1") == [[7]]
        change(spreadsheet)
        assert formulas(spreadsheet, "F1")[0][0].casefold() == formula.casefold()
        assert read(spreadsheet, "F1") == [[7]]

    def test_a_table_that_comes_later_is_found(self):
        made = deals()
        put(made, "F1", ["=SUM(Deals[Amount])"])
        assert read(made, "F1") == [["#NAME?"]]
        do(made, table())
        assert read(made, "F1") == [[3]]
        do(made, {"deleteTable": {"tableId": "t"}})
        assert read(made, "F1") == [["#NAME?"]]
