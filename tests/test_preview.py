"""What a template looks like before there is a spreadsheet: one HTML file, a picture, an Excel file."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime

import pytest
from python_calamine import CalamineWorkbook

from sheetcrm.errors import SheetcrmError, UsageError
from sheetcrm.preview import preview
from sheetcrm.schema import loader
from tests.server.browser import CHROMIUM, Browser

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture
def pipeline():
    return loader.named("pipeline")


def test_the_html_file_needs_nothing_but_itself(pipeline, tmp_path):
    preview(pipeline, "zh", tmp_path / "x.html", now=NOW)
    text = (tmp_path / "x.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=.{0,2}https?://", text)
    assert "key=" not in re.sub(r"\w+key=", "", text), "no key of a server that is gone"
    for sheet in pipeline.sheets.values():
        assert sheet.title.say("zh") in text


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_a_click_on_a_tab_shows_it(pipeline, tmp_path):
    preview(pipeline, "zh", tmp_path / "x.html", now=NOW)
    inside = "document.querySelector('iframe').contentDocument"
    with Browser(tmp_path / "profile") as browser:
        browser.open((tmp_path / "x.html").as_uri())
        header = pipeline.sheets["progress"].columns["stage"].title.say("zh")
        browser.until(f"{inside}?.body?.innerText.includes({header!r})")
        browser.run(f"{inside}.querySelector('td[id=B2]').click()")
        assert browser.run(f"{inside}.getElementById('bar').textContent").startswith("B2  ")
        title = pipeline.sheets["team"].title.say("zh")
        browser.run(f"[...{inside}.querySelectorAll('nav a')].find(a => a.textContent === {title!r}).click()")
        browser.until(f"{inside}?.querySelector('nav a[aria-current]')?.textContent === {title!r}")
        assert browser.errors == []


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_the_picture_is_one_of_the_sheet_that_was_asked_for(pipeline, tmp_path):
    preview(pipeline, "en", tmp_path / "first.png", now=NOW)
    preview(pipeline, "en", tmp_path / "team.png", now=NOW, sheet="team")
    pictures = [(tmp_path / name).read_bytes() for name in ("first.png", "team.png")]
    assert all(one.startswith(b"\x89PNG") and len(one) > 10_000 for one in pictures)
    assert pictures[0] != pictures[1]


def test_the_excel_file_has_the_tabs_and_the_example_rows(pipeline, tmp_path):
    preview(pipeline, "en", tmp_path / "x.XLSX", now=NOW)
    book = CalamineWorkbook.from_filelike(io.BytesIO((tmp_path / "x.XLSX").read_bytes()))
    assert book.sheet_names == [sheet.title.say("en") for sheet in pipeline.sheets.values()]
    rows = book.get_sheet_by_name(pipeline.sheets["progress"].title.say("en")).to_python()
    assert rows[0][0] == pipeline.sheets["progress"].columns["id"].title.say("en")
    assert len([row for row in rows[1:] if row[0]]) == len(pipeline.sheets["progress"].samples)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        pytest.param("x.pdf", {}, "a preview is a file in .html, .png, .xlsx", id="another kind"),
        pytest.param(
            "x.html", {"sheet": "progres"}, "has no sheet progres; did you mean progress?", id="no such sheet"
        ),
    ],
)
def test_mistakes(pipeline, tmp_path, name, options, says):
    with pytest.raises(UsageError, match=re.escape(says)):
        preview(pipeline, "en", tmp_path / name, now=NOW, **options)
    assert not (tmp_path / name).exists()


def test_a_place_that_cannot_be_written_is_said(pipeline, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"):
        preview(pipeline, "en", tmp_path / "file" / "x.html", now=NOW)


def test_without_chromium_there_is_no_picture_and_that_is_said(pipeline, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SheetcrmError, match="pictures need Chromium"):
        preview(pipeline, "en", tmp_path / "x.png", now=NOW)
