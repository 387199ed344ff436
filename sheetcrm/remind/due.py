"""
Rows and a rule → what is due today, decided from state alone.

Never from when this last ran: of a rule's steps the latest whose day has come
counts, those before it are folded into it, and a date that somebody typed
into the past is as due as any other.  Which of it was already told is the
ledger's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sheetcrm.remind.people import Nobody, People, Person, Reason, same
from sheetcrm.remind.workdays import Calendars, Workdays
from sheetcrm.schema.reminders.asking import Ask, Span
from sheetcrm.schema.reminders.base import MANAGER, Escalation, ReminderRule
from sheetcrm.schema.states import holds
from sheetcrm.sync.records import Extract, Row

CATCH_UP = 30
"""Steps that came more than so many days ago and were never told are expired, unless config or rule says otherwise."""
_LOOK_BACK = 62
"""Days before that in which dates that come again are still asked for, so that what expired meanwhile is noted."""


@dataclass(frozen=True, order=True)
class Rest:
    """Quiet that somebody asked for on the day `since`, and that is over on `until`."""

    since: date
    """`date.min` where nobody knows: a pause in the sheet."""
    until: date


def counted_from(day: date, rests: Iterable[Rest]) -> date:
    """
    From when on a step grows old that came on `day`: days of quiet do not count.

    What was too old when somebody asked for quiet is so afterwards, too: a
    pause wakes nothing.
    """
    end, quiet = day, timedelta(0)
    for rest in sorted(rests):
        begin = max(rest.since, end)
        if rest.until > begin:
            end, quiet = rest.until, quiet + (rest.until - begin)
    return day + quiet


@dataclass(frozen=True)
class Reminder:
    """One follow-up due: whom to tell of which row."""

    rule: str
    """The rule's key in the template."""
    sheet: str
    row: Row
    column: str
    """Where to look: the column with the date."""
    due: date
    step: int
    """Which of the rule's steps, as days after `due` (negative before it); not the days that really passed."""
    person: Person
    came: date
    """When this step came: moved to a working day."""
    owner: str = ""
    """The name in the row's owner column, whoever `person` is."""
    why: Nobody | None = None
    """Why it came to `person` instead of the owner; None when it did not."""
    escalated: bool = False
    """It is the owner's, and `person` hears of it because it waits too long."""
    columns: tuple[str, ...] = ()
    """Every column that it is about: those that are blank, of a rule about missing cells."""
    left: Decimal | None = None
    """The amount that is still to be paid."""
    rests: tuple[Rest, ...] = ()
    """Whatever quiet there was about its row."""

    @property
    def day(self) -> date:
        """From when on it grows old."""
        return counted_from(self.came, self.rests)


@dataclass(frozen=True)
class Unsendable:
    """A follow-up that nobody can be told of, and why: reported, never dropped."""

    rule: str
    sheet: str
    row: Row
    column: str
    due: date | None
    """None when the date itself cannot be read."""
    owner: str
    reason: Reason
    text: str = ""
    """What is to blame, as it stands in the sheet."""


@dataclass(frozen=True)
class Paused:
    """A follow-up that would be due, of a row (or for a person) that somebody asked to leave in peace; told from `until` on."""

    rule: str
    sheet: str
    row: Row
    column: str
    due: date
    owner: str
    until: date


Found = Reminder | Unsendable | Paused
_Place = tuple[str, str, Row, str]


@dataclass(frozen=True)
class Step:
    """A step whose day has come."""

    due: date
    step: int
    day: date


def due(
    extract: Extract,
    rule: ReminderRule,
    *,
    key: str,
    today: date,
    people: People,
    calendars: Calendars | None = None,
    country: str | None = None,
    catch_up: int = CATCH_UP,
    default: Person | None = None,
    rests: Callable[[Row], Sequence[Rest]] = lambda _row: (),
) -> Iterator[Found]:
    """
    What `rule`, whose key in the template is `key`, asks of the rows of its sheet on `today`.

    `today` is a day in the spreadsheet's zone.  Rows in an `unless` state ask
    for nothing.  `country` is whose working days count where the rule does not
    say (None: the template's), `default` who hears when nobody else can,
    `rests` how a row is and was snoozed.  How long ago a step came is left to
    the caller.
    """
    workdays = None
    if rule.working_days is not None:
        workdays = (calendars or Calendars()).of(rule.country or country or extract.template.country)
    last = workdays.until(today) if workdays and rule.working_days == "before" else today
    span = Span(today - timedelta(catch_up + _LOOK_BACK), last)
    asked = {ask.offset: ask for ask in rule.asks(extract.parsed.values, span)}
    offsets = not_excused(extract, rule, sorted(asked))
    job = _Job(extract, rule, key, people, _Ladder(rule, workdays, today, last), default, rests)
    # Rows are made for those only that a reminder may be about.
    for offset, row in zip(offsets, extract.some(offsets), strict=True):
        yield from job.found(asked[offset], row)


