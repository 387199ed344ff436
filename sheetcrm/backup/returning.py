"""
An archive and a live spreadsheet → the cells and rows that go back, by the ids of rows.

The archive is read as any spreadsheet is, from an embedded server in memory:
so a column that was moved or renamed since is still itself.  Only what people
fill goes back: formulas are the template's, and `apply` brings them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from sheetcrm.backup.archive import Archive
from sheetcrm.backup.rebuilding import Cleans, Parts
from sheetcrm.backup.verifying import on_trial
from sheetcrm.errors import UsageError
from sheetcrm.journal import continued
from sheetcrm.layout import Layout, letters, quoted
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import BLANK, CellChange, same
from sheetcrm.sync.cells import Changed, Log, change_cells, logged
from sheetcrm.sync.records import Extract, Reading
from sheetcrm.sync.standing import steady_look, unjudged
from sheetcrm.sync.writing.adding import New, add, changes_of
from sheetcrm.sync.writing.room import own_columns
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Choice:
    """What is to go back of one sheet, by its key; None for all rows, or all columns."""

    sheet: str
    rows: Collection[str] | None = None
    columns: Collection[str] | None = None


@dataclass(frozen=True)
class Back:
    """
    What is to be written: cells of rows that are there and say something else, and rows that are gone.

    `newer` are rows that came since; they stay as they are.  `left` says in
    words what the archive has and cannot go back.
    """

    sheet: str
    cells: tuple[CellChange, ...]
    gone: tuple[New, ...]
    newer: int
    left: tuple[str, ...] = ()

    @property
    def has_work(self) -> bool:
        """Whether anything differs."""
        return bool(self.cells or self.gone)


def compare(  # noqa: PLR0917 - two ends, what of them, and how
    gateway: Gateway,
    template: Template,
    archive: Archive,
    choices: Sequence[Choice],
    language: str,
    clean: Cleans | None = None,
) -> list[Back]:
    """
    What each choice would bring back; two reads of the live spreadsheet.

    UsageError for a row, column or sheet that there is not, there or here, and
    for an archive in another language: its words would be nobody's choices.
    """
    mark = archive.manifest.get("template") or {}
    if mark.get("language", language) != language:
        raise UsageError(
            tr(
                "this backup is in {old}, the spreadsheet in {new}: bring it back with --create",
                old=mark["language"],
                new=language,
            )
        )
    sheets = [choice.sheet for choice in choices]
    then_there = Layout.locate(Parts(archive).description, template.wanted())
    ids = {then_there.sheet_id(sheet) for sheet in sheets if then_there.has(sheet)}
    if missing := [sheet for sheet in sheets if not then_there.has(sheet)]:
        raise UsageError(tr("the backup has no tab {sheet}", sheet=missing[0]))
    now = unjudged(steady_look(gateway, template, sheets=sheets, language=language))
    with on_trial(archive, only=ids, clean=clean) as trial:
        then = unjudged(steady_look(trial, template, sheets=sheets, language=language))
        return [_compared(then, now, choice, _own(trial, then, choice.sheet)) for choice in choices]


def bring_back(gateway: Gateway, template: Template, found: Sequence[Back], log: Log | None = None) -> Changed:
    """
    Write it: two reads and a write for the cells, as much again for the rows of each sheet; one entry of the journal.

    What people changed since it was compared stays, and is in `conflicts`.
    """
    cells = [change for back in found for change in back.cells]
    made = [change for back in found for change in changes_of(back.sheet, back.gone)]
    done = Changed(())
    if not cells and not made:
        return done
    with logged(log, [*cells, *made]):
        if cells:
            done = change_cells(gateway, template, cells)
        with continued() if done.done else nullcontext():
            for back in found:
                if back.gone:
                    done = done.and_then(_added(gateway, template, back))
    return done


def _added(gateway: Gateway, template: Template, back: Back) -> Changed:
    """Rows that are still gone, below the others."""
    seen = steady_look(gateway, template, sheets=[back.sheet])
    reading = unjudged(seen)
    there = set(reading.extracts[back.sheet].ids)
    return add(gateway, reading, seen.context, back.sheet, [new for new in back.gone if new.id not in there])


def _compared(then: Reading, now: Reading, choice: Choice, own: Mapping[int, Mapping[str, Cell]]) -> Back:
    old, new = then.extracts.get(choice.sheet), now.extracts.get(choice.sheet)
    key = then.template.sheets[choice.sheet].key or ""
    if old is None or key not in old.cells:
        raise UsageError(tr("the backup has no column of ids in {sheet}, by which rows are known", sheet=choice.sheet))
    if new is None or key not in new.cells:
        raise UsageError(
            tr(
                "there is no tab {sheet} any more, or no column of ids in it: sheetcrm apply makes it again",
                sheet=choice.sheet,
            )
        )
    columns, left = _columns(then, choice, old, new)
    ids = _ids(choice, old)
    cells = [change for id_ in ids if new.number(id_) for change in _changes(choice.sheet, id_, columns, old, new)]
    gone: list[New] = []
    lost = [id_ for id_ in ids if id_ not in set(new.ids)]
    if choice.columns is None:
        gone = [New(id_, {}, _row(old, id_, columns, key), dict(own.get(old.number(id_) or 0, {}))) for id_ in lost]
    elif lost:
        left.append(
            tr(
                "{count} {count:row is|rows are} gone by now, and only come back whole: leave out --columns",
                count=len(lost),
            )
        )
    left += [
        tr("{id} is there twice, so nobody can tell which is meant", id=id_) for id_ in sorted({*new.shared} & {*ids})
    ]
    newer = len({id_ for id_ in new.ids if id_ is not None} - {*old.ids})
    return Back(choice.sheet, tuple(cells), tuple(gone), newer, tuple(left))


def _columns(then: Reading, choice: Choice, old: Extract, new: Extract) -> tuple[list[str], list[str]]:
    """The columns that people fill, there and here, that are asked for; and what cannot be, in words."""
    spec = then.template.sheets[choice.sheet]
    fills = [key for key in spec.inputs if key != spec.key]
    for one in choice.columns or ():
        if one not in fills:
            raise UsageError(
                tr(
                    "{sheet} has no column {column} that people fill{hint}",
                    sheet=choice.sheet,
                    column=one,
                    hint=nearest(one, fills),
                )
            )
    asked = [key for key in fills if choice.columns is None or key in choice.columns]
    left = [tr("the backup has no column {column}", column=key) for key in asked if key not in old.cells]
    left += [tr("there is no column {column} any more", column=key) for key in asked if key not in new.cells]
    if then.layout.has(choice.sheet):
        known = {*spec.columns}
        old_ones = [key for key in then.layout.columns(choice.sheet) if key not in known]
        left += [tr("the template has no column {column} any more", column=key) for key in old_ones]
    return [key for key in asked if key in old.cells and key in new.cells], left


def _ids(choice: Choice, old: Extract) -> list[str]:
    there = [id_ for id_ in old.ids if id_ is not None and id_ not in old.shared]
    if choice.rows is None:
        return there
    if unknown := [id_ for id_ in choice.rows if id_ not in set(there)]:
        raise UsageError(
            tr(
                "the backup has no row {id} in {sheet}{hint}",
                id=unknown[0],
                sheet=choice.sheet,
                hint=nearest(unknown[0], there),
            )
        )
    return [id_ for id_ in there if id_ in set(choice.rows)]


def _changes(sheet: str, id_: str, columns: Sequence[str], old: Extract, new: Extract) -> Iterator[CellChange]:
    before, after = new.number(id_) or 0, old.number(id_) or 0
    for key in columns:
        now, then = new.cell(before, key), old.cell(after, key)
        if not same(now, then) and not (now in BLANK and then in BLANK):
            yield CellChange(sheet, id_, key, now, then)


def _row(old: Extract, id_: str, columns: Sequence[str], key: str) -> dict[str, Cell]:
    row = old.number(id_) or 0
    cells = {name: old.cell(row, name) for name in columns}
    return {key: id_, **{name: cell for name, cell in cells.items() if cell not in ("", None)}}


def _own(trial: Gateway, then: Reading, sheet: str) -> dict[int, dict[str, Cell]]:
    """By 1-based row of the archive, what stands in columns that people added, by header."""
    titles = {at: title for at, title in own_columns(then.layout, sheet).items() if title}
    if not titles:
        return {}
    tab = quoted(then.layout.tab_title(sheet))
    found: dict[int, dict[str, Cell]] = {}
    columns = trial.values([f"{tab}!{letters(at)}2:{letters(at)}" for at in titles])
    for title, cells in zip(titles.values(), columns, strict=True):
        for row, cell in enumerate(cells[0] if cells else (), 2):
            if cell not in BLANK:
                found.setdefault(row, {})[title] = cell
    return found
