"""
That a column exists, and that it carries its mark.

A column is the mark, not the letter: renamed, moved or with others inserted
before it, it is still itself.  Its place is the team's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, Verdict, mark, sheets_of


@dataclass(frozen=True)
class Column(Resource):
    """A column of ours; a new one is put behind the column with the key `after` (empty: at the left edge)."""

    after: str
    marked: bool = True
    """Whether it carries our metadata; always True in a desired state."""

    kind: ClassVar[str] = "column"
    rank: ClassVar[int] = 30
    policy: ClassVar[Policy] = "keep"
    fixed: ClassVar[bool] = True
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.columnMetadata.developerMetadata",)
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every column of ours, those that the template dropped included."""
        for key, _ in sheets_of(description, layout):
            after = ""
            for column in layout.columns(key):
                yield Address(key, column, cls.kind), cls(after, layout.is_marked(key, column))
                after = column

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Take a blank column of a new sheet, or insert one and clear what it inherits from its neighbour."""
        index, inserted = layout.add_column(address.sheet, address.column, self.after)
        if not inserted:
            return mark(address, layout)
        place = {"sheetId": layout.sheet_id(address.sheet), "dimension": "COLUMNS"}
        span = {**place, "startIndex": index, "endIndex": index + 1}
        cleared = {
            "range": layout.grid_range(address.sheet, address.column, first=1),
            "cell": {},
            "fields": "userEnteredFormat,dataValidation,note",
        }
        return [
            {"insertDimension": {"range": span, "inheritFromBefore": index > 0}},
            {"repeatCell": cleared},
            *mark(address, layout),
        ]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Put the mark back."""
        return mark(address, layout)

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """The column with its cells."""
        place = {"sheetId": layout.sheet_id(address.sheet), "dimension": "COLUMNS"}
        index = layout.remove_column(address.sheet, address.column)
        return [{"deleteDimension": {"range": {**place, "startIndex": index, "endIndex": index + 1}}}]

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """Where it stands is the team's; that it can be found is ours."""
        return "same" if live.marked else "change"

    def loses_data(self) -> bool:
        """A column goes with everything that the team wrote in it."""
        return True

    def say(self, live: Self | None = None) -> str:
        """Where it goes, or that its mark comes back."""
        if live is not None:
            return tr("mark put back")
        return tr("after {column}", column=self.after) if self.after else tr("first")
