"""Bodies that Google's gateway refuses, and in which words."""

from __future__ import annotations

import json

import pytest

from sheetcrm.server import door
from sheetcrm.server.errors import ApiError

BATCH = "BatchUpdateSpreadsheetRequest"


@pytest.mark.parametrize(
    ("schema", "body", "field", "message"),
    [
        pytest.param(
            BATCH,
            {"requests": [{"frobnicate": {}}]},
            "requests[0]",
            "Invalid JSON payload received. Unknown name \"frobnicate\" at 'requests[0]': Cannot find field.",
            id="unknown request",
        ),
        pytest.param(
            BATCH,
            {"request": []},
            None,
            'Invalid JSON payload received. Unknown name "request": Cannot find field.',
            id="at the root",
        ),
        pytest.param(
            "ValueRange",
            {"values": "X"},
            "data.values",
            "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"X\"",
            id="recorded: values that are no list",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"deleteSheet": {"sheetId": "one"}}]},
            "requests[0].delete_sheet.sheet_id",
            "Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32), \"one\"",
            id="a word for a number",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"deleteSheet": {"sheetId": 10**400}}]},
            "requests[0].delete_sheet.sheet_id",
            f"Invalid value at 'requests[0].delete_sheet.sheet_id' (TYPE_INT32), {10**400}",
            id="a number past all bounds",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"addSheet": {"properties": {"title": "\ud800"}}}]},
            "requests[0].add_sheet.properties.title",
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), \"\\ud800\"",
            id="half a character",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"addSheet": {"properties": {"hidden": "yes"}}}]},
            "requests[0].add_sheet.properties.hidden",
            "Invalid value at 'requests[0].add_sheet.properties.hidden' (TYPE_BOOL), \"yes\"",
            id="a word for a boolean",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"addSheet": {"properties": {"title": 5}}}]},
            "requests[0].add_sheet.properties.title",
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 5",
            id="a number for a text",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"addSheet": {"properties": [1]}}]},
            "requests[0].add_sheet.properties",
            "Invalid JSON payload received. Unknown name \"properties\" at 'requests[0].add_sheet': Proto field is not repeating, cannot start list.",
            id="a list for a message",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"addConditionalFormatRule": {"rule": {"booleanRule": {}, "gradientRule": {}}}}]},
            "requests[0].add_conditional_format_rule.rule",
            "Invalid value at 'requests[0].add_conditional_format_rule.rule' (oneof), oneof field 'rule' is already set. Cannot set 'gradientRule'",
            id="both kinds of rule",
        ),
        pytest.param(
            BATCH,
            {"requests": [{"deleteSheet": {"sheetId": 1}, "addSheet": {}}]},
            "requests[0]",
            "Invalid value at 'requests[0]' (oneof), oneof field 'kind' is already set. Cannot set 'addSheet'",
            id="two requests in one",
        ),
    ],
)
def test_refused(schema, body, field, message):
    with pytest.raises(ApiError) as refused:
        door.check(body, schema)
    error = refused.value.body()["error"]
    assert (error["code"], error["status"], error["message"]) == (400, "INVALID_ARGUMENT", message)
    violation = error["details"][0]["fieldViolations"][0]
    assert (violation.get("field"), violation["description"]) == (field, message)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            {"requests": [{"addSheet": {"properties": {"title": None, "sheetId": None}}}]}, id="nulls are not set"
        ),
        pytest.param({"requests": [{"deleteSheet": {"sheetId": "7"}}]}, id="a number in quotes"),
        pytest.param({"requests": [{"delete_sheet": {"sheet_id": 7}}]}, id="snake case"),
        pytest.param({"includeSpreadsheetInResponse": True}, id="no requests: not the door's business"),
    ],
)
def test_let_in(body):
    door.check(body, BATCH)


def test_what_is_let_in_is_in_one_form():
    body = {"requests": [{"delete_sheet": {"sheet_id": "7"}}]}
    door.check(body, BATCH)
    assert body == {"requests": [{"deleteSheet": {"sheetId": 7}}]}


def test_every_violation_is_named_at_once():
    with pytest.raises(ApiError) as refused:
        door.check({"requests": [{"a": 1}, {"b": 2}]}, BATCH)
    assert len(refused.value.details[0]["fieldViolations"]) == 2


def test_a_mask_that_nothing_matches():
    with pytest.raises(ApiError) as refused:
        door.check_mask({"sheets": {"sheetProperties": None}}, "Spreadsheet")
    error = refused.value.body()["error"]
    assert error["message"] == "Request contains an invalid argument."
    assert error["details"][0]["fieldViolations"] == [
        {
            "field": "sheets.sheetProperties",
            "description": "Error expanding 'fields' parameter. Cannot find matching fields for path 'sheets.sheetProperties'.",
        }
    ]


def test_every_body_that_google_took_is_let_in(shared):
    schemas = {":batchUpdate": BATCH, "values:batchClear": "BatchClearValuesRequest", ":append": "ValueRange"}
    seen = 0
    for path in sorted((shared / "google" / "recorded").glob("*.json")):
        for exchange in json.loads(path.read_text(encoding="utf-8"))["interactions"]:
            request, status = exchange["request"], exchange["response"]["status"]["code"]
            url = request["uri"].split("?")[0]
            schema = next(
                (schemas[end] for end in schemas if url.endswith(end)),
                "ValueRange" if request["method"] == "PUT" else None,
            )
            if schema and request["body"] and status == 200:
                door.check(json.loads(request["body"]), schema)
                seen += 1
    assert seen > 100


def test_a_channel_is_a_single_precision_number():
    style = {"rgbColor": {"red": 1e39}}
    body = {
        "requests": [{"updateSheetProperties": {"properties": {"tabColorStyle": style}, "fields": "tabColorStyle"}}]
    }
    with pytest.raises(ApiError, match=r"rgb_color\.red' \(TYPE_FLOAT\), 1e\+39"):
        door.check(body, BATCH)


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        pytest.param([{"a": 1}], [{"a": 1}], id="a list"),
        pytest.param({"a": 1}, [{"a": 1}], id="a lone value"),
        pytest.param([[{"a": 1}]], [{"a": 1}], id="a list in a list: pygsheets' adjust_column_width sends it"),
        pytest.param([{"a": 1}, [[{"a": 2}], {"a": 3}]], [{"a": 1}, {"a": 2}, {"a": 3}], id="lists of any depth"),
    ],
)
def test_a_repeated_field_is_one_list(sent, taken):
    requests = [{"updateCells": {"fields": str(one["a"])}} for one in taken]
    body = {"requests": _with(sent, requests)}
    door.check(body, BATCH)
    assert body == {"requests": requests}


def _with(shape, requests):
    """A shape with a request in the place of each object."""
    if isinstance(shape, list):
        return [_with(part, requests) for part in shape]
    return requests[shape["a"] - 1]


def test_rows_of_values_stay_rows():
    body = {"values": [[1, 2], [3]]}
    door.check(body, "ValueRange")
    assert body == {"values": [[1, 2], [3]]}
