"""
Whole rows, by id → another sheet of the template (an archive) and back, or away.

Whatever stands in the row in that very moment goes along, also in columns that
people added, where both sheets have a column of that header.  The formats and
the validation of the sheet to which it goes stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field, replace

from sheetcrm.errors import ApiError, Refused, UsageError
from sheetcrm.errors import Conflict as ConflictError
from sheetcrm.layout import letters, quoted
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell, Json
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import BLANK, CellChange, same
from sheetcrm.sync.cells import INVALID, TRIES, Log
from sheetcrm.sync.identity import random_id
from sheetcrm.sync.landing import Aim, Landing
from sheetcrm.sync.look import Look
from sheetcrm.sync.records import Reading
from sheetcrm.sync.standing import steady_look, unjudged
from sheetcrm.sync.writing.adding import New, add
from sheetcrm.sync.writing.outcome import Conflict, OnConflict, Saved, known_policy
from sheetcrm.sync.writing.room import own_columns
from sheetcrm.sync.writing.taking import Aimed, Taken, bin_of, drop, give_back, left_behind, take

ENTRY = frozenset({"sheet", "id", "to", "cells", "own"})


@dataclass(frozen=True)
class Gone:
    """A row that was taken, as the journal has it: its cells by column key, those in people's own columns by header."""

    sheet: str
    id: str
    to: str
    """Where it went; empty: away."""
    cells: Mapping[str, Cell]
    own: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True)
class _Asked:
    """What is to be taken, and how."""

    sheet: str
    to: str | None
    seen: Reading | None
    on_conflict: OnConflict
    new_id: Callable[[], str]


def move(
    gateway: Gateway,
    template: Template,
    sheet: str,
    ids: Collection[str],
    to: str | None,
    *,
    seen: Reading | None = None,
    on_conflict: OnConflict = "fail",
    log: Log | None = None,
    new_id: Callable[[], str] = random_id,
) -> Saved:
    """
    Move rows below the last of the sheet `to` (None: away), in one batch; `deleted` has the ids.

    Two reads, one more where people added columns and one where the first row goes, one write that does it, a
    read that shows which rows it took, and a write that clears up.  With `seen`, only rows in which nobody changed anything since then.  Conflicts are rows that are
    gone, there twice, changed, or in `to` already: errors.Conflict or left, as
    `on_conflict` says.  Refused where something stands in a column that `to`
    does not have.  What was taken by mistake, because rows were moved in that
    moment, is put back below the others and told in `righted`.
    """
    asked = _Asked(sheet, to, seen, known_policy(on_conflict), new_id)
    for one in filter(None, (sheet, to)):
        if one not in template.records:
            raise UsageError(
                tr("{one}: no such sheet of records; there are {known}", one=one, known=", ".join(template.records))
            )
    done, left = Saved(sheet), list(dict.fromkeys(ids))
    for tries_left in reversed(range(TRIES)):
        try:
            part = _moved(gateway, template, asked, left, log)
        except ApiError as refused:
            if refused.partly or refused.status != INVALID or not tries_left:
                raise
            continue
        done = _both(done, part)
        settled = {*done.deleted, *(conflict.change.id for conflict in done.conflicts)}
        left = [id_ for id_ in left if id_ not in settled]
        if not left:
            return done
        # What was taken in part is never refused as a whole.
        asked = replace(asked, on_conflict="skip" if asked.on_conflict == "fail" else asked.on_conflict)
    return done


def rows_back(gateway: Gateway, template: Template, entries: Sequence[Json], *, log: Log | None = None) -> Saved:
    """
    What `move` took, as a journal has it → where it was, below the other rows; rows that have come back stay as they are.

    What went to another sheet comes back from there as it stands now.  What
    went away comes back as it was read: values in people's own columns too,
    but neither their formulas nor formats, notes and comments.
    """
    gone = [Gone(**entry) for entry in entries]
    done = Saved(gone[0].sheet)
    for to in dict.fromkeys(one.to for one in gone if one.to):
        for sheet in dict.fromkeys(one.sheet for one in gone if one.to == to):
            ids = [one.id for one in gone if (one.to, one.sheet) == (to, sheet)]
            moved = move(gateway, template, to, ids, sheet, on_conflict="skip", log=log)
            done = _both(done, replace(moved, added=moved.deleted, deleted=()))
    for sheet in dict.fromkeys(one.sheet for one in gone if not one.to):
        done = _both(
            done, _made_again(gateway, template, sheet, [one for one in gone if one.sheet == sheet and not one.to])
        )
    return done


