"""
An Excel file (.xlsx, .xlsm) → header and lines of cells.

Numbers and ticks stay what they are; a date becomes the text of its calendar
day, also in files that count from 1904.  What the reading library passes over in
silence is looked for in the file itself: formulas that failed or were never
calculated, Excel's 29 February 1900, hidden rows, merged cells, macros.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetcrm.errors import MissingExtra, reason
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.duration import clock
from sheetcrm.sync.files.package import Package
from sheetcrm.sync.files.table import MOST_CELLS, Fault, Line, Remark, Table, unusable

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

ZIP, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
"""How an archive begins, and how Excel's files of before 2007 and encrypted ones do."""
LARGEST = 150_000_000
"""Bytes of a file."""
LONGEST_ROW = 32_000_000
"""Bytes of the XML of one row."""

_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*)>")
_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*?(?<!/)>""")
_ERROR = re.compile(
    rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>(.*?)</(?:\w+:)?c>"""
)
_LEAP = re.compile(
    rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>(?:<(?:\w+:)?f[^>]*(?:/>|>[^<]*</(?:\w+:)?f>))?<(?:\w+:)?v>60(?:\.\d+)?</"""
)
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
# A formula whose result is a text without a letter says that it is a text (t="str").
_UNCALCULATED = re.compile(
    rb"""<(?:\w+:)?c\s(?![^>]*\bt=["']str["'])[^>]*?\br=["']([A-Z]{1,3}\d{1,7})["'][^>]*>"""
    rb"""<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*(?:/>|></(?:\w+:)?v>))?</(?:\w+:)?c>"""
)
_VALUE = re.compile(rb"<(?:\w+:)?v>([^<]*)<")
_HIDDEN = re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_NUMBER = re.compile(rb"""\br=["'](\d{1,7})["']""")


@dataclass
class _Seen:
    """What is in a sheet's XML; rows and columns are 0-based."""

    hidden: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    leaps: set[tuple[int, int]] = field(default_factory=set)
    """Cells that hold 60, which as a date is 29 February 1900."""
    uncalculated: int = 0
    """Formulas without a result: whoever wrote the file does not calculate."""
    first_uncalculated: str = ""
    """A1."""
    columns: int = 0
    rows: int = 0


def is_excel(start: bytes) -> bool:
    """Whether a file that begins so is no text."""
    return start.startswith((ZIP, OLD))


def read_file(path: Path, *, tab: str | None = None, wanted: Collection[str] = ()) -> Table:
    """
    Read one tab: `tab`, else the one called as one of `wanted`, else the only one that shows something.

    FileError for what is no such file, is locked by a password or too large
    (150 MB, 500 MB unpacked, 10 million cells), or where it is not clear which
    tab is meant; MissingExtra without the library.
    """
    calamine = _library()
    try:
        with path.open("rb") as file:
            if file.read(4) != ZIP:
                raise unusable(path, None, tr("is locked by a password or from before Excel 2007; save it as .xlsx"))
            if path.stat().st_size > LARGEST:
                raise unusable(path, None, tr("is larger than {megabytes} MB; split it", megabytes=LARGEST // 1000000))
            package = Package(file, path)
            parts = package.sheets()
            package.check()
            with calamine.CalamineWorkbook.from_path(path) as book:
                title, hidden = _chosen(book, path, tab, wanted, calamine)
                seen = _scan(package, parts.get(title, ""), path)
                return _table(book.get_sheet_by_name(title), path, seen, _remarks(package, title, hidden, seen))
    except OSError as error:
        raise unusable(path, None, tr("cannot be read: {said}", said=reason(error))) from error
    except calamine.CalamineError as error:
        raise unusable(path, None, tr("is not an Excel file, or is damaged: {error}", error=error)) from error


def _library() -> Any:
    try:
        import python_calamine  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as missing:
        raise MissingExtra(tr("reading Excel files"), "excel") from missing
    return python_calamine


def _chosen(
    book: CalamineWorkbook, path: Path, tab: str | None, wanted: Collection[str], calamine: Any
) -> tuple[str, bool]:
    """The title of the tab that is meant, and whether it is hidden."""
    sheets = [one for one in book.sheets_metadata if one.typ == calamine.SheetTypeEnum.WorkSheet]
    shown = {one.name: one.visible == calamine.SheetVisibleEnum.Visible for one in sheets}
    titles = ", ".join(shown)
    if tab is not None:
        if tab not in shown:
            raise unusable(path, None, tr("there is no tab {tab} in it; there are {titles}", tab=tab, titles=titles))
        return tab, not shown[tab]
    names = {one.strip().casefold() for one in wanted}
    called = [title for title in shown if title.strip().casefold() in names]
    visible = called or [title for title, is_shown in shown.items() if is_shown]
    if len(visible) > 1:
        raise unusable(path, None, tr("has several tabs; say with --tab which is meant: {titles}", titles=titles))
    if not visible:
        raise unusable(path, None, tr("shows no sheet with cells"))
    return visible[0], not shown[visible[0]]


def _scan(package: Package, part: str, path: Path) -> _Seen:
    """Look through the XML of a sheet, row after row."""
    seen = _Seen()
    rest = b""
    for piece in package.pieces(part) if package.has(part) else ():
        rest += piece
        cut = rest.rfind(b"row>") + 4
        if cut > 4:
            _look(rest[:cut], seen)
            rest = rest[cut:]
        if len(rest) > LONGEST_ROW:
            raise unusable(path, None, tr("a row of it is larger than any sheet takes: not opened"))
        # The library lays out the whole rectangle up to the last cell.
        if seen.rows * seen.columns > MOST_CELLS:
            said = tr(
                "reaches over more than the {count:,} cells that a spreadsheet can have; delete what stands far out",
                count=MOST_CELLS,
            )
            raise unusable(path, None, said)
    _look(rest, seen)
    return seen


def _look(xml: bytes, seen: _Seen) -> None:
    places = _CELL.findall(xml)
    seen.columns = max(seen.columns, *map(_index, {letters for letters, _row in places}), 0) if places else seen.columns
    seen.rows = max([seen.rows, *(int(row) for row in {row for _letters, row in places})])
    if b"hidden=" in xml:
        for attributes in _ROW.findall(xml):
            if _HIDDEN.search(attributes) and (number := _NUMBER.search(attributes)):
                seen.hidden.add(int(number[1]) - 1)
    for letters, row, inner in _ERROR.findall(xml):
        value = _VALUE.search(inner)
        seen.errors[int(row) - 1, _index(letters) - 1] = value[1].decode("utf-8", "replace") if value else "#ERROR!"
    if b">60<" in xml or b">60." in xml:
        seen.leaps.update((int(row) - 1, _index(letters) - 1) for letters, row in _LEAP.findall(xml))
    _look_for_uncalculated(xml, seen)


def _look_for_uncalculated(xml: bytes, seen: _Seen) -> None:
    if _FORMULA.search(xml) and (places := _UNCALCULATED.findall(xml)):
        seen.first_uncalculated = seen.first_uncalculated or places[0].decode()
        seen.uncalculated += len(places)


def _index(letters: bytes) -> int:
    """1 for A."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index


def _remarks(package: Package, title: str, hidden: bool, seen: _Seen) -> Iterator[Remark]:
    if package.has("xl/vbaProject.bin"):
        yield Remark(N_("the file has macros; they are not run, only its cells are read"))
    if hidden:
        yield Remark(N_("the tab {title} is hidden in the file"), {"title": title})
    if seen.hidden:
        yield Remark(
            N_("{count} {count:row is|rows are} hidden in the file, and read like the others"),
            {"count": len(seen.hidden)},
        )
    if seen.uncalculated:
        message = N_(
            "{count} {count:formula has|formulas have} no result in the file, the first in {cell}, and {count:is|are} read as blank; "
            "open it in a spreadsheet program and save it"
        )
        yield Remark(message, {"count": seen.uncalculated, "cell": seen.first_uncalculated})


def _table(sheet: CalamineSheet, path: Path, seen: _Seen, remarks: Iterable[Remark]) -> Table:
    merged = _merged(sheet)
    lines: list[Line] = []
    faults: list[Fault] = []
    for at, cells in enumerate(sheet.iter_rows()):
        row = tuple(_cell(cell, (at, index), seen) for index, cell in enumerate(cells))
        if any(cell is True or said for cell in row if (said := str(cell).strip()) or cell is True):
            fault = _fault(at, merged) if lines else None
            lines.append(Line(at + 1, row)) if fault is None else faults.append(fault)
    if not lines:
        raise unusable(path, None, tr("the tab {name} is empty; its first row must name the columns", name=sheet.name))
    return Table(str(path), lines[0], tuple(lines[1:]), faults=tuple(faults), remarks=tuple(remarks))


def _merged(sheet: CalamineSheet) -> dict[int, tuple[int, int]]:
    """Row → the cell (row, column) with which one of its cells is merged; only what goes over several rows."""
    ranges = sheet.merged_cell_ranges or []
    return {row: first for first, last in ranges for row in range(first[0] + 1, last[0] + 1)}


def _fault(at: int, merged: dict[int, tuple[int, int]]) -> Fault | None:
    """What is merged over rows has its value only in the first: nobody can tell whether the others mean it too."""
    if at not in merged:
        return None
    row, column = merged[at]
    message = N_("a cell of this row is merged with {cell}; split it and fill every row")
    return Fault(at + 1, "merged", message, {"cell": f"{_letters(column + 1)}{row + 1}"})


def _letters(index: int) -> str:
    text = ""
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _cell(value: Any, place: tuple[int, int], seen: _Seen) -> Cell:
    if place in seen.errors:
        return seen.errors[place]
    match value:
        case bool() | str():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < 1e15 else value
        case date():
            return _day(value, leap=place in seen.leaps)
        case time() | timedelta():
            return clock(value if isinstance(value, timedelta) else _since_midnight(value))
    return "" if value is None else str(value)


def _day(value: date, *, leap: bool) -> str:
    """Excel, after Lotus, has a 29 February 1900; the calendar, and the library, have not."""
    day = value.date() if isinstance(value, datetime) else value
    if leap and day == date(1900, 2, 28):
        return "1900-02-29"
    return value.isoformat(" ", "seconds") if isinstance(value, datetime) and value.time() else day.isoformat()


def _since_midnight(value: time) -> timedelta:
    return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
