"""
A sheet's columns of cells → rows, records and issues.

Nothing here raises for what a cell says, and no row is left out: what makes no
sense is an issue, its field is None, and the rest of its row is still a record.
Everything goes column by column; a row is made only where somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetcrm.layout import Layout
from sheetcrm.messages import N_, texts
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Context, Place
from sheetcrm.schema.columns.person import PersonColumn
from sheetcrm.schema.context import Lookup
from sheetcrm.schema.rules import Rule, repeated
from sheetcrm.schema.sheet_rules import SheetRule
from sheetcrm.schema.template import HIDDEN_ID, SheetSpec, Template
from sheetcrm.sync.columns import Columns, Wrong, level, picked
from sheetcrm.sync.records import FIRST_ROW, Extract, Issue, Parsed


@dataclass(frozen=True)
class Values:
    """What the sheets that were read hold, for rules that look there (a `Lookup`)."""

    sheets: Mapping[str, Parsed]

    def values(self, sheet: str, column: str) -> Collection[Any] | None:
        """Every value of that column; None when it was not read."""
        parsed = self.sheets.get(sheet)
        return None if parsed is None else parsed.values.get(column)


def parse(
    spec: SheetSpec, sheet: str, cells: Mapping[str, Sequence[Cell]], context: Context, *, first: int = FIRST_ROW
) -> Parsed:
    """
    Read the columns of one sheet; `cells` are by column key from row `first` on and may be of any length.

    A row is blank when the cells that people fill are blank or FALSE: what a
    formula or we ourselves put there makes no row.
    """
    padded, length = level(cells)
    blank = blank_rows([padded[key] for key in spec.inputs if key in padded], length)
    kept = [at for at in range(length) if at not in blank] if blank else range(length)
    used = {key: picked(column, kept) for key, column in padded.items()} if blank else padded
    values = Columns(used, lambda key, column: spec.columns[key].parse(column, context), {})
    numbers = [at + first for at in kept] if blank else range(first, first + length)
    return Parsed(sheet, numbers, values, Wrong(values), padded, used, first)


def blank_rows(columns: Sequence[Sequence[Cell]], length: int) -> Collection[int]:
    """The 0-based rows in which all these columns are blank or FALSE."""
    if any(map(all, columns)):
        return ()
    blank: Sequence[int] = range(length)
    for column in columns:
        blank = [at for at in blank if not column[at] and (column[at] is False or column[at] in ("", None))]
    return frozenset(blank)


def extract(
    parsed: Parsed,
    lookup: Lookup,
    context: Context,
    layout: Layout,
    columns: Collection[str] | None = None,
    *,
    rules: bool = True,
) -> Extract:
    """
    Apply the rules; `lookup` has the other sheets.  Lists have issues, but no records.

    `columns` (`customers.owner`) are all that were asked for: rules that need
    another one say nothing.  Without `rules` nothing is said at all, and a
    column is read when somebody asks for it.
    """
    template, sheet = context.template, parsed.sheet
    spec = template.sheets[sheet]
    asked = None if columns is None else {key for key in spec.columns if f"{sheet}.{key}" in columns}
    if not rules:
        return Extract(sheet, template, parsed, ())
    found = _found(parsed, _Rules(spec, asked), lookup, context)
    issues = tuple(issues_of(parsed, _ordered({**_unlike(parsed, spec), **found}, spec), context, layout))
    return Extract(sheet, template, parsed, issues, frozenset(offset for offset, _key in found))


Found = tuple[int, str, BadCell]
"""Offset, column key, what is wrong."""


@dataclass(frozen=True)
class _Rules:
    """The rules of a sheet that can be asked, when `asked` are the only columns at hand (None: all)."""

    spec: SheetSpec
    asked: Collection[str] | None

    def of(self, key: str) -> Iterator[Rule]:
        """Those of a column."""
        for rule in () if key == HIDDEN_ID else self.spec.columns[key].all_rules():
            if self.asked is None or rule.looks_at() <= set(self.asked):
                yield rule

    def over_columns(self) -> list[SheetRule]:
        """Those of whole rows."""
        return [rule for rule in self.spec.rules if self.asked is None or rule.looks_at() <= set(self.asked)]


def _found(parsed: Parsed, rules: _Rules, lookup: Lookup, context: Context) -> dict[tuple[int, str], BadCell]:
    """Everything wrong, by offset and column key; one thing a cell."""
    found: dict[tuple[int, str], BadCell] = {
        (offset, key): bad for key, wrong in parsed.bad.items() for offset, bad in wrong.items()
    }
    # A rule may look at a column that was not found; that is reported once, not in every row.
    nothing: list[Any] = [None] * len(parsed.numbers)
    values = {key: parsed.values.get(key, nothing) for key in rules.spec.columns}
    for key in parsed.values:
        for rule in rules.of(key):
            for offset, bad in rule.check(Place(parsed.sheet, key), values, context, lookup):
                found.setdefault((offset, key), bad)
    over_columns = rules.over_columns()
    compared = {key for one in over_columns for key in one.looks_at()}
    filled = {key: _filled(parsed, key, column) for key, column in values.items() if key in compared}
    for one in over_columns:
        for offset, key, bad in one.check(parsed.sheet, filled, context):
            found.setdefault((offset, key), bad)
    _copied_rows(parsed, rules.spec, context, found)
    return found


def _unlike(parsed: Parsed, spec: SheetSpec) -> dict[tuple[int, str], BadCell]:
    """Cells that made sense and that the sheet itself takes for something else."""
    return {
        (offset, key): bad
        for key, values in parsed.values.items()
        for offset, bad in spec.columns[key].unlike(parsed.used[key], values)
    }


def _ordered(found: Mapping[tuple[int, str], BadCell], spec: SheetSpec) -> list[Found]:
    """Row by row, and there in the order of the columns."""
    order = {key: at for at, key in enumerate(spec.columns)}
    return [(offset, key, found[offset, key]) for offset, key in sorted(found, key=lambda at: (at[0], order[at[1]]))]


def _filled(parsed: Parsed, key: str, values: Sequence[Any]) -> Sequence[Any]:
    """A column's values, with the cell as it stands where it made no sense: wrong is not blank."""
    wrong = parsed.bad.get(key)
    if not wrong:
        return values
    filled = list(values)
    for at in wrong:
        filled[at] = parsed.used[key][at]
    return filled


