"""A binding → lines for approval, or JSON for programs; what is sure is told as shortly as what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sheetcrm.handmade.bind import Binding, Bound
from sheetcrm.handmade.match import Pair, Reason
from sheetcrm.handmade.seal import Sealed
from sheetcrm.messages import counted

WHY: dict[Reason, str] = {
    "mark": "marked already",
    "title": "same title",
    "alias": "known by that title too",
    "key": "called so in the template",
    "likeness": "like it",
    "values": "by its values",
    "map": "as the map says",
}


def text(binding: Binding, sealed: Sealed) -> str:
    """Tab by tab what would be bound to what; then what is left over, unclear, and what the next plan would do."""
    lines = [line for one in binding.bound for line in _tab(one)]
    lines += [f"{sheet}: no tab; apply makes it" for sheet in binding.lacking]
    lines += [f"{sheet}: may be {' or '.join(titles)}; say which with --map" for sheet, titles in binding.unclear]
    lines += [f"tab {title}: nothing of the template's; it stays as it is" for title in binding.unused]
    lines += [
        f"tab {title}: a copy of the tab of {sheet}; its marks go, its cells stay"
        for sheet, copies in binding.copies
        for title in copies
    ]
    lines += [f"look: {trouble.say('en')}" for trouble in sealed.plan.troubles]
    lines += [f"the next plan will be {refusal}" for refusal in sealed.plan.refusals]
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
    yield f"{one.sheet} ← tab {one.tab.title}  ({WHY[one.reason]})"
    wide = max((len(pair.key) for pair in one.match.pairs), default=0)
    for pair in one.match.pairs:
        yield f"  {pair.key:<{wide}} ← {pair.column.title}  ({_why(pair)})"
    for key, titles in one.match.unclear:
        yield f"  {key}: may be {' or '.join(titles)}; say which with --map"
    missing = [key for key in one.match.missing if key not in dict(one.match.unclear)]
    if missing:
        yield f"  not there, made by apply: {', '.join(missing)}"
    if one.match.unused:
        yield f"  people's own, left alone: {', '.join(column.title for column in one.match.unused)}"


def _why(pair: Pair) -> str:
    sure = f", {round(100 * pair.score)} %" if pair.reason == "likeness" else ""
    fits = (
        ""
        if pair.fits == pair.filled
        else f"; {pair.filled - pair.fits} of {counted(pair.filled, 'cell')} would not fit"
    )
    return f"{WHY[pair.reason]}{sure}{fits}"


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
        f"{counted(len(sealed.requests), 'mark')} to write, no cell and no look of one changes"
        if sealed.requests
        else "all marks are there"
    )
    changes = sealed.plan.changes
    after = (
        f"apply would then make {counted(len(changes), 'change')}: see plan"
        if changes
        else "nothing is left for apply to do"
    )
    return f"{marks}; {after}"
