"""
Changes and their rows → one batch, and where each cell landed.

A batch whose answer was lost may have been carried out, and is never sent again
blindly: what the cells say now tells which it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sheetcrm.errors import ApiError, NoAnswer
from sheetcrm.layout import quoted
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell, Request
from sheetcrm.schema.context import Context
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, rows_of, same, unmaking
from sheetcrm.sync.batches import Write, cell_requests
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.records import Reading
from sheetcrm.sync.standing import steady_look, unjudged

Sent = Sequence[tuple[CellChange, int]]
"""Changes, and the rows (1-based) in which those cells stand."""


@dataclass(frozen=True)
class Posted:
    """What was sent and where it landed, and what people took in the meantime."""

    landed: Sequence[tuple[CellChange, Landing]]
    left: Sequence[CellChange] = ()


def post(gateway: Gateway, reading: Reading, context: Context, sent: Sent) -> Posted:
    """
    One write; where its answer is lost two reads, and the write again if it was not carried out.

    NoAnswer when what stands there now tells neither; the text has the cells to look at.
    """
    try:
        return _post(gateway, reading, context, sent)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        return _found_out(gateway, reading, context, sent, lost)


def second_look(gateway: Gateway, reading: Reading, sheets: Sequence[str], lost: ApiError) -> Reading:
    """What is there after an answer was lost; that loss again when nobody answers this either."""
    try:
        return unjudged(steady_look(gateway, reading.template, sheets=sheets))
    except ApiError as error:
        raise lost from error


def _post(gateway: Gateway, reading: Reading, context: Context, sent: Sent) -> Posted:
    aims = [Aim(change.sheet, change.id, change.column, row, change.after) for change, row in sent]
    landed = send_and_see(gateway, reading.layout, context, list(_requests(reading, aims)), aims)
    return Posted([(change, at) for (change, _), at in zip(sent, landed, strict=True)])


def _found_out(gateway: Gateway, reading: Reading, context: Context, sent: Sent, lost: ApiError) -> Posted:
    changes = [change for change, _ in sent]
    now = second_look(gateway, reading, list(dict.fromkeys(change.sheet for change in changes)), lost)
    says = {change: _says(now, change) for change in changes}
    strays = list(_strays(reading, now, changes))
    if strays or ("before" in says.values()) == ("after" in says.values()):
        raise NoAnswer(
            tr(
                "No answer came, and what stands there now is neither what was to be written nor what was there before. "
                "Look at {cells}",
                cells=", ".join([*strays, *(_a1(now, change) for change in changes)][:9]),
            )
        ) from lost
    if "after" in says.values():
        return Posted([(change, _at_home(now, change, row)) for change, row in sent])
    again = [change for change in changes if says[change] == "before"]
    rows = rows_of(now, again)
    found = [(change, row) for change, row in zip(again, rows, strict=True) if row is not None]
    posted = _post(gateway, now, context, found)
    kept = {change for change, _ in found}
    return Posted(posted.landed, [change for change in changes if change not in kept])


def _says(now: Reading, change: CellChange) -> str:
    """What the cell says: what it said `before`, what it was to say `after`, or `else`."""
    extract = now.extracts.get(change.sheet)
    row = extract.number(change.id) if extract else None
    if extract is None or row is None:
        gone = change.after in ("", None) and bool(unmaking(now, [change]))
        return "after" if gone else "else"
    cell = extract.cell(row, change.column)
    return "after" if same(cell, change.after) else "before" if same(cell, change.before) else "else"


def _strays(before: Reading, now: Reading, changes: Sequence[CellChange]) -> Iterator[str]:
    """Cells of other rows that say now what was to be written, and did not before."""
    wanted = {change.place for change in changes}
    written: dict[tuple[str, str], list[Cell]] = {}
    for change in changes:
        written.setdefault((change.sheet, change.column), []).append(change.after)
    for (sheet, column), cells in written.items():
        extract, old = now.extracts.get(sheet), before.extracts[sheet]
        for id_ in extract.offsets if extract else ():
            row, former = extract.number(id_) if extract else None, old.number(id_)
            if extract is None or row is None or former is None or (sheet, id_, column) in wanted:
                continue
            cell = extract.cell(row, column)
            if not same(cell, old.cell(former, column)) and any(same(cell, one) for one in cells):
                yield _a1_of(now, sheet, column, row)


def _a1(now: Reading, change: CellChange) -> str:
    extract = now.extracts.get(change.sheet)
    row = extract.number(change.id) if extract else None
    if row is None or not now.layout.has(change.sheet, change.column):
        return f"{change.sheet} {change.id} {change.column}"
    return _a1_of(now, change.sheet, change.column, row)


def _a1_of(now: Reading, sheet: str, column: str, row: int) -> str:
    return f"{quoted(now.layout.tab_title(sheet))}!{now.layout.cell(sheet, column, row)}"


def _at_home(now: Reading, change: CellChange, row: int) -> Landing:
    """As if the answer had come and had said that all is well, which is what was found."""
    aim = Aim(change.sheet, change.id, change.column, row, change.after)
    return Landing(aim, change.id, change.column, _a1(now, change))


def _requests(reading: Reading, aims: Sequence[Aim]) -> Iterator[Request]:
    by_sheet: dict[str, dict[int, dict[str, Cell]]] = {}
    for aim in aims:
        by_sheet.setdefault(aim.sheet, {}).setdefault(aim.row, {})[aim.column] = aim.cell
    for sheet, rows in by_sheet.items():
        yield from cell_requests(reading.layout, sheet, [Write(row, cells) for row, cells in rows.items()])
