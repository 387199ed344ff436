"""
How far long work has come → a line at the foot of a terminal.

Only where a person looks on: on a terminal, without --json and --no-progress,
and for work that is not done within a second.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

    from sheetcrm.meter import Meter

SHORT = 1.0
"""Seconds of work that nobody needs to be told of."""
OFTEN = 0.1
"""Seconds between two drawings."""


class Bar:
    """A `Meter`: one bar for each thing that is counted, drawn when the work has taken a while."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` is in seconds."""
        self._stream, self._clock, self._began = stream, clock, clock()
        self._what, self._drawn = "", 0.0
        self._bar: ProgressBar[int] | None = None

    def __call__(self, what: str, done: int, of: int) -> None:
        """Draw how far it is; what is counted anew begins a bar of its own, a count without an end is a number."""
        if what != self._what:
            self.close()
            self._what = what
        if self._clock() - self._began < SHORT:
            return
        if of:
            self._draw(what, done, of)
        elif self._clock() - self._drawn >= OFTEN:
            self._drawn = self._clock()
            self._stream.write(f"\r{what}: {done:,}")
            self._stream.flush()

    def _draw(self, what: str, done: int, of: int) -> None:
        if self._bar is None:
            self._bar = click.progressbar(length=of, label=what, file=self._stream, show_pos=True)
            self._bar.__enter__()
        self._bar.length = of
        self._bar.update(done - self._bar.pos)

    def close(self) -> None:
        """Leave the last bar as it is, on a line of its own."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
        elif self._drawn:
            self._stream.write("\n")
        self._drawn = 0.0


@contextmanager
def metered(*, wanted: bool) -> Iterator[Meter]:
    """A meter for the person at the terminal on stderr; one that tells nobody where there is none, or it is not `wanted`."""
    from sheetcrm.meter import unmetered

    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield unmetered
        return
    bar = Bar(sys.stderr)
    try:
        yield bar
    finally:
        bar.close()
