"""
What an import is to write → the sheet, a piece at a time.

Each piece is a batch, all or nothing (a piece in which some rows change and
others are new is two), put into the journal before it goes out.  Before every
piece but the first the sheet is looked at again, so that a large file does not
write by an old map; after an answer that got lost, too, and what arrived is not
sent twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from sheetcrm.errors import ApiError
from sheetcrm.journal import continued
from sheetcrm.messages import texts, tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.resources.base import Cell
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.batches import fitting, row_bytes
from sheetcrm.sync.cells import INVALID, Attempt, Changed, Log, logged, put_right
from sheetcrm.sync.files.merge import Placed, merge
from sheetcrm.sync.files.progress import Progress
from sheetcrm.sync.identity import stamps
from sheetcrm.sync.look import Look
from sheetcrm.sync.posting import Posted, post
from sheetcrm.sync.read import parsed_sheets
from sheetcrm.sync.records import FIRST_ROW, Parsed
from sheetcrm.sync.standing import unjudged
from sheetcrm.sync.writing.adding import New, add

TRIES = 3
"""How often a piece is tried that nobody answers for, or whose tab is called otherwise by then."""


@dataclass
class Written:
    """What happened on the way."""

    misplaced: list[str] = field(default_factory=list)
    righted: list[str] = field(default_factory=list)

    def tell(self, done: Changed) -> None:
        """One batch more."""
        self.misplaced += [landing.a1 for landing in done.misplaced]
        self.righted += dict.fromkeys(change.id for change in done.righted)


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
    meter: Meter = unmetered,
) -> Written:
    """Write everything in `placed`, which has its ids; `seen` is what it was compared with."""
    done, pieces, sent = Written(), list(_pieces(placed)), 0
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
            except ApiError as lost:
                if tries == TRIES or not (lost.in_doubt or lost.status == INVALID):
                    raise
        progress.finish(one.one.line for one in piece)
        sent += len(piece)
        meter(tr("lines written"), sent, len(placed))
    return done


def stamped(placed: Placed, seen: Look, sheet: str) -> Placed:
    """The same with the day, where the file does not say it, in a row that is new or changes."""
    spec = seen.context.template.sheets[sheet]
    days = stamps(spec, seen.context, new=placed.row is None)
    there = {key: day for key, day in days.items() if key in seen.cells[sheet]}
    return replace(placed, cells={**there, **placed.cells})


def changes(placed: Placed, parsed: Parsed) -> tuple[CellChange, ...]:
    """Each cell that is written, with what stood there; one that says it already is not."""

    def before(key: str) -> Cell:
        cells = parsed.cells[key]
        return None if placed.row is None else cells[placed.row - FIRST_ROW]

    every = (CellChange(parsed.sheet, placed.id, key, before(key), cell) for key, cell in placed.cells.items())
    return tuple(change for change in every if not same(change.before, change.after))


def _pieces(placed: Sequence[Placed]) -> Iterator[list[Placed]]:
    """Changed rows first, then new ones, in batches that are not too large."""
    ordered = [one for one in placed if one.row is not None] + [one for one in placed if one.row is None]
    return fitting(ordered, lambda one: row_bytes(one.cells.values()))


def _placed_again(piece: Sequence[Placed], seen: Seen) -> list[Placed]:
    """Where these lines belong by now, by their ids; rows that say everything already are left out."""
    context, parsed = seen.look.context, seen.parsed
    for one in piece:
        one.one.values[context.template.sheets[parsed.sheet].key or ""] = one.id
    made = merge([one.one for one in piece], parsed, context, texts(context.language), given=False)
    return [stamped(one, seen.look, parsed.sheet) for one in made.placed if one.row is None or one.cells]


def _send(gateway: Gateway, seen: Seen, piece: Sequence[Placed], log: Log | None, done: Written) -> None:
    """What changes, and what is new as rows of its own; put right what landed beside."""
    reading, parsed, context = unjudged(seen.look), seen.parsed, seen.look.context
    sent = [(change, one.row) for one in piece if one.row is not None for change in changes(one, parsed)]
    new = [one for one in piece if one.row is None]
    if not sent and not new:
        return
    added = [change for one in new for change in changes(one, parsed)]
    with logged(log, [*(change for change, _ in sent), *added]):
        posted = post(gateway, reading, context, sent) if sent else Posted(())
        with continued() if sent else nullcontext():
            done.tell(put_right(gateway, context.template, Attempt(reading, posted.landed, posted.left), log))
            rows = [New(one.id, cells=one.cells) for one in new]
            done.tell(add(gateway, reading, context, parsed.sheet, rows))
