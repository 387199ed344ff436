"""
A pivot table on its anchor cell → the values of the cells that it fills, to the right and below.

Computed when read.  Formulas of the sheet do not see these values, and they do not take over the number formats of the
source (in Google's Sheets they do both).  What would overwrite content, or not fit into the grid, shows #REF! in the
anchor instead.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from sheetcrm.server.cell_error import CellError
from sheetcrm.server.edits import Edit
from sheetcrm.server.errors import invalid, unsupported
from sheetcrm.server.grid import Grid
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import area, readable, target_of
from sheetcrm.server.rules import Place

Json = dict[str, Any]
Key = tuple[Any, ...]
Line = list[Any]
Follow = Callable[[Json], Json | None]

FUNCTIONS: dict[str, Callable[[list[Any], list[float]], Any]] = {
    "SUM": lambda _, numbers: sum(numbers),
    "COUNT": lambda _, numbers: len(numbers),
    "COUNTA": lambda values, _: len(values),
    "AVERAGE": lambda _, numbers: fmean(numbers) if numbers else CellError("DIVIDE_BY_ZERO"),
    "MIN": lambda _, numbers: min(numbers, default=0),
    "MAX": lambda _, numbers: max(numbers, default=0),
}
GROUP = frozenset({"sourceColumnOffset", "showTotals", "sortOrder", "label", "repeatHeadings"})
VALUE = frozenset({"sourceColumnOffset", "summarizeFunction", "name"})
TABLE = frozenset({"source", "rows", "columns", "values", "valueLayout"})
GRAND = "Grand Total"


def checked(spreadsheet: Spreadsheet, table: Json) -> Json:
    """A PivotTable as it is kept; what this server cannot compute is refused by name."""
    if "source" not in table:
        raise invalid("PivotTable.source is required.")
    source = area(spreadsheet, table["source"])
    groups = [("rows", GROUP), ("columns", GROUP), ("values", VALUE)]
    for name in table.keys() - TABLE:
        raise unsupported(f"pivot tables with {name}")
    if table.get("valueLayout", "HORIZONTAL") != "HORIZONTAL":
        raise unsupported("pivot tables with values laid out vertically")
    for kind, known in groups:
        for one in table.get(kind, []):
            for name in one.keys() - known:
                raise unsupported(f"pivot tables with {kind}.{name}")
            if not 0 <= one.get("sourceColumnOffset", 0) < source.width:
                raise invalid(f"sourceColumnOffset {one['sourceColumnOffset']} is outside of the source.")
    for value in table.get("values", []):
        if value.get("summarizeFunction") not in FUNCTIONS:
            raise unsupported(f"the summarizeFunction {value.get('summarizeFunction')}")
    return {**table, "source": {"sheetId": source.sheet.id, **table["source"]}}


def places(grid: Grid) -> Iterator[tuple[int, int, Json]]:
    """(row, column, pivot table) of every anchor in a grid."""
    for index, row in enumerate(grid.rows if grid.has_pivots else ()):
        for column, table in enumerate((row.pivots if row else None) or ()):
            if table is not None:
                yield index, column, table


def drop(grid: Grid) -> None:
    """Leave the pivot tables of a grid without their sources, which another spreadsheet does not have."""
    for row, column, table in list(places(grid)):
        grid.put("pivots", row, column, {key: part for key, part in table.items() if key != "source"})


def cells(spreadsheet: Spreadsheet, sheet: Sheet) -> dict[Place, Any]:
    """Place → value of every cell that the pivot tables of a sheet fill."""
    found: dict[Place, Any] = {}
    for top, left, table in places(sheet.grid):
        if sheet.grid.get("values", top, left) is not None:
            continue
        lines = _Pivot(spreadsheet, table).lines() if _has_source(spreadsheet, table) else None
        filled = {
            (top + row, left + column): value
            for row, line in enumerate(lines or ())
            for column, value in enumerate(line)
            if value is not None
        }
        fits = lines is not None and all(
            row < sheet.row_count and column < sheet.column_count and sheet.grid.get("values", row, column) is None
            for row, column in filled
        )
        found.update(filled if fits else {(top, left): CellError("REF")})
    return found


def _has_source(spreadsheet: Spreadsheet, table: Json) -> bool:
    source = table.get("source")
    return source is not None and source["sheetId"] in {sheet.id for sheet in spreadsheet.grids}


def followed(table: Json, edit: Edit, sheet_id: int, follow: Follow) -> Json:
    """A pivot table after an edit of a sheet; without its source when nothing is left of that."""
    old = table.get("source")
    if old is None or old["sheetId"] != sheet_id:
        return table
    new = follow(old)
    if new is None:
        return {key: part for key, part in table.items() if key != "source"}
    changed = {**table, "source": new}
    if edit.dimension == "COLUMNS" and edit.across is None:
        for kind in ("rows", "columns", "values"):
            if kind in table:
                changed[kind] = list(_moved(table[kind], edit, old, new))
    return changed


def _moved(groups: list[Json], edit: Edit, old: Json, new: Json) -> Iterator[Json]:
    """Groups and values, their offsets counted from where the source begins now; those of deleted columns are gone."""
    for one in groups:
        column = edit.index(old.get("startColumnIndex", 0) + one.get("sourceColumnOffset", 0))
        if column is not None:
            yield {**one, "sourceColumnOffset": column - new.get("startColumnIndex", 0)}


@dataclass(frozen=True)
class _Heading:
    """One row or column of results: the keys that it is for (a prefix means a total), and whether it is a total."""

    key: Key
    total: bool = False


class _Pivot:
    """One pivot table, read and summed up."""

    def __init__(self, spreadsheet: Spreadsheet, table: Json) -> None:
        self._spreadsheet = spreadsheet
        source = readable(target_of(spreadsheet, table["source"]))
        self._rows: list[Json] = table.get("rows", [])
        self._columns: list[Json] = table.get("columns", [])
        self._values: list[Json] = table.get("values", [])
        self._head, *self._data = [
            [spreadsheet.value(source.sheet, row, column) for column in range(source.left, source.right)]
            for row in range(source.top, source.bottom)
        ]

    def lines(self) -> list[Line]:
        """The cells, line by line; None is blank."""
        downs, acrosses = self._headings(self._rows), self._headings(self._columns)
        if not self._values:
            acrosses = acrosses if self._columns else []
        sums = self._sums()
        body = []
        last: Key = ()
        for down in downs if self._rows or self._values else []:
            results = [
                sums.get((down.key, across.key, index)) for across in acrosses for index in range(len(self._values))
            ]
            body.append(self._titles(down, last) + results)
            last = () if down.total else down.key
        return self._header(acrosses) + body

    def _headings(self, groups: list[Json]) -> list[_Heading]:
        """What the lines along one side stand for, in order; a single one for everything when nothing is grouped."""
        if not groups:
            return [_Heading((), total=True)]
        offsets = [one.get("sourceColumnOffset", 0) for one in groups]
        keys = {tuple(_folded(line[offset]) for offset in offsets) for line in self._data}
        return list(self._nested(groups, keys, ()))

    def _nested(self, groups: list[Json], keys: set[Key], prefix: Key) -> Iterator[_Heading]:
        depth = len(prefix)
        if depth == len(groups):
            yield _Heading(prefix)
            return
        found = {key[depth] for key in keys if key[:depth] == prefix}
        for one in sorted(found, reverse=groups[depth].get("sortOrder") == "DESCENDING"):
            yield from self._nested(groups, keys, (*prefix, one))
        if groups[depth].get("showTotals"):
            yield _Heading(prefix, total=True)

    def _sums(self) -> dict[tuple[Key, Key, int], Any]:
        """(key of the line, key of the column, index of the value) → the result, for whole keys and their prefixes."""
        collected: dict[tuple[Key, Key, int], list[Any]] = {}
        for line in self._data:
            down = tuple(_folded(line[one.get("sourceColumnOffset", 0)]) for one in self._rows)
            across = tuple(_folded(line[one.get("sourceColumnOffset", 0)]) for one in self._columns)
            spots = [(down[:i], across[:j]) for i in range(len(down) + 1) for j in range(len(across) + 1)]
            for index, value in enumerate(self._values):
                content = line[value.get("sourceColumnOffset", 0)]
                for spot in spots:
                    collected.setdefault((*spot, index), []).append(content)
        return {spot: _summed(self._values[spot[2]]["summarizeFunction"], found) for spot, found in collected.items()}

    def _titles(self, down: _Heading, last: Key) -> Line:
        """The leading cells of a line: its keys, those that stand above already left out."""
        line: Line = [None] * len(self._rows)
        if down.total:
            if self._rows:
                line[max(len(down.key) - 1, 0)] = f"{_shown(down.key[-1])} Total" if down.key else GRAND
            return line
        for depth, (one, group) in enumerate(zip(down.key, self._rows, strict=True)):
            if group.get("repeatHeadings") or down.key[: depth + 1] != last[: depth + 1]:
                line[depth] = _shown(one)
        return line

    def _header(self, acrosses: list[_Heading]) -> list[Line]:
        names = [self._name(value) for value in self._values]
        labels: Line = [self._label(one) for one in self._rows]
        if not self._columns:
            return [labels + names] if labels or names else []
        corner: Line = [None] * len(self._rows)
        above: Line = [self._label(one) for one in self._columns]
        single = len(names) < 2
        lines = [[names[0], *corner[1:], *above] if names and single and corner else corner + above]
        for depth in range(len(self._columns)):
            line: Line = []
            for before, across in zip([None, *acrosses], acrosses, strict=False):
                line += [_column_title(across, before, depth), *[None] * (max(len(names), 1) - 1)]
            lines.append((labels if single and depth == len(self._columns) - 1 else corner) + line)
        return lines if single else [*lines, labels + names * len(acrosses)]

    def _label(self, group: Json) -> Any:
        return group.get("label") or self._head[group.get("sourceColumnOffset", 0)]

    def _name(self, value: Json) -> str:
        column = self._head[value.get("sourceColumnOffset", 0)]
        return str(value.get("name") or f"{value['summarizeFunction']} of {'' if column is None else column}")


def _column_title(across: _Heading, before: _Heading | None, depth: int) -> Any:
    if across.total:
        if depth != max(len(across.key) - 1, 0):
            return None
        return f"{_shown(across.key[-1])} Total" if across.key else GRAND
    repeated = before is not None and not before.total and before.key[: depth + 1] == across.key[: depth + 1]
    return None if repeated else _shown(across.key[depth])


def _folded(value: Any) -> tuple[int, Any]:
    """A value as a key that sorts as Sheets sorts: numbers, texts, booleans, errors, blanks."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, (int, float)):
        return 0, value
    if isinstance(value, CellError):
        return 3, value.text
    return (4, "") if value is None else (1, value)


def _shown(key: Any) -> Any:
    return None if key[0] == 4 else key[1]


def _summed(function: str, found: list[Any]) -> Any:
    values = [value for value in found if value is not None]
    wrong = next((value for value in values if isinstance(value, CellError)), None)
    if wrong is not None and function not in {"COUNT", "COUNTA"}:
        return wrong
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    return FUNCTIONS[function](values, numbers)
