"""The one folder that there is, as clients ask for it that look around in Drive first."""

from __future__ import annotations

import pytest

from sheetcrm.server.app import Server

AUTH = {"Authorization": "Bearer open-sesame"}


@pytest.fixture
def server():
    with Server(token="open-sesame") as server:
        yield server


def get(server, path, query=""):
    return server.handle("GET", f"/drive/v3/{path}", query, AUTH)


def test_my_drive_has_an_id_and_a_name(server):
    found = get(server, "files/root", "fields=name,id,mimeType").json()
    assert found == {"name": "My Drive", "id": "root", "mimeType": "application/vnd.google-apps.folder"}


def test_its_id_finds_what_is_in_it(server):
    server.handle("POST", "/v4/spreadsheets", "", AUTH, b'{"properties": {"title": "Stock"}}')
    root = get(server, "files/root").json()["id"]
    found = get(server, "files", f"q='{root}' in parents&fields=files(name)").json()
    assert found == {"files": [{"name": "Stock"}]}


def test_it_is_for_those_who_may_come_in(server):
    assert server.handle("GET", "/drive/v3/files/root", "", {}).status == 401
