"""A spreadsheet whose time zone nobody knows: no day can be said there, and the error says what to do."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from remind_desk import mails, opened


def lives_in(zone, *, instead="Asia/Shanghai"):
    """As Google may say of a spreadsheet what our own server does not take."""
    (path,) = Path().rglob("sheets.db")
    with sqlite3.connect(path) as db:
        db.execute("update parts set body = replace(body, ?, ?) where name = 'properties'", [instead, zone])
    db.close()


@pytest.mark.parametrize("command", [
    pytest.param(["remind"], id="remind"),
    pytest.param(["remind", "--dry-run"], id="a dry run"),
    pytest.param(["remind", "pause", "--until", "2999-01-01"], id="pause"),
    pytest.param(["remind", "snooze", "C1", "--until", "2999-01-01"], id="snooze"),
    pytest.param(["remind", "preview"], id="preview"),
])  # fmt: skip
def test_an_unknown_zone_of_the_spreadsheet_is_said_with_what_to_do(sheetcrm, command):
    one = opened(sheetcrm, "east")
    lives_in("Mars/Phobos")
    answer = one(*command)
    assert answer.code == 2
    assert "the time zone 'Mars/Phobos' is not known" in answer.err
    assert "choose another in the spreadsheet, under File → Settings" in answer.err
    assert "Traceback" not in answer.err
    assert mails() == 0


def test_status_says_so_too(sheetcrm):
    one = opened(sheetcrm, "east")
    lives_in("Mars/Phobos")
    assert "'Mars/Phobos' is not known" in one("status", "--next").out


def test_a_zone_that_google_writes_as_so_many_hours_is_known(sheetcrm):
    one = opened(sheetcrm, "east")
    lives_in("GMT+08:00")
    assert (one("remind").code, mails()) == (0, 1)
