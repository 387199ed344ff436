"""
A header cell with another column's title → whose cells stand below it.

Only what was looked at row by row can tell: the title of a column is written
back when nothing in its cells says that the whole column was pasted over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheetcrm.layout import Layout, Trouble
from sheetcrm.provision.live import Seen
from sheetcrm.resources import Address, Cell, Header, Json, State
from sheetcrm.resources.base import cell_of, sheets_of

if TYPE_CHECKING:
    from sheetcrm.schema.columns.base import Column
    from sheetcrm.schema.context import Context
    from sheetcrm.schema.template import Template

NONSENSE: Cell = "\N{NO-BREAK SPACE}?\N{DOUBLE DAGGER}"
"""What no column takes that is at all particular about its cells."""


def recognise(seen: Seen, template: Template, language: str) -> None:
    """Note in the layout the columns whose header alone was written over; the others stay a trouble."""
    layout = seen.layout
    written_over = [one for one in layout.troubles if layout.deep and one.code == "header_overwritten"]
    for trouble in written_over:
        if _is_its_own(seen, trouble, template, language):
            layout.trust(trouble.sheet, trouble.column)


def restored(layout: Layout, desired: State) -> frozenset[Address]:
    """What stands in header rows and cells that are put back, to be put back whatever the policy."""
    cells = {at for at in desired if at.place in layout.rewritten and at.kind == Header.kind}
    rows = {at for at, resource in desired.items() if resource.heads() and (at.sheet, "header") in layout.grown}
    return frozenset(cells | rows)


def _is_its_own(seen: Seen, trouble: Trouble, template: Template, language: str) -> bool:
    """Whether the cells are no copy of the other column's, and are read by the own type as well as by the other's."""
    sheet, column, other = trouble.sheet, trouble.column, dict(trouble.values)["other"]
    spec = template.sheets.get(sheet)
    if spec is None or not {column, other} <= spec.columns.keys():
        return False
    own, its = spec.columns[column], spec.columns[other]
    pairs = zip(_cells(seen, sheet, column), _cells(seen, sheet, other), strict=True)
    filled = [(cell, beside) for cell, beside in pairs if cell is not None]
    formulas = sum(cell[0].startswith("=") for cell, _ in filled)
    if filled and 2 * sum(cell == beside for cell, beside in filled) >= len(filled):
        return False
    if own.computed:
        return 2 * formulas > len(filled)
    return not formulas and _fits([cell[1] for cell, _ in filled], own, its, template.context(language))


def _fits(cells: list[Cell], own: Column, its: Column, context: Context) -> bool:
    """Whether cells make sense as a column's own, and are not all something that only the other one is particular about."""
    wrong, wrong_there = len(own.parse(cells, context)[1]), len(its.parse(cells, context)[1])
    takes_anything, is_particular = not own.parse([NONSENSE], context)[1], bool(its.parse([NONSENSE], context)[1])
    looks_like_it = bool(cells) and takes_anything and is_particular and not wrong_there
    return wrong <= wrong_there and not looks_like_it


def _cells(seen: Seen, sheet: str, column: str) -> list[tuple[str, Cell] | None]:
    """What people typed from row 2 on: as text, formulas in key form, and as it is; None where it is blank."""
    layout = seen.layout
    part = next(part for key, part in sheets_of(seen.description, layout) if key == sheet)
    index = layout.index(sheet, column)
    rows = range(2, layout.rows(sheet) + 1)
    return [_typed(cell_of(part, row, index), sheet, row, layout) for row in rows]


def _typed(cell: Json, sheet: str, row: int, layout: Layout) -> tuple[str, Cell] | None:
    value: Cell = next(iter(cell.get("userEnteredValue", {}).values()), None)
    if value in (None, ""):
        return None
    if "formulaValue" in cell["userEnteredValue"]:
        return layout.keys(str(value), sheet, row), value
    # A text that begins with = is no formula.
    return f"'{value}", value
