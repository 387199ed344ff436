"""Which rows have changed since the last snapshot, and since when the others have not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.sync.quality.findings import findings
from sheetcrm.sync.quality.snapshot import NAME, Snapshot, load, save, taken
from sheetcrm.sync.records import Reading

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
COLUMNS = ["id", "name", "email", "next", "orders"]


def reading(sheets, rows):
    sheets.put("customers", rows, COLUMNS)
    return Reading(sheets.layout, "en", sheets.template, {"customers": sheets.extract("customers")})


def sights(snapshot):
    return {id_: (sight.since, sight.changed) for id_, sight in snapshot.rows["customers"].items()}


@pytest.fixture
def first(sheets):
    return taken(reading(sheets, [["C1", "Ann", "", "", 0], ["C2", "Bob", "", "", 0]]), None, MAY)


def test_the_first_says_since_when_rows_are_known(first):
    assert sights(first) == {"C1": (MAY, False), "C2": (MAY, False)}


def test_what_changed_and_what_came_has_a_new_day_and_what_stayed_its_old_one(sheets, first):
    later = taken(
        reading(sheets, [["C3", "Cy", "", "", 0], ["C2", "Bert", "", "", 0], ["C1", "Ann", "", "", 0]]), first, JUNE
    )
    assert sights(later) == {"C1": (MAY, False), "C2": (JUNE, True), "C3": (JUNE, True)}
    assert taken(reading(sheets, [["C2", "Bert", "", "", 0]]), later, JULY).rows["customers"]["C2"].since == JUNE


def test_results_of_formulas_are_no_change(sheets, first):
    assert sights(taken(reading(sheets, [["C1", "Ann", "", "", 7]]), first, JUNE)) == {"C1": (MAY, False)}


def test_rows_without_an_id_of_their_own_are_left_out(sheets):
    found = taken(
        reading(sheets, [["", "Ann", "", "", 0], ["C1", "Bob", "", "", 0], ["C1", "Cy", "", "", 0]]), None, MAY
    )
    assert sights(found) == {}


def test_a_sheet_that_was_not_read_stays_as_it_was(first, sheets):
    assert taken(replace(reading(sheets, []), extracts={}), first, JUNE).rows == first.rows


def test_it_is_kept_in_a_file(first, tmp_path):
    assert load(tmp_path) is None
    assert save(first, tmp_path / "new").name == NAME
    assert load(tmp_path / "new") == first


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"version": 9}', '{"version": 1, "day": "2026-01-01", "rows": {"x": {"y": [1]}}}']
)
def test_a_file_that_is_none_of_ours_is_named(tmp_path, text):
    (tmp_path / NAME).write_text(text)
    with pytest.raises(UsageError, match="is no snapshot of ours"):
        load(tmp_path)


def test_findings_know_the_snapshot(sheets, first):
    def stale(rows, snapshot):
        found = findings(reading(sheets, rows), today=date(2026, 8, 30), snapshot=snapshot)
        return [(issue.text, issue.a1) for issue in found if issue.code == "stale"]

    rows = [["C1", "Ann", "a@x.org", "", 0], ["C2", "Bob", "", "", 0]]
    assert stale(rows, None) == [], "no day of the row says anything"
    assert stale(rows, first) == [("C2", "Customers!A3")]
    assert stale(rows, Snapshot(JULY, {})) == [], "seen for the first time"
