"""
A CSV file's bytes → header and lines of cells, every cell as text.

Nothing is guessed from the cells: `0012`, `NULL` and `=1+1` come out as they
stand.  Lines are numbered as an editor numbers them, also when a quoted cell
goes over several lines.  A line that cannot be read is a fault with its number,
and the next one is read as if it had not been there.
"""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sheetcrm.errors import reason
from sheetcrm.messages import N_, tr
from sheetcrm.sync.files import encoding as encodings
from sheetcrm.sync.files.table import MOST_CELLS, Fault, Line, Table, unusable

DELIMITERS = ",;\t|"
LARGEST = 300_000_000
"""Bytes of a file."""
LONGEST = 4_000_000
"""Characters of a record; a row of a sheet can have more only in theory, a quote that nobody closes always has."""
_SHOWN = 60
_STRANGE = re.compile("[\0\ud800-\udfff]")
_SAID = re.compile(r"sep=(.)\s*")
"""The first line by which Excel is told the delimiter."""


def read_file(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """
    Read a CSV file; encoding (see `encoding.find`) and delimiter are found unless given.

    FileError when it cannot be read, is no text, is empty, or is larger than
    300 MB.  Memory is bounded by that and by the cells that a spreadsheet can have.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise unusable(
                path,
                None,
                tr("is larger than {megabytes} MB, more than a sheet takes; split it", megabytes=LARGEST // 1000000),
            )
        with path.open("rb") as file:
            return read(file, str(path), encoding=encoding, delimiter=delimiter)
    except OSError as error:
        raise unusable(path, None, tr("cannot be read: {strerror}", strerror=reason(error))) from error


def parse(body: bytes, path: str, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """The same for bytes at hand; `path` is only what errors call the file."""
    return read(io.BytesIO(body), path, encoding=encoding, delimiter=delimiter)


def read(file: BinaryIO, path: str, *, encoding: str | None = None, delimiter: str | None = None) -> Table:
    """The same for an open file."""
    name = encodings.marked(file.read(4)) or encoding or encodings.find(_rewound(file))
    if name is None:
        message = tr(
            "is neither UTF-8 nor GB 18030 nor Windows-1252; save it as CSV UTF-8, or say encoding: in a mapping"
        )
        raise unusable(path, None, message)
    try:
        text = io.TextIOWrapper(_rewound(file), encoding=name, errors=_errors(name), newline="")
    except LookupError as error:
        raise unusable(path, None, tr("there is no encoding {name}", name=name)) from error
    try:
        return _table(text, path, name, delimiter)
    except UnicodeError as error:
        raise unusable(path, None, tr("is not {name} text", name=name)) from error
    finally:
        text.detach()


def _rewound(file: BinaryIO) -> BinaryIO:
    file.seek(0)
    return file


def _errors(name: str) -> str:
    """Bytes that are wrong come through as half surrogate pairs, by which their line is known."""
    return "surrogatepass" if name.startswith("utf-16") else "surrogateescape"


def _table(text: io.TextIOWrapper, path: str, name: str, delimiter: str | None) -> Table:
    sample = text.read(1 << 16)
    text.seek(0)
    told = _SAID.fullmatch(next(iter(sample.splitlines()), ""))
    used = delimiter or (told[1] if told else _delimiter(sample))
    lines, faults = _split(_records(_Physical(text, name), used), path)
    if told and lines and lines[0].number == 1:
        del lines[0]
    if faults and (not lines or faults[0].number < lines[0].number):
        raise unusable(path, faults[0].number, _unreadable_header(faults[0]))
    if not lines:
        raise unusable(path, None, tr("the file is empty; its first line must name the columns"))
    return Table(path, lines[0], tuple(lines[1:]), name, used, tuple(faults))


def _unreadable_header(fault: Fault) -> str:
    if fault.code == "nul":
        return tr("not a text file (it has NUL characters)")
    said = tr(fault.message, **fault.values)
    return tr("the line that names the columns cannot be read: {said}", said=said)


def _split(records: Iterator[Line | Fault], path: str) -> tuple[list[Line], list[Fault]]:
    lines: list[Line] = []
    faults: list[Fault] = []
    cells = 0
    for record in records:
        if isinstance(record, Fault):
            faults.append(record)
        elif any(map(str.strip, map(str, record.cells))):
            lines.append(record)
            cells += len(record.cells)
            if cells > MOST_CELLS:
                raise unusable(
                    path,
                    record.number,
                    tr("has more than the {most_cells:,} cells a spreadsheet can have", most_cells=MOST_CELLS),
                )
    return lines, faults


def _delimiter(text: str) -> str:
    """The one that cuts the first line into the most cells; a comma when none does."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = {mark: _cut(first, mark) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: counts[mark])


def _cut(line: str, mark: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=mark), []))
    except csv.Error:
        return 0


