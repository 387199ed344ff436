"""
A year of runs, day by day, in three zones: the calendar of mails is what a calendar on the wall would say.

The reference below knows nothing of how the job works: for every row it writes
down on which day which person should hear which step, and walks the runs.
"""

from __future__ import annotations

import itertools
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar
import desk_of_rules as desk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.due import Reminder, due
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Verdict
from sheetcrm.remind.people import people
from sheetcrm.remind.run import Settings, run

PROVE = "SHEETCRM_PROVE" in os.environ
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 24)
SOON = date(2026, 4, 12)
"""The end of a short year: every zone has changed its clocks, and China has had its Spring Festival."""
DAY = timedelta(1)
STEPS, ABOVE = (-3, -1, 0, 7, 14), (2, 6)
RULE = {
    "type": "date",
    "date": "next",
    "before": [3, 1],
    "overdue": {"every": 7, "times": 2},
    "escalate": [{"after": after, "to": "manager"} for after in ABOVE],
}
MANAGER = {"Eve": "Bob", "Bob": "Ann"}


@dataclass
class Pile(Notifier):
    """A mailbox that is always there; it remembers who heard on which day."""

    channel = "mail"
    arrived: list[tuple[str, str]] = field(default_factory=list)

    @contextmanager
    def open(self):
        def send(mail):
            self.arrived.append((mail.recipient.split("@")[0].capitalize(), mail.message_id))
            return Outcome(Verdict.SENT)

        yield send


# The calendar on the wall


def every_day(_day):
    return True


def no_weekend(day):
    return day.strftime("%a") not in ("Sat", "Sun")


def china(day):
    return chinese_calendar.is_workday(day)


def goes(day, works, policy):
    if policy is None or works(day):
        return day
    if policy == "skip":
        return None
    while not works(day):
        day += DAY if policy == "after" else -DAY
    return day


def count_on(day, days, works):
    while days:
        day += DAY
        days -= works(day)
    return day


def wall(owner, due_on, works, policy):
    """Person → step → the day on which they should hear it."""
    own = {step: day for step in STEPS if (day := goes(due_on + step * DAY, works, policy))}
    base = goes(due_on, works, policy) or count_on(due_on, 1, works)
    above = {after: count_on(base, after, works if policy else every_day) for after in ABOVE}
    return {owner: own, MANAGER[owner]: above}


def expected(rows, days, works, policy):
    """Who hears on which day of which row, and which step, when the job runs on `days`, in that order."""
    found = []
    for row in rows:
        for person, steps in wall(row["owner"], row["next"], works, policy).items():
            told = -1000
            for today in days:
                come = max((step for step, day in steps.items() if day <= today), default=-1000)
                if come > told and (today - steps[come]).days <= 30:
                    found.append((today, person, row["id"], come))
                    told = come
    return found


def moments(zone, downtime):
    """Once or twice a day, at the same hours of UTC all year, but for what is down; each night on which clocks change, every half hour."""
    at = datetime(FIRST.year, 1, 1, 3, 10, tzinfo=UTC)
    found = []
    while at.date() <= (LAST if PROVE else SOON):
        jumps = at.astimezone(zone).utcoffset() != (at + 24 * timedelta(hours=1)).astimezone(zone).utcoffset()
        found += (
            [at + half * timedelta(minutes=30) for half in range(48)]
            if jumps
            else [at, at + timedelta(hours=13)][: 2 if PROVE else 1]
        )
        at += DAY
    down = [datetime(2026, month, 3, 3, tzinfo=UTC) for month in (2, 6, 9)]
    return [one for one in found if not any(start <= one < start + downtime for start in down)]


def rows_of_a_year(seed=6, count=40):
    random = Random(seed)
    return [
        desk.row(number, next=FIRST + random.randrange(350 if PROVE else 100) * DAY, owner=random.choice(list(MANAGER)))
        for number in range(count)
    ]


@dataclass
class Office:
    """Somebody who runs the job over these rows, whatever the clock says."""

    folder: object
    zone: ZoneInfo
    rows: list
    rule: dict
    heard: list = field(default_factory=list)

    def runs(self, moments):
        reading = desk.reading({"call": self.rule}, self.rows)
        options = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]))
        with Ledger.open(self.folder / "ledger.db") as ledger:
            for now in moments:
                today, pile = now.astimezone(self.zone).date(), Pile()
                run(reading, ledger, pile, today=today, now=lambda at=now: at, settings=options)
                self.heard += [(today, person, name) for person, name in pile.arrived]
        return self

    def mails(self):
        return sorted((today, person) for today, person, _ in self.heard)


def digests(calendar):
    """One mail a person and day, whatever it has in it."""
    return sorted({(today, person) for today, person, _, _ in calendar})


