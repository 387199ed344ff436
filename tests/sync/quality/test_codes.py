"""Every code that the source uses has its line, and codes never change: programs rely on them."""

from __future__ import annotations

import ast
import importlib.util
from pathlib import Path

from sheetcrm.layout.troubles import TEXTS
from sheetcrm.schema import template
from sheetcrm.schema.rules import Rule
from sheetcrm.schema.sheet_rules import SheetRule
from sheetcrm.sync.quality.codes import CODES

ROOT = Path(__file__).resolve().parents[3]
SAYS_NOTHING = {"formula"}
"""Rules that only the sheet can ask."""

EVER = """
    after ambiguous_date ambiguous_number at_least_one bad_id bad_option bad_text before childless column_missing
    computed date_as_text decimal_comma error_value exists_in future header_below header_blank header_duplicate
    header_elsewhere header_missing header_overwritten header_swapped header_twice id_changed id_not_unique id_taken
    id_twice key_not_unique language_unknown length lock_nobody mark_duplicate mark_moved merged name_taken no_id
    no_such_day no_such_row not_a_contact not_a_currency not_a_date not_a_duration not_a_name not_a_number not_a_phone
    not_a_rating not_a_tick not_a_time not_a_url not_an_email not_an_option not_its_type not_one_value not_read not_text
    not_there not_whole number_as_text one_of orphan past pattern phone_no_country pivot_covered range required
    row_copied sheet_copied sheet_missing stale tab_locked title_taken too_long undated unique
"""
"""A code may come; none may go or be called otherwise."""


def used():
    """Every code that is written out where an issue is made, and those of the rules."""
    assert template.FAMILIES, "importing it is what defines every family"
    for path in sorted((ROOT / "sheetcrm").rglob("*.py")):
        if "server" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield from written(node)
    yield from TEXTS
    for family in (Rule, SheetRule):
        for name, member in family.members().items():
            if member.__module__.startswith("sheetcrm.") and name not in SAYS_NOTHING | {"in_team"}:
                yield name


def written(node):
    name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
    at = {"BadCell": 0, "Gap": 2}.get(name)
    if at is not None and isinstance(node.args[at], ast.Constant):
        yield node.args[at].value


def test_every_code_has_a_meaning_and_a_way_out():
    assert set(used()) - set(CODES) == set(), "say in sheetcrm/sync/quality/codes.py what it means"


def test_no_code_goes():
    assert set(CODES) >= set(CODES)


def test_the_page_is_fresh():
    spec = importlib.util.spec_from_file_location("issues_page", ROOT / "scripts" / "issues.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs" / "issues.md").read_text(encoding="utf-8") == module.text(), "run scripts/issues.py"
    assert sorted(code for part in module.PARTS.values() for code in part) == sorted(CODES)
