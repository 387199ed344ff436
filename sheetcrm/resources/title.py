"""
What a tab is called ↔ the sheet's title.

The team's: who renames a tab keeps the name, until the template itself renames it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, sheets_of


@dataclass(frozen=True)
class Title(Resource):
    """The `text` on a tab."""

    text: str

    kind: ClassVar[str] = "title"
    rank: ClassVar[int] = 12
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.properties",)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of every sheet of ours that is to have one."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            if address in desired and not layout.adopted(key):
                yield address, cls(part["properties"]["title"])

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Nothing: a new tab is made under its title, a blank one that becomes ours was found by it."""
        return []

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Rename it; formulas that name it follow by themselves."""
        layout.rename_sheet(address.sheet, self.text)
        properties = {"sheetId": layout.sheet_id(address.sheet), "title": self.text}
        return [{"updateSheetProperties": {"properties": properties, "fields": "title"}}]

    def say(self, live: Self | None = None) -> str:
        """The title, and which one it had."""
        return changed(live and live.text, self.text)
