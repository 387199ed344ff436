"""What we hold about somebody → a page that they can read, in one language; every value in it is only ever text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment

from sheetcrm.messages import N_, tag, texts
from sheetcrm.privacy.handing import Part

PAGE = """\
<!doctype html>
<html lang="{{ language }}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{{ title }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2rem; font-size: 1.1rem }
dl { display: grid; grid-template-columns: 12rem 1fr; gap: .2rem 1rem; margin: 0; padding: .6rem 0; border-top: 1px solid #ccc }
dt { color: #555 } dd { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere }
</style>
<h1>{{ title }}</h1>
<p>{{ about }}</p>
{% for part in parts %}
<h2>{{ part.title }} ({{ part.entries | length }})</h2>
{% for entry in part.entries %}
<dl>{% for name, value in entry %}<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl>
{% endfor %}
{% if not part.entries %}<p>{{ nothing }}</p>{% endif %}
{% endfor %}
</html>
"""
NAMES = {
    "spreadsheet": N_("Spreadsheet"),
    "where": N_("Where"),
    "text": N_("Text"),
    "day": N_("Day"),
    "to": N_("To"),
    "subject": N_("Subject"),
    "state": N_("State"),
    "due": N_("Due"),
    "sheet": N_("Sheet"),
    "row": N_("Row"),
    "rule": N_("Rule"),
    "when": N_("When"),
    "command": N_("Command"),
    "place": N_("Place"),
    "before": N_("Before"),
    "after": N_("After"),
    "file": N_("File"),
    "sure": N_("Certain"),
}
"""Of entries, other than the columns of sheets, which have their titles."""


def page(parts: Sequence[Part], asked: str, day: str, language: str) -> str:
    """Of what was asked for on that day."""
    t = texts(language)
    shown = [{"title": t(part.title), "entries": [_named(entry, language) for entry in part.entries]} for part in parts]
    return (
        Environment(autoescape=True)
        .from_string(PAGE)
        .render(
            language=tag(language),
            title=t(N_("What we hold about {person}"), person=asked),
            about=t(N_("As of {day}. The same is beside this page as JSON and as CSV, for other programs."), day=day),
            nothing=t(N_("Nothing.")),
            parts=shown,
        )
    )


def _named(entry: Mapping[str, Any], language: str) -> list[tuple[str, Any]]:
    t = texts(language)
    return [(t(NAMES[name]) if name in NAMES else name, value) for name, value in entry.items() if value != ""]
