"""
A header row that people deleted, or sorted into the data, back in row 1.

Sorted back, not moved back: ranges that begin in row 2, people's own too, then
still begin there.  Everything else in a plan counts rows as they are afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Address, Json, Policy, Request, Resource, State, sheets_of


@dataclass(frozen=True)
class HeaderRow(Resource):
    """The header row of a sheet goes from row `at` (1-based; 0: there is none) to row 1."""

    at: int

    kind: ClassVar[str] = "header_row"
    # Below zero: whatever else is sent stands where it will stand then.
    rank: ClassVar[int] = -10
    policy: ClassVar[Policy] = "once"
    reversible: ClassVar[bool] = False
    fixed: ClassVar[bool] = True

    @classmethod
    def missing(cls, layout: Layout) -> dict[Address, Resource]:
        """Every one that is to be put back."""
        return {Address(sheet, "", cls.kind): cls(at) for sheet, at in layout.header_rows.items()}

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Done wherever a sheet has its header row."""
        for sheet, _ in sheets_of(description, layout):
            wanted = desired.get(Address(sheet, "", cls.kind))
            if isinstance(wanted, cls) and sheet not in layout.header_rows:
                yield Address(sheet, "", cls.kind), wanted

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """A blank row above row 1; or the first rows sorted by a column of their new numbers, which goes again."""
        return self._sorted(address.sheet, layout) if self.at else self._inserted(address.sheet, layout)

    def say(self, live: Self | None = None) -> str:
        """Where it comes from."""
        return (
            tr("sorted back from row {row} to row 1", row=self.at) if self.at else tr("a row is inserted above row 1")
        )

    @staticmethod
    def _inserted(sheet: str, layout: Layout) -> list[Request]:
        place = {"sheetId": layout.sheet_id(sheet)}
        span = {**place, "dimension": "ROWS", "startIndex": 0, "endIndex": 1}
        frozen = {"frozenRowCount": layout.frozen_rows(sheet)}
        new, fields = layout.grid_range(sheet, first=1, last=1), "userEnteredFormat,dataValidation,note"
        return [
            {"insertDimension": {"range": span, "inheritFromBefore": False}},
            {"repeatCell": {"range": new, "cell": {}, "fields": fields}},
            {
                "updateSheetProperties": {
                    "properties": {**place, "gridProperties": frozen},
                    "fields": "gridProperties.frozenRowCount",
                }
            },
        ]

    def _sorted(self, sheet: str, layout: Layout) -> list[Request]:
        place, width = {"sheetId": layout.sheet_id(sheet)}, layout.width(sheet)
        numbers = [*range(1, self.at), 0]
        rows = [{"values": [{"userEnteredValue": {"numberValue": number}}]} for number in numbers]
        start = {**place, "rowIndex": 0, "columnIndex": width}
        helper = {**place, "dimension": "COLUMNS", "startIndex": width, "endIndex": width + 1}
        whole = {
            **place,
            "startRowIndex": 0,
            "endRowIndex": self.at,
            "startColumnIndex": 0,
            "endColumnIndex": width + 1,
        }
        order = [{"dimensionIndex": width, "sortOrder": "ASCENDING"}]
        return [
            {"appendDimension": {**place, "dimension": "COLUMNS", "length": 1}},
            {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}},
            {"sortRange": {"range": whole, "sortSpecs": order}},
            {"deleteDimension": {"range": helper}},
        ]
