"""
A function → its result within so many seconds, or LATE.

A name that is looked up, a disk of a network or a lock may hold a call for
longer than any timeout of ours, so it runs in a thread that is left behind.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

Result = TypeVar("Result")
STEP = 0.5
"""Seconds after which whoever waits looks whether time was given back."""


class Late(Exception):  # noqa: N818 - said as a state, as in errors.py
    """It was not done in time, and goes on by itself without anybody hearing of it."""


class Rest:
    """Seconds that were spent waiting for a turn and do not count, and how to spend them."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep, self.seconds = sleep, 0.0

    def sleep(self, seconds: float) -> None:
        """Wait; it counts for nobody."""
        self.seconds += seconds
        self._sleep(seconds)


def within(seconds: float, work: Callable[[], Result], rest: Rest) -> Result:
    """What `work` returns or raises; Late when it took longer than `seconds` and what it rested."""
    done: list[Result] = []
    failed: list[BaseException] = []
    context = copy_context()

    def run() -> None:
        try:
            done.append(context.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failed.append(error)

    before, began = rest.seconds, time.monotonic()
    worker = threading.Thread(target=run, daemon=True, name="doctor")
    worker.start()
    while worker.is_alive():
        left = seconds + (rest.seconds - before) - (time.monotonic() - began)
        if left <= 0:
            raise Late
        worker.join(min(left, STEP))
    if failed:
        raise failed[0]
    return done[0]
