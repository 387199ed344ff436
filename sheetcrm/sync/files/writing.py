"""
What an import is to write → the sheet, a piece at a time.

Each piece is a batch, all or nothing, put into the journal before it goes out.
Before every piece but the first the sheet is looked at again, so that a large
file does not write by an old map; after an answer that got lost, too, and what
arrived is not sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sheetcrm.errors import NoAnswer
from sheetcrm.messages import texts
from sheetcrm.resources.base import Cell
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.cells import Attempt, Log, logged, put_right
from sheetcrm.sync.files.merge import Placed, merge
from sheetcrm.sync.files.progress import Progress
from sheetcrm.sync.identity import stamps
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.look import Look
from sheetcrm.sync.read import judged, parsed_sheets
from sheetcrm.sync.records import FIRST_ROW, Parsed
from sheetcrm.sync.write import Write, cell_requests, chunks, formula_requests, misplaced, room

TRIES = 3
"""How often a piece is tried that nobody answers for."""


@dataclass
class Written:
    """What happened on the way."""

    misplaced: list[str] = field(default_factory=list)
    righted: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Seen:
    """The spreadsheet as it stood at one moment, and what the sheet says that is written to."""

    look: Look
    parsed: Parsed

    @classmethod
    def of(cls, look: Look, sheet: str) -> Seen:
        """What a look at the spreadsheet says of that sheet."""
        return cls(look, parsed_sheets(look)[sheet])


def write(
    gateway: Gateway,
    seen: Seen,
    placed: Sequence[Placed],
    look_again: Callable[[], Look],
    *,
    log: Log | None,
    progress: Progress,
) -> Written:
    """Write everything in `placed`, which has its ids; `seen` is what it was compared with."""
    done, pieces = Written(), list(_pieces(placed))
    for number, piece in enumerate(pieces, start=1):
        named = replace(log, what=f"{log.what}, {number} of {len(pieces)}") if log and len(pieces) > 1 else log
        left = piece
        for tries in range(1, TRIES + 1):
            if number > 1 or tries > 1:
                seen = Seen.of(look_again(), seen.parsed.sheet)
                left = _placed_again(piece, seen)
            try:
                _send(gateway, seen, left, named, done)
                break
            except NoAnswer:
                if tries == TRIES:
                    raise
        progress.finish(one.one.line for one in piece)
    return done


def stamped(placed: Placed, seen: Look, sheet: str) -> Placed:
    """The same with the day, where the file does not say it, in a row that is new or changes."""
    spec = seen.context.template.sheets[sheet]
    days = stamps(spec, seen.context, new=placed.row is None)
    there = {key: day for key, day in days.items() if key in seen.cells[sheet]}
    return replace(placed, cells={**there, **placed.cells})


def changes(placed: Placed, parsed: Parsed) -> tuple[CellChange, ...]:
    """Each cell that is written, with what stood there."""

    def before(key: str) -> Cell:
        cells = parsed.cells[key]
        return None if placed.row is None else cells[placed.row - FIRST_ROW]

    return tuple(CellChange(parsed.sheet, placed.id, key, before(key), cell) for key, cell in placed.cells.items())


def _pieces(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    """Changed rows first, then new ones, in batches that are not too large."""
    ordered = [one for one in placed if one.row is not None] + [one for one in placed if one.row is None]
    at = 0
    for chunk in chunks(Write(0, one.cells) for one in ordered):
        yield ordered[at : at + len(chunk)]
        at += len(chunk)


def _placed_again(piece: Sequence[Placed], seen: Seen) -> list[Placed]:
    """Where these lines belong by now, by their ids; rows that say everything already are left out."""
    context, parsed = seen.look.context, seen.parsed
    for one in piece:
        one.one.values[context.template.sheets[parsed.sheet].key or ""] = one.id
    made = merge([one.one for one in piece], parsed, context, texts(context.language), given=False)
    return [stamped(one, seen.look, parsed.sheet) for one in made.placed if one.row is None or one.cells]


def _send(gateway: Gateway, seen: Seen, piece: Sequence[Placed], log: Log | None, done: Written) -> None:
    """One batch; see where it landed, put right what landed beside."""
    if not piece:
        return
    parsed, layout, context = seen.parsed, seen.look.layout, seen.look.context
    sheet, changed = parsed.sheet, [one for one in piece if one.row is not None]
    new = [one for one in piece if one.row is None]
    free = room(layout, sheet, max(parsed.numbers, default=1), len(new))
    before = [*free.requests, *formula_requests(layout, sheet, context, free.first, len(new))]
    rows = {one.id: free.moved(one.row or 0) for one in changed}
    rows |= {one.id: free.first + at for at, one in enumerate(new)}
    requests = [*before, *cell_requests(layout, sheet, [Write(rows[one.id], one.cells) for one in (*changed, *new)])]
    # Rows that are new, or move because rows come in above them, get their place by this very batch.
    still = [one for one in changed if rows[one.id] == one.row]
    aims = [Aim(sheet, one.id, column, rows[one.id], cell) for one in still for column, cell in one.cells.items()]
    with logged(log, [change for one in piece for change in changes(one, parsed)]):
        landed = send_and_see(gateway, layout, context, requests, aims) if aims else []
        if not aims:
            gateway.batch(requests)
    standing = {one.id for one in still}
    others = {row: id_ for id_, row in rows.items() if id_ not in standing}
    key = context.template.sheets[sheet].key or ""
    done.misplaced += misplaced(gateway, sheet, key, others) if others else []
    sent = [(_change(parsed, landing), landing) for landing in landed]
    settled = put_right(gateway, context.template, Attempt(judged(seen.look), sent), log)
    done.misplaced += [landing.a1 for landing in settled.misplaced]
    done.righted += dict.fromkeys(one.id for one in settled.righted)


def _change(parsed: Parsed, landing: Landing) -> CellChange:
    aim = landing.aim
    return CellChange(aim.sheet, aim.id, aim.column, parsed.cells[aim.column][aim.row - FIRST_ROW], aim.cell)
