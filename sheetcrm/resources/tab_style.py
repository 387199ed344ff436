"""
How a tab looks: its colour, whether it shows, what stays in sight ↔ the sheet's properties.

The team's once the tab is there.
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
    changed,
    color_style,
    color_text,
    sheets_of,
)


@dataclass(frozen=True)
class TabStyle(Resource):
    """`color` is `#rrggbb` or empty; `frozen_rows` and `frozen_columns` are counts."""

    color: str = ""
    hidden: bool = False
    frozen_rows: int = 1
    frozen_columns: int = 0

    kind: ClassVar[str] = "tab_style"
    # Behind the columns: not more can be frozen than are there.
    rank: ClassVar[int] = 39
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.properties",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of every sheet of ours that is to have one."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            if address in desired and not layout.adopted(key):
                grid = part["properties"].get("gridProperties", {})
                color = color_text(part["properties"].get("tabColorStyle"))
                frozen = grid.get("frozenRowCount", 0), grid.get("frozenColumnCount", 0)
                yield address, cls(color, part["properties"].get("hidden", False), *frozen)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set all of it."""
        grid = {"frozenRowCount": self.frozen_rows, "frozenColumnCount": self.frozen_columns}
        properties = {
            "sheetId": layout.sheet_id(address.sheet),
            "hidden": self.hidden,
            "gridProperties": grid,
            **({"tabColorStyle": color_style(self.color)} if self.color else {}),
        }
        fields = "hidden,gridProperties.frozenRowCount,gridProperties.frozenColumnCount,tabColorStyle"
        return [{"updateSheetProperties": {"properties": properties, "fields": fields}}]

    def say(self, live: Self | None = None) -> str:
        """`#3f7cac, 1 row and 2 columns frozen`."""
        return changed(live and _words(live), _words(self))


def _words(style: TabStyle) -> str:
    parts = [
        style.color or tr("no colour"),
        tr(
            "{rows} {rows:row|rows} and {columns} {columns:column|columns} frozen",
            rows=style.frozen_rows,
            columns=style.frozen_columns,
        ),
    ]
    return ", ".join(parts + [tr("hidden")] * style.hidden)
