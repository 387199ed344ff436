"""
Merges that somebody agreed to → rows merged, references re-pointed, the others in the archive.

Looked at again right before: what does not come out as it was shown is left to
people.  All cells of all groups go first, in one batch; only rows whose group was
written whole are put away after that.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sheetcrm.errors import Refused
from sheetcrm.messages import tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.cells import Changed, Log, change_cells
from sheetcrm.sync.identity import fill_ids
from sheetcrm.sync.quality.duplicates import Duplicates, find
from sheetcrm.sync.quality.merging import Merge, merges
from sheetcrm.sync.read import read
from sheetcrm.sync.records import Reading
from sheetcrm.sync.rows_moved import move
from sheetcrm.sync.writing.outcome import Saved


@dataclass(frozen=True)
class Proposal:
    """What was found in a sheet, and what merging each group takes."""

    duplicates: Duplicates
    merges: tuple[Merge, ...]

    def chosen(self, numbers: Collection[int]) -> tuple[Merge, ...]:
        """Those groups; without numbers those that are sure."""
        return tuple(one for one in self.merges if (one.group.number in numbers if numbers else one.group.sure))


@dataclass(frozen=True)
class Deduped:
    """What became of merges."""

    sheet: str
    merged: tuple[Merge, ...]
    """Done: one row is left of each."""
    changed_since: tuple[Merge, ...] = ()
    """Somebody changed something since they were shown; nothing was written."""
    conflicts: tuple[CellChange, ...] = ()
    """Cells that somebody changed in the very moment; their groups are merged in part, no row of them is put away."""
    stayed: tuple[str, ...] = ()
    """Ids of rows that were not put away."""
    left: tuple[tuple[str, int], ...] = ()
    """Sheet and row number (1-based) of rows without an id that name a row that was put away, and go on doing so."""
    cells: Changed | None = None
    moved: Saved | None = None


def propose(reading: Reading, sheet: str, *, today: date | None = None, meter: Meter = unmetered) -> Proposal:
    """The groups of that sheet, and what merging them takes; the reading must have every sheet.  Errors and `meter` as `find`."""
    found = find(reading, sheet, meter)
    return Proposal(found, tuple(merges(reading, found.groups, today)))


def dedupe(
    gateway: Gateway,
    template: Template,
    agreed: Sequence[Merge],
    *,
    language: str | None = None,
    today: date | None = None,
    log: Log | None = None,
) -> Deduped:
    """
    Merge those groups, all of one sheet.

    Two reads to look again, two reads and a write for the cells, then what
    `move` takes; a write before all where rows have no id yet.  Refused where
    the sheet has no archive, and where something stands in a column of
    people's own that the archive does not have: nothing stays changed then.
    """
    sheet = agreed[0].group.sheet
    archive = template.archive_of(sheet)
    if archive is None:
        raise Refused(
            tr(
                "refused: {sheet} has no archive for the rows that go; add archive: by_hand to the sheet in the template, and apply it",
                sheet=sheet,
            )
        )
    reading = fill_ids(gateway, read(gateway, template, language=language, today=today), log=log)
    if archive not in reading.extracts:
        raise Refused(
            tr("refused: the spreadsheet has no archive tab for {sheet} yet; make it with: sheetcrm apply", sheet=sheet)
        )
    now = {frozenset(one.group.ids): one for one in propose(reading, sheet, today=today).merges}
    found = [(one, now.get(frozenset(one.group.ids))) for one in agreed]
    fresh = [again for one, again in found if again is not None and _same(one, again)]
    since = tuple(one for one, again in found if again not in fresh)
    if not fresh:
        return Deduped(sheet, (), since)
    return _merged(gateway, reading, fresh, since, log)


def _same(shown: Merge, now: Merge) -> bool:
    """Whether merging still takes what was shown; references may have come and gone."""
    return _own(shown) == _own(now)


def _own(merge: Merge) -> list[CellChange]:
    """The cells of the row that stays."""
    place = merge.group.sheet, merge.survivor
    return [change for change in merge.changes if change.place[:2] == place]


def _merged(
    gateway: Gateway, reading: Reading, fresh: Sequence[Merge], since: tuple[Merge, ...], log: Log | None
) -> Deduped:
    sheet, template = fresh[0].group.sheet, reading.template
    going = {(sheet, id_) for one in fresh for id_ in one.losers}
    changes = {change.place: change for one in fresh for change in one.changes if change.place[:2] not in going}
    cells = change_cells(gateway, template, list(changes.values()), log=log) if changes else Changed(())
    taken = {change.place for change in cells.conflicts}
    whole = [one for one in fresh if not taken & {change.place for change in one.changes}]
    losers = [id_ for one in whole for id_ in one.losers]
    moved = None
    if losers:
        try:
            moved = move(
                gateway, template, sheet, losers, template.archive_of(sheet), seen=reading, on_conflict="skip", log=log
            )
        except Refused:
            change_cells(gateway, template, [change.back() for change in cells.done])
            raise
    gone = set(moved.deleted) if moved else set()
    done = tuple(one for one in whole if gone.issuperset(one.losers))
    stayed = tuple(id_ for one in fresh for id_ in one.losers if id_ not in gone)
    left = tuple(dict.fromkeys(place for one in done for place in one.left))
    return Deduped(sheet, done, since, cells.conflicts, stayed, left, cells, moved)
