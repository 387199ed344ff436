"""
One person's reminders → what their mail says, in the sheet's language.

Everything that comes from a cell is cleaned before it is used and escaped
where it lands; links lead to the very row and are http(s) or left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from sheetcrm.messages import Texts, texts
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.message import Draft, clean
from sheetcrm.remind.note import in_markup, markup_free
from sheetcrm.remind.shown import shown
from sheetcrm.schema.context import Context
from sheetcrm.sync.records import Reading

ROWS_SHOWN = 50


@dataclass(frozen=True)
class Fact:
    """One more thing about a row: the column's title and its value, as text."""

    label: str
    value: str


@dataclass(frozen=True)
class Entry:
    """One row in the mail; `when` is its date in words (`today`), `tone` is overdue, today or soon."""

    name: str
    link: str
    when: str
    tone: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Section:
    """Everything that one rule asks; `more` tells of rows that there was no room for."""

    title: str
    entries: tuple[Entry, ...]
    more: str


@dataclass(frozen=True)
class Part:
    """One count of the summary: `2 overdue`."""

    text: str
    late: bool = field(default=False)


def digest(reminders: Sequence[Reminder], reading: Reading, *, today: date, rows_shown: int = ROWS_SHOWN) -> Draft:
    """
    What one person should hear today: `reminders` are theirs, at least one.

    By rule in the order of the template, the longest overdue first; at most
    `rows_shown` rows of each rule, the rest as a count.
    """
    values = _values(reminders, reading, today, rows_shown)
    html = _inliner().inline(_environment().get_template("digest.html").render(values))
    text = _environment().get_template("digest.txt").render(values)
    markdown = _environment().get_template("digest.md").render(values)
    return Draft(values["subject"], text, html, values["language"], markdown)


def _values(reminders: Sequence[Reminder], reading: Reading, today: date, rows_shown: int) -> dict[str, Any]:
    """What the templates of both forms fill in."""
    t = texts(reading.language)
    context = reading.template.context(reading.language, today)
    sections = tuple(_sections(reminders, reading, context, rows_shown, t))
    title = clean(reading.layout.title)
    summary = tuple(_summary([(today - reminder.due).days for reminder in reminders], t))
    counts = t(", ").join(part.text for part in summary)
    names = t(", ").join(dict.fromkeys(clean(one.person.name, 80) for one in reminders))
    why = t("You get this mail because you are named in these rows of {title}. Each reminder comes once.", title=title)
    return {
        "language": {"zh": "zh-CN"}.get(reading.language, reading.language),
        "subject": _subject(title, counts, sections, t),
        "spreadsheet": title,
        "day": today.isoformat(),
        "greeting": t("Hello {name}", name=names),
        "summary": summary,
        "separator": t(", "),
        "summary_text": counts,
        "sections": sections,
        "url": _web(reading.layout.url),
        "open_text": t("Open the spreadsheet"),
        "why": why,
    }


def _sections(
    reminders: Sequence[Reminder], reading: Reading, context: Context, rows_shown: int, t: Texts
) -> Iterator[Section]:
    for key, rule in reading.template.reminders.items():
        own = sorted((one for one in reminders if one.rule == key), key=lambda one: one.due)
        if own:
            shown_rows = tuple(_entry(one, reading, context, t) for one in own[:rows_shown])
            left = len(own) - rows_shown
            more = t("and {count} more in the spreadsheet", count=left) if left > 0 else ""
            yield Section(clean(rule.title.say(reading.language)), shown_rows, more)


def _entry(reminder: Reminder, reading: Reading, context: Context, t: Texts) -> Entry:
    rule = reading.template.reminders[reminder.rule]
    columns = reading.template.sheets[reminder.sheet].columns
    values = {key: shown(reminder.row.get(key), columns[key], context) for key in rule.show}
    heading = next(iter(rule.show), None)
    facts = [Fact(clean(columns[reminder.column].title.say(context.language)), reminder.due.isoformat())]
    facts += [
        Fact(clean(columns[key].title.say(context.language)), value)
        for key, value in values.items()
        if value and key != heading
    ]
    assert context.today is not None, "a digest is of a day"
    days = (context.today - reminder.due).days
    return Entry(
        name=(values[heading] if heading else "") or clean(str(reminder.row.id)),
        link=_web(reading.layout.link(reminder.sheet, reminder.column, reminder.row.number)),
        when=_when(days, t),
        tone="overdue" if days > 0 else "soon" if days < 0 else "today",
        facts=tuple(facts),
    )


def _when(days: int, t: Texts) -> str:
    near = {1: t("1 day overdue"), 0: t("today"), -1: t("tomorrow")}
    if days in near:
        return near[days]
    return t("{days} days overdue", days=days) if days > 0 else t("in {days} days", days=-days)


def _summary(days: Sequence[int], t: Texts) -> Iterator[Part]:
    """The counts that are not zero, overdue, today, coming up; `days` are those since each date."""
    late, now, soon = sum(day > 0 for day in days), sum(day == 0 for day in days), sum(day < 0 for day in days)
    if late:
        yield Part(t("{count} overdue", count=late), late=True)
    if now:
        yield Part(t("{count} due today", count=now))
    if soon:
        yield Part(t("{count} coming up", count=soon))


def _subject(title: str, counts: str, sections: Sequence[Section], t: Texts) -> str:
    entries = [entry for section in sections for entry in section.entries]
    if len(entries) == 1 and not sections[0].more:
        return clean(t("{title}: {name}, {when}", title=title, name=clean(entries[0].name, 80), when=entries[0].when))
    return clean(t("{title}: {counts}", title=title, counts=counts))


def _web(link: str) -> str:
    return link if link.startswith(("https://", "http://")) else ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),  # the text part is no markup: escaping would show
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(plain=markup_free, address=in_markup)
    return environment


@cache
def _inliner() -> Any:
    # Reads files and fetches style sheets unless told not to; media rules cannot be inlined and must stay.
    return CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)
