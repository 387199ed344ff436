"""
A name for a column's data rows ↔ a named range.

Names are one name space a spreadsheet, people's own included.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, Trouble
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed


@dataclass(frozen=True)
class NamedRange(Resource):
    """`name` stands for the column's data rows, 2 to the end of the grid."""

    name: str
    whole: bool = True
    """Whether it covers exactly the column; always True in a desired state."""

    kind: ClassVar[str] = "named_range"
    rank: ClassVar[int] = 95
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("namedRanges",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})
    outlives: ClassVar[bool] = True
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours, by the id that we chose or by name and place; a name that people use elsewhere is a trouble."""
        live = description.get("namedRanges", [])
        for key in layout.sheets():
            for column in layout.columns(key):
                address = Address(key, column, cls.kind)
                wanted = desired.get(address)
                for named in live:
                    whole = layout.covers(named.get("range", {}), key, column)
                    same_name = isinstance(wanted, cls) and named["name"].lower() == wanted.name.lower()
                    own = {str(one) for one in layout.own_ids(address.place, address.kind)}
                    if named["namedRangeId"] in own or (same_name and whole):
                        layout.ids[str(address)] = named["namedRangeId"]
                        yield address, cls(named["name"], whole)
                        break
                    if same_name and isinstance(wanted, cls):
                        layout.trouble(Trouble(key, column, "name_taken", (("name", wanted.name),)))
                        yield address, wanted
                        break

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Add it under an id of our choice."""
        named = self._named(str(layout.choose_id(str(address))), address, layout)
        return [{"addNamedRange": {"namedRange": named}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put name and range back."""
        if str(address) not in layout.ids:
            return []
        named = self._named(str(layout.ids[str(address)]), address, layout)
        return [{"updateNamedRange": {"namedRange": named, "fields": "name,range"}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take the name away; no cell changes."""
        return [{"deleteNamedRange": {"namedRangeId": layout.ids[str(address)]}}]

    def say(self, live: Self | None = None) -> str:
        """The name."""
        return changed(live and live.name, self.name)

    def _named(self, chosen: str, address: Address, layout: Layout) -> Json:
        return {
            "namedRangeId": chosen,
            "name": self.name,
            "range": layout.grid_range(address.sheet, address.column),
        }