def _copied_rows(parsed: Parsed, spec: SheetSpec, context: Context, found: dict[tuple[int, str], BadCell]) -> None:
    """Rows pasted whole bring their hidden id along; people are told at the first column that they see."""
    ids = parsed.values.get(HIDDEN_ID, [])
    shown = next((key for key in spec.inputs if key in parsed.values), None)
    count = repeated(ids, (HIDDEN_ID,), context) if ids else {}
    for offset, value in enumerate(ids) if count else ():
        if value in count and shown is not None:
            message = N_(
                "this row was copied together with its hidden id; type it anew, or clear column {column} in the copy"
            )
            title = spec.columns[HIDDEN_ID].title.say("en")
            found.setdefault((offset, shown), BadCell("row_copied", message, {"column": title}))


def issues_of(parsed: Parsed, found: Iterable[Found], context: Context, layout: Layout) -> Iterator[Issue]:
    """What is wrong in cells, said to people, in the order of `found`."""
    t, sheet, title = texts(context.language), parsed.sheet, layout.tab_title(parsed.sheet)
    owners = parsed.values.get(_owner_column(context.template, sheet) or "", [None] * len(parsed.numbers))
    for offset, key, bad in found:
        number = parsed.numbers[offset]
        there = layout.has(sheet, key)
        cell = parsed.used[key][offset] if key in parsed.used else None
        yield Issue(
            sheet=sheet,
            row=number,
            column=key,
            code=bad.code,
            message=t(bad.message, **bad.values),
            a1=f"{title}!{layout.cell(sheet, key, number) if there else f'{number}:{number}'}",
            link=layout.link(sheet, key if there else "", number),
            text="" if cell is None else str(cell),
            suggestion=bad.suggestion,
            owner=owners[offset],
        )


def _owner_column(template: Template, sheet: str) -> str | None:
    """Whom a row belongs to: the owner that the sheet's reminders name, else its first person."""
    named = (rule.owner for rule in template.reminders.values() if rule.sheet == sheet)
    people = (key for key, column in template.sheets[sheet].columns.items() if isinstance(column, PersonColumn))
    return next(named, None) or next(people, None)
