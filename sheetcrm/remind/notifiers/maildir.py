"""
A mail → a maildir, where a mail server or a mail program of this machine finds it.

The name comes from the Message-ID, so a second copy of a mail is the same
file again, also after somebody read it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sheetcrm.errors import MailError, reason
from sheetcrm.messages import tr
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody


class MaildirWay(Way):
    """Into the maildir `path`, which is made when it is missing: delivered, as far as we go."""

    type: Literal["maildir"] = "maildir"
    path: Path

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> MaildirNotifier:
        """See `Way`."""
        return MaildirNotifier(folder / self.path.expanduser(), self.word(channel))


@dataclass(frozen=True)
class MaildirNotifier(Notifier):
    """Leaves each mail in the `new` of a maildir."""

    folder: Path
    channel: str = MAIL

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`."""

        def send(mail: Outgoing) -> Outcome:
            try:
                tell(tr("lies in {file}", file=self._put(mail)))
            except OSError as error:
                raise MailError(
                    tr(
                        "the maildir {folder} cannot be written: {said}; every mail stays queued",
                        folder=self.folder,
                        said=reason(error),
                    )
                ) from error
            return Outcome(Verdict.SENT)

        yield send

    def _put(self, mail: Outgoing) -> Path:
        """Where it lies: on the disk before it is seen."""
        for part in ("tmp", "new", "cur"):
            (self.folder / part).mkdir(parents=True, exist_ok=True, mode=0o700)
        # The recipient belongs to it: two people may be told in mails of one Message-ID in a test of everybody.
        name = hashlib.sha256(f"{mail.message_id}\n{mail.recipient}".encode()).hexdigest()[:32] + ".sheetcrm"
        if seen := next((self.folder / "cur").glob(f"{name}*"), None):
            return seen
        draft, final = self.folder / "tmp" / f"{name}.{os.getpid()}", self.folder / "new" / name
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            # Maildirs have the line ends of this system.
            file.write(f"Return-Path: <{mail.sender}>\nDelivered-To: {mail.recipient}\n".encode())
            file.write(mail.data.replace(b"\r\n", b"\n"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(final)
        return final
