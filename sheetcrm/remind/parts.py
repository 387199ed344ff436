"""
One person's reminders → the parts of their digest: overdue, due or coming, and what waits in their team.

Within a part things stand by rule, but a customer with matters of several
rules has a block of its own, in the part of the most urgent of them.  All
texts are clean; templates get these classes as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from sheetcrm.messages import Texts
from sheetcrm.remind.about import Subject, leads, may_tell, name_of, subject
from sheetcrm.remind.due import Reminder
from sheetcrm.remind.message import clean
from sheetcrm.remind.people import MESSAGES
from sheetcrm.remind.shown import shown
from sheetcrm.schema.context import Context
from sheetcrm.sync.records import Reading, Row

NAME_LENGTH = 120


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
    rule: str = ""
    """Which rule asks, where the block does not say it."""
    note: str = ""
    """Why it came to this person, when it is somebody else's."""


@dataclass(frozen=True)
class Block:
    """Rows that stand together; `title` is the rule's, a customer's name, or that of the person whose they are."""

    title: str
    entries: tuple[Entry, ...]
    more: str = ""
    """Tells of rows that there was no room for."""
    sum: str = ""
    """What is still to be paid in all of them."""


@dataclass(frozen=True)
class Section:
    """A part of the mail; `tone` is overdue, due or team, `title` empty where it is the only one and the summary says it all."""

    title: str
    tone: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Speech:
    """How things of one spreadsheet are said on one day in one language."""

    reading: Reading
    context: Context
    today: date
    t: Texts

    def entry(self, one: Reminder) -> Entry:
        """The row of a reminder."""
        return Entry(
            name=self.name(one.rule, one.row),
            link=self.link(one.sheet, one.row, one.column),
            when=self.t("still blank") if is_blank(one) else when((self.today - one.due).days, self.t),
            tone=self._tone(one),
            facts=tuple(self._facts(one)),
            rule=self.title(one.rule),
            note=self._note(one),
        )

    def title(self, rule: str) -> str:
        """What a rule is called."""
        return clean(self.reading.template.reminders[rule].title.say(self.context.language))

    def name(self, rule: str, row: Row) -> str:
        """By what people know that row: what the rule shows first, else its id."""
        show = self.reading.template.reminders[rule].show
        columns = self.reading.template.sheets[self.reading.template.reminders[rule].sheet].columns
        told = show and may_tell(self.reading.template, self.reading.template.reminders[rule].sheet, row, show[0])
        text = shown(row.get(show[0]), columns[show[0]], self.context) if told else ""
        return clean(text or str(row.id), NAME_LENGTH)

    def link(self, sheet: str, row: Row, column: str = "") -> str:
        """The page at that very row; empty when it is not of the web."""
        return web(self.reading.layout.link(sheet, column, row.number))

    def money(self, rule: str, amount: Decimal) -> str:
        """An amount that is still to be paid."""
        made, template = self.reading.template.reminders[rule], self.reading.template
        column = made.amount_of()
        return shown(amount, template.sheets[made.sheet].columns[column], self.context) if column else str(amount)

    def _tone(self, one: Reminder) -> str:
        if is_blank(one) or one.due == self.today:
            return "today"
        return "overdue" if one.due < self.today else "soon"

    def _facts(self, one: Reminder) -> Iterable[Fact]:
        rule, columns = self.reading.template.reminders[one.rule], self.reading.template.sheets[one.sheet].columns
        values = {
            key: shown(one.row.get(key), columns[key], self.context)
            if may_tell(self.reading.template, one.sheet, one.row, key)
            else ""
            for key in (one.column, *rule.show[1:])
        }
        said = (*values, *one.columns)
        titles = {key: clean(columns[key].title.say(self.context.language)) for key in said}
        blank = is_blank(one)
        if blank:
            yield Fact(self.t("To fill in"), self.t(", ").join(titles[key] for key in one.columns))
        elif values[one.column]:
            yield Fact(titles[one.column], values[one.column])
        if not blank and values[one.column] != one.due.isoformat():
            yield Fact(self.t("Due"), one.due.isoformat())
        if one.left is not None:
            yield Fact(self.t("Still to be paid"), self.money(one.rule, one.left))
        yield from (Fact(titles[key], value) for key, value in values.items() if value and key != one.column)

    def _note(self, one: Reminder) -> str:
        if one.why is None:
            return ""
        template, language = self.reading.template, self.context.language
        columns = template.sheets[one.sheet].columns
        reason = self.t(
            MESSAGES[one.why.reason],
            owner=clean(one.owner, NAME_LENGTH),
            text=clean(one.why.text, NAME_LENGTH),
            team=template.sheets[template.team.sheet].title.say(language) if template.team else "",
            column=columns[template.reminders[one.rule].owner].title.say(language),
        )
        return clean(self.t("Came to you because {reason}", reason=reason), 300)


def sections(reminders: Sequence[Reminder], speech: Speech, rows_shown: int) -> tuple[Section, ...]:
    """All parts that are not empty, with about `rows_shown` rows in all, shared out fairly."""
    lanes = _lanes(reminders, speech)
    room = shares([len(rows) for rows in lanes.values()], rows_shown)
    made: dict[str, list[Block]] = {"overdue": [], "due": [], "team": []}
    for (lane, rows), limit in zip(lanes.items(), room, strict=True):
        made[lane.tone] += _blocks(lane, rows, limit, speech)
    t = speech.t
    titles = {"overdue": t("Overdue"), "due": t("Today and coming up"), "team": t("Waiting too long in your team")}
    found = tuple(Section(titles[tone], tone, tuple(blocks)) for tone, blocks in made.items() if blocks)
    alone = len(found) == 1 and found[0].tone != "team"
    return (replace(found[0], title=""),) if alone else found


