"""A note → a DingTalk group (钉钉自定义机器人), as markdown, calling people by their phone number."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

from sheetcrm.remind.note import Note, fitted
from sheetcrm.remind.notifiers.robot import Robot, RobotNotifier

_LIMIT = 18_000
"""Bytes; a whole request may have 20,000."""


class DingTalkNotifier(RobotNotifier):
    """Messages may be signed, must have a keyword of the robot where one was set, and 20 a minute are let through."""

    title = "DingTalk"
    # Too fast: the robot is then silent for ten minutes.
    busy: ClassVar = {-1: timedelta(minutes=1), 130101: timedelta(minutes=10), 410100: timedelta(minutes=10)}
    # No such robot, switched off, group gone; signature, address or keyword not as the robot was set up.
    unusable = frozenset({300001, 300005, 310000, 400013, 400101, 400102, 400106})

    def payload(self, note: Note, now: datetime) -> dict[str, Any]:
        """See `RobotNotifier`."""
        mobiles = [local(note.phone)] if note.phone else []
        # Whoever is called has to be named in the text, too.
        called = f" @{mobiles[0]}" if mobiles else ""
        # One line end is none to DingTalk, unless two blanks are before it.
        body = f"**{note.title}**{called}\n\n{note.body}".replace("\n", "  \n")
        return {
            "msgtype": "markdown",
            "markdown": {"title": note.title, "text": fitted(body, _LIMIT)},
            "at": {"atMobiles": mobiles, "isAtAll": False},
        }

    def address(self, now: datetime) -> str:
        """See `RobotNotifier`; signed with the moment, which may be an hour off."""
        if not self.secret:
            return self.webhook
        stamp = str(int(now.timestamp() * 1000))
        made = hmac.new(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), hashlib.sha256).digest()
        joint = "&" if "?" in self.webhook else "?"
        return f"{self.webhook}{joint}{urlencode({'timestamp': stamp, 'sign': base64.b64encode(made).decode()})}"


class DingTalkWay(Robot):
    """A DingTalk group (钉钉)."""

    type: Literal["dingtalk"] = "dingtalk"
    makes = DingTalkNotifier


def local(phone: str) -> str:
    """A number as these robots know it: those of mainland China without their prefix."""
    return phone.removeprefix("+86").lstrip("+")
