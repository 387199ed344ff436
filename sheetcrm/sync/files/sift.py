"""
Lines of a file → rows that can go into a sheet, and refusals with a reason.

What is refused: a line that cannot be read, one whose columns are shifted, a
cell that cannot be what its column holds, a reference to nobody, an identity
that is missing or taken.  What merely breaks a rule (a blank that is required, a
phone without country code) is imported as it stands: it is in the sheet that
people put it right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sheetcrm.messages import N_, Texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Column, Context
from sheetcrm.schema.columns.reading import plain
from sheetcrm.sync.dump import guarded, unguarded
from sheetcrm.sync.files import numbers
from sheetcrm.sync.files.mapping import ImportMap, Source
from sheetcrm.sync.files.table import Line, Remark, Table, at, said

TOLERATED = frozenset({"phone_no_country"})
"""Of the right kind, only not complete: kept as it stands, and `check` says so."""


LONGEST = 50_000
"""Characters in a cell, as Sheets counts them: in UTF-16."""


@dataclass(frozen=True)
class Refusal:
    """Why one line was not imported; `line` is 1-based as an editor counts."""

    line: int
    column: str | None
    """The header in the file (the column's key where the file has none); None when the whole line is meant."""
    reason: str
    """A short word for programs."""
    text: str
    """For people; does not name line and column again."""
    also: tuple[tuple[str | None, str], ...] = ()
    """What else is wrong in that line: column and text."""


@dataclass
class Candidate:
    """A line that makes sense: by column key what it means, and the cell to write for it."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    """Only what is not blank: a blank in the file takes nothing away from the sheet."""


Says = Callable[[Candidate, str, Cell], bool]
"""Whether the row that a line is for has that very cell in that column."""


def nothing(_one: Candidate, _key: str, _cell: Cell) -> bool:
    """As `Says`: there is no such row."""
    return False


@dataclass(frozen=True)
class Sifted:
    """All lines of a file, each in one of the two; in the order of the file."""

    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]
    remarks: tuple[Remark, ...] = ()


def sift(
    file: Table,
    columns: Mapping[str, Column],
    sources: Mapping[str, Source],
    mapping: ImportMap,
    *,
    context: Context,
    t: Texts,
    says: Says = nothing,
) -> Sifted:
    """
    Read every line by the sources of the columns, in their order; everything wrong with a line is in its one refusal.

    A cell that makes no sense and that its row `says` already is left alone.
    """
    refused = {one.number: Refusal(one.number, None, one.code, t(one.message, **one.values)) for one in file.faults}
    lines = list(file.lines)
    for check in (_shifted, _unexpected):
        found = {refusal.line: refusal for refusal in check(file, lines, mapping, t)}
        refused |= found
        lines = [line for line in lines if line.number not in found]
    candidates = [Candidate(line.number) for line in lines]
    formulas: list[tuple[int, str]] = []
    for key, source in sources.items():
        cells = _cells(file, lines, source, mapping)
        formulas += [(lines[offset].number, cell) for offset, cell in _formulas(cells)]
        for offset, bad in _fill(
            candidates, key, columns[key], _numbers(file, cells, columns[key], source, mapping), context
        ):
            if says(candidates[offset], key, cells[offset]):
                continue
            line, header, text = lines[offset].number, source.header or key, t(bad.message, **bad.values)
            first = refused.get(line)
            more = replace(first, also=(*first.also, (header, text))) if first else None
            refused[line] = more or Refusal(line, header, bad.code, text)
    whole = tuple(candidate for candidate in candidates if candidate.line not in refused)
    return Sifted(whole, tuple(refused[line] for line in sorted(refused)), (*file.remarks, *_told(formulas, refused)))


def _shifted(file: Table, lines: list[Line], mapping: ImportMap, t: Texts) -> Iterator[Refusal]:
    """Lines that have not as many cells as the header; blank ones at the end of either are nothing."""
    size = len(file.headers)
    least = max(place for place, header in enumerate(file.headers, start=1) if header)
    for line in lines if file.delimiter else ():
        longer = any(said(cell).strip() for cell in line.cells[size:])
        if not longer and len(line.cells) >= least:
            continue
        text = t(
            "{found} {found:cell|cells} where the header has {size}: the columns are shifted",
            found=len(line.cells),
            size=size,
        )
        if longer:
            yield Refusal(line.number, _cut(file, line), "shifted", text + _unquoted(file, line, t))
        else:
            yield Refusal(line.number, None, "shifted", text)


def begins_blank(line: Line) -> list[int]:
    """The cells (0-based, never the first) that begin with a blank: probably what lies behind a comma within a text."""
    return [place for place, cell in enumerate(line.cells) if place and said(cell).startswith(" ")]


def _cut(file: Table, line: Line) -> str | None:
    """The column whose cell was probably cut in two: the one before the first cell that begins with a blank."""
    place = next(iter(begins_blank(line)), None)
    return None if place is None or place > len(file.headers) else file.headers[place - 1]


def _unquoted(file: Table, line: Line, t: Texts) -> str:
    place = next(iter(begins_blank(line)), None)
    if place is None:
        return ""
    whole = f"{line.cells[place - 1]}{file.delimiter}{line.cells[place]}"
    return t("; probably {text} is one cell that lacks its quotes", text=_short(whole))


def _unexpected(file: Table, lines: list[Line], mapping: ImportMap, t: Texts) -> Iterator[Refusal]:
    """Lines in which a cell is not what the mapping says of its column."""
    for header, pattern in mapping.expect.items():
        place, expected = file.column(header), re.compile(pattern)
        for line in lines:
            cell = said(at(line, place)).strip()
            if not _blank(cell, mapping) and not expected.fullmatch(cell):
                message = t(
                    "{text} in column {column} is not what the mapping expects there",
                    text=_short(cell),
                    column=header,
                )
                yield Refusal(line.number, header, "unexpected", message)


def _cells(file: Table, lines: list[Line], source: Source, mapping: ImportMap) -> list[Cell]:
    """What the source gives for each line; the empty text where the file has nothing."""
    if source.header is None:
        return [source.value or ""] * len(lines)
    place = file.column(source.header)
    found = ["" if _blank(cell := at(line, place), mapping) else cell for line in lines]
    if file.delimiter:
        # Only our own CSV has the guard against formulas.
        found = [unguarded(cell) if isinstance(cell, str) else cell for cell in found]
    return source.cells(found)


def _numbers(
    file: Table, cells: list[Cell], column: Column, source: Source, mapping: ImportMap
) -> tuple[list[Cell], dict[int, BadCell]]:
    """The cells of a column of numbers with decimal points."""
    if column.bounds != "NUMBER":
        return cells, {}
    return numbers.read(cells, source.decimal or mapping.decimal, semicolons=file.delimiter == ";")


def _fill(
    candidates: list[Candidate], key: str, column: Column, read: tuple[list[Cell], dict[int, BadCell]], context: Context
) -> Iterator[tuple[int, BadCell]]:
    """Put one column into the candidates; yields what cannot be, by offset."""
    cells, unclear = read
    values, wrong = column.parse(cells, context)
    bad = {**wrong, **unclear}
    for offset, (candidate, written, value) in enumerate(zip(candidates, cells, values, strict=True)):
        if isinstance(written, str) and (long := _too_long(written)) is not None:
            yield offset, long
        elif offset in bad and bad[offset].code not in TOLERATED:
            yield offset, bad[offset]
        elif written != "":
            candidate.values[key] = value
            candidate.cells[key] = written if offset in bad else column.dump(value, context)


def _too_long(text: str) -> BadCell | None:
    if len(text) <= LONGEST // 2 or (length := len(text.encode("utf-16-le", "surrogatepass")) // 2) <= LONGEST:
        return None
    return BadCell("too_long", N_("{length} characters are more than a cell can have"), {"length": length})


def _formulas(cells: Sequence[Cell]) -> Iterator[tuple[int, str]]:
    """Texts that a spreadsheet program would run if they were typed, by offset."""
    for offset, cell in enumerate(cells):
        if isinstance(cell, str) and cell[:1] in _FORMULA_SIGNS and guarded(cell) != cell:
            yield offset, cell


_FORMULA_SIGNS = frozenset("=+@-＝＋－＠")


def _told(formulas: list[tuple[int, str]], refused: Mapping[int, Refusal]) -> Iterator[Remark]:
    """How many went in, and the first of them."""
    there = sorted(one for one in formulas if one[0] not in refused)
    if there:
        message = N_(
            "{count} {count:cell looks like a formula|cells look like formulas}, the first in line {line} ({text}); {count:it comes|they come} in as text"
        )
        yield Remark(message, {"count": len(there), "line": there[0][0], "text": _short(there[0][1])})


def _blank(cell: Cell, mapping: ImportMap) -> bool:
    """Nothing, nothing that can be seen, or a word for nothing."""
    return cell is None or (isinstance(cell, str) and (not plain(cell) or cell.strip() in mapping.blank))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
