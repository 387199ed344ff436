"""
A reading and a week → the figures of a summary.

What was new, won and lost goes by the days in the sheet, so any week can be
told at any time.  What stands in which stage, what waits and what is to come
is as it is on the day of the telling: a sheet does not remember how it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sheetcrm.remind.due import not_excused
from sheetcrm.remind.message import clean
from sheetcrm.remind.people import same
from sheetcrm.remind.shown import shown
from sheetcrm.remind.summary.money import Rates, Tally, rates_in
from sheetcrm.remind.summary.readers import EVERYBODY, Scope, reads_of
from sheetcrm.remind.summary.weeks import Week
from sheetcrm.schema.columns.money import MoneyColumn
from sheetcrm.schema.columns.reference import ReferenceColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.asking import Ask, Span
from sheetcrm.schema.reminders.summary import Happening, SummaryReminder
from sheetcrm.schema.states import holds
from sheetcrm.sync.records import Extract, Reading, Row

AHEAD = 7
"""So many days are coming, today being the first."""


@dataclass(frozen=True)
class Stage:
    """What stands in one stage; `title` is empty for rows of which none is known."""

    key: str
    title: str
    tally: Tally


@dataclass(frozen=True)
class Change:
    """What happened in the week, and in the one before it."""

    key: str
    """new, won or lost."""
    title: str
    """What the rule calls it; empty: the usual word."""
    week: Tally
    before: Tally


@dataclass
class Line:
    """One person's part; `name` is empty for rows of nobody."""

    name: str
    open: int = 0
    overdue: int = 0
    new: int = 0
    won: int = 0
    lost: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class Waiting:
    """What one rule says is overdue, and what it expects."""

    rule: str
    title: str
    overdue: Tally
    coming: Tally


@dataclass(frozen=True)
class Coming:
    """A row whose day is one of the next."""

    rule: str
    sheet: str
    row: Row
    column: str
    day: date
    owner: str


@dataclass
class Figures:
    """What one reader is told by one rule."""

    rule: str
    week: Week
    today: date
    open: Tally
    stages: list[Stage] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    """By name, as `people.same` writes it."""
    unreadable: int = 0
    """Cells that cannot be read, of the columns that the rule looks at."""

    def json(self) -> dict[str, Any]:
        """For programs: plain data."""
        return {
            "rule": self.rule,
            "week": str(self.week),
            "from": self.week.monday.isoformat(),
            "until": self.week.sunday.isoformat(),
            "as_of": self.today.isoformat(),
            "open": self.open.json(),
            "stages": [{"stage": one.key, "title": one.title, **one.tally.json()} for one in self.stages],
            "changes": {one.key: {"week": one.week.json(), "before": one.before.json()} for one in self.changes},
            "waiting": {one.rule: {"overdue": one.overdue.json(), "coming": one.coming.json()} for one in self.waiting},
            "coming": [
                {"rule": one.rule, "sheet": one.sheet, "id": one.row.id, "day": one.day.isoformat(), "owner": one.owner}
                for one in self.coming
            ],
            "people": [vars(one) for one in self.lines.values()],
            "unreadable": self.unreadable,
        }


def figures(reading: Reading, key: str, week: Week, *, today: date, language: str, scope: Scope = EVERYBODY) -> Figures:
    """What the rule of that key tells of `week` on `today`; rows of others than those in `scope` are left out, example rows always."""
    rule = reading.template.reminders[key]
    assert isinstance(rule, SummaryReminder), "the caller has looked"
    rates = rates_in(reading)
    job = _Count(reading, rule, today, language, scope, rates, Figures(key, week, today, Tally(rates)))
    job.open()
    job.happened()
    job.waits()
    job.unreadable()
    found = job.found
    ordered = sorted(found.lines.items(), key=lambda item: (not item[1].name, item[0]))
    found.lines = dict(ordered)
    found.coming.sort(key=lambda one: one.day)
    return found


