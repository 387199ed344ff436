"""
One write of ours ↔ the lines of its file.

The first document of a file is the write, what follows are stages that it came
to; a line that was torn by a crash says nothing.
"""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

Json = dict[str, Any]
Stage = Literal["begun", "done", "undone", "refused", "aside"]
"""
`begun`: sent, and nobody knows whether it arrived; `undone`: taken back since;
`refused`: nothing of it was done; `aside`: nothing that can be taken back by itself.
"""


@dataclass(frozen=True)
class By:
    """Who wrote: the person's name on this machine, the account at Google (empty where there is none), the command."""

    user: str = ""
    account: str = ""
    command: str = ""

    @classmethod
    def here(cls, command: str, session: object = None) -> Self:
        """Whoever runs this process, and is signed in to Google by that session: where that comes in."""
        try:
            user = getpass.getuser()
        except (OSError, KeyError):
            # In a container without names there are numbers only, and no module for them elsewhere.
            user = ""
        account = getattr(session, "account", "")
        return cls(user, account or "", command)


@dataclass(frozen=True)
class Write:
    """One write: when (UTC), what it was called, its fingerprint, its entries with `before` and `after`, and by whom."""

    when: str
    what: str
    fingerprint: str
    entries: tuple[Json, ...]
    stage: Stage = "begun"
    by: By = By()

    def line(self) -> str:
        """As it stands in its file, line end included."""
        return _line(asdict(self))


def stage_line(stage: Stage) -> str:
    """That a write came to that stage, as it is put below it."""
    return _line({"stage": stage})


def parsed(text: str) -> Write | None:
    """The write with its last stage; None for one that was torn while it was written down, of which nothing was sent."""
    try:
        document, end = json.JSONDecoder().raw_decode(text.lstrip())
        found = write_of(document)
    except (ValueError, TypeError, KeyError):
        return None
    for line in text.lstrip()[end:].splitlines():
        with suppress(ValueError):
            found = replace(found, stage=json.loads(line)["stage"])
    return found


def in_file(path: Path) -> Write | None:
    """As `parsed`; a character may be torn, too."""
    return parsed(path.read_text(encoding="utf-8", errors="replace"))


def write_of(document: Json) -> Write:
    """One that was read as JSON."""
    return Write(**{**document, "entries": tuple(document["entries"]), "by": By(**document.get("by", {}))})


def fingerprint(entries: Sequence[Json]) -> str:
    """Twelve hex digits that tell these entries from others."""
    text = json.dumps(list(entries), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _line(document: Json) -> str:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    # A cell may hold half a surrogate pair, which no UTF-8 does.
    return (text if _is_utf8(text) else json.dumps(document, separators=(",", ":"))) + "\n"


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
