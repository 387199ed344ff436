"""
A digest → what a robot says in a chat: bytes for the ledger, then a text in the robot's own markup.

Whatever a cell says stays text: no robot may take it for a link, or for
somebody to call.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass

from sheetcrm.errors import MailError
from sheetcrm.messages import tr
from sheetcrm.remind.message import clean

_LINK = re.compile(r"\[([^\[\]]*)\]\((https?://[^()\s]*)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
# What makes links, tags, calls and emphasis in every markup that we write, as letters that look the same and do nothing.
_MARKUP = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "*": "＊", "`": "｀", "|": "｜"})
# `@all` calls everybody in some chats; `ann@example.com` calls nobody.
_CALL = re.compile(r"(?<![\w.+-])@(?=\S)")
_IN_URLS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "|": "%7C", " ": "%20"})
LEFT_OUT = "…"

Link = Callable[[str, str], str]
"""Text and address → a link in some markup."""


@dataclass(frozen=True)
class Note:
    """What a robot is to say: the body's markup is `**bold**` and `[text](url)`, a list of lines."""

    title: str
    body: str
    name: str
    """Whom it is for."""
    phone: str = ""
    """Theirs, to call them by; empty: they are only named."""

    def dump(self) -> bytes:
        """As the ledger keeps it."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True).encode()

    @classmethod
    def parse(cls, data: bytes) -> Note:
        """What `dump` made; MailError when it is something else, such as a mail."""
        try:
            return cls(**json.loads(data))
        except (ValueError, TypeError) as error:
            raise MailError(
                tr("what the ledger keeps for this channel is no chat message; was its type changed?")
            ) from error


def markup_free(text: str) -> str:
    """Untrusted text on one line, without a character that any robot takes for markup."""
    return _CALL.sub("＠", clean(text, 500).translate(_MARKUP))


def in_markup(url: str) -> str:
    """An address that can stand in `[text](url)`."""
    return url.translate(_IN_URLS)


def written(body: str, *, link: Link, bold: str) -> str:
    """The body in a robot's own markup: links by `link`, bold text between two `bold`."""
    text = _BOLD.sub(lambda found: f"{bold}{found[1]}{bold}", body)
    return _LINK.sub(lambda found: link(found[1], found[2]), text)


def fitted(text: str, limit: int) -> str:
    """As many whole lines of `text` as go into `limit` bytes of UTF-8 with its last line, which leads to the rest."""
    if len(text.encode()) <= limit:
        return text
    *lines, last = text.rstrip().split("\n")
    end = f"{LEFT_OUT}\n{last}" if len(last.encode()) < limit // 2 else LEFT_OUT
    left = limit - len(end.encode())
    kept = []
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return "\n".join([*kept, end])
