"""
How the cells of a column show numbers and dates; `@` keeps text text.

Over the whole grid, so that a cell that is typed into tomorrow has it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, cell_of, changed, columns_of

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

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The format of the first data row."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            found = cell_of(part, 2, index).get("userEnteredFormat", {}).get("numberFormat")
            if found:
                yield address, cls(found.get("type", ""), found.get("pattern", ""))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set it from row 2 to the end."""
        cell = {"userEnteredFormat": {"numberFormat": {"type": self.type, "pattern": self.pattern}}}
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": cell, "fields": FIELD}}]

    def say(self, live: Self | None = None) -> str:
        """The pattern."""
        return changed(live and live.pattern, self.pattern)
