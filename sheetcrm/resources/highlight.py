"""
Colours by rule ↔ the tab's conditional formats.

Conditional formats have no id, only a position, and colleagues make their own:
ours are known by a digest that the tab's metadata remembers, everything else is
never touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import HIGHLIGHTS_KEY, Layout, normal, places_in
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    color_style,
    color_text,
    remember,
    remembered,
    sheets_of,
)

Point = tuple[str, str, str]
"""Google's InterpolationPoint: type (`MIN`, `NUMBER`, `PERCENTILE` …), value (a text, empty for the ends), colour."""
POINTS = ("minpoint", "midpoint", "maxpoint")


@dataclass(frozen=True)
class Highlight:
    """
    One rule: where `formula` (key form, for the row) is true, cells look so; or a `gradient` over their numbers.

    `columns` are the keys that it colours; empty means the row across all
    columns of ours.  Colours are `#rrggbb`, empty for unchanged.
    """

    columns: tuple[str, ...]
    formula: str
    background: str = ""
    foreground: str = ""
    bold: bool = False
    strikethrough: bool = False
    gradient: tuple[Point, ...] = ()
    """Two or three points from the lowest to the highest, `formula` being empty."""
    whole: bool = True
    """Whether it goes from row 2 to the end of the grid; always True in a desired state."""

    def __post_init__(self) -> None:
        """Formulas are equal however they were spaced."""
        object.__setattr__(self, "formula", normal(self.formula))

    @property
    def digest(self) -> str:
        """What it is recognised by; looks and place do not count, so that a changed colour is still ours."""
        what = f"gradient {' '.join(self.columns)}" if self.gradient else self.formula
        return hashlib.sha256(what.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Highlights(Resource):
    """All the conditional formats of ours in a sheet; the first that is true wins."""

    rules: tuple[Highlight, ...]
    remembered: bool = True
    """Whether the tab's metadata knows exactly these; always True in a desired state."""

    kind: ClassVar[str] = "highlights"
    rank: ClassVar[int] = 85
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.conditionalFormats", "sheets.developerMetadata")
    follows: ClassVar[frozenset[str]] = frozenset({"rows", "columns"})
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Ours among the rules of each sheet: known by the tab's metadata, or equal to one that is desired."""
        for key, part in sheets_of(description, layout):
            address = Address(key, "", cls.kind)
            wanted = desired.get(address)
            hoped = wanted.rules if isinstance(wanted, cls) else ()
            known = remembered(part, HIGHLIGHTS_KEY, address, layout)
            found = [
                (position, rule)
                for position, live in enumerate(part.get("conditionalFormats", []))
                if (rule := highlight_of(live, key, layout, hoped)) is not None
                and (rule.digest in known or rule.digest in {hope.digest for hope in hoped})
            ]
            layout.positions[str(address)] = tuple(position for position, _ in found)
            if found:
                rules = tuple(rule for _, rule in found)
                yield address, cls(rules, set(known) == {rule.digest for rule in rules})

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Add them in front, where ours were or at the top."""
        start = min(layout.positions.get(str(address), ()), default=0)
        added = [
            {"addConditionalFormatRule": {"index": start + at, "rule": _rule(rule, address.sheet, layout)}}
            for at, rule in enumerate(self.rules)
        ]
        return [*added, _memory(self, address, layout)]

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """Take ours away, last first, and add them as they should be; those of others keep their order."""
        return [*_removed(address, layout), *self.create(address, layout)]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Take ours away, last first, and what the tab remembers of them."""
        return [*_removed(address, layout), _memory(type(self)(()), address, layout)]

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that it colours, and those that its formulas look into."""
        columns = {f"{address.sheet}.{column}" for rule in self.rules for column in rule.columns}
        return super().needs(address).union(columns, *(places_in(rule.formula, address.sheet) for rule in self.rules))

    def say(self, live: Self | None = None) -> str:
        """How many."""
        return changed(live and _words(live), _words(self))


def _words(highlights: Highlights) -> str:
    return tr("{count} {count:rule|rules}", count=len(highlights.rules))


def _removed(address: Address, layout: Layout) -> list[Request]:
    sheet_id = layout.sheet_id(address.sheet)
    return [
        {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": position}}
        for position in sorted(layout.positions.get(str(address), ()), reverse=True)
    ]


def _memory(highlights: Highlights, address: Address, layout: Layout) -> Request:
    return remember(sorted({rule.digest for rule in highlights.rules}), HIGHLIGHTS_KEY, address, layout)


def _rule(rule: Highlight, sheet: str, layout: Layout) -> Json:
    columns = rule.columns or layout.columns(sheet)
    look = {"gradientRule": _gradient(rule)} if rule.gradient else {"booleanRule": _boolean(rule, sheet, layout)}
    return {"ranges": layout.grid_ranges(sheet, columns), **look}


def _gradient(rule: Highlight) -> Json:
    names = POINTS if len(rule.gradient) == len(POINTS) else POINTS[::2]
    return {
        name: {"type": kind, "colorStyle": color_style(color), **({"value": value} if value else {})}
        for name, (kind, value, color) in zip(names, rule.gradient, strict=True)
    }


def _boolean(rule: Highlight, sheet: str, layout: Layout) -> Json:
    text: Json = {"foregroundColorStyle": color_style(rule.foreground)} if rule.foreground else {}
    text |= {"bold": True} if rule.bold else {}
    text |= {"strikethrough": True} if rule.strikethrough else {}
    look: Json = {"backgroundColorStyle": color_style(rule.background)} if rule.background else {}
    look |= {"textFormat": text} if text else {}
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": layout.a1(rule.formula, sheet)}]}
    return {"condition": condition, "format": look}


def highlight_of(live: Json, sheet: str, layout: Layout, hoped: tuple[Highlight, ...] = ()) -> Highlight | None:
    """A live rule in our terms; None when it is of a form that we never write."""
    rule, ranges = live.get("booleanRule", {}), live.get("ranges", [])
    whole = all(layout.is_whole(sheet, place) for place in ranges)
    if "gradientRule" in live and ranges:
        columns = _columns(layout.covered(sheet, ranges), "", hoped, layout.columns(sheet))
        return Highlight(columns, "", gradient=_points(live["gradientRule"]), whole=whole)
    condition = rule.get("condition", {})
    values = condition.get("values", [])
    if condition.get("type") != "CUSTOM_FORMULA" or len(values) != 1 or not ranges:
        return None
    first = min(place.get("startRowIndex", 0) for place in ranges) + 1
    formula = normal(layout.keys(values[0].get("userEnteredValue", ""), sheet, first))
    covered = layout.covered(sheet, ranges)
    look = rule.get("format", {})
    text = look.get("textFormat", {})
    return Highlight(
        columns=_columns(covered, formula, hoped, layout.columns(sheet)),
        formula=formula,
        background=color_text(look.get("backgroundColorStyle")),
        foreground=color_text(text.get("foregroundColorStyle")),
        bold=text.get("bold", False),
        strikethrough=text.get("strikethrough", False),
        whole=whole,
    )


def _points(gradient: Json) -> tuple[Point, ...]:
    there = [gradient[name] for name in POINTS if name in gradient]
    return tuple(
        (point.get("type", ""), point.get("value", ""), color_text(point.get("colorStyle"))) for point in there
    )


def _columns(
    covered: tuple[str, ...], formula: str, hoped: tuple[Highlight, ...], ours: tuple[str, ...]
) -> tuple[str, ...]:
    """The covered columns as the template says it: in its order, or empty for the whole row."""
    for hope in hoped:
        if hope.formula == formula and set(hope.columns or ours) == set(covered):
            return hope.columns
    return () if set(covered) == set(ours) else covered
