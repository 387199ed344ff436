"""
Live and desired → changes, in the order in which they must be sent.

Knows nothing but address, verdict and rank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from sheetcrm.resources import Address, Column, Resource, State, Tab

Action = Literal["create", "update", "delete"]
STRUCTURE = 40
"""Ranks below make and take away the places that the rest is written to."""


@dataclass(frozen=True)
class Change:
    """One resource's step: `live` is what is there, `desired` what is to be; None where there is neither."""

    action: Action
    address: Address
    live: Resource | None
    desired: Resource | None

    @property
    def resource(self) -> Resource:
        """The one that the step is about."""
        resource = self.desired or self.live
        assert resource is not None
        return resource

    def say(self) -> str:
        """A few words for a line of a plan."""
        return self.resource.say(self.live if self.desired else None)


@dataclass(frozen=True)
class Difference:
    """What to do, and what people changed that is theirs to change."""

    changes: tuple[Change, ...]
    kept: tuple[Change, ...]


def diff(live: State, desired: State, untouchable: Collection[str] = ()) -> Difference:
    """Compare; nothing in the columns of `untouchable` (`customers.stage`) is changed or kept."""
    changes: list[Change] = []
    kept: list[Change] = []
    for address, wanted in desired.items():
        found = live.get(address)
        if address.place in untouchable:
            continue
        if found is None:
            changes.append(Change("create", address, None, wanted))
        elif (verdict := wanted.verdict(found)) != "same":
            (kept if verdict == "keep" else changes).append(Change("update", address, found, wanted))
    changes.extend(_deletions(live, desired, untouchable))
    return Difference(tuple(sorted(changes, key=_order)), tuple(kept))


def _deletions(live: State, desired: State, untouchable: Collection[str]) -> Iterator[Change]:
    """What is ours and no longer desired; what goes with its tab or column is not taken away twice."""
    dropped = {address for address in live if address not in desired and address.place not in untouchable}
    for address in sorted(dropped):
        with_tab = Address(address.sheet, "", Tab.kind) in dropped and address.kind != Tab.kind
        with_column = Address(address.sheet, address.column, Column.kind) in dropped and address.kind != Column.kind
        if not ((with_tab or with_column) and not live[address].outlives):
            yield Change("delete", address, live[address], None)


def _order(change: Change) -> tuple[int, int, bool]:
    """First what must be taken away while its place is still there, then by rank, places that go after places that come."""
    rank, goes = change.resource.rank, change.action == "delete"
    return (0, -rank, goes) if goes and rank >= STRUCTURE else (1, rank, goes)
