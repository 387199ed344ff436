"""
A note → a group chat, by the robot that stands in it.

Robots answer 200 to nearly everything and say in the answer whether they took
the message, so that the answer has to be read: a library that looks at the
status takes a wrong key for a success.
"""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.errors import MailError
from sheetcrm.messages import tr
from sheetcrm.remind.message import Cover, Draft, clean
from sheetcrm.remind.note import Note, markup_free
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody
from sheetcrm.remind.notifiers.pace import CLOCK, Clock, Pace
from sheetcrm.remind.notifiers.posting import Answer, Poster, by_status, checked
from sheetcrm.secret import Secret


class Robot(Way):
    """A robot in a group chat."""

    form: ClassVar[Literal["mail", "text"]] = "text"
    makes: ClassVar[type[RobotNotifier]]
    """What sends for it."""

    webhook: Secret
    """The whole address that the robot was given; whoever has it can write to the group."""
    secret: Secret | None = None
    """What messages are signed with, where the robot was set up so."""
    per_minute: int = Field(default=20, ge=1)
    """Send at most so many messages a minute."""
    timeout: float = Field(default=20, gt=0)
    """Seconds to wait for the robot at each step."""

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = "") -> RobotNotifier:
        """See `Way`."""
        return self.makes(
            checked(self.webhook.reveal(folder, environment), self.kind),
            self.secret.reveal(folder, environment) if self.secret else None,
            per_minute=self.per_minute,
            timeout=self.timeout,
            channel=self.word(channel or self.kind),
        )


@dataclass(frozen=True)
class RobotNotifier(Notifier):
    """Writes to the chat whose robot listens at `webhook`."""

    form = "text"
    title: ClassVar[str]
    """For messages."""
    busy: ClassVar[Mapping[int, timedelta]]
    """The codes that say not now, and how long to wait then."""
    unusable: ClassVar[frozenset[int]]
    """The codes that say that the robot takes nothing at all like this."""

    webhook: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    per_minute: int | None = 20
    timeout: float = 20
    channel: str = "robot"
    clock: Clock = field(default=CLOCK, repr=False)
    pace: Pace = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """One pace for all that it sends."""
        object.__setattr__(self, "pace", Pace(self.per_minute, self.clock))

    def seal(self, draft: Draft, cover: Cover) -> bytes:
        """See `Notifier`: a `Note`."""
        body = draft.markdown or "\n".join(map(markup_free, draft.text.splitlines()))
        return Note(markup_free(draft.subject), body, markup_free(cover.name), cover.phone).dump()

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`."""
        poster = Poster(self.title, self.timeout)

        def send(message: Outgoing) -> Outcome:
            note = Note.parse(message.data)
            self.pace.go()
            now = self.clock.now()
            body = json.dumps(self.payload(note, now), ensure_ascii=False).encode()
            answer = poster.post(self.address(now), body, {"Content-Type": "application/json; charset=utf-8"})
            if isinstance(answer, Outcome):
                return answer
            tell(tr("{title} answered: {said}", title=self.title, said=answer.said()))
            return self.judged(answer)

        try:
            yield send
        finally:
            poster.close()

    @abstractmethod
    def payload(self, note: Note, now: datetime) -> dict[str, Any]:
        """What to post."""

    def address(self, now: datetime) -> str:
        """Where to post it."""
        return self.webhook

    def judged(self, answer: Answer) -> Outcome:
        """What the answer means; MailError when the robot takes nothing."""
        code = self.code(answer.fields)
        if code is None:
            if answer.status < 300:
                return Outcome(Verdict.UNKNOWN, tr("the answer made no sense: {said}", said=answer.said()))
            return by_status(answer, self.title)
        said = clean(answer.text)
        if code == 0:
            return Outcome(Verdict.SENT)
        if code in self.busy:
            return Outcome(Verdict.RETRY, said, answer.wait or self.busy[code])
        if code in self.unusable:
            raise MailError(
                tr(
                    "{title} takes nothing from us: {said}; look at the robot's settings in the group",
                    title=self.title,
                    said=said,
                )
            )
        return Outcome(Verdict.FAILED, said)

    def code(self, fields: Mapping[str, Any]) -> int | None:
        """The code of an answer; None when it has none."""
        found = fields.get("errcode", fields.get("code"))
        return found if isinstance(found, int) else None
