"""
What we set on columns ↔ the tab's metadata.

A dropdown that a colleague made looks like one of ours: only this tells which
may be taken away when the template drops it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import MADE_KEY, Layout
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    remember,
    remembered,
    sheets_of,
)


@dataclass(frozen=True)
class Memory(Resource):
    """By column and kind (`stage.validation`) what this tab has from us and can lose again; one a sheet."""

    made: frozenset[str]

    kind: ClassVar[str] = "memory"
    rank: ClassVar[int] = 98
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.developerMetadata",)

    @classmethod
    def of(cls, desired: State) -> dict[Address, Resource]:
        """What there will be to remember once `desired` is there."""
        made: dict[str, set[str]] = {}
        for address, resource in desired.items():
            if resource.removable and address.column:
                made.setdefault(address.sheet, set()).add(f"{address.column}.{address.kind}")
        return {Address(sheet, "", cls.kind): cls(frozenset(names)) for sheet, names in made.items()}

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of every sheet of ours that is to have one."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            made = remembered(part, MADE_KEY, address, layout)
            if made and address in desired:
                yield address, cls(made)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write it down."""
        return [remember(self.made, MADE_KEY, address, layout)]

    def say(self, live: Self | None = None) -> str:
        """How many."""
        return changed(live and f"{len(live.made)} settings", f"{len(self.made)} settings") + " remembered as ours"
