"""Who may ask for what: tokens for the API, keys for pages, names for hosts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.server.auth import LOOPBACK, Guard, host_allowed
from sheetcrm.server.errors import ApiError
from sheetcrm.server.tokens import AUTH, Grant, Tokens

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def guarded(secret):
    return Guard(token="open-sesame", secret=secret, owner="ann@x.org", tokens=Tokens(secret, now=lambda: NOON))


@pytest.fixture
def guard():
    return guarded(b"s" * 32)


@pytest.mark.parametrize("header", ["Bearer open-sesame", "bearer open-sesame", "Bearer  open-sesame"])
def test_the_token_stands_for_the_owner(guard, header):
    assert guard.caller({"authorization": header}) == "ann@x.org"


def test_a_further_token_stands_for_another_person_who_opens_no_page_by_it(guard):
    guard.add("simsim", "bob@x.org")
    assert guard.caller({"authorization": "Bearer simsim"}) == "bob@x.org"
    assert guard.caller({"authorization": "Bearer open-sesame"}) == "ann@x.org"
    assert not guard.may_view("1a", key="", headers={"authorization": "Bearer simsim"})


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no header"),
        pytest.param({"authorization": ""}, id="an empty one"),
        pytest.param({"authorization": "Bearer"}, id="no token"),
        pytest.param({"authorization": "Bearer close-sesame"}, id="another token"),
        pytest.param({"authorization": "Basic open-sesame"}, id="another scheme"),
        pytest.param({"authorization": "Bearer 芝麻开门"}, id="not ASCII"),
    ],
)
def test_anything_else_is_401_as_google_says_it(guard, headers):
    with pytest.raises(ApiError) as raised:
        guard.caller(headers)
    assert (raised.value.code, raised.value.status) == (401, "UNAUTHENTICATED")
    assert "sesame" not in raised.value.message.replace("open-sesame", "")


def test_a_view_key_opens_its_own_page_only(guard):
    assert guard.may_view("1a", key=guard.view_key("1a"), headers={})
    assert not guard.may_view("1b", key=guard.view_key("1a"), headers={})
    assert not guard.may_view("", key=guard.view_key("1a"), headers={})


def test_the_key_of_the_list_opens_every_page(guard):
    assert guard.may_view("1a", key=guard.view_key(""), headers={})


def test_the_token_opens_every_page(guard):
    assert guard.may_view("1a", key="", headers={"authorization": "Bearer open-sesame"})


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "密钥"])
def test_a_guessed_key_opens_nothing(guard, key):
    assert not guard.may_view("1a", key=key, headers={})


def test_keys_depend_on_the_secret_and_do_not_hold_it(guard):
    other = guarded(b"t" * 32)
    assert guard.view_key("1a") != other.view_key("1a")
    assert "sesame" not in guard.view_key("1a")


def bearer(token):
    return {"authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("spreadsheets", {"read", "write"}),
        ("spreadsheets.readonly", {"read"}),
        ("drive", {"read", "write", "drive read", "drive write"}),
        ("drive.readonly", {"read", "drive read"}),
        ("drive.metadata.readonly", {"drive read"}),
        ("gmail.send", set()),
    ],
)
def test_a_scope_allows_what_google_says_it_does(guard, scope, allowed):
    headers = bearer(guard.tokens.access(Grant("bot@x.org", frozenset({AUTH + scope}))))
    for kind in ("read", "write", "drive read", "drive write"):
        if kind in allowed:
            assert guard.admit(headers, kind) == "bot@x.org"
            continue
        with pytest.raises(ApiError) as raised:
            guard.admit(headers, kind)
        assert (raised.value.code, raised.value.message) == (403, "Request had insufficient authentication scopes.")


def test_only_the_servers_own_token_is_its_own(guard):
    guard.check_own_token(bearer("open-sesame"))
    with pytest.raises(ApiError) as raised:
        guard.check_own_token(bearer(guard.tokens.access(Grant("bot@x.org", frozenset()))))
    assert raised.value.code == 403
    with pytest.raises(ApiError) as raised:
        guard.check_own_token({})
    assert raised.value.code == 401


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("127.0.0.1:8900", True),
        ("localhost", True),
        ("LOCALHOST:80", True),
        ("[::1]:8900", True),
        ("evil.example:8900", False),
        ("127.0.0.1.evil.example", False),
        ("127.0.0.1@evil.example", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_only_our_own_names_are_hosts(host, allowed):
    assert host_allowed(host, LOOPBACK) is allowed
