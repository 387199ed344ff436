"""
What speaks for one type or another → the type, with its settings.

Every type of the family is asked: whether the cells make sense to it, and
whether it would make the rule and the format that are there.  A type that
nobody thought of here is chosen where it would change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError

from sheetcrm.handmade.evidence import Evidence, rules_of
from sheetcrm.handmade.options import choice_options, choices_options, id_shapes, list_options, money_settings
from sheetcrm.resources import Cell, Note
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.schema.context import BadCell, Context, Place

FITS = 0.9
"""The share of cells that must make sense to a type that is chosen by its cells."""
NARROW_FIRST = (
    "checkbox", "person", "reference", "email", "url", "phone", "date", "duration", "percent", "money", "contact",
    "rating", "currency", "integer", "number", "choice", "choices", "list", "id", "text",
)  # fmt: skip
"""The types that are told by their cells, those that most cells are nonsense to first."""
BY_SIGHT = frozenset({"list", "id", "currency", "person", "reference"})
"""Types whose cells look like any text: only chosen where something else speaks for them."""
PHONE_TITLE = re.compile(r"\b(tele)?phone|\btel\b|\bmobile|\bcell\b|\bfax\b|电话|手机|传真|座机", re.IGNORECASE)
CODE_TITLE = re.compile(
    r"\b(zip|post(al)?[ -]?code|iban|wechat|whatsapp|qq)\b|邮编|邮政编码|身份证|账号|帐号|卡号|微信|税号|信用代码|QQ",
    re.IGNORECASE,
)
"""Columns whose digits nobody computes with: as numbers they lose the zeros in front, and a +."""
DATES, SHOWN_SO = frozenset({"DATE", "DATE_TIME"}), frozenset({"DATE", "DATE_TIME", "TIME", "PERCENT", "CURRENCY"})


@dataclass(frozen=True)
class Around:
    """What a column is chosen among: keys of other sheets, the team, lists; by place, the values that stand there."""

    context: Context
    keys: Mapping[str, str]
    """Sheet → its key column."""
    lists: frozenset[str] = frozenset()
    team: Place | None = None
    values: Mapping[Place, frozenset[Cell]] = field(default_factory=dict)
    currencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sheet → columns that may name the currency of a row."""


@dataclass(frozen=True)
class Guess:
    """A type with its settings; how many of its cells make no sense, how much its rule and format differ from what is there."""

    settings: dict[str, Any]
    misfits: int
    differs: tuple[str, ...]
    """The kinds of resource that differ from what is there."""


def guess(evidence: Evidence, around: Around) -> Guess:
    """The best type; text, where nothing says more."""
    found = [
        made
        for settings in _candidates(evidence, around)
        if (made := weigh(settings, evidence, around.context)) is not None
    ]
    by_rule = evidence.validation is not None or not evidence.column.filled
    order = {name: at for at, name in enumerate(NARROW_FIRST)}

    def rank(made: Guess) -> tuple[int, ...]:
        narrow = order.get(made.settings["type"], len(order))
        misses = len(made.differs)
        return (misses, narrow) if by_rule and (not misses or evidence.validation is None) else (1, narrow, misses)

    fitting = [made for made in found if _is_told(made, evidence, around)]
    return (
        min(fitting, key=rank)
        if fitting
        else Guess({"type": "text"}, 0, ("validation",) * (evidence.validation is not None))
    )


def _is_told(made: Guess, evidence: Evidence, around: Around) -> bool:
    """Whether something speaks for it: what is there already, or its cells."""
    name, filled = made.settings["type"], len(evidence.cells)
    if evidence.validation is not None and "validation" not in made.differs:
        return True
    if name == "text":
        return True
    if made.misfits > (1 - FITS) * filled or (Column.members()[name].bounds and is_code(evidence)):
        return False
    if not filled:
        return evidence.format is not None and not made.differs and name in NARROW_FIRST and name not in BY_SIGHT
    if name in BY_SIGHT:
        return name in ("reference", "person") or (name == "list" and evidence.place.sheet in around.lists)
    return name in NARROW_FIRST


def is_code(evidence: Evidence) -> bool:
    """Whether digits in it are no numbers, by its title."""
    return any(pattern.search(evidence.column.title) for pattern in (PHONE_TITLE, CODE_TITLE))


def weigh(settings: dict[str, Any], evidence: Evidence, context: Context) -> Guess | None:
    """One candidate, held against cells, rule and format; None when it is no column at all."""
    try:
        column = Column.choose({"title": evidence.column.title, **settings})
        context = _with(column, evidence.place, context)
        made = {resource.kind: resource for _, resource in column.resources(evidence.place, context)}
    except (ValidationError, ValueError, KeyError, AssertionError, BadCell):
        return None
    there = {"validation": evidence.validation, "number_format": evidence.format}
    differs = tuple(kind for kind, live in there.items() if made.get(kind) != live)
    if evidence.note and not differs and isinstance(note := made.get(Note.kind), Note):
        # Types that ask the same of a cell say different things about it.
        differs += (Note.kind,) * (note.text not in evidence.note)
    return Guess(settings, misfits(column, evidence, context), differs)


