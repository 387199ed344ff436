"""
What a way to send must do: take one mail at a time, say what became of it.

The difference that matters is between "surely not taken" (`RETRY`, `FAILED`)
and "perhaps taken" (`UNKNOWN`): only a mail that was surely not taken may be
planned anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from sheetcrm.variants import Variant


class Verdict(StrEnum):
    """What became of a mail that we tried to send; the words are also the states in the ledger."""

    SENT = "sent"
    """The other end took it."""
    RETRY = "retry"
    """It was not taken, this time."""
    FAILED = "failed"
    """It was not taken and never will be."""
    UNKNOWN = "unknown"
    """It was handed over and no answer came: it may or may not have been taken."""


@dataclass(frozen=True)
class Outcome:
    """A verdict and, when it is not `SENT`, why: the other end's own words."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True)
class Outgoing:
    """A mail ready to go: envelope addresses, its Message-ID and exactly the bytes to send."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


Send = Callable[[Outgoing], Outcome]


class Way(Variant):
    """
    A way to send, as the config says it under `mail: by:`; its settings are its fields.

    A new one is one file here: a Way with its `type`, and the Notifier it makes.
    """

    family = "way of sending"

    def notifier(self, folder: Path, environment: Mapping[str, str]) -> Notifier:
        """The notifier of these settings; relative paths are in `folder`, secrets are looked up now."""
        raise NotImplementedError


class Notifier(ABC):
    """A way to send mails."""

    channel: ClassVar[str]
    """Its word in the ledger; a reminder is sent once per channel."""

    @abstractmethod
    def open(self) -> AbstractContextManager[Send]:
        """
        A function that sends, usable until the context ends.

        Raises MailError, on opening or from a send, when the other end cannot
        be used at all: then the mail in hand was surely not taken.
        """
