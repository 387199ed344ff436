"""
A note → a WeCom group (企业微信群机器人).

Only its plain texts can call somebody by phone number, so a note for somebody
whose number is known goes as one, others as markdown.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from sheetcrm.remind.note import Note, fitted, written
from sheetcrm.remind.notifiers.dingtalk import local
from sheetcrm.remind.notifiers.robot import Robot, RobotNotifier

_TEXT, _MARKDOWN = 2048, 4096
"""Bytes."""


class WeComNotifier(RobotNotifier):
    """20 messages a minute are let through."""

    title = "WeCom"
    busy: ClassVar = {-1: timedelta(minutes=1), 45009: timedelta(minutes=1), 45033: timedelta(minutes=1)}
    # The address is none, was taken back, or the robot is not in the group any more.
    unusable = frozenset({93000, 93004, 93008, 93017})

    def payload(self, note: Note, now: datetime) -> dict[str, Any]:
        """See `RobotNotifier`."""
        if not note.phone:
            text = fitted(f"**{note.title}**\n{note.body}", _MARKDOWN)
            return {"msgtype": "markdown", "markdown": {"content": text}}
        plain = written(note.body, link=lambda words, url: f"{words} {url}", bold="")
        text = fitted(f"{note.title}\n{plain}", _TEXT)
        return {"msgtype": "text", "text": {"content": text, "mentioned_mobile_list": [local(note.phone)]}}


class WeComWay(Robot):
    """A WeCom group (企业微信)."""

    type: Literal["wecom"] = "wecom"
    makes = WeComNotifier
