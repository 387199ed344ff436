"""A note → a Feishu or Lark group (飞书自定义机器人), as a card; it calls nobody, since such robots know no phone numbers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from sheetcrm.remind.note import Note, fitted
from sheetcrm.remind.notifiers.robot import Robot, RobotNotifier

_LIMIT = 16_000
"""Bytes; a whole request may have 20 kB, in which quotes and line ends count twice."""


class FeishuNotifier(RobotNotifier):
    """Messages may be signed; 100 a minute and 5 a second are let through."""

    title = "Feishu"
    busy: ClassVar = {
        code: timedelta(minutes=1) for code in (-1, 9499, 11232, 11233, 11247, 99991400)
    }  # too many requests, by group, robot or tenant
    # No such robot; signature, address or keyword not as the robot was set up.
    unusable = frozenset({19001, 19021, 19022, 19024})

    def payload(self, note: Note, now: datetime) -> dict[str, Any]:
        """See `RobotNotifier`."""
        card = {
            "config": {"wide_screen_mode": True},
            "header": {"title": {"tag": "plain_text", "content": note.title}},
            "elements": [{"tag": "markdown", "content": fitted(note.body, _LIMIT)}],
        }
        return {**self._signed(now), "msg_type": "interactive", "card": card}

    def _signed(self, now: datetime) -> dict[str, str]:
        if not self.secret:
            return {}
        stamp = str(int(now.timestamp()))
        made = hmac.new(f"{stamp}\n{self.secret}".encode(), b"", hashlib.sha256).digest()
        return {"timestamp": stamp, "sign": base64.b64encode(made).decode()}

    def code(self, fields: Mapping[str, Any]) -> int | None:
        """See `RobotNotifier`; an older form of the answer has another name for it."""
        return super().code(fields) if "code" in fields else super().code({"code": fields.get("StatusCode")})


class FeishuWay(Robot):
    """A Feishu or Lark group (飞书)."""

    type: Literal["feishu"] = "feishu"
    makes = FeishuNotifier