def _with(column: Column, place: Place, context: Context) -> Context:
    """As if the template had that column there: rules look at the column that they stand in."""
    sheet = context.template.sheets[place.sheet]
    changed = sheet.model_copy(update={"columns": {**sheet.columns, place.column: column}})
    sheets = {**context.template.sheets, place.sheet: changed}
    return replace(context, template=context.template.model_copy(update={"sheets": sheets}))


def misfits(column: Column, evidence: Evidence, context: Context) -> int:
    """How many of the cells looked at make no sense to the column, or are shown as something else."""
    _, bad = column.parse(evidence.cells, context)
    shown = evidence.format.type if evidence.format else ""
    own = column.number_format(context)
    kind = own.type if own else ""
    alike = kind == shown or {kind, shown} <= DATES
    wrong = set(bad)
    for offset, cell in enumerate(evidence.cells):
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        if (
            (number and not alike and (shown in SHOWN_SO or kind in SHOWN_SO))
            or (isinstance(cell, str) and column.bounds == "NUMBER" and evidence.is_text and not _has_sign(cell, kind))
            or isinstance(cell, bool) != (column.python_type is bool)
        ):
            wrong.add(offset)
    return len(wrong)


def _has_sign(cell: str, kind: str) -> bool:
    """Whether a text is a number by more than its digits: with a sign of money, or of a percentage."""
    signs = {"CURRENCY": "¥￥$€£元圆", "PERCENT": "%％"}.get(kind, "")
    return any(sign in cell for sign in signs)


def _candidates(evidence: Evidence, around: Around) -> Iterator[dict[str, Any]]:
    """Settings of every type that could be meant, each with and without the rules that are there."""
    rules = rules_of(evidence)
    warns = {"strict": False} if evidence.validation is not None and not evidence.validation.strict else {}
    for name, member in Column.members().items():
        if issubclass(member, Computed):
            continue
        for settings in _variants(name, evidence, around):
            yield from ({"type": name, **settings, **some, **warns} for some in _parts(rules))


def _parts(rules: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All of the rules, all but one, none: some of what the rule asks may come with the type."""
    yield rules
    for left in rules.get("rules", ()):
        kept = [rule for rule in rules["rules"] if rule is not left]
        yield {**rules, "rules": kept} if kept else {name: value for name, value in rules.items() if name != "rules"}
    if rules:
        yield {}


Settings = Iterator[dict[str, Any]]


def _variants(name: str, evidence: Evidence, around: Around) -> Settings:
    """The settings that a type needs, as far as they can be told."""
    yield from _TOLD[name](evidence, around) if name in _TOLD else ({},)


def _choice(evidence: Evidence, around: Around) -> Settings:
    yield from choice_options(evidence)
    target = evidence.range
    if target is not None and target.sheet in around.lists:
        yield {"options_from": f"{target.sheet}.{target.column}"}


def _reference(evidence: Evidence, around: Around) -> Settings:
    yield from ({"to": sheet} for sheet in _targets(evidence, around) if sheet != evidence.place.sheet)


def _person(evidence: Evidence, around: Around) -> Settings:
    if around.team is not None and _shows(around.team, evidence, around):
        yield {}


def _currency(evidence: Evidence, around: Around) -> Settings:
    target = evidence.range
    if target is not None and around.keys.get(target.sheet) == target.column:
        yield {"rates": target.sheet}
    if evidence.options:
        yield {"of": evidence.options}
    yield {}


def _decimals(evidence: Evidence, around: Around) -> Settings:
    yield {}
    yield from ({"decimals": places} for places in range(6))


_TOLD: dict[str, Callable[[Evidence, Around], Settings]] = {
    "choice": _choice,
    "choices": lambda evidence, around: choices_options(evidence, around.lists, around.context),
    "list": lambda evidence, around: list_options(evidence) if evidence.place.sheet in around.lists else iter(()),
    "reference": _reference,
    "person": _person,
    "id": lambda evidence, around: id_shapes(evidence),
    "money": lambda evidence, around: money_settings(
        evidence, around.context, around.currencies.get(evidence.place.sheet, ())
    ),
    "number": _decimals,
    "percent": _decimals,
    "currency": _currency,
}
"""What the types need that are nothing without settings, or often have some."""


def _targets(evidence: Evidence, around: Around) -> Iterator[str]:
    """The sheets whose keys it shows."""
    for sheet, column in around.keys.items():
        if _shows(Place(sheet, column), evidence, around):
            yield sheet


def _shows(place: Place, evidence: Evidence, around: Around) -> bool:
    """Whether the dropdown shows that column, or without one the cells are all from there."""
    if evidence.range is not None or evidence.validation is not None:
        return evidence.range == place
    own_key = around.keys.get(evidence.place.sheet) == evidence.place.column
    if len(evidence.cells) < 2 or place == evidence.place or (own_key and place.sheet == evidence.place.sheet):
        return False
    known = around.values.get(place, frozenset())
    return sum(_plain(cell) in known for cell in evidence.cells) >= FITS * len(evidence.cells)


def _plain(cell: Cell) -> Cell:
    return cell.strip() if isinstance(cell, str) else cell
