"""
Columns that fold away together ↔ a dimension group of the tab.

Google gives groups neither ids nor names, only a range: ours is the one that
covers our columns, and what people folded or unfolded is theirs.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, changed, made_before, sheets_of


@dataclass(frozen=True)
class ColumnGroup(Resource):
    """The `columns` (keys, from left to right, side by side) under one button; several in a sheet: `group.contact`."""

    columns: tuple[str, ...]

    kind: ClassVar[str] = "group"
    rank: ClassVar[int] = 46
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = ("sheets.columnGroups",)
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """The same whatever else a group may have one day."""
        return base64.urlsafe_b64encode(hashlib.sha256(" ".join(self.columns).encode()).digest())[:6].decode()

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of the groups that hold columns of ours: the one most like what is desired, or what we made and is desired no more."""
        for key, part in sheets_of(description, layout):
            live = [cls(columns) for group in part.get("columnGroups", []) if (columns := _covered(group, key, layout))]
            wanted = {at: found for at, found in desired.items() if at.sheet == key and isinstance(found, cls)}
            for address, one in wanted.items():
                near = max(live, key=lambda group: _likeness(group, one), default=None)
                if near is not None and set(near.columns) & set(one.columns):
                    live.remove(near)
                    yield address, near
            for address, digest in made_before(part, key, layout).items():
                if address.kind.partition(".")[0] == cls.kind and address not in wanted:
                    yield from ((address, group) for group in live if group.digest == digest)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Over its columns as far as they still stand side by side."""
        return [{"addDimensionGroup": {"range": _span(self.columns, address.sheet, layout)}}]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Take the old one away and make the new one."""
        return [*live.delete(address, layout), *self.create(address, layout)]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """The columns stay."""
        there = tuple(column for column in self.columns if layout.has(address.sheet, column))
        return [{"deleteDimensionGroup": {"range": _span(there, address.sheet, layout)}}] if there else []

    def needs(self, address: Address) -> frozenset[str]:
        """Also its columns."""
        return super().needs(address) | {f"{address.sheet}.{column}" for column in self.columns}

    def say(self, live: Self | None = None) -> str:
        """The columns."""
        return changed(live and ", ".join(live.columns), ", ".join(self.columns))


def _likeness(group: ColumnGroup, wanted: ColumnGroup) -> tuple[int, int]:
    """How many columns they share, then how few the group has beside them."""
    shared = len(set(group.columns) & set(wanted.columns))
    return shared, -len(group.columns)


def _covered(group: Json, sheet: str, layout: Layout) -> tuple[str, ...]:
    span = group.get("range", {})
    place = {"startColumnIndex": span.get("startIndex", 0), "endColumnIndex": span.get("endIndex", layout.width(sheet))}
    return layout.covered(sheet, [place])


def _span(columns: tuple[str, ...], sheet: str, layout: Layout) -> Json:
    """From the first of the columns to the last before another column of ours comes in between."""
    order = layout.columns(sheet)
    first = min(order.index(column) for column in columns)
    last = first
    while last + 1 < len(order) and order[last + 1] in columns:
        last += 1
    start, end = layout.index(sheet, order[first]), layout.index(sheet, order[last]) + 1
    return {"sheetId": layout.sheet_id(sheet), "dimension": "COLUMNS", "startIndex": start, "endIndex": end}
