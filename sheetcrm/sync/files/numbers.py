"""
Numbers as files write them → numbers as columns read them.

`1,234` is a thousand to some and one and a bit to others.  The mapping may say
which (`decimal: ","`); without it a column is read the English way, unless
other cells of it, or semicolons between its cells, speak for a decimal comma:
then what can be both is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell
from sheetcrm.schema.columns.number import MAX_LENGTH
from sheetcrm.schema.columns.reading import plain, shown

_CORE = re.compile(r"\d[\d.,'’ ]*")
_COMMA = re.compile(r"(\d{1,3}(?:[.'’ ]\d{3})+|\d+)(?:,(\d+))?")
_ONLY_COMMA = re.compile(r"\d{1,3}(?:[.'’ ]\d{3})+,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{1,3}(?:\.\d{3}){2,}")
_ONLY_DOT = re.compile(r"\d{1,3}(?:[,'’ ]\d{3})+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{1,3}(?:,\d{3}){2,}")
_BOTH = re.compile(r"\d{1,3}[.,]\d{3}")


def read(cells: Sequence[Cell], mark: str | None, *, semicolons: bool = False) -> tuple[list[Cell], dict[int, BadCell]]:
    """The cells with decimal points, and by offset those whose number nobody can tell; what is no number stays."""
    cores = {at: core for at, cell in enumerate(cells) if isinstance(cell, str) and (core := _core(cell))}
    read = list(cells)
    bad: dict[int, BadCell] = {}
    if mark == ",":
        for at, core in cores.items():
            text = plain(str(cells[at]))
            number = _with_point(core)
            if number is None:
                bad[at] = BadCell("not_a_number", N_("{text} is not a number"), {"text": shown(cells[at])})
            else:
                read[at] = text.replace(core, number, 1)
    elif mark is None and (semicolons or comma(cores.values())) and not (semicolons and dot(cores.values())):
        bad = {at: found for at, core in cores.items() if (found := _unclear(core, cells[at])) is not None}
    return read, bad


def comma(cores: Iterable[str]) -> bool:
    """Whether one of these numbers makes sense with a decimal comma only."""
    return any(map(_ONLY_COMMA.fullmatch, cores))


def dot(cores: Iterable[str]) -> bool:
    """Whether one makes sense with a decimal point only."""
    return any(map(_ONLY_DOT.fullmatch, cores))


def cores(cells: Iterable[Cell]) -> list[str]:
    """The numbers in texts, without what stands around them."""
    return [core for cell in cells if isinstance(cell, str) and (core := _core(cell))]


def _core(text: str) -> str:
    found = _CORE.search(plain(text)) if len(text) <= 2 * MAX_LENGTH else None
    return found[0].rstrip(" ") if found else ""


def _with_point(core: str) -> str | None:
    match = _COMMA.fullmatch(core)
    if match is None:
        return None
    whole = re.sub(r"[.'’ ]", "", match[1])
    return f"{whole}.{match[2]}" if match[2] else whole


def _unclear(core: str, cell: Cell) -> BadCell | None:
    values = {"text": shown(cell)}
    if _BOTH.fullmatch(core):
        message = N_("{text} may have a decimal comma or not; say decimal: in the mapping")
        return BadCell("ambiguous_number", message, values)
    if _ONLY_COMMA.fullmatch(core):
        message = N_('{text} has a decimal comma; put decimal: "," into the mapping')
        return BadCell("decimal_comma", message, values)
    return None
