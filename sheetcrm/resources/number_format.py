"""
How the cells of a column show numbers and dates; `@` keeps text text.

Over the whole grid, so that a cell that is typed into tomorrow has it too.
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
    columns_of,
    data_cells,
    least_like,
)

FIELD = "userEnteredFormat.numberFormat"


@dataclass(frozen=True)
class NumberFormat(Resource):
    """Google's NumberFormat: `type` (`TEXT`, `DATE`, `CURRENCY` …) and `pattern` (`@`, `yyyy-mm-dd`)."""

    type: str
    pattern: str

    kind: ClassVar[str] = "number_format"
    rank: ClassVar[int] = 43
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = (f"sheets.data.rowData.values.{FIELD}",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The format of the data rows."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            rows = [(row, cls.of(cell)) for row, cell in data_cells(part, index, layout, address.sheet)]
            if (found := least_like(desired.get(address), rows, address, layout)) is not None:
                yield address, found

    @classmethod
    def of(cls, cell: Json) -> Self | None:
        """The format of one cell, a CellData; None when it has none of its own."""
        found = cell.get("userEnteredFormat", {}).get("numberFormat")
        return cls(found.get("type", ""), found.get("pattern", "")) if found else None

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set it from row 2 to the end."""
        cell = {"userEnteredFormat": {"numberFormat": {"type": self.type, "pattern": self.pattern}}}
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": cell, "fields": FIELD}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Back to Sheets' own choice; no cell changes."""
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": {}, "fields": FIELD}}]

    def say(self, live: Self | None = None) -> str:
        """The pattern."""
        return changed(live and live.pattern, self.pattern)
