"""
Where a chart stands ↔ the position of an embedded chart.

Google anchors a chart to a cell, so that it goes along when people move columns or insert rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, letters
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, told

FIELDS = "anchorCell,offsetXPixels,offsetYPixels,widthPixels,heightPixels"


@dataclass(frozen=True)
class ChartPlace(Resource):
    """A cell by column key and row (1-based), the distance of the upper left corner from its own, and the size; in pixels."""

    column: str
    row: int
    x: int
    y: int
    width: int
    height: int

    kind: ClassVar[str] = "chart_place"
    rank: ClassVar[int] = 87
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.charts",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of every chart that is there; one that is not stands nowhere else, and is made in its place."""
        charts = {chart["chartId"]: chart for part in description["sheets"] for chart in part.get("charts", [])}
        for address, wanted in desired.items():
            if isinstance(wanted, cls):
                found = charts.get(layout.ids.get(chart_address(address), ""))
                yield address, cls.of(found["position"], address.sheet, layout) if found else wanted

    @classmethod
    def of(cls, position: Json, sheet: str, layout: Layout) -> Self:
        """A live position; the column in words, which are no key, where it is not one of `sheet`."""
        overlay = position.get("overlayPosition")
        if overlay is None:
            return cls(N_("a tab of its own"), 0, 0, 0, 0, 0)
        anchor = overlay.get("anchorCell", {})
        index, where = anchor.get("columnIndex", 0), layout.sheet_key(anchor.get("sheetId", 0))
        column = layout.column_at(sheet, index) if where == sheet else None
        return cls(
            column=column
            or (f"column {letters(index)}" if where == sheet else f"another tab, column {letters(index)}"),
            row=anchor.get("rowIndex", 0) + 1,
            x=overlay.get("offsetXPixels", 0),
            y=overlay.get("offsetYPixels", 0),
            width=overlay.get("widthPixels", 0),
            height=overlay.get("heightPixels", 0),
        )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Nothing: a chart is made in its place."""
        return []

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Move it, and give it its size."""
        moved = {"objectId": layout.ids[chart_address(address)], "newPosition": self.position(address.sheet, layout)}
        return [{"updateEmbeddedObjectPosition": {**moved, "fields": FIELDS}}]

    def position(self, sheet: str, layout: Layout) -> Json:
        """As Google has it; at the left edge when its column is gone."""
        column = layout.index(sheet, self.column) if layout.has(sheet, self.column) else 0
        anchor = {"sheetId": layout.sheet_id(sheet), "rowIndex": self.row - 1, "columnIndex": column}
        offsets = {name: pixels for name, pixels in (("offsetXPixels", self.x), ("offsetYPixels", self.y)) if pixels}
        return {
            "overlayPosition": {
                "anchorCell": anchor,
                **offsets,
                "widthPixels": self.width,
                "heightPixels": self.height,
            }
        }

    def needs(self, address: Address) -> frozenset[str]:
        """Also the column at which it stands."""
        return super().needs(address) | {f"{address.sheet}.{self.column}"}

    def say(self, live: Self | None = None) -> str:
        """`month row 16, 560 x 320 pixels`."""
        return changed(live and _words(live), _words(self))


NOWHERE = ChartPlace("", 1, 0, 0, 0, 0)


def chart_address(address: Address) -> str:
    """The address of the chart whose place is at `address`, as text."""
    return str(Address(address.sheet, "", f"chart.{address.kind.partition('.')[2]}"))


def _words(place: ChartPlace) -> str:
    offset = f" + {place.x}, {place.y}" if place.x or place.y else ""
    return tr(
        "{column} row {row}{offset}, {width} x {height} pixels",
        column=told(place.column),
        row=place.row,
        offset=offset,
        width=place.width,
        height=place.height,
    )
