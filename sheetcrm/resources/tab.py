"""
A tab ↔ a sheet's properties and its mark.

Title, colour and frozen panes are the team's once the tab exists; only the mark is put back.
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
    Verdict,
    changed,
    color_style,
    color_text,
    mark,
    sheets_of,
)


@dataclass(frozen=True)
class Tab(Resource):
    """A sheet in the spreadsheet: `title`, `color` (`#rrggbb` or empty), `frozen_rows` and `frozen_columns` (counts)."""

    title: str
    color: str = ""
    hidden: bool = False
    frozen_rows: int = 1
    frozen_columns: int = 0
    marked: bool = True
    """Whether it carries our metadata; always True in a desired state."""

    kind: ClassVar[str] = "tab"
    rank: ClassVar[int] = 10
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.properties", "sheets.developerMetadata")

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every sheet of ours, those that the template dropped included."""
        for key, part in sheets_of(description, layout):
            if not layout.adopted(key):
                properties = part["properties"]
                grid = properties.get("gridProperties", {})
                yield (
                    Address(key, "", cls.kind),
                    cls(
                        title=properties["title"],
                        color=color_text(properties.get("tabColorStyle")),
                        hidden=properties.get("hidden", False),
                        frozen_rows=grid.get("frozenRowCount", 0),
                        frozen_columns=grid.get("frozenColumnCount", 0),
                        marked=layout.is_marked(key),
                    ),
                )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """A sheet with room for its columns; or the blank one that is there already, made ours."""
        if layout.has(address.sheet):
            return [self._set(layout.sheet_id(address.sheet)), mark(address, layout)]
        new, width = layout.add_sheet(address.sheet, self.title)
        size = {"rowCount": max(2, self.frozen_rows + 1), "columnCount": max(width, self.frozen_columns + 1)}
        properties = {"sheetId": new, "title": self.title, "gridProperties": size}
        return [{"addSheet": {"properties": properties}}, self._set(new), mark(address, layout)]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put the mark back; nothing else is ours to change."""
        return [mark(address, layout)]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """The whole sheet, cells and all."""
        return [{"deleteSheet": {"sheetId": layout.remove_sheet(address.sheet)}}]

    def verdict(self, live: Self) -> Verdict:
        """Without its mark a tab is found by its title only until somebody renames it: the mark is put back."""
        return super().verdict(live) if live.marked else "change"

    def loses_data(self) -> bool:
        """A tab goes with everything that the team wrote in it."""
        return True

    def say(self, live: Self | None = None) -> str:
        """The title, and which one people gave it."""
        return changed(live and live.title, self.title)

    def _set(self, sheet_id: int) -> Request:
        grid = {"frozenRowCount": self.frozen_rows, "frozenColumnCount": self.frozen_columns}
        properties = {
            "sheetId": sheet_id,
            "title": self.title,
            "hidden": self.hidden,
            "gridProperties": grid,
            **({"tabColorStyle": color_style(self.color)} if self.color else {}),
        }
        fields = "title,hidden,gridProperties.frozenRowCount,gridProperties.frozenColumnCount"
        fields += ",tabColorStyle" if self.color else ""
        return {"updateSheetProperties": {"properties": properties, "fields": fields}}
