"""docs/server-coverage.md is what the code says, and leaves nothing of the API out."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from sheetcrm.server import methods
from sheetcrm.server.batch import HANDLERS
from sheetcrm.server.errors import ApiError

from .books import book, do

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def described():
    text = (files("googleapiclient.discovery_cache") / "documents" / "sheets.v4.json").read_text(encoding="utf-8")
    return json.loads(text)


def test_the_page_is_fresh():
    command = [sys.executable, ROOT / "scripts" / "coverage.py", "--check"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr


def test_all_methods_of_the_sheets_api_are_there(described):
    top = described["resources"]["spreadsheets"]
    ids = {method["id"] for method in top["methods"].values()}
    ids |= {method["id"] for part in top["resources"].values() for method in part["methods"].values()}
    assert {route.name for route in methods.ROUTES if route.name.startswith("sheets.")} == ids
    assert len(ids) == 17


def test_no_handler_is_for_a_request_that_google_does_not_know(described):
    assert set(HANDLERS) <= set(described["schemas"]["Request"]["properties"])


def test_what_is_refused_is_refused_by_name(described):
    spreadsheet = book(["a"])
    for kind in sorted(set(described["schemas"]["Request"]["properties"]) - set(HANDLERS)):
        with pytest.raises(ApiError, match=rf"Invalid requests\[0\]\.{kind}: .*embedded server"):
            do(spreadsheet, {kind: {}})
