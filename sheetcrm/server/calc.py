"""
A spreadsheet's formulas → their values, computed when they are read.

Writing only notes what changed; the first value that is read afterwards brings everything that depends on it up to
date.  Only sheets that some asked-for formula reads are ever loaded into the engine.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sheetcrm.server.cell_error import CellError, Scalar, Value
from sheetcrm.server.evaluation import SPILLED, Engine
from sheetcrm.server.formulas import Area
from sheetcrm.server.functions import sheets_functions
from sheetcrm.server.translate import Shape, Traits, Translator, traits_of

__all__ = ["Area", "Calculator", "CellError", "Source", "Value"]

ROWS_AT_ONCE = 1000
CELLS_AT_ONCE = 200_000
SCRATCH_CELLS = 50_000
# Longer than any sheet title may be, so that no sheet is ever called this.
_SCRATCH = "scratch" * 20
_PROBE = "probe" * 30

Content = tuple[int, int, Scalar, str | None]
"""Row, column, value, and the formula instead of a value where there is one."""
Written = tuple[int, int, str]
"""Row, column, formula."""


class Source(Shape, Protocol):
    """What a calculator reads of a spreadsheet; titles are given back as `titles` wrote them."""

    def cells(self, title: str, start: int = 0, end: int | None = None) -> Iterator[Content]:
        """Every cell with content in rows [start, end), row by row."""

    def pivoted(self, title: str) -> Mapping[tuple[int, int], Value] | None:
        """What pivot tables show in cells without content, the same object until something changes; None: ask again."""


class Calculator:
    """Values of one spreadsheet's formulas.

    `locale` decides what TEXT shows, `time_zone` (IANA) when it is TODAY; `now` answers an aware datetime.
    """

    def __init__(self, *, locale: str, time_zone: str, now: Callable[[], datetime]) -> None:
        self.locale = locale
        self._zone = _zone(time_zone)
        self._now = now
        # Not `self.today`: the engine holds its functions where the garbage collector does not look, and so would keep us.
        self._functions = sheets_functions(locale, partial(_day, now, self._zone))
        self._source: Source | None = None
        self._changes: dict[str, list[tuple[int, int]]] = {}
        self._edited = False
        self._book: _Book | None = None

    def attach(self, source: Source) -> None:
        """Read cells from `source` from now on."""
        self._source = source
        self.restructured()

    def changed(self, title: str, row: int, column: int) -> None:
        """One cell was written.  Costs nothing until a value is read."""
        self.changed_rows(title, row, row + 1)

    def changed_rows(self, title: str, start: int, end: int) -> None:
        """Cells in rows [start, end) were written.  Costs nothing until a value is read."""
        self._edited = True
        if self._book is not None and self._book.loaded(title):
            self._changes.setdefault(title, []).append((start, end))

    def restructured(self) -> None:
        """Rows, columns, sheets, titles or names changed: compute everything anew when next asked."""
        self._book = None
        self._changes = {}

    def value(self, title: str, row: int, column: int) -> Value:
        """What the cell holds: a formula's result, or the value itself; None for a blank one."""
        book = self._current()
        known = book.load(title)
        return None if known is None else book.value(known, row, column)

    def column(self, title: str, column: int, start: int, end: int) -> list[Value]:
        """Values of rows [start, end) of a column, much faster than one by one; None where `value` has to be asked."""
        book = self._current()
        known = book.load(title)
        if known is None:
            return [None] * (end - start)
        found = book.engine.column(known, column, start, end)
        if CellError not in set(map(type, found)):
            return found
        # What an unknown name is called, only the formula says.
        return [None if type(value) is CellError and value.type == "NAME" else value for value in found]

    def evaluate(
        self, formula: str, title: str, row: int, column: int, *, anchor: tuple[int, int] | None = None
    ) -> Value:
        """What `formula` would give if it stood in the cell (row, column) of `title`.

        With `anchor` it is written for that cell and followed from there, as conditional formats and validations are.
        """
        book = self._current()
        known = book.load(title)
        if known is None:
            return CellError("REF", "Reference does not exist.")
        origin = anchor or (row, column)
        return book.scratch(formula, known, (row, column), (row - origin[0], column - origin[1]))

    def today(self) -> date:
        """The day that it is in the spreadsheet's zone."""
        return _day(self._now, self._zone)

    def _current(self) -> _Book:
        """The engine, up to date with the cells and the clock."""
        if self._source is None:
            raise RuntimeError("attach a source before reading")
        if self._book is not None and (self._changes or (self._edited and self._book.shows)):
            self._book = self._book.updated(self._changes)
        if self._book is None:
            self._book = _Book(self._source, self._functions)
        self._changes, self._edited = {}, False
        if self._book.volatile or self._book.moment is None:
            self._book.tick(self._now(), self._zone)
        return self._book


