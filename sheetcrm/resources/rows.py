"""
Rows that a new tab begins with: options, help, the dashboard's words.

Written once, with the tab; from then on they are the team's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, places_in
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Cell, Json, Policy, Request, Resource, State, sheets_of


@dataclass(frozen=True)
class Rows(Resource):
    """
    Rows from row 2 on, each a tuple of (column key, cell); a column that is left out stays blank.

    A text that begins with `=` is a formula in key form, where `{column}` is
    the cell of that very row.
    """

    rows: tuple[tuple[tuple[str, Cell], ...], ...]

    kind: ClassVar[str] = "rows"
    rank: ClassVar[int] = 50
    policy: ClassVar[Policy] = "once"
    reversible: ClassVar[bool] = False

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Taken as written wherever the tab is there."""
        for key, _ in sheets_of(description, layout):
            wanted = desired.get(Address(key, "", cls.kind))
            if isinstance(wanted, cls) and not layout.adopted(key):
                yield Address(key, "", cls.kind), wanted

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Write them, column by column of ours."""

        def data(cell: Cell, row: int) -> Json:
            if isinstance(cell, str) and cell.startswith("="):
                return {"userEnteredValue": {"formulaValue": layout.a1(cell, address.sheet, row)}}
            return typed(cell)

        return block(self.rows, 2, address.sheet, layout, data)

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that it fills, and those that its formulas look into."""
        cells = [(column, cell) for row in self.rows for column, cell in row]
        texts = [cell for _, cell in cells if isinstance(cell, str) and cell.startswith("=")]
        own = {f"{address.sheet}.{column}" for column, _ in cells}
        return super().needs(address).union(own, *(places_in(text, address.sheet) for text in texts))

    def say(self, live: Self | None = None) -> str:
        """How many."""
        return tr("{count} {count:row|rows}", count=len(self.rows))


def typed(cell: Cell) -> Json:
    """A cell as CellData, taken as it is: a text stays a text."""
    if cell is None or cell == "":
        return {}
    if isinstance(cell, bool):
        return {"userEnteredValue": {"boolValue": cell}}
    if isinstance(cell, str):
        return {"userEnteredValue": {"stringValue": cell}}
    return {"userEnteredValue": {"numberValue": cell}}


def block(
    rows: Sequence[Sequence[tuple[str, Cell]]],
    first: int,
    sheet: str,
    layout: Layout,
    data: Callable[[Cell, int], Json],
) -> list[Request]:
    """Requests that write rows from row `first` on, touching only the columns that they name; `data(cell, row)` makes CellData."""
    requests = []
    for start, end in _runs(sorted({layout.index(sheet, name) for row in rows for name, _ in row})):
        keys = [layout.column_at(sheet, index) or "" for index in range(start, end)]
        cells = [{"values": [data(dict(row).get(key), at) for key in keys]} for at, row in enumerate(rows, first)]
        anchor = {"sheetId": layout.sheet_id(sheet), "rowIndex": first - 1, "columnIndex": start}
        requests.append({"updateCells": {"start": anchor, "rows": cells, "fields": "userEnteredValue"}})
    return requests


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    """Neighbouring indexes as half-open spans."""
    spans: list[tuple[int, int]] = []
    for index in indexes:
        if spans and spans[-1][1] == index:
            spans[-1] = (spans[-1][0], index + 1)
        else:
            spans.append((index, index + 1))
    return spans
