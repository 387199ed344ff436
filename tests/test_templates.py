"""What every template keeps; no name of any of them is known here."""

from __future__ import annotations

import re
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from sheetcrm import testing
from sheetcrm.provision import apply, plan
from sheetcrm.schema import loader
from sheetcrm.schema.columns.choice import OptionsColumn
from sheetcrm.schema.columns.formula import FormulaColumn
from sheetcrm.schema.template import json_schema
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.read import read
from sheetcrm.yamlfile import read as read_yaml

NAMES = loader.names()
TODAY = date(2026, 3, 10)
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_EVERYWHERE = {
    "ARRAYFORMULA",
    "QUERY",
    "FILTER",
    "IMPORTRANGE",
    "GOOGLEFINANCE",
    "LET",
    "LAMBDA",
    "INDIRECT",
    "SPARKLINE",
}
"""Functions that only some places know, that do not fill row by row, or that hide what they look at."""


@pytest.fixture(scope="module", params=NAMES)
def template(request):
    """Each template by turns."""
    return loader.load(loader.find(request.param))


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def formulas(template):
    return [
        (sheet, key, column.formula)
        for sheet, spec in template.sheets.items()
        for key, column in spec.columns.items()
        if isinstance(column, FormulaColumn)
    ]


def texts(template):
    """Every text that a team may read, with where it stands."""

    def inside(value, path):
        if isinstance(value, dict) and set(value) == {"zh", "en"}:
            yield path, value
        elif isinstance(value, dict):
            for key, part in value.items():
                yield from inside(part, f"{path}.{key}")
        elif isinstance(value, list):
            for offset, part in enumerate(value):
                yield from inside(part, f"{path}.{offset}")

    return list(inside(read_yaml(loader.find(template.key)).data, template.key))


class TestWords:
    def test_a_text_for_chinese_readers_is_not_english_left_over(self, template):
        latin = [path for path, text in texts(template) if not CHINESE.search(text["zh"]) and text["zh"] == text["en"]]
        assert latin == []

    def test_a_text_for_english_readers_has_no_chinese_in_it(self, template):
        assert [path for path, text in texts(template) if CHINESE.search(text["en"])] == []

    def test_titles_are_short_enough_to_be_seen(self, template, language):
        for sheet in template.sheets.values():
            assert len(sheet.title.say(language)) <= 25
            for column in sheet.columns.values():
                assert len(column.title.say(language)) <= 25

    def test_it_says_what_it_is_for(self, template, language):
        assert template.title.say(language)
        assert template.description
        assert len(template.description.say(language)) > 20


class TestShape:
    def test_the_json_schema_accepts_it(self, template):
        schema = json_schema()
        Draft202012Validator.check_schema(schema)
        data = read_yaml(loader.find(template.key)).data
        assert [error.message for error in Draft202012Validator(schema).iter_errors(data)] == []

    def test_both_languages_have_the_same_resources(self, template):
        assert set(template.compile("zh")) == set(template.compile("en"))

    def test_compiling_twice_is_the_same(self, template, language):
        assert template.compile(language) == template.compile(language)

    def test_there_is_a_team_a_page_of_help_and_lists(self, template):
        assert template.team is not None
        assert {sheet.content for sheet in template.sheets.values()} == {"records", "lists", "page"}

    def test_somebody_is_reminded_of_something(self, template):
        assert template.reminders

    def test_formulas_use_what_fills_row_by_row_everywhere(self, template):
        for sheet, key, formula in formulas(template):
            used = set(re.findall(r"\b[A-Z][A-Z.]+(?=\()", formula))
            assert not used & NOT_EVERYWHERE, f"{sheet}.{key}"

    def test_a_latest_date_of_nothing_is_blank_and_not_the_year_1899(self, template):
        for sheet, key, formula in formulas(template):
            if "MAXIFS" in formula or "MINIFS" in formula:
                assert formula.startswith("IF("), f"{sheet}.{key}"

    def test_no_word_of_a_title_is_wider_than_its_column_beside_the_button_of_the_filter(self, template, language):
        for key, spec in template.sheets.items():
            for name, column in spec.columns.items():
                pixels = (column.width or column.looks()[0]) - (16 if spec.filter else 0)
                words = column.title.say(language).split()
                assert pixels >= max(sum(14 if CHINESE.match(char) else 8 for char in word) for word in words), (
                    f"{key}.{name}"
                )

    def test_options_that_are_coloured_are_told_apart_by_more_than_colour(self, template):
        for spec in template.sheets.values():
            for column in spec.columns.values():
                if isinstance(column, OptionsColumn) and column.options:
                    titles = [option.title.say("zh") for option in column.options.values()]
                    assert len(set(titles)) == len(titles)


class TestSamples:
    def test_three_rows_at_least_in_every_sheet_of_records(self, template):
        archives = {template.archive_of(key) for key in template.sheets}
        for key in set(template.records) - archives:
            assert len(template.sheets[key].samples) + len(template.sheets[key].seeds) >= 3, key

    def test_every_sample_row_has_an_id_and_is_known_by_it(self, template, language):
        for key, rows in template.sample_rows(language, TODAY).items():
            ids = [row[template.sheets[key].key] for row in rows]
            assert len(set(ids)) == len(ids)
            assert {str(one) for one in ids} <= template.sample_keys(key)

    def test_the_samples_of_one_language_are_known_in_the_other(self, template):
        both = [template.sample_rows(one, TODAY) for one in ("zh", "en")]
        for rows_by_sheet in both:
            for key, rows in rows_by_sheet.items():
                assert {str(row[template.sheets[key].key]) for row in rows} <= template.sample_keys(key)

    def test_addresses_of_samples_belong_to_nobody(self, template, language):
        cells = [
            cell for rows in template.sample_rows(language, TODAY).values() for row in rows for cell in row.values()
        ]
        addresses = [cell for cell in cells if isinstance(cell, str) and "@" in cell]
        assert addresses
        assert all(re.search(r"@([\w-]+\.)*example\.com$", address) for address in addresses)


def test_made_for_real(template, language):
    """On the embedded server: nothing left to do after apply, no failed formula, no issue in the samples."""
    with testing.server() as running:
        spreadsheet = running.client.create("x")
        gateway = Gateway(running.session, spreadsheet.id)
        apply(gateway, plan(gateway, template, language, samples=True, today=date.today()))  # noqa: DTZ011 - the server computes TODAY()
        again = plan(gateway, template, language, samples=True, today=date.today())  # noqa: DTZ011
        assert (again.changes, again.troubles) == ((), ())
        failed = [
            (sheet.title, cell)
            for sheet in spreadsheet.worksheets()
            for row in sheet.get_all_values()
            for cell in row
            if re.fullmatch(r"#[A-Z/0!?]+", cell)
        ]
        assert failed == []
        assert [(issue.a1, issue.message) for issue in read(gateway, template).issues] == []
