"""
The notes and colours of cells, told apart into ours and people's.

Nothing of it is remembered anywhere else: our note says by its first line that
it is ours and unchanged, our colour is one that nobody picks, and it only ever
lies where there was none.  So marks may be sorted, copied and moved about.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from sheetcrm.layout import Layout, letters, quoted
from sheetcrm.resources.base import Json, color_style, color_text
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.records import FIRST_ROW, Issue

FIELDS = (
    "sheets(properties.sheetId,data(startRow,startColumn,rowData.values(note,userEnteredFormat.backgroundColorStyle)))"
)
NOTE, COLORED = "note", "userEnteredFormat.backgroundColorStyle"
"""The fields of a cell that a skin is made of."""
COLOR = "#ffd7c9"
"""In no palette of Sheets."""
LONGEST = 2_000
"""Characters of a note."""

_OURS = re.compile(r"sheetcrm check · ([0-9a-f]{8})\n(.*)", re.DOTALL)

Where = tuple[str, int, int]
"""Sheet key, 1-based row, 0-based index of a column."""


@dataclass(frozen=True)
class Skin:
    """What lies over and beside a cell: a note, and a colour of its own as the API has it (None: none)."""

    note: str = ""
    color: Json | None = None

    @property
    def note_is_ours(self) -> bool:
        """Whether we wrote the note and nobody has changed it since."""
        found = _OURS.fullmatch(self.note)
        return found is not None and found[1] == _digest(found[2])

    @property
    def color_is_ours(self) -> bool:
        """Whether the colour is the one of our marks."""
        return self.color is not None and color_text(self.color) == COLOR

    @property
    def of_people(self) -> Skin:
        """Without what is ours."""
        return Skin("" if self.note_is_ours else self.note, None if self.color_is_ours else self.color)

    def marked(self, note: str) -> Skin:
        """With our note and colour, where there is nothing of people's."""
        own = self.of_people
        return Skin(own.note or note, own.color if own.color is not None else color_style(COLOR))

    def cell(self, fields: Iterable[str]) -> Json:
        """CellData with those fields."""
        data: Json = {NOTE: self.note} if self.note and NOTE in fields else {}
        if self.color is not None and COLORED in fields:
            data["userEnteredFormat"] = {"backgroundColorStyle": self.color}
        return data

    def unlike(self, other: Skin) -> tuple[str, ...]:
        """In which fields they differ; our colour is the same with whatever digits it comes back."""
        colors = (COLOR if skin.color_is_ours else skin.color for skin in (self, other))
        same = next(colors) == next(colors)
        return (NOTE,) * (self.note != other.note) + (COLORED,) * (not same)


def note_of(issues: Iterable[Issue]) -> str:
    """What a wrong cell's note says: every message, each with its suggestion."""
    lines = [f"{issue.message} → {issue.suggestion}" if issue.suggestion else issue.message for issue in issues]
    text = "\n".join(_plain(line) for line in lines)[:LONGEST].rstrip()
    return f"sheetcrm check · {_digest(text)}\n{text}"


def skins(gateway: Gateway, layout: Layout) -> dict[Where, Skin]:
    """Every note and colour below the headers of our tabs, people's own columns included; one read."""
    ranges = [
        f"{quoted(layout.tab_title(sheet))}!A{FIRST_ROW}:{letters(layout.width(sheet) - 1)}{layout.rows(sheet)}"
        for sheet in layout.sheets()
        if layout.rows(sheet) >= FIRST_ROW
    ]
    found: dict[Where, Skin] = {}
    for part in gateway.describe(FIELDS, ranges).get("sheets", []) if ranges else ():
        sheet = layout.sheet_key(part.get("properties", {}).get("sheetId", 0))
        for data in part.get("data", []) if sheet is not None else ():
            first, left = data.get("startRow", 0) + 1, data.get("startColumn", 0)
            for row, cells in enumerate(data.get("rowData", []), first):
                for index, cell in enumerate(cells.get("values", ()), left):
                    if cell and (skin := _skin(cell)) != Skin():
                        found[str(sheet), row, index] = skin
    return found


def _skin(cell: Mapping[str, Any]) -> Skin:
    return Skin(cell.get("note", ""), cell.get("userEnteredFormat", {}).get("backgroundColorStyle") or None)


def _plain(text: str) -> str:
    """One line without controls."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _digest(text: str) -> str:
    """Eight hex digits that do not depend on how lines end."""
    return blake2b("".join(text.split()).encode("utf-8", "replace"), digest_size=4).hexdigest()
