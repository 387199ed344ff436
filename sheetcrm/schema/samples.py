"""
Example and seed rows of a template → cells.

An example row is known by its id, in every language, so that it is never
mailed, never added twice, and can be taken out again.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.list import ListColumn
from sheetcrm.schema.context import Context
from sheetcrm.schema.formulas import compiled

if TYPE_CHECKING:
    from sheetcrm.schema.template import SheetSpec, Template

HIDDEN_PREFIX = "sample-"


def rows(template: Template, context: Context) -> dict[str, list[dict[str, Cell]]]:
    """Sheet key → example rows; KeyError or BadCell for what `problems` reports."""
    return {
        key: [sample_row(spec, number, written, context) for number, written in enumerate(spec.samples, 1)]
        for key, spec in template.sheets.items()
        if spec.samples
    }


def sample_row(spec: SheetSpec, number: int, written: dict[str, Any], context: Context) -> dict[str, Cell]:
    """One example row, 1-based, in the order of the columns, blanks left out."""
    given = with_id(spec, number, written)
    cells = {key: column.sample(given[key], context) for key, column in spec.columns.items() if key in given}
    return {key: cell for key, cell in cells.items() if cell is not None}


def with_id(spec: SheetSpec, number: int, written: dict[str, Any]) -> dict[str, Any]:
    """The row as written, with the id that it gets where ids are hidden."""
    hidden = spec.key is not None and spec.columns[spec.key].hidden and spec.key not in written
    return {spec.key: f"{HIDDEN_PREFIX}{number}", **written} if hidden and spec.key else written


def keys(template: Template, sheet: str) -> frozenset[str]:
    """The ids of the example rows in every language; none for a sheet without a key."""
    spec = template.sheets[sheet]
    if spec.key is None:
        return frozenset()
    column = spec.columns[spec.key]
    found = set()
    for language in template.languages:
        context = template.context(language)
        for number, written in enumerate(spec.samples, 1):
            cell = column.sample(with_id(spec, number, written).get(spec.key), context)
            found.add(str(column.parse_cell(cell, context)))
    return frozenset(found)


def seeds(template: Template, context: Context) -> dict[str, list[dict[str, Cell]]]:
    """Sheet key → first rows: those of `seeds:`, beside the options of list columns."""
    found = {key: _seeds(key, spec, context) for key, spec in template.sheets.items()}
    return {key: made for key, made in found.items() if made}


def _seeds(sheet: str, spec: SheetSpec, context: Context) -> list[dict[str, Cell]]:
    lists = {
        key: [column.dump(option, context) for option in column.options]
        for key, column in spec.columns.items()
        if isinstance(column, ListColumn)
    }
    options = [dict(zip(lists, cells, strict=True)) for cells in zip_longest(*lists.values())]
    made = []
    blank: dict[str, Any] = {}
    for beside, written in zip_longest(options, spec.seeds, fillvalue=blank):
        row = {key: seed_cell(sheet, spec, key, value, context) for key, value in written.items()}
        row |= {key: cell for key, cell in beside.items() if cell is not None}
        made.append({key: row[key] for key in spec.columns if row.get(key) is not None})
    return made


def seed_cell(sheet: str, spec: SheetSpec, key: str, written: Any, context: Context) -> Cell:
    """One cell of a seed row; a text that begins with `=` is a formula."""
    if isinstance(written, str) and written.startswith("="):
        return "=" + compiled(written[1:], sheet, context)
    return spec.columns[key].sample(written, context)
