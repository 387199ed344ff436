"""
What a file is once it is read: a header, lines of cells, and lines that nobody can read.

The same for every kind of file.  Cells of a CSV are all text; a spreadsheet
program's numbers and ticks stay what they are, its dates are text that says
the calendar day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sheetcrm.errors import FileError, Problem
from sheetcrm.messages import Texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.reading import as_text, plain

MOST_CELLS = 10_000_000
"""What a spreadsheet can have."""


@dataclass(frozen=True)
class Line:
    """One record of the file; `number` is the 1-based line (of a spreadsheet: row) on which it begins."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read; `message` is an English text to be translated, filled with `values`."""

    number: int
    code: str
    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    """The line as it stands, without its end, as far as that can be told."""


@dataclass(frozen=True)
class Remark:
    """Something about the file as a whole that people should know; as a `Fault` says it."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def say(self, t: Texts) -> str:
        """In the language of `t`."""
        return t(self.message, **self.values)


@dataclass(frozen=True)
class Table:
    """A whole file; `header` is its first line that is not blank, `lines` are the others that are not blank."""

    path: str
    header: Line
    lines: tuple[Line, ...]
    encoding: str = ""
    """Python's name of it; empty where the file is not text."""
    delimiter: str = ""
    """Empty where cells are not cut out of text, and so cannot be cut wrong."""
    faults: tuple[Fault, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @cached_property
    def headers(self) -> tuple[str, ...]:
        """The titles of the columns, without what cannot be seen."""
        return tuple(plain(said(cell)) for cell in self.header.cells)

    def column(self, header: str) -> int:
        """The 0-based place of a column that is there."""
        return self.headers.index(header)


def said(cell: Cell) -> str:
    """A cell as text, as people would type it."""
    return cell if isinstance(cell, str) else "" if cell is None else as_text(cell)


def at(line: Line, place: int) -> Cell:
    """The cell in that column (0-based); an empty text behind the last."""
    return line.cells[place] if place < len(line.cells) else ""


def unusable(path: object, line: int | None, message: str) -> FileError:
    """Why a file cannot be used at all."""
    return FileError([Problem(str(path), line, "", message)])
