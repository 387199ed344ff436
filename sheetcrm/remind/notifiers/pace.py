"""
So many a minute → when the next may go.

A burst is let through at once; who would be one too many waits until the first
of the last minute is a minute old.  That is long for somebody who wants to stop,
so they are asked all the while.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

MINUTE = 60.0
LOOK = 0.25
"""Seconds after which whoever waits asks again whether to stop."""


def never() -> str:
    """Nobody wants to stop."""
    return ""


@dataclass(frozen=True)
class Clock:
    """The time as the ways of sending need it."""

    steady: Callable[[], float] = time.monotonic
    """Seconds since some moment; never goes back."""
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


CLOCK = Clock()


class Pace:
    """At most `per_minute` a minute; None: as many as there are."""

    def __init__(self, per_minute: int | None, clock: Clock = CLOCK) -> None:
        """Nothing has gone out yet."""
        self._limit, self._clock = per_minute, clock
        self._gone: deque[float] = deque()

    def wait(self, halted: Callable[[], str] = never) -> str:
        """Return when one more may go; or at once, with its text, when `halted` gives one: then none may."""
        while not (reason := halted()):
            left = self._left()
            if left <= 0:
                break
            self._clock.sleep(min(left, LOOK))
        return reason

    def _left(self) -> float:
        """Seconds until one more may go."""
        while self._limit is not None and len(self._gone) >= self._limit:
            left = self._gone[0] + MINUTE - self._clock.steady()
            if left > 0:
                return left
            self._gone.popleft()
        return 0.0

    def go(self) -> None:
        """One more goes, as soon as it may."""
        self.wait()
        if self._limit is not None:
            self._gone.append(self._clock.steady())
