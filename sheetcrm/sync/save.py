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
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sheetcrm.errors import ApiError, BadRecords, UsageError
from sheetcrm.errors import Conflict as ConflictError
from sheetcrm.journal import continued
from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, pieces
from sheetcrm.sync.cells import INVALID, TRIES, Attempt, Changed, Log, change_cells, logged, put_right
from sheetcrm.sync.identity import random_id
from sheetcrm.sync.posting import post
from sheetcrm.sync.read import judged
from sheetcrm.sync.records import Reading
from sheetcrm.sync.rows_moved import move
from sheetcrm.sync.standing import enough, steady_look, unjudged
from sheetcrm.sync.writing.adding import New, add, changes_of, newcomers
from sheetcrm.sync.writing.checking import referred
from sheetcrm.sync.writing.differing import differing
from sheetcrm.sync.writing.given import given
from sheetcrm.sync.writing.outcome import Conflict, OnConflict, Saved, known_policy
from sheetcrm.sync.writing.parting import part
from sheetcrm.sync.writing.weighing import Weighed, columns_of, weigh

__all__ = ["Conflict", "OnConflict", "Saved", "append", "delete", "save", "upsert"]


@dataclass(frozen=True)
class _How:
    on_conflict: OnConflict
    today: date | None
    log: Log | None


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
    how = _How(known_policy(on_conflict), today, log)
    found = differing(reading, sheet, given(reading.template, sheet, records, reading.extracts.get(sheet)))
    if found.problems:
        raise BadRecords(found.problems)
    if not found.changes:
        return Saved(sheet, same=found.same)
    weighed, done = _written(gateway, reading, sheet, found.changes, how)
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
    a value that is wrong and for an id that the sheet has already; nothing is
    written then.  `today` goes into `created` and `touched` columns.
    """
    wanted = given(template, sheet, records)
    if not len(wanted):
        return Saved(sheet)
    reading, context = _whole(gateway, template, sheet, language, today)
    made, problems = newcomers(reading, sheet, wanted, context, new_id)
    if problems:
        raise BadRecords(problems)
    with logged(log, changes_of(sheet, made)):
        done = add(gateway, reading, context, sheet, made)
    return _added(Saved(sheet), made, done)


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

    What a record does not say stays as it is; None blanks the cell.  Two reads,
    a write for what changes and one for what is new.  BadRecords when anything
    is wrong with a value, or when a `key` is in several rows; nothing is written then.
    """
    wanted = given(template, sheet, records)
    if not len(wanted):
        return Saved(sheet)
    for left_tries in reversed(range(TRIES)):
        reading, context = _whole(gateway, template, sheet, language, today)
        parted = part(reading, sheet, wanted, key, context)
        found = differing(reading, sheet, parted.known)
        made, problems = newcomers(reading, sheet, parted.new, context, new_id, changed=found.values)
        if parted.problems or found.problems or problems:
            raise BadRecords([*parted.problems, *found.problems, *problems])
        weighed = weigh(reading, context, sheet, found.changes, "skip")
        try:
            with logged(log, [*(change for change, _ in weighed.sent), *changes_of(sheet, made)]):
                saved = _saved(sheet, weighed, _posted(gateway, reading, context, weighed, log), found.same)
                with continued() if weighed.sent else nullcontext():
                    return _added(saved, made, add(gateway, reading, context, sheet, made) if made else Changed(()))
        except ApiError as refused:
            if refused.status != INVALID or not left_tries:
                raise
    raise AssertionError("the last time it was sent or has raised")


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

    The journal keeps what stood in them, also in people's own columns, and
    `sheetcrm undo` brings them back (`rows_moved.rows_back` says what cannot).
    """
    return move(gateway, template, sheet, ids, None, seen=seen, on_conflict=on_conflict, log=log)


def _written(
    gateway: Gateway,
    reading: Reading,
    sheet: str,
    changes: Sequence[CellChange],
    how: _How,
) -> tuple[Weighed, Changed]:
    """Look again, weigh, write; from the start each time that a tab was renamed in between."""
    template, on_conflict, today, log = reading.template, how.on_conflict, how.today, how.log
    touched = columns_of(changes, template.context(reading.language, today), sheet)
    columns = enough(template, sheet, touched, reading.layout.columns(sheet))
    for left_tries in reversed(range(TRIES)):
        seen = steady_look(gateway, template, language=reading.language, sheets=[sheet], columns=columns, today=today)
        now = unjudged(seen)
        weighed = weigh(now, seen.context, sheet, changes, on_conflict)
        if weighed.conflicts and on_conflict == "fail":
            raise ConflictError(weighed.conflicts)
        if not weighed.sent:
            return weighed, Changed(())
        try:
            with logged(log, [change for change, _ in weighed.sent]):
                done = _posted(gateway, now, seen.context, weighed, log)
        except ApiError as refused:
            if not left_tries or refused.status != INVALID:
                raise
        else:
            return weighed, done
    raise AssertionError("the last time it was sent or has raised")


def _posted(gateway: Gateway, now: Reading, context: Context, weighed: Weighed, log: Log | None) -> Changed:
    """Send what was weighed, and put right what landed beside; what is too much for one request is looked at anew."""
    first, *rest = list(pieces([change for change, _ in weighed.sent])) or [[]]
    if not first:
        return Changed(())
    rows = dict(weighed.sent)
    posted = post(gateway, now, context, [(change, rows[change]) for change in first])
    with continued():
        done = put_right(gateway, now.template, Attempt(now, posted.landed, posted.left), log)
        for piece in rest:
            done = done.and_then(change_cells(gateway, now.template, piece))
    return done


def _whole(
    gateway: Gateway, template: Template, sheet: str, language: str | None, today: date | None
) -> tuple[Reading, Context]:
    """The sheet, and of others the columns at which its rules look."""
    spec = template.sheets[sheet]
    others = referred(spec, sheet, template.context(language or template.languages[0]))
    columns = {f"{sheet}.{key}" for key in spec.columns} | {f"{other}.{key}" for other, key in others}
    sheets = list(dict.fromkeys([sheet, *sorted(other for other, _ in others)]))
    seen = steady_look(gateway, template, language=language, sheets=sheets, columns=columns, today=today)
    reading = judged(seen)
    key = spec.key or ""
    if sheet not in reading.extracts or key not in reading.extracts[sheet].cells:
        title = spec.columns[key].title.say(seen.context.language)
        raise UsageError(
            tr(
                "{sheet}: there is no tab, or no column {title} in it, by which rows are known; see: sheetcrm check",
                sheet=sheet,
                title=title,
            )
        )
    return reading, seen.context


def _added(saved: Saved, made: Sequence[New], done: Changed) -> Saved:
    there = {change.id for change in done.done}
    return replace(
        saved,
        added=tuple(new.id for new in made if new.id is not None and new.id in there),
        righted=(*saved.righted, *dict.fromkeys(change.id for change in done.righted)),
        misplaced=(*saved.misplaced, *done.misplaced),
    )


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
