"""Every public method of gspread that sends a request has a test; a new one without fails here."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import gspread
import pytest

CLASSES = [gspread.Client, gspread.Spreadsheet, gspread.Worksheet, gspread.Cell]
SILENT = {
    "Client": {"expiry", "set_timeout"},
    "Spreadsheet": {"id", "locale", "timezone", "title", "url"},
    "Worksheet": {
        "col_count", "column_count", "frozen_col_count", "frozen_row_count", "get_tab_color", "id", "index", "isSheetHidden",
        "is_gridlines_hidden", "row_count", "spreadsheet", "tab_color", "title", "url",
    },
    "Cell": {"address", "col", "from_address", "numeric_value", "row"},
}  # fmt: skip
"""What only tells what the object already knows."""


def methods() -> list:
    return [
        pytest.param(kind.__name__, name, id=f"{kind.__name__}.{name}")
        for kind in CLASSES
        for name, _ in inspect.getmembers(kind)
        if not name.startswith("_") and name not in SILENT[kind.__name__]
    ]


@pytest.fixture(scope="module")
def tests() -> dict[str, set[str]]:
    """Name of a test → the attributes that it uses."""
    found = {}
    for path in Path(__file__).parent.glob("test_gspread_*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[plain(node.name)] = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    return found


def plain(name: str) -> str:
    """`get_lastUpdateTime` is tested by `get_last_update_time`."""
    return name.replace("_", "").casefold()


@pytest.mark.parametrize(("kind", "name"), methods())
def test_each_method_has_a_test_that_calls_it(tests, kind, name):
    test = plain(f"test_{kind}_{name}")
    assert test in tests, f"gspread's {kind}.{name} sends a request: write test_{kind.lower()}_{name}"
    assert name in tests[test]


def test_what_is_said_to_send_nothing_is_there():
    for kind in CLASSES:
        assert {name for name in SILENT[kind.__name__] if not hasattr(kind, name)} == set()
