"""
How wide a column is, and whether it shows.

The team's, until the template itself changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, columns_of


@dataclass(frozen=True)
class Width(Resource):
    """A column is so many `pixels` wide, or hidden."""

    pixels: int
    hidden: bool = False

    kind: ClassVar[str] = "width"
    rank: ClassVar[int] = 42
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.columnMetadata.pixelSize",
        "sheets.data.columnMetadata.hiddenByUser",
    )

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The width of every column of ours."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            columns = (part.get("data") or [{}])[0].get("columnMetadata", [])
            size = columns[index] if index < len(columns) else {}
            yield address, cls(size.get("pixelSize", 100), size.get("hiddenByUser", False))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set both."""
        index = layout.index(address.sheet, address.column)
        span = {
            "sheetId": layout.sheet_id(address.sheet),
            "dimension": "COLUMNS",
            "startIndex": index,
            "endIndex": index + 1,
        }
        size = {"pixelSize": self.pixels, "hiddenByUser": self.hidden}
        return [{"updateDimensionProperties": {"range": span, "properties": size, "fields": "pixelSize,hiddenByUser"}}]

    def say(self, live: Self | None = None) -> str:
        """`120 px`, `hidden`."""
        return changed(live and _words(live), _words(self))


def _words(width: Width) -> str:
    return tr("{pixels} px, hidden", pixels=width.pixels) if width.hidden else f"{width.pixels} px"
