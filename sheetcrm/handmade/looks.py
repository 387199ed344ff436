"""
What a tab looks like → `highlights:`, the options' colours, `theme:`, and a sheet's own settings.

A colour rule that the template language cannot say is left out of the draft,
and so left alone: it is never changed or deleted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from sheetcrm.handmade.sketch import SheetSketch, Sketch
from sheetcrm.layout import places_in
from sheetcrm.resources import Address, Banding, HeaderStyle, Highlight, TabStyle
from sheetcrm.resources.highlight import highlight_of

_CELL = r"\{(?P<column>\w+)\}"
_STATE = re.compile(rf'={_CELL}="(?P<word>(?:[^"]|"")*)"')
_DUPLICATE = re.compile(r'=AND\(\{(?P<column>\w+)\}<>"",SUMPRODUCT\(--\(\{\w+\.(?P=column)\}=\{(?P=column)\}\)\)>1\)')
_OVERDUE = re.compile(rf"=AND\(ISNUMBER\({_CELL}\),\{{(?P=column)\}}<TODAY\(\)\)")
_SOON = re.compile(
    rf"=AND\(ISNUMBER\({_CELL}\),\{{(?P=column)\}}>=TODAY\(\),\{{(?P=column)\}}<=TODAY\(\)\+(?P<days>\d+)\)"
)
MOST_ROWS = 100_000
MOST_FROZEN = 10


@dataclass
class Highlighted:
    """Highlights as a template says them, the colours of options by column, and how many rules are left alone."""

    highlights: list[dict[str, Any]] = field(default_factory=list)
    colors: dict[str, dict[str, str]] = field(default_factory=dict)
    left: int = 0


def highlighted(sheet: SheetSketch, sketch: Sketch, columns: Mapping[str, Mapping[str, Any]]) -> Highlighted:
    """The colour rules of a tab; `columns` has the settings of its columns."""
    found = Highlighted()
    live = [highlight_of(rule, sheet.key, sketch.layout) for rule in sheet.tab.part.get("conditionalFormats", [])]
    ours = [rule for rule in live if rule is not None and _can_be_said(rule, sheet.key)]
    found.left = len(live) - len(ours)
    for state, rules in groupby(ours, lambda rule: _state(rule, columns)):
        if state is not None:
            column, is_row = state
            colored = list(rules)
            for rule in colored:
                found.colors.setdefault(column, {})[_word(rule)] = rule.background
            found.highlights.append({"type": "state", "column": column, **({"row": True} if is_row else {})})
        else:
            found.highlights += [_said(rule) for rule in rules]
    return found


def _can_be_said(rule: Highlight, sheet: str) -> bool:
    """Whether a template can have it: down the whole tab, and looking at nothing but its own row."""
    own = all(place.partition(".")[0] == sheet for place in places_in(rule.formula, sheet))
    range_only = "." not in re.sub(r'"(?:[^"]|"")*"', "", rule.formula) or _DUPLICATE.fullmatch(rule.formula)
    looks = bool(rule.background or rule.foreground or rule.bold or rule.strikethrough)
    return (
        rule.whole and looks and own and bool(range_only) and not re.search(r"\$?[A-Z]{1,3}\$?\d", _bare(rule.formula))
    )


def _bare(formula: str) -> str:
    return re.sub(r'"(?:[^"]|"")*"|\{[^{}]*\}', "", formula)


def _state(rule: Highlight, columns: Mapping[str, Mapping[str, Any]]) -> tuple[str, bool] | None:
    """The choice that it colours an option of, and whether it colours the row; None for another rule."""
    match = _STATE.fullmatch(rule.formula)
    if match is None or not _only_background(rule) or rule.columns not in ((), (match["column"],)):
        return None
    options = columns.get(match["column"], {}).get("options")
    if not isinstance(options, dict) or _word(rule) not in options.values():
        return None
    return match["column"], not rule.columns


def _word(rule: Highlight) -> str:
    match = _STATE.fullmatch(rule.formula)
    return match["word"].replace('""', '"') if match else ""


def _only_background(rule: Highlight) -> bool:
    return bool(rule.background) and not (rule.foreground or rule.bold or rule.strikethrough)


def _said(rule: Highlight) -> dict[str, Any]:
    """One rule by the type that says it shortest."""
    for name, pattern in (("duplicate", _DUPLICATE), ("overdue", _OVERDUE), ("due_soon", _SOON)):
        match = pattern.fullmatch(rule.formula)
        if match and _only_background(rule) and rule.columns in ((), (match["column"],)):
            row = {"row": True} if not rule.columns and name != "duplicate" else {}
            if name == "duplicate" and not rule.columns:
                continue
            days = {"days": int(match["days"])} if name == "due_soon" else {}
            return {"type": name, "column": match["column"], **days, **row, "color": rule.background}
    looks = {"color": rule.background, "text": rule.foreground, "bold": rule.bold, "strikethrough": rule.strikethrough}
    columns = {"columns": list(rule.columns)} if rule.columns else {}
    return {
        "type": "custom",
        **columns,
        "formula": rule.formula[1:],
        **{name: look for name, look in looks.items() if look},
    }


def with_colors(options: Mapping[str, str], colors: Mapping[str, str]) -> dict[str, Any]:
    """Options with the colours that their words have."""
    return {
        key: {"title": title, "color": colors[title]} if title in colors else title for key, title in options.items()
    }


def theme(sketch: Sketch) -> dict[str, str]:
    """The colours of headers and rows, as the first tab that has any has them."""
    layout, description = sketch.layout, sketch.description
    found: dict[str, str] = {}
    every = {Address(sheet, "", Banding.kind): Banding("", "", "") for sheet in sketch.sheets}
    for _, banding in Banding.read(description, layout, every):
        found = {"header": banding.header, "first": banding.first, "second": banding.second}
        break
    kinds = {False: "header", True: "computed"}
    styled = {
        Address(key, column, HeaderStyle.kind): HeaderStyle("", "")
        for key, sheet in sketch.sheets.items()
        for column in sheet.columns
    }
    for address, style in HeaderStyle.read(description, layout, styled):
        computed = address.column in sketch.sheets[address.sheet].formulas
        found.setdefault(kinds[computed], style.background)
        found.setdefault("text", style.foreground)
    return {name: color for name, color in found.items() if color}


def tab_settings(sheet: SheetSketch, sketch: Sketch) -> dict[str, Any]:
    """Colour, rows, frozen columns, whether it shows."""
    address = Address(sheet.key, "", TabStyle.kind)
    style = dict(TabStyle.read(sketch.description, sketch.layout, {address: TabStyle()})).get(address, TabStyle())
    found: dict[str, Any] = {"color": style.color} if style.color else {}
    found |= {"rows": min(sheet.tab.rows, MOST_ROWS)} if sheet.tab.rows != 1000 else {}
    found |= {"frozen_columns": min(style.frozen_columns, MOST_FROZEN)} if style.frozen_columns else {}
    return {**found, **({"hidden": True} if style.hidden else {})}
