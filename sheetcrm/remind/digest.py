"""
One person's reminders → what their mail says, in their language.

Everything that comes from a cell is cleaned before it is used and escaped
where it lands; links lead to the very row and are http(s) or left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sheetcrm.messages import LANGUAGES, N_, Texts, tag, texts
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.forms import filled
from sheetcrm.remind.ics import Event, attached
from sheetcrm.remind.message import Attachment, Draft, clean
from sheetcrm.remind.parts import Section, Speech, is_blank, is_late, sections, web, when
from sheetcrm.remind.people import Person
from sheetcrm.remind.since import FIRST, Since
from sheetcrm.sync.records import Reading

ROWS_SHOWN = 50
DATES_SHOWN = 20
"""In the calendar file."""
LINES_SHOWN = 10
"""Of rows that are not news: told before, settled, expired."""


@dataclass(frozen=True)
class Style:
    """How digests are made; `templates` is a folder with the team's own, `calendar` whether dates to come go along as a file."""

    rows_shown: int = ROWS_SHOWN
    """Rows with everything about them, in one mail."""
    templates: Path | None = None
    calendar: bool = True


@dataclass(frozen=True)
class Count:
    """One count of the summary: `2 overdue`."""

    text: str
    late: bool = False


@dataclass(frozen=True)
class Line:
    """A row in few words: its name, its link and a word about it."""

    name: str
    link: str
    note: str


@dataclass(frozen=True)
class Listed:
    """Rows that are not news, or not yet; `more` tells of those that there was no room for."""

    title: str
    lines: tuple[Line, ...]
    more: str = ""


OURS = Style()
N_UNSUBSCRIBE = N_('To get no such mail at all, answer "unsubscribe".')
"""How every mail that people did not ask for ends."""


def digest(
    reminders: Sequence[Reminder],
    reading: Reading,
    *,
    today: date,
    style: Style = OURS,
    since: Since = FIRST,
    note: str = "",
) -> Draft:
    """
    What one person should hear today: `reminders` are theirs and news to them, at least one.

    `since` is what changed since their last mail.  `note` stands above all
    else, and is ours.
    """
    language = spoken(reading, [one.rule for one in reminders], [one.person for one in reminders])
    speech = Speech(reading, reading.template.context(language, today), today, texts(language))
    values = _values(reminders, speech, style, since, note)
    made = filled(values, style.templates)
    files = tuple(_calendar(reminders, speech)) if style.calendar else ()
    return Draft(values["subject"], made.text, made.page, values["language"], made.markdown, files, made.trouble)


def spoken(reading: Reading, rules: Iterable[str], people: Iterable[Person]) -> str:
    """The language of a mail: what its rules (by key) say, when they agree; else the person's, else the spreadsheet's."""
    said = {reading.template.reminders[key].language for key in rules}
    wanted: str | None = said.pop() if len(said) == 1 else None
    wanted = wanted or next((one.language for one in people if one.language), reading.language)
    return wanted if wanted in LANGUAGES else reading.language


def _values(reminders: Sequence[Reminder], speech: Speech, style: Style, since: Since, note: str) -> dict[str, Any]:
    """What the templates of both forms fill in; docs/reminders.md has the same list."""
    t, reading = speech.t, speech.reading
    parts = sections(reminders, speech, style.rows_shown)
    title = clean(reading.layout.title)
    summary = tuple(_summary(reminders, speech))
    counts = t(", ").join(one.text for one in summary)
    names = t(", ").join(clean(name, 80) for name in dict.fromkeys(one.person.name for one in reminders))
    return {
        "language": tag(t.language),
        "subject": _subject(title, counts, reminders, parts, t),
        "spreadsheet": title,
        "day": speech.today.isoformat(),
        "note": note,
        "greeting": t("Hello {name}", name=names),
        "summary": summary,
        "separator": t(", "),
        "summary_text": counts,
        "sections": parts,
        "changes": _changes(since, speech),
        "open": _open(since, speech),
        "expired": _expired(since, speech),
        "url": web(reading.layout.url),
        "open_text": t("Open the spreadsheet"),
        "why": _why(reminders, title, t),
        "stop": t(
            "To hear no more of a row, put its date off, mark it as done, or name somebody else in it. {unsubscribe}",
            unsubscribe=t(N_UNSUBSCRIBE),
        ),
    }


def _why(reminders: Sequence[Reminder], title: str, t: Texts) -> str:
    if all(one.escalated for one in reminders):
        return t(
            "You get this mail because these rows of {title} wait too long in your team. Each reminder comes once.",
            title=title,
        )
    if all(one.why for one in reminders):
        return t(
            "You get this mail because nobody else of these rows of {title} can be told. Each reminder comes once.",
            title=title,
        )
    return t("You get this mail because you are named in these rows of {title}. Each reminder comes once.", title=title)


