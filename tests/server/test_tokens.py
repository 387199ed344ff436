"""Tokens say themselves what they are for, and only as long as nobody changed them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.tokens import AUTH, LIFETIME, REFRESH, Grant, Tokens

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
GRANT = Grant("安@x.org", frozenset({AUTH + "drive"}))
OURS = Tokens(b"s" * 32, now=lambda: NOON)


def at(time, secret=b"s" * 32):
    return Tokens(secret, now=lambda: time)


def test_what_was_granted_is_read_back():
    assert OURS.read(OURS.access(GRANT)) == GRANT
    assert OURS.read(OURS.refresh(GRANT), REFRESH) == GRANT


def test_an_access_token_ends_and_a_refresh_token_does_not():
    later = at(NOON + timedelta(seconds=LIFETIME))
    assert later.read(OURS.access(GRANT)) is None
    assert at(NOON + timedelta(days=4000)).read(OURS.refresh(GRANT), REFRESH) == GRANT


def test_one_is_not_taken_for_the_other():
    assert OURS.read(OURS.refresh(GRANT)) is None
    assert OURS.read(OURS.access(GRANT), REFRESH) is None
    assert OURS.read("ya29." + OURS.refresh(GRANT).removeprefix(REFRESH)) is None


def test_another_folders_token_is_nothing():
    assert at(NOON, b"t" * 32).read(OURS.access(GRANT)) is None


@given(st.data())
def test_a_changed_token_is_nothing(data):
    token = OURS.access(GRANT)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda letter: letter != token[place]))
    assert OURS.read(token[:place] + other + token[place + 1 :]) is None


@given(st.text())
def test_any_text_is_read_without_an_error(text):
    assert OURS.read(text) is None
    assert OURS.read("ya29." + text) is None
