"""What Google would refuse is refused in the template, with its place, before anything is sent; what fits arrives."""

from __future__ import annotations

import re
from datetime import date

import pytest

from sheetcrm import provision, testing
from sheetcrm.errors import TemplateError
from sheetcrm.layout import MADE_KEY
from sheetcrm.resources.packing import PLAIN, packed, unpacked
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway

COLUMN = "      {key}: {{type: choice, title: {key}, note: n{n}, width: 99, required: true, options: [a{n}, b{n}]}}"


def wide(folder, columns, key="c{n}", more=""):
    """A template of one sheet with so many columns, each with everything that a column can have."""
    lines = [COLUMN.format(key=key.format(n=n), n=n) for n in range(columns)]
    text = "version: 1\ntitle: Wide\nsheets:\n  wide:\n    title: Wide\n    rows: 9\n    columns:\n" + "\n".join(lines)
    file = folder / "wide.yaml"
    file.write_text(f"{text}\n{more}", encoding="utf-8")
    return file


def memory(gateway):
    (part,) = gateway.describe("sheets.developerMetadata")["sheets"]
    return next(one["metadataValue"] for one in part["developerMetadata"] if one["metadataKey"] == MADE_KEY)


@pytest.fixture
def gateway():
    with testing.server() as running:
        yield Gateway(running.session, Drive(running.session).create("Wide"))


def plan(gateway, template):
    return provision.plan(gateway, template, "en", today=date(2026, 1, 1))


def test_150_columns_are_remembered_and_known_again(gateway, tmp_path):
    template = loader.load(wide(tmp_path, 150))
    provision.apply(gateway, plan(gateway, template))
    assert memory(gateway).startswith("z:")
    assert plan(gateway, template).changes == ()


def test_what_was_remembered_before_it_was_packed_is_still_read(gateway, tmp_path):
    template = loader.load(wide(tmp_path, 90))
    provision.apply(gateway, plan(gateway, template))
    plain = " ".join(unpacked(memory(gateway).split()))
    assert len(plain) > PLAIN
    place = {"developerMetadataLookup": {"metadataKey": MADE_KEY}}
    said = {"dataFilters": [place], "developerMetadata": {"metadataValue": plain}, "fields": "metadataValue"}
    gateway.batch([{"updateDeveloperMetadata": said}])
    assert plan(gateway, template).changes == ()
    newer = loader.load(wide(tmp_path, 90, more="policy: {width: keep}\n"))
    assert plan(gateway, newer).changes == ()


def test_more_than_google_keeps_is_refused_with_line_and_numbers(tmp_path):
    with pytest.raises(TemplateError) as refused:
        loader.load(wide(tmp_path, 330, key="a_column_with_a_rather_long_key_{n}"))
    (problem,) = refused.value.problems
    assert (problem.line, problem.path) == (7, "sheets.wide.columns")
    found = re.match(
        r"330 columns need ([\d,]+) characters .* Google keeps 30,000 .*: some (\d+) such columns fit", problem.message
    )
    assert found is not None
    fit = int(found[2])
    loader.load(wide(tmp_path, fit - 10, key="a_column_with_a_rather_long_key_{n}"))


def test_what_is_said_to_fit_does(gateway, tmp_path):
    """The largest of these sheets that is not refused is taken, marks and all."""
    sizes = range(200, 330, 10)
    for columns in reversed(sizes):
        try:
            template = loader.load(wide(tmp_path, columns, key="a_column_with_a_rather_long_key_{n}"))
        except TemplateError:
            continue
        provision.apply(gateway, plan(gateway, template))
        assert plan(gateway, template).changes == ()
        return
    raise AssertionError("none fits")


@pytest.mark.parametrize("text", ["z:", "z:!!!", "z:AAAA", "z:eJw"], ids=["nothing", "no base64", "no zlib", "cut off"])
def test_what_somebody_else_packed_is_nothing(text):
    assert unpacked([text]) == ()


def test_words_come_back():
    words = [f"word{n},x=1" for n in range(3000)]
    assert unpacked(packed(words).split()) == tuple(words)
    assert packed(words[:3]) == " ".join(words[:3])