class _Book:
    """The engine and what was loaded into it, valid until the spreadsheet's structure changes."""

    def __init__(self, source: Source, functions: dict[str, tuple[Callable[..., object], int, int | None]]) -> None:
        self.source = source
        self.engine = Engine(functions)
        self.volatile = False
        self.moment: datetime | None = None
        self._translator = Translator(source)
        self._spilling = False
        self._circular = False
        self._stale = True
        self._known: dict[str, bool] = {}
        self._widths: dict[str, int] = {}
        # Title → row → column → the formula that is in the engine.
        self._formulas: dict[str, dict[int, dict[int, str]]] = {}
        self._scratch: dict[tuple[str, str, tuple[int, int]], int] = {}
        # Title → what pivot tables show, as it is in the engine; and whether to look for more.
        self._shown: dict[str, Mapping[tuple[int, int], Value]] = {}
        self._unseen = True

    def loaded(self, title: str) -> bool:
        """Whether a formula may have read this sheet."""
        return title in self._widths

    def load(self, title: str) -> str | None:
        """See to it that `title` and all that its formulas read are in the engine; its true spelling, or None."""
        known = self._translator.title(title)
        if known is not None and known not in self._widths:
            self._load([known])
        self.settle()
        return known

    @property
    def shows(self) -> bool:
        """Whether the engine holds anything that nobody entered."""
        return any(self._shown.values())

    def _show(self) -> None:
        """Let formulas read what pivot tables show, which may come to ask here for what formulas show."""
        self._unseen = False
        for title in list(self._widths):
            found = self.source.pivoted(title)
            self._unseen |= found is None
            if found is not None and found is not self._shown.get(title):
                self._shown[title] = found
                self.engine.show(title, found)
                self._stale = self._stale or bool(found)

    def _withdraw(self) -> None:
        for title, shown in self._shown.items():
            self.engine.show(title, dict.fromkeys(shown))
            self._stale = self._stale or bool(shown)
        self._shown, self._unseen = {}, True

    def settle(self) -> None:
        """Calculate if anything was written since the last time."""
        if self._unseen:
            self._show()
        if self._stale:
            self._stale = False
            self.engine.calculate()

    def value(self, title: str, row: int, column: int) -> Value:
        """The value of a cell of a loaded sheet; an unknown name is named."""
        found = self.engine.value(title, row, column)
        if not isinstance(found, CellError) or found.type != "NAME":
            return found
        for _, at, _, formula in self.source.cells(title, row, row + 1):
            if at == column and formula is not None:
                return self._translator.strangers(formula, self._knows) or found
        return found

    def _knows(self, function: str) -> bool:
        if function not in self._known:
            self.engine.add_sheet(_PROBE)
            self.engine.put_formula(_PROBE, 0, 0, f"={function}()")
            found = self.engine.compute(_PROBE, 0, 0)
            self._known[function] = not isinstance(found, CellError) or found.type != "NAME"
        return self._known[function]

    def tick(self, moment: datetime, zone: ZoneInfo) -> None:
        """Let the time be `moment`, to the minute."""
        minute = moment.astimezone(zone).replace(second=0, microsecond=0)
        if minute != self.moment:
            self.moment = minute
            self.engine.clock(moment, int((minute.utcoffset() or timedelta()).total_seconds()))
            self._stale = True

    def updated(self, changes: dict[str, list[tuple[int, int]]]) -> _Book | None:
        """Itself with the rows read again, or None when it is better to start anew."""
        if self._spilling:
            return None
        self._circular = False
        self._withdraw()
        for title, spans in changes.items():
            for start, end in _merged(spans):
                self._load(self._read(title, start, end))
        return None if self._circular else self

    def scratch(self, formula: str, title: str, at: tuple[int, int], by: tuple[int, int]) -> Value:
        """The value of a formula written nowhere: kept, so that asking again costs only what changed.

        Cells of a rule that cannot differ (`=$D2="won"` in one row) share one computation.
        """
        traits = traits_of(formula)
        key = (formula, title, at if traits.positional else (by[0] * traits.by_row, by[1] * traits.by_column))
        row = self._scratch.get(key)
        if row is not None:
            return self.engine.value(_SCRATCH, row, 0)
        told = self._translator.translate(formula, title, by=by, at=at)
        self._heed(traits)
        if not self._widths.keys() >= told.titles:
            self._load(told.titles)
            self.settle()
        if len(self._scratch) >= SCRATCH_CELLS:
            self.engine.put(_SCRATCH, 0, 0, [[None]] * SCRATCH_CELLS)
            self._scratch.clear()
        # From the bottom up, so that an array has no free cells below to spill into.
        row = self._scratch[key] = SCRATCH_CELLS - 1 - len(self._scratch)
        self.engine.add_sheet(_SCRATCH)
        return self._scratched(row, told.text)

    def _scratched(self, row: int, formula: str) -> Value:
        self.engine.put_formula(_SCRATCH, row, 0, formula)
        found = self.engine.compute(_SCRATCH, row, 0)
        if found != SPILLED:
            return found
        self.engine.put_formula(_SCRATCH, row, 0, f"=INDEX({formula.removeprefix('=')},1,1)")
        return self.engine.compute(_SCRATCH, row, 0)

    def _load(self, titles: Iterable[str]) -> None:
        waiting = deque(titles)
        while waiting:
            title = waiting.popleft()
            if title not in self._widths:
                self._widths[title] = 0
                self._unseen = True
                self.engine.add_sheet(title)
                waiting.extend(self._read(title, 0, None))

    def _read(self, title: str, start: int, end: int | None) -> set[str]:
        """Put rows of a sheet into the engine; the sheets that their formulas read."""
        self._stale = True
        known = self._formulas.setdefault(title, {})
        wanted: set[str] = set()
        for top, block, written in self._blocks(title, start, end):
            kept = _unchanged(known, written, len(block))
            for row, column, part in _parts(top, block, written) if end is None else _columns(top, block, kept):
                self.engine.put(title, row, column, part)
            for row in range(top, top + len(block)):
                known.pop(row, None)
            for row, column, formula in written:
                known.setdefault(row, {})[column] = formula
                if column not in kept:
                    wanted |= self._put_formula(title, row, column, formula)
        return wanted

    def _put_formula(self, title: str, row: int, column: int, formula: str) -> frozenset[str]:
        told = self._translator.filled(formula, title, row, column)
        self._heed(told.traits)
        self._circular |= not self.engine.put_formula(title, row, column, told.text)
        return told.titles

    def _blocks(
        self, title: str, start: int, end: int | None
    ) -> Iterator[tuple[int, list[list[Scalar]], list[Written]]]:
        """Rectangles that cover rows [start, end): the first row, values, and formulas, where the values are None."""
        lines: dict[int, list[Scalar]] = {}
        written: list[Written] = []
        top, bottom, width = start, start + ROWS_AT_ONCE, 0
        for row, column, value, formula in self.source.cells(title, start, end):
            while row >= bottom or (row not in lines and (row - top) * width > CELLS_AT_ONCE):
                bottom = min(bottom, row)
                yield (
                    top,
                    self._rectangle(title, lines, top, max(lines, default=top) + 1 if end is None else bottom),
                    written,
                )
                lines, written, top, width = {}, [], row if end is None else bottom, 0
                bottom = top + ROWS_AT_ONCE
            width = max(width, column + 1)
            if formula is not None:
                written.append((row, column, formula))
            line = lines.setdefault(row, [])
            line.extend([None] * (column + 1 - len(line)))
            line[column] = None if formula is not None else value
        last = max(lines, default=top - 1) + 1 if end is None else end
        while top < last:
            bottom = min(last, top + ROWS_AT_ONCE)
            yield top, self._rectangle(title, lines, top, bottom), written
            lines, written, top = {}, [], bottom

    def _rectangle(self, title: str, lines: dict[int, list[Scalar]], top: int, end: int) -> list[list[Scalar]]:
        width = max(self._widths.get(title, 0), max(map(len, lines.values()), default=0))
        self._widths[title] = width
        empty: list[Scalar] = []
        return [(line := lines.get(row, empty)) + [None] * (width - len(line)) for row in range(top, end)]

    def _heed(self, traits: Traits) -> None:
        self.volatile = self.volatile or traits.volatile
        self._spilling = self._spilling or traits.spilling


