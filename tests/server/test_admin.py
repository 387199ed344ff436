"""Ordering faults from another process."""

from __future__ import annotations

import json

import pytest
import requests
from google.auth.transport.requests import Request
from google.oauth2 import service_account

from sheetcrm.server.app import Server
from sheetcrm.server.faults import Fault

OWN = {"Authorization": "Bearer open-sesame"}


@pytest.fixture
def server():
    with Server(token="open-sesame") as server:
        yield server


def call(server, method, body=None, headers=OWN):
    return server.handle(method, "/server/faults", "", headers, b"" if body is None else json.dumps(body).encode())


def test_faults_are_ordered_listed_and_forgotten(server):
    order = {"match": "drive.*", "status": 503, "times": 2}
    assert call(server, "POST", order).json() == {"faults": [{"delay": 0.0, "skip": 0, **order}]}
    assert server.faults.waiting() == [Fault("drive.*", status=503, times=2)]
    assert server.handle("GET", "/drive/v3/files", "", OWN).status == 503
    assert call(server, "GET").json()["faults"][0]["times"] == 1
    assert call(server, "DELETE").json() == {"faults": []}
    assert server.handle("GET", "/drive/v3/files", "", OWN).status == 200


def test_a_fault_does_not_hit_the_endpoint_that_orders_it(server):
    call(server, "POST", {"match": "*", "drop": "before"})
    assert call(server, "GET").json()["faults"][0]["drop"] == "before"


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    ("token", "status"), [(None, 401), ("wrong", 401), ("somebody else's", 403)], ids=["none", "wrong", "a guest's"]
)
def test_only_the_servers_own_token_opens_it(server, method, token, status):
    server.add_user("bob@x.org", "somebody else's")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    assert call(server, method, {"status": 500}, headers).status == status
    assert server.faults.waiting() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"stauts": 500}', b'{"match": 5}'])
def test_what_is_no_order_is_400(server, body):
    assert server.handle("POST", "/server/faults", "", OWN, body).status == 400


def test_an_unknown_setting_is_named(server):
    assert "stauts" in call(server, "POST", {"stauts": 500}).json()["error"]["message"]


def test_a_credentials_file_for_a_client_in_another_process(server):
    with server.listen() as listener:
        body = {"type": "service_account", "email": "bot@x.iam.gserviceaccount.com"}
        info = requests.post(f"{listener.url}/server/credentials", json=body, headers=OWN, timeout=5).json()
        scopes = ["https://www.googleapis.com/auth/drive"]
        account = service_account.Credentials.from_service_account_info(info, scopes=scopes)
        account.refresh(Request())
        assert account.valid


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({"type": "authorized_user", "email": "bob@x.org"}, "open-sesame", 200),
        ({"type": "authorized_user", "email": "bob@x.org"}, "wrong", 401),
        ({"type": "authorized_user"}, "open-sesame", 400),
        ({"type": "authorized_user", "email": "bob"}, "open-sesame", 400),
        ({"email": "bob@x.org"}, "open-sesame", 400),
        ({"type": "service_account", "email": "bob@x.org", "key": "x"}, "open-sesame", 400),
        ([], "open-sesame", 400),
    ],
    ids=str,
)
def test_who_gets_credentials_for_what(server, body, token, status):
    headers = {"Authorization": f"Bearer {token}"}
    answer = server.handle("POST", "/server/credentials", "", headers, json.dumps(body).encode())
    assert answer.status == status
    assert ("refresh_token" in answer.json()) is (status == 200)
