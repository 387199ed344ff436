"""Every row gets an identity: ours to give where they are hidden or numbered, people's business otherwise."""

from itertools import count

import pytest

from sheetcrm import sync
from sheetcrm.errors import NoAnswer
from sheetcrm.sync.identity import random_id
from sheetcrm.testing import Fault
from tests.sync.meanwhile import interrupted

CUSTOMER = {"E-mail": "ann@x.org", "Name": "Ann", "Stage": "Won"}


@pytest.fixture
def filled(office):
    """A customer with a number, three without, and two orders."""
    office.fill("Customers", [{"Customer ID": "C007", **CUSTOMER}, CUSTOMER, CUSTOMER])
    office.fill("Customers", [CUSTOMER], first=9)
    office.fill("Orders", [{"Customer ID": "C007", "Product": "Tea"}, {"Customer ID": "C007", "Product": "Tea"}])
    return office


def fill(office):
    gateway, numbers = office.gateway, count(1)
    reading = sync.fill_ids(gateway, sync.read(gateway, office.template), new_id=lambda: f"id{next(numbers)}")
    return reading, (gateway.counts.reads, gateway.counts.writes)


def ids(reading, sheet):
    return [row.id for row in reading.extracts[sheet].rows]


def test_blank_ids_are_filled_in_one_write_for_all_sheets(filled):
    reading, counts = fill(filled)
    assert ids(reading, "customers") == ["C007", "C008", "C009", "C010"]
    assert ids(reading, "orders") == ["id1", "id2"]
    assert counts == (2, 1)
    again = filled.read()
    assert (ids(again, "customers"), ids(again, "orders")) == (ids(reading, "customers"), ids(reading, "orders"))


def test_a_visible_id_is_in_the_record_too(filled):
    reading, _ = fill(filled)
    assert [row.get("id") for row in reading.extracts["customers"].rows] == ["C007", "C008", "C009", "C010"]


def test_a_second_time_there_is_nothing_to_write(filled):
    fill(filled)
    reading, counts = fill(filled)
    assert counts == (2, 0)
    assert ids(reading, "orders") == ["id1", "id2"]


def test_hidden_ids_move_with_their_rows(filled):
    fill(filled)
    tab = filled.tab("Orders")
    tab.update_cell(3, 3, "Pot")
    tab.sort((3, "asc"), range="A2:D1000")
    assert [(row.id, row.get("product")) for row in filled.read().extracts["orders"].rows] == [
        ("id2", "Pot"),
        ("id1", "Tea"),
    ]


def test_a_key_that_people_write_is_left_to_them(office):
    office.fill("Team", [{"E-mail": "bo@x.org"}])
    reading, counts = fill(office)
    assert counts == (2, 0)
    assert [issue.code for issue in reading.issues] == ["required"]


def test_an_id_that_makes_no_sense_is_not_written_over(office):
    office.fill("Customers", [{"Customer ID": True, **CUSTOMER}])
    reading, counts = fill(office)
    assert counts == (2, 0)
    assert [issue.code for issue in reading.issues] == ["not_text"]


def test_random_ids_do_not_meet():
    assert len({random_id() for _ in range(1000)}) == 1000


BATCH = "sheets.spreadsheets.batchUpdate"


@pytest.mark.parametrize(
    "order",
    [
        pytest.param({"drop": "before"}, id="nothing was done"),
        pytest.param({"drop": "after"}, id="all was done"),
        pytest.param({"status": 503}, id="a busy server"),
    ],
)
def test_after_a_lost_answer_each_row_has_one_id(filled, order):
    filled.running.faults.add(Fault(BATCH, **order))
    reading, _ = fill(filled)
    again = filled.read()
    assert ids(again, "customers") == ids(reading, "customers") == ["C007", "C008", "C009", "C010"]
    assert ids(again, "orders") == ids(reading, "orders") == ["id1", "id2"]


def test_after_a_lost_answer_nothing_is_sent_to_rows_that_were_moved(filled):
    def moved():
        filled.tab("Customers").delete_rows(2)
        filled.running.faults.add(Fault(BATCH, drop="before"))

    # Two reads, and before the write that is lost a row goes.
    own = interrupted(filled.running, filled.gateway.spreadsheet_id, {2: [moved]})
    with pytest.raises(NoAnswer, match="may or may not"):
        sync.fill_ids(own, sync.read(own, filled.template))
    assert ids(filled.read(), "orders") == [None, None]
