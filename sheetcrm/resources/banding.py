"""
Alternating row colours ↔ a banded range.

The team's, until the template itself changes it.  A cell's own colour lies over
it, and a highlight over both: neither is lost by turning it on.
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
    changed,
    color_style,
    color_text,
    sheets_of,
)

PARTS = ("headerColorStyle", "firstBandColorStyle", "secondBandColorStyle")


@dataclass(frozen=True)
class Banding(Resource):
    """Colours (`#rrggbb`) of the `header` row and of the rows by turns, over all columns; one a sheet."""

    header: str
    first: str
    second: str

    kind: ClassVar[str] = "banding"
    rank: ClassVar[int] = 80
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.bandedRanges",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns", "header"})
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours, else the topmost: whoever made it, ours could not be put over it."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            own = layout.own_ids(address.place, cls.kind)
            there = sorted(part.get("bandedRanges", []), key=lambda one: (one["bandedRangeId"] not in own, _top(one)))
            if there and (address in desired or there[0]["bandedRangeId"] in own):
                layout.ids[str(address)] = there[0]["bandedRangeId"]
                colors = there[0].get("rowProperties", {})
                yield address, cls(*(color_text(colors.get(name)) for name in PARTS))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Over the whole width and height of the grid."""
        return [{"addBanding": {"bandedRange": self._banded(layout.choose_id(str(address)), address, layout)}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Stretch it over the grid as it is now."""
        banded = self._banded(int(layout.ids[str(address)]), address, layout)
        return [{"updateBanding": {"bandedRange": banded, "fields": "range,rowProperties"}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Rows are as white as their cells again."""
        return [{"deleteBanding": {"bandedRangeId": layout.ids[str(address)]}}]

    def say(self, live: Self | None = None) -> str:
        """`#134f5c, #ffffff, #f3f6f7`."""
        return changed(live and _words(live), _words(self))

    def _banded(self, chosen: int, address: Address, layout: Layout) -> Json:
        colors = (self.header, self.first, self.second)
        rows = {name: color_style(color) for name, color in zip(PARTS, colors, strict=True) if color}
        return {"bandedRangeId": chosen, "range": layout.grid_range(address.sheet, first=1), "rowProperties": rows}


def _top(banded: Json) -> int:
    return int(banded.get("range", {}).get("startRowIndex", 0))


def _words(banding: Banding) -> str:
    return f"{banding.header}, {banding.first}, {banding.second}"
