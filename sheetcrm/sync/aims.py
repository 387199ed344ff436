"""
Changes by the ids of rows → the rows in which those cells stand now.

A cell that does not say any more what it said is somebody's, and so is a row
that we made, and that is to go, as soon as somebody wrote a word into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sheetcrm.resources.base import Cell
from sheetcrm.sync.batches import fitting, row_bytes
from sheetcrm.sync.records import Extract, Reading

BLANK = ("", None, False)


@dataclass(frozen=True)
class CellChange:
    """
    One cell, by the id of its row: what stands there and what is to stand there.

    An empty `id` is the row that has no id and nothing but this cell.
    """

    sheet: str
    id: str
    column: str
    before: Cell
    after: Cell

    @property
    def place(self) -> tuple[str, str, str]:
        """Which cell it is."""
        return self.sheet, self.id, self.column

    def back(self) -> CellChange:
        """What takes it back."""
        return CellChange(self.sheet, self.id, self.column, self.after, self.before)


def rows_of(reading: Reading, changes: Sequence[CellChange]) -> list[int | None]:
    """The 1-based row of each, None where it is to be left; a row whose id is to be blanked goes whole or not at all."""
    rows = [_row(reading, change) for change in changes]
    for at, change in enumerate(changes):
        if not change.id:
            rows[at] = _alone(reading, change, changes[:at].count(change), changes.count(change))
    stay = {(change.sheet, change.id) for change in unmaking(reading, changes)}
    known = Counter((change.sheet, change.id) for change, row in zip(changes, rows, strict=True) if row is not None)
    asked = Counter((change.sheet, change.id) for change in changes)
    stay -= {at for at in stay if known[at] == asked[at] >= _filled(reading, *at)}
    return [None if (change.sheet, change.id) in stay else row for change, row in zip(changes, rows, strict=True)]


def pieces(changes: Sequence[CellChange]) -> Iterator[list[CellChange]]:
    """Whole rows together, in pieces that fit into a request."""
    rows: dict[tuple[str, str], list[CellChange]] = {}
    for change in changes:
        rows.setdefault((change.sheet, change.id), []).append(change)
    for piece in fitting(rows.values(), lambda row: row_bytes(change.after for change in row)):
        yield [change for row in piece for change in row]


def unmaking(reading: Reading, changes: Iterable[CellChange]) -> list[CellChange]:
    """Those that blank an id, and so take a row away."""
    sheets = reading.template.sheets
    return [change for change in changes if change.column == sheets[change.sheet].key and change.after in ("", None)]


def same(one: Cell, other: Cell) -> bool:
    """Whether two cells say the same: TRUE is not 1, blank is blank."""
    return (one in ("", None) and other in ("", None)) or (type(one), one) == (type(other), other)


def _row(reading: Reading, change: CellChange) -> int | None:
    extract = reading.extracts.get(change.sheet)
    row = extract.number(change.id) if extract and change.id else None
    if extract is None or row is None or change.column not in extract.cells:
        return None
    return row if same(extract.cell(row, change.column), change.before) else None


def _alone(reading: Reading, change: CellChange, at: int, count: int) -> int | None:
    """Of just as many rows as are looked for, the one at `at`."""
    extract = reading.extracts.get(change.sheet)
    if extract is None or change.column not in extract.cells:
        return None
    found = [
        row
        for row, id_ in zip(extract.parsed.numbers, extract.ids, strict=True)
        if id_ is None
        and same(extract.cell(row, change.column), change.before)
        and len(_inputs(reading, extract, row)) == 1
    ]
    return found[at] if len(found) == count else None


def _filled(reading: Reading, sheet: str, id_: str) -> int:
    """How many cells of that row people could have filled, and its id."""
    extract, key = reading.extracts[sheet], reading.template.sheets[sheet].key
    row = extract.number(id_)
    return len({*_inputs(reading, extract, row), key}) if row else 0


def _inputs(reading: Reading, extract: Extract, row: int) -> list[str]:
    """The columns in which people wrote something."""
    inputs = reading.template.sheets[extract.sheet].inputs
    return [key for key in inputs if key in extract.cells and extract.cell(row, key) not in BLANK]
