"""
A column that is computed ↔ the formulas of its data rows.

Written down the whole column, relative to row 2: one ARRAYFORMULA would not
expand the look-ups that templates need.  What a person typed into such a column
is the person's: it is written around, unless that is allowed by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Self

from sheetcrm.layout import Layout, normal, places_in
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    Verdict,
    changed,
    columns_of,
    data_cells,
    least_like,
    rows_text,
)


@dataclass(frozen=True)
class Formula(Resource):
    """A formula in key form: `=IF({id}="","",SUMIFS({log.amount},{log.customer},{id}))`."""

    text: str
    typed: tuple[int, ...] = ()
    """The rows in which a person's own value stands instead; none in a desired state."""

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
            cells = data_cells(part, index, layout, address.sheet)
            rows = [(row, cls._of(cell, address.sheet, row, layout)) for row, cell in cells]
            typed = tuple(row for row, one in rows if one is not None and not one.text)
            computed = [(row, one) for row, one in rows if row not in typed]
            if not computed and typed:
                yield address, cls("", typed)
                continue
            if (found := least_like(desired.get(address), computed, address, layout)) is not None:
                yield address, cls(found.text, typed)

    @classmethod
    def _of(cls, cell: Json, sheet: str, row: int, layout: Layout) -> Self | None:
        """The formula in a cell, an empty one where a person typed something else, None where it is blank."""
        value = cell.get("userEnteredValue", {})
        text = value.get("formulaValue")
        return cls(layout.keys(text, sheet, row)) if text else cls("") if value else None

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Fill it from row 2 to the end; Google shifts what is relative."""
        return self._filled(address, layout, ())

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Fill it, around what people typed."""
        return self._filled(address, layout, live.typed)

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """What is typed over the right formula here and there is kept."""
        return "keep" if live.typed and live.text == self.text else super().verdict(live, before, policy)

    def _filled(self, address: Address, layout: Layout, around: tuple[int, ...]) -> list[Request]:
        requests = []
        ends = [1, *around, layout.rows(address.sheet) + 1]
        for before, after in pairwise(ends):
            if before + 1 < after:
                text = layout.a1(self.text, address.sheet, before + 1)
                place = layout.grid_range(address.sheet, address.column, first=before + 1, last=after - 1)
                cell = {"userEnteredValue": {"formulaValue": text}}
                requests.append({"repeatCell": {"range": place, "cell": cell, "fields": "userEnteredValue"}})
        return requests

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that it looks into."""
        return super().needs(address) | places_in(self.text, address.sheet)

    def say(self, live: Self | None = None) -> str:
        """The formula in key form, and where it is typed over."""
        typed = live.typed if live is not None and live.typed else self.typed
        over = tr("  (typed over in {rows})", rows=rows_text(typed)) if typed else ""
        return changed((live and live.text) or None, self.text) + over
