"""
What shows when the pointer rests on a column's header ↔ the note of the cell in row 1.

The team's once it is there; one that they took away stays away until the template says something new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, cell_of, changed, columns_of


@dataclass(frozen=True)
class Note(Resource):
    """The `text` of a header's note."""

    text: str

    kind: ClassVar[str] = "note"
    rank: ClassVar[int] = 47
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.rowData.values.note",)
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every note of a header of ours."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            if text := cell_of(part, 1, index).get("note", ""):
                yield address, cls(text)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write it; the title under it stays."""
        return [self._noted(self.text, address, layout)]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take it away."""
        return [self._noted("", address, layout)]

    def heads(self) -> bool:
        """Always."""
        return True

    def say(self, live: Self | None = None) -> str:
        """The text, cut."""
        return changed(live and live.text, self.text)

    def _noted(self, text: str, address: Address, layout: Layout) -> Request:
        place = layout.grid_range(address.sheet, address.column, first=1, last=1)
        return {"repeatCell": {"range": place, "cell": {"note": text} if text else {}, "fields": "note"}}