class _Ladder:
    """The steps of a rule, those for others included, as far as their day has come."""

    def __init__(self, rule: ReminderRule, workdays: Workdays | None, today: date, last: date) -> None:
        """What falls on a day after `last` has not come, and the calendar is not asked about it: it may not be published yet."""
        self.today, self._rule, self._workdays, self._last = today, rule, workdays, last
        self._steps = rule.steps()
        self._known: dict[tuple[date, ...], tuple[Step | None, tuple[tuple[Escalation, Step], ...]]] = {}

    def rest(self, until: date) -> date:
        """The day on which a pause is over: a working day."""
        return self._workdays.moved(until, "after") or until if self._workdays else until

    def come(self, dues: tuple[date, ...]) -> tuple[Step | None, tuple[tuple[Escalation, Step], ...]]:
        """The owner's step, and those of others; rows of the same dates are looked at once."""
        if dues not in self._known:
            self._known[dues] = latest(dues, self._steps, self.today, self._moved), self.escalated(dues)
        return self._known[dues]

    def escalated(self, dues: tuple[date, ...], rests: Sequence[Rest] = ()) -> tuple[tuple[Escalation, Step], ...]:
        """Each escalation with the latest date that it has come for; quiet that was asked for before it came begins the ladder anew."""
        found = []
        for one in self._rule.escalate:
            past = (due for due in reversed(dues) if due <= self._last)
            days = ((due, self._climbs(self._base(due), one.after, rests)) for due in past)
            come = next((Step(due, one.after, day) for due, day in days if day <= self.today), None)
            if come:
                found.append((one, come))
        return tuple(found)

    def _moved(self, day: date) -> date | None:
        if day > self._last:
            return None
        return self._workdays.moved(day, self._policy) if self._workdays and self._policy else day

    def _base(self, due: date) -> date:
        """The day on which the owner is told, or would be."""
        return self._moved(due) or (self._workdays.later(due, 1) if self._workdays else due)

    def _climbs(self, base: date, after: int, rests: Sequence[Rest]) -> date:
        day = self._escalates(base, after)
        for rest in sorted(rests):
            if rest.since <= day and base < rest.until:
                base = rest.until
                day = self._escalates(base, after)
        return day

    def _escalates(self, base: date, after: int) -> date:
        if self._workdays is None:
            return base + timedelta(after)
        day = base
        while after and day <= self.today:
            day, after = self._workdays.later(day, 1), after - 1
        return day + timedelta(after)

    @property
    def _policy(self) -> Any:
        return self._rule.working_days


def latest(
    dues: Sequence[date], steps: Sequence[int], today: date, moved: Callable[[date], date | None] = lambda day: day
) -> Step | None:
    """
    The latest step (days after one of `dues`) whose day has come by `today`; None when none has.

    `moved` says where a day goes that is none to work on; None leaves it out.
    """
    found: tuple[date, date, Step] | None = None
    for due_ in dues:
        for step in steps:
            written = due_ + timedelta(step)
            day = moved(written)
            if day is not None and day <= today and (found is None or (written, due_) >= found[:2]):
                found = written, due_, Step(due_, step, day)
    return found[2] if found else None


