"""Fixes are written by key, in as many writes as they need; what somebody changed meanwhile is theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm import testing
from sheetcrm.journal import Journal
from sheetcrm.sync.cells import Log, change_cells, taken_back
from sheetcrm.sync.quality.fixes import fixes
from sheetcrm.sync.quality.fixing import apply_fixes
from tests.sync.quality.little import little_shop
from tests.sync.shop import Office

PHONES = ["138 0013 8000", "139 0013 9000", "137-0013-7000"]


@pytest.fixture
def untidy(tmp_path):
    """Three customers, their phones as people write them."""
    with testing.server() as running:
        office = Office(little_shop(tmp_path), running)
        office.apply()
        rows = [
            {"Customer ID": f"C{at}", "Name": "x", "Stage": "Won", "Phone": phone} for at, phone in enumerate(PHONES)
        ]
        office.fill("Customers", rows)
        yield office


def phones(office):
    return office.tab("Customers").col_values(3)[1:]


def test_rows_are_found_wherever_they_stand_by_then(untidy):
    found = fixes(untidy.read()).fixes
    untidy.tab("Customers").insert_row([], 2)
    done, _ = apply_fixes(untidy.gateway, untidy.template, found)
    assert (len(done.done), done.conflicts, done.misplaced) == (3, (), ())
    assert phones(untidy) == ["", "+8613800138000", "+8613900139000", "+8613700137000"]
    assert fixes(untidy.read()).fixes == ()


def test_what_somebody_changed_meanwhile_is_theirs(untidy):
    found = fixes(untidy.read()).fixes
    untidy.fill("Customers", [{"Phone": "136 0013 6000"}])
    done, _ = apply_fixes(untidy.gateway, untidy.template, found)
    assert done.conflicts == (found[0].change,)
    assert phones(untidy)[0] == "136 0013 6000"


def test_a_great_many_go_in_several_writes_each_of_which_can_be_taken_back(untidy, tmp_path):
    journal = Journal(tmp_path, "x")
    log = Log(journal, "fix", datetime(2026, 1, 1, tzinfo=UTC))
    done, writes = apply_fixes(untidy.gateway, untidy.template, fixes(untidy.read()).fixes, log=log, at_once=2)
    assert (len(done.done), writes) == (3, 2)
    for _, write in journal.writes():
        change_cells(untidy.gateway, untidy.template, taken_back(write.entries))
    assert phones(untidy) == PHONES
