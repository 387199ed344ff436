"""
Options that are called otherwise now → the cells that still have the old words.

Whether that was done is only remembered, never read: a colleague may type an old word again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, made_before, sheets_of


@dataclass(frozen=True)
class Rewording(Resource):
    """Pairs of (old word, new word) for the cells of a column; in a `listed` one a cell may have several, with commas between."""

    words: tuple[tuple[str, str], ...]
    listed: bool = False

    kind: ClassVar[str] = "rewording"
    rank: ClassVar[int] = 48
    policy: ClassVar[Policy] = "restore"
    reversible: ClassVar[bool] = False
    fixed: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Those that the tab remembers as done."""
        for key, part in sheets_of(description, layout):
            for address, digest in made_before(part, key, layout).items():
                wanted = desired.get(address)
                if isinstance(wanted, cls) and wanted.digest == digest:
                    yield address, wanted

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Find whole words and replace them."""
        place = layout.grid_range(address.sheet, address.column)
        return [
            {"findReplace": {**self._found(old, new), "matchCase": True, "range": place}} for old, new in self.words
        ]

    def say(self, live: Self | None = None) -> str:
        """`a → b` in cells."""
        words = changed(None, ", ".join(f"{old} → {new}" for old, new in self.words))
        return tr("{words} in cells", words=words)

    def _found(self, old: str, new: str) -> Json:
        if not self.listed:
            return {"find": old, "replacement": new, "matchEntireCell": True}
        between = r"[,，、;；\s]"
        word = re.escape(old).replace("\\ ", " ")
        find, replacement = f"(^|{between}){word}($|{between})", f"$1{_plain(new)}$2"
        return {"find": find, "replacement": replacement, "searchByRegex": True}


def _plain(text: str) -> str:
    """As a replacement of a regular expression has it."""
    return text.replace("\\", "\\\\").replace("$", "\\$")
