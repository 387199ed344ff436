"""
Drive, and everything that is changed there in the journal as well.

Access that was given or taken is never undone from here, so each call is a note
of its own, made before it goes out.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import requests

from sheetcrm.journal.folder import Journal
from sheetcrm.journal.write import Json
from sheetcrm.sheets.gateway import Drive


class RecordedDrive(Drive):
    """As `Drive`; who gets or loses access to the journal's spreadsheet is written down."""

    def __init__(self, session: requests.Session, journal: Journal, now: Callable[[], datetime]) -> None:
        """`now` is the clock."""
        super().__init__(session)
        self._journal, self._now = journal, now
        self._known: dict[str, Json] = {}

    def permissions(self, file: str) -> list[Json]:
        """As `Drive` does it; remembers who is who."""
        found = super().permissions(file)
        self._known |= {one["id"]: one for one in found if "id" in one}
        return found

    def share(self, file: str, address: str, level: str) -> None:
        """As `Drive` does it."""
        with self._noted("share", address, None, level):
            super().share(file, address, level)

    def reshare(self, file: str, permission: str, level: str) -> None:
        """As `Drive` does it."""
        known = self._known.get(permission, {})
        with self._noted("reshare", _who(known, permission), known.get("role"), level):
            super().reshare(file, permission, level)

    def lift(self, file: str, permission: str) -> None:
        """As `Drive` does it."""
        known = self._known.get(permission, {})
        with self._noted("lift", _who(known, permission), known.get("role"), None):
            super().lift(file, permission)

    def _noted(self, what: str, who: str, before: str | None, after: str | None) -> AbstractContextManager[None]:
        entry = {"access": {"who": who, "before": before, "after": after}}
        return self._journal.written(what, [entry], self._now(), stage="aside")


def _who(known: Json, permission: str) -> str:
    """An address or a domain, where that is known; else Drive's own id."""
    return str(known.get("emailAddress") or known.get("domain") or known.get("type") or permission)
