"""
A CSV file's bytes → header and lines of cells, every cell as text.

Nothing is guessed from the cells: `0012`, `NULL` and `=1+1` come out as they
stand.  Lines are numbered as an editor numbers them, also when a quoted cell
goes over several lines.
"""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from sheetcrm.errors import FileError, Problem

DELIMITERS = ",;\t|"
# GB 18030 is the larger GBK: what Excel writes on a Chinese Windows.
ENCODINGS = ("utf-8", "gb18030")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Line:
    """One record of the file; `number` is the 1-based line on which it begins."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CsvFile:
    """A whole file; `header` is its first line that is not blank, `lines` are the others that are not blank."""

    path: str
    header: Line
    lines: tuple[Line, ...]
    encoding: str
    delimiter: str


def read_file(path: Path, *, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    """
    Read a CSV file; encoding (byte-order mark, UTF-8, then GB 18030) and delimiter are found unless given.

    FileError when it cannot be read, is no text, is empty, or has a quote that nobody closes.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        raise _unusable(path, None, f"cannot be read: {error.strerror}") from error
    return parse(body, str(path), encoding=encoding, delimiter=delimiter)


def parse(body: bytes, path: str, *, encoding: str | None = None, delimiter: str | None = None) -> CsvFile:
    """The same for bytes at hand; `path` is only what errors call the file."""
    text, found = _decode(body, path, encoding)
    if "\0" in text:
        raise _unusable(path, text[: text.index("\0")].count("\n") + 1, "not a text file (it has NUL characters)")
    used = delimiter or _delimiter(text)
    lines = _lines(text, path, used)
    if not lines:
        raise _unusable(path, None, "the file is empty; its first line must name the columns")
    return CsvFile(path, lines[0], tuple(lines[1:]), found, used)


def _decode(body: bytes, path: str, encoding: str | None) -> tuple[str, str]:
    marked = next((name for mark, name in MARKS if body.startswith(mark)), None)
    candidates = (marked or encoding,) if marked or encoding else ENCODINGS
    for name in candidates:
        try:
            return body.decode(name or ""), name or ""
        except UnicodeDecodeError:
            continue
        except LookupError as error:
            raise _unusable(path, None, f"there is no encoding {name}") from error
    raise _unusable(path, None, f"is not {' or '.join(str(name) for name in candidates)} text; save it as CSV UTF-8")


def _delimiter(text: str) -> str:
    """The one that cuts the first line into the most cells; a comma when none does."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    counts = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in DELIMITERS}
    return max(DELIMITERS, key=lambda mark: counts[mark])


def _lines(text: str, path: str, delimiter: str) -> list[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Line] = []
    begins = 1
    # Cells may be as long as Sheets allows, which is less than the csv module's own limit.
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(Line(begins, tuple(cells)))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise _unusable(path, begins, f"is not CSV from here on: {error}") from error
    return lines


def _unusable(path: str | Path, line: int | None, message: str) -> FileError:
    return FileError([Problem(str(path), line, "", message)])
