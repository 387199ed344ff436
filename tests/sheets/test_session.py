"""Signing in to Google, as far as that can be seen without Google."""

from __future__ import annotations

import pytest

from sheetcrm.errors import NotSignedIn
from sheetcrm.sheets.session import SCOPES, google_session


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(None, id="no such file"),
        pytest.param("not JSON", id="not JSON"),
        pytest.param("{}", id="JSON of something else"),
        pytest.param('{"type": "service_account"}', id="a key with nothing in it"),
        pytest.param('{"type": "external_account"}', id="a kind that may run commands"),
    ],
)
def test_a_key_file_that_is_none(tmp_path, text):
    key = tmp_path / "key.json"
    if text is not None:
        key.write_text(text, encoding="utf-8")
    with pytest.raises(NotSignedIn, match=r"key\.json"):
        google_session(key)


def test_a_key_file_of_a_person(tmp_path):
    key = tmp_path / "key.json"
    key.write_text('{"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}')
    session, account = google_session(key)
    assert account == "your own account"
    assert tuple(session.credentials.scopes) == SCOPES


def test_the_whole_drive_is_never_asked_for():
    assert "https://www.googleapis.com/auth/drive" not in SCOPES
