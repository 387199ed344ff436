"""What is held against every answer that a server gives in any test (conftest.py): nothing wrong passes, nothing right is refused."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

from sheetcrm.server.app import ROUTES, Server
from sheetcrm.server.wire import Response, json_response
from tests.server import answers

BOOK = "/v4/spreadsheets/x"
FILE = "/drive/v3/files/x"


def refusal(**changes):
    return {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT", **changes}}


def reasons(*errors, **changes):
    return {"error": {"code": 404, "message": "no", "errors": list(errors), **changes}}


REASON = {"message": "no", "domain": "global", "reason": "notFound"}


@pytest.mark.parametrize(
    ("path", "status", "answer"),
    [
        pytest.param(BOOK, 200, {"sheets": [{"properties": {"sheetId": 0, "title": "a"}}]}, id="part of a spreadsheet"),
        pytest.param(BOOK + "/values/A1:B2", 200, {"values": [["a", 1, 0.5, True], []]}, id="cells of every kind"),
        pytest.param(FILE, 200, {"version": "12", "modifiedTime": "2026-11-21T01:02:03.004Z"}, id="a file"),
        pytest.param(BOOK, 400, refusal(), id="a refusal"),
        pytest.param(FILE, 404, reasons(REASON), id="a refusal of Drive's"),
        pytest.param("/spreadsheets/d/x/edit", 200, "a page", id="no method of the API"),
    ],
)
def test_right(path, status, answer):
    assert answers.violations("GET", path, json_response(answer, status=status)) == []


@pytest.mark.parametrize(
    ("path", "status", "answer"),
    [
        pytest.param(BOOK, 200, {"sheets": [{"propertys": {}}]}, id="an unknown field"),
        pytest.param(BOOK, 200, {"spreadsheetId": 1}, id="a number for a text"),
        pytest.param(BOOK, 200, {"spreadsheetId": None}, id="a null"),
        pytest.param(BOOK, 200, {"sheets": {}}, id="a message for a list"),
        pytest.param(BOOK, 200, {"sheets": [[]]}, id="a list for a message"),
        pytest.param(BOOK, 200, {"sheets": [{"properties": {"sheetId": 1.5}}]}, id="half an id"),
        pytest.param(BOOK, 200, {"sheets": [{"properties": {"sheetId": 2**31}}]}, id="more than an int32"),
        pytest.param(BOOK, 200, {"sheets": [{"properties": {"index": True}}]}, id="a boolean for a number"),
        pytest.param(BOOK, 200, {"sheets": [{"properties": {"sheetType": "GRIDD"}}]}, id="no such enumeration"),
        pytest.param(BOOK + "/values/A1", 200, {"values": [[None]]}, id="a null among values"),
        pytest.param(BOOK + "/values/A1", 200, {"values": [[{}]]}, id="a message among values"),
        pytest.param(BOOK + "/values/A1", 200, {"values": [[float("nan")]]}, id="not a number"),
        pytest.param(FILE, 200, {"version": 12}, id="an int64 that is not in quotes"),
        pytest.param(FILE, 200, {"modifiedTime": "yesterday"}, id="no moment"),
        pytest.param("/v4/frobnicate", 200, {}, id="an answer where Google has no method"),
        pytest.param(BOOK, 400, {"message": "no"}, id="a refusal of another shape"),
        pytest.param(BOOK, 400, refusal(code=404), id="a refusal with another code"),
        pytest.param(BOOK, 400, refusal(status="NOT_FOUND"), id="a status that is not the code's"),
        pytest.param(BOOK, 400, refusal(message=""), id="a refusal without words"),
        pytest.param(BOOK, 400, refusal(errors=[REASON]), id="Drive's shape from Sheets"),
        pytest.param(BOOK, 400, refusal(details=[{"fieldViolations": []}]), id="a detail without a type"),
        pytest.param(FILE, 404, reasons(), id="no reason from Drive"),
        pytest.param(FILE, 404, reasons({"message": "no"}), id="half a reason"),
    ],
)
def test_wrong(path, status, answer):
    assert answers.violations("GET", path, json_response(answer, status=status))


def test_what_is_no_json_is_wrong():
    assert answers.violations("GET", BOOK, Response(200, {"Content-Type": "application/json"}, b"<html>"))
    assert answers.violations("GET", BOOK, Response(200, {"Content-Type": "text/html"}, b"{}"))


def test_a_broken_connection_is_not_judged():
    assert answers.violations("GET", BOOK, Response(200, {}, b'{"she', truncated_at=5)) == []


@pytest.mark.parametrize(
    ("verb", "path", "name"),
    [
        ("GET", BOOK + "/values:batchGet", "sheets.spreadsheets.values.batchGet"),
        ("GET", BOOK + "/values/a%2Fb%21A1:B2", "sheets.spreadsheets.values.get"),
        ("POST", BOOK + "/values/A1:B2:append", "sheets.spreadsheets.values.append"),
        ("POST", BOOK + "/sheets/5:copyTo", "sheets.spreadsheets.sheets.copyTo"),
        ("POST", BOOK + "/:batchUpdate", "sheets.spreadsheets.batchUpdate"),
        ("PATCH", "/upload/drive/v3/files/x", "drive.files.update"),
        ("PUT", "/upload/drive/v3/files", "drive.files.create"),
        ("PUT", "/upload/drive/v2/files/x", "drive.files.update"),
    ],
)
def test_a_path_finds_its_method(verb, path, name):
    assert answers.method_of(verb, path)[1]["id"] == name


def test_every_route_of_the_server_is_held_against_a_method():
    for route in ROUTES:
        if route.name.startswith(("sheets.", "drive.")):
            path = route.pattern.pattern
            for name in route.pattern.groupindex:
                path = path.replace(f"(?P<{name}>.+)", "A1").replace(f"(?P<{name}>[^/:]+)", "x")
            assert answers.method_of(route.method, path.replace("/?", "").replace("\\", "")), route.name


def test_the_check_stands_behind_every_server():
    assert Server.handle.__qualname__.startswith("_answers_as_google_describes_them")


def test_what_google_answered_passes(shared):
    seen = 0
    for path in sorted((shared / "google" / "recorded").glob("*.json")):
        for exchange in json.loads(path.read_text(encoding="utf-8"))["interactions"]:
            request, answer = exchange["request"], exchange["response"]
            where = "/" + request["uri"].split("?")[0].split("/", 3)[3]
            text = answer["body"] if isinstance(answer["body"], str) else answer["body"]["string"]
            if text:
                response = Response(answer["status"]["code"], {"Content-Type": "application/json"}, text.encode())
                assert answers.violations(request["method"], where, response) == [], request["uri"]
                seen += 1
    assert seen > 500


def test_the_documents_ship_with_googles_client():
    names = {entry.name for entry in (files("googleapiclient.discovery_cache") / "documents").iterdir()}
    assert {f"{name}.json" for name in answers.DOCUMENTS.values()} <= names
