"""With `drive.file` a program sees the files that it made, and none that a person merely shared."""

from __future__ import annotations

import json

import pytest

from sheetcrm.server.app import Server
from sheetcrm.server.tokens import AUTH, Grant

ROBOT, OTHER = "robot@project.iam.gserviceaccount.com", "other client"
FILES, SHEETS, DRIVE = (frozenset({AUTH + scope}) for scope in ("drive.file", "spreadsheets", "drive"))
OWN = {"Authorization": "Bearer open-sesame"}


@pytest.fixture(scope="module")
def server():
    with Server(token="open-sesame", owner="ann@x.org") as server:
        yield server


def bearer(server, scopes, program=ROBOT, email=ROBOT):
    return {
        "Authorization": f"Bearer {server._backend.guard.tokens.access(Grant(email, frozenset(scopes), program=program))}"
    }


def made(server, headers, where="/v4/spreadsheets"):
    answer = server.handle("POST", where, "", headers, json.dumps({}).encode())
    return answer.json().get("spreadsheetId") or answer.json()["id"]


@pytest.fixture
def shared(server):
    """A spreadsheet that a person made and shared with the robot."""
    file = made(server, OWN)
    body = json.dumps({"type": "user", "role": "writer", "emailAddress": ROBOT}).encode()
    assert server.handle("POST", f"/drive/v3/files/{file}/permissions", "", OWN, body).status == 200
    return file


@pytest.mark.parametrize(
    ("scopes", "sheets", "drive"),
    [
        pytest.param(FILES, 404, 404, id="drive.file"),
        pytest.param(FILES | SHEETS, 200, 404, id="with spreadsheets, which opens it and says nothing about Drive"),
        pytest.param(FILES | DRIVE, 200, 200, id="the whole Drive"),
    ],
)
def test_what_a_person_shared(server, shared, scopes, sheets, drive):
    headers = bearer(server, scopes)
    assert server.handle("GET", f"/v4/spreadsheets/{shared}", "fields=spreadsheetId", headers).status == sheets
    assert server.handle("GET", f"/drive/v3/files/{shared}/permissions", "", headers).status == drive
    found = server.handle("GET", "/drive/v3/files", "", headers).json()["files"]
    assert (shared in [one["id"] for one in found]) is (drive == 200)


def test_what_it_made_itself_it_sees_writes_and_shares(server):
    headers = bearer(server, FILES)
    file = made(server, headers)
    assert server.handle("GET", f"/v4/spreadsheets/{file}", "fields=spreadsheetId", headers).status == 200
    body = json.dumps({"type": "user", "role": "reader", "emailAddress": "bob@x.org"}).encode()
    assert server.handle("POST", f"/drive/v3/files/{file}/permissions", "", headers, body).status == 200
    assert [one["id"] for one in server.handle("GET", "/drive/v3/files", "", headers).json()["files"]] == [file]


def test_another_program_of_the_same_person_does_not_see_it(server):
    file = made(server, bearer(server, FILES, "one client", "ann@x.org"))
    headers = bearer(server, FILES, OTHER, "ann@x.org")
    assert server.handle("GET", f"/v4/spreadsheets/{file}", "", headers).status == 404
    assert server.handle("GET", f"/v4/spreadsheets/{file}", "fields=spreadsheetId", OWN).status == 200


def test_who_made_it_outlives_the_process(tmp_path):
    with Server(tmp_path, token="open-sesame") as server:
        headers = bearer(server, FILES)
        file = made(server, headers)
    with Server(tmp_path, token="open-sesame") as server:
        assert server.handle("GET", f"/v4/spreadsheets/{file}", "fields=spreadsheetId", headers).status == 200
        assert server.handle("GET", f"/v4/spreadsheets/{file}", "", bearer(server, FILES, OTHER)).status == 404


def test_a_refusal_leaves_nothing_of_it_behind(server, shared):
    """The next request in the same thread is asked anew."""
    server.handle("GET", f"/v4/spreadsheets/{shared}", "", bearer(server, FILES))
    assert server.handle("GET", f"/v4/spreadsheets/{shared}", "fields=spreadsheetId", OWN).status == 200
