"""
That a tab exists, and that it carries its mark.

A tab is the mark, not the title: renamed or moved, it is still itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, mark, sheets_of


@dataclass(frozen=True)
class Tab(Resource):
    """A sheet in the spreadsheet, made under `title`; what it is called later is another thing."""

    title: str = field(compare=False)
    marked: bool = True
    """Whether it carries our metadata; always True in a desired state."""

    kind: ClassVar[str] = "tab"
    rank: ClassVar[int] = 10
    policy: ClassVar[Policy] = "restore"
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("sheets.properties", "sheets.developerMetadata")
    removable: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """There is nothing about it that could change."""
        return ""

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every sheet of ours, those that the template dropped included."""
        for key, part in sheets_of(description, layout):
            if not layout.adopted(key):
                yield Address(key, "", cls.kind), cls(part["properties"]["title"], layout.is_marked(key))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """A sheet with room for its columns; or the blank one that is there already, made ours."""
        if layout.has(address.sheet):
            return mark(address, layout)
        new, width = layout.add_sheet(address.sheet, self.title)
        properties = {"sheetId": new, "title": self.title, "gridProperties": {"rowCount": 2, "columnCount": width}}
        return [{"addSheet": {"properties": properties}}, *mark(address, layout)]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put the mark back: without it a tab is found by its title only until somebody renames it."""
        return mark(address, layout)

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """The whole sheet, cells and all."""
        return [{"deleteSheet": {"sheetId": layout.remove_sheet(address.sheet)}}]

    def loses_data(self) -> bool:
        """A tab goes with everything that the team wrote in it."""
        return True

    def say(self, live: Self | None = None) -> str:
        """The title, or that its mark comes back."""
        return tr("mark put back") if live is not None else self.title
