"""The archive: rows that the rule calls inactive, away and back; what is away is still known."""

from __future__ import annotations

from datetime import date

import pytest

from sheetcrm import sync, testing
from sheetcrm.errors import UsageError
from sheetcrm.schema import loader
from sheetcrm.sync.quality.archive import archived_sheets, bring_back, inactive, put_away
from sheetcrm.sync.save import append
from tests.sync.shop import Office

from .firms import FIRMS

TODAY = date(2026, 3, 1)
AGO = (TODAY - date(1899, 12, 30)).days - 31
ROWS = [
    {"ID": "F001", "Name": "Old", "Stage": "Lost", "Day": AGO, "Phone": "0012"},
    {"ID": "F002", "Name": "Fresh", "Stage": "Lost", "Day": AGO + 1},
    {"ID": "F003", "Name": "Open", "Stage": "Open", "Day": AGO},
    {"ID": "F004", "Name": "Undated", "Stage": "Lost"},
    {"Name": "Nameless", "Stage": "Lost", "Day": AGO},
]


@pytest.fixture(scope="module")
def firms(tmp_path_factory):
    """The template."""
    path = tmp_path_factory.mktemp("templates") / "firms.yaml"
    path.write_text(FIRMS, encoding="utf-8")
    return loader.load(path)


@pytest.fixture
def office(firms):
    """Firms, some of them lost, and an order of one that is."""
    with testing.server() as running:
        office = Office(firms, running)
        office.apply()
        office.fill("Firms", ROWS)
        office.fill("Orders", [{"Firm": "F001", "Product": "x"}])
        yield office


def ids(office, sheet):
    return [id_ for id_ in office.read(sheets=[sheet]).extracts[sheet].ids if id_]


def test_only_what_the_rule_calls_inactive_and_has_an_id(office):
    found = inactive(office.read(), "firms", today=TODAY)
    assert (found.ids, found.left) == (("F001",), (6,))


def test_away_and_back_every_cell_is_as_it_was(office):
    def row():
        extract = office.read(sheets=["firms"]).extracts["firms"]
        return {key: extract.cell(extract.number("F001"), key) for key in extract.cells}

    before = row()
    assert put_away(office.gateway, office.template, "firms", ["F001"]).deleted == ("F001",)
    assert ids(office, "firms_archive") == ["F001"]
    assert "F001" not in ids(office, "firms")
    assert bring_back(office.gateway, office.template, "firms", ["F001"]).deleted == ("F001",)
    assert row() == before
    assert ids(office, "firms_archive") == []


def test_who_names_a_row_that_is_away_is_not_wrong_but_who_names_nobody_is(office):
    put_away(office.gateway, office.template, "firms", ["F001"])
    office.fill("Orders", [{"Firm": "F099", "Product": "y"}], first=3)
    wrong = [issue for issue in office.read().issues if issue.code == "exists_in"]
    assert [issue.text for issue in wrong] == ["F099"]


def test_a_row_that_is_away_may_name_what_is_not_there_any_more(office):
    office.fill("Firms", [{"Parent": "F099"}, {"Parent": "F099"}])
    put_away(office.gateway, office.template, "firms", ["F001"])
    wrong = [issue.sheet for issue in office.read().issues if issue.code == "exists_in"]
    assert wrong == ["firms"]


def test_ids_that_are_away_are_not_given_again(office):
    put_away(office.gateway, office.template, "firms", ["F004"])
    reading = sync.fill_ids(office.gateway, office.read())
    assert reading.extracts["firms"].ids[-1] == "F005"
    added = append(office.gateway, office.template, "firms", [{"name": "New"}]).added
    assert added == ("F006",)


def test_a_row_that_somebody_changed_since_it_was_read_stays(office):
    seen = office.read()
    office.tab("Firms").update([["Open"]], "F2")
    done = put_away(office.gateway, office.template, "firms", ["F001"], seen=seen)
    assert done.deleted == ()
    assert [conflict.why for conflict in done.conflicts] == ["changed"]


def test_the_archive_is_in_no_dropdown_and_there_is_nothing_to_plan_after_it(office):
    put_away(office.gateway, office.template, "firms", ["F001"])
    assert not office.apply().changes
    desired = office.template.compile("en")
    said = [str(one) for one in desired.values() if "ONE_OF_RANGE" in str(one)]
    assert said
    assert not any("firms_archive" in one for one in said)


def test_a_sheet_without_an_archive_says_what_to_add(office):
    assert archived_sheets(office.template) == ("firms",)
    with pytest.raises(UsageError, match="orders has no archive; add archive:"):
        inactive(office.read(), "orders", today=TODAY)
