"""
The team tab and the rows that people own → who is there, who comes, who goes.

Whoever leaves keeps the row in the team tab: it is what tells that the
name was somebody's.  Only the tick that they are there goes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.context import BadCell, Context
from sheetcrm.schema.template import Team, Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.aims import CellChange
from sheetcrm.sync.cells import Log, logged
from sheetcrm.sync.identity import new_ids, random_id
from sheetcrm.sync.read import parsed_sheets, read
from sheetcrm.sync.records import Extract, Parsed, Reading, Row
from sheetcrm.sync.standing import steady_look, unjudged
from sheetcrm.sync.writing.adding import New, changes_of
from sheetcrm.sync.writing.adding import add as add_rows
from sheetcrm.variants import nearest


@dataclass(frozen=True)
class Colleague:
    """A row of the team tab; `role` is an option's key, `owns` the rows that name them in any sheet."""

    name: str
    email: str
    role: str
    manager: str
    active: bool
    sample: bool
    owns: int
    id: str | None


@dataclass(frozen=True)
class Leaving:
    """What it takes for somebody to leave: cells to change, the last the tick in the team tab; rows that cannot be found by id."""

    name: str
    to: str
    changes: tuple[CellChange, ...]
    left: tuple[tuple[str, int], ...]
    """Sheet and row number (1-based)."""


def read_team(gateway: Gateway, template: Template, *, language: str | None = None) -> Reading:
    """The team tab and every column that names owners, with the ids of their rows: two reads."""
    team = template.team
    said = (team.name, team.email, team.role, team.manager, team.active) if team else ()
    columns = {f"{team.sheet}.{key}" for key in said if key} if team else set()
    sheets = [team.sheet] if team else []
    for sheet in template.records:
        spec = template.sheets[sheet]
        owners = {f"{sheet}.{key}" for key, column in spec.columns.items() if _is_owner(column)}
        if owners or (team and sheet == team.sheet):
            columns |= {*owners, f"{sheet}.{spec.key}"}
            sheets.append(sheet)
    return read(gateway, template, language=language, sheets=list(dict.fromkeys(sheets)), columns=columns)


def colleagues(reading: Reading) -> list[Colleague]:
    """Everybody in the team tab, in its order; UsageError when the template has no team or the spreadsheet no such tab."""
    team, extract = _team(reading)
    return [_colleague(reading, team, row) for row in extract.rows if row.get(team.name)]


def leaving(reading: Reading, name: str, to: str | None, without: Collection[str] = ()) -> Leaving:
    """
    Hand what `name` owns to `to` and untick `name`; nothing is written yet.

    Every column with people in it, in every sheet of records, but those that
    are history and those in `without` (`complaints.handler`).  UsageError for somebody who is not there, not
    once, or not at work any more.
    """
    team, extract = _team(reading)
    who = _find(everybody := colleagues(reading), name)
    if team.active is None or who.id is None:
        raise UsageError(
            tr(
                "{name} cannot be unticked: the team has no active: column, or the row no id; see: sheetcrm check",
                name=name,
            )
        )
    heir = None if to is None else _heir(everybody, who, to)
    _known_columns(reading, without)
    owned = list(_owned(reading, who.name, without))
    if owned and heir is None:
        raise UsageError(
            tr(
                "{name} owns {count} {count:cell|cells}; say who takes them over: --to NAME",
                name=who.name,
                count=len(owned),
            )
        )
    changes = [
        CellChange(sheet, row.id, key, cell, heir.name if heir else None)
        for sheet, row, key, cell in owned
        if row.id and row.unique
    ]
    left = [(sheet, row.number) for sheet, row, _, _ in owned if not (row.id and row.unique)]
    ticked = extract.cell(extract.by_id()[who.id].number, team.active)
    tick = [CellChange(team.sheet, who.id, team.active, ticked, False)] if who.active else []
    return Leaving(who.name, heir.name if heir else "", (*changes, *tick), tuple(dict.fromkeys(left)))


def add(
    gateway: Gateway,
    template: Template,
    given: dict[str, str],
    *,
    language: str | None = None,
    new_id: Callable[[], str] = random_id,
    log: Log | None = None,
) -> Colleague:
    """
    A new row in the team tab, of `name`, `email`, `role` and `manager` (the last two may be blank), ticked as active.

    Two reads and one write; in the journal before it is written, when there
    is a `log`.  UsageError for what the columns refuse, and for a name or an
    address that somebody has already.
    """
    team = template.team
    seen = steady_look(gateway, template, language=language, sheets=[team.sheet] if team else [])
    if team is None or team.sheet not in seen.cells:
        raise UsageError(tr("there is no team tab; make it with: sheetcrm apply"))
    parsed = parsed_sheets(seen)[team.sheet]
    spec, context = template.sheets[team.sheet], seen.context
    cells = _row_cells(team, template, given, context)
    _news(team, parsed, cells, context, seen.layout.tab_title(team.sheet))
    _managed([str(value) for value in parsed.values.get(team.name, []) if value], given.get("manager", ""))
    key = spec.key or ""
    if ids := new_ids(template, team.sheet, [str(one) for one in parsed.values.get(key, []) if one], 1, new_id):
        cells = {key: ids[0], **cells}
    new = [New(str(cells[key]), cells=cells)]
    with logged(log, changes_of(team.sheet, new)):
        done = add_rows(gateway, unjudged(seen), context, team.sheet, new)
    if done.misplaced:
        places = ", ".join(dict.fromkeys(landing.a1 for landing in done.misplaced))
        raise UsageError(tr("somebody moved columns meanwhile: look at {places}", places=places))
    return Colleague(
        given["name"], given["email"], given.get("role", ""), given.get("manager", ""), True, False, 0, str(cells[key])
    )


