"""Whole rows go to the archive and back, or away: what was taken is shown by what it left, and put back where it was a mistake."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest

from sheetcrm import errors, testing
from sheetcrm.journal import Journal
from sheetcrm.schema import loader
from sheetcrm.sync.cells import Log
from sheetcrm.sync.rows_moved import is_rows, move, rows_back
from sheetcrm.sync.save import delete

from .desk import ROWS, cell, column, quiet, tabs
from .meanwhile import interrupted
from .shop import SHOP, Office

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TAKE = 2
"""The number of the request that takes rows, where people have no columns of their own."""


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    """The shop with an archive of customers."""
    path = tmp_path_factory.mktemp("templates") / "shop.yaml"
    path.write_text(
        SHOP.replace("    key: id\n    rules", "    key: id\n    archive: by_hand\n    rules"), encoding="utf-8"
    )
    return loader.load(path)


@pytest.fixture
def filled(shelved):
    with testing.server() as running:
        office = Office(shelved, running)
        office.apply()
        office.fill("Customers", ROWS)
        yield office


def ids(office, tab="Customers"):
    return column(office, "Customer ID", tab)


def archive(office, *wanted, **options):
    return move(
        options.pop("own", office.gateway), office.template, "customers", wanted, "customers_archive", **options
    )


def dimension(office, kind, at):
    return {"sheetId": office.tab("Customers").id, "dimension": kind, "startIndex": at, "endIndex": at + 1}


def added_column(office, tab, header):
    sheet = office.tab(tab)
    office.send({"appendDimension": {"sheetId": sheet.id, "dimension": "COLUMNS", "length": 1}})
    sheet = office.tab(tab)
    sheet.update_cell(1, sheet.col_count, header)


class TestArchive:
    def test_the_row_stands_there_with_all_that_it_said_and_is_gone_here(self, filled):
        own = filled.gateway
        done = archive(filled, "C002", own=own)
        assert done.deleted == ("C002",)
        assert quiet(done)
        assert (ids(filled), ids(filled, "Customers archive")) == (["C001", "C003"], ["C002"])
        row = filled.read().extracts["customers_archive"].by_id()["C002"]
        assert [row.get(key) for key in ("name", "stage", "spent", "vip")] == ["Bo", "won", 1.5, True]
        assert (own.counts.reads, own.counts.writes) == (3, 2)
        assert not [title for title in tabs(filled) if title.startswith("sheetcrm")]
        kinds = {change.address.kind for change in filled.apply().changes}
        assert not kinds, "formats, validation and formulas are in order in both"

    def test_and_back_again_to_a_sheet_of_which_every_row_may_go(self, filled):
        archive(filled, "C001", "C002", "C003")
        assert ids(filled) == []
        done = move(filled.gateway, filled.template, "customers_archive", ["C003", "C001"], "customers")
        assert (done.deleted, quiet(done)) == (("C001", "C003"), True) or (done.deleted, quiet(done)) == (
            ("C003", "C001"),
            True,
        )
        assert (sorted(ids(filled)), ids(filled, "Customers archive")) == (["C001", "C003"], ["C002"])
        assert filled.read().extracts["customers"].by_id()["C003"].get("name") == "Cy"

    def test_columns_that_people_added_go_along_where_both_have_them(self, filled):
        for tab in ("Customers", "Customers archive"):
            added_column(filled, tab, "Likes")
        cell(filled, 3, "Likes", "tea")
        archive(filled, "C002")
        assert column(filled, "Likes", "Customers archive") == ["tea"]

    def test_and_are_refused_where_the_other_has_none_and_something_stands_in_them(self, filled):
        added_column(filled, "Customers", "Likes")
        cell(filled, 3, "Likes", "tea")
        with pytest.raises(
            errors.Refused, match=r"Customers row 3 \(C002\) has something in Likes, and Customers archive"
        ):
            archive(filled, "C002")
        assert archive(filled, "C001").deleted == ("C001",)

    @pytest.mark.parametrize(
        ("act", "why"),
        [
            pytest.param(lambda office: office.tab("Customers").delete_rows(3), "gone", id="deleted"),
            pytest.param(lambda office: cell(office, 4, "Customer ID", "C002"), "twice", id="there twice"),
            pytest.param(lambda office: cell(office, 3, "Name", "Bob"), "changed", id="changed since"),
            pytest.param(lambda office: office.fill("Customers archive", [{"Customer ID": "C002"}]), "there already", id="in the archive"),
        ],
    )  # fmt: skip
    def test_conflicts_are_told_and_nothing_or_only_the_others_are_moved(self, filled, act, why):
        seen = filled.read()
        act(filled)
        with pytest.raises(errors.Conflict) as found:
            archive(filled, "C001", "C002", seen=seen)
        assert [one.why for one in found.value.conflicts] == [why]
        assert "C001" in ids(filled)
        done = archive(filled, "C001", "C002", seen=seen, on_conflict="skip")
        assert (done.deleted, [one.why for one in done.conflicts]) == (("C001",), [why])

    def test_undo_brings_them_back_as_they_stand_now(self, filled, tmp_path):
        journal = Journal(tmp_path, "x")
        archive(filled, "C001", "C002", log=Log(journal, "archive", NOW))
        cell(filled, 2, "Name", "Anna", "Customers archive")
        ((_, write),) = journal.writes()
        assert is_rows(write.entries)
        done = rows_back(filled.gateway, filled.template, write.entries)
        assert sorted(done.added) == ["C001", "C002"]
        assert sorted(column(filled, "Name")) == ["Anna", "Bo", "Cy"]
        assert ids(filled, "Customers archive") == []


class TestInTheMoment:
    """People move rows between our last look and the write."""

    def sort(self, office):
        area = {"sheetId": office.tab("Customers").id, "startRowIndex": 1, "endRowIndex": 4}
        return partial(
            office.send, {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]}}
        )

    @pytest.mark.parametrize("lost", ["before", "after"])
    def test_it_comes_back_once_where_the_answer_to_that_is_lost(self, filled, lost):
        """The third batch: a person sorts, we take, we give back."""
        filled.running.faults.add(testing.Fault("sheets.spreadsheets.batchUpdate", drop=lost, skip=2))
        own = interrupted(filled.running, filled.id, {TAKE: [self.sort(filled)]})
        done = move(own, filled.template, "customers", ["C001"], "customers_archive")
        assert (done.deleted, done.righted, done.misplaced) == (("C001",), ("C003",), ())
        assert (sorted(ids(filled)), ids(filled, "Customers archive")) == (["C002", "C003"], ["C001"])
        assert not [title for title in tabs(filled) if title.startswith("sheetcrm")]
        assert not filled.running.faults.waiting()

    @pytest.mark.parametrize("to", ["customers_archive", None], ids=["to the archive", "away"])
    def test_a_row_that_was_taken_by_mistake_comes_back_whole(self, filled, to):
        added_column(filled, "Customers", "Likes")
        cell(filled, 4, "Likes", "tea")
        added_column(filled, "Customers archive", "Likes")
        filled.tab("Customers").update_note("B4", "call her")
        own = interrupted(filled.running, filled.id, {3: [self.sort(filled)]})
        done = move(own, filled.template, "customers", ["C001"], to)
        assert (done.deleted, done.righted, done.misplaced) == (("C001",), ("C003",), ())
        assert sorted(ids(filled)) == ["C002", "C003"]
        assert ids(filled, "Customers archive") == (["C001"] if to else [])
        row = ids(filled).index("C003") + 2
        assert (column(filled, "Name")[row - 2], column(filled, "Likes")[row - 2]) == ("Cy", "tea")
        assert not [title for title in tabs(filled) if title.startswith("sheetcrm")]

    def test_what_is_typed_into_the_row_goes_along(self, filled):
        own = interrupted(filled.running, filled.id, {TAKE: [partial(cell, filled, 3, "Name", "Bob")]})
        move(own, filled.template, "customers", ["C002"], "customers_archive")
        assert column(filled, "Name", "Customers archive") == ["Bob"]

    def test_a_column_that_comes_in_loses_nothing(self, filled):
        filled.send(
            {
                "updateDimensionProperties": {
                    "range": dimension(filled, "COLUMNS", 0),
                    "properties": {"pixelSize": 99},
                    "fields": "pixelSize",
                }
            }
        )
        act = partial(filled.send, {"insertDimension": {"range": dimension(filled, "COLUMNS", 1)}})
        own = interrupted(filled.running, filled.id, {TAKE: [act]})
        done = move(own, filled.template, "customers", ["C002"], "customers_archive")
        kept = [title for title in tabs(filled) if title.startswith("sheetcrm")]
        assert [landing.a1 for landing in done.misplaced] == [f"'{kept[0]}'!1:1"]
        assert "Bo" in filled.tab(kept[0]).row_values(1)


class TestDelete:
    def test_undo_brings_back_all_cells_those_in_peoples_own_columns_too(self, filled, tmp_path):
        added_column(filled, "Customers", "Likes")
        cell(filled, 3, "Likes", "tea")
        before = filled.read().extracts["customers"].by_id()["C002"].record
        journal = Journal(tmp_path, "x")
        own = filled.gateway
        assert delete(own, filled.template, "customers", ["C002"], log=Log(journal, "delete", NOW)).deleted == ("C002",)
        assert (own.counts.reads, own.counts.writes) == (4, 2), "people's own columns are read, too"
        ((_, write),) = journal.writes()
        done = rows_back(filled.gateway, filled.template, write.entries)
        assert (done.added, quiet(done)) == (("C002",), True)
        row = filled.read().extracts["customers"].by_id()["C002"]
        assert row.record == before
        assert column(filled, "Likes")[row.number - 2] == "tea"

    def test_what_has_come_back_already_stays(self, filled, tmp_path):
        journal = Journal(tmp_path, "x")
        delete(filled.gateway, filled.template, "customers", ["C002"], log=Log(journal, "delete", NOW))
        filled.fill("Customers", [{"Customer ID": "C002", "Name": "Bob"}], first=4)
        ((_, write),) = journal.writes()
        done = rows_back(filled.gateway, filled.template, write.entries)
        assert (done.added, [one.why for one in done.conflicts]) == ((), ["there already"])
        assert column(filled, "Name") == ["Ann Li", "Cy", "Bob"]
