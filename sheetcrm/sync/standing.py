"""
A look → rows by their id, and nothing judged: what a write needs to know.

Only the key column is parsed.  Where not every column that people fill was
looked at, rows that are blank cannot be told and count as rows.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import HIDDEN_ID, Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.columns import Columns, level, picked
from sheetcrm.sync.extract import blank_rows
from sheetcrm.sync.look import Look, look
from sheetcrm.sync.records import FIRST_ROW, Extract, Parsed, Reading

LOOKS = 4


def steady_look(
    gateway: Gateway,
    template: Template,
    *,
    sheets: Collection[str],
    columns: Collection[str] | None = None,
    language: str | None = None,
    today: date | None = None,
) -> Look:
    """
    A `look` at those sheets; where a column is not found that the template has, another one, until two show the same.

    Who inserts or moves a column between the two requests of a look makes marks
    and headers contradict each other, and that is over with the next, unless
    somebody does so again; after `LOOKS` of them it is as the last one says.
    """
    wanted = {f"{sheet}.{key}" for sheet in sheets for key in template.sheets[sheet].columns}
    wanted = wanted if columns is None else wanted & set(columns)
    before: Look | None = None
    for _ in range(LOOKS):
        seen = look(gateway, template, language=language, sheets=sheets, columns=columns, today=today)
        there = {f"{sheet}.{key}" for sheet, cells in seen.cells.items() for key in cells}
        if wanted <= there or (before is not None and before.layout == seen.layout):
            break
        before = seen
    return seen


def unjudged(seen: Look) -> Reading:
    """Where every id stands, and the cells; values of the key columns only, no issues."""
    template = seen.context.template
    extracts = {sheet: _extract(seen, sheet) for sheet in template.sheets if sheet in seen.cells}
    return Reading(seen.layout, seen.context.language, template, extracts)


def enough(template: Template, sheet: str, columns: Collection[str], neighbours: Sequence[str]) -> set[str]:
    """
    What to look at again (`customers.stage`) to write into those columns: they, the key, and what stands beside them.

    A column that is moved in the very moment of a write pushes a neighbour into
    its place, and that is put right only where it was looked at.  Of rows with
    a hidden id everything, as only that tells whether somebody has cleared them.
    """
    spec = template.sheets[sheet]
    if spec.key == HIDDEN_ID or spec.columns[spec.key or ""].hidden:
        return {f"{sheet}.{key}" for key in spec.columns}
    beside = {
        other for at, key in enumerate(neighbours) if key in columns for other in neighbours[max(at - 1, 0) : at + 2]
    }
    return {f"{sheet}.{key}" for key in {spec.key or "", *columns, *beside}}


def _extract(seen: Look, sheet: str) -> Extract:
    template = seen.context.template
    spec, cells = template.sheets[sheet], seen.cells[sheet]
    padded, length = level(cells)
    inputs = [padded[key] for key in spec.inputs if key in padded]
    blank = blank_rows(inputs, length) if len(inputs) == len(spec.inputs) else ()
    kept: Sequence[int] = [at for at in range(length) if at not in blank] if blank else range(length)
    used: dict[str, list[Cell]] = {}
    key = spec.key or ""
    if key in padded:
        used[key] = picked(padded[key], kept) if blank else padded[key]
    values = Columns(used, lambda key, column: spec.columns[key].parse(column, seen.context), {})
    return Extract(sheet, template, Parsed(sheet, [at + FIRST_ROW for at in kept], values, {}, padded, used), ())
