"""The day on which a row came or was last written by us: what can be known of it, and what cannot."""

from __future__ import annotations

from datetime import date

import pytest

from sheetcrm import provision, sync, testing
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway

TEMPLATE = """
version: 1
title: Leads
sheets:
  leads:
    title: Leads
    rows: 20
    key: id
    columns:
      id: {type: id, title: ID, auto: random}
      name: {type: text, title: Name, required: true}
      since: {type: created, title: Since}
      seen: {type: touched, title: Seen}
"""
MONDAY, TUESDAY = date(2026, 6, 1), date(2026, 6, 2)


@pytest.fixture
def template(tmp_path):
    file = tmp_path / "leads.yaml"
    file.write_text(TEMPLATE, encoding="utf-8")
    return loader.load(file)


@pytest.fixture
def people(template):
    with testing.server() as running:
        spreadsheet = running.client.create("x")
        gateway = Gateway(running.session, spreadsheet.id)
        provision.apply(gateway, provision.plan(gateway, template, "en", today=MONDAY))
        spreadsheet.gateway = lambda: Gateway(running.session, spreadsheet.id)
        yield spreadsheet


def rows(people):
    return [row[1:] for row in people.worksheet("Leads").get("A2:D9")]


def remind(people, template, today):
    """What `remind` does before it looks at what is due."""
    gateway = people.gateway()
    reading = sync.fill_ids(gateway, sync.read(gateway, template, today=today), today=today)
    return reading.extracts["leads"].rows


def load(people, template, folder, text, today):
    file = folder / "leads.csv"
    file.write_text(text, encoding="utf-8")
    return sync.load(people.gateway(), template, "leads", file, today=today)


def test_a_row_that_somebody_typed_has_the_day_on_which_we_first_saw_it(people, template):
    people.worksheet("Leads").update([["Ann"]], "B2")
    (row,) = remind(people, template, MONDAY)
    assert (row.get("since"), row.get("seen")) == (MONDAY, MONDAY)
    assert rows(people) == [["Ann", "2026-06-01", "2026-06-01"]]


def test_what_is_there_stays_whatever_people_type_beside_it(people, template):
    people.worksheet("Leads").update([["Ann"]], "B2")
    remind(people, template, MONDAY)
    people.worksheet("Leads").update([["Anna"]], "B2")
    remind(people, template, TUESDAY)
    assert rows(people) == [["Anna", "2026-06-01", "2026-06-01"]]


def test_example_rows_get_none(people, template, tmp_path):
    file = tmp_path / "leads.yaml"
    file.write_text(TEMPLATE + "    samples: [{id: S1, name: Sample}]\n", encoding="utf-8")
    people.worksheet("Leads").update([["S1", "Sample"], ["", "Ann"]], "A2")
    remind(people, loader.load(file), MONDAY)
    assert rows(people) == [["Sample"], ["Ann", "2026-06-01", "2026-06-01"]]


def test_without_a_day_none_is_written(people, template):
    people.worksheet("Leads").update([["Ann"]], "B2")
    gateway = people.gateway()
    sync.fill_ids(gateway, sync.read(gateway, template))
    assert rows(people) == [["Ann"]]


def test_a_day_alone_makes_no_row(people, template):
    people.worksheet("Leads").update([["2026-06-01"]], "C2", value_input_option="USER_ENTERED")
    assert remind(people, template, TUESDAY) == ()


def test_an_import_says_when_rows_came_and_when_it_changed_them(people, template, tmp_path):
    load(people, template, tmp_path, "ID,Name\nA,Ann\nB,Bob\n", MONDAY)
    done = load(people, template, tmp_path, "ID,Name\nA,Anna\nB,Bob\nC,Cid\n", TUESDAY)
    assert (done.added, done.changed, done.same) == (("C",), ("A",), ("B",))
    assert rows(people) == [
        ["Anna", "2026-06-01", "2026-06-02"],
        ["Bob", "2026-06-01", "2026-06-01"],
        ["Cid", "2026-06-02", "2026-06-02"],
    ]


def test_a_day_that_the_file_says_is_taken(people, template, tmp_path):
    load(people, template, tmp_path, "ID,Name,Since\nA,Ann,2020-02-29\n", MONDAY)
    assert rows(people) == [["Ann", "2020-02-29", "2026-06-01"]]


def test_random_ids_are_given_once(people, template):
    people.worksheet("Leads").update([["Ann"], ["Bob"]], "B2")
    first = {row.id for row in remind(people, template, MONDAY)}
    assert len(first) == 2
    assert {row.id for row in remind(people, template, TUESDAY)} == first


def test_rules_about_today_are_asked_only_when_the_day_is_known(people, template, tmp_path):
    file = tmp_path / "leads.yaml"
    file.write_text(TEMPLATE.replace("title: Seen}", "title: Seen, rules: [past]}"), encoding="utf-8")
    strict = loader.load(file)
    people.worksheet("Leads").update([["Ann", "", "2026-06-02"]], "B2", value_input_option="USER_ENTERED")
    codes = [
        [issue.code for issue in sync.read(people.gateway(), strict, today=day).issues if issue.column == "seen"]
        for day in (MONDAY, TUESDAY, None)
    ]
    assert codes == [["past"], [], []]
