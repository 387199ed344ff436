"""
What an import did, line by line → a report.

Every line of the file is in it: added, changed (which cells, from what to what),
the same already, or refused with the reason.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sheetcrm.schema.context import Context
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.dump import as_data, as_read, guarded
from sheetcrm.sync.files.sift import Refusal

Became = Literal["added", "changed", "same", "refused"]


@dataclass(frozen=True)
class Outcome:
    """What became of one line of the file."""

    line: int
    """1-based, as an editor counts."""
    became: Became
    id: str | None = None
    """Of its row; None for a line that was refused."""
    changes: tuple[CellChange, ...] = ()
    """Of a row that changed: each cell with what stood there before."""
    refusal: Refusal | None = None
    mended: str | None = None
    """The line as it was understood, where its columns were shifted and there is only one way to put them right."""


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do."""

    sheet: str
    added: tuple[str, ...]
    """Ids, in the order of the file; as `changed` and `same`."""
    changed: tuple[str, ...]
    same: tuple[str, ...]
    refused: tuple[Refusal, ...]
    """In the order of the file."""
    unused: tuple[str, ...]
    """Columns of the file that go nowhere, without those that the sheet computes itself."""
    wrong: int = 0
    """Cells of added and changed rows that break a rule and are in the sheet nevertheless: `check` shows them."""
    misplaced: tuple[str, ...] = ()
    """Cells (`'Customers'!C7`) in which something landed, or was written over, because columns were moved while we wrote: look at them."""
    righted: tuple[str, ...] = ()
    """Ids of rows that were written once more, because rows moved while we wrote."""
    outcomes: tuple[Outcome, ...] = ()
    """Every line, in the order of the file."""
    remarks: tuple[str, ...] = ()
    """What people should know of the file as a whole."""

    @property
    def mended(self) -> tuple[Outcome, ...]:
        """Lines that were put right."""
        return tuple(one for one in self.outcomes if one.mended is not None)


COLUMNS = ("line", "became", "id", "column", "before", "after", "reason", "text")


def report(done: Imported, form: Literal["csv", "json"], context: Context) -> str:
    """
    Every line as a text that ends in a line end: JSON, or a CSV with one line for each cell that changed and each reason.

    Cells are said as the sheet shows them, in JSON with numbers as numbers.  In the CSV a text that a spreadsheet program would run has a ' in front.
    """
    if form == "json":
        return json.dumps([_data(one, context) for one in done.outcomes], ensure_ascii=False, indent=2) + "\n"
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in done.outcomes:
        writer.writerows(
            [guarded(str(cell)) if isinstance(cell, str) else cell for cell in row] for row in _rows(one, context)
        )
    return out.getvalue()


def _data(one: Outcome, context: Context) -> dict[str, Any]:
    return {**asdict(one), "changes": [as_data(change, context) for change in one.changes]}


def _rows(one: Outcome, context: Context) -> Iterator[tuple[Any, ...]]:
    first = (one.line, one.became, one.id or "")
    if one.refusal is not None:
        for column, text in ((one.refusal.column, one.refusal.text), *one.refusal.also):
            yield (*first, column or "", "", "", one.refusal.reason, text)
        return
    for change in one.changes:
        yield (*first, change.column, *as_read(change, context), "", "")
    if one.mended is not None:
        yield (*first, "", "", "", "mended", one.mended)
    elif not one.changes:
        yield (*first, "", "", "", "", "")
