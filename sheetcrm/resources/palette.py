"""
The colours of slices ↔ the accents of the spreadsheet's theme.

Only ever written when a blank spreadsheet is made ours: in one that people use
already, their own charts and texts would change colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, marked_template
from sheetcrm.resources.base import (
    SPREADSHEET,
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    color_style,
)

FIXED = {"TEXT": "#000000", "BACKGROUND": "#ffffff", "LINK": "#1155cc"}
"""Google's own, which stay: a theme is only taken whole."""
FONT = "Arial"


@dataclass(frozen=True)
class Palette(Resource):
    """The six accents (`#rrggbb`) that Sheets gives to slices, and to series without a colour, in their order."""

    accents: tuple[str, str, str, str, str, str]

    kind: ClassVar[str] = "palette"
    rank: ClassVar[int] = 2
    policy: ClassVar[Policy] = "once"
    reversible: ClassVar[bool] = False
    fields: ClassVar[tuple[str, ...]] = ("developerMetadata", "sheets.properties")

    @classmethod
    def of(cls, colors: tuple[str, ...]) -> Self:
        """Of one colour or more, by turns."""
        one, two, three, four, five, six = (colors * 6)[:6]
        return cls((one, two, three, four, five, six))

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Taken as written unless nobody has anything in the spreadsheet yet."""
        address = Address(SPREADSHEET, "", cls.kind)
        wanted = desired.get(address)
        others = [part for part in description["sheets"] if part["properties"]["sheetId"] != layout.spare]
        if isinstance(wanted, cls) and (others or marked_template(description)):
            yield address, wanted

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """The whole theme."""
        accents = {f"ACCENT{at}": color for at, color in enumerate(self.accents, 1)}
        colors = [{"colorType": name, "color": color_style(color)} for name, color in (FIXED | accents).items()]
        properties = {"spreadsheetTheme": {"primaryFontFamily": FONT, "themeColors": colors}}
        return [{"updateSpreadsheetProperties": {"properties": properties, "fields": "spreadsheetTheme"}}]

    def say(self, live: Self | None = None) -> str:
        """The colours."""
        return changed(None, ", ".join(self.accents))
