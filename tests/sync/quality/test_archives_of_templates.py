"""What goes to the archive of each template of ours: nothing that names it changes, and all of it comes back."""

from __future__ import annotations

import os
from datetime import date

import pytest

from sheetcrm import testing
from sheetcrm.schema import loader
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.sync.quality.archive import archived_sheets, bring_back, put_away
from sheetcrm.sync.quality.dedupe import dedupe, propose
from sheetcrm.sync.quality.duplicates import sheets_with
from sheetcrm.sync.save import append
from tests.sync.shop import Office

TODAY = date(2026, 3, 1)
TEMPLATES = [name for name in loader.names() if archived_sheets(loader.named(name))]
EVERY = [(name, language) for name in TEMPLATES for language in ("zh", "en")]
# The short form has every template, in the two languages by turns.
TURNS = [(name, ("zh", "en")[at % 2]) for at, name in enumerate(TEMPLATES)]
CASES = EVERY if os.environ.get("SHEETCRM_PROVE") else TURNS


def low(name, folder):
    """That template with few prepared rows, which only make a server compute for longer."""
    whole = loader.named(name)
    few = "".join(f"  {sheet}: {{rows: 60}}\n" for sheet in whole.records if whole.home_of(sheet) == sheet)
    path = folder / "low.yaml"
    path.write_text(f"version: 1\nextends: {name}\nsheets:\n{few}", encoding="utf-8")
    return loader.load(path)


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def office(request, tmp_path_factory):
    """Each template that has an archive, with its example rows; every test leaves it right."""
    name, language = request.param
    with testing.server() as running:
        office = Office(low(name, tmp_path_factory.mktemp("low")), running)
        office.apply(language, samples=True)
        office.language = language
        yield office


def naming(template, sheet):
    """The sheets whose rows name those of this one, with the columns that do."""
    return {
        other: key
        for other in template.records
        for key, column in template.sheets[other].columns.items()
        if isinstance(column, ReferenceColumn) and column.to == sheet and template.home_of(other) != sheet
    }


def seen(office, sheets):
    """What people see in those tabs."""
    return {
        sheet: [
            row
            for row in office.tab(office.template.sheets[sheet].title.say(office.language)).get_all_values()
            if any(row)
        ]
        for sheet in sheets
    }


def views(office):
    """Every filter view, by title."""
    answer = office.running.client.open_by_key(office.id).fetch_sheet_metadata({"fields": "sheets.filterViews"})
    return {view["title"]: view.get("filterSpecs") for one in answer["sheets"] for view in one.get("filterViews", [])}


def test_every_template_in_which_duplicates_are_found_can_merge_them():
    for name in loader.names():
        assert set(sheets_with(loader.named(name))) <= set(archived_sheets(loader.named(name)))


def test_whoever_names_what_is_away_says_the_same_as_before_and_it_comes_back_as_it_was(office):
    for sheet in archived_sheets(office.template):
        others = naming(office.template, sheet)
        before, own, looks = seen(office, others), seen(office, [sheet]), views(office)
        first, *_ = (id_ for id_ in office.read().extracts[sheet].ids if id_)
        assert others
        assert put_away(office.gateway, office.template, sheet, [first]).deleted == (first,)
        assert seen(office, others) == before
        assert office.read().issues == ()
        assert views(office) == looks
        assert not office.apply(office.language).changes
        assert bring_back(office.gateway, office.template, sheet, [first]).deleted == (first,)
        assert sorted(map(str, seen(office, [sheet])[sheet])) == sorted(map(str, own[sheet]))


def test_a_row_that_was_written_twice_is_merged_and_its_twin_is_in_the_archive(office):
    for sheet in sheets_with(office.template):
        key = office.template.sheets[sheet].key
        values = {
            name: value
            for name, value in office.read().extracts[sheet].rows[0].record.model_dump(by_alias=True).items()
            if name in office.template.sheets[sheet].inputs and name != key and value is not None
        }
        one, other = append(office.gateway, office.template, sheet, [values, values]).added
        (merge,) = propose(office.read(), sheet, today=TODAY).merges
        assert (merge.survivor, merge.losers, merge.group.sure) == (one, (other,), True)
        assert dedupe(office.gateway, office.template, [merge], today=TODAY).merged == (merge,)
        after = office.read()
        assert after.issues == ()
        assert other in after.extracts[office.template.archive_of(sheet)].ids
