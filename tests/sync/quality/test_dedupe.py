"""Merging: one row keeps all, references follow, the others are in the archive; people win; undo brings all of it back."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sheetcrm import testing
from sheetcrm.errors import Refused
from sheetcrm.journal import Journal
from sheetcrm.schema import loader
from sheetcrm.sync.cells import Log, change_cells, is_cells, taken_back
from sheetcrm.sync.quality.dedupe import dedupe, propose
from sheetcrm.sync.rows_moved import rows_back
from tests.sync.meanwhile import interrupted
from tests.sync.shop import Office

from .firms import FIRMS, ORDERS, TWINS

TODAY = date(2026, 3, 1)


def made(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("templates") / "firms.yaml"
    path.write_text(text, encoding="utf-8")
    return loader.load(path)


@pytest.fixture(scope="module")
def firms(tmp_path_factory):
    """The template."""
    return made(tmp_path_factory, FIRMS)


@pytest.fixture
def office(firms):
    """Twins among firms, and their orders."""
    with testing.server() as running:
        office = Office(firms, running)
        office.apply()
        office.fill("Firms", TWINS)
        office.fill("Orders", ORDERS)
        yield office


def rows(office, sheet):
    """By id, what is there as cells, without what is blank, computed or not there to be filled."""
    extract = office.read(sheets=[sheet]).extracts[sheet]
    return {
        id_: {
            key: extract.cell(number, key)
            for key in extract.cells
            if key != "orders" and extract.cell(number, key) not in ("", None)
        }
        for id_, number in zip(extract.ids, extract.parsed.numbers, strict=True)
    }


def proposal(office):
    return propose(office.read(today=TODAY), "firms", today=TODAY)


def test_the_fullest_row_stays_and_says_what_it_takes_over(office):
    (merge,) = proposal(office).merges
    assert merge.group.sure
    assert (merge.survivor, merge.losers) == ("F003", ("F001",))
    assert {(field.column, field.other, field.outcome) for field in merge.fields} == {
        ("name", "Acme GmbH", "noted"),
        ("city", "Berlin", "noted"),
        ("stage", "Open", "filled"),
        ("tags", "Alpha", "joined"),
    }
    assert merge.references == 2


def test_merged_nothing_is_lost_and_everybody_names_the_one_that_is_left(office):
    before = rows(office, "firms")
    done = dedupe(office.gateway, office.template, proposal(office).merges, today=TODAY)
    assert [merge.survivor for merge in done.merged] == ["F003"]
    assert (done.conflicts, done.stayed, done.changed_since) == ((), (), ())
    firms = rows(office, "firms")
    assert list(firms) == ["F002", "F003", "F004"]
    kept = firms["F003"]
    assert kept["notes"] == "knows Ann\nFrom F001: Name: Acme GmbH; City: Berlin"
    assert (kept["name"], kept["city"], kept["stage"], kept["tags"]) == ("ACME", "Potsdam", "Open", "Beta, Alpha")
    assert kept["touched"] == (TODAY - date(1899, 12, 30)).days
    assert firms["F004"]["parent"] == "F003"
    assert [row["firm"] for row in rows(office, "orders").values()] == ["F003", "F003", "F002"]
    assert rows(office, "firms_archive") == {"F001": before["F001"]}
    assert not proposal(office).merges


def test_two_journalled_writes_take_it_all_back(office, tmp_path):
    before = {sheet: rows(office, sheet) for sheet in ("firms", "orders", "firms_archive")}
    journal = Journal(tmp_path, office.id)
    log = Log(journal, "dedupe firms", datetime(2026, 3, 1, tzinfo=UTC))
    dedupe(office.gateway, office.template, proposal(office).merges, today=TODAY, log=log)
    writes = [write for _, write in journal.writes() if write.stage != "aside"]
    assert {write.what for write in writes} == {"dedupe firms"}
    for write in writes:
        if is_cells(write.entries):
            assert not change_cells(office.gateway, office.template, taken_back(write.entries)).conflicts
        else:
            rows_back(office.gateway, office.template, write.entries)
    after = {sheet: rows(office, sheet) for sheet in before}
    assert after["firms"] == before["firms"]
    assert after["firms_archive"] == {}
    assert [row["firm"] for row in after["orders"].values()] == ["F001", "F003", "F002"]


def test_who_changed_something_since_it_was_shown_wins(office):
    agreed = proposal(office).merges
    office.tab("Firms").update([["Hamburg"]], "E2")
    done = dedupe(office.gateway, office.template, agreed, today=TODAY)
    assert not done.merged
    assert done.changed_since == agreed
    assert list(rows(office, "firms")) == ["F001", "F002", "F003", "F004"]


@pytest.mark.parametrize("request_number", range(4, 7))
def test_a_cell_that_somebody_changes_on_the_way_keeps_its_rows_where_they_are(office, request_number):
    agreed = proposal(office).merges
    tab = office.tab("Firms")
    gateway = interrupted(office.running, office.id, {request_number: [lambda: tab.update([["Lost"]], "F4")]})
    done = dedupe(gateway, office.template, agreed, today=TODAY)
    firms = rows(office, "firms")
    assert firms["F003"]["stage"] in ("Lost", "Open")
    assert done.conflicts or "F001" not in firms
    if "F001" in firms:
        assert done.stayed == ("F001",)
        assert not done.merged


def test_without_an_archive_it_is_refused_with_the_way_out(office, tmp_path_factory):
    bare = made(tmp_path_factory, FIRMS.replace("    archive: {when: {stage: lost}, by: day, after: 30d}\n", ""))
    with pytest.raises(Refused, match="archive: by_hand"):
        dedupe(office.gateway, bare, proposal(office).merges)


def test_a_column_of_peoples_own_that_the_archive_does_not_have_stops_it_with_nothing_changed(office):
    tab = office.tab("Firms")
    tab.add_cols(1)
    tab.update([["Mine"], ["keep me"]], "M1")
    before = rows(office, "firms")
    with pytest.raises(Refused, match="Mine"):
        dedupe(office.gateway, office.template, proposal(office).merges, today=TODAY)
    assert rows(office, "firms") == before


def test_many_groups_are_as_few_requests_as_one(office):
    office.fill(
        "Firms",
        [{"ID": f"G{at}", "Name": f"Same {at // 2} Ltd", "City": f"Town{at // 2}"} for at in range(40)],
        first=8,
    )
    agreed = proposal(office).merges
    assert len(agreed) == 21
    gateway = office.gateway
    done = dedupe(gateway, office.template, agreed, today=TODAY)
    assert len(done.merged) == 21
    assert (gateway.counts.reads, gateway.counts.writes) <= (8, 5)


def test_after_a_crash_between_the_two_batches_the_same_again_ends_it(office):
    (merge,) = proposal(office).merges
    change_cells(office.gateway, office.template, [one for one in merge.changes if one.sheet == "firms"])
    notes = rows(office, "firms")["F003"]["notes"]
    (again,) = proposal(office).merges
    dedupe(office.gateway, office.template, [again], today=TODAY)
    assert list(rows(office, "firms")) == ["F002", "F003", "F004"]
    assert list(rows(office, "firms_archive")) == ["F001"]
    assert rows(office, "firms")["F003"]["notes"] == notes
    assert [row["firm"] for row in rows(office, "orders").values()] == ["F003", "F003", "F002"]


PROFILES = """
  profiles:
    title: Profiles
    key: firm
    columns:
      firm: {type: reference, to: firms, title: Firm, required: true, unique: true}
      needs: {type: text, title: Needs}
