"""What goes to the archive of each template of ours: nothing that names it changes, and all of it comes back."""

from __future__ import annotations

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


@pytest.fixture(params=TEMPLATES)
def template(request):
    """Each that has an archive by turns."""
    return loader.named(request.param)


@pytest.fixture(params=["zh", "en"])
def office(request, template):
    """With its example rows, in one language and then the other."""
    with testing.server() as running:
        office = Office(template, running)
        office.apply(request.param, samples=True)
        office.language = request.param
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
        one, other = (append(office.gateway, office.template, sheet, [values]).added[0] for _ in range(2))
        (merge,) = propose(office.read(), sheet, today=TODAY).merges
        assert (merge.survivor, merge.losers, merge.group.sure) == (one, (other,), True)
        assert dedupe(office.gateway, office.template, [merge], today=TODAY).merged == (merge,)
        assert office.read().issues == ()
        archive = office.read().extracts[office.template.archive_of(sheet)]
        assert archive.ids == [other]
