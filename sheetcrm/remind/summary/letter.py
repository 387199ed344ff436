"""
Figures → what their mail says, in one language: tables, and a picture of the first of them.

The picture shows nothing that does not stand in its table as a number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sheetcrm.errors import MissingExtra
from sheetcrm.messages import N_, Texts, tag, texts
from sheetcrm.remind.digest import N_UNSUBSCRIBE, Line, Listed
from sheetcrm.remind.forms import SUMMARY, filled
from sheetcrm.remind.message import Attachment, Draft, clean
from sheetcrm.remind.parts import Speech, web, when
from sheetcrm.remind.summary.figures import Change, Coming, Figures
from sheetcrm.remind.summary.money import Tally
from sheetcrm.remind.summary.picture import Bar, picture
from sheetcrm.sync.records import Reading

COMING_SHOWN = 20
USUAL = {"new": N_("New"), "won": N_("Won"), "lost": N_("Lost")}


@dataclass(frozen=True)
class Table:
    """Numbers by row and column, as texts; the first of each row is what they are of."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    note: str = ""
    picture: str = ""
    """The `cid` of its picture; empty where it has none."""
    described: str = ""
    """What the picture shows, for those who do not see it."""

    @property
    def told(self) -> tuple[str, ...]:
        """Every row, and the total, in words."""
        return tuple(self._told(row) for row in (*self.rows, *((self.total,) if self.total else ())))

    def _told(self, row: tuple[str, ...]) -> str:
        parts = [f"{head} {text}" for head, text in zip(self.head[1:], row[1:], strict=True) if text]
        return f"{row[0]}: {', '.join(parts)}"


@dataclass(frozen=True)
class Part:
    """What one rule tells; `title` is empty where it is the only one."""

    title: str
    tables: tuple[Table, ...]
    coming: Listed | None = None
    """The rows of the next days."""


@dataclass(frozen=True)
class Letter:
    """A mail, and what it lacks: why it has no picture, empty when it has one or needs none."""

    draft: Draft
    lacks: str = ""


def letter(
    told: Sequence[Figures],
    reading: Reading,
    *,
    language: str,
    name: str = "",
    templates: Path | None = None,
    note: str = "",
    drawn: Callable[[Sequence[Bar]], bytes] = picture,
) -> Letter:
    """What one reader is told: at least one set of figures, all of one day; `name` is theirs, empty for nobody's, `note` stands above all else and is ours."""
    speech = Speech(reading, reading.template.context(language, told[0].today), told[0].today, texts(language))
    pictures: list[Attachment] = []
    lacks = ""
    parts = []
    for at, one in enumerate(told):
        made = _Telling(one, speech)
        tables = made.tables()
        try:
            if one.stages and one.open.rows:
                cid = f"chart{at + 1}"
                pictures.append(Attachment(f"{cid}.png", "image/png", drawn(made.bars()), cid=cid))
                tables[0] = made.illustrated(tables[0], cid)
        except MissingExtra as error:
            lacks = str(error)
        parts.append(Part(f"{made.title} {one.week}" if len(told) > 1 else "", tuple(tables), made.coming()))
    values = {**_values(told, parts, speech, name), "note": note}
    forms = filled(values, templates, SUMMARY)
    draft = Draft(
        values["subject"], forms.text, forms.page, values["language"], forms.markdown, tuple(pictures), forms.trouble
    )
    return Letter(draft, lacks)


def _values(told: Sequence[Figures], parts: Sequence[Part], speech: Speech, name: str) -> dict[str, Any]:
    """What the templates fill in."""
    t, reading = speech.t, speech.reading
    title, week = clean(reading.layout.title), told[0].week
    days = t("{first} to {last}", first=week.monday.isoformat(), last=week.sunday.isoformat())
    names = t(", ").join(_Telling(one, speech).title for one in told)
    counts = t("Week {week}, {days}", week=str(week), days=days)
    return {
        "language": tag(t.language),
        "subject": clean(t("{title}: {counts}", title=title, counts=f"{names} {week}")),
        "spreadsheet": title,
        "day": speech.today.isoformat(),
        "greeting": t("Hello {name}", name=clean(name, 80)) if name else names,
        "summary": ({"text": counts, "late": False},),
        "separator": "",
        "summary_text": counts,
        "sections": (),
        "changes": None,
        "open": None,
        "expired": None,
        "parts": tuple(parts),
        "url": web(reading.layout.url),
        "open_text": t("Open the spreadsheet"),
        "why": t("You get this mail because you lead people who work in {title}. It comes once a week.", title=title),
        "stop": t(N_UNSUBSCRIBE),
    }