def is_blank(one: Reminder) -> bool:
    """Whether it is about cells in which nothing stands."""
    return bool(one.columns) and all(one.row.get(key) is None for key in one.columns)


def is_late(one: Reminder, today: date) -> bool:
    """Whether its day is over."""
    return one.due < today and not is_blank(one)


def when(days: int, t: Texts) -> str:
    """`days` after the date, in words."""
    near = {1: t("1 day overdue"), 0: t("today"), -1: t("tomorrow")}
    if days in near:
        return near[days]
    return t("{days} days overdue", days=days) if days > 0 else t("in {days} days", days=-days)


def web(link: str) -> str:
    """The link, if it is one of the web."""
    return link if link.startswith(("https://", "http://")) else ""


def shares(counts: Sequence[int], room: int) -> list[int]:
    """How many of each may be shown so that it is `room` in all and small ones are not crowded out by large ones; at least one of each."""
    found = [0] * len(counts)
    left = room
    for rest, at in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        found[at] = max(1, min(counts[at], left // (len(counts) - rest)))
        left -= found[at]
    return found


@dataclass(frozen=True)
class _Lane:
    """Blocks that share their room: in which part they stand, and what each of them is about."""

    tone: str
    kind: int
    """0 customers with several matters, 1 one rule, 2 people."""
    rule: int = 0


_Key = Subject | str
"""What a block is of: a customer, or (a rule's key, a person's name) a word."""


def _lanes(reminders: Sequence[Reminder], speech: Speech) -> Mapping[_Lane, list[tuple[_Key, Reminder]]]:
    """Every lane in order, each with its rows in order: block by block, the most urgent first."""
    template = speech.reading.template
    led = {sheet: leads(template, sheet) for sheet in {one.sheet for one in reminders}}
    about = [subject(one.sheet, one.row, led[one.sheet]) for one in reminders]
    matters: dict[Subject, list[Reminder]] = {}
    for one, of in zip(reminders, about, strict=True):
        if not one.escalated:
            matters.setdefault(of, []).append(one)
    rules = list(template.reminders)
    found: dict[_Lane, list[tuple[_Key, Subject, Reminder]]] = {}
    for one, of in zip(reminders, about, strict=True):
        key: _Key = clean(one.owner, NAME_LENGTH) if one.escalated else one.rule
        lane = _Lane("team", 2)
        if not one.escalated:
            together = len({other.rule for other in matters[of]}) > 1
            late = any(is_late(other, speech.today) for other in (matters[of] if together else [one]))
            tone = "overdue" if late else "due"
            lane = _Lane(tone, 0) if together else _Lane(tone, 1, rules.index(one.rule))
            key = of if together else key
        found.setdefault(lane, []).append((key, of, one))
    ordered = sorted(found.items(), key=lambda item: (item[0].kind, item[0].rule))
    return {lane: _by_urgency(rows) for lane, rows in ordered}


def _by_urgency(rows: Sequence[tuple[_Key, Subject, Reminder]]) -> list[tuple[_Key, Reminder]]:
    """The longest overdue first, but blocks, and what is about the same, stay together."""
    first: dict[_Key, tuple[date, int]] = {}
    for at, (key, of, one) in enumerate(rows):
        for part in (key, of):
            known = first.get(part, (one.due, at))
            first[part] = (min(known[0], one.due), known[1])
    ordered = sorted(rows, key=lambda row: (first[row[0]], first[row[1]], row[2].due))
    return [(key, one) for key, _, one in ordered]


def _blocks(lane: _Lane, rows: Sequence[tuple[_Key, Reminder]], limit: int, speech: Speech) -> list[Block]:
    """The blocks of a lane; the last tells of rows that there was no room for."""
    left = len(rows) - limit
    more = speech.t("and {count} more in the spreadsheet", count=left) if left > 0 else ""
    found = [
        _block(key, lane, [one for _, one in group], speech)
        for key, group in groupby(rows[:limit], key=lambda row: row[0])
    ]
    total = _sum([one for _, one in rows], speech) if lane.kind == 1 else ""
    return [replace(one, sum=total) for one in found[:-1]] + [replace(found[-1], sum=total, more=more)]


def _block(key: _Key, lane: _Lane, rows: Sequence[Reminder], speech: Speech) -> Block:
    entries = [speech.entry(one) for one in rows]
    if isinstance(key, Subject):
        title = clean(name_of(key, speech.reading, speech.context), NAME_LENGTH)
        entries = [_below(title, entry) for entry in entries]
    elif lane.kind == 1:
        title = entries[0].rule
        entries = [replace(entry, rule="") for entry in entries]
    else:
        title = key or speech.t("nobody")
    return Block(title, tuple(entries))


def _below(customer: str, entry: Entry) -> Entry:
    """Without the customer's name again below the customer's name."""
    facts = tuple(fact for fact in entry.facts if fact.value != customer)
    if entry.name != customer:
        return replace(entry, facts=facts)
    return replace(entry, name=entry.rule, rule="", facts=facts)


def _sum(rows: Sequence[Reminder], speech: Speech) -> str:
    """What is to be paid in several rows of one rule, when all is of one currency."""
    amounts = [one.left for one in rows if one.left is not None]
    template = speech.reading.template
    if len(amounts) < 2 or len({one.rule for one in rows}) > 1:
        return ""
    rule = template.reminders[rows[0].rule]
    column = template.sheets[rule.sheet].columns.get(rule.amount_of() or "")
    wanted = column.number_format(speech.context) if column else None
    if wanted is None or wanted.type != "CURRENCY":
        return ""
    return speech.t("{amount} in all still to be paid", amount=speech.money(rows[0].rule, sum(amounts, Decimal(0))))
