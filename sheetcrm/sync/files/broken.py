"""
Rows as an import leaves them → how many of their cells break a rule.

All rows of the sheet are looked at as they will be, since a rule may compare
them; what is counted is only what stands in rows that the import writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sheetcrm.resources.base import Cell
from sheetcrm.sync.extract import Values, extract, parse
from sheetcrm.sync.files.merge import Placed
from sheetcrm.sync.look import Look
from sheetcrm.sync.records import Parsed


def broken(placed: Sequence[Placed], sheets: Mapping[str, Parsed], sheet: str, seen: Look) -> int:
    """The number of cells that people fill in which something will be wrong; `sheets` are all that were read."""
    written = [one for one in placed if one.row is None or one.cells]
    if not written:
        return 0
    spec, context = seen.context.template.sheets[sheet], seen.context
    cells, rows = _as_written(written, sheets[sheet])
    after = parse(spec, sheet, cells, context)
    found = extract(after, Values({**sheets, sheet: after}), context, seen.layout)
    return sum(
        issue.row in rows and issue.column is not None and not spec.columns[issue.column].computed
        for issue in found.issues
    )


def _as_written(written: Sequence[Placed], before: Parsed) -> tuple[dict[str, list[Cell]], set[int]]:
    """The sheet's columns of cells with those rows in them, and the numbers of the rows; new ones come below all others."""
    cells = {key: list(column) for key, column in before.cells.items()}
    length, rows = len(next(iter(cells.values()), [])), set[int]()
    for one in written:
        if one.row is None:
            at, length = length, length + 1
            for column in cells.values():
                column.append("")
        else:
            at = one.row - before.first
        rows.add(at + before.first)
        for key, cell in one.cells.items():
            if key in cells:
                cells[key][at] = cell
    return cells, rows
