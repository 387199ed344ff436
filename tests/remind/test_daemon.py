"""The daemon: when it works, what it outlives, and what ends it; by a clock that is turned by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sheetcrm.errors import LedgerError
from sheetcrm.remind.daemon import Daemon, shown

TEN = timedelta(minutes=10)


class Life:
    """A clock, what the daemon did and when, and when it is told to stop; `rounds` are what each of its rounds takes in seconds, or raises."""

    def __init__(self, *rounds, every=TEN, until=20_000.0, calls=(), dice=lambda: 0.0):
        self.seconds, self.until = 0.0, until
        self.rounds, self.calls = list(rounds), list(calls)
        self.began, self.lines = [], []
        self.daemon = Daemon(
            work=self.work,
            every=every,
            clock=lambda: self.seconds,
            sleep=self.sleep,
            say=self.lines.append,
            halted=lambda: "asked to" if self.seconds >= self.until else "",
            called=self.called,
            dice=dice,
        )
        self.daemon.run()

    def work(self):
        self.began.append(self.seconds)
        took = self.rounds.pop(0) if self.rounds else 1
        if isinstance(took, Exception):
            raise took
        self.seconds += took
        return "all well"

    def sleep(self, seconds):
        assert seconds >= 0
        end = min(self.seconds + seconds, self.until)
        self.seconds = min([end, *(at for at in self.calls if at > self.seconds)])

    def called(self):
        if self.calls and self.seconds >= self.calls[0]:
            self.calls.pop(0)
            return True
        return False


def test_the_first_round_begins_at_once_and_the_next_one_after_a_rest():
    life = Life(until=2000.0)
    assert life.began == [0, 601, 1202, 1803]
    assert life.lines[0] == "all well; next in 10m"
    assert life.lines[-1] == "stopped: asked to"


def test_it_outlives_whatever_a_round_stumbles_over_and_says_it():
    life = Life(LedgerError("the database is away"), KeyError("x"), 1, until=2000.0)
    assert life.lines[:3] == [
        "the database is away; next in 10m",
        "unexpected KeyError: 'x'; next in 20m",
        "all well; next in 10m",
    ]


def test_after_failures_it_waits_longer_up_to_an_hour_and_after_a_good_round_as_before():
    life = Life(*[LedgerError("away")] * 6, until=16_000.0)
    waits = [after - before for before, after in zip(life.began, life.began[1:], strict=False)]
    assert waits[:7] == [600, 1200, 2400, 3600, 3600, 3600, 601]


def test_daemons_that_failed_together_do_not_come_back_together():
    one, other = (Life(LedgerError("away"), until=1000.0, dice=lambda dice=dice: dice) for dice in (0.0, 1.0))
    assert (one.began[1], other.began[1]) == (600, 750)


def test_a_round_that_takes_longer_than_the_rest_is_followed_by_one_and_not_by_all_that_were_missed():
    life = Life(5000, until=6500.0)
    assert life.began == [0, 5600, 6201]


def test_whoever_calls_has_a_round_at_once():
    life = Life(calls=[100.0], until=800.0)
    assert life.began == [0, 100, 701]


def test_told_to_stop_while_it_rests_it_stops():
    assert Life(until=50.0).lines == ["all well; next in 10m", "stopped: asked to"]


@pytest.mark.parametrize(
    ("seconds", "words"), [(90, "90s"), (600, "10m"), (93_600, "26h"), (660.4, "11m"), (7260, "121m"), (601, "10m")]
)
def test_spans_read_as_they_are_typed(seconds, words):
    assert shown(timedelta(seconds=seconds)) == words