def _news(team: Team, parsed: Parsed, cells: Mapping[str, Cell], context: Context, tab: str) -> None:
    """UsageError for a name or an address that somebody has already."""
    for key in (team.name, team.email):
        wanted = _same(str(context.template.sheets[team.sheet].columns[key].parse_cell(cells[key], context)))
        if any(value is not None and _same(str(value)) == wanted for value in parsed.values.get(key, [])):
            raise UsageError(
                tr("{name} is in {tab} already; correct or tick that row instead", name=cells[key], tab=tab)
            )


def _managed(names: list[str], manager: str) -> None:
    if manager and _same(manager) not in {_same(one) for one in names}:
        raise UsageError(tr("manager: {name} is not in the team{hint}", name=manager, hint=nearest(manager, names)))


def _row_cells(team: Team, template: Template, given: dict[str, str], context: Context) -> dict[str, Cell]:
    """The cells of a new row, as the columns write them."""
    columns = template.sheets[team.sheet].columns
    cells: dict[str, Cell] = {}
    for what in ("name", "email", "role", "manager"):
        key, text = getattr(team, what), given.get(what)
        if text and key is None:
            raise UsageError(tr("the team of this template has no {what}: column", what=what))
        if text:
            try:
                cells[key] = columns[key].dump(columns[key].parse_cell(text, context), context)
            except BadCell as bad:
                hint = tr("; did you mean {word}?", word=bad.suggestion) if bad.suggestion else ""
                known = ", ".join(columns[key].titles(context.language).values())
                there = tr(" (there are {roles})", roles=known) if known else ""
                raise UsageError(f"{what}: {bad}{hint}{there}") from bad
    return {**cells, **({team.active: True} if team.active else {})}


def _team(reading: Reading) -> tuple[Team, Extract]:
    team = reading.template.team
    extract = reading.extracts.get(team.sheet) if team else None
    if team is None or extract is None or team.name not in extract.cells:
        raise UsageError(tr("there is no team tab, or it has no names; see: sheetcrm check"))
    return team, extract


def _colleague(reading: Reading, team: Team, row: Row) -> Colleague:
    name = str(row.get(team.name)).strip()
    email, role, manager = (str((row.get(key) if key else None) or "") for key in (team.email, team.role, team.manager))
    active = row.get(team.active) is True if team.active else True
    owns = sum(1 for _ in _owned(reading, name, ()))
    return Colleague(name, email, role, manager, active, row.sample, owns, row.id if row.unique else None)


def _find(everybody: Collection[Colleague], name: str) -> Colleague:
    found = [one for one in everybody if _same(one.name) == _same(name)]
    if not found:
        raise UsageError(
            tr("{name} is not in the team{hint}", name=name, hint=nearest(name, [one.name for one in everybody]))
        )
    if len(found) > 1:
        raise UsageError(tr("{name} is in the team more than once; correct that first", name=name))
    return found[0]


def _heir(everybody: Collection[Colleague], who: Colleague, to: str) -> Colleague:
    heir = _find(everybody, to)
    if not heir.active or heir == who:
        raise UsageError(tr("{to} cannot take over: choose somebody else who is ticked as active", to=to))
    return heir


def _owned(reading: Reading, name: str, without: Collection[str]) -> Iterator[tuple[str, Row, str, Cell]]:
    """Every cell that names a person as an owner: sheet, row, column, what stands there."""
    wanted = _same(name)
    for sheet, extract in reading.extracts.items():
        columns = reading.template.sheets[sheet].columns
        keys = [key for key, column in columns.items() if _is_owner(column) and key in extract.cells]
        for key in keys:
            if f"{sheet}.{key}" not in without:
                for row in extract.rows:
                    if _same(str(row.get(key) or "")) == wanted:
                        yield sheet, row, key, extract.cell(row.number, key)


def _is_owner(column: Column) -> bool:
    return isinstance(column, PersonColumn) and not column.history


def _known_columns(reading: Reading, places: Collection[str]) -> None:
    known = [
        f"{sheet}.{key}"
        for sheet in reading.template.records
        for key, column in reading.template.sheets[sheet].columns.items()
        if _is_owner(column)
    ]
    for place in places:
        if place not in known:
            raise UsageError(
                tr(
                    "no such column with people: {place}{hint} (there are {known})",
                    place=place,
                    hint=nearest(place, known),
                    known=", ".join(known),
                )
            )


def _same(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
