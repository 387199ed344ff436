"""
Cells by key → the same cells changed, if they still say what they said.

Looked at again right before writing: a row that somebody moved is found by its
id, a cell that somebody changed is theirs.  What landed beside, because rows or
columns were moved in the moment between, is put right.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sheetcrm.errors import ApiError
from sheetcrm.journal import Journal, fingerprint
from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, pieces, rows_of, same, unmaking
from sheetcrm.sync.landing import Landing
from sheetcrm.sync.posting import post
from sheetcrm.sync.records import Reading
from sheetcrm.sync.standing import steady_look, unjudged

__all__ = ["Attempt", "CellChange", "Changed", "Log", "change_cells", "is_cells", "logged", "put_right", "taken_back"]

FIELDS = frozenset({"sheet", "id", "column", "before", "after"})
TRIES = 4
"""How often a write is tried, and how often what landed beside is put right before it is only told of."""
INVALID = 400
"""The status of a batch of which nothing was done, because a tab is called otherwise by now."""


@dataclass(frozen=True)
class Changed:
    """What became of changes: `done` stand where they belong; `conflicts` are people's, who changed the cell or took the row away."""

    done: tuple[CellChange, ...]
    conflicts: tuple[CellChange, ...] = ()
    righted: tuple[CellChange, ...] = ()
    """What was written once more, because rows or columns moved while we wrote: our cells, and those that we wrote over."""
    misplaced: tuple[Landing, ...] = ()
    """What landed where nobody can tell any more what stood there: look at those cells."""

    def and_then(self, more: Changed) -> Changed:
        """Both, one after the other."""
        return Changed(
            (*self.done, *more.done),
            (*self.conflicts, *more.conflicts),
            (*self.righted, *more.righted),
            (*self.misplaced, *more.misplaced),
        )


@dataclass(frozen=True)
class Attempt:
    """One look and one write: what was seen, what was sent after that and where it landed, what was left to people."""

    reading: Reading
    landed: Sequence[tuple[CellChange, Landing]]
    left: Sequence[CellChange] = ()


@dataclass(frozen=True)
class Log:
    """Where a write is written down before it is sent, as what, and when."""

    journal: Journal
    what: str
    now: datetime


def change_cells(
    gateway: Gateway, template: Template, changes: Sequence[CellChange], *, log: Log | None = None
) -> Changed:
    """
    Two reads and one write for every 1.5 MB of them; as much again each time that something moved between the two.

    A row whose id is to be blanked goes whole or not at all.  ApiError when the
    write is refused, or has no answer and cannot be found out about.
    """
    done = Changed(())
    for piece in pieces(changes):
        done = done.and_then(put_right(gateway, template, _attempt(gateway, template, piece, log), log))
    return done


def put_right(gateway: Gateway, template: Template, attempt: Attempt, log: Log | None = None) -> Changed:
    """Write what landed beside to where it belongs, and what stood there back, as it was seen; nothing to do, no request."""
    first, wanted = attempt, {change.place: change for change, _ in attempt.landed}
    taken, righted, lost = list(attempt.left), list[CellChange](), list[Landing]()
    for _ in range(TRIES):
        fixes, hopeless = _fixes(attempt)
        lost += hopeless
        if not fixes:
            break
        attempt = _attempt(gateway, template, [fix for fix, _ in fixes], log, aside=True)
        righted += [fix for fix, _ in attempt.landed]
        taken += [wanted[fix.place] for fix in attempt.left if fix.place in wanted]
        lost += [origin for fix, origin in fixes if origin is not None and fix in attempt.left]
    else:
        lost += [landing for _, landing in attempt.landed if not landing.right]
    lost += _still_there(gateway, template, first)
    theirs = set(taken)
    done = tuple(change for change in wanted.values() if change not in theirs)
    return Changed(done, tuple(taken), tuple(dict.fromkeys(righted)), tuple(dict.fromkeys(lost)))


def logged(log: Log | None, changes: Sequence[CellChange]) -> AbstractContextManager[None]:
    """In the journal before the write within, and done after it."""
    return log.journal.written(log.what, [asdict(change) for change in changes], log.now) if log else nullcontext()


