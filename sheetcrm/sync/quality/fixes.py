"""
A reading → cells that say something certain in an unusual form, and what they say in the usual one.

Nothing is guessed: what may be meant in two ways is left, and told.  Rows are
known by their ids, so what is to be written is written by `change_cells`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.reading import STRAY, as_text, plain
from sheetcrm.schema.membership import ExistsInRule
from sheetcrm.schema.template import HIDDEN_ID, Template
from sheetcrm.sync.aims import CellChange, same
from sheetcrm.sync.dump import dumped
from sheetcrm.sync.extract import Values
from sheetcrm.sync.quality.codes import CELLS
from sheetcrm.sync.records import Extract, Issue, Reading
from sheetcrm.variants import nearest

KINDS = ("blanks", "width", "case")
"""What may be unusual in a text of any type; else a fix is of the kind of its column's type: `date`, `phone`."""


@dataclass(frozen=True)
class Fix:
    """One cell that says `before`, and `after` in the usual form."""

    sheet: str
    row: int
    """1-based."""
    column: str
    id: str
    kind: str
    """`blanks`, `width`, `case`, or the column's type: `date`, `phone` …"""
    before: Cell
    after: Cell
    shown: str
    """`after` as people read it: a day, not its number."""
    a1: str
    link: str

    @property
    def change(self) -> CellChange:
        """What is to be written."""
        return CellChange(self.sheet, self.id, self.column, self.before, self.after)


@dataclass(frozen=True)
class Fixes:
    """What can be put into its usual form, and what is left to people, both in the order of the sheets."""

    fixes: tuple[Fix, ...]
    nameless: tuple[Fix, ...] = ()
    """In rows without an id of their own: nobody could tell later whether they were written where they belong."""
    left: tuple[Issue, ...] = ()
    """Cells that make no sense, and may be meant in several ways."""


def fixes(reading: Reading, sheets: Collection[str] | None = None, only: Collection[str] = ()) -> Fixes:
    """
    Everything in those sheets (None: all that were read), or what is `only` of some kinds, column types or columns.

    UsageError for a word in `only` that is none of these.
    """
    _known(only, reading.template)
    wanted = [sheet for sheet in reading.extracts if sheets is None or sheet in sheets]
    found = [fix for sheet in wanted for fix in _in_sheet(reading, reading.extracts[sheet])]
    found = [fix for fix in found if not only or _words(fix, reading.template) & set(only)]
    fixed = {(fix.sheet, fix.row, fix.column) for fix in found}
    left = (
        issue
        for sheet in wanted
        for issue in reading.extracts[sheet].issues
        if issue.code in CELLS and (issue.sheet, issue.row, issue.column) not in fixed
    )
    named = tuple(fix for fix in found if fix.id)
    return Fixes(named, tuple(fix for fix in found if not fix.id), () if only else tuple(left))


def _known(only: Collection[str], template: Template) -> None:
    columns = [(key, column.type) for spec in template.sheets.values() for key, column in spec.columns.items()]
    known = [*KINDS, *dict.fromkeys(word for pair in columns for word in pair)]
    for word in only:
        if word not in known:
            raise UsageError(
                tr(
                    "nothing to fix is called {word}{hint} (there are {kinds}, every column type and every column)",
                    word=word,
                    hint=nearest(word, known),
                    kinds=", ".join(KINDS),
                )
            )


def _words(fix: Fix, template: Template) -> set[str]:
    """Every word by which `only` may mean it."""
    return {fix.kind, fix.column, template.sheets[fix.sheet].columns[fix.column].type}


Usual = dict[int, tuple[Cell, Any]]
"""By offset among the rows, the cell as it should be, and its value."""


@dataclass(frozen=True)
class _Part:
    """A column of a reading."""

    reading: Reading
    extract: Extract
    key: str
    context: Context
    lookup: Values

    @property
    def place(self) -> Place:
        return Place(self.extract.sheet, self.key)

    @property
    def column(self) -> Column:
        return self.reading.template.sheets[self.extract.sheet].columns[self.key]


def _in_sheet(reading: Reading, extract: Extract) -> Iterator[Fix]:
    """Row by row, there in the order of the columns."""
    spec, context = reading.template.sheets[extract.sheet], reading.template.context(reading.language)
    lookup = Values({sheet: one.parsed for sheet, one in reading.extracts.items()})
    found: list[tuple[int, int, Fix]] = []
    for order, (key, column) in enumerate(spec.columns.items() if spec.content == "records" else ()):
        if key in extract.parsed.used and key != HIDDEN_ID and not column.computed:
            part = _Part(reading, extract, key, context, lookup)
            usual = _kept(part, _usual_cells(part))
            found += [(at, order, _fix(part, at, after, value)) for at, (after, value) in usual.items()]
    yield from (fix for _, _, fix in sorted(found, key=lambda one: one[:2]))


def _usual_cells(part: _Part) -> Usual:
    """Those that differ from what stands there."""
    known: dict[tuple[type, Cell], tuple[Cell, Any] | None] = {}
    there = _There.of(part)
    found: Usual = {}
    for at, cell in enumerate(part.extract.parsed.used[part.key]):
        seen = type(cell), cell
        if seen not in known:
            known[seen] = _usual(part.column, cell, there, part.context)
        if (usual := known[seen]) is not None:
            found[at] = usual
    return found


