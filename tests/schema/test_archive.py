"""`archive:` and `duplicates:` of a sheet: the tab that comes of it, and what does not fit."""

from datetime import date

import pytest

from sheetcrm.errors import TemplateError
from sheetcrm.resources.base import Address
from sheetcrm.schema import loader
from sheetcrm.schema.archive import Archive
from sheetcrm.schema.duplicates import DuplicateRule, usual
from sheetcrm.variants import WholeSchema

FIRMS = """
version: 1
title: Firms
sheets:
  firms:
    title: {{zh: 公司, en: Firms}}
    key: id
    {more}
    columns:
      id: {{type: id, title: ID, auto: "F{{:03d}}"}}
      name: {{type: text, title: Name, required: true, unique: true}}
      phone: {{type: phone, title: Phone}}
      stage: {{type: choice, title: Stage, options: {{open: Open, lost: Lost}}}}
      day: {{type: date, title: Day}}
"""


@pytest.fixture
def written(tmp_path):
    """The template with a line more in its sheet."""

    def load(more):
        path = tmp_path / "firms.yaml"
        path.write_text(FIRMS.format(more=more), encoding="utf-8")
        return loader.load(path)

    return load


class TestTheTab:
    def test_it_has_the_same_columns_and_none_of_their_demands(self, written):
        template = written("archive: {when: {stage: lost}}")
        made = template.sheets["firms_archive"]
        assert list(made.columns) == list(template.sheets["firms"].columns)
        assert template.archive_of("firms") == "firms_archive"
        assert template.archive_of("firms_archive") is None
        name, id_ = made.columns["name"], made.columns["id"]
        assert not name.is_required
        assert not name.is_unique
        assert id_.auto is None

    def test_it_is_called_as_its_sheet_or_as_is_said(self, written):
        assert written("archive: by_hand").sheets["firms_archive"].title.all() == ("公司归档", "Firms archive")
        assert written("archive: {type: by_hand, title: Old}").sheets["firms_archive"].title.say("zh") == "Old"

    def test_it_is_the_last_and_part_of_what_the_spreadsheet_should_hold(self, written):
        template = written("archive: by_hand")
        assert list(template.sheets) == ["firms", "firms_archive"]
        assert Address("firms_archive", "", "tab") in template.compile("en")

    def test_without_a_word_there_is_none(self, written):
        assert list(written("filter: true").sheets) == ["firms"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param(
            "archive: {when: {stage: lsot}}", "no such option of stage: lsot; did you mean lost?", id="option"
        ),
        pytest.param("archive: {by: name}", "name is not a date", id="a day that is none"),
        pytest.param("archive: {by: [day, name]}", "name is not a date", id="one of several days that is none"),
        pytest.param("archive: {when: {stage: lost}, after: 30d}", "which column has it: by:", id="days after nothing"),
        pytest.param("archive: inactive", "for neither: archive: by_hand", id="no rule"),
        pytest.param("archive: {by: day, after: soon}", "archive.after", id="days that are none"),
        pytest.param("duplicates: [{type: same, of: [fone]}]", "did you mean phone?", id="no such column"),
        pytest.param("duplicates: [{type: company, column: name, least: 20}]", "least", id="anything is alike"),
    ],
)
def test_what_does_not_fit_is_named_in_its_line(written, more, said):
    with pytest.raises(TemplateError) as wrong:
        written(more)
    assert said in str(wrong.value)
    assert "firms.yaml:8: sheets.firms." in str(wrong.value)


@pytest.mark.parametrize("family", [Archive, DuplicateRule], ids=lambda family: family.family)
def test_every_member_has_an_example_that_holds(family):
    for name, member in family.members().items():
        assert family.choose({"type": name, **member.shown()}).type == name
        assert member.model_json_schema(schema_generator=WholeSchema)


VALUES = {
    "stage": ["lost", "open", "lost", "lost"],
    "day": [date(2026, 1, 1), date(2026, 1, 1), date(2026, 6, 1), None],
    "call": [date(2026, 5, 31), None, None, None],
}


@pytest.mark.parametrize(
    ("rule", "offsets"),
    [
        pytest.param({"when": {"stage": "lost"}}, [0, 2, 3], id="in a state"),
        pytest.param({"by": "day", "after": "30d"}, [0, 1], id="long ago; a blank day says nothing"),
        pytest.param({"when": {"stage": "lost"}, "by": "day", "after": 30}, [0], id="both"),
        pytest.param({"by": "day", "after": 151}, [], id="the last day of the time is not over it"),
        pytest.param({"by": "day", "after": 150}, [0, 1], id="the day after is"),
        pytest.param(
            {"by": ["day", "call"], "after": 30}, [1], id="of several days the latest counts; all blank say nothing"
        ),
        pytest.param({"by": ["day", "elsewhere"]}, [], id="a day that was not read may be a late one"),
        pytest.param("by_hand", [], id="by hand: none"),
    ],
)
def test_which_rows_are_inactive(rule, offsets):
    found = Archive.choose(rule)
    assert [at for at in range(4) if found.inactive(VALUES, at, date(2026, 6, 1))] == offsets


class TestUsual:
    def test_equal_phones_and_a_name(self, written):
        assert [rule.type for rule in usual(written("filter: true").sheets["firms"])] == ["same", "company"]

    def test_of_our_templates_no_team_and_no_sheet_that_belongs_to_another_has_duplicates(self):
        found = 0
        for template in map(loader.named, loader.names()):
            for sheet, spec in template.sheets.items():
                if usual(spec):
                    found += 1
                    assert template.team is None or sheet != template.team.sheet
                    assert not [one for one in spec.columns.values() if one.type == "reference" and one.is_required]
        assert found >= 3