def is_cells(entries: Sequence[dict[str, Any]]) -> bool:
    """Whether what a journal has are changes of cells."""
    return bool(entries) and all(entry.keys() == FIELDS for entry in entries)


def taken_back(entries: Sequence[dict[str, Any]]) -> list[CellChange]:
    """The changes that undo what a journal has."""
    return [CellChange(**entry).back() for entry in entries]


def _attempt(
    gateway: Gateway, template: Template, changes: Sequence[CellChange], log: Log | None, *, aside: bool = False
) -> Attempt:
    """Look, and write what is still as it was; once more from the start each time that a tab was renamed in between."""
    for left_tries in reversed(range(TRIES)):
        seen = steady_look(gateway, template, sheets=_sheets(changes))
        reading = unjudged(seen)
        rows = rows_of(reading, changes)
        sent = [(change, row) for change, row in zip(changes, rows, strict=True) if row is not None]
        left = [change for change, row in zip(changes, rows, strict=True) if row is None]
        if not sent:
            return Attempt(reading, (), left)
        try:
            with _aside(log, [change for change, _ in sent]) if aside else logged(log, [change for change, _ in sent]):
                posted = post(gateway, reading, seen.context, sent)
        except ApiError as refused:
            if not left_tries or refused.status != INVALID:
                raise
        else:
            return Attempt(reading, posted.landed, [*left, *posted.left])
    raise AssertionError("the last time it was sent or has raised")


def _sheets(changes: Collection[CellChange]) -> list[str]:
    return list(dict.fromkeys(change.sheet for change in changes))


def _fixes(attempt: Attempt) -> tuple[list[tuple[CellChange, Landing | None]], list[Landing]]:
    """What has to be written once more, with what landed in the cell and should not have; and what cannot be put right."""
    now: dict[tuple[str, str, str], Cell] = {change.place: change.before for change, _ in attempt.landed}
    want = {change.place: change.after for change, _ in attempt.landed}
    over: dict[tuple[str, str, str], Landing] = {}
    strays, lost = [], []
    for change, landing in attempt.landed:
        if landing.right:
            now[change.place] = change.after
        elif (column := _known(attempt.reading, landing)) is None:
            lost.append(landing)
        elif not landing.id:
            strays.append((CellChange(change.sheet, "", column, change.after, None), landing))
        else:
            place = change.sheet, landing.id, column
            now[place], over[place] = change.after, landing
            want.setdefault(place, _seen(attempt.reading, place))
    fixes = [(CellChange(*at, cell, want[at]), over.get(at)) for at, cell in now.items() if not same(cell, want[at])]
    return [*fixes, *strays], lost


def _still_there(gateway: Gateway, template: Template, attempt: Attempt) -> list[Landing]:
    """Ids that were to be blanked and are there: another row lost its own then, and is not known by it any more."""
    gone = set(unmaking(attempt.reading, [change for change, _ in attempt.landed]))
    if not gone:
        return []
    there = unjudged(steady_look(gateway, template, sheets=_sheets(gone))).extracts
    ids = {sheet: set(extract.ids) for sheet, extract in there.items()}
    return [landing for change, landing in attempt.landed if change in gone and change.id in ids.get(change.sheet, ())]


def _known(reading: Reading, landing: Landing) -> str | None:
    """The column, where we saw what stood in that cell before; a row that was not there then has no before."""
    extract = reading.extracts[landing.aim.sheet]
    if landing.column is None or landing.column not in extract.cells:
        return None
    computed = reading.template.sheets[landing.aim.sheet].columns[landing.column].computed
    return None if computed or (landing.id and landing.id not in extract.offsets) else landing.column


def _seen(reading: Reading, place: tuple[str, str, str]) -> Cell:
    extract = reading.extracts[place[0]]
    return extract.cell(extract.number(place[1]) or 0, place[2])


def _aside(log: Log | None, changes: Sequence[CellChange]) -> AbstractContextManager[None]:
    """In the journal, never to be undone by itself, whatever becomes of it: it is part of the write before."""
    if log:
        entries = [asdict(change) for change in changes]
        path = log.journal.begin(f"put right: {log.what}", fingerprint(entries), entries, log.now)
        log.journal.mark(path, "aside")
    return nullcontext()
