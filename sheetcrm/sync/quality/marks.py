"""
Wrong cells → a note and a colour on each; cells that are right again → as they were.

A note or a colour of a person's own stays, whatever is wrong below it.  Rows
that somebody moves while we write are told by the answer of the write itself;
what our mark lay over by then is put back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from sheetcrm.errors import ApiError
from sheetcrm.layout import Layout, quoted
from sheetcrm.resources.base import Cell, Request
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log
from sheetcrm.sync.landing import Aim, Landing, send_and_see
from sheetcrm.sync.look import Look, look
from sheetcrm.sync.quality.skins import Skin, Where, note_of, skins
from sheetcrm.sync.read import judged
from sheetcrm.sync.records import FIRST_ROW, Extract, Issue, Reading

TRIES = 4
"""How often it is begun anew because rows or columns were moved meanwhile."""
INVALID = 400
"""The status of what was not done, because a tab is called otherwise or shorter by now."""
AT_ONCE = 3_000
"""Cells in one request: half of what Google advises at the most."""

Place = tuple[str, str, str]
"""Sheet key, id of the row, column key."""


@dataclass(frozen=True)
class Marked:
    """What a spreadsheet looks like after marking."""

    reading: Reading
    issues: tuple[Issue, ...]
    """Everything that was found, cells or not."""
    marked: int = 0
    """How many cells have a note or a colour of ours now."""
    written: int = 0
    """How many had to be changed for that."""
    hidden: tuple[Issue, ...] = ()
    """Those in cells with a note and a colour of somebody's own: nothing shows there."""
    lost: tuple[Landing, ...] = ()
    """Where rows or columns were moved while we wrote and nobody can tell what stood there: look at these cells."""


@dataclass(frozen=True)
class _Write:
    where: Where
    skin: Skin
    fields: tuple[str, ...]
    """What of it is to be written; the rest is not touched."""
    was: Skin


def mark(
    gateway: Gateway,
    template: Template,
    *,
    language: str | None = None,
    today: date | None = None,
    issues: Callable[[Reading], Iterable[Issue]] = lambda reading: reading.issues,
    off: bool = False,
    log: Log | None = None,
) -> Marked:
    """
    Mark the cells of `issues`, and take away what marks others have; `off`: no cell is marked.

    Four reads and one write, no write when all is as it should be; as much
    again each time that rows or columns were moved meanwhile, or that an answer
    was lost.  ApiError when there is no answer.
    """
    before: dict[Place, Skin] = {}
    written, lost = 0, list[Landing]()
    for left in reversed(range(TRIES)):
        seen = look(gateway, template, language=language, today=today)
        try:
            tried = _tried(gateway, seen, issues, before, off=off, insist=not left, log=log)
        except ApiError as refused:
            if not (refused.status == INVALID or refused.in_doubt) or not left:
                raise
            continue
        if tried is not None:
            written, lost = written + tried[0].written, [*lost, *tried[0].lost]
            if tried[1] or not left:
                break
    assert tried is not None, "the last time it is done whatever moves, or has raised"
    return replace(tried[0], written=written, lost=tuple(dict.fromkeys(lost)))


def _tried(
    gateway: Gateway,
    seen: Look,
    issues: Callable[[Reading], Iterable[Issue]],
    before: dict[Place, Skin],
    *,
    off: bool,
    insist: bool,
    log: Log | None,
) -> tuple[Marked, bool] | None:
    """
    One write after that look, and whether everything landed where it belongs; None when something had moved before it.

    `before` has what was people's in cells that an earlier try hit and did not mean; those of this one are added.
    """
    reading = judged(seen)
    there = skins(gateway, reading.layout)
    if not _as_seen(gateway, reading) and not insist:
        return None
    found = tuple(issues(reading))
    wanted = {} if off else _wanted(found, reading.layout)
    own = _own(there, before, reading)
    writes = list(_writes(there, own, wanted))
    landings = _send(gateway, seen, reading, writes, log)
    bare = {where for where in wanted if _shows(own.get(where, Skin()))}
    hidden = tuple(issue for where in wanted if where not in bare for issue in wanted[where])
    lost = tuple(_astray(reading, own, landings, before))
    done = Marked(reading, found, len(bare), len(writes), hidden, lost)
    return done, all(landing.right for landing in landings)


def _astray(
    reading: Reading, own: Mapping[Where, Skin], landings: Iterable[Landing], before: dict[Place, Skin]
) -> Iterator[Landing]:
    """Note in `before` what was people's in cells that were hit and not meant; those of which nobody can tell."""
    for landing in landings:
        place = None if landing.right else _under(reading, landing)
        where = None if place is None else _where(reading, place)
        if place is not None and where is not None:
            before.setdefault(place, own.get(where, Skin()))
        elif not landing.right:
            yield landing


def _shows(own: Skin) -> bool:
    """Whether there is room for a mark beside what is people's."""
    return not own.note or own.color is None


def _wanted(issues: Iterable[Issue], layout: Layout) -> dict[Where, list[Issue]]:
    """Those in a cell, by where it is."""
    found: dict[Where, list[Issue]] = {}
    for issue in issues:
        if issue.row is not None and issue.column is not None and layout.has(issue.sheet, issue.column):
            found.setdefault((issue.sheet, issue.row, layout.index(issue.sheet, issue.column)), []).append(issue)
    return found


