"""
SIGTERM, SIGINT and SIGHUP → words, asked for between two mails.

Nothing is done in a handler but to write down what came: a mail that is being
handed over is handed over, and its fate committed, before anybody looks.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from sheetcrm.messages import tr


class Signals:
    """What came so far, and a sleep that ends when something comes."""

    def __init__(self, reader: int) -> None:
        """`reader` can be read from whenever a signal came."""
        self._reader, self._stop, self._reload = reader, "", False

    def heard(self, number: int, _frame: FrameType | None) -> None:
        """Note one; the second that says to stop stops at once, as it does where nobody listens."""
        if number == getattr(signal, "SIGHUP", None):
            self._reload = True
        else:
            signal.signal(number, signal.SIG_DFL if number != signal.SIGINT else signal.default_int_handler)
            self._stop = tr("asked to by {name}", name=signal.Signals(number).name)

    def halted(self) -> str:
        """Why to stop; empty while nobody asked for that."""
        return self._stop

    def called(self) -> bool:
        """Whether SIGHUP came since this was last asked."""
        came, self._reload = self._reload, False
        return came

    def sleep(self, seconds: float) -> None:
        """So long, or until a signal comes."""
        if select.select([self._reader], [], [], max(seconds, 0))[0]:
            os.read(self._reader, 4096)


@contextmanager
def stopping() -> Iterator[Signals]:
    """Signals are only noted within."""
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    found = Signals(reader)
    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    woken = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, found.heard)
    try:
        yield found
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(woken)
        os.close(reader)
        os.close(writer)
