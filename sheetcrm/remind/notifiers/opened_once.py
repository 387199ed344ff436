"""
One notifier → the same one for many, opened once.

A mail server that is asked by a thousand spreadsheets should see one sign-in,
not a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Self

from sheetcrm.remind.message import Cover, Draft
from sheetcrm.remind.notifiers.base import Notifier, Send, Tell, nobody


class OpenedOnce(Notifier):
    """Whoever opens it gets the line that is open already; it is closed at the end of the `with` of this object."""

    def __init__(self, notifier: Notifier) -> None:
        """Opened by the first who wants to send."""
        self._notifier, self._stack = notifier, ExitStack()
        self._send: Send | None = None
        self.channel, self.form, self.pace = notifier.channel, notifier.form, notifier.pace

    def seal(self, draft: Draft, cover: Cover) -> bytes:
        """See `Notifier`."""
        return self._notifier.seal(draft, cover)

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`; `tell` hears what the first who opened it wanted to hear."""
        if self._send is None:
            self._send = self._stack.enter_context(self._notifier.open(tell))
        yield self._send

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Hang up."""
        self._send = None
        self._stack.close()
