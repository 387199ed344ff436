"""A spreadsheet that people work in reads right, in two requests, whatever they did to it."""

import pytest

from sheetcrm import sync

ANN = {"Customer ID": "C001", "Name": "Ann", "E-mail": "ann@x.org", "Stage": "Lead", "Next": 46024, "Owner": "Bo"}
BEA = {"Customer ID": "C002", "Name": "Bea", "E-mail": "bea@x.org", "Stage": "Won"}
BO = {"Name": "Bo", "E-mail": "bo@x.org"}


@pytest.fixture
def filled(ready):
    """Two customers of Bo's."""

    def fill(office):
        office.fill("Team", [BO])
        office.fill("Customers", [ANN, BEA])

    return ready("two customers", fill)


def names(reading):
    return [row.get("name") for row in reading.extracts["customers"].rows]


def codes(reading):
    return [issue.code for issue in reading.issues]


def column(office, header):
    return office.tab("Customers").row_values(1).index(header)


def test_records_come_in_two_requests_without_any_issue(filled):
    gateway = filled.gateway
    reading = sync.read(gateway, filled.template)
    assert (gateway.counts.reads, gateway.counts.writes) == (2, 0)
    assert (names(reading), codes(reading), reading.language) == (["Ann", "Bea"], [], "en")
    assert list(reading.extracts) == ["customers", "orders", "team"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_language_is_the_one_that_the_spreadsheet_is_marked_with(new_office, language):
    office = new_office
    office.apply(language)
    assert office.read().language == language


def test_a_header_that_a_person_renamed_is_still_the_same_column(filled):
    filled.tab("Customers").update_cell(1, column(filled, "Name") + 1, "Who?")
    reading = filled.read()
    assert (names(reading), codes(reading)) == (["Ann", "Bea"], [])


def test_a_column_that_a_person_moved_is_still_the_same_column(filled):
    tab, at = filled.tab("Customers"), column(filled, "Name")
    source = {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
    filled.send({"moveDimension": {"source": source, "destinationIndex": 8}})
    reading = filled.read()
    assert (names(reading), codes(reading)) == (["Ann", "Bea"], [])


def test_columns_and_tabs_of_their_own_are_none_of_our_business(filled):
    tab = filled.tab("Customers")
    filled.send(
        {"insertDimension": {"range": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}}}
    )
    tab.update_cell(1, 2, "Mood")
    tab.update_cell(2, 2, "fine")
    filled.running.client.open_by_key(filled.id).add_worksheet("Scratch", 10, 3)
    reading = filled.read()
    assert (names(reading), codes(reading)) == (["Ann", "Bea"], [])


def test_a_renamed_tab_is_still_the_same_sheet(filled):
    filled.tab("Customers").update_title("Our dear customers")
    reading = filled.read()
    assert names(reading) == ["Ann", "Bea"]
    assert reading.layout.tab_title("customers") == "Our dear customers"


def test_a_header_that_a_person_deleted_is_reported_and_the_column_read_on(filled):
    filled.tab("Customers").update_cell(1, column(filled, "Name") + 1, "")
    reading = filled.read()
    assert names(reading) == ["Ann", "Bea"]
    [issue] = reading.issues
    assert (issue.code, issue.sheet, issue.column, issue.row) == ("header_blank", "customers", "name", None)
    assert issue.a1 == "Customers!B1"
    assert issue.link.endswith("&range=B1")


def test_two_equal_headers_are_reported_and_the_marked_one_is_read(filled):
    filled.tab("Customers").add_cols(1)
    filled.tab("Customers").update([["Name"], ["not Ann"]], "K1:K2")
    reading = filled.read()
    assert names(reading) == ["Ann", "Bea"]
    assert codes(reading) == ["header_duplicate"]


def test_a_column_that_a_person_deleted_is_reported_once_not_in_every_row(filled):
    tab, at = filled.tab("Customers"), column(filled, "Name")
    filled.send(
        {
            "deleteDimension": {
                "range": {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": at, "endIndex": at + 1}
            }
        }
    )
    reading = filled.read()
    assert [(issue.code, issue.column) for issue in reading.issues] == [("column_missing", "name")]
    assert reading.issues[0].message == "There is no column Name."
    assert [row.id for row in reading.extracts["customers"].rows] == ["C001", "C002"]


def test_a_tab_that_a_person_deleted_is_reported(filled):
    filled.running.client.open_by_key(filled.id).del_worksheet(filled.tab("Team"))
    reading = filled.read()
    assert [(issue.code, issue.sheet) for issue in reading.issues] == [("sheet_missing", "team")]
    assert reading.issues[0].message == "There is no tab Team."
    assert names(reading) == ["Ann", "Bea"]


def test_marks_that_are_gone_cost_one_request_more(filled):
    filled.send(
        {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataValue": "customers.name"}}}}
    )
    gateway = filled.gateway
    reading = sync.read(gateway, filled.template)
    assert (names(reading), codes(reading), gateway.counts.reads) == (["Ann", "Bea"], [], 3)


def test_a_column_cut_from_under_its_mark_is_not_guessed(filled):
    tab, at = filled.tab("Customers"), column(filled, "Name")
    source = {
        "sheetId": tab.id,
        "startRowIndex": 0,
        "endRowIndex": 1000,
        "startColumnIndex": at,
        "endColumnIndex": at + 1,
    }
    target = {"sheetId": tab.id, "rowIndex": 0, "columnIndex": 12}
    filled.send({"appendDimension": {"sheetId": tab.id, "dimension": "COLUMNS", "length": 5}})
    filled.send({"cutPaste": {"source": source, "destination": target, "pasteType": "PASTE_NORMAL"}})
    reading = filled.read()
    assert codes(reading) == ["mark_moved"]
    assert names(reading) == [None, None]


def test_without_any_mark_the_titles_say_where_things_are_and_in_which_language(new_office):
    office = new_office
    office.apply("zh")
    everything = {"developerMetadataLookup": {"visibility": "DOCUMENT"}}
    office.send({"deleteDeveloperMetadata": {"dataFilter": everything}})
    office.fill("客户", [{"客户编号": "C001", "姓名": "Ann", "邮箱": "ann@x.org", "阶段": "成交"}])
    reading = office.read()
    assert reading.language == "zh"
    assert codes(reading) == ["language_unknown"]
    assert names(reading) == ["Ann"]


def test_a_copied_tab_is_told_and_not_read_in_place_of_the_original(filled):
    tab = filled.tab("Customers")
    for index in (0, 5):
        filled.send(
            {"duplicateSheet": {"sourceSheetId": tab.id, "insertSheetIndex": index, "newSheetName": f"'Old'!{index}"}}
        )
        filled.tab(f"'Old'!{index}").update_cell(2, 2, "Old Ann")
    reading = filled.read()
    assert names(reading) == ["Ann", "Bea"]
    assert set(codes(reading)) <= {"sheet_copied"}


def test_only_the_sheets_asked_for_are_read(filled):
    reading = filled.read(sheets=["team"])
    assert list(reading.extracts) == ["team"]
    assert [row.get("name") for row in reading.extracts["team"].rows] == ["Bo"]


def test_an_unknown_sheet_is_a_mistake_of_the_caller(filled):
    with pytest.raises(KeyError):
        filled.read(sheets=["tema"])


def test_formulas_that_failed_in_the_sheet_are_issues_and_do_not_stop_anything(filled):
    filled.tab("Customers").update([["=1/0"]], "G2", value_input_option="USER_ENTERED")
    reading = filled.read()
    assert [(issue.code, issue.a1, issue.text) for issue in reading.issues] == [
        ("error_value", "Customers!G2", "#DIV/0!")
    ]
    assert names(reading) == ["Ann", "Bea"]


def test_issues_of_all_sheets_come_headers_first_and_then_row_by_row(filled):
    filled.fill("Orders", [{"Customer ID": "C009"}])
    filled.fill("Customers", [{"Stage": "leed", "E-mail": "ann@"}])  # row 2
    filled.tab("Team").update_cell(1, 2, "")
    reading = filled.read()
    assert [(issue.sheet, issue.code) for issue in reading.issues] == [
        ("team", "header_blank"),
        ("customers", "not_an_email"),
        ("customers", "not_an_option"),
        ("orders", "exists_in"),
    ]