def is_rows(entries: Sequence[Json]) -> bool:
    """Whether what a journal has are rows that were taken."""
    return bool(entries) and all(entry.keys() == ENTRY for entry in entries)


def _moved(gateway: Gateway, template: Template, asked: _Asked, ids: Sequence[str], log: Log | None) -> Saved:
    """Once: look, weigh, take, see what it was."""
    sheet, to = asked.sheet, asked.to
    found = steady_look(gateway, template, sheets=[sheet, to] if to else [sheet])
    reading = unjudged(found)
    for one in filter(None, (sheet, to)):
        if one not in reading.extracts or template.sheets[one].key not in reading.extracts[one].cells:
            raise UsageError(tr("{one}: there is no tab, or no column of ids in it; see: sheetcrm check", one=one))
    rows, conflicts = _weighed(reading, asked, ids)
    if conflicts and asked.on_conflict == "fail":
        raise ConflictError(conflicts)
    if not rows:
        return Saved(sheet, conflicts=tuple(conflicts))
    gone = list(_gone(gateway, reading, asked, rows))
    with _logged(log, gone):
        aimed = Aimed(sheet, rows, to, *bin_of(reading.layout, asked.new_id))
        taken = take(gateway, reading, found.context, aimed)
        if taken is None:
            raise ApiError(tr("no answer came, and nothing was done; try again"), status=INVALID)
    with left_behind(aimed):
        return _both(Saved(sheet, conflicts=tuple(conflicts)), _seen_to(gateway, found, aimed, taken))


def _weighed(reading: Reading, asked: _Asked, ids: Sequence[str]) -> tuple[dict[str, int], list[Conflict]]:
    """The rows that may go, and what speaks against the others."""
    extract, key = reading.extracts[asked.sheet], reading.template.sheets[asked.sheet].key or ""
    there = set(reading.extracts[asked.to].ids) if asked.to else set()
    rows: dict[str, int] = {}
    conflicts: list[Conflict] = []
    for id_ in ids:
        change = CellChange(asked.sheet, id_, key, id_, None)
        row = extract.number(id_)
        if row is None:
            conflicts.append(Conflict(change, None, "twice" if id_ in extract.shared else "gone"))
        elif id_ in there:
            conflicts.append(Conflict(change, id_, "there already"))
        elif changed := list(_changed(reading, asked, id_, row)):
            conflicts += changed
            if asked.on_conflict == "overwrite":
                rows[id_] = row
        else:
            rows[id_] = row
    return rows, conflicts


def _changed(reading: Reading, asked: _Asked, id_: str, row: int) -> Iterator[Conflict]:
    """Cells of people's that say something else than when they were read."""
    before = asked.seen.extracts.get(asked.sheet) if asked.seen else None
    former = before.number(id_) if before else None
    extract, layout = reading.extracts[asked.sheet], reading.layout
    if before is None or former is None:
        return
    for key in reading.template.sheets[asked.sheet].inputs:
        if key not in before.cells or key not in extract.cells:
            continue
        was, now = before.cell(former, key), extract.cell(row, key)
        if not same(was, now):
            a1 = f"{layout.tab_title(asked.sheet)}!{layout.cell(asked.sheet, key, row)}"
            link, over = layout.link(asked.sheet, key, row), asked.on_conflict == "overwrite"
            context = reading.template.context(reading.language)
            yield Conflict(CellChange(asked.sheet, id_, key, was, None), now, "changed", a1, link, over, context)