class _UnreadableError(Exception):
    """A physical line that is no text."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.code)


@dataclass(frozen=True)
class _Piece:
    number: int
    text: str


class _Physical:
    """The lines of a text as the csv module asks for them; those of a record that went wrong can be had again."""

    def __init__(self, text: io.TextIOWrapper, encoding: str) -> None:
        self._text, self._encoding, self._number = text, encoding, 0
        self._again: deque[_Piece] = deque()
        self._record: list[_Piece] = []
        self._size = 0

    def __iter__(self) -> _Physical:
        return self

    def __next__(self) -> str:
        piece = self._again.popleft() if self._again else self._read()
        self._record.append(piece)
        self._size += len(piece.text)
        if len(piece.text) > LONGEST:
            message = N_("the line is longer than any row of a sheet; it begins with {text}")
            raise _UnreadableError(Fault(piece.number, "too_long", message, {"text": piece.text[:_SHOWN]}))
        if self._size > LONGEST:
            raise csv.Error(tr("a quote that nobody closes"))
        if _STRANGE.search(piece.text) or (self._encoding == encodings.CHINESE and self._other(piece.text)):
            raise _UnreadableError(self._fault(piece))
        return piece.text

    @property
    def first(self) -> _Piece:
        """The line on which the record at hand begins."""
        return self._record[0]

    def settled(self) -> int:
        """The record at hand is whole: the number of its first line; the next one is another."""
        number = self._record[0].number
        self._record.clear()
        self._size = 0
        return number

    def drop_first(self) -> None:
        """The record at hand is none: its lines but the first come again."""
        self._again.extendleft(reversed(self._record[1:]))
        self.settled()

    def _read(self) -> _Piece:
        line = self._text.readline(LONGEST + 1)
        if not line:
            raise StopIteration
        self._number += 1
        rest = line
        while len(rest) > LONGEST and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(LONGEST + 1)
        return _Piece(self._number, line)

    def _other(self, text: str) -> bool:
        """Whether a line of a Chinese file is UTF-8, which can be read as GB 18030 too."""
        return not text.isascii() and encodings.surely_utf_8(text.encode(self._encoding, "surrogateescape"))

    def _fault(self, piece: _Piece) -> Fault:
        if "\0" in piece.text:
            return Fault(piece.number, "nul", N_("there are NUL characters in this line"))
        line = piece.text.rstrip("\r\n")
        raw = line.encode(self._encoding, _errors(self._encoding))
        found = None if self._encoding.startswith("utf-16") else encodings.other(raw, self._encoding)
        values = {"encoding": _NAMES.get(self._encoding, self._encoding)}
        if found is None:
            return Fault(piece.number, "encoding", N_("this line is not {encoding}, as the others are"), values)
        name, text = found
        values |= {"other": _NAMES[name], "text": text[:_SHOWN]}
        message = N_("this line is not {encoding}, as the others are, but probably {other}: {text}")
        return Fault(piece.number, "encoding", message, values)


_NAMES = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", encodings.CHINESE: "GB 18030",
    encodings.WESTERN: "Windows-1252",
}  # fmt: skip


def _records(lines: _Physical, delimiter: str) -> Iterator[Line | Fault]:
    """Record after record; after one that is none it goes on with the line behind the one on which that began."""
    while True:
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                yield Line(lines.settled(), tuple(cells))
            return
        except _UnreadableError as wrong:
            first = lines.first
            yield wrong.fault if first.number == wrong.fault.number else _quotes(first)
        except csv.Error as error:
            yield _quotes(lines.first) if "field larger" not in str(error) else _too_long(lines.first)
        lines.drop_first()


def _quotes(piece: _Piece) -> Fault:
    line = piece.text.rstrip("\r\n")
    message = N_("the quotes of this line do not fit together: {text}")
    return Fault(piece.number, "quotes", message, {"text": line[:_SHOWN]}, line)


def _too_long(piece: _Piece) -> Fault:
    message = N_("a cell of this line is longer than a sheet takes; the line begins with {text}")
    return Fault(piece.number, "too_long", message, {"text": piece.text[:_SHOWN]})
