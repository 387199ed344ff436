"""
Records → the cells that changed, in the rows that have their ids, where nobody else has changed them.

Everything is checked before anything is sent, and looked at again right before
it is written.  Sheets has no compare-and-swap: what people type into the very
cell between that look and the write (`scripts/benchmark save` says how long
that is) is written over; rows and columns that they move then are told apart by
the answer of the write itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sheetcrm.errors import ApiError, BadRecords
from sheetcrm.errors import Conflict as ConflictError
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, pieces
from sheetcrm.sync.cells import INVALID, TRIES, Attempt, Changed, Log, change_cells, logged, put_right
from sheetcrm.sync.identity import random_id
from sheetcrm.sync.look import look
from sheetcrm.sync.posting import post
from sheetcrm.sync.records import Reading
from sheetcrm.sync.standing import enough, unjudged
from sheetcrm.sync.writing.differing import differing
from sheetcrm.sync.writing.given import given
from sheetcrm.sync.writing.outcome import Conflict, OnConflict, Saved
from sheetcrm.sync.writing.weighing import Weighed, columns_of, weigh

__all__ = ["Conflict", "OnConflict", "Saved", "append", "delete", "save", "upsert"]


def save(
    gateway: Gateway,
    reading: Reading,
    sheet: str,
    records: Any,
    *,
    on_conflict: OnConflict = "fail",
    today: date | None = None,
    log: Log | None = None,
) -> Saved:
    """
    Write what differs from `reading`: changed copies of its records or rows, mappings with ids, or its DataFrame.

    Two reads and one write for up to 1.5 MB of changes.  `today` goes into
    `touched` columns of rows that change.  BadRecords when anything is wrong
    with a value, errors.Conflict as `on_conflict` says: nothing is written
    then.  ApiError when there is no answer.
    """
    found = differing(reading, sheet, given(reading.template, sheet, records, reading.extracts.get(sheet)))
    if found.problems:
        raise BadRecords(found.problems)
    if not found.changes:
        return Saved(sheet, same=found.same)
    weighed, done = _written(gateway, reading, sheet, found.changes, (on_conflict, today), log)
    return _saved(sheet, weighed, done, found.same)


def append(
    gateway: Gateway,
    template: Template,
    sheet: str,
    records: Any,
    *,
    language: str | None = None,
    today: date | None = None,
    log: Log | None = None,
    new_id: Callable[[], str] = random_id,
) -> Saved:
    """
    Add records as rows below the last one; `added` has their ids, those that are ours to give among them.

    Two reads, one write, whose answer shows where they stand.  BadRecords for
    a value that is wrong and for an id that the sheet has already; nothing is written then.
    """
    raise NotImplementedError


def upsert(
    gateway: Gateway,
    template: Template,
    sheet: str,
    records: Any,
    *,
    key: str | None = None,
    language: str | None = None,
    today: date | None = None,
    log: Log | None = None,
    new_id: Callable[[], str] = random_id,
) -> Saved:
    """
    Change the records that are there and add the others: known again by id, or by the column `key` (`email`).

    What a record does not say stays as it is; None blanks the cell.
    """
    raise NotImplementedError


def delete(
    gateway: Gateway,
    template: Template,
    sheet: str,
    ids: Sequence[str],
    *,
    seen: Reading | None = None,
    on_conflict: OnConflict = "fail",
    log: Log | None = None,
) -> Saved:
    """
    Take whole rows out of the sheet, by id; with `seen`, only those in which nobody changed anything since then.

    The journal keeps what stood in them, and `sheetcrm undo` brings them back.
    """
    raise NotImplementedError


def _written(
    gateway: Gateway,
    reading: Reading,
    sheet: str,
    changes: Sequence[CellChange],
    how: tuple[OnConflict, date | None],
    log: Log | None,
) -> tuple[Weighed, Changed]:
    """Look again, weigh, write; from the start each time that a tab was renamed in between."""
    template, (on_conflict, today) = reading.template, how
    touched = columns_of(changes, template.context(reading.language, today), sheet)
    columns = enough(template, sheet, touched, reading.layout.columns(sheet))
    for left_tries in reversed(range(TRIES)):
        seen = look(gateway, template, language=reading.language, sheets=[sheet], columns=columns, today=today)
        now = unjudged(seen)
        weighed = weigh(now, seen.context, sheet, changes, on_conflict)
        if weighed.conflicts and on_conflict == "fail":
            raise ConflictError(weighed.conflicts)
        first, *rest = list(pieces([change for change, _ in weighed.sent])) or [[]]
        if not first:
            return weighed, Changed(())
        rows = dict(weighed.sent)
        try:
            with logged(log, [change for change, _ in weighed.sent]):
                posted = post(gateway, now, seen.context, [(change, rows[change]) for change in first])
                done = put_right(gateway, template, Attempt(now, posted.landed, posted.left), log)
                for piece in rest:
                    done = done.and_then(change_cells(gateway, template, piece))
        except ApiError as refused:
            if not left_tries or refused.status != INVALID:
                raise
        else:
            return weighed, done
    raise AssertionError("the last time it was sent or has raised")


def _saved(sheet: str, weighed: Weighed, done: Changed, same: Sequence[str]) -> Saved:
    """By id, what became of it."""
    taken = tuple(Conflict(change, None, "changed") for change in done.conflicts)
    written = dict.fromkeys(change.id for change in done.done)
    return Saved(
        sheet,
        changed=tuple(written),
        same=(*same, *(id_ for id_ in weighed.same if id_ not in written)),
        conflicts=(*weighed.conflicts, *taken),
        righted=tuple(dict.fromkeys(change.id for change in done.righted)),
        misplaced=done.misplaced,
    )
