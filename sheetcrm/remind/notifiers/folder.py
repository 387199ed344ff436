"""
A mail → two files: `.eml` with exactly its bytes, `.html` to open in a browser.

The name comes from the Message-ID, so a second copy of a mail is the same
file again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Literal

from sheetcrm.errors import MailError, reason
from sheetcrm.messages import tr
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody


class FolderWay(Way):
    """Into the folder `path`, to try things out: what is written there was not mailed to anybody."""

    # What was tried out here is still to be mailed once a mail server is named.
    is_trial = True

    type: Literal["folder"] = "folder"
    path: Path

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> FolderNotifier:
        """See `Way`."""
        return FolderNotifier(folder / self.path.expanduser(), self.word(channel))


@dataclass(frozen=True)
class FolderNotifier(Notifier):
    """Leaves each mail in `folder`, which is made when it is missing, instead of sending it."""

    folder: Path
    channel: str = "folder"

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """A function that writes; MailError when the folder cannot be written."""

        def send(mail: Outgoing) -> Outcome:
            tell(tr("written to {file}", file=save(mail.data, self.folder)))
            return Outcome(Verdict.SENT)

        yield send


def save(data: bytes, folder: Path) -> Path:
    """Write the mail `data` as `.eml` and `.html` and return the path of the `.html`; MailError when that cannot be done."""
    message = message_from_bytes(data, policy=default)
    html = message.get_body(("html",))
    stem = folder / _name(str(message["To"]), str(message["Message-ID"]))
    page = stem.with_name(stem.name + ".html")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write(stem.with_name(stem.name + ".eml"), data)
        _write(page, html.get_content().encode() if html is not None else b"")
    except OSError as error:
        raise MailError(tr("mails cannot be written to {folder}: {said}", folder=folder, said=reason(error))) from error
    return page


def _name(recipient: str, message_id: str) -> str:
    address = re.sub(r".*<|>.*", "", recipient)
    return f"{re.sub(r'[^A-Za-z0-9@.+-]', '_', address)[:80]}-{re.sub(r'[^0-9A-Za-z]', '', message_id)[:12]}"


def _write(path: Path, data: bytes) -> None:
    """The whole file or none of it; readable by its owner alone, since mails hold customers."""
    beside = path.with_name(path.name + ".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
    beside.replace(path)
