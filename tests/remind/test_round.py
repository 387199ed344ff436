"""Many spreadsheets, many workers: each looked after once in a round, and nobody kept waiting by another's trouble."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest

from sheetcrm.errors import ApiError, LedgerError, Refused
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.report import MailReport, RunReport
from sheetcrm.remind.round import Desk, Done, Visit, looked_after, merged, round_start, visits, worst

NOW = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time

    def later(self, **span):
        self.time += timedelta(**span)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def workers(tmp_path):
    """Two of them, as two processes would be."""
    with Ledger.open(tmp_path / "ledger.db") as one, Ledger.open(tmp_path / "ledger.db") as other:
        yield one, other


def report(*states, **more):
    mails = tuple(MailReport(f"P{at}", f"p{at}@example.com", "", 1, state) for at, state in enumerate(states))
    return RunReport("S", date(2026, 1, 5), dry_run=False, mails=mails, **more)


def desk(name, does=lambda _halted: Done((report("sent"),)), done=None):
    def remind(halted):
        if done is not None:
            done.append(name)
        return does(halted)

    return Desk(name, f"id of {name}", remind)


def names(found):
    return [visit.name for visit in found if not visit.elsewhere]


def test_two_workers_share_what_there_is_and_leave_nothing_out(workers, clock):
    desks = [desk(f"S{at}") for at in range(6)]
    mine = visits(desks, workers[0].turns, since=NOW, now=clock)
    theirs = visits(desks, workers[1].turns, since=NOW, now=clock)
    found = [(next(mine), next(theirs)) for _ in desks]
    by = {visit.name: 0 for pair in found for visit in pair}
    for pair in found:
        for visit in pair:
            by[visit.name] += not visit.elsewhere
    assert by == {f"S{at}": 1 for at in range(6)}


def test_a_worker_that_dies_in_the_middle_leaves_its_spreadsheet_to_the_others(workers, clock):
    done = []
    desks = [desk("first", done=done), desk("second", done=done)]
    assert workers[0].turns.take("id of first", since=NOW, now=NOW)
    seen = []
    for visit in visits(desks, workers[1].turns, since=NOW, now=clock):
        seen.append((visit.name, visit.elsewhere))
        if visit.name == "first":
            workers[0].close()
    assert seen == [("first", True), ("second", False), ("first", False)]


def test_a_turn_is_kept_for_as_long_as_mails_go_out(workers, clock):
    said = []

    def slow(halted):
        for _ in range(8):
            clock.later(minutes=6)
            said.append(halted())
        assert not workers[1].turns.take("id of S", since=clock(), now=clock())
        return Done()

    (visit,) = visits([desk("S", slow)], workers[0].turns, since=NOW, now=clock)
    assert (visit.error, set(said)) == (None, {""})


def test_whoever_overslept_and_lost_the_turn_stops(workers, clock):
    def asleep(halted):
        clock.later(hours=2)
        assert workers[1].turns.take("id of S", since=NOW, now=clock())
        assert halted() == "another process has taken it over"
        return Done()

    (visit,) = visits([desk("S", asleep)], workers[0].turns, since=NOW, now=clock)
    assert visit.error is None


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        pytest.param(ApiError("503"), 1, "503", id="an answer that is none"),
        pytest.param(Refused("a first run of 900"), 4, "a first run of 900", id="a refusal"),
        pytest.param(KeyError("x"), 1, "unexpected KeyError: 'x'", id="a mistake of ours"),
    ],
)
def test_trouble_with_one_is_its_own(workers, clock, error, code, words):
    def fails(_halted):
        raise error

    found = list(visits([desk("bad", fails), desk("good")], workers[0].turns, since=NOW, now=clock))
    assert [(visit.name, visit.exit_code) for visit in found] == [("bad", code), ("good", 0)]
    assert found[0].json()["error"] == words
    clock.later(minutes=1)
    assert names(visits([desk("bad")], workers[1].turns, since=clock(), now=clock)) == ["bad"], "its turn was left"


def test_a_ledger_that_cannot_be_used_stops_them_all(tmp_path, clock):
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        round_ = visits([desk("S0"), desk("S1")], ledger.turns, since=NOW, now=clock)
        next(round_)
        with closing(sqlite3.connect(tmp_path / "ledger.db")) as somebody:
            somebody.execute("DROP TABLE turn")
        with pytest.raises(LedgerError):
            list(round_)


def test_asked_to_stop_it_comes_to_no_other_spreadsheet(workers, clock):
    asked = []
    desks = [desk("S0", lambda _halted: asked.append(1) or Done()), desk("S1")]
    found = visits(desks, workers[0].turns, since=NOW, now=clock, halted=lambda: "SIGTERM" if asked else "")
    assert names(found) == ["S0"]


def test_what_was_left_because_somebody_stopped_it_is_seen_to_by_whoever_comes_next(workers, clock):
    every, asked = timedelta(minutes=10), []
    stopped = desk("S", lambda _halted: asked.append(1) or Done((report("planned"),)))
    list(visits([stopped], workers[0].turns, since=NOW + every, now=clock, halted=lambda: "SIGTERM" if asked else ""))
    clock.later(seconds=2)
    assert names(visits([desk("S")], workers[1].turns, since=round_start(clock(), every), now=clock)) == ["S"]
    assert names(visits([desk("S")], workers[0].turns, since=round_start(clock(), every), now=clock)) == []


def test_daemons_that_take_turns_do_not_do_each_others_work_again(workers, clock):
    every = timedelta(minutes=10)

    def round_of(at):
        return names(visits([desk("S")], workers[at].turns, since=round_start(clock(), every), now=clock))

    assert round_of(0) == ["S"]
    clock.later(minutes=5)
    assert round_of(1) == [], "five minutes ago is good enough for one who comes every ten"
    clock.later(minutes=5, seconds=1)
    assert round_of(0) == ["S"]


def test_rows_that_went_stale_are_read_again_and_every_mail_is_told_of_once():
    readings = [
        Done((report("sent", "planned", is_stale=True),), requests={"reads": 2}),
        Done((report("sent"),), requests={"reads": 2}),
    ]
    visit = looked_after(desk("S", lambda _halted: readings.pop(0)), lambda: "")
    assert (visit.counts(), visit.exit_code) == ({"sent": 2}, 0)
    assert visit.done.requests == {"reads": 4}


def test_rows_that_never_stop_being_stale_are_given_up_and_said():
    asked = []
    visit = looked_after(
        desk("S", lambda _halted: asked.append(1) or Done((report("planned", is_stale=True),))), lambda: ""
    )
    assert (len(asked), visit.exit_code) == (20, 1)


def test_several_ways_to_send_are_one_report():
    one = merged([report("sent", samples=2, stopped="the line is dead"), report("failed", "sent", samples=2)])
    assert one.counts() == {"sent": 2, "failed": 1, "samples": 2}
    assert one.stopped == "the line is dead"


@pytest.mark.parametrize(
    ("done", "code"),
    [
        pytest.param(Done(), 0, id="nothing due"),
        pytest.param(Done((report("sent"),)), 0, id="sent"),
        pytest.param(Done((report("held"),)), 3, id="held for a person"),
        pytest.param(Done((report("sent"),), notes=("no mirror",)), 3, id="sent, and something beside it went wrong"),
        pytest.param(Done((report("sent"),), problems=("no channel",)), 1, id="a channel that is not there"),
        pytest.param(Done((report("failed"),)), 1, id="failed for good"),
        pytest.param(Done((report("planned", stopped="no server"),)), 1, id="stopped"),
    ],
)
def test_exit_codes(done, code):
    assert Visit("S", "id", done).exit_code == code


def test_the_worst_exit_code_is_that_of_all():
    assert [worst(codes) for codes in ([], [0, 3], [3, 4, 0], [2, 3], [2, 1, 4])] == [0, 3, 4, 2, 1]
