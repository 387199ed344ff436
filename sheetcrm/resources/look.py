"""
How the cells of a column stand: alignment and wrapping.

Only ever written for a new column: looks are the team's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, cell_of, changed, columns_of


@dataclass(frozen=True)
class Look(Resource):
    """`align` is `LEFT`, `CENTER`, `RIGHT` or empty (by type); `wrap` is `WRAP`, `CLIP`, `OVERFLOW_CELL` or empty."""

    align: str = ""
    wrap: str = ""

    kind: ClassVar[str] = "look"
    rank: ClassVar[int] = 44
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.rowData.values.userEnteredFormat.horizontalAlignment",
        "sheets.data.rowData.values.userEnteredFormat.wrapStrategy",
    )
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The look of the first data row."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            style = cell_of(part, 2, index).get("userEnteredFormat", {})
            yield address, cls(style.get("horizontalAlignment", ""), style.get("wrapStrategy", ""))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set what is not empty from row 2 to the end; vertically centred, which suits wrapped neighbours."""
        style = {"verticalAlignment": "MIDDLE"}
        style |= {"horizontalAlignment": self.align} if self.align else {}
        style |= {"wrapStrategy": self.wrap} if self.wrap else {}
        fields = ",".join(f"userEnteredFormat.{name}" for name in sorted(style))
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": {"userEnteredFormat": style}, "fields": fields}}]

    def say(self, live: Self | None = None) -> str:
        """`RIGHT WRAP`."""
        return changed(live and f"{live.align} {live.wrap}".strip(), f"{self.align} {self.wrap}".strip())
