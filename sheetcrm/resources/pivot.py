"""
A pivot table ↔ the one on a cell.

It has no id and no end: Sheets fills what it needs to the right and below, and
shows `#REF!` rather than overwrite a cell.  Ours is known by what the tab
remembers of it, then by what it is, then by its place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

from sheetcrm.layout import Layout, Trouble, letters
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    Verdict,
    changed,
    made_before,
    sheets_of,
    told,
)


@dataclass(frozen=True)
class Group:
    """A column whose values make lines: `unit` is a dateTimeRule of Google's, empty for each value by itself."""

    column: str
    totals: bool = True
    descending: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Summary:
    """A column and the summarizeFunction that makes one value of many; `name` stands above it."""

    column: str
    function: str
    name: str = ""


@dataclass(frozen=True)
class Pivot(Resource):
    """
    The rows of the sheet `source`, counted and summed by columns of it; those without `filled` are left out.

    `column` and `row` (1-based) are the cell at its upper left corner, `room` how many columns it may well need.
    """

    column: str
    row: int
    source: str
    rows: tuple[Group, ...]
    columns: tuple[Group, ...]
    values: tuple[Summary, ...]
    filled: str = ""
    whole: bool = True
    """Whether it reads the source to the end; always True in a desired state."""
    room: int = field(default=1, compare=False)

    kind: ClassVar[str] = "pivot"
    rank: ClassVar[int] = 88
    policy: ClassVar[Policy] = "keep"
    fields: ClassVar[tuple[str, ...]] = (
        "sheets.data.rowData.values.pivotTable",
        "sheets.data.rowData.values.userEnteredValue",
    )
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns", "header"})
    entire: ClassVar[bool] = True
    removable: ClassVar[bool] = True
    optional: ClassVar[bool] = True

    @property
    def digest(self) -> str:
        """However much room it may need."""
        return super(Pivot, replace(self, room=1)).digest

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours; a cell that somebody filled where one is to be is a trouble."""
        for sheet, part in sheets_of(description, layout):
            made = made_before(part, sheet, layout)
            wanted = {at: one for at, one in desired.items() if at.sheet == sheet and isinstance(one, cls)}
            addresses = dict.fromkeys([*wanted, *(at for at in made if at.kind.startswith(f"{cls.kind}."))])
            if not addresses:
                continue
            free = [
                cls._of(cell["pivotTable"], row, index, sheet, layout)
                for row, index, cell in _cells(part, "pivotTable")
            ]
            for address in addresses:
                test: Callable[[Self], bool]
                for test in _tests(address, wanted.get(address), made):
                    if (found := next(filter(test, free), None)) is not None:
                        free.remove(found)
                        yield address, found
                        break
                else:
                    if address in wanted and layout.has(sheet, wanted[address].column) and not layout.adopted(sheet):
                        _look_for_cells(part, address, wanted[address], layout)

    @classmethod
    def _of(cls, table: Json, row: int, index: int, sheet: str, layout: Layout) -> Self:
        """A live one in our terms; in words, which are no keys, where it looks elsewhere."""
        place = table.get("source", {})
        source = layout.sheet_key(place.get("sheetId", 0)) if place else None
        start = place.get("startColumnIndex", 0)

        def named(one: Json, name: str = "sourceColumnOffset") -> str:
            return (source and layout.column_at(source, start + one.get(name, 0))) or N_("another column")

        def groups(name: str) -> tuple[Group, ...]:
            return tuple(
                Group(
                    named(one),
                    one.get("showTotals", False),
                    one.get("sortOrder") == "DESCENDING",
                    one.get("groupRule", {}).get("dateTimeRule", {}).get("type", ""),
                )
                for one in table.get(name, [])
            )

        filled = [
            named(one, "columnOffsetIndex")
            for one in table.get("filterSpecs", [])
            if one.get("filterCriteria", {}).get("condition", {}).get("type") == "NOT_BLANK"
        ]
        return cls(
            column=layout.column_at(sheet, index) or f"column {letters(index)}",
            row=row,
            source=source or N_("other cells"),
            rows=groups("rows"),
            columns=groups("columns"),
            values=tuple(
                Summary(named(one), one.get("summarizeFunction", ""), one.get("name", ""))
                for one in table.get("values", [])
            ),
            filled=", ".join(filled),
            whole=source is not None and layout.covers(place, source, first=1),
        )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Put it on its cell, with columns to fill."""
        lacking = layout.index(address.sheet, self.column) + self.room - layout.width(address.sheet)
        more = {"sheetId": layout.sheet_id(address.sheet), "dimension": "COLUMNS", "length": lacking}
        if lacking > 0:
            layout.set_width(address.sheet, layout.width(address.sheet) + lacking)
        return [*([{"appendDimension": more}] if lacking > 0 else []), self._put(self._table(layout), address, layout)]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Write it again; nothing for one that people have look at other cells, or put into a column of theirs."""
        if not (self.is_of_columns(layout) and layout.has(address.sheet, live.column)):
            return []
        moved = (self.column, self.row) != (live.column, live.row)
        return [*(live.delete(address, layout) if moved else []), *self.create(address, layout)]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take it off its cell; what it showed goes with it."""
        return [self._put(None, address, layout)] if layout.has(address.sheet, self.column) else []

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """Rows that came at the end of the source are read too: Google does not reach them by itself."""
        return "change" if self == replace(live, whole=True) != live else super().verdict(live, before, policy)

    def is_of_columns(self, layout: Layout) -> bool:
        """Whether everything that it reads is in columns of ours."""
        return all(layout.has(*place.split(".")) for place in self._looked_at())

    def needs(self, address: Address) -> frozenset[str]:
        """Also the cell's column, and what it reads."""
        return super().needs(address) | {f"{address.sheet}.{self.column}", self.source, *self._looked_at()}

    def say(self, live: Self | None = None) -> str:
        """`customers by region x level: COUNTA of id, at pivot row 2`."""
        before, after = live and _words(live), _words(self)
        return tr("{text}, settings", text=after) if before == after and live != self else changed(before, after)

    def _looked_at(self) -> list[str]:
        columns = [one.column for one in (*self.rows, *self.columns)] + [one.column for one in self.values]
        return [f"{self.source}.{column}" for column in [*columns, *([self.filled] if self.filled else [])]]

    def _table(self, layout: Layout) -> Json:
        def offset(column: str, name: str = "sourceColumnOffset") -> Json:
            return {name: layout.index(self.source, column)}

        def groups(many: tuple[Group, ...]) -> list[Json]:
            return [
                {
                    **offset(one.column),
                    "showTotals": one.totals,
                    "sortOrder": "DESCENDING" if one.descending else "ASCENDING",
                    **({"groupRule": {"dateTimeRule": {"type": one.unit}}} if one.unit else {}),
                }
                for one in many
            ]

        criteria = {"condition": {"type": "NOT_BLANK"}, "visibleByDefault": True}
        left_out = {**offset(self.filled, "columnOffsetIndex"), "filterCriteria": criteria} if self.filled else None
        return {
            "source": layout.grid_range(self.source, first=1),
            "rows": groups(self.rows),
            "columns": groups(self.columns),
            "values": [
                {**offset(one.column), "summarizeFunction": one.function, **({"name": one.name} if one.name else {})}
                for one in self.values
            ],
            **({"filterSpecs": [left_out]} if left_out else {}),
        }

    def _put(self, table: Json | None, address: Address, layout: Layout) -> Request:
        index = layout.index(address.sheet, self.column)
        start = {"sheetId": layout.sheet_id(address.sheet), "rowIndex": self.row - 1, "columnIndex": index}
        cell = {} if table is None else {"pivotTable": table}
        return {"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "pivotTable"}}


def _tests(address: Address, wanted: Pivot | None, made: dict[Address, str]) -> Iterator[Callable[[Pivot], bool]]:
    """What tells the one of that address from others, the surest first."""
    if address in made:
        yield lambda one: one.digest == made[address]
    if wanted is not None:
        yield lambda one: replace(one, column=wanted.column, row=wanted.row, whole=True) == wanted
        yield lambda one: (one.column, one.row) == (wanted.column, wanted.row)
        if address in made:
            yield lambda one: one.source == wanted.source


def _cells(part: Json, name: str) -> Iterator[tuple[int, int, Json]]:
    """Row (1-based), column index and CellData of the cells that were looked at and have `name`."""
    for data in part.get("data", []):
        for row, line in enumerate(data.get("rowData", []), data.get("startRow", 0) + 1):
            for index, cell in enumerate(line.get("values", []), data.get("startColumn", 0)):
                if cell.get(name):
                    yield row, index, cell


def _look_for_cells(part: Json, address: Address, wanted: Pivot, layout: Layout) -> None:
    """Note the first cell that somebody filled where it is to be."""
    left = layout.index(address.sheet, wanted.column)
    for row, index, _ in _cells(part, "userEnteredValue"):
        if row >= wanted.row and left <= index < left + wanted.room:
            cells = (("cell", f"{letters(left)}{wanted.row}"), ("filled", f"{letters(index)}{row}"))
            title = layout.tab_title(address.sheet)
            layout.trouble(
                Trouble(address.sheet, "", "pivot_covered", (("title", title), *cells, ("pivot", address.kind)))
            )
            return


def _words(pivot: Pivot) -> str:
    by = " x ".join(", ".join(told(one.column) for one in groups) for groups in (pivot.rows, pivot.columns) if groups)
    what = [tr("{function} of {column}", function=one.function, column=told(one.column)) for one in pivot.values]
    return tr(
        "{source} by {columns}: {values}, at {column} row {row}",
        source=told(pivot.source),
        columns=by,
        values=", ".join(what),
        column=told(pivot.column),
        row=pivot.row,
    )
