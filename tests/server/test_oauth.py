"""Unmodified google-auth gets its tokens here, with credentials files that this server wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import gspread
import pytest
import requests
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import credentials, service_account

from sheetcrm.server.adapter import InProcess, Redirect, mount
from sheetcrm.server.app import Server
from sheetcrm.server.oauth import JWT_GRANT, TOKEN_URI

SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
FILES = "https://www.googleapis.com/drive/v3/files"
AUTH = "https://www.googleapis.com/auth/"
SCOPES = [f"{AUTH}spreadsheets", f"{AUTH}drive"]
BOT = "bot@project.iam.gserviceaccount.com"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = NOON

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with Server(token="open-sesame", now=clock) as server:
        yield server


@pytest.fixture
def calls():
    return []


@pytest.fixture
def listening(calls):
    """A server on a socket, by the real clock: google-auth dates what it signs by that."""
    with Server(token="open-sesame", record=calls.append) as server, server.listen():
        yield server


def grant(server, **form):
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Host": "127.0.0.1:80"}
    return server.handle("POST", "/token", "", headers, urlencode(form).encode())


def signed(server, *, header=None, **claims):
    """A JWT as google-auth makes it at noon; a claim that is None is left out."""
    info = server.issuer.service_account(BOT)
    now = int(NOON.timestamp())
    whole = {"iss": BOT, "aud": TOKEN_URI, "iat": now, "exp": now + 3600, "scope": " ".join(SCOPES), **claims}
    payload = {name: value for name, value in whole.items() if value is not None}
    signer = crypt.RSASigner.from_service_account_info(info)
    return jwt.encode(signer, payload, header=header).decode()


def refusal(answer):
    found = answer.json()
    return answer.status, found["error"], found["error_description"]


def test_a_service_account_file_over_http(listening):
    info = listening.issuer.service_account(BOT, f"{listening.base_url}/token")
    account = service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
    account.refresh(Request())  # straight to the server: nothing is mounted anywhere
    assert account.valid
    bearer = {"Authorization": f"Bearer {account.token}"}
    about = requests.get(f"{listening.base_url}/drive/v3/about", {"fields": "user"}, headers=bearer, timeout=5).json()
    assert about["user"]["emailAddress"] == BOT


@pytest.mark.parametrize("way", ["in process", "http"])
def test_gspread_with_a_service_account_file(listening, calls, tmp_path, way):
    path = tmp_path / "account.json"
    path.write_text(json.dumps(listening.issuer.service_account(BOT)))
    client = gspread.service_account(path)
    adapter = InProcess(listening) if way == "in process" else Redirect(listening.base_url)
    mount(client.http_client.session, adapter)
    client.create("Orders").sheet1.update([["x"]], "A1")
    assert client.open("Orders").sheet1.acell("A1").value == "x"
    assert next(call.method for call in calls if call.kind == "token") == "oauth2.token"
    bob = mount(requests.Session(), InProcess(listening))  # the server's own token: its owner, not the robot
    assert bob.get(FILES).json()["files"] == []


@pytest.mark.parametrize("way", ["in process", "http"])
def test_an_authorized_user_file(listening, way):
    info = listening.issuer.authorized_user("ann@x.org")
    session = AuthorizedSession(credentials.Credentials.from_authorized_user_info(info))
    mount(session, InProcess(listening) if way == "in process" else Redirect(listening.base_url))
    about = session.get("https://www.googleapis.com/drive/v3/about", params={"fields": "user"}).json()
    assert about["user"]["emailAddress"] == "ann@x.org"


@pytest.mark.parametrize("way", ["in process", "http"])
def test_what_google_auth_asks_behind_our_back_stays_here(listening, calls, way):
    info = listening.issuer.service_account(BOT)
    account = service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
    if not hasattr(account, "_set_blocking_regional_access_boundary_lookup"):
        pytest.skip("this google-auth does not ask where an account may be used")
    session = AuthorizedSession(account._set_blocking_regional_access_boundary_lookup())
    mount(session, InProcess(listening) if way == "in process" else Redirect(listening.base_url))
    assert session.get(FILES).status_code == 200
    assert [call.method for call in calls] == [
        "oauth2.token",
        "iamcredentials.projects.serviceAccounts.getAllowedLocations",
        "drive.files.list",
    ]


def test_a_file_of_another_server_is_refused_by_google_auth(listening):
    with Server() as other:
        info = other.issuer.service_account(BOT, f"{listening.base_url}/token")
    account = service_account.Credentials.from_service_account_info(info, scopes=SCOPES)
    with pytest.raises(RefreshError, match="invalid_grant: Invalid JWT Signature"):
        account.refresh(Request())


def test_files_and_tokens_outlive_the_process(tmp_path):
    with Server(tmp_path, now=lambda: NOON) as server:
        token = grant(server, grant_type=JWT_GRANT, assertion=signed(server)).json()["access_token"]
        before = server.issuer.service_account(BOT)
    with Server(tmp_path, now=lambda: NOON) as server:
        assert server.issuer.service_account(BOT) == before
        assert server.handle("GET", "/drive/v3/files", "", {"Authorization": f"Bearer {token}"}).status == 200


def test_the_answer_is_googles(server):
    answer = grant(server, grant_type=JWT_GRANT, assertion=signed(server))
    assert answer.status == 200
    found = answer.json()
    assert found["access_token"].startswith("ya29.")
    assert (found["expires_in"], found["token_type"]) == (3599, "Bearer")
    assert server.token not in found["access_token"]


def test_a_token_lasts_an_hour(server, clock):
    token = grant(server, grant_type=JWT_GRANT, assertion=signed(server)).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    clock.time += timedelta(seconds=3598)
    assert server.handle("GET", "/drive/v3/files", "", headers).status == 200
    clock.time += timedelta(seconds=1)
    answer = server.handle("GET", "/drive/v3/files", "", headers)
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_that_was_changed_is_nobodys(server):
    token = grant(server, grant_type=JWT_GRANT, assertion=signed(server)).json()["access_token"]
    for wrong in (token[:-1], token + "0", "ya29." + token[6:], "ya29.", "ya29..", "1//" + token[5:]):
        assert server.handle("GET", "/drive/v3/files", "", {"Authorization": f"Bearer {wrong}"}).status == 401


def test_a_refresh_token_is_no_access_token(server):
    token = server.issuer.authorized_user("ann@x.org")["refresh_token"]
    assert server.handle("GET", "/drive/v3/files", "", {"Authorization": f"Bearer {token}"}).status == 401


def test_scopes_are_kept_to(server):
    """The famous one: gspread's `open` by title needs Drive."""
    assertion = signed(server, scope=f"{AUTH}spreadsheets")
    headers = {
        "Authorization": f"Bearer {grant(server, grant_type=JWT_GRANT, assertion=assertion).json()['access_token']}"
    }
    assert server.handle("POST", "/v4/spreadsheets", "", headers, b"{}").status == 200
    answer = server.handle("GET", "/drive/v3/files", "", headers)
    assert answer.status == 403
    assert answer.json()["error"]["message"] == "Request had insufficient authentication scopes."
    assert answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


