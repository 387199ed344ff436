"""Quiet that somebody asked for, over several runs: nothing is lost by it, and nothing is woken."""

from __future__ import annotations

from datetime import timedelta

import office
import pytest
from desk_of_guards import MORNING, ROWS, TODAY, Desk, row

from sheetcrm.remind.ledger import Snooze


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_a_snooze_and_a_pause_hold_until_their_day(desk):
    with desk.ledger() as ledger:
        ledger.snoozes.add(Snooze(office.ID, TODAY + timedelta(2), "customers", "C0"), now=MORNING)
        ledger.snoozes.add(Snooze(office.ID, TODAY + timedelta(1), recipient="p1@example.com"), now=MORNING)
    found = desk.remind()
    assert {one.place.id: one.until for one in found.resting} == {
        "C0": TODAY + timedelta(2),
        "C1": TODAY + timedelta(1),
    }
    assert (desk.post.whom(), found.counts()["resting"]) == (["P2", "P3"], 2)
    desk.remind(days=1)
    desk.remind(days=2)
    assert desk.post.whom() == ["P2", "P3", "P1", "P0"]


def test_a_long_snooze_does_not_let_what_waited_expire(desk):
    with desk.ledger() as ledger:
        ledger.snoozes.add(Snooze(office.ID, TODAY + timedelta(90), "customers", "C0"), now=MORNING)
    desk.remind(ROWS[:1])
    found = desk.remind(ROWS[:1], days=90)
    assert (len(found.mails), found.expired) == (1, ())


def test_a_pause_before_the_first_run_wakes_nothing_that_is_years_old(desk):
    with desk.ledger() as ledger:
        ledger.snoozes.add(Snooze(office.ID, TODAY + timedelta(7)), now=MORNING)
    rows = [row(0, "P0", -400), row(1, "P1", -20), row(2, "P2", 3)]
    assert desk.remind(rows).counts() == {"resting": 3}
    found = desk.remind(rows, days=7)
    assert [one.place.id for one in found.expired] == ["C0"]
    assert desk.post.whom() == ["P1", "P2"]


def test_a_pause_that_is_lifted_was_quiet_until_then(desk):
    with desk.ledger() as ledger:
        number = ledger.snoozes.add(Snooze(office.ID, TODAY + timedelta(90)), now=MORNING)
    rows = [row(0, "P0", 5), row(1, "P1", -400)]
    assert desk.remind(rows, days=49).counts() == {"resting": 2}
    with desk.ledger() as ledger:
        assert ledger.snoozes.lift(number, now=MORNING + timedelta(50))
    found = desk.remind(rows, days=50)
    assert (desk.post.whom(), [one.place.id for one in found.expired]) == (["P0"], ["C1"])
