"""Who may open a file: asked for, given, changed and taken away."""

from __future__ import annotations

import pytest
import requests

from sheetcrm.server.adapter import InProcess, mount
from sheetcrm.server.app import Server

FILES = "https://www.googleapis.com/drive/v3/files"
BOB = {"type": "user", "role": "reader", "emailAddress": "bob@x.org"}


@pytest.fixture
def server():
    with Server(owner="ann@x.org") as server:
        yield server


@pytest.fixture
def drive(server):
    with mount(requests.Session(), InProcess(server)) as session:
        yield session


@pytest.fixture
def grants(drive):
    """The address of the permissions of a file of Ann's."""
    file = {"name": "a", "mimeType": "application/vnd.google-apps.spreadsheet"}
    return f"{FILES}/{drive.post(FILES, json=file).json()['id']}/permissions"


@pytest.fixture
def bobs(drive, grants):
    return f"{grants}/{drive.post(grants, json=BOB).json()['id']}"


def error(answer):
    found = answer.json()["error"]
    return answer.status_code, found["errors"][0]["reason"]


def test_one_permission(drive, bobs):
    found = drive.get(bobs).json()
    assert found == {"id": bobs.rsplit("/", 1)[1], "type": "user", "kind": "drive#permission", "role": "reader"}
    assert drive.get(bobs, params={"fields": "emailAddress"}).json() == {"emailAddress": "bob@x.org"}


def test_another_role_holds_at_once(server, drive, grants, bobs):
    sheet = grants.removesuffix("/permissions").replace(FILES, "https://sheets.googleapis.com/v4/spreadsheets")
    headers = {"Authorization": f"Bearer {server.add_user('bob@x.org')}"}
    assert drive.post(f"{sheet}/values/A1:clear", headers=headers).status_code == 403
    assert drive.patch(bobs, json={"role": "writer"}).json()["role"] == "writer"
    assert drive.post(f"{sheet}/values/A1:clear", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, "invalid")),
        ({"role": "boss"}, (400, "invalid")),
        ({"role": "writer", "type": "anyone"}, (400, "invalid")),
        ({"role": "owner"}, (403, "forbidden")),
    ],
    ids=str,
)
def test_a_change_that_cannot_be(drive, bobs, body, expected):
    assert error(drive.patch(bobs, json=body)) == expected
    assert drive.get(bobs).json()["role"] == "reader"


def test_the_owner_stays_the_owner(drive, grants):
    (owner,) = drive.get(grants).json()["permissions"]
    assert error(drive.patch(f"{grants}/{owner['id']}", json={"role": "reader"})) == (403, "forbidden")
    assert error(drive.delete(f"{grants}/{owner['id']}")) == (403, "cannotDeletePermission")
    assert drive.patch(f"{grants}/{owner['id']}", json={"role": "owner"}).json()["role"] == "owner"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_nobodys_permission(drive, grants, method):
    assert error(drive.request(method, f"{grants}/123", json={"role": "reader"})) == (404, "notFound")


def test_a_file_changes_hands_when_it_was_offered_and_accepted(server, drive, grants, bobs):
    bob = {"Authorization": f"Bearer {server.add_user('bob@x.org')}"}
    take = {"params": {"transferOwnership": True}, "json": {"role": "owner"}, "headers": bob}
    assert error(drive.patch(bobs, json={"role": "reader", "pendingOwner": True})) == (403, "forbidden")
    assert drive.patch(bobs, json={"role": "writer"}).status_code == 200
    assert error(drive.patch(bobs, **take)) == (403, "forbidden")
    assert error(drive.patch(bobs, json={"role": "writer", "pendingOwner": True}, headers=bob)) == (403, "forbidden")
    assert drive.patch(bobs, json={"role": "writer", "pendingOwner": True}).status_code == 200
    assert drive.patch(bobs, **take).json()["role"] == "owner"
    fields = {"fields": "permissions(emailAddress,role,pendingOwner)"}
    assert drive.get(grants, params=fields, headers=bob).json()["permissions"] == [
        {"role": "writer", "emailAddress": "ann@x.org"},
        {"role": "owner", "emailAddress": "bob@x.org"},
    ]
