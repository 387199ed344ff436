"""Cells are changed by the id of their row, and only where they still say what they said."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.journal import Journal
from sheetcrm.sync.cells import CellChange, Log, change_cells, is_cells, taken_back

NOW = datetime(2026, 11, 22, tzinfo=UTC)
OWNER = CellChange("customers", "C002", "owner", "Ann", "Bob")


@pytest.fixture
def filled(office):
    office.tab("Customers").update([["C001", "x"], ["C002", "y"]], "A2", raw=True)
    office.tab("Customers").update([["Ann"], ["Ann"]], "I2", raw=True)
    return office


def owners(office):
    return office.tab("Customers").col_values(9)[1:]


def test_the_row_is_found_by_its_id_wherever_it_stands_now(filled, shop):
    filled.tab("Customers").insert_row([], 2)
    done = change_cells(filled.gateway, shop, [OWNER])
    assert (done.done, done.conflicts, done.misplaced) == ((OWNER,), (), ())
    assert owners(filled) == ["", "Ann", "Bob"]


def test_what_somebody_changed_meanwhile_is_theirs(filled, shop):
    filled.tab("Customers").update([["Zoe"]], "I3", raw=True)
    other = CellChange("customers", "C001", "owner", "Ann", "Bob")
    done = change_cells(filled.gateway, shop, [OWNER, other])
    assert done.conflicts == (OWNER,)
    assert owners(filled) == ["Bob", "Zoe"]


def test_a_row_that_is_gone_or_there_twice_is_a_conflict(filled, shop):
    filled.tab("Customers").update([["C001"]], "A3", raw=True)
    gone = CellChange("customers", "C009", "owner", "Ann", "Bob")
    twice = CellChange("customers", "C001", "owner", "Ann", "Bob")
    assert change_cells(filled.gateway, shop, [gone, twice]).conflicts == (gone, twice)


def test_it_is_journalled_with_what_stood_there_and_can_be_taken_back(filled, shop, tmp_path):
    journal = Journal(tmp_path, "x")
    change_cells(filled.gateway, shop, [OWNER], log=Log(journal, "a test", NOW))
    ((_, write),) = journal.writes()
    assert (write.what, write.stage) == ("a test", "done")
    assert is_cells(write.entries)
    change_cells(filled.gateway, shop, taken_back(write.entries))
    assert owners(filled) == ["Ann", "Ann"]


def test_what_it_costs(filled, shop):
    own = filled.gateway
    change_cells(own, shop, [OWNER])
    assert (own.counts.reads, own.counts.writes) == (2, 1)