def _usual(column: Column, cell: Cell, there: _There, context: Context) -> tuple[Cell, Any] | None:
    """The cell and its value in the usual form; None where that is what stands there, or where nobody can tell."""
    value = _meant(column, cell, context)
    if value is None or (value := column.usual(there.spelled(value), cell)) is None:
        return None
    after = column.dump(value, context)
    if same(after, cell) or _only_retyped(cell, after):
        return None
    if after in ("", None):
        return None, column.blank()
    (again,), wrong = column.parse([after], context)
    return None if wrong or again != value else (after, value)


def _meant(column: Column, cell: Cell, context: Context) -> Any:
    """What the cell certainly means; None for nothing, or nothing certain."""
    if cell in ("", None) or isinstance(cell, bool):
        return None
    (value,), wrong = column.parse([cell], context)
    suggestion = wrong[0].suggestion if wrong else None
    if suggestion is None or not isinstance(cell, str) or _folded(suggestion) != _folded(cell):
        return value
    try:
        return column.parse_cell(suggestion, context)
    except BadCell:
        return None


def _only_retyped(cell: Cell, after: Cell) -> bool:
    """A number that stays one, or becomes the text of its digits: how it is shown, which may be `0012`, is not known here."""
    if isinstance(cell, str):
        return False
    return isinstance(after, int | float) or as_text(cell) == after


@dataclass(frozen=True)
class _There:
    """What stands in the columns in which a value must stand, too."""

    values: frozenset[str]
    folded: Mapping[str, str | None]
    """None where several are the same to people."""

    @classmethod
    def of(cls, part: _Part) -> _There:
        """By the rules of the column; nothing where there is no such rule."""
        values: set[str] = set()
        for rule in part.column.all_rules():
            if isinstance(rule, ExistsInRule):
                values |= set(_as_will_be(part, rule.place(part.context)))
        count = Counter(map(_folded, values))
        folded = {_folded(value): value if count[_folded(value)] == 1 else None for value in values}
        return cls(frozenset(values), folded)

    def spelled(self, value: Any) -> Any:
        """The same as it is written there."""
        if not isinstance(value, str) or value in self.values:
            return value
        return self.folded.get(_folded(value)) or value


def _as_will_be(part: _Part, target: Place) -> Iterator[str]:
    """The texts of that column once they are in their usual form."""
    column = part.reading.template.sheets[target.sheet].columns[target.column]
    referred = _referred(part, target)
    for value in part.lookup.values(target.sheet, target.column) or ():
        if isinstance(value, str):
            yield value if value in referred else column.usual(value, value) or value


def _referred(part: _Part, target: Place) -> set[Any]:
    """The values by which other columns mean rows of that one."""
    found: set[Any] = set()
    for sheet, spec in part.reading.template.sheets.items():
        for key, column in spec.columns.items():
            for rule in column.all_rules():
                if isinstance(rule, ExistsInRule) and rule.place(part.context) == target:
                    found |= set(part.lookup.values(sheet, key) or ())
    return found


def _kept(part: _Part, usual: Usual) -> Usual:
    """Without those that would break a rule which they keep as they are, or a reference to them."""
    if not usual:
        return usual
    referred = _referred(part, part.place)
    old = part.extract.parsed.values[part.key]
    usual = {at: new for at, new in usual.items() if old[at] == new[1] or old[at] not in referred}
    place, parsed = part.place, part.extract.parsed
    nothing: Sequence[Any] = [None] * len(parsed.numbers)
    values = {key: parsed.values.get(key, nothing) for key in part.reading.template.sheets[place.sheet].columns}
    changed = [usual[at][1] if at in usual else value for at, value in enumerate(values[part.key])]
    broken: set[int] = set()
    for rule in part.column.all_rules():
        before = {at for at, _ in rule.check(place, values, part.context, part.lookup)}
        after = rule.check(place, {**values, part.key: changed}, part.context, part.lookup)
        broken |= {at for at, _ in after} - before
    return {at: cell for at, cell in usual.items() if at not in broken}


def _fix(part: _Part, at: int, after: Cell, value: Any) -> Fix:
    extract, layout, number = part.extract, part.reading.layout, part.extract.parsed.numbers[at]
    id_, before = extract.ids[at], extract.parsed.used[part.key][at]
    return Fix(
        sheet=extract.sheet,
        row=number,
        column=part.key,
        id="" if id_ is None or id_ in extract.shared else id_,
        kind=_kind(before, after) or part.column.type,
        before=before,
        after=after,
        shown=after if isinstance(after, str) else dumped(value),
        a1=f"{layout.tab_title(extract.sheet)}!{layout.cell(extract.sheet, part.key, number)}",
        link=layout.link(extract.sheet, part.key, number),
    )


def _kind(before: Cell, after: Cell) -> str:
    """The least that differs between two texts; empty for more than that."""
    if not isinstance(before, str) or not isinstance(after, str | None):
        return ""
    text = after or ""
    if before.strip(STRAY) == text:
        return "blanks"
    if plain(before) == plain(text):
        return "width"
    return "case" if _folded(before) == _folded(text) else ""


def _folded(text: str) -> str:
    """What people take for the same is the same."""
    return plain(text).casefold()
