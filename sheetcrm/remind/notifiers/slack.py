"""A note → a Slack channel, by an incoming webhook; it calls nobody, since Slack knows its people by other names."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import tr
from sheetcrm.remind.note import Note, fitted, written
from sheetcrm.remind.notifiers.base import Outcome, Verdict
from sheetcrm.remind.notifiers.posting import Answer, by_status
from sheetcrm.remind.notifiers.robot import Robot, RobotNotifier

_LIMIT = 12_000
"""Bytes; Slack cuts a text after 40,000 characters, and wants 4,000 of them in a message at most."""
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class SlackNotifier(RobotNotifier):
    """One message a second is let through; then it says how long to wait."""

    title = "Slack"
    busy: ClassVar = {}
    unusable = frozenset[int]()

    def payload(self, note: Note, now: datetime) -> dict[str, Any]:
        """See `RobotNotifier`."""
        escaped = f"**{note.title}**\n{note.body}".translate(_ESCAPED)
        text = written(escaped, link=lambda words, url: f"<{url}|{words}>", bold="*")
        return {"text": fitted(text, _LIMIT), "unfurl_links": False}

    def judged(self, answer: Answer) -> Outcome:
        """See `RobotNotifier`; Slack says it by the status, and `ok`."""
        if answer.status < 300 and answer.text.strip() != "ok":
            return Outcome(Verdict.UNKNOWN, tr("the answer made no sense: {said}", said=answer.said()))
        return by_status(answer, self.title)


class SlackWay(Robot):
    """A Slack channel."""

    type: Literal["slack"] = "slack"
    makes = SlackNotifier
    per_minute: int = Field(default=60, ge=1)