@pytest.mark.parametrize(
    ("claims", "error", "text"),
    [
        (
            {"exp": int(NOON.timestamp()) - 400, "iat": int(NOON.timestamp()) - 3000},
            "invalid_grant",
            "Invalid JWT: Token",
        ),
        ({"iat": int(NOON.timestamp()) + 400}, "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        ({"exp": int(NOON.timestamp()) + 3601}, "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        ({"exp": None}, "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        ({"iat": "noon"}, "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        ({"exp": float("nan")}, "invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        ({"aud": "https://example.com/token"}, "invalid_grant", "Invalid JWT: Failed audience check"),
        ({"aud": None}, "invalid_grant", "Invalid JWT: Failed audience check"),
        ({"aud": ["a"]}, "invalid_grant", "Invalid JWT: Failed audience check"),
        ({"iss": "nobody"}, "invalid_grant", "Not a valid email or user ID."),
        ({"iss": None}, "invalid_grant", "Not a valid email or user ID."),
        ({"iss": "another@project.iam.gserviceaccount.com"}, "invalid_grant", "Invalid JWT Signature."),
        ({"scope": ""}, "invalid_scope", "Invalid OAuth scope"),
        ({"scope": None}, "invalid_scope", "Invalid OAuth scope"),
        ({"sub": "boss@x.org"}, "unauthorized_client", "Client is unauthorized to retrieve access tokens"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_a_jwt_that_does_not_hold(server, claims, error, text):
    answer = grant(server, grant_type=JWT_GRANT, assertion=signed(server, **claims))
    assert refusal(answer)[:2] == (401 if error == "unauthorized_client" else 400, error)
    assert refusal(answer)[2].startswith(text)


def test_a_jwt_that_somebody_changed(server):
    head, body, seal = signed(server).split(".")
    for assertion in (f"{head}.{body[:-4]}AAAA.{seal}", f"{head}.{body}.{seal[:-8]}AAAAAAAA", f"{head}.{body}."):
        status, error, text = refusal(grant(server, grant_type=JWT_GRANT, assertion=assertion))
        assert (status, error) == (400, "invalid_grant")
        assert text in {"Invalid JWT Signature.", "Bad Request"}


@pytest.mark.parametrize("algorithm", ["none", "HS256", None])
def test_a_jwt_that_names_another_algorithm(server, algorithm):
    answer = grant(server, grant_type=JWT_GRANT, assertion=signed(server, header={"alg": algorithm}))
    assert refusal(answer) == (400, "invalid_grant", "Invalid JWT Signature.")


@pytest.mark.parametrize("assertion", ["x", "a.b", "a.b.c", "é.é.é", "W10.W10.W10", "....", "e30.e30.e30"])
def test_what_is_no_jwt(server, assertion):
    assert refusal(grant(server, grant_type=JWT_GRANT, assertion=assertion))[:2] == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": JWT_GRANT}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"refresh_token": "1//x"}, 400, "invalid_grant"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"client_id": "x"}, 401, "invalid_client"),
        ({"client_secret": "x"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
    ],
    ids=str,
)
def test_a_form_that_is_not_enough(server, form, status, error):
    whole = {"grant_type": "refresh_token", **server.issuer.authorized_user("ann@x.org")}
    given = form if not form or "grant_type" in form else {**whole, **form}
    assert refusal(grant(server, **given))[:2] == (status, error)


def test_a_form_that_is_no_text_is_400(server):
    assert server.handle("POST", "/token", "", {}, b"\xff\xfe\x00=").status == 400


@pytest.mark.parametrize("path", ["/userinfo/v2/me", "/oauth2/v2/userinfo"])
def test_who_a_token_stands_for(server, path):
    server.add_user("bob@x.org", "simsim")
    found = server.handle("GET", path, "", {"Authorization": "Bearer simsim"}).json()
    assert (found["email"], found["verified_email"]) == ("bob@x.org", True)
    assert server.handle("GET", path).status == 401
