"""
What we last applied ↔ the tab's metadata.

A dropdown that a colleague made looks like one of ours, and a width that a
colleague dragged like one that a newer template changed: only this tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import MADE_KEY, Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    SPREADSHEET,
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    made_before,
    remember,
    sheets_of,
)
from sheetcrm.resources.packing import packed


@dataclass(frozen=True)
class Memory(Resource):
    """The digests of what a tab last had from us, by address; one a sheet."""

    made: tuple[tuple[Address, str], ...]
    current: bool = True
    """Whether it is written under the keys of today; always True in a desired state."""

    kind: ClassVar[str] = "memory"
    rank: ClassVar[int] = 98
    policy: ClassVar[Policy] = "restore"
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("sheets.developerMetadata",)

    @classmethod
    def of(
        cls, desired: State, before: Mapping[Address, str], untouched: Collection[Address]
    ) -> dict[Address, Resource]:
        """What there will be to remember once `desired` is there; of what stays `untouched` it is what it was `before`."""
        made: dict[str, dict[Address, str]] = {}
        for address, resource in desired.items():
            digest = before.get(address) if address in untouched else resource.digest
            if address.sheet != SPREADSHEET and resource.policy != "once" and digest is not None:
                made.setdefault(address.sheet, {})[address] = digest
        return {Address(sheet, "", cls.kind): cls(tuple(sorted(digests.items()))) for sheet, digests in made.items()}

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Of every sheet of ours that has one."""
        for key, part in sheets_of(description, layout):
            if made := made_before(part, key, layout):
                current = all(layout.former(place) == place for place in (key, *(at.place for at in made)))
                yield Address(key, "", cls.kind), cls(tuple(sorted(made.items())), current)

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write it down."""
        return [remember([self.text()], MADE_KEY, address, layout)]

    def text(self) -> str:
        """As the metadata has it: a word a column, `stage,header=a1B2c3,width=…`; packed where that is long."""
        columns: dict[str, list[str]] = {}
        for made, digest in self.made:
            columns.setdefault(made.column, [made.column]).append(f"{made.kind}={digest}")
        return packed([",".join(entries) for entries in columns.values()])

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Nothing of ours is left to remember."""
        return [remember((), MADE_KEY, address, layout)]

    def say(self, live: Self | None = None) -> str:
        """How many."""
        return tr("{settings} remembered as ours", settings=changed(live and _words(live), _words(self)))


def _words(memory: Memory) -> str:
    return tr("{count} {count:setting|settings}", count=len(memory.made))
