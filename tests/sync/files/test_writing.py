"""An import while people are at work, and in pieces: each is looked at for itself, and what landed beside is put right."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from sheetcrm import sync
from sheetcrm.errors import ApiError
from sheetcrm.journal import Journal
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log, change_cells, taken_back

from ..meanwhile import interrupted  # noqa: TID252 - beside the tests, which are no package of ours

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CHANGED, ADDED = 2, 3
"""The numbers of the requests that write, where some rows change and others are new."""
TWO = "id,name,email,stage\nC001,Ann,a@x.org,won\nC002,Bea,b@x.org,won\n"
MIXED = "id,name,email,stage\nC001,Ann Lee,a@x.org,won\nC003,Cem,c@x.org,won\n"


@pytest.fixture
def path(office, tmp_path):
    """A file of which one line changes a row and one is new."""
    path = tmp_path / "in.csv"
    path.write_text(TWO, encoding="utf-8")
    sync.load(office.gateway, office.template, "customers", path)
    path.write_text(MIXED, encoding="utf-8")
    return path


def names(office):
    return {row.id: row.get("name") for row in office.read().extracts["customers"].rows}


AFTER = {"C001": "Ann Lee", "C002": "Bea", "C003": "Cem"}


def test_what_changes_and_what_is_new_are_a_batch_each_after_one_look(office, path):
    own = office.gateway
    done = sync.load(own, office.template, "customers", path)
    assert (done.added, done.changed, done.misplaced) == (("C003",), ("C001",), ())
    assert (own.counts.reads, own.counts.writes, names(office)) == (2, 2, AFTER)


@pytest.mark.parametrize("at", [CHANGED, ADDED])
def test_a_tab_that_is_called_otherwise_by_then_is_looked_for_again(office, path, at):
    rename = partial(office.tab("Customers").update_title, "Whoever")
    own = interrupted(office.running, office.id, {at: [rename]})
    assert sync.load(own, office.template, "customers", path).misplaced == ()
    assert names(office) == AFTER


@pytest.mark.parametrize("at", [CHANGED, ADDED])
def test_rows_that_are_sorted_in_the_moment_get_what_is_theirs(office, path, at):
    turn = partial(office.tab("Customers").sort, (1, "des"), range="A2:I1000")
    own = interrupted(office.running, office.id, {at: [turn]})
    assert sync.load(own, office.template, "customers", path).misplaced == ()
    assert names(office) == AFTER
    assert office.apply().changes == ()


def test_a_part_that_was_refused_leaves_the_part_that_went_to_be_taken_back(office, path, tmp_path):
    class Full(Gateway):
        def batch(self, requests, *arguments, **options):
            if any("insertDimension" in request for request in requests):
                raise ApiError("This action would increase the number of cells above the limit", status=400)
            return super().batch(requests, *arguments, **options)

    journal = Journal(tmp_path / "journal", office.id)
    full = Full(office.running.session, office.id)
    with pytest.raises(ApiError, match="above the limit"):
        sync.load(full, office.template, "customers", path, work=sync.Work(Log(journal, "an import", NOW)))
    assert names(office) == {"C001": "Ann Lee", "C002": "Bea"}
    for _, write in journal.writes():
        if write.stage == "begun":
            change_cells(office.gateway, office.template, taken_back(write.entries))
    assert names(office) == {"C001": "Ann", "C002": "Bea"}


class Meddled(Gateway):
    """A gateway during whose every write a person is a little faster."""

    person = staticmethod(lambda: None)

    def batch(self, *arguments, **options):
        self.person()
        return super().batch(*arguments, **options)


def test_rows_that_a_person_moved_while_we_wrote_are_put_right_and_named(office, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("id,name,email,stage\nC001,Ann,a@x.org,won\nC002,Bea,b@x.org,won\n", encoding="utf-8")
    sync.load(office.gateway, office.template, "customers", path)
    path.write_text("id,name\nC001,Ann Lee\n", encoding="utf-8")
    gateway = Meddled(office.running.session, office.id)
    gateway.person = lambda: office.tab("Customers").sort((1, "des"), range="A2:I1000")
    done = sync.load(gateway, office.template, "customers", path)
    assert (set(done.righted), done.misplaced) == ({"C001", "C002"}, ())
    assert office.tab("Customers").get("A2:B3") == [["C002", "Bea"], ["C001", "Ann Lee"]]


def test_a_large_import_goes_in_several_batches_and_arrives_whole(office, tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(
        "id,name,email,stage\n" + "".join(f"C{n},{'y' * 40_000},c{n}@x.org,won\n" for n in range(100)), encoding="utf-8"
    )
    gateway = office.gateway
    done = sync.load(gateway, office.template, "customers", path)
    assert (len(done.added), done.misplaced, gateway.counts.writes) == (100, (), 3)
    assert len(office.read().extracts["customers"].rows) == 100
