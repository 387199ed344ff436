"""
How the cells of a column look: alignment, wrapping, font.

The team's, until the template itself changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, cell_of, changed, columns_of

FONT = (
    "sheets.data.rowData.values.userEnteredFormat.textFormat.fontFamily",
    "sheets.data.rowData.values.userEnteredFormat.textFormat.fontSize",
)
"""The fields that `font_of` reads."""


def font_of(style: Json) -> tuple[str, int]:
    """Family and size in points of a CellFormat; empty and 0 where it has none of its own."""
    text = style.get("textFormat", {})
    return text.get("fontFamily", ""), text.get("fontSize", 0)


@dataclass(frozen=True)
class Look(Resource):
    """
    `align` is `LEFT`, `CENTER`, `RIGHT` or empty (by type); `wrap` is `WRAP`, `CLIP`, `OVERFLOW_CELL` or empty.

    `font` is a family, `size` in points; empty and 0 for the spreadsheet's own.
    """

    align: str = ""
    wrap: str = ""
    font: str = ""
    size: int = 0

    kind: ClassVar[str] = "look"
    rank: ClassVar[int] = 44
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.rowData.values.userEnteredFormat.horizontalAlignment",
        "sheets.data.rowData.values.userEnteredFormat.wrapStrategy",
        *FONT,
    )
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The look of the first data row."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            style = cell_of(part, 2, index).get("userEnteredFormat", {})
            yield address, cls(style.get("horizontalAlignment", ""), style.get("wrapStrategy", ""), *font_of(style))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set what is not empty from row 2 to the end; vertically centred, which suits wrapped neighbours."""
        return self._set(self._style(), {}, address, layout)

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """The same, and back to the spreadsheet's own what is empty now."""
        return self._set(self._style(), live._style(), address, layout)

    def _style(self) -> dict[str, Any]:
        """By path below `userEnteredFormat`."""
        own = {
            "horizontalAlignment": self.align,
            "wrapStrategy": self.wrap,
            "textFormat.fontFamily": self.font,
            "textFormat.fontSize": self.size,
        }
        return {"verticalAlignment": "MIDDLE", **{path: value for path, value in own.items() if value}}

    def _set(self, style: dict[str, Any], cleared: dict[str, Any], address: Address, layout: Layout) -> list[Request]:
        cell: Json = {path: value for path, value in style.items() if "." not in path}
        text = {path.partition(".")[2]: value for path, value in style.items() if "." in path}
        cell |= {"textFormat": text} if text else {}
        fields = ",".join(f"userEnteredFormat.{path}" for path in sorted({**style, **cleared}))
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": {"userEnteredFormat": cell}, "fields": fields}}]

    def say(self, live: Self | None = None) -> str:
        """`RIGHT WRAP Arial 11`."""
        return changed(live and _words(live), _words(self))


def _words(look: Look) -> str:
    parts = [look.align, look.wrap, look.font, str(look.size) if look.size else ""]
    return " ".join(part for part in parts if part) or tr("as the spreadsheet has it")
