"""
Options that a newer template adds ↔ the end of a list that the team may extend.

What was offered once is not offered again: an option that the team took out stays out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    cell_of,
    changed,
    columns_of,
    made_before,
)
from sheetcrm.resources.rows import block, typed


@dataclass(frozen=True)
class Offered(Resource):
    """The options of a list column as (key, title); `missing` are the titles that have never been offered to this list."""

    options: tuple[tuple[str, str], ...] = field(compare=False)
    missing: tuple[str, ...] = ()
    last: int = field(default=1, compare=False)
    """The last row (1-based) of the list that is filled."""

    kind: ClassVar[str] = "offered"
    rank: ClassVar[int] = 52
    policy: ClassVar[Policy] = "restore"
    reversible: ClassVar[bool] = False
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.rowData.values.userEnteredValue",)
    entire: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """A word a key, so that it can be told later which were offered."""
        return ".".join(_word(key) for key, _ in self.options)

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The list of every column that is to have one; where nobody remembers what was offered, all of it was."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            wanted = desired.get(address)
            if not isinstance(wanted, cls) or layout.adopted(address.sheet):
                continue
            cells = [(row, _text(cell_of(part, row, index))) for row in range(2, layout.rows(address.sheet) + 1)]
            there = {text.casefold() for _, text in cells if text}
            before = made_before(part, address.sheet, layout).get(address)
            offered = wanted.digest if before is None else before
            missing = tuple(
                title
                for key, title in wanted.options
                if _word(key) not in offered.split(".") and title.casefold() not in there
            )
            yield address, cls(wanted.options, missing, max((row for row, text in cells if text), default=1))

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Nothing: a new list is written with its tab."""
        return []

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Write what is missing below the last option, with more rows where there is no room."""
        lacking = live.last + len(live.missing) - layout.rows(address.sheet)
        more = {"sheetId": layout.sheet_id(address.sheet), "dimension": "ROWS", "length": lacking}
        if lacking > 0:
            layout.set_rows(address.sheet, layout.rows(address.sheet) + lacking)
        rows = [((address.column, title),) for title in live.missing]
        written = block(rows, live.last + 1, address.sheet, layout, lambda cell, _row: typed(cell))
        return [*([{"appendDimension": more}] if lacking > 0 else []), *written]

    def say(self, live: Self | None = None) -> str:
        """The new ones."""
        return changed(None, ", ".join(live.missing if live else (title for _, title in self.options)))


def _word(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:4]


def _text(cell: Json) -> str:
    return next((str(value).strip() for value in cell.get("userEnteredValue", {}).values()), "")