@dataclass
class _Job:
    """One rule on one day."""

    extract: Extract
    rule: ReminderRule
    key: str
    people: People
    ladder: _Ladder
    default: Person | None
    rests: Callable[[Row], Sequence[Rest]]
    _whom: dict[str, tuple[Nobody | None, tuple[Person, ...]]] = field(default_factory=dict)

    def found(self, ask: Ask, row: Row) -> Iterator[Found]:
        """Whatever that row asks today."""
        owner = row.get(self.rule.owner) or str(self.extract.cell(row.number, self.rule.owner) or "")
        place = (self.key, self.extract.sheet, row, ask.columns[0])
        if not ask.dues:
            if not row.sample:
                yield Unsendable(*place, None, owner, *self._unread(row, ask.columns[0]))
            return
        step, escalations = self.ladder.come(ask.dues)
        if step is None and not escalations:
            return
        blame = _of_the_row(row)
        if blame is not None:
            first = step or escalations[0][1]
            yield Unsendable(*place, first.due, owner, blame.reason, blame.text)
            return
        rests = self._rests(row)
        until = max((rest.until for rest in rests), default=date.min)
        if until > self.ladder.today:
            yield Paused(*place, (step or escalations[0][1]).due, owner, until)
            return
        if rests:
            escalations = self.ladder.escalated(ask.dues, rests)
        more = {"owner": owner, "columns": ask.columns, "left": ask.left, "rests": rests}
        if step is not None:
            yield from self._to_owner(place, step, owner, more)
        for one, come in escalations:
            yield from self._to_others(place, one, come, owner, more)

    def _to_owner(self, place: _Place, come: Step, owner: str, more: Mapping[str, Any]) -> Iterator[Found]:
        why, whom = self._owner(owner)
        for person in whom:
            yield Reminder(*place, come.due, come.step, person, come.day, why=why, **more)
        if not whom and why is not None:
            yield Unsendable(*place, come.due, owner, why.reason, why.text)

    def _to_others(
        self, place: _Place, one: Escalation, come: Step, owner: str, more: Mapping[str, Any]
    ) -> Iterator[Found]:
        whom = self._others(owner, one.to)
        if isinstance(whom, Nobody):
            yield Unsendable(*place, come.due, owner, whom.reason, whom.text)
            return
        for person in whom:
            yield Reminder(*place, come.due, come.step, person, come.day, escalated=True, **more)

    def _owner(self, owner: str) -> tuple[Nobody | None, tuple[Person, ...]]:
        """Why not the owner, if so, and who hears."""
        if owner not in self._whom:
            found = self.people.find(owner)
            if isinstance(found, Person):
                self._whom[owner] = None, (found,)
            else:
                instead = self.people.instead(owner, self.rule.fallback)
                self._whom[owner] = found, instead or ((self.default,) if self.default else ())
        return self._whom[owner]

    def _others(self, owner: str, to: str) -> tuple[Person, ...] | Nobody:
        """Who hears of what the owner lets wait: nobody of a name that leads to nobody, or that stands above all."""
        if to == MANAGER:
            found = self.people.above(owner)
            if isinstance(found, Nobody):
                # An owner whom nobody knows is reported as that; who leads others, or is of a team without managers, has nobody above.
                if not self.people.knows(owner) or self.people.leads(owner):
                    return ()
                return self._fallback(owner) or (found if self.people.has_managers else ())
            whom: tuple[Person, ...] = (found,)
        else:
            whom = self.people.in_role(to)
            if not whom:
                return Nobody(Reason.ROLE_EMPTY, to)
        return tuple(person for person in whom if same(person.name) != same(owner))

    def _fallback(self, owner: str) -> tuple[Person, ...]:
        found = self.people.instead(owner, self.rule.fallback)
        return tuple(person for person in found if same(person.name) != same(owner))

    def _rests(self, row: Row) -> tuple[Rest, ...]:
        """When the row is or was to be left in peace, by its own column or by who asked for it; all end on working days."""
        own = row.get(self.rule.pause) if self.rule.pause else None
        asked = (*((Rest(date.min, own),) if own else ()), *self.rests(row))
        return tuple(Rest(rest.since, self.ladder.rest(rest.until)) for rest in asked)

    def _unread(self, row: Row, column: str) -> tuple[Reason, str]:
        is_date = self.extract.template.sheets[self.extract.sheet].columns[column].bounds == "DATE"
        return Reason.DATE_BAD if is_date else Reason.VALUE_BAD, str(self.extract.cell(row.number, column))


def _of_the_row(row: Row) -> Nobody | None:
    """What is wrong with the row itself; None when nothing is."""
    if row.sample:
        return Nobody(Reason.SAMPLE)
    if row.id is None:
        return Nobody(Reason.NO_ID)
    return None if row.unique else Nobody(Reason.DUPLICATE_ID, row.id)


def not_excused(extract: Extract, rule: ReminderRule, offsets: Sequence[int]) -> Sequence[int]:
    """Those of the rows that are not in the rule's `unless` state: every column named there in one of its states."""
    if not rule.unless:
        return offsets
    values = extract.parsed.values
    states = {key: values.some(key, offsets) for key in rule.unless if key in values}
    return [offset for at, offset in enumerate(offsets) if not holds(rule.unless, states, at)]
