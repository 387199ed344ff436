"""Drive's `q`, as Sheets clients send it."""

from __future__ import annotations

import pytest

from sheetcrm.server.drive_query import parse

SHEET = "application/vnd.google-apps.spreadsheet"


def file(name, **parts):
    owners = [{"emailAddress": "ann@x.org", "me": True}]
    return {
        "name": name,
        "mimeType": SHEET,
        "trashed": False,
        "parents": ["root"],
        "modifiedTime": "2026-11-21T00:00:00.000Z",
        "owners": owners,
        "appProperties": {},
        **parts,
    }


FILES = [
    file("客户"),
    file("Ann's list"),
    file("old", trashed=True),
    file("filed", parents=["f1"], appProperties={"made by": "us"}),
    file("early", modifiedTime="2025-01-01T00:00:00.000Z"),
]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param("", ["客户", "Ann's list", "old", "filed", "early"], id="nothing asked"),
        pytest.param(f'mimeType="{SHEET}"', ["客户", "Ann's list", "old", "filed", "early"], id="as gspread lists"),
        pytest.param(f'mimeType="{SHEET}" and name = "客户"', ["客户"], id="as gspread opens by title"),
        pytest.param('mimeType="text/csv"', [], id="another type"),
        pytest.param(r"name = 'Ann\'s list'", ["Ann's list"], id="a quote in a name"),
        pytest.param("name contains 'l'", ["Ann's list", "old", "filed", "early"], id="part of a name"),
        pytest.param("trashed = true", ["old"], id="in the bin"),
        pytest.param("appProperties has {key='made by' and value='us'}", ["filed"], id="a program's own property"),
        pytest.param("appProperties has {key='made by' and value='them'} or trashed=true", ["old"], id="another value"),
        pytest.param("trashed=false and not name contains 'e'", ["客户", "Ann's list"], id="not"),
        pytest.param("name='old' or name='early'", ["old", "early"], id="or"),
        pytest.param("(name='old' or name='early') and trashed=false", ["early"], id="parentheses"),
        pytest.param("name='客户' or name='old' and trashed=false", ["客户"], id="and binds closer than or"),
        pytest.param("'f1' in parents", ["filed"], id="in a folder"),
        pytest.param('parents in "f1"', ["filed"], id="in a folder, as gspread says it"),
        pytest.param(
            "modifiedTime > '2026-01-01T00:00:00'", ["客户", "Ann's list", "old", "filed"], id="changed since"
        ),
        pytest.param("'me' in owners", ["客户", "Ann's list", "old", "filed", "early"], id="mine"),
    ],
)
def test_finds(query, names):
    assert [one["name"] for one in FILES if parse(query)(one)] == names


@pytest.mark.parametrize(
    "query",
    [
        "name",
        "name =",
        "name = x",
        "name ~ 'x'",
        "fullText contains 'x'",
        "name in 'x'",
        "(name='x'",
        "name='x')",
        "name='x' name='y'",
        "and",
        "name='x' and",
        "'x",
        "trashed > true",
        "appProperties has 'us'",
        "appProperties has {key='made by'}",
        "appProperties has {key='made by' and value='us'",
        "%",
    ],
)
def test_what_is_not_understood_is_an_error_and_never_ignored(query):
    with pytest.raises(ValueError, match=r"."):
        parse(query)
