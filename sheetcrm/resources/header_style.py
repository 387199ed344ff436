"""
Colours of a column's header cell.

Only ever written for a new column: looks are the team's.
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
    color_style,
    color_text,
    columns_of,
)


@dataclass(frozen=True)
class HeaderStyle(Resource):
    """Bold centred text in `foreground` on `background` (`#rrggbb`), wrapped; one a column."""

    background: str
    foreground: str

    kind: ClassVar[str] = "header_style"
    rank: ClassVar[int] = 41
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.rowData.values.userEnteredFormat.backgroundColorStyle",
        "sheets.data.rowData.values.userEnteredFormat.textFormat.foregroundColorStyle",
    )

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The colours of every header cell."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            style = cell_of(part, 1, index).get("userEnteredFormat", {})
            text = style.get("textFormat", {})
            yield (
                address,
                cls(color_text(style.get("backgroundColorStyle")), color_text(text.get("foregroundColorStyle"))),
            )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Colour the cell."""
        style = {
            "backgroundColorStyle": color_style(self.background),
            "horizontalAlignment": "CENTER",
            "verticalAlignment": "MIDDLE",
            "wrapStrategy": "WRAP",
            "textFormat": {"bold": True, "foregroundColorStyle": color_style(self.foreground)},
        }
        place = layout.grid_range(address.sheet, address.column, first=1, last=1)
        fields = ",".join(f"userEnteredFormat.{name}" for name in sorted(style))
        return [{"repeatCell": {"range": place, "cell": {"userEnteredFormat": style}, "fields": fields}}]

    def say(self, live: Self | None = None) -> str:
        """`#ffffff on #134f5c`."""
        return changed(live and f"{live.foreground} on {live.background}", f"{self.foreground} on {self.background}")