"""


def test_a_row_that_is_known_by_one_that_goes_stays_so_that_none_is_there_twice(tmp_path_factory):
    with testing.server() as running:
        office = Office(made(tmp_path_factory, FIRMS + PROFILES), running)
        office.apply()
        office.fill("Firms", TWINS)
        office.fill("Profiles", [{"Firm": "F001", "Needs": "x"}, {"Firm": "F003", "Needs": "y"}])
        (merge,) = proposal(office).merges
        assert (merge.known, merge.references) == ((("profiles", "F001"),), 1), "and Gamma's parent"
        dedupe(office.gateway, office.template, [merge], today=TODAY)
        assert list(rows(office, "profiles")) == ["F001", "F003"]
        assert office.read().issues == ()


def test_a_row_that_names_another_and_cannot_be_given_an_id_is_told(office):
    office.fill(
        "Firms",
        [
            {"Name": "Nobody", "Parent": "F001"},
            {"ID": "F009", "Name": "a"},
            {"ID": "F009", "Name": "b", "Parent": "F001"},
        ],
        first=7,
    )
    (merge,) = [one for one in proposal(office).merges if one.survivor == "F003"]
    assert merge.left == (("firms", 7), ("firms", 9), ("orders", 2))
    done = dedupe(office.gateway, office.template, [merge], today=TODAY)
    assert done.left == (("firms", 9),)
