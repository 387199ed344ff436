"""
One round of work → the same again every so often, until told to stop.

`schedule` only rings: what is due is decided from the sheets and the ledger, so
a ring too many, too late or not at all loses and repeats nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import schedule

from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import tr

LONGEST = timedelta(hours=1)
"""After rounds that failed as a whole it waits longer each time, up to this (or to `every`, where that is longer)."""
_BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001 - of a count of seconds, in no zone


class _Bell(schedule.Job):
    """Rings by the clock that it was given: the machine's goes back in autumn, and whenever somebody sets it."""

    def __init__(self, scheduler: schedule.Scheduler, every: timedelta, clock: Callable[[], float]) -> None:
        super().__init__(1, scheduler)
        self.every, self._clock = every, clock

    def _time(self) -> datetime:
        return _BEGINNING + timedelta(seconds=self._clock())

    @property
    def should_run(self) -> bool:
        """Whether it is time."""
        return self.next_run is None or self._time() >= self.next_run

    @property
    def left(self) -> float:
        """Seconds until then."""
        return 0.0 if self.next_run is None else max((self.next_run - self._time()).total_seconds(), 0.0)

    def at_once(self) -> None:
        """Ring without waiting."""
        self.next_run = self._time()

    def _schedule_next_run(self) -> None:
        self.next_run = self._time() + self.every


@dataclass
class Daemon:
    """
    Works, rests, works.

    `work` is one round and gives the line to say of it; whatever it raises is
    said, and the next round comes a bit later.  `clock` counts seconds and
    never goes back; `sleep` may return early, and has to when `halted` or
    `called` begin to say so.  `called` is asked after each sleep: whether the
    next round is wanted at once.
    """

    work: Callable[[], str]
    every: timedelta
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    say: Callable[[str], None]
    halted: Callable[[], str] = lambda: ""
    called: Callable[[], bool] = lambda: False
    dice: Callable[[], float] = lambda: 0.0
    """From 0 to 1; so that daemons that failed together do not come back together."""
    failures: int = 0
    """Rounds in a row that failed as a whole."""

    def run(self) -> None:
        """Until `halted` says so; the first round begins at once."""
        scheduler = schedule.Scheduler()
        bell = _Bell(scheduler, self.every, self.clock)
        bell.do(self._round, bell)
        bell.at_once()
        while not self.halted():
            scheduler.run_pending()
            if not self.halted():
                self.sleep(bell.left)
            if self.called():
                bell.at_once()
        self.say(tr("stopped: {reason}", reason=self.halted()))

    def _round(self, bell: _Bell) -> None:
        try:
            line = self.work()
            self.failures = 0
        except Exception as error:  # noqa: BLE001 - a daemon outlives whatever one round stumbles over, and says it
            self.failures += 1
            line = (
                str(error)
                if isinstance(error, SheetcrmError)
                else tr("unexpected {kind}: {error}", kind=type(error).__name__, error=error)
            )
        bell.every = self._wait()
        self.say(tr("{line}; next in {span}", line=line, span=shown(bell.every)))

    def _wait(self) -> timedelta:
        if not self.failures:
            return self.every
        longest = max(self.every, LONGEST)
        wait = min(self.every * float(2 ** min(self.failures - 1, 20)), longest)
        return wait * (1 + self.dice() / 4)


def shown(span: timedelta) -> str:
    """`90s`, `10m`, `26h`, as `--every` and `--max-age` take it."""
    seconds = round(span.total_seconds())
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s" if seconds < 600 else f"{round(seconds / 60)}m"
