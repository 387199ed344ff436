"""Records are written back by id: only what changed, only where nobody else changed it, and all of it checked first."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sheetcrm import errors
from sheetcrm.sync.save import append, delete, save, upsert

ROWS = [
    {"Customer ID": "C001", "Name": "Ann Li", "Phone": "+8613800138000", "Stage": "Lead", "Next": 46000},
    {"Customer ID": "C002", "Name": "Bo", "E-mail": "bo@x.org", "Stage": "Won", "Spent": 1.5, "VIP": True},
    {"Customer ID": "C003", "Name": "Cy", "E-mail": "cy@", "Stage": "Lead", "Next": "soon"},
]


@pytest.fixture
def filled(office):
    office.fill("Customers", ROWS)
    return office


def changed(reading, id_, **values):
    """A copy of that record with other values."""
    return reading.extracts["customers"].by_id()[id_].record.model_copy(update=values)


def column(office, title):
    tab = office.tab("Customers")
    return tab.col_values(tab.row_values(1).index(title) + 1, value_render_option="UNFORMATTED_VALUE")[1:]


def test_a_changed_copy_of_a_record_writes_the_cells_that_differ_and_no_other(filled):
    reading = filled.read()
    own = filled.gateway
    done = save(own, reading, "customers", [changed(reading, "C003", stage="won", spent=Decimal("2.50"))])
    assert (done.changed, done.same, done.conflicts) == (("C003",), (), ())
    assert column(filled, "Stage") == ["Lead", "Won", "Won"]
    assert column(filled, "Next") == [46000, "", "soon"]
    assert (own.counts.reads, own.counts.writes) == (2, 1)


def test_a_new_record_gets_an_id_and_a_row_below_the_last_with_formulas(filled):
    own = filled.gateway
    done = append(own, filled.template, "customers", [{"name": "Dee", "phone": "13800138001", "stage": "won"}])
    assert done.added == ("C004",)
    assert (own.counts.reads, own.counts.writes) == (2, 1)
    row = filled.read().extracts["customers"].by_id()["C004"]
    assert (row.number, row.get("name"), row.get("phone"), row.get("orders")) == (5, "Dee", "+8613800138001", 0)


def test_upsert_changes_what_is_there_and_adds_the_rest(filled):
    own = filled.gateway
    done = upsert(
        own,
        filled.template,
        "customers",
        [{"id": "C002", "spent": 3}, {"id": "C009", "name": "Eve", "email": "eve@x.org", "stage": "won"}],
    )
    assert (done.changed, done.added) == (("C002",), ("C009",))
    assert (own.counts.reads, own.counts.writes) == (2, 2)
    assert column(filled, "Spent") == ["", 3]
    assert column(filled, "Customer ID") == ["C001", "C002", "C003", "C009"]


def test_a_row_is_deleted_whole_and_the_others_stay(filled):
    own = filled.gateway
    done = delete(own, filled.template, "customers", ["C002"])
    assert (done.deleted, done.righted, done.misplaced) == (("C002",), (), ())
    assert column(filled, "Customer ID") == ["C001", "C003"]
    assert (own.counts.reads, own.counts.writes) == (3, 2)
    tabs = filled.running.client.open_by_key(filled.id).worksheets()
    assert not [tab.title for tab in tabs if "sheetcrm" in tab.title]
