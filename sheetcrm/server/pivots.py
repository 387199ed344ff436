"""
A pivot table on its anchor cell → the values of the cells that it fills, to the right and below.

Computed when read; formulas see these values, and numbers look as they do in the source.  What would overwrite content,
or not fit into the grid, shows #REF! in the anchor instead.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sheetcrm.server import conditions, display
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.edits import Edit
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Grid
from sheetcrm.server.grouping import Key, bucket, check_known, folded, summed
from sheetcrm.server.inherited import ROWS_LOOKED_AT, NumberFormats
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.ranges import Area, area, readable, target_of
from sheetcrm.server.rules import Place

Json = dict[str, Any]
Line = list[Any]
Follow = Callable[[Json], Json | None]

OFFSETS = (
    ("rows", "sourceColumnOffset"), ("columns", "sourceColumnOffset"), ("values", "sourceColumnOffset"),
    ("filterSpecs", "columnOffsetIndex"),
)  # fmt: skip
GRAND = "Grand Total"


def checked(spreadsheet: Spreadsheet, table: Json) -> Json:
    """A PivotTable as it is kept; what this server cannot compute is refused by name."""
    if "source" not in table:
        raise invalid("PivotTable.source is required.")
    source = area(spreadsheet, table["source"])
    check_known(table)
    table = _filtered(table)
    for kind, key in OFFSETS:
        for one in table.get(kind, []):
            if not 0 <= one.get(key, 0) < source.width:
                raise invalid(f"{key} {one[key]} is outside of the source.")
    return {**table, "source": {"sheetId": source.sheet.id, **table["source"]}}


def _filtered(table: Json) -> Json:
    """The table with its filters under both names that Google has for them; the newer one wins."""
    if "filterSpecs" not in table and "criteria" not in table:
        return table
    old = [{"columnOffsetIndex": int(key), "filterCriteria": one} for key, one in table.get("criteria", {}).items()]
    specs = table.get("filterSpecs", old)
    criteria = {str(one.get("columnOffsetIndex", 0)): one.get("filterCriteria", {}) for one in specs}
    return {**table, "filterSpecs": specs, "criteria": criteria}


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


def cells(spreadsheet: Spreadsheet, sheet: Sheet) -> tuple[dict[Place, Any], dict[Place, Json]]:
    """Place → value of every cell that the pivot tables of a sheet fill, and place → number format of those with one."""
    found: dict[Place, Any] = {}
    looks: dict[Place, Json] = {}
    for top, left, table in places(sheet.grid):
        if sheet.grid.get("values", top, left) is not None:
            continue
        pivot = _Pivot(spreadsheet, sheet, table) if _has_source(spreadsheet, table) else None
        lines = None if pivot is None else pivot.lines()
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
        if fits and pivot is not None:
            columns = pivot.looks()
            looks.update({(row, column): look for row, column in filled if (look := columns.get(column - left))})
    return found, looks


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
        for kind, key in OFFSETS:
            if kind in table:
                changed[kind] = list(_moved(table[kind], key, edit, (old, new)))
        changed = _filtered(changed)
    return changed


def _moved(groups: list[Json], key: str, edit: Edit, places: tuple[Json, Json]) -> Iterator[Json]:
    """What names columns, its offsets counted from where the source begins now.

    Those of columns that were deleted, or moved out of the source, are gone.
    """
    old, new = places
    left, right = new.get("startColumnIndex", 0), new.get("endColumnIndex")
    for one in groups:
        column = edit.index(old.get("startColumnIndex", 0) + one.get(key, 0))
        if column is not None and left <= column and (right is None or column < right):
            yield {**one, key: column - left}


@dataclass(frozen=True)
class _Heading:
    """One row or column of results: the keys that it is for (a prefix means a total), and whether it is a total."""

    key: Key
    total: bool = False


class _Pivot:
    """One pivot table, read and summed up."""

    def __init__(self, spreadsheet: Spreadsheet, sheet: Sheet, table: Json) -> None:
        source = readable(target_of(spreadsheet, table["source"]))
        self._rows: list[Json] = table.get("rows", [])
        self._columns: list[Json] = table.get("columns", [])
        self._values: list[Json] = table.get("values", [])
        self._keys = {
            kind: [(one.get("sourceColumnOffset", 0), bucket(one, spreadsheet.locale)) for one in table.get(kind, [])]
            for kind in ("rows", "columns")
        }
        shows = _Filter(spreadsheet, sheet, source, table.get("filterSpecs", []))
        lines = {
            row: [spreadsheet.value(source.sheet, row, column) for column in range(source.left, source.right)]
            for row in range(source.top, source.bottom)
        }
        self._source, self._formats = source, NumberFormats(spreadsheet)
        self._head = lines.pop(source.top)
        self._data = [line for row, line in lines.items() if shows(row, line)]
        self._found = self._sums()

    def lines(self) -> list[Line]:
        """The cells, line by line; None is blank."""
        downs, acrosses = self._headings("rows"), self._headings("columns")
        if not self._values:
            acrosses = acrosses if self._columns else []
        body = []
        last: Key = ()
        for down in downs if self._rows or self._values else []:
            results = [
                self._found.get((down.key, across.key, index))
                for across in acrosses
                for index in range(len(self._values))
            ]
            body.append(self._titles(down, last) + results)
            last = () if down.total else down.key
        return self._header(acrosses) + body

    def looks(self) -> dict[int, Json | None]:
        """Column of the table → the number format of the source's column that its numbers come from."""
        looks = {
            place: None if one.get("groupRule") else self._look(one.get("sourceColumnOffset", 0))
            for place, one in enumerate(self._rows)
        }
        width = len(self._values)
        for place in range(len(self._headings("columns")) * width):
            value = self._values[place % width]
            counts = value["summarizeFunction"].startswith("COUNT")
            looks[len(self._rows) + place] = None if counts else self._look(value.get("sourceColumnOffset", 0))
        return looks

    def _look(self, offset: int) -> Json | None:
        """The number format of the first number in a column of the source."""
        sheet, column = self._source.sheet, self._source.left + offset
        rows = range(self._source.top + 1, min(self._source.bottom, self._source.top + ROWS_LOOKED_AT))
        numbers = (self._formats.cell(sheet, row, column) for row in rows)
        return next((look for tells, look in numbers if tells), None)

    def _headings(self, kind: str) -> list[_Heading]:
        """What the lines along one side stand for, in order; a single one for everything when nothing is grouped."""
        groups = self._rows if kind == "rows" else self._columns
        if not groups:
            return [_Heading((), total=True)]
        return list(self._nested(groups, {self._key(kind, line) for line in self._data}, ()))

    def _key(self, kind: str, line: Line) -> Key:
        return tuple(key(line[offset]) for offset, key in self._keys[kind])

    def _nested(self, groups: list[Json], keys: set[Key], prefix: Key) -> Iterator[_Heading]:
        depth = len(prefix)
        if depth == len(groups):
            yield _Heading(prefix)
            return
        found = {key[depth] for key in keys if key[:depth] == prefix}
        for one in self._sorted(found, groups, prefix):
            yield from self._nested(groups, keys, (*prefix, one))
        if groups[depth].get("showTotals"):
            yield _Heading(prefix, total=True)

    def _sorted(self, found: set[Key], groups: list[Json], prefix: Key) -> list[Key]:
        """The groups at one level in order: their own, or that of a value in a line of the other side."""
        group = groups[len(prefix)]
        downwards = group.get("sortOrder") == "DESCENDING"
        by = group.get("valueBucket")
        if by is None:
            return sorted(found, reverse=downwards)
        wanted = [next(iter(one.values()), None) for one in by.get("buckets", [])]
        index = by.get("valuesIndex", 0)
        results: dict[Key, Key] = {}
        for (down, across, at), result in self._found.items():
            mine, other = (down, across) if groups is self._rows else (across, down)
            if at == index and mine[:-1] == prefix and mine and [_shown(key) for key in other] == wanted:
                results[mine[-1]] = folded(result)
        blank = folded(None)
        return sorted(sorted(found), key=lambda one: results.get(one, blank), reverse=downwards)

    def _sums(self) -> dict[tuple[Key, Key, int], Any]:
        """(key of the line, key of the column, index of the value) → the result, for whole keys and their prefixes."""
        collected: dict[tuple[Key, Key, int], list[Any]] = {}
        for line in self._data:
            down, across = self._key("rows", line), self._key("columns", line)
            spots = [(down[:i], across[:j]) for i in range(len(down) + 1) for j in range(len(across) + 1)]
            for index, value in enumerate(self._values):
                content = line[value.get("sourceColumnOffset", 0)]
                for spot in spots:
                    collected.setdefault((*spot, index), []).append(content)
        return {spot: summed(self._values[spot[2]]["summarizeFunction"], found) for spot, found in collected.items()}

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


def _shown(key: Key) -> Any:
    return key[-1]


class _Filter:
    """Whether a line of the source counts."""

    def __init__(self, spreadsheet: Spreadsheet, sheet: Sheet, source: Area, specs: list[Json]) -> None:
        self._spreadsheet, self._sheet, self._source = spreadsheet, sheet, source
        self._formats = NumberFormats(spreadsheet)
        self._specs = [(one.get("columnOffsetIndex", 0), one.get("filterCriteria", {})) for one in specs]

    def __call__(self, row: int, line: Line) -> bool:
        return all(self._holds(row, offset, line[offset], criteria) for offset, criteria in self._specs)

    def _holds(self, row: int, offset: int, value: Any, criteria: Json) -> bool:
        if not criteria.get("visibleByDefault"):
            look = self._formats.at(self._source.sheet, row, self._source.left + offset)
            shown = "" if value is None else display.text(value, look, self._spreadsheet.locale)
            if shown not in criteria.get("visibleValues", []):
                return False
        condition = criteria.get("condition")
        return condition is None or conditions.holds(
            condition, value, at=(self._sheet.title, 0, 0), anchor=(0, 0), calculator=self._spreadsheet.calculator
        )
