"""
What a way to send must do: take one message at a time, say what became of it.

The difference that matters is between "surely not taken" (`RETRY`, `FAILED`)
and "perhaps taken" (`UNKNOWN`): only a message that was surely not taken may be
planned anew.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.remind.message import Cover, Draft, compose
from sheetcrm.remind.notifiers.pace import Pace, never
from sheetcrm.variants import Variant

MAIL = "mail"
"""The channel of rules that name none, and its word in the ledger."""
LONGEST = timedelta(hours=6)


class Verdict(StrEnum):
    """What became of a message that we tried to send; the words are also the states in the ledger."""

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
    wait: timedelta | None = None
    """How long the other end wants to be left alone, at most `LONGEST`; None where it did not say."""


@dataclass(frozen=True)
class Outgoing:
    """A message ready to go: envelope addresses, its Message-ID and exactly the bytes that its notifier sealed."""

    sender: str
    recipient: str
    message_id: str
    data: bytes


Send = Callable[[Outgoing], Outcome]
Tell = Callable[[str], None]
"""Is told of every step, for people."""


def nobody(_step: str) -> None:
    """Who listens when nobody asked."""


class Way(Variant):
    """
    A way to send, as the config says it under `mail: by:` and `channels:`; its settings are its fields.

    A new one is one file here: a Way with its `type`, and the Notifier it makes.
    """

    family = N_("way of sending")

    form: ClassVar[Literal["mail", "text"]] = "mail"
    """Whether it carries mails, or texts to a chat."""
    is_trial: ClassVar[bool] = False
    """Whether nobody gets what it sends: it is then a channel of its own in the ledger, and all is still to be sent."""

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> Notifier:
        """The notifier of these settings for that channel of the config; relative paths are in `folder`, secrets are looked up now."""
        raise NotImplementedError

    def word(self, channel: str) -> str:
        """What the ledger calls that channel of the config."""
        if not self.is_trial:
            return channel
        return self.kind if channel == MAIL else f"{self.kind}:{channel}"

    @property
    def kind(self) -> str:
        """Its `type:`."""
        return str(self.model_dump(include={"type"})["type"])


class Notifier(ABC):
    """A way to send messages."""

    channel: str
    """Its word in the ledger; a reminder is sent once per channel."""
    form: Literal["mail", "text"] = "mail"
    """What it carries; a text cannot be sent to an address instead."""
    pace: Pace = Pace(None)
    """How fast it may send."""

    def wait(self, halted: Callable[[], str] = never) -> str:
        """
        Return when one more message may go; or at once, with its text, when `halted` gives one.

        To be called before it is noted that it goes, so that nobody who waits leaves a doubt.
        """
        return self.pace.wait(halted)

    def seal(self, draft: Draft, cover: Cover) -> bytes:
        """The bytes that the ledger keeps and `send` is given: a mail, unless this way carries something else; MailError when they cannot be made."""
        return compose(draft, cover)

    def led(self, lead: Callable[[Any], None]) -> Notifier:
        """The same by the way out to Google that the config names, which `lead` lets a session go; itself where it has nothing to do with Google."""
        return self

    def knock(self, tell: Tell = nobody) -> bool:
        """
        Go as far as one can go without sending anything; False where that is nowhere, so that nothing is known.

        Raises MailError when the other end cannot be used.
        """
        return False

    @abstractmethod
    def open(self, tell: Tell = nobody) -> AbstractContextManager[Send]:
        """
        A function that sends, usable until the context ends; `tell` hears of every step.

        Raises MailError, on opening or from a send, when the other end cannot
        be used at all: then the message in hand was surely not taken.
        """
