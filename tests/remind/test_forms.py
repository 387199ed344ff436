"""A team's own templates: what they may do, and that a mail goes out whole whatever they do."""

from __future__ import annotations

import re
from pathlib import Path

import desk_of_rules
import pytest
from desk_of_rules import TODAY, row
from jinja2 import Environment, meta

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import Style, digest
from sheetcrm.remind.gather import gather

ROOT = Path(__file__).parents[2]
RULE = {"type": "date", "date": "next", "show": ["name"]}


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def draft(folder=None, **cells):
    reading = desk_of_rules.reading({"rule": RULE}, [row(1, next=TODAY, **cells)])
    agenda = gather(reading, today=TODAY, channel="mail", allow=AllowList.of(["example.com"]))
    ((due,),) = (one.values() for one in agenda.mails.values())
    return digest([due], reading, today=TODAY, style=Style(templates=folder))


def written(folder, **files):
    for ending, text in files.items():
        (folder / f"digest.{ending}").write_text(text, encoding="utf-8")
    return draft(folder)


def test_a_page_of_their_own_beside_our_text(folder):
    made = written(
        folder, html="<html><body><h1>{{ greeting }}</h1>{{ sections[0].blocks[0].entries[0].name }}</body></html>"
    )
    assert "<h1>Hello Eve</h1>Customer 1" in made.html
    assert made.text == draft().text
    assert made.trouble == ""


def test_a_part_of_ours_in_their_words(folder):
    made = written(folder, txt='{% extends "sheetcrm/digest.txt" %}{% block foot %}Ask Kim.{% endblock %}')
    assert made.text.endswith("Ask Kim.")
    assert "* Customer 1 (today)" in made.text
    assert made.html == draft().html


def test_styles_of_their_own_are_inlined_too(folder):
    page = '{% extends "sheetcrm/digest.html" %}{% block style %}{{ super() }} .name { color: #123456; }{% endblock %}'
    assert "color: #123456" in written(folder, html=page).html


def test_markup_in_a_cell_stays_text_in_their_page(folder):
    (folder / "digest.html").write_text("<html><body>{{ sections[0].blocks[0].entries[0].name }}</body></html>")
    assert "&lt;b&gt;" in draft(folder, name="<b>").html


BAD = [
    pytest.param("a\n{{ greting }}", 2, "greting", id="a value that there is not"),
    pytest.param("a\n\n{% if %}", 3, "Expected an expression", id="a mistake in the language"),
    pytest.param("{{ sections[0].nothing }}", 1, "nothing", id="a field that there is not"),
    pytest.param("\n{{ 1 / 0 }}", 2, "division by zero", id="an error of its own"),
    pytest.param("{% include 'other.html' %}", 1, "other.html", id="a file that is not there"),
    pytest.param("{{ ''.__class__.__mro__ }}", 1, "__class__", id="a way into Python"),
    pytest.param("{{ sections.append(1) }}", 1, "append", id="changing what it is given"),
    pytest.param("{% for i in range(100000) %}{% for j in range(9) %}{% endfor %}{% endfor %}", 1, "range", id="counting without end"),
    pytest.param("{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}", 0, "more than 2,000,000", id="a page without end"),
    pytest.param("{{ 'x' * 10000000000 }}", 1, "* makes more", id="a text without end"),
    pytest.param("{{ 9 ** 9999999 }}", 1, "** is not allowed", id="a number without end"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 1, "recursion", id="calling itself without end"),
    pytest.param("{% if 0 %}x{% endif %}\n", 0, "empty mail", id="nothing at all"),
    pytest.param('{% extends "digest.html" %}', 1, "", id="extending itself"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "words"), BAD)
def test_a_template_that_fails_costs_nobody_a_mail(folder, text, line, words):
    made = written(folder, html=text, txt="Fine.")
    assert (made.html, made.text, made.markdown) == (draft().html, draft().text, draft().markdown)
    where = f"{folder / 'digest.html'}:{line}: " if line else f"{folder}: "
    assert made.trouble.startswith(where)
    assert words in made.trouble
    assert made.trouble.endswith("; the mail was made by the built-in templates: put it right, or take it away")


@pytest.mark.parametrize(("there", "words"), [
    pytest.param(True, "has none of digest.html, digest.txt, digest.md, summary.html, summary.txt, summary.md", id="an empty folder"),
    pytest.param(False, "no such folder of mail templates", id="no folder"),
])  # fmt: skip
def test_a_folder_without_templates_is_said(tmp_path, there, words):
    folder = tmp_path if there else tmp_path / "gone"
    made = draft(folder)
    assert made.trouble.startswith(f"{folder}: {words};")
    assert made.html == draft().html


def test_the_page_on_reminders_names_every_value_that_our_templates_use():
    page = (ROOT / "docs" / "reminders.md").read_text(encoding="utf-8")
    table = page.partition("| value |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE))
    folder = ROOT / "sheetcrm" / "remind" / "templates"
    environment = Environment(autoescape=True)
    environment.filters.update(plain=str, address=str)
    texts = [(folder / f"digest.{ending}").read_text(encoding="utf-8") for ending in ("html", "txt", "md")]
    used = set().union(*(meta.find_undeclared_variables(environment.parse(text)) for text in texts))
    assert used - {"linked", "rows"} == named, "two are macros"


def test_characters_are_found_by_browsers_that_read_the_first_kilobyte():
    assert '<meta charset="utf-8">' in draft().html[:1024]


def test_styles_are_inline_but_for_phones_and_the_dark_and_outlook_has_its_own():
    html = draft().html
    assert html.count('<td class="name" style="') == 1
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 480px" in html
    assert '<!--[if mso]><table role="presentation" width="640"' in html
    assert "display: flex" not in html
    assert "display: grid" not in html
