"""A binding → lines for approval, or JSON for programs; what is sure is told as shortly as what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sheetcrm.handmade.bind import Binding, Bound
from sheetcrm.handmade.match import Pair, Reason
from sheetcrm.handmade.seal import Sealed
from sheetcrm.messages import N_, admin, tr

WHY: dict[Reason, str] = {
    "mark": N_("marked already"),
    "title": N_("same title"),
    "alias": N_("known by that title too"),
    "key": N_("called so in the template"),
    "likeness": N_("like it"),
    "values": N_("by its values"),
    "map": N_("as the map says"),
}


def text(binding: Binding, sealed: Sealed) -> str:
    """Tab by tab what would be bound to what; then what is left over, unclear, and what the next plan would do."""
    lines = [line for one in binding.bound for line in _tab(one)]
    lines += [tr("{sheet}: no tab; apply makes it", sheet=sheet) for sheet in binding.lacking]
    lines += [_unclear(sheet, titles) for sheet, titles in binding.unclear]
    lines += [tr("tab {title}: nothing of the template's; it stays as it is", title=title) for title in binding.unused]
    lines += [
        tr("tab {title}: a copy of the tab of {sheet}; its marks go, its cells stay", title=title, sheet=sheet)
        for sheet, copies in binding.copies
        for title in copies
    ]
    lines += [tr("look: {text}", text=trouble.say(admin())) for trouble in sealed.plan.troubles]
    lines += [tr("the next plan will be {refusal}", refusal=refusal) for refusal in sealed.plan.refusals]
    return "\n".join([*lines, _sum(sealed)])


def as_json(binding: Binding, sealed: Sealed) -> dict[str, Any]:
    """The same as data; `map` is what a file for --map would say to get just this."""
    return {
        "template": binding.template.key,
        "language": binding.language,
        "sheets": [_data(one) for one in binding.bound],
        "lacking": list(binding.lacking),
        "unclear": [{"sheet": sheet, "tabs": list(titles)} for sheet, titles in binding.unclear],
        "unused": list(binding.unused),
        "copies": [{"sheet": sheet, "tabs": list(titles)} for sheet, titles in binding.copies],
        "map": {
            "sheets": {one.sheet: one.tab.title for one in binding.bound},
            "columns": {
                f"{one.sheet}.{pair.key}": pair.column.title for one in binding.bound for pair in one.match.pairs
            },
        },
        "marks": len(sealed.requests),
        "plan": sealed.plan.json(),
    }


def _tab(one: Bound) -> Iterator[str]:
    yield tr("{sheet} ← tab {title}  ({why})", sheet=one.sheet, title=one.tab.title, why=tr(WHY[one.reason]))
    wide = max((len(pair.key) for pair in one.match.pairs), default=0)
    for pair in one.match.pairs:
        yield "  " + tr(
            "{column} ← {title}  ({why})", column=f"{pair.key:<{wide}}", title=pair.column.title, why=_why(pair)
        )
    for key, titles in one.match.unclear:
        yield f"  {_unclear(key, titles)}"
    missing = [key for key in one.match.missing if key not in dict(one.match.unclear)]
    if missing:
        yield tr("  not there, made by apply: {columns}", columns=", ".join(missing))
    if one.match.unused:
        yield tr(
            "  people's own, left alone: {columns}", columns=", ".join(column.title for column in one.match.unused)
        )


def _unclear(key: str, titles: Sequence[str]) -> str:
    return tr("{key}: may be {titles}; say which with --map", key=key, titles=tr(" or ").join(titles))


def _why(pair: Pair) -> str:
    sure = f", {round(100 * pair.score)} %" if pair.reason == "likeness" else ""
    fits = (
        ""
        if pair.fits == pair.filled
        else tr("; {bad} of {count} {count:cell|cells} would not fit", bad=pair.filled - pair.fits, count=pair.filled)
    )
    return f"{tr(WHY[pair.reason])}{sure}{fits}"


def _data(one: Bound) -> dict[str, Any]:
    pairs = [
        {
            "column": pair.key,
            "title": pair.column.title,
            "why": pair.reason,
            "score": round(pair.score, 2),
            "cells": pair.filled,
            "fit": pair.fits,
        }
        for pair in one.match.pairs
    ]
    return {
        "sheet": one.sheet,
        "tab": one.tab.title,
        "why": one.reason,
        "columns": pairs,
        "missing": list(one.match.missing),
        "unclear": [{"column": key, "titles": list(titles)} for key, titles in one.match.unclear],
        "unused": [column.title for column in one.match.unused],
    }


def _sum(sealed: Sealed) -> str:
    marks = (
        tr("{count} {count:mark|marks} to write, no cell and no look of one changes", count=len(sealed.requests))
        if sealed.requests
        else tr("all marks are there")
    )
    changes = sealed.plan.changes
    after = (
        tr("apply would then make {count} {count:change|changes}: see plan", count=len(changes))
        if changes
        else tr("nothing is left for apply to do")
    )
    return tr("; ").join((marks, after))