def _gone(gateway: Gateway, reading: Reading, asked: _Asked, rows: Mapping[str, int]) -> Iterator[Gone]:
    """What is about to go; ApiError to be tried again when rows were moved while it was read."""
    extract, layout, sheet = reading.extracts[asked.sheet], reading.layout, asked.sheet
    spec = reading.template.sheets[sheet]
    own = _own(gateway, reading, sheet, rows) if own_columns(layout, sheet) else {}
    titles = {title for title in own_columns(layout, asked.to).values() if title} if asked.to else set()
    for id_, row in rows.items():
        mine = {key: extract.cell(row, key) for key in spec.columns if key in extract.cells}
        cells = {key: cell for key, cell in mine.items() if not spec.columns[key].computed and cell not in ("", None)}
        theirs = own.get(row, {})
        if asked.to:
            lost = [key for key, cell in cells.items() if cell not in BLANK and not layout.has(asked.to, key)]
            lost += [title for title in theirs if title not in titles]
            if lost:
                tab, other = layout.tab_title(sheet), layout.tab_title(asked.to)
                raise Refused(
                    tr(
                        "refused: {tab} row {row} ({id_}) has something in {columns}, "
                        "and {other} has no such column: give it one of that header, or blank those cells",
                        tab=tab,
                        row=row,
                        id_=id_,
                        columns=", ".join(lost),
                        other=other,
                    )
                )
        yield Gone(sheet, id_, asked.to or "", cells, theirs)


def _own(gateway: Gateway, reading: Reading, sheet: str, rows: Mapping[str, int]) -> dict[int, dict[str, Cell]]:
    """By row, what stands in people's own columns, by header or, where that is blank, by letter: one read."""
    layout, key = reading.layout, reading.template.sheets[sheet].key or ""
    titles = {at: title or f"({letters(at)})" for at, title in own_columns(layout, sheet).items()}
    order = list(rows.items())
    filters = [
        {"gridRange": {"sheetId": layout.sheet_id(sheet), "startRowIndex": row - 1, "endRowIndex": row}}
        for _, row in order
    ]
    answers = gateway.columns(filters)
    by_row = {_first_row(answer): answer.get("valueRange", {}).get("values", []) for answer in answers}
    found: dict[int, dict[str, Cell]] = {}
    for id_, row in order:
        cells = [column[0] if column else "" for column in by_row.get(row, [])]
        at = layout.index(sheet, key)
        if str(cells[at] if at < len(cells) else "").strip() != id_:
            raise ApiError(tr("rows were moved while they were read; try again"), status=INVALID)
        found[row] = {titles[one]: cell for one, cell in enumerate(cells) if one in titles and cell not in BLANK}
    return found


def _first_row(answer: Json) -> int:
    place: Json = next((one["gridRange"] for one in answer.get("dataFilters", []) if "gridRange" in one), {})
    return int(place.get("startRowIndex", 0)) + 1


def _seen_to(gateway: Gateway, found: Look, aimed: Aimed, taken: Taken) -> Saved:
    """What was taken and should not have been → back; the hidden tab stays, for all to see, where that cannot be."""
    got = tuple(id_ for id_ in taken.ids if id_ in aimed.rows)
    places = [at for at, id_ in enumerate(taken.ids) if id_ not in aimed.rows]
    misplaced: list[Landing] = []
    righted: list[str] = []
    if aimed.to and not _as_looked(found, aimed, taken):
        misplaced += [_in_bin(aimed, id_, at) for at, id_ in enumerate(taken.ids)]
    if places:
        first = _given_back(gateway, found, aimed, taken, places)
        if first is not None and first > 0:
            righted += [taken.ids[at] or tr("a row without id") for at in places]
            misplaced += _out_again(gateway, found.context.template, aimed, taken, places)
        else:
            misplaced += [_in_bin(aimed, taken.ids[at], at) for at in places]
            title = quoted(found.layout.tab_title(aimed.sheet))
            rows = range(-first, -first + len(places)) if first else ()
            misplaced += [
                Landing(Aim(aimed.sheet, "", "", row, None), "", None, f"{title}!{row}:{row}") for row in rows
            ]
    if any(landing.a1.startswith(quoted(aimed.bin_title)) for landing in misplaced):
        properties = {"sheetId": aimed.bin_id, "hidden": False}
        gateway.batch([{"updateSheetProperties": {"properties": properties, "fields": "hidden"}}], repeatable=True)
    else:
        drop(gateway, aimed.bin_id)
    return Saved(aimed.sheet, deleted=got, righted=tuple(righted), misplaced=tuple(dict.fromkeys(misplaced)))


