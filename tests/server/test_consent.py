"""The page that asks a person, and what their answer is good for."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from sheetcrm.server.app import Server
from sheetcrm.server.tokens import AUTH

BACK = "http://127.0.0.1:4711/done"
VERIFIER = "v" * 43
SHEETS, FILES = f"{AUTH}spreadsheets", f"{AUTH}drive.file"


class Clock:
    time = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def __call__(self):
        return self.time


@pytest.fixture(scope="module")
def clock():
    return Clock()


@pytest.fixture(scope="module")
def _server(clock):
    with Server(token="open-sesame", owner="ann@x.org", now=clock) as server:
        server.add_user("bob@x.org")
        yield server


@pytest.fixture
def server(_server, clock):
    """One for all tests, as an RSA key takes longer than most of them; at noon."""
    clock.time = Clock.time
    return _server


@pytest.fixture
def client(server):
    return server.issuer.desktop("http://127.0.0.1:80")["installed"]


def parameters(client, **changes):
    challenge = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
    parts = urlsplit(client["auth_uri"])
    whole = {
        **{name: values[0] for name, values in parse_qs(parts.query).items()},
        "client_id": client["client_id"],
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": f"{SHEETS} {FILES} openid",
        "state": "S1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "access_type": "offline",
        **changes,
    }
    return parts.path, urlencode({name: value for name, value in whole.items() if value is not None})


def asked(server, client, **changes):
    path, query = parameters(client, **changes)
    return server.handle("GET", path, query)


def decided(server, page, *, account="ann@x.org", decision="allow", scopes=None):
    text = page.body.decode()
    ticket = unescape(re.search(r'name="ticket" value="([^"]+)"', text)[1])
    ticked = re.findall(r'name="scope" value="([^"]+)"', text) if scopes is None else scopes
    form = urlencode({"ticket": ticket, "account": account, "decision": decision, "scope": ticked}, doseq=True)
    return server.handle("POST", "/o/oauth2/v2/auth", "", {}, form.encode())


def came_back(answer):
    assert answer.status == 302
    address, _, query = answer.headers["Location"].partition("?")
    assert address == BACK
    return {name: values[0] for name, values in parse_qs(query).items()}


def redeemed(server, client, given, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": given,
        "client_id": client["client_id"],
        "client_secret": client["client_secret"],
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        **changes,
    }
    answer = server.handle("POST", "/token", "", {}, urlencode(form).encode())
    return answer.status, answer.json()


def refreshed(server, client, token, **changes):
    form = {"grant_type": "refresh_token", "refresh_token": token, **changes}
    form |= {"client_id": client["client_id"], "client_secret": client["client_secret"]}
    answer = server.handle("POST", "/token", "", {}, urlencode(form).encode())
    return answer.status, answer.json()


def agreed(server, client, **changes):
    return redeemed(server, client, came_back(decided(server, asked(server, client)))["code"], **changes)


def test_a_consent_is_worth_tokens_of_that_person(server, client):
    status, tokens = agreed(server, client)
    assert status == 200
    assert tokens["scope"] == " ".join(sorted([SHEETS, FILES, "openid"]))
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    about = server.handle("GET", "/drive/v3/about", "fields=user", headers).json()
    assert about["user"]["emailAddress"] == "ann@x.org"
    assert refreshed(server, client, tokens["refresh_token"])[0] == 200


def test_the_page_says_what_it_is_and_runs_nothing(server, client):
    page = asked(server, client)
    assert "This is not Google" in page.body.decode()
    assert "<script" not in page.body.decode()
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://127.0.0.1:4711;" in policy


def test_the_person_chooses_who_they_are(server, client):
    page = asked(server, client, login_hint="bob@x.org")
    assert 'value="bob@x.org" checked' in page.body.decode()
    code = came_back(decided(server, page, account="bob@x.org"))["code"]
    _, tokens = redeemed(server, client, code)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert server.handle("GET", "/oauth2/v2/userinfo", "", headers).json()["email"] == "bob@x.org"


def test_nobody_is_chosen_whom_the_server_does_not_know(server, client):
    assert decided(server, asked(server, client), account="eve@x.org").status == 400


def test_scopes_can_be_left_out_one_by_one(server, client):
    answer = came_back(decided(server, asked(server, client), scopes=[FILES]))
    assert answer["scope"] == FILES
    assert redeemed(server, client, answer["code"])[1]["scope"] == FILES


def test_scopes_that_were_not_asked_for_cannot_be_added(server, client):
    answer = came_back(decided(server, asked(server, client, scope=FILES), scopes=[FILES, f"{AUTH}drive"]))
    assert answer["scope"] == FILES


@pytest.mark.parametrize("how", [{"decision": "deny"}, {"scopes": []}], ids=["cancelled", "with nothing ticked"])
def test_no_is_an_answer(server, client, how):
    assert came_back(decided(server, asked(server, client), **how)) == {"error": "access_denied", "state": "S1"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"key": None}, "invalid_client", id="by somebody who only knows the address"),
        pytest.param({"key": "0" * 32}, "invalid_client", id="with the key of another server"),
        pytest.param({"client_id": "x"}, "invalid_client", id="of an unknown client"),
        pytest.param({"redirect_uri": None}, "redirect_uri_mismatch", id="without a way back"),
        pytest.param({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch", id="leading away"),
        pytest.param({"redirect_uri": "http://127.0.0.1.evil.example/"}, "redirect_uri_mismatch", id="almost at home"),
        pytest.param({"redirect_uri": "http://[/"}, "redirect_uri_mismatch", id="no address"),
        pytest.param({"response_type": "token"}, "unsupported_response_type", id="for a token in the address"),
        pytest.param({"scope": None}, "invalid_scope", id="for nothing"),
        pytest.param({"scope": f"{AUTH}everything"}, "invalid_scope", id="for a scope that there is not"),
        pytest.param({"code_challenge_method": "plain"}, "invalid_request", id="with PKCE in clear"),
    ],
)
def test_a_question_that_is_not_right_goes_nowhere(server, client, changes, error):
    page = asked(server, client, **changes)
    assert page.status == 400
    assert error in page.body.decode()
    assert "form-action 'none'" in page.headers["Content-Security-Policy"]
    assert "evil" not in page.headers.get("Location", "")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        pytest.param({"code": "4/x.y"}, 400, "invalid_grant", id="no code"),
        pytest.param({"code_verifier": "w" * 43}, 400, "invalid_grant", id="by somebody who did not ask"),
        pytest.param({"code_verifier": ""}, 400, "invalid_grant", id="without the verifier"),
        pytest.param({"redirect_uri": "http://127.0.0.1:1/"}, 400, "redirect_uri_mismatch", id="from elsewhere"),
        pytest.param({"client_secret": "x"}, 401, "invalid_client", id="with another secret"),
    ],
)
def test_a_code_that_is_not_good(server, client, changes, status, error):
    found, answer = agreed(server, client, **changes)
    assert (found, answer["error"]) == (status, error)


def test_a_code_is_good_once(server, client):
    code = came_back(decided(server, asked(server, client)))["code"]
    assert redeemed(server, client, code)[0] == 200
    assert redeemed(server, client, code)[1]["error"] == "invalid_grant"


def test_a_code_is_good_for_ten_minutes(server, client, clock):
    code = came_back(decided(server, asked(server, client)))["code"]
    clock.time += timedelta(minutes=10)
    assert redeemed(server, client, code)[1]["error"] == "invalid_grant"


def test_a_page_that_was_left_open_too_long(server, client, clock):
    page = asked(server, client)
    clock.time += timedelta(minutes=10)
    assert decided(server, page).status == 400


def test_a_client_in_testing_has_to_ask_anew_after_a_week(server, clock):
    client = server.issuer.desktop("http://127.0.0.1:80", testing=True)["installed"]
    page = asked(server, client)
    assert "seven days" in page.body.decode()
    _, tokens = redeemed(server, client, came_back(decided(server, page))["code"])
    clock.time += timedelta(days=6, hours=23)
    assert refreshed(server, client, tokens["refresh_token"])[0] == 200
    clock.time += timedelta(hours=1)
    _, answer = refreshed(server, client, tokens["refresh_token"])
    assert answer == {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}


def test_without_offline_there_is_nothing_to_refresh(server, client):
    code = came_back(decided(server, asked(server, client, access_type="online")))["code"]
    assert "refresh_token" not in redeemed(server, client, code)[1]


def test_a_refresh_may_ask_for_less_and_not_for_more(server, client):
    _, tokens = agreed(server, client)
    assert refreshed(server, client, tokens["refresh_token"], scope=FILES)[1]["scope"] == FILES
    assert refreshed(server, client, tokens["refresh_token"], scope=f"{AUTH}drive")[1]["error"] == "invalid_scope"


@pytest.mark.parametrize("which", ["refresh_token", "access_token"])
def test_what_is_taken_back_is_over_at_once(server, client, which):
    _, tokens = agreed(server, client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    body = urlencode({"token": tokens[which]}).encode()
    assert server.handle("POST", "/revoke", "", {}, body).status == 200
    assert server.handle("GET", "/drive/v3/files", "", headers).status == 401
    assert refreshed(server, client, tokens["refresh_token"])[1]["error"] == "invalid_grant"
    assert server.handle("POST", "/revoke", "", {}, body).status == 400


def test_what_was_taken_back_stays_so_in_the_next_process(tmp_path):
    with Server(tmp_path, owner="ann@x.org") as server:
        info = server.issuer.authorized_user("ann@x.org")
        body = urlencode({"token": info["refresh_token"]}).encode()
        assert server.handle("POST", "/revoke", "", {}, body).status == 200
    with Server(tmp_path, owner="ann@x.org") as server:
        assert refreshed(server, info, info["refresh_token"])[1]["error"] == "invalid_grant"


def test_the_page_speaks_chinese(server, client):
    path, query = parameters(client)
    page = server.handle("GET", path, query, {"Accept-Language": "zh-CN,zh;q=0.9"})
    assert "这不是 Google" in page.body.decode()


def test_what_a_program_calls_itself_is_not_put_into_the_page(server, client):
    page = asked(server, client, scope='openid"><img src=x>', state='"><img>')
    assert "<img" not in page.body.decode()