ZONES = ("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe")
DOWN = {"1 h": timedelta(hours=1), "1 day": DAY, "40 days": 40 * DAY}
POLICIES = {
    "every day": (None, "CN", every_day),
    "weekends, after": ("after", "ZZ", no_weekend),
    "weekends, before": ("before", "ZZ", no_weekend),
    "调休, after": ("after", "CN", china),
    "调休, skip": ("skip", "CN", china),
}
FEW = [("Asia/Shanghai", "40 days", "调休, after"), ("America/New_York", "1 day", "weekends, before"), ("Australia/Lord_Howe", "1 h", "every day")]  # fmt: skip
CASES = list(itertools.product(ZONES, DOWN, POLICIES)) if PROVE else FEW


@pytest.mark.parametrize(("zone", "down", "policy"), CASES)
def test_a_year_is_what_a_calendar_on_the_wall_says(tmp_path, zone, down, policy):
    """Also case 1, Monica: nothing drifts after clocks change, and a positive offset does not make it today too early."""
    way, country, works = POLICIES[policy]
    when = moments(ZoneInfo(zone), DOWN[down])
    rule = {**RULE, "country": country, **({"working_days": way} if way else {})}
    office = Office(tmp_path, ZoneInfo(zone), rows_of_a_year(), rule).runs(when)
    days = list(dict.fromkeys(one.astimezone(ZoneInfo(zone)).date() for one in when))
    assert office.mails() == digests(expected(office.rows, days, works, way))
    assert len(office.heard) > 50


@pytest.mark.parametrize(("hours", "extra"), [
    pytest.param(-2, 0, id="back two hours, over midnight"),
    pytest.param(24 * 365, 0, id="forward a year, and back again"),
    pytest.param(-24 * 365, 0, id="back a year, and forward again"),
])  # fmt: skip
def test_a_clock_that_jumps_repeats_nothing_and_loses_nothing(tmp_path, hours, extra):
    zone, start = ZoneInfo("Asia/Shanghai"), datetime(2026, 3, 1, 16, 30, tzinfo=UTC)  # half past midnight there
    when = [start + at * DAY for at in range(40)]
    when.insert(20, when[19] + timedelta(hours=hours))
    office = Office(tmp_path, zone, rows_of_a_year(count=60), RULE).runs(when)
    days = [one.astimezone(zone).date() for one in when]
    assert office.mails() == sorted(
        (today, person) for today, person in digests(expected(office.rows, days, every_day, None))
    )
    assert len({name for *_, name in office.heard}) == len(office.heard)


@st.composite
def rules(draw):
    before = draw(st.sets(st.integers(1, 12), max_size=2))
    overdue = draw(st.none() | st.builds(lambda every, times: {"every": every, "times": times}, st.integers(1, 9), st.integers(1, 4)))  # fmt: skip
    rule = {
        "type": "date",
        "date": "next",
        "before": sorted(before),
        "on_day": draw(st.booleans()) or not (before or overdue),
    }
    after = draw(st.sets(st.integers(1, 12), max_size=2))
    rule |= {"overdue": overdue, "escalate": [{"after": days, "to": "manager"} for days in sorted(after)]}
    return rule | {"working_days": draw(st.sampled_from([None, "before", "after", "skip"]))}


def known(rule, rows, days):
    """After each run: who knows which step of which row."""
    reading = desk.reading({"call": rule}, rows)
    everybody, told, after = people(reading.extracts["team"], reading.template.team), {}, {}
    for today in days:
        extract = reading.extracts["customers"]
        for one in due(extract, reading.template.reminders["call"], key="call", today=today, people=everybody):
            if isinstance(one, Reminder) and (today - one.day).days <= 30:
                whose = (one.person.name, one.row.id)
                told[whose] = max(told.get(whose, -1000), one.step)
        after[today] = dict(told)
    return after


@settings(max_examples=200 if PROVE else 25, deadline=None)
@given(rule=rules(), dues=st.lists(st.integers(0, 60), min_size=1, max_size=4), gaps=st.lists(st.integers(1, 25), min_size=1, max_size=9))  # fmt: skip
def test_whenever_it_runs_everybody_knows_what_they_would_know_had_it_run_every_day(rule, dues, gaps):
    start = date(2026, 1, 20)
    rows = [desk.row(number, next=start + due_ * DAY) for number, due_ in enumerate(dues)]
    some = list(itertools.accumulate(gaps, lambda day, gap: day + gap * DAY, initial=start))
    daily = known(rule, rows, [start + at * DAY for at in range((some[-1] - start).days + 1)])
    assert known(rule, rows, some) == {day: daily[day] for day in some}