def _own(there: Mapping[Where, Skin], before: Mapping[Place, Skin], reading: Reading) -> dict[Where, Skin]:
    """What is people's, with what our marks lay over in an earlier try, unless somebody has put something else there."""
    own = {where: skin.of_people for where, skin in there.items()}
    for place, skin in before.items():
        where = _where(reading, place)
        if where is not None:
            now = own.get(where, Skin())
            own[where] = Skin(now.note or skin.note, now.color if now.color is not None else skin.color)
    return own


def _writes(
    there: Mapping[Where, Skin], own: Mapping[Where, Skin], wanted: Mapping[Where, Sequence[Issue]]
) -> Iterator[_Write]:
    """The cells that are not as they should be."""
    for where in {**there, **own, **wanted}:
        bare = own.get(where, Skin())
        skin = bare.marked(note_of(wanted[where])) if where in wanted else bare
        was = there.get(where, Skin())
        if fields := skin.unlike(was):
            yield _Write(where, skin, fields, was)


def _as_seen(gateway: Gateway, reading: Reading) -> bool:
    """Whether headers and ids still stand where they stood when the cells were read; one read."""
    layout, ranges, expected = reading.layout, [], []
    for sheet, extract in reading.extracts.items():
        title, key = quoted(layout.tab_title(sheet)), reading.template.sheets[sheet].key
        ranges.append(f"{title}!1:1")
        expected.append(list(layout.header(sheet)))
        if key is not None and layout.has(sheet, key):
            ranges.append(f"{title}!{layout.cell(sheet, key, FIRST_ROW)}:{layout.cell(sheet, key, layout.rows(sheet))}")
            expected.append([str(cell) for cell in extract.cells.get(key, ())])
    for columns, texts, place in zip(gateway.values(ranges), expected, ranges, strict=True):
        header = place.endswith("!1:1")
        cells = [column[0] if column else "" for column in columns] if header else columns[0] if columns else []
        if _trimmed(cells) != _trimmed(texts):
            return False
    return True


def _trimmed(cells: Iterable[Cell]) -> list[str]:
    """As texts, without blank ones at the end."""
    texts = ["" if cell is None else str(cell) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _send(gateway: Gateway, seen: Look, reading: Reading, writes: Sequence[_Write], log: Log | None) -> list[Landing]:
    """Where those landed of which that can be told: in rows of records, in columns of ours."""
    landings: list[Landing] = []
    ids = {sheet: _ids(extract) for sheet, extract in reading.extracts.items()}
    for at in range(0, len(writes), AT_ONCE):
        part = writes[at : at + AT_ONCE]
        aims = [aim for write in part if (aim := _aim(reading, write.where, ids)) is not None]
        requests = list(_requests(reading.layout, part))
        with _noted(log, reading, part, ids):
            if aims:
                landings += send_and_see(gateway, reading.layout, seen.context, requests, aims)
            else:
                gateway.batch(requests)
    return landings


def _noted(
    log: Log | None, reading: Reading, writes: Sequence[_Write], ids: Mapping[str, Mapping[int, str | None]]
) -> AbstractContextManager[None]:
    """In the journal, never to be undone by itself: that is what taking the marks away is for."""
    if log is None:
        return nullcontext()
    entries = []
    for write in writes:
        sheet, row, index = write.where
        column = reading.layout.column_at(sheet, index) or ""
        place = {"sheet": sheet, "id": ids.get(sheet, {}).get(row) or "", "row": row, "column": column}
        entries.append({"marked": {**place, "before": write.was.note, "after": write.skin.note}})
    return log.journal.written(log.what, entries, log.now, stage="aside")


def _aim(reading: Reading, where: Where, ids: Mapping[str, Mapping[int, str | None]]) -> Aim | None:
    sheet, row, index = where
    key, column = reading.template.sheets[sheet].key, reading.layout.column_at(sheet, index)
    if sheet not in ids or column is None or key is None or not reading.layout.has(sheet, key):
        return None
    return Aim(sheet, ids[sheet].get(row) or "", column, row, None)


def _ids(extract: Extract) -> dict[int, str | None]:
    """By row."""
    return dict(zip(extract.parsed.numbers, extract.ids, strict=True))


def _requests(layout: Layout, writes: Iterable[_Write]) -> Iterator[Request]:
    """One for each run of rows of a column in which the same fields change."""
    ordered = sorted(writes, key=lambda write: (write.where[0], write.where[2], write.fields, write.where[1]))
    numbered = enumerate(ordered)
    runs = groupby(numbered, key=lambda at: (at[1].where[0], at[1].where[2], at[1].fields, at[1].where[1] - at[0]))
    for (sheet, index, fields, _), run in runs:
        cells = [write for _, write in run]
        start = {"sheetId": layout.sheet_id(sheet), "rowIndex": cells[0].where[1] - 1, "columnIndex": index}
        rows = [{"values": [write.skin.cell(fields)]} for write in cells]
        yield {"updateCells": {"start": start, "rows": rows, "fields": ",".join(fields)}}


def _under(reading: Reading, landing: Landing) -> Place | None:
    """The cell that our mark lies over and that was not meant; None where nobody can tell which it is."""
    sheet = landing.aim.sheet
    if not landing.id or landing.column is None or landing.id not in _ids(reading.extracts[sheet]).values():
        return None
    return sheet, landing.id, landing.column


def _where(reading: Reading, place: Place) -> Where | None:
    """Where that cell stands in this reading; None where it is gone, or where several rows have its id."""
    sheet, id_, column = place
    extract = reading.extracts.get(sheet)
    rows = [row for row, one in _ids(extract).items() if one == id_] if extract is not None else []
    if len(rows) != 1 or not reading.layout.has(sheet, column):
        return None
    return sheet, rows[0], reading.layout.index(sheet, column)
