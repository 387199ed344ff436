"""
How many rows a sheet has ↔ its grid size.

At least so many: people add rows, and those are never taken away.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, Verdict, changed, sheets_of


@dataclass(frozen=True)
class Grid(Resource):
    """A sheet has at least `rows` rows, the header counted."""

    rows: int

    kind: ClassVar[str] = "grid"
    rank: ClassVar[int] = 20
    policy: ClassVar[Policy] = "restore"
    reversible: ClassVar[bool] = False
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("sheets.properties",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The size of each sheet of ours that is to have one."""
        for key, _ in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            if address in desired and not layout.adopted(key):
                yield address, cls(layout.rows(key))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Exactly so many rows in a new sheet; an adopted blank one only grows."""
        rows = max(self.rows, layout.rows(address.sheet)) if layout.adopted(address.sheet) else self.rows
        layout.set_rows(address.sheet, rows)
        size = {"sheetId": layout.sheet_id(address.sheet), "gridProperties": {"rowCount": rows}}
        return [{"updateSheetProperties": {"properties": size, "fields": "gridProperties.rowCount"}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """More rows at the end; whatever follows the rows is sent again, because Google extends nothing by itself."""
        layout.set_rows(address.sheet, self.rows)
        length = self.rows - live.rows
        return [
            {
                "appendDimension": {
                    "sheetId": layout.sheet_id(address.sheet),
                    "dimension": "ROWS",
                    "length": length,
                }
            }
        ]

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """More is fine."""
        return "same" if live.rows >= self.rows else "change"

    def say(self, live: Self | None = None) -> str:
        """`500 rows → 1000 rows`."""
        return changed(live and _words(live), _words(self))


def _words(grid: Grid) -> str:
    return tr("{count} {count:row|rows}", count=grid.rows)
