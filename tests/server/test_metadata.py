"""Developer metadata: made, looked up, changed, and kept within Google's limits."""

from __future__ import annotations

import pytest

from sheetcrm.server import metadata, spreadsheets
from sheetcrm.server.errors import ApiError
from tests.server.books import book, do, everything, lines


def made(key, location, value="", **more):
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataKey": key,
                "metadataValue": value,
                "location": location,
                "visibility": "DOCUMENT",
                **more,
            }
        }
    }


@pytest.fixture
def marked():
    """Metadata on the spreadsheet, the sheet, a row and two columns."""
    spreadsheet = book()
    do(
        spreadsheet,
        made("k", {"spreadsheet": True}, "book", metadataId=1),
        made("k", {"sheetId": 0}, "sheet", metadataId=2),
        made("k", {"dimensionRange": lines("ROWS", 3, 4)}, "row", metadataId=3),
        made("k", {"dimensionRange": lines("COLUMNS", 2, 3)}, "column", metadataId=4),
        made("other", {"dimensionRange": lines("COLUMNS", 2, 3)}, metadataId=5),
    )
    return spreadsheet


def found(spreadsheet, **lookup):
    answer = metadata.search(spreadsheet, {"dataFilters": [{"developerMetadataLookup": lookup}]})
    return [one["developerMetadata"]["metadataId"] for one in answer.get("matchedDeveloperMetadata", [])]


@pytest.mark.parametrize(
    ("lookup", "ids"),
    [
        pytest.param({}, [1, 2, 3, 4, 5], id="nothing named finds all"),
        pytest.param({"metadataKey": "k"}, [1, 2, 3, 4], id="by key: keys are not unique"),
        pytest.param({"metadataKey": "k", "metadataValue": "row"}, [3], id="by key and value"),
        pytest.param({"metadataId": 5}, [5], id="by id"),
        pytest.param({"locationType": "COLUMN"}, [4, 5], id="by kind of place"),
        pytest.param({"visibility": "PROJECT"}, [], id="by visibility"),
        pytest.param({"metadataLocation": {"sheetId": 0}, "locationMatchingStrategy": "EXACT_LOCATION"}, [2], id="exactly the sheet"),
        pytest.param({"metadataLocation": {"dimensionRange": lines("COLUMNS", 2, 3)}, "locationMatchingStrategy": "EXACT_LOCATION"}, [4, 5], id="exactly the column"),
        pytest.param({"metadataLocation": {"dimensionRange": lines("COLUMNS", 0, 1)}}, [1, 2, 3], id="whatever meets another column"),
    ],
)  # fmt: skip
def test_lookup(marked, lookup, ids):
    assert found(marked, **lookup) == ids


def test_search_by_range(marked):
    answer = metadata.search(marked, {"dataFilters": [{"a1Range": "Sheet1!C1:C2"}]})
    assert [one["developerMetadata"]["metadataId"] for one in answer["matchedDeveloperMetadata"]] == [2, 4, 5]


def test_nothing_matched_is_an_empty_answer(marked):
    assert metadata.search(marked, {"dataFilters": [{"developerMetadataLookup": {"metadataId": 99}}]}) == {}


def test_a_place_is_shown_with_its_kind(marked):
    assert metadata.get(marked, 4) == {
        "metadataId": 4,
        "metadataKey": "k",
        "metadataValue": "column",
        "location": {
            "locationType": "COLUMN",
            "dimensionRange": {"dimension": "COLUMNS", "startIndex": 2, "endIndex": 3},
        },
        "visibility": "DOCUMENT",
    }
    assert metadata.get(marked, 2)["location"] == {"locationType": "SHEET", "sheetId": 0}


def test_get_of_what_is_not_there_is_404():
    with pytest.raises(ApiError) as refused:
        metadata.get(book(), 7)
    assert (refused.value.code, refused.value.status) == (404, "NOT_FOUND")


def test_get_shows_each_at_its_place(marked):
    shown = everything(marked)
    sheet = shown["sheets"][0]
    data = sheet["data"][0]
    assert [one["metadataId"] for one in shown["developerMetadata"]] == [1]
    assert [one["metadataId"] for one in sheet["developerMetadata"]] == [2]
    assert [one["metadataId"] for one in data["rowMetadata"][3]["developerMetadata"]] == [3]
    assert [one["metadataId"] for one in data["columnMetadata"][2]["developerMetadata"]] == [4, 5]


def test_columns_are_found_through_a_narrow_mask(marked):
    fields = "sheets(properties.title,data.columnMetadata(developerMetadata(metadataValue)))"
    answer = spreadsheets.get(marked, ranges=["Sheet1!A1:D1"], include_grid_data=False, fields=fields)
    assert answer["sheets"][0]["data"][0]["columnMetadata"] == [
        {},
        {},
        {"developerMetadata": [{"metadataValue": "column"}, {}]},
        {},
    ]


def test_update_by_lookup(marked):
    change = {
        "dataFilters": [{"developerMetadataLookup": {"metadataKey": "k", "locationType": "COLUMN"}}],
        "developerMetadata": {"metadataValue": "new"},
        "fields": "metadataValue",
    }
    (reply,) = do(marked, {"updateDeveloperMetadata": change})
    assert [one["metadataId"] for one in reply["updateDeveloperMetadata"]["developerMetadata"]] == [4]
    assert metadata.get(marked, 4)["metadataValue"] == "new"


def test_delete_by_lookup(marked):
    (reply,) = do(
        marked, {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": {"metadataKey": "k"}}}}
    )
    assert len(reply["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]) == 4
    assert found(marked) == [5]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        pytest.param(made("k", {"dimensionRange": lines("ROWS", 0, 2)}), "DimensionRange must represent a single row or column", id="two rows"),
        pytest.param(made("k", {"sheetId": 9}), "No grid with id: 9", id="no such sheet"),
        pytest.param(made("", {"sheetId": 0}), "DeveloperMetadata.metadataKey must be set.", id="no key"),
        pytest.param(made("k", {}), "A location must be specified for developer metadata.", id="no place"),
        pytest.param(made("k", {"sheetId": 0}, metadataId=4), "Developer metadata with id 4 already exists", id="id taken"),
        pytest.param(made("k", {"sheetId": 0}, "x" * 30_000), "The developer metadata would exceed the limit of 30000 characters.", id="too much"),
    ],
)  # fmt: skip
def test_refused(marked, request_, message):
    before = everything(marked)
    with pytest.raises(ApiError) as refused:
        do(marked, request_)
    assert refused.value.message == f"Invalid requests[0].createDeveloperMetadata: {message}"
    assert everything(marked) == before


def test_each_sheet_has_a_limit_of_its_own():
    spreadsheet = book()
    do(spreadsheet, made("k", {"sheetId": 0}, "x" * 20_000), made("k", {"spreadsheet": True}, "x" * 20_000))
    assert len(spreadsheet.metadata) == 2
