"""After a lost answer there is a second look, not a second write."""

from __future__ import annotations

import pytest

from sheetcrm import errors
from sheetcrm.journal import Journal
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log
from sheetcrm.sync.save import append, delete, save, upsert
from sheetcrm.testing import Fault

from .desk import NEW, ROWS, cell, column, tabs
from .test_save import NOW

BATCH = "sheets.spreadsheets.batchUpdate"


@pytest.fixture
def filled(ready):
    return ready("three customers", lambda office: office.fill("Customers", ROWS))


def batches(office):
    return len(office.running.requests(BATCH))


def do(office, name, log=None):
    """One write of each kind; what became of it, the ids that it names."""
    own = Gateway(office.running.session, office.id, sleep=lambda _: None)
    if name == "save":
        reading = office.read()
        return save(own, reading, "customers", [{"id": "C001", "name": "Anna"}], log=log).changed
    if name == "append":
        return append(own, office.template, "customers", [NEW], log=log).added
    if name == "upsert":
        done = upsert(own, office.template, "customers", [{"id": "C001", "name": "Anna"}, NEW], log=log)
        return (*done.changed, *done.added)
    return delete(own, office.template, "customers", ["C001"], log=log).deleted


EXPECTED = {
    "save": (("C001",), ["Anna", "Bo", "Cy"]),
    "append": (("C004",), ["Ann Li", "Bo", "Cy", "Dee"]),
    "upsert": (("C001", "C004"), ["Anna", "Bo", "Cy", "Dee"]),
    "delete": (("C001",), ["Bo", "Cy"]),
}


@pytest.mark.parametrize("drop", ["before", "after"])
@pytest.mark.parametrize("name", list(EXPECTED))
def test_it_is_written_once_whatever_became_of_the_first(filled, tmp_path, name, drop):
    journal = Journal(tmp_path, "x")
    office, (ids, names) = filled, EXPECTED[name]
    before = batches(office)
    office.running.faults.add(Fault(BATCH, drop=drop))
    assert do(office, name, Log(journal, "a test", NOW)) == ids
    assert column(office, "Name") == names
    needed = 2 if name in ("upsert", "delete") else 1
    assert batches(office) - before == needed + (drop == "before" and 1)
    assert "done" in {write.stage for _, write in journal.writes()}
    assert not [title for title in tabs(office) if title.startswith("sheetcrm")]


@pytest.mark.parametrize("name", ["upsert", "delete"])
def test_the_second_of_two_writes_may_get_lost_too(filled, name):
    office, (ids, names) = filled, EXPECTED[name]
    office.running.faults.add(Fault(BATCH, delay=0))
    office.running.faults.add(Fault(BATCH, drop="after"))
    assert do(office, name) == ids
    assert column(office, "Name") == names
    assert not [title for title in tabs(office) if title.startswith("sheetcrm")]


def meanwhile(own, act):
    """Do that right after a batch of this gateway was sent, whose answer gets lost."""
    send = own.batch

    def batch(*arguments, **options):
        try:
            return send(*arguments, **options)
        finally:
            act()

    own.batch = batch


def test_where_nobody_answers_the_second_look_either_it_is_no_answer(filled):
    reading = filled.read()
    own = Gateway(filled.running.session, filled.id, sleep=lambda _: None)
    filled.running.faults.add(Fault(BATCH, drop="after"))
    meanwhile(own, lambda: filled.running.faults.add(Fault("sheets.spreadsheets.get", drop="before", times=9)))
    with pytest.raises(errors.NoAnswer, match="may or may not have happened"):
        save(own, reading, "customers", [{"id": "C001", "name": "Anna"}])


def test_what_neither_look_explains_is_told_with_its_cell(filled):
    reading = filled.read()
    own = Gateway(filled.running.session, filled.id, sleep=lambda _: None)
    filled.running.faults.add(Fault(BATCH, drop="before"))
    meanwhile(own, lambda: cell(filled, 2, "Name", "somebody's"))
    with pytest.raises(errors.NoAnswer, match=r"Look at 'Customers'!B2"):
        save(own, reading, "customers", [{"id": "C001", "name": "Anna"}])