def _unchanged(known: dict[int, dict[int, str]], written: list[Written], rows: int) -> set[int]:
    """Columns in which every row still has the formula that it had."""
    same = Counter(column for row, column, formula in written if known.get(row, {}).get(column) == formula)
    return {column for column, count in same.items() if count == rows}


Part = tuple[int, int, list[list[Scalar]]]
"""First row, first column, values."""


def _parts(top: int, block: list[list[Scalar]], written: list[Written]) -> Iterator[Part]:
    """The parts of a rectangle that hold values, and no formula.

    The engine takes formulas fast, and sees circles among them, only in cells that nothing was ever written to.
    """
    formulas: dict[int, set[int]] = {}
    for row, column, _ in written:
        formulas.setdefault(row, set()).add(column)
    for columns, run in groupby(range(len(block)), key=lambda i: formulas.get(top + i, set())):
        rows = list(run)
        part = block[rows[0] : rows[-1] + 1]
        blank = {
            i for i, column in enumerate(zip(*part, strict=True)) if not any(value is not None for value in column)
        }
        yield from _columns(top + rows[0], part, columns | blank)


def _columns(top: int, block: list[list[Scalar]], without: set[int]) -> Iterator[Part]:
    """The parts of a rectangle between some columns."""
    for left_out, run in groupby(range(len(block[0])), key=without.__contains__):
        span = list(run)
        if not left_out:
            yield top, span[0], [line[span[0] : span[-1] + 1] for line in block]


def _merged(spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same rows in spans that do not overlap or touch."""
    start, end = 0, 0
    for first, last in sorted(spans):
        if first > end:
            if end > start:
                yield start, end
            start, end = first, last
        else:
            end = max(end, last)
    if end > start:
        yield start, end


def _day(now: Callable[[], datetime], zone: ZoneInfo) -> date:
    return now().astimezone(zone).date()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
