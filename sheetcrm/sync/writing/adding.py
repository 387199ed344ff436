"""
New records → rows of their own below the last, in one batch with all that a row needs.

Whoever adds rows does it here.  Rows are inserted, not taken from the blank
ones below: so whatever people move or type in that moment, nothing of theirs
is written over.  Never by the API's own `append`, which guesses where a table ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from sheetcrm.errors import ApiError, BadField, NoAnswer
from sheetcrm.journal import continued
from sheetcrm.layout import Layout
from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell, Request
from sheetcrm.schema.columns.base import BadCell, Context
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.batches import Write, cell_data, cell_requests, chunks
from sheetcrm.sync.cells import INVALID, TRIES, Changed, change_cells
from sheetcrm.sync.extract import Values
from sheetcrm.sync.identity import new_ids, stamps, taken
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.posting import second_look
from sheetcrm.sync.records import Extract, Reading
from sheetcrm.sync.standing import steady_look, unjudged
from sheetcrm.sync.writing.checking import Rows, broken, cell_of, said
from sheetcrm.sync.writing.differing import AsItWillBe
from sheetcrm.sync.writing.given import NOT_SAID, Given
from sheetcrm.sync.writing.room import formulas, inserted, own_columns


@dataclass
class New:
    """A record that is to come: its id, and by column key what it says and the cell for it; blanks are left out."""

    id: str | None
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    own: dict[str, Cell] = field(default_factory=dict)
    """What goes into columns that people added, by their header."""


def newcomers(
    reading: Reading,
    sheet: str,
    wanted: Given,
    context: Context,
    new_id: Callable[[], str],
    *,
    changed: Mapping[str, Mapping[int, Any]] | None = None,
) -> tuple[list[New], list[BadField]]:
    """
    The records with the ids and days that are ours to give, and everything that speaks against them.

    `changed` are values, by column key and offset, that the reading's own rows are about to get.
    """
    extract, spec = reading.extracts[sheet], reading.template.sheets[sheet]
    key = spec.key or ""
    made = [New(id_) for id_ in wanted.ids]
    unfit = list(_filled(extract, made, wanted, context))
    days = {name: day for name, day in stamps(spec, context, new=True).items() if name in extract.cells}
    without = [new for new in made if new.id is None]
    known = [*taken(reading, sheet), *(id_ for id_ in wanted.ids if id_ is not None)]
    ids = new_ids(reading.template, sheet, known, len(without), new_id)
    for new, id_ in zip(without, ids or (), strict=False):
        new.id = id_
    for new in made:
        if new.id is not None:
            new.values[key], new.cells[key] = cell_of(spec.columns[key], new.id, context)
        for name, day in days.items():
            if name not in new.cells:
                new.values[name], new.cells[name] = context.today, day
    problems = [*unfit, *_ids(extract, made, key, context)]
    wrong = {(made[one.at or 0].id, one.column) for one in problems}
    found = _broken(reading, made, AsItWillBe(extract, changed or {}, _values(spec, made)), context)
    problems += [one for one in found if (one.id, one.column) not in wrong]
    # An id that was made here is nobody's yet: those records are named by their place.
    ours = {at for at, id_ in enumerate(wanted.ids) if id_ is None}
    return made, [
        replace(one, id=None if one.at in ours else one.id, at=None if one.at is None else wanted.place(one.at))
        for one in problems
    ]


def add(gateway: Gateway, reading: Reading, context: Context, sheet: str, made: Sequence[New]) -> Changed:
    """
    Insert them as rows, one write for every 1.5 MB; where an answer is lost two reads, and the write again if need be.

    What landed in another column, because columns were moved in that moment, is
    put right by id; a row that has lost its id that way is added once more, and
    what is left of it told.
    """
    done = Changed(())
    for chunk in chunks(Write(at, new.cells) for at, new in enumerate(made)):
        part = [made[write.row] for write in chunk]
        for left_tries in reversed(range(TRIES)):
            try:
                with continued() if done.done else nullcontext():
                    landed = _sent(gateway, reading, context, sheet, part)
            except ApiError as refused:
                if refused.status != INVALID or not left_tries:
                    raise
            else:
                done = done.and_then(_settled(gateway, reading, sheet, part, landed))
                known = {landing.aim.id for landing in landed if landing.id == landing.aim.id}
                part = [new for new in part if new.id not in known]
            # A tab was renamed, or the ids went to another column; or there is more to come, below what came.
            reading = (
                unjudged(steady_look(gateway, reading.template, sheets=[sheet]))
                if part or chunk[-1].row + 1 < len(made)
                else reading
            )
            if not part:
                break
    return done


def changes_of(sheet: str, made: Sequence[New]) -> list[CellChange]:
    """The same as changes of cells, for the journal."""
    return [CellChange(sheet, new.id or "", key, None, cell) for new in made for key, cell in new.cells.items()]


def _filled(extract: Extract, made: Sequence[New], wanted: Given, context: Context) -> Iterator[BadField]:
    """Put what was given into the new rows; yields what cannot be."""
    spec = extract.template.sheets[extract.sheet]
    for key, values in wanted.columns.items():
        if key == spec.key:
            continue
        for at, (new, value) in enumerate(zip(made, values, strict=True)):
            if value is NOT_SAID or value is None:
                continue
            try:
                read, cell = cell_of(spec.columns[key], value, context)
                if spec.columns[key].computed:
                    raise BadCell("computed", N_("the sheet computes this; it cannot be written"))
                if cell is not None and key not in extract.cells:
                    raise BadCell("not_there", N_("this column is not there; see: sheetcrm check"))
            except BadCell as bad:
                yield said(extract.sheet, new.id, key, bad, context, at=at)
            else:
                if cell is not None:
                    new.values[key], new.cells[key] = read, cell


def _ids(extract: Extract, made: Sequence[New], key: str, context: Context) -> Iterator[BadField]:
    there, given = set(extract.ids), set[str]()
    for at, new in enumerate(made):
        bad = None
        if new.id is None:
            bad = BadCell("no_id", N_("must not be blank"))
        elif new.id in there:
            bad = BadCell("id_taken", N_("a row has the id {text} already"), {"text": new.id})
        elif new.id in given:
            bad = BadCell("id_twice", N_("{text} is given twice"), {"text": new.id})
        if bad is not None:
            yield said(extract.sheet, new.id, key, bad, context, at=at)
        given.add(new.id or "")


def _values(spec: SheetSpec, made: Sequence[New]) -> dict[str, Sequence[Any]]:
    return {key: [new.values.get(key, column.blank()) for new in made] for key, column in spec.columns.items()}


def _broken(reading: Reading, made: Sequence[New], whole: AsItWillBe, context: Context) -> Iterator[BadField]:
    sheet = whole.sheet
    spec = reading.template.sheets[sheet]
    values = _values(spec, made)
    lookup = _WithNew(Values({name: one.parsed for name, one in reading.extracts.items()}), sheet, values)
    rows = Rows(sheet, values, values, whole)
    for (at, key), wrong in broken(rows, spec, context, lookup).items():
        for bad in wrong:
            yield said(sheet, made[at].id, key, bad, context, at=at)


@dataclass(frozen=True)
class _WithNew:
    """What the sheets hold, and what is about to come into one of them."""

    read: Values
    sheet: str
    new: dict[str, Sequence[Any]]

    def values(self, sheet: str, column: str) -> Sequence[Any] | None:
        """As a `Lookup`."""
        known = self.read.values(sheet, column)
        return known if known is None or sheet != self.sheet else [*known, *self.new.get(column, ())]  # type: ignore[return-value]  # a list is what it is


def _sent(gateway: Gateway, reading: Reading, context: Context, sheet: str, made: Sequence[New]) -> list[Landing]:
    try:
        return _send(gateway, reading, context, sheet, made)
    except ApiError as lost:
        if not lost.in_doubt:
            raise
        now = second_look(gateway, reading, [sheet], lost)
        there = [new for new in made if new.id in set(now.extracts[sheet].ids)] if sheet in now.extracts else []
        if there and len(there) < len(made):
            raise NoAnswer(
                tr(
                    "No answer came, and only {there} of {made} new rows are in {sheet}: look there before you go on",
                    there=len(there),
                    made=len(made),
                    sheet=sheet,
                )
            ) from lost
        return _found(now, sheet, made) if there else _send(gateway, now, context, sheet, made)


def _send(gateway: Gateway, reading: Reading, context: Context, sheet: str, made: Sequence[New]) -> list[Landing]:
    layout, last = reading.layout, max(reading.extracts[sheet].parsed.numbers, default=1)
    first, room = inserted(layout, context, sheet, last, len(made))
    writes = [Write(first + at, new.cells) for at, new in enumerate(made)]
    aims = [
        Aim(sheet, new.id or "", key, write.row, cell)
        for new, write in zip(made, writes, strict=True)
        for key, cell in new.cells.items()
    ]
    room += formulas(layout, context, sheet, first, len(made))
    requests = [*room, *cell_requests(layout, sheet, writes), *_own_requests(layout, sheet, first, made)]
    return send_and_see(gateway, layout, context, requests, aims)


def _own_requests(layout: Layout, sheet: str, first: int, made: Sequence[New]) -> Iterator[Request]:
    """Cells of people's own columns that are still there."""
    indexes = {title: at for at, title in own_columns(layout, sheet).items() if title}
    for row, new in enumerate(made, first):
        for title, cell in new.own.items():
            if title in indexes:
                start = {"sheetId": layout.sheet_id(sheet), "rowIndex": row - 1, "columnIndex": indexes[title]}
                rows = [{"values": [cell_data(cell)]}]
                yield {"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}}


def _found(now: Reading, sheet: str, made: Sequence[New]) -> list[Landing]:
    """Where they stand, as the lost answer would have said it."""
    extract = now.extracts[sheet]
    found = []
    for new in made:
        row = extract.number(new.id or "") or 0
        for key, cell in new.cells.items():
            aim = Aim(sheet, new.id or "", key, row, cell)
            right = same(extract.cell(row, key), cell)
            a1 = now.layout.cell(sheet, key, row) if now.layout.has(sheet, key) else ""
            found.append(Landing(aim, aim.id, key if right else None, f"{now.layout.tab_title(sheet)}!{a1}"))
    return found


def _settled(gateway: Gateway, reading: Reading, sheet: str, made: Sequence[New], landed: Sequence[Landing]) -> Changed:
    """What landed in other columns → where it belongs."""
    if all(landing.right for landing in landed):
        return Changed(tuple(changes_of(sheet, made)))
    known = {landing.aim.id for landing in landed if landing.id == landing.aim.id}
    fixes: list[CellChange] = []
    for new in made:
        mine = [landing for landing in landed if landing.aim.id == new.id]
        if new.id in known:
            fixes += _fixes(sheet, new, mine)
    lost = [landing for landing in landed if landing.column is None or landing.aim.id not in known]
    done = change_cells(gateway, reading.template, fixes) if fixes else Changed(())
    there = [new for new in made if new.id in known]
    return Changed(tuple(changes_of(sheet, there)), (), tuple(done.done), (*lost, *done.misplaced))


def _fixes(sheet: str, new: New, landed: Sequence[Landing]) -> list[CellChange]:
    there: dict[str, Cell] = {landing.column: landing.aim.cell for landing in landed if landing.column is not None}
    return [
        CellChange(sheet, new.id or "", key, there.get(key), new.cells.get(key))
        for key in dict.fromkeys([*new.cells, *there])
        if not same(there.get(key), new.cells.get(key))
    ]
