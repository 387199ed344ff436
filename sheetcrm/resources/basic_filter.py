"""
The buttons in the header with which people filter and sort ↔ the sheet's basic filter.

What they chose in it is theirs, and is written back whenever the filter is stretched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, Verdict, made_before, sheets_of
from sheetcrm.resources.filter_view import Reach, reach

SPECS = {"filterSpecs": "columnIndex", "sortSpecs": "dimensionIndex"}


@dataclass(frozen=True)
class BasicFilter(Resource):
    """A filter over header and data; one a sheet."""

    reach: Reach = "whole"
    """Always `whole` in a desired state."""
    chosen: tuple[tuple[str, Json], ...] = field(default=(), compare=False)
    """What people filter and sort by: (field, spec) as the API has it, columns by their index when it was read."""

    kind: ClassVar[str] = "filter"
    rank: ClassVar[int] = 91
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.basicFilter",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns", "header"})
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """There is nothing about it that a template could change."""
        return self.reach

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The sheet's, whoever made it: a sheet has no more than one."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            live = part.get("basicFilter")
            if live and (address in desired or address in made_before(part, key, layout)):
                chosen = tuple((name, spec) for name in SPECS for spec in live.get(name, []))
                yield address, cls(reach(live.get("range", {}), key, layout), chosen)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Over header and data, all columns; with nothing chosen, or what was chosen when it was taken away."""
        return self._set(address, layout, self)

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Stretch it, with what people chose; one over a range of their own is left alone."""
        return [] if self.reach == "other" else self._set(address, layout, live)

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take the buttons away: every row shows."""
        return [{"clearBasicFilter": {"sheetId": layout.sheet_id(address.sheet)}}]

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """Rows that people added at the end belong in it."""
        return "change" if live.reach == "short" else super().verdict(live, before, policy)

    def say(self, live: Self | None = None) -> str:
        """Over what."""
        return tr("stretched to the last row") if live is not None else tr("over header and data")

    def _set(self, address: Address, layout: Layout, like: Self) -> list[Request]:
        made: Json = {"range": layout.grid_range(address.sheet, first=1)}
        for name, spec in like.chosen:
            index = layout.now(address.sheet, spec.get(SPECS[name], 0))
            if index is not None:
                made.setdefault(name, []).append({**spec, SPECS[name]: index})
        return [{"setBasicFilter": {"filter": made}}]
