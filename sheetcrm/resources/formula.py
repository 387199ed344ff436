"""
A column that is computed ↔ the formula of its first data row.

Written down the whole column, relative to row 2: one ARRAYFORMULA would not
expand the look-ups that templates need.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, normal, sheets_in
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    columns_of,
    from_both_ends,
    least_like,
)


@dataclass(frozen=True)
class Formula(Resource):
    """A formula in key form: `=IF({id}="","",SUMIFS({log.amount},{log.customer},{id}))`."""

    text: str

    kind: ClassVar[str] = "formula"
    rank: ClassVar[int] = 60
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.rowData.values.userEnteredValue.formulaValue",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})

    def __post_init__(self) -> None:
        """Formulas are equal however they were spaced."""
        object.__setattr__(self, "text", normal(self.text))

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The formula of the data rows of each column that is to be computed."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            cells = from_both_ends(part, index, layout, address.sheet)
            ends = [cls._of(cell, address.sheet, row, layout) for row, cell in cells]
            if (found := least_like(desired[address], ends)) is not None:
                yield address, found

    @classmethod
    def _of(cls, cell: Json, sheet: str, row: int, layout: Layout) -> Self | None:
        text = cell.get("userEnteredValue", {}).get("formulaValue")
        return cls(layout.keys(text, sheet, row)) if text else None

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Fill it from row 2 to the end; Google shifts what is relative."""
        cell = {"userEnteredValue": {"formulaValue": layout.a1(self.text, address.sheet)}}
        place = layout.grid_range(address.sheet, address.column)
        return [{"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}}]

    def refers(self, address: Address) -> frozenset[str]:
        """Also the sheets that it looks into."""
        return frozenset({address.sheet}) | sheets_in(self.text)

    def say(self, live: Self | None = None) -> str:
        """The formula in key form."""
        return changed(live and live.text, self.text)
