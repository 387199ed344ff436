"""
Tombstones ↔ a file beside the backups, which only grows.

It is there before anything is erased, and says when everything is: so a run
that was killed is known, and goes on.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

from sheetcrm.errors import SheetcrmError, reason
from sheetcrm.messages import tr
from sheetcrm.privacy.erased import Erased
from sheetcrm.privacy.tombstone import Tombstone, key_mark

NAME = "erased.jsonl"


class Registry:
    """Everybody who was erased from the spreadsheets of one config."""

    def __init__(self, folder: Path) -> None:
        """In the folder of backups: it is made when there is something to put into it."""
        self.path = folder / NAME

    def tombstones(self) -> list[Tombstone]:
        """All, the oldest first; SheetcrmError where another machine's key made them, as nobody is found by those here."""
        found = self.kept()
        if any(one.key != key_mark() for one in found):
            raise SheetcrmError(
                tr(
                    "{path} was made with another key: bring veil.key of that machine into the folder of keys, or erased people may come back",
                    path=self.path,
                )
            )
        return found

    def kept(self) -> list[Tombstone]:
        """The same, whoever can use them."""
        found: dict[str, Tombstone] = {}
        for line in self._lines():
            try:
                said = json.loads(line)
            except ValueError:
                # Torn by a crash: nothing was done yet after it.
                continue
            if "names" in said:
                found[said["mark"]] = Tombstone(**said)
            elif said.get("mark") in found:
                found[said["mark"]] = replace(found[said["mark"]], **{**said, "mark": said["mark"]})
        return list(found.values())

    def everybody(self) -> Erased:
        """To look for all of them."""
        return Erased(self.tombstones())

    def put(self, tombstone: Tombstone) -> None:
        """On the disk before anything is erased; one that is there already is not put twice."""
        if all(one.mark != tombstone.mark for one in self.tombstones()):
            self._add(json.dumps(tombstone.json(), ensure_ascii=False))

    def note(self, mark: str, **said: object) -> None:
        """That it is `done`, or which `archives` hold that person now."""
        self._add(json.dumps({"mark": mark, **said}, ensure_ascii=False))

    def _lines(self) -> list[str]:
        try:
            return self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise SheetcrmError(tr("{path} cannot be read: {error}", path=self.path, error=reason(error))) from error

    def _add(self, line: str) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
                file.write(f"\n{line}\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise SheetcrmError(
                tr("{path} cannot be written, so nobody is erased: {error}", path=self.path, error=reason(error))
            ) from error
