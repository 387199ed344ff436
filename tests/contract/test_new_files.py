"""What a new spreadsheet is, and files in Drive."""

from __future__ import annotations

from tests.contract.beliefs import belief
from tests.contract.far_end import FILES, SPREADSHEETS

RECORDED = "recorded traffic of gspread"


@belief(
    "A new spreadsheet has one tab of 1000 x 26 with the id 0.",
    seen=RECORDED,
    so="what is blank is told from what somebody uses",
)
def test_a_new_spreadsheet_has_one_tab(far):
    (sheet,) = far.make().get("sheets.properties")["sheets"]
    grid = sheet["properties"]["gridProperties"]
    assert (sheet["properties"]["sheetId"], grid["rowCount"], grid["columnCount"]) == (0, 1000, 26)


@belief(
    "Locale and time zone of a spreadsheet can be set, and take hold in the batch that sets them.",
    seen="Google's reference",
    so="`apply` sets both with everything else, in one batch",
)
def test_locale_and_zone_can_be_set(far):
    book = far.make()
    wanted = {"locale": "zh_CN", "timeZone": "Asia/Shanghai"}
    book.batch({"updateSpreadsheetProperties": {"properties": wanted, "fields": "locale,timeZone"}})
    assert book.get("properties(locale,timeZone)")["properties"] == wanted


@belief(
    "In a spreadsheet in Chinese the API still takes formulas with commas and English names, and gives them back so.",
    seen="Google's reference; users' threads",
    so="templates write one form of each formula for every language",
)
def test_formulas_are_english_everywhere(far):
    book = far.make()
    book.batch({"updateSpreadsheetProperties": {"properties": {"locale": "zh_CN"}, "fields": "locale"}})
    formula = '=IF(A1="","",SUMIFS(B$1:B$9,A$1:A$9,A1))'
    cell = {"userEnteredValue": {"formulaValue": formula}}
    start = {"sheetId": 0, "rowIndex": 0, "columnIndex": 2}
    book.batch({"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "userEnteredValue"}})
    found = book.get("sheets.data.rowData.values.userEnteredValue", "C1")
    assert found["sheets"][0]["data"][0]["rowData"][0]["values"][0] == cell


@belief(
    "A file can be put into the bin and is then no more among those that are not in it.",
    seen="Google's reference of Drive",
    so="`restore --create` puts a spreadsheet that it could not fill into the bin",
)
def test_a_file_in_the_bin(far):
    book = far.make()
    far.ask("PATCH", book.file, params={"supportsAllDrives": "true"}, json={"trashed": True})
    answer = far.ask("GET", book.file, params={"fields": "trashed", "supportsAllDrives": "true"})
    assert answer.json() == {"trashed": True}


@belief(
    "A spreadsheet that is not there, or that nobody shared with us, is a 404 in Drive; in Sheets 404 where it is not there.",
    seen=RECORDED,
    so="messages say what to share with whom",
)
def test_what_is_not_there_is_404(far):
    nowhere = "1" * 44
    assert far.ask("GET", f"{FILES}/{nowhere}").json()["error"]["errors"][0]["reason"] == "notFound"
    answer = far.ask("GET", f"{SPREADSHEETS}/{nowhere}")
    assert (answer.status_code, answer.json()["error"]["status"]) == (404, "NOT_FOUND")


@belief(
    "Whoever made a file is its owner, and Drive says who may open it with role, type and address.",
    seen="Google's reference of Drive",
    so="sharing compares roles with the team's list",
)
def test_permissions_are_told(far):
    book = far.make()
    params = {"fields": "permissions(id,type,role,emailAddress)", "supportsAllDrives": "true"}
    held = far.ask("GET", f"{book.file}/permissions", params=params).json()["permissions"]
    assert {one["role"] for one in held} & {"owner", "organizer", "fileOrganizer", "writer"}
    assert all(one["id"] and one["type"] for one in held)


@belief(
    "A new file is found at once by a property that only the program sees that made it.",
    seen="Google's reference of Drive, which does not say how soon",
    so="where the answer to making a file is lost we find the file, and make no second",
)
def test_a_new_file_is_found_by_its_property(far):
    own = {"sheetcrm": f"contract {far.number()}"}
    book = far.make(appProperties=own)
    query = f"appProperties has {{key='sheetcrm' and value='{own['sheetcrm']}'}} and trashed=false"
    params = {"q": query, "fields": "files(id)", "supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
    assert far.ask("GET", FILES, params=params).json() == {"files": [{"id": book.id}]}
