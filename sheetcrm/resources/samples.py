"""
Example rows that are not there yet → cells.

Data, never formulas: a text that begins with `=` stays text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Cell, Json, Policy, Request, Resource, State
from sheetcrm.resources.rows import block, typed


@dataclass(frozen=True)
class SampleRows(Resource):
    """Example rows from row `first` (1-based) on, each a tuple of (column key, cell); never read, only ever missing."""

    first: int
    rows: tuple[tuple[tuple[str, Cell], ...], ...]

    kind: ClassVar[str] = "samples"
    rank: ClassVar[int] = 55
    policy: ClassVar[Policy] = "once"
    reversible: ClassVar[bool] = False

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """None: whoever plans puts only those into the desired state that are missing."""
        yield from ()

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write them, column by column of ours."""
        return block(self.rows, self.first, address.sheet, layout, lambda cell, _row: typed(cell))

    def say(self, live: Self | None = None) -> str:
        """How many."""
        return tr("{count} example {count:row|rows}", count=len(self.rows))