def _given_back(gateway: Gateway, found: Look, aimed: Aimed, taken: Taken, places: Sequence[int]) -> int | None:
    """As `give_back`, looked at anew each time that the tab was renamed in between."""
    for left_tries in reversed(range(TRIES)):
        now = unjudged(steady_look(gateway, found.context.template, sheets=[aimed.sheet]))
        if aimed.sheet not in now.extracts:
            return None
        try:
            return give_back(gateway, now, aimed, taken, places)
        except ApiError as refused:
            if refused.status != INVALID or not left_tries:
                raise
    return None


def _as_looked(found: Look, aimed: Aimed, taken: Taken) -> bool:
    """Whether the columns of both sheets stood where they were looked at, so that what went over went into its own."""
    pairs = ((aimed.sheet, taken.columns), (str(aimed.to), taken.there))
    return all(
        {key: found.layout.index(sheet, key) for key in found.layout.columns(sheet)} == places
        for sheet, places in pairs
    )


def _out_again(
    gateway: Gateway, template: Template, aimed: Aimed, taken: Taken, places: Sequence[int]
) -> list[Landing]:
    """Rows that went to the other sheet by mistake → out of it, by id; those without one are told."""
    if aimed.to is None:
        return []
    ids = [taken.ids[at] for at in places if taken.ids[at]]
    done = move(gateway, template, aimed.to, ids, None, on_conflict="skip") if ids else Saved(aimed.to)
    title = quoted(unjudged(steady_look(gateway, template, sheets=[aimed.to])).layout.tab_title(aimed.to))
    left = [at for at in places if taken.ids[at] not in done.deleted]
    stay = [
        Landing(
            Aim(aimed.to, taken.ids[at], "", taken.first + at, None),
            "",
            None,
            f"{title}!{taken.first + at}:{taken.first + at}",
        )
        for at in left
    ]
    return [*stay, *done.misplaced]


def _in_bin(aimed: Aimed, id_: str, at: int) -> Landing:
    return Landing(Aim(aimed.sheet, id_, "", at + 1, None), "", None, f"{quoted(aimed.bin_title)}!{at + 1}:{at + 1}")


def _made_again(gateway: Gateway, template: Template, sheet: str, gone: Sequence[Gone]) -> Saved:
    found = steady_look(gateway, template, sheets=[sheet])
    reading = unjudged(found)
    if sheet not in reading.extracts:
        raise UsageError(tr("{sheet}: there is no tab any more", sheet=sheet))
    there = set(reading.extracts[sheet].ids)
    key = template.sheets[sheet].key or ""
    made = []
    for one in gone:
        if one.id not in there:
            cells = {name: cell for name, cell in one.cells.items() if reading.layout.has(sheet, name)}
            made.append(New(one.id, {}, {key: one.id, **cells}, dict(one.own)))
    done = add(gateway, reading, found.context, sheet, made)
    back = {change.id for change in done.done}
    stayed = tuple(
        Conflict(CellChange(sheet, one.id, key, None, one.id), one.id, "there already")
        for one in gone
        if one.id in there
    )
    added = tuple(one.id for one in gone if one.id in back)
    return Saved(sheet, added=added, conflicts=stayed, misplaced=done.misplaced)


def _both(one: Saved, other: Saved) -> Saved:
    return Saved(
        one.sheet,
        (*one.added, *other.added),
        (*one.changed, *other.changed),
        (*one.same, *other.same),
        (*one.deleted, *other.deleted),
        (*one.conflicts, *other.conflicts),
        (*one.righted, *other.righted),
        (*one.misplaced, *other.misplaced),
    )


def _logged(log: Log | None, gone: Sequence[Gone]) -> AbstractContextManager[None]:
    entries = [asdict(one) for one in gone]
    return log.journal.written(log.what, entries, log.now) if log else nullcontext()