@dataclass(frozen=True)
class _Telling:
    """One set of figures in words."""

    of: Figures
    speech: Speech

    @property
    def t(self) -> Texts:
        """The texts."""
        return self.speech.t

    @property
    def title(self) -> str:
        """The rule's."""
        return self.speech.title(self.of.rule)

    def tables(self) -> list[Table]:
        """Every table that has something to say; with stages, theirs is the first."""
        made = (self._stages(), self._changes(), self._waiting(), self._people())
        return [table for table in made if table is not None]

    def _stages(self) -> Table | None:
        of, t = self.of, self.t
        if not of.stages:
            return None
        head = (t("Stage"), t("Count"), t("Amount"))
        rows = [(one.title or t("no stage"), str(one.tally.rows), self._amount(one.tally)) for one in of.stages]
        total = (t("Together"), str(of.open.rows), self._amount(of.open))
        keep = 3 if of.open.sums else 2
        note = t("As of {day}", day=of.today.isoformat())
        return Table(t("Open, by stage"), head[:keep], tuple(row[:keep] for row in rows), total[:keep], note)

    def illustrated(self, table: Table, cid: str) -> Table:
        """The table of the stages, with its picture."""
        described = self.t("Bars by stage: {bars}", bars=self.t(", ").join(table.told[:-1]))
        return replace(table, picture=cid, described=described)

    def bars(self) -> list[Bar]:
        """By amount where there are any, in the template's currency; else by number."""
        by_amount = self.of.open.home > 0
        lengths = [one.tally.home if by_amount else one.tally.rows for one in self.of.stages]
        return [
            Bar(
                one.title or self.t("no stage"),
                float(max(length, 0)),
                f"{one.tally.rows} · {_short(one.tally)}" if by_amount else str(one.tally.rows),
            )
            for one, length in zip(self.of.stages, lengths, strict=True)
        ]

    def _changes(self) -> Table | None:
        of, t = self.of, self.t
        if not of.changes:
            return None
        head = ("", t("In the week"), t("The week before"))
        rows = tuple((self._called(one), self._tallied(one.week), self._tallied(one.before)) for one in of.changes)
        return Table(t("What happened"), head, rows)

    def _waiting(self) -> Table | None:
        of, t = self.of, self.t
        if not of.waiting:
            return None
        head = ("", t("Overdue"), t("Next seven days"))
        rows = tuple((one.title, self._tallied(one.overdue), self._tallied(one.coming)) for one in of.waiting)
        return Table(t("What waits"), head, rows, note=t("As of {day}", day=of.today.isoformat()))

    def _people(self) -> Table | None:
        """A column for each number that anybody has."""
        of, t = self.of, self.t
        lines = list(of.lines.values())
        words = {one.key: self._called(one) for one in of.changes}
        columns = {
            "open": t("Open"),
            "overdue": t("Overdue"),
            **words,
            "unreadable": t("Unreadable cells"),
        }
        kept = {key: head for key, head in columns.items() if any(getattr(line, key) for line in lines)}
        if not kept:
            return None
        rows = tuple((line.name or t("nobody"), *(str(getattr(line, key)) for key in kept)) for line in lines)
        note = t('What is unreadable is listed by "sheetcrm check".') if of.unreadable else ""
        return Table(t("By person"), ("", *kept.values()), rows, note=note)

    def coming(self) -> Listed | None:
        """The rows of the next days, the nearest first."""
        of, t = self.of, self.t
        if not of.coming:
            return None
        lines = tuple(self._row(one) for one in of.coming[:COMING_SHOWN])
        left = len(of.coming) - len(lines)
        more = t("and {count} more in the spreadsheet", count=left) if left > 0 else ""
        return Listed(t("Next seven days"), lines, more)

    def _row(self, one: Coming) -> Line:
        speech, t = self.speech, self.t
        parts = [
            f"{one.day.isoformat()} ({when((speech.today - one.day).days, t)})",
            clean(one.owner, 80) or t("nobody"),
            *([speech.title(one.rule)] if len(self.of.waiting) > 1 else []),
        ]
        return Line(speech.name(one.rule, one.row), speech.link(one.sheet, one.row, one.column), " · ".join(parts))

    def _called(self, one: Change) -> str:
        return clean(one.title) or self.t(USUAL[one.key])

    def _tallied(self, tally: Tally) -> str:
        amount = self._amount(tally)
        return f"{tally.rows} · {amount}" if amount else str(tally.rows)

    def _amount(self, tally: Tally) -> str:
        return tally.said(self.t, self.speech.context.language)


def _short(tally: Tally) -> str:
    """An amount of the template's currency in a few digits, without a sign that a font may lack."""
    amount = float(tally.home)
    for size, unit in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(amount) >= size:
            return f"{amount / size:.3g}{unit}"
    return f"{amount:.0f}"