def _summary(reminders: Sequence[Reminder], speech: Speech) -> Iterator[Count]:
    """The counts that are not zero: overdue, today, coming up, to be filled in, in the team."""
    t, today = speech.t, speech.today
    own = [one for one in reminders if not one.escalated]
    dated = [one for one in own if not is_blank(one)]
    counts = {
        N_OVERDUE: sum(is_late(one, today) for one in own),
        N_TODAY: sum(one.due == today for one in dated),
        N_SOON: sum(one.due > today for one in dated),
        N_BLANK: len(own) - len(dated),
        N_TEAM: len(reminders) - len(own),
    }
    yield from (Count(t(text, count=count), text == N_OVERDUE) for text, count in counts.items() if count)


N_OVERDUE = N_("{count} overdue")
N_TODAY = N_("{count} due today")
N_SOON = N_("{count} coming up")
N_BLANK = N_("{count} to fill in")
N_TEAM = N_("{count} waiting in your team")


def _subject(title: str, counts: str, reminders: Sequence[Reminder], parts: Sequence[Section], t: Texts) -> str:
    if len(reminders) == 1:
        (block,) = parts[0].blocks
        (entry,) = block.entries
        name = clean(entry.name, 80)
        return clean(t("{title}: {name}, {when}", title=title, name=name, when=entry.when))
    return clean(t("{title}: {counts}", title=title, counts=counts))


def _changes(since: Since, speech: Speech) -> Listed | None:
    """What became of the rows of the last mail."""
    t = speech.t
    lines = [
        Line(
            speech.name(one.rule, one.row),
            speech.link(one.sheet, one.row),
            _about(one.rule, t("now {day}", day=one.to.isoformat()) if one.to else t("settled"), speech),
        )
        for one in since.passed
    ]
    if since.gone:
        lines.append(Line(t("{count} {count:row|rows}", count=since.gone), "", t("no longer in the spreadsheet")))
    if since.day is None or not lines:
        return None
    return _listed(t("Since the mail of {day}", day=since.day.isoformat()), lines, t)


def _open(since: Since, speech: Speech) -> Listed | None:
    """What was told before and still waits."""
    t = speech.t
    lines = [
        Line(
            speech.name(told.reminder.rule, told.reminder.row),
            speech.link(told.reminder.sheet, told.reminder.row, told.reminder.column),
            _about(
                told.reminder.rule,
                t("{when}, told on {day}", when=_when(told.reminder, speech), day=told.on.isoformat()),
                speech,
            ),
        )
        for told in since.open
    ]
    return _listed(t("Told before and still open"), lines, t) if lines else None


def _expired(since: Since, speech: Speech) -> Listed | None:
    """What no mail will ever name."""
    t = speech.t
    lines = [
        Line(
            speech.name(one.rule, one.row),
            speech.link(one.sheet, one.row, one.column),
            _about(one.rule, _when(one, speech), speech),
        )
        for one in since.expired
    ]
    title = t("Due for so long that no reminder comes any more ({count})", count=len(lines))
    return _listed(title, lines, t) if lines else None


def _listed(title: str, lines: Sequence[Line], t: Texts) -> Listed:
    left = len(lines) - LINES_SHOWN
    more = t("and {count} more in the spreadsheet", count=left) if left > 0 else ""
    return Listed(title, tuple(lines[:LINES_SHOWN]), more)


def _about(rule: str, text: str, speech: Speech) -> str:
    """The text, after the rule where there are several."""
    if len(speech.reading.template.reminders) == 1:
        return text
    return speech.t("{rule}: {text}", rule=speech.title(rule), text=text)


def _when(one: Reminder, speech: Speech) -> str:
    return speech.t("still blank") if is_blank(one) else when((speech.today - one.due).days, speech.t)


def _calendar(reminders: Sequence[Reminder], speech: Speech) -> Iterator[Attachment]:
    """A file with the dates that are still to come, if there are any."""
    ahead = sorted((one for one in reminders if one.due > speech.today and not one.escalated), key=lambda one: one.due)
    if ahead:
        yield attached([_event(one, speech) for one in ahead[:DATES_SHOWN]], today=speech.today)


def _event(one: Reminder, speech: Speech) -> Event:
    key = (speech.reading.layout.spreadsheet_id, one.sheet, str(one.row.id), one.rule)
    summary = f"{speech.name(one.rule, one.row)} · {speech.title(one.rule)}"
    return Event(key, one.due, summary, speech.link(one.sheet, one.row, one.column))
