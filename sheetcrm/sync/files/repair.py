"""
Lines whose columns are shifted → the same lines put right, where there is one way only.

A text with a comma that nobody quoted became two cells; a blank cell was left
out; quotes stand where they should have been doubled.  A way to put a line right
counts when every cell makes sense in its column; when two ways do, or none,
the line stays refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import comb

from sheetcrm.sync.files.sift import Candidate, Refusal, begins_blank
from sheetcrm.sync.files.table import Line, Table, said

MOST_WAYS = 2_000
"""For one line; where there are more, no way is certain."""
MOST_CELLS = 5_000_000
"""That are tried in all; lines beyond that stay refused."""

Judge = Callable[[Table], Iterable[Candidate]]
"""The lines of a table that make sense."""


@dataclass(frozen=True)
class Mended:
    """Lines that were put right: what they mean, and by number how they should have stood in the file."""

    candidates: tuple[Candidate, ...] = ()
    lines: dict[int, str] = field(default_factory=dict)


def mend(file: Table, refusals: Collection[Refusal], judge: Judge) -> Mended:
    """Try every way with every line that was refused; nothing can be shifted where cells are not cut out of text."""
    ways: list[tuple[int, Line]] = []
    cells = 0
    for number, found in _broken(file, {one.line for one in refusals}):
        cells += len(found) * len(file.headers)
        if cells > MOST_CELLS:
            break
        ways += [(number, Line(at, way)) for at, way in enumerate(found, start=len(ways))]
    sensible = judge(replace(file, lines=tuple(line for _number, line in ways), faults=()))
    by_line: dict[int, list[Candidate]] = {}
    for one in sensible:
        by_line.setdefault(ways[one.line][0], []).append(one)
    chosen = [(number, found[0]) for number, found in by_line.items() if _one_meaning(found)]
    texts = {number: _written(ways[one.line][1], file.delimiter) for number, one in chosen}
    return Mended(tuple(replace(one, line=number) for number, one in chosen), texts)


def _one_meaning(found: Sequence[Candidate]) -> bool:
    """Ways that differ only in columns that go nowhere are one."""
    return all(one.cells == found[0].cells for one in found)


def _broken(file: Table, refused: Collection[int]) -> Iterator[tuple[int, list[tuple[str, ...]]]]:
    """Every line to be mended with every way to do it."""
    if not file.delimiter:
        return
    size = len(file.headers)
    whole = (line for line in file.lines if line.number not in refused and len(line.cells) == size)
    prose = not any(map(begins_blank, whole))
    for line in file.lines:
        if line.number in refused:
            cells = tuple(map(said, line.cells))
            yield line.number, list(_ways(cells, size, _forced(line, prose=prose), file.delimiter))
    for fault in file.faults:
        if fault.code == "quotes" and fault.text:
            raw = Line(fault.number, tuple(fault.text.split(file.delimiter)))
            ways = _ways(tuple(map(said, raw.cells)), size, _forced(raw, prose=prose), file.delimiter, quoted=True)
            plain = (tuple(map(_unquoted, way)) for way in ways)
            yield fault.number, [tuple(map(said, way)) for way in plain if None not in way]


def _forced(line: Line, *, prose: bool) -> tuple[int, ...]:
    """Cells that certainly belong to the one before: they begin with a blank, as none does in the lines that are whole."""
    return tuple(begins_blank(line)) if prose else ()


def _ways(
    cells: tuple[str, ...], size: int, forced: tuple[int, ...], delimiter: str, *, quoted: bool = False
) -> Iterator[tuple[str, ...]]:
    """
    Every row of `size` cells that comes of joining neighbours, `forced` ones (by the later cell's place) among them, or of blanks put in.

    None for a line that has as many as it should and nothing to join: a wrong cell in it is wrong.
    """
    more = len(cells) - len(forced) - size
    free = [place for place in range(1, len(cells)) if place not in forced]
    if more == 0 and not forced:
        yield from [cells] if quoted else []
    elif more >= 0:
        for joined in combinations(free, more) if comb(len(free), more) <= MOST_WAYS else ():
            yield _joined(cells, {*forced, *joined}, delimiter)
    elif comb(size, -more) <= MOST_WAYS:
        for blanks in combinations(range(size), -more):
            rest = iter(_joined(cells, set(forced), delimiter))
            yield tuple("" if place in blanks else next(rest) for place in range(size))


def _joined(cells: tuple[str, ...], places: Collection[int], delimiter: str) -> tuple[str, ...]:
    row: list[str] = []
    for place, cell in enumerate(cells):
        if place in places:
            row[-1] += delimiter + cell
        else:
            row.append(cell)
    return tuple(row)


def _unquoted(cell: str) -> str | None:
    """Without the quotes around it; None when one is missing."""
    if len(cell) > 1 and cell.startswith('"') and cell.endswith('"'):
        return cell[1:-1].replace('""', '"')
    return None if cell.startswith('"') or cell.endswith('"') else cell


def _written(line: Line, delimiter: str) -> str:
    """The line as it should have been written."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(line.cells)
    return out.getvalue()
