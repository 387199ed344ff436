"""
Live, desired and what we last applied → changes, in the order in which they must be sent.

Knows nothing but address, digest, verdict and rank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from sheetcrm.resources import Address, Column, Memory, Policy, Resource, State, Tab

Action = Literal["create", "update", "delete"]
Cause = Literal["template", "people", "both", "unknown"]
STRUCTURE = 40
"""Ranks below make and take away the places that the rest is written to."""


@dataclass(frozen=True)
class Change:
    """
    One resource's step: `live` is what is there, `desired` what is to be; None where there is neither.

    `cause` is who changed it since it was last applied: the template, people, both, or nobody knows.
    """

    action: Action
    address: Address
    live: Resource | None
    desired: Resource | None
    cause: Cause = "unknown"

    @property
    def resource(self) -> Resource:
        """The one that the step is about."""
        resource = self.desired or self.live
        assert resource is not None
        return resource

    def say(self) -> str:
        """A few words for a line of a plan."""
        return self.resource.say(self.live if self.desired else None)

    def order(self) -> tuple[int, int, bool]:
        """
        What everything else counts on; then what must be taken away while its place is still there; then by rank.

        Places that go after places that come.
        """
        rank, goes = self.resource.rank, self.action == "delete"
        if rank < 0:
            return (-1, rank, goes)
        return (0, -rank, goes) if goes and rank >= STRUCTURE else (1, rank, goes)


@dataclass(frozen=True)
class Difference:
    """What to do, and what people changed that is theirs to change."""

    changes: tuple[Change, ...]
    kept: tuple[Change, ...]


@dataclass(frozen=True)
class Past:
    """What we last applied, by digest, and what is decided otherwise than by the kinds' own policies."""

    digests: Mapping[Address, str] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    """By kind."""
    untouchable: Collection[str] = ()
    """Places (`customers.stage`) in which nothing is changed or kept."""
    restored: Collection[Address] = ()
    """What is put back whatever the policy."""

    @classmethod
    def of(
        cls,
        live: State,
        policies: Mapping[str, Policy],
        untouchable: Collection[str],
        restored: Collection[Address] = (),
    ) -> Past:
        """As the tabs of the live spreadsheet remember it."""
        made = [found.made for found in live.values() if isinstance(found, Memory)]
        return cls({address: digest for pairs in made for address, digest in pairs}, policies, untouchable, restored)

    def policy(self, address: Address, resource: Resource) -> Policy:
        """What to do when people changed it."""
        if address in self.restored:
            return "restore"
        return resource.policy if resource.policy == "once" else self.policies.get(resource.kind, resource.policy)

    def cause(self, address: Address, live: Resource | None, desired: Resource | None) -> Cause:
        """Who changed it since then."""
        before = self.digests.get(address)
        if before is None:
            return "unknown"
        by_template = desired is None or desired.digest != before
        by_people = live is None or live.digest != before
        return ("both" if by_people else "template") if by_template else "people"


def diff(live: State, desired: State, past: Past = Past()) -> Difference:
    """Compare three ways: what is there, what is to be, what we last applied."""
    changes: list[Change] = []
    kept: list[Change] = []
    for address, wanted in desired.items():
        found = live.get(address)
        if address.place in past.untouchable:
            continue
        cause = past.cause(address, found, wanted)
        if found is None:
            taken_away = wanted.optional and cause == "people" and past.policy(address, wanted) == "keep"
            (kept if taken_away else changes).append(Change("create", address, None, wanted, cause))
        elif (verdict := wanted.verdict(found, past.digests.get(address), past.policy(address, wanted))) != "same":
            (kept if verdict == "keep" else changes).append(Change("update", address, found, wanted, cause))
    for change in _deletions(live, desired, past):
        theirs = (
            change.cause == "both"
            and past.policy(change.address, change.resource) == "keep"
            and change.resource.optional
        )
        (kept if theirs else changes).append(change)
    return Difference(tuple(sorted(changes, key=Change.order)), tuple(kept))


def _deletions(live: State, desired: State, past: Past) -> Iterator[Change]:
    """What is ours and no longer desired; what goes with its tab or column is not taken away twice."""
    dropped = {
        address
        for address, found in live.items()
        if address not in desired and found.removable and address.place not in past.untouchable
    }
    for address in sorted(dropped):
        with_tab = Address(address.sheet, "", Tab.kind) in dropped and address.kind != Tab.kind
        with_column = Address(address.sheet, address.column, Column.kind) in dropped and address.kind != Column.kind
        if not ((with_tab or with_column) and not live[address].outlives):
            yield Change("delete", address, live[address], None, past.cause(address, live[address], None))