@dataclass
class _Count:
    """One counting in progress."""

    reading: Reading
    rule: SummaryReminder
    today: date
    language: str
    scope: Scope
    rates: Rates
    found: Figures

    @cached_property
    def context(self) -> Context:
        """What columns are told for their texts."""
        return self.reading.template.context(self.language, self.today)

    def tally(self) -> Tally:
        """Nothing yet."""
        return Tally(self.rates)

    # What is there

    def open(self) -> None:
        """What stands in which stage."""
        rule, extract = self.rule, self.reading.extracts.get(self.rule.sheet)
        stages = {state: self.tally() for state in self._stages()}
        if extract is not None:
            offsets = not_excused(extract, rule, real(extract))
            owners = self._owners(extract, rule.owner, offsets)
            states = values_of(extract, rule.stage, offsets)
            for at, amount in enumerate(self._amounts(extract, rule.amount, offsets)):
                if reads_of(self.scope, owners[at]):
                    self.found.open.add(*amount)
                    stages.setdefault(str(states[at] or ""), self.tally()).add(*amount)
                    self._line(owners[at]).open += 1
        if rule.stage:
            self.found.stages = [Stage(key, self._stage_title(key), tally) for key, tally in stages.items()]

    def _stages(self) -> Iterator[str]:
        """Every stage in which a row may be open, in the order of the template."""
        rule = self.rule
        if rule.stage is None:
            return
        column = self.reading.template.sheets[rule.sheet].columns[rule.stage]
        over = set(rule.unless[rule.stage]) if set(rule.unless) == {rule.stage} else set()
        yield from (str(state) for state in column.states() if state not in over)

    def _stage_title(self, key: str) -> str:
        column = self.reading.template.sheets[self.rule.sheet].columns[self.rule.stage or ""]
        return clean(shown(key, column, self.context)) if key else ""

    # What happened

    def happened(self) -> None:
        """New, won and lost, in this week and the one before."""
        for key, one in self.rule.happenings().items():
            change = Change(key, one.title.say(self.language) if one.title else "", self.tally(), self.tally())
            self.found.changes.append(change)
            for day, owner, amount in self._days_of(one):
                if not reads_of(self.scope, owner):
                    continue
                if day in self.found.week:
                    change.week.add(*amount)
                    line = self._line(owner)
                    setattr(line, key, getattr(line, key) + 1)
                elif day in self.found.week.before:
                    change.before.add(*amount)

    def _days_of(self, one: Happening) -> Iterator[tuple[date, str, tuple[Any, str | None]]]:
        """Day, owner and amount of every row to which it happened in one of the two weeks."""
        sheet = one.sheet or self.rule.sheet
        extract = self.reading.extracts.get(sheet)
        if extract is None or one.date not in extract.parsed.values:
            return
        week = self.found.week
        inside = extract.parsed.values.where(
            one.date, lambda day, _wrong: day is not None and (day in week or day in week.before)
        )
        examples = examples_in(extract)
        states = {key: extract.parsed.values.some(key, inside) for key in one.state if key in extract.parsed.values}
        offsets = [
            offset for at, offset in enumerate(inside) if offset not in examples and holds(one.state, states, at)
        ]
        owners = self._owners_of(one, extract, offsets)
        amounts = self._amounts(extract, one.amount, offsets)
        yield from zip(extract.parsed.values.some(one.date, offsets), owners, amounts, strict=True)

    def _owners_of(self, one: Happening, extract: Extract, offsets: Sequence[int]) -> Sequence[str]:
        if one.owner or extract.sheet == self.rule.sheet:
            return self._owners(extract, one.owner or self.rule.owner, offsets)
        target = self.reading.extracts.get(self.rule.sheet)
        columns = self.reading.template.sheets[extract.sheet].columns.items()
        leads = (key for key, column in columns if isinstance(column, ReferenceColumn) and column.to == self.rule.sheet)
        reference = next(leads, None)
        if target is None or reference is None:
            return [""] * len(offsets)
        places = [target.offsets.get(str(id_)) for id_ in values_of(extract, reference, offsets)]
        known = [at for at in places if at is not None]
        names = dict(zip(known, self._owners(target, self.rule.owner, known), strict=True))
        return [names[at] if at is not None else "" for at in places]

    # What waits, and what is to come

    def waits(self) -> None:
        """By the other rules."""
        for key in self.rule.follow_ups:
            rule = self.reading.template.reminders[key]
            extract = self.reading.extracts.get(rule.sheet)
            waiting = Waiting(key, clean(rule.title.say(self.language)), self.tally(), self.tally())
            self.found.waiting.append(waiting)
            if extract is None:
                continue
            end = self.today + timedelta(AHEAD - 1)
            span = Span(self.today, end + timedelta(max(rule.reach(), 0)))
            asked = {ask.offset: ask for ask in rule.asks(extract.parsed.values, span) if ask.dues}
            examples = examples_in(extract)
            offsets = [at for at in not_excused(extract, rule, sorted(asked)) if at not in examples]
            owners = self._owners(extract, rule.owner, offsets)
            currencies = self._currencies(extract, rule.amount_of(), offsets)
            for at, offset in enumerate(offsets):
                if reads_of(self.scope, owners[at]):
                    self._waits(waiting, asked[offset], extract, owners[at], currencies[at])

    def _waits(self, waiting: Waiting, ask: Ask, extract: Extract, owner: str, currency: str | None) -> None:
        """One row: overdue when its only date is over."""
        end = self.today + timedelta(AHEAD - 1)
        coming = next((due for due in ask.dues if self.today <= due <= end), None)
        if coming is not None:
            waiting.coming.add(ask.left, currency)
            (row,) = extract.some([ask.offset])
            self.found.coming.append(Coming(waiting.rule, extract.sheet, row, ask.columns[0], coming, owner))
        elif ask.dues[-1] < self.today and len(ask.dues) == 1:
            waiting.overdue.add(ask.left, currency)
            self._line(owner).overdue += 1

    def unreadable(self) -> None:
        """Cells that cannot be read, of those that were looked at, by whose row they are in."""
        template = self.reading.template
        rules = (self.rule, *(template.reminders[key] for key in self.rule.follow_ups))
        wanted: dict[str, dict[str, None]] = {}
        for rule in rules:
            for at in sorted(rule.reads(template)):
                sheet, _, key = at.partition(".")
                if sheet == rule.sheet and key in getattr(self.reading.extracts.get(sheet), "cells", ()):
                    wanted.setdefault(sheet, {})[key] = None
        owner_of = {rule.sheet: rule.owner for rule in reversed(rules)}
        for sheet, columns in wanted.items():
            extract = self.reading.extracts[sheet]
            examples = examples_in(extract)
            bad = [at for key in columns for at in extract.parsed.bad[key] if at not in examples]
            for owner in self._owners(extract, owner_of[sheet], bad):
                if reads_of(self.scope, owner):
                    self.found.unreadable += 1
                    self._line(owner).unreadable += 1

    # Of rows

    def _line(self, owner: str) -> Line:
        return self.found.lines.setdefault(same(owner), Line(clean(owner, 80)))

    def _owners(self, extract: Extract, column: str, offsets: Sequence[int]) -> Sequence[str]:
        """The names in that column; empty where there is none."""
        return [str(name or "") for name in values_of(extract, column, offsets)]

    def _amounts(
        self, extract: Extract, column: str | None, offsets: Sequence[int]
    ) -> Sequence[tuple[Any, str | None]]:
        """Amount and currency of each row."""
        amounts = values_of(extract, column, offsets)
        return list(zip(amounts, self._currencies(extract, column, offsets), strict=True))

    def _currencies(self, extract: Extract, column: str | None, offsets: Sequence[int]) -> Sequence[str | None]:
        """In which money the amounts of that column are; None: the template's."""
        made = self.reading.template.sheets[extract.sheet].columns.get(column or "")
        if not isinstance(made, MoneyColumn):
            return [None] * len(offsets)
        return [code or made.currency for code in values_of(extract, made.currency_from, offsets)]


def values_of(extract: Extract, column: str | None, offsets: Sequence[int]) -> Sequence[Any]:
    """The values of these rows; None each of a column that was not read."""
    values = extract.parsed.values
    return values.some(column, offsets) if column and column in values else [None] * len(offsets)


def examples_in(extract: Extract) -> frozenset[int]:
    """Where the template's example rows stand."""
    samples: Mapping[str, Any] | frozenset[str] = extract.template.sample_keys(extract.sheet)
    return frozenset(at for at, id_ in enumerate(extract.ids) if id_ in samples) if samples else frozenset()


def real(extract: Extract) -> Sequence[int]:
    """Every row but the examples."""
    examples = examples_in(extract)
    every = range(len(extract.parsed.numbers))
    return [at for at in every if at not in examples] if examples else every
