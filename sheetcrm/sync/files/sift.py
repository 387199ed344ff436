"""
Lines of a CSV file → rows that can go into a sheet, and refusals with a reason.

What is refused: a line whose columns are shifted, a cell that cannot be what
its column holds, a reference to nobody, an identity that is missing or taken.
What merely breaks a rule (a blank that is required, a phone without country
code) is imported as it stands: it is in the sheet that people put it right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sheetcrm.messages import N_, Texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Column, Context
from sheetcrm.sync.dump import unguarded
from sheetcrm.sync.files.csvfile import CsvFile, Line
from sheetcrm.sync.files.mapping import ImportMap, Source

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


@dataclass(frozen=True)
class Sifted:
    """All lines of a file, each in one of the two; in the order of the file."""

    candidates: tuple[Candidate, ...]
    refusals: tuple[Refusal, ...]


def sift(
    file: CsvFile,
    columns: Mapping[str, Column],
    sources: Mapping[str, Source],
    mapping: ImportMap,
    *,
    context: Context,
    t: Texts,
) -> Sifted:
    """Read every line by the sources of the columns; everything wrong with a line is in its one refusal."""
    refused: dict[int, Refusal] = {}
    lines = list(file.lines)
    for check in (_shifted, _unexpected):
        found = {refusal.line: refusal for refusal in check(file, lines, mapping, t)}
        refused |= found
        lines = [line for line in lines if line.number not in found]
    candidates = [Candidate(line.number) for line in lines]
    for key, source in sources.items():
        texts = _texts(file, lines, source, mapping)
        for offset, bad in _fill(candidates, key, columns[key], texts, context):
            line, header, text = lines[offset].number, source.header or key, t(bad.message, **bad.values)
            first = refused.get(line)
            more = replace(first, also=(*first.also, (header, text))) if first else None
            refused[line] = more or Refusal(line, header, bad.code, text)
    whole = tuple(candidate for candidate in candidates if candidate.line not in refused)
    return Sifted(whole, tuple(refused[line] for line in sorted(refused)))


def _shifted(file: CsvFile, lines: list[Line], mapping: ImportMap, t: Texts) -> Iterator[Refusal]:
    """Lines that have not as many cells as the header; blank ones at the end of either are nothing."""
    size = len(file.header.cells)
    least = max(at for at, cell in enumerate(file.header.cells, start=1) if cell.strip())
    for line in lines:
        longer = any(cell.strip() for cell in line.cells[size:])
        if not longer and len(line.cells) >= least:
            continue
        text = t("{found} cells where the header has {size}: the columns are shifted", found=len(line.cells), size=size)
        if longer:
            yield Refusal(line.number, _cut(file, line), "shifted", text + _unquoted(file, line, t))
        else:
            yield Refusal(line.number, None, "shifted", text)


def _cut(file: CsvFile, line: Line) -> str | None:
    """The column whose cell was probably cut in two: the one before the first cell that begins with a blank."""
    at = next((at for at, cell in enumerate(line.cells) if at and cell.startswith(" ")), None)
    return None if at is None or at > len(file.header.cells) else file.header.cells[at - 1]


def _unquoted(file: CsvFile, line: Line, t: Texts) -> str:
    at = next((at for at, cell in enumerate(line.cells) if at and cell.startswith(" ")), None)
    if at is None:
        return ""
    whole = f"{line.cells[at - 1]}{file.delimiter}{line.cells[at]}"
    return t("; probably {text} is one cell that lacks its quotes", text=_short(whole))


def _unexpected(file: CsvFile, lines: list[Line], mapping: ImportMap, t: Texts) -> Iterator[Refusal]:
    """Lines in which a cell is not what the mapping says of its column."""
    headers = [cell.strip() for cell in file.header.cells]
    for header, pattern in mapping.expect.items():
        at, expected = headers.index(header), re.compile(pattern)
        for line in lines:
            cell = _at(line, at).strip()
            if not _blank(cell, mapping) and not expected.fullmatch(cell):
                message = t(
                    "{text} in column {column} is not what the mapping expects there",
                    text=_short(cell),
                    column=header,
                )
                yield Refusal(line.number, header, "unexpected", message)


def _texts(file: CsvFile, lines: list[Line], source: Source, mapping: ImportMap) -> list[str]:
    """What the source gives for each line; the empty text where the file has nothing."""
    if source.header is None:
        return [source.value or ""] * len(lines)
    at = [cell.strip() for cell in file.header.cells].index(source.header)
    return source.cells(["" if _blank(_at(line, at), mapping) else unguarded(_at(line, at)) for line in lines])


def _fill(
    candidates: list[Candidate], key: str, column: Column, texts: list[str], context: Context
) -> Iterator[tuple[int, BadCell]]:
    """Put one column into the candidates; yields what cannot be, by offset."""
    values, bad = column.parse(texts, context)
    for offset, (candidate, written, value) in enumerate(zip(candidates, texts, values, strict=True)):
        if len(written) > LONGEST // 2 and (length := len(written.encode("utf-16-le")) // 2) > LONGEST:
            yield (
                offset,
                BadCell("too_long", N_("{length} characters are more than a cell can have"), {"length": length}),
            )
        elif offset in bad and bad[offset].code not in TOLERATED:
            yield offset, bad[offset]
        elif written != "":
            candidate.values[key] = value
            candidate.cells[key] = written if offset in bad else column.dump(value, context)


def _blank(cell: str, mapping: ImportMap) -> bool:
    return not cell.strip() or cell.strip() in mapping.blank


def _at(line: Line, at: int) -> str:
    return line.cells[at] if at < len(line.cells) else ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
