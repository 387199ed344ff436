"""A mail → its text on the terminal, for people who try things out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Literal, TextIO

from sheetcrm.remind.message import clean
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody


class ConsoleWay(Way):
    """Onto the terminal (its standard error), to try things out: what is shown there was not mailed to anybody."""

    is_trial = True

    type: Literal["console"] = "console"

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> ConsoleNotifier:
        """See `Way`."""
        return ConsoleNotifier(self.word(channel))


@dataclass(frozen=True)
class ConsoleNotifier(Notifier):
    """Shows each mail on `stream` instead of sending it; on standard error, since results belong on standard output."""

    channel: str = "console"
    stream: TextIO = field(default_factory=lambda: sys.stderr, repr=False)

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`."""

        def send(mail: Outgoing) -> Outcome:
            message = message_from_bytes(mail.data, policy=default)
            text = message.get_body(("plain",))
            body = text.get_content() if text is not None else ""
            shown = "\n".join(clean(line, 500) if line.strip() else "" for line in body.splitlines())
            head = "".join(f"{name}: {clean(str(message[name] or ''))}\n" for name in ("From", "To", "Subject"))
            self.stream.write(f"{head}\n{shown}\n\n")
            self.stream.flush()
            return Outcome(Verdict.SENT)

        yield send
