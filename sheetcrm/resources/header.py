"""
What row 1 says over a column.

The team's once it is there; only a header that somebody blanked is written again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    cell_of,
    changed,
    columns_of,
)


@dataclass(frozen=True)
class Header(Resource):
    """The `title` of a column."""

    title: str

    kind: ClassVar[str] = "header"
    rank: ClassVar[int] = 40
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.rowData.values.userEnteredValue",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every header that is not blank, or is meant to be."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            cell = cell_of(part, 1, index)
            title = next((str(value) for value in cell.get("userEnteredValue", {}).values()), "")
            wanted = desired.get(address)
            if title.strip() or (isinstance(wanted, cls) and not wanted.title.strip()):
                yield address, cls(title)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write it as text."""
        cell = {"userEnteredValue": {"stringValue": self.title}}
        place = layout.grid_range(address.sheet, address.column, first=1, last=1)
        return [{"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}}]

    def heads(self) -> bool:
        """Always."""
        return True

    def say(self, live: Self | None = None) -> str:
        """The title."""
        return changed(live and live.title, self.title)
