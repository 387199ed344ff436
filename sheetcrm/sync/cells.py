"""
Cells by key → the same cells changed, if they still say what they said.

Looked at again right before writing: a row that somebody moved is found by its
id, a cell that somebody changed is theirs.  What landed beside, because rows or
columns were moved in the moment between, is put right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sheetcrm.errors import ApiError
from sheetcrm.journal import Journal, fingerprint
from sheetcrm.resources.base import Cell, Request
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, rows_of, same, unmaking
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.look import look
from sheetcrm.sync.read import judged, read
from sheetcrm.sync.records import Reading
from sheetcrm.sync.write import Write, cell_requests

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
    Two reads and one write for all of them together; as much again each time that something moved between the two.

    A row whose id is to be blanked goes whole or not at all.  ApiError when the write is refused or has no answer.
    """
    return put_right(gateway, template, _attempt(gateway, template, changes, log), log)


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
    done = tuple(change for change in wanted.values() if change not in taken)
    return Changed(done, tuple(taken), tuple(dict.fromkeys(righted)), tuple(dict.fromkeys(lost)))


def logged(log: Log | None, changes: Sequence[CellChange]) -> AbstractContextManager[None]:
    """In the journal before the write within, and done after it."""
    entries = [asdict(change) for change in changes]
    return log.journal.written(log.what, entries, log.now) if log else nullcontext()


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
        seen = look(gateway, template, sheets=list(dict.fromkeys(change.sheet for change in changes)))
        reading = judged(seen)
        rows = rows_of(reading, changes)
        sent = [(change, row) for change, row in zip(changes, rows, strict=True) if row is not None]
        left = [change for change, row in zip(changes, rows, strict=True) if row is None]
        if not sent:
            return Attempt(reading, (), left)
        aims = [Aim(change.sheet, change.id, change.column, row, change.after) for change, row in sent]
        try:
            with _aside(log, [change for change, _ in sent]) if aside else logged(log, [change for change, _ in sent]):
                landed = send_and_see(gateway, reading.layout, seen.context, list(_requests(reading, aims)), aims)
        except ApiError as refused:
            if not left_tries or refused.status != INVALID:
                raise
        else:
            return Attempt(reading, [(change, at) for (change, _), at in zip(sent, landed, strict=True)], left)
    raise AssertionError("the last time it was sent or has raised")


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
    gone = unmaking(attempt.reading, [change for change, _ in attempt.landed])
    if not gone:
        return []
    ids = {sheet: extract.by_id() for sheet, extract in read(gateway, template).extracts.items()}
    return [landing for change, landing in attempt.landed if change in gone and change.id in ids.get(change.sheet, ())]


def _known(reading: Reading, landing: Landing) -> str | None:
    """The column, where we saw what stood in that cell before; a row that was not there then has no before."""
    extract = reading.extracts[landing.aim.sheet]
    if landing.column is None or landing.column not in extract.cells:
        return None
    computed = reading.template.sheets[landing.aim.sheet].columns[landing.column].computed
    return None if computed or (landing.id and landing.id not in extract.by_id()) else landing.column


def _seen(reading: Reading, place: tuple[str, str, str]) -> Cell:
    extract = reading.extracts[place[0]]
    return extract.cell(extract.by_id()[place[1]].number, place[2])


def _requests(reading: Reading, aims: Sequence[Aim]) -> Iterator[Request]:
    for sheet in dict.fromkeys(aim.sheet for aim in aims):
        rows: dict[int, dict[str, Cell]] = {}
        for aim in aims:
            if aim.sheet == sheet:
                rows.setdefault(aim.row, {})[aim.column] = aim.cell
        yield from cell_requests(reading.layout, sheet, [Write(row, cells) for row, cells in rows.items()])


def _aside(log: Log | None, changes: Sequence[CellChange]) -> AbstractContextManager[None]:
    """In the journal, never to be undone by itself, whatever becomes of it: it is part of the write before."""
    if log:
        entries = [asdict(change) for change in changes]
        path = log.journal.begin(f"put right: {log.what}", fingerprint(entries), entries, log.now)
        log.journal.mark(path, "aside")
    return nullcontext()
