"""
Colours and font of a column's header cell.

The team's, until the template itself changes it.  A cell's own colour lies over
banding, so headers look the same with and without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
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
from sheetcrm.resources.look import FONT, font_of


@dataclass(frozen=True)
class HeaderStyle(Resource):
    """Bold centred text in `foreground` on `background` (`#rrggbb`), wrapped; `font` and `size` as in Look."""

    background: str
    foreground: str
    font: str = ""
    size: int = 0

    kind: ClassVar[str] = "header_style"
    rank: ClassVar[int] = 41
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.rowData.values.userEnteredFormat.backgroundColorStyle",
        "sheets.data.rowData.values.userEnteredFormat.textFormat.foregroundColorStyle",
        *FONT,
    )

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The colours of every header cell."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            style = cell_of(part, 1, index).get("userEnteredFormat", {})
            text = style.get("textFormat", {})
            colors = color_text(style.get("backgroundColorStyle")), color_text(text.get("foregroundColorStyle"))
            yield address, cls(*colors, *font_of(style))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Colour the cell; a font that is not said is the spreadsheet's own."""
        text: Json = {"bold": True, "foregroundColorStyle": color_style(self.foreground)}
        text |= {"fontFamily": self.font} if self.font else {}
        text |= {"fontSize": self.size} if self.size else {}
        style = {
            "backgroundColorStyle": color_style(self.background),
            "horizontalAlignment": "CENTER",
            "verticalAlignment": "MIDDLE",
            "wrapStrategy": "WRAP",
            "textFormat": text,
        }
        place = layout.grid_range(address.sheet, address.column, first=1, last=1)
        fields = ",".join(f"userEnteredFormat.{name}" for name in sorted(style))
        return [{"repeatCell": {"range": place, "cell": {"userEnteredFormat": style}, "fields": fields}}]

    def heads(self) -> bool:
        """Always."""
        return True

    def say(self, live: Self | None = None) -> str:
        """`#ffffff on #134f5c Arial 11`."""
        return changed(live and _words(live), _words(self))


def _words(style: HeaderStyle) -> str:
    parts = [
        tr("{foreground} on {background}", foreground=style.foreground, background=style.background),
        style.font,
        str(style.size) if style.size else "",
    ]
    return " ".join(part for part in parts if part)
