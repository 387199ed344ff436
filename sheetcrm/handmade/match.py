"""
A survey and a template → which column is which, how sure that is, and what has no counterpart.

Nothing is decided where two columns are as likely: both are named, and a map
says which it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sheetcrm.handmade.likeness import SAME, best
from sheetcrm.handmade.survey import FoundColumn, FoundTab
from sheetcrm.layout import same_title
from sheetcrm.resources import Cell
from sheetcrm.schema.columns.base import Column
from sheetcrm.schema.context import Context
from sheetcrm.schema.template import SheetSpec

Reason = Literal["mark", "title", "alias", "key", "likeness", "values", "map"]
SURE, LIKELY, CLOSE = 0.9, 0.6, 0.04
"""Scores: sure by themselves, likely enough, and too close to tell which of two."""
NARROW = frozenset({"email", "url", "date", "checkbox", "phone"})
"""Types that few cells of other columns make sense to, so that values alone may tell them."""


@dataclass(frozen=True)
class Pair:
    """A column of the template and one of a tab: why, how sure (0 to 1), and how many of its cells make sense to the type."""

    key: str
    column: FoundColumn
    reason: Reason
    score: float
    fits: int
    filled: int


@dataclass(frozen=True)
class Match:
    """What belongs together in one tab; what is left on both sides; where two are as likely."""

    pairs: tuple[Pair, ...]
    missing: tuple[str, ...]
    unused: tuple[FoundColumn, ...]
    unclear: tuple[tuple[str, tuple[str, ...]], ...]
    """Column key and the titles that it may be."""

    @property
    def weight(self) -> float:
        """How much speaks for the tab as a whole."""
        return sum(pair.score for pair in self.pairs)


def match(spec: SheetSpec, tab: FoundTab, context: Context, marks: dict[str, int]) -> Match:
    """Which column of the tab is which of the sheet; `marks` has the indexes of those that are marked already."""
    columns = {key: column for key, column in spec.columns.items() if not key.startswith("_")}
    pairs: list[Pair] = []
    for key, index in marks.items():
        found = next((column for column in tab.columns if column.index == index), None)
        if key in columns and found is not None:
            pairs.append(_pair(key, columns[key], found, context, ("mark", SAME)))
    scored = list(_scored(columns, tab.columns, context, pairs))
    unclear = _take(scored, pairs)
    _by_values(columns, tab.columns, context, pairs, {key for key, _ in unclear})
    taken, used = {pair.key for pair in pairs}, {pair.column.index for pair in pairs}
    order = {key: at for at, key in enumerate(columns)}
    return Match(
        tuple(sorted(pairs, key=lambda pair: order[pair.key])),
        tuple(key for key in columns if key not in taken),
        tuple(column for column in tab.columns if column.index not in used and column.title != "_id"),
        tuple(unclear),
    )


def _scored(
    columns: dict[str, Column], found: Sequence[FoundColumn], context: Context, taken: Sequence[Pair]
) -> Iterator[Pair]:
    """Every pair that may be, with its score."""
    keys, used = {pair.key for pair in taken}, {pair.column.index for pair in taken}
    for key, column in columns.items():
        for other in found:
            if key in keys or other.index in used:
                continue
            reason, score = _by_title(key, column, other.title)
            pair = _pair(key, column, other, context, (reason, score))
            # What makes no sense to the type is hardly meant, unless it is called just so.
            worth = score if score >= SURE or not pair.filled else score * (0.5 + 0.5 * pair.fits / pair.filled)
            if worth >= LIKELY:
                yield Pair(key, other, reason, worth, pair.fits, pair.filled)


def _by_title(key: str, column: Column, title: str) -> tuple[Reason, float]:
    if any(same_title(title, wording) for wording in column.title.all()):
        return "title", SAME
    if any(same_title(title, alias) for alias in column.aliases):
        return "alias", 0.98
    likely = best(title, (*column.title.all(), *column.aliases))[0]
    by_key = best(title, [key.replace("_", " ")])[0]
    if by_key > likely:
        return ("key", 0.95) if by_key == SAME else ("likeness", by_key * 0.95)
    return "likeness", min(likely, 0.96)


def _take(scored: list[Pair], pairs: list[Pair]) -> list[tuple[str, tuple[str, ...]]]:
    """The best pairs first, each side once; those that are as likely as another are left and returned."""
    open_ = sorted(scored, key=lambda pair: (-pair.score, pair.column.index))
    while clear := next((pair for pair in open_ if not _rivals(pair, open_)), None):
        pairs.append(clear)
        open_ = [pair for pair in open_ if pair.key != clear.key and pair.column.index != clear.column.index]
    left: dict[str, list[str]] = {}
    for pair in open_:
        left.setdefault(pair.key, []).append(pair.column.title)
    return [(key, tuple(titles)) for key, titles in left.items()]


def _rivals(pair: Pair, others: Iterable[Pair]) -> bool:
    """Whether its column may as well be another one, or its key has another column that is as likely."""
    return any(
        (other.key == pair.key and other.column.index != pair.column.index and other.score > pair.score - CLOSE)
        or (other.key != pair.key and other.column.index == pair.column.index and other.score > pair.score + CLOSE)
        for other in others
    )


def _by_values(
    columns: dict[str, Column], found: Sequence[FoundColumn], context: Context, pairs: list[Pair], unclear: set[str]
) -> None:
    """A column of addresses or days that is alone of its kind on both sides."""
    for kind in NARROW:
        keys = {pair.key for pair in pairs}
        used = {pair.column.index for pair in pairs}
        alike = [key for key, column in columns.items() if column.type == kind]
        left = [key for key in alike if key not in keys | unclear]
        if len(left) != 1:
            continue
        fitting = [
            pair
            for other in found
            if other.index not in used
            and (pair := _pair(left[0], columns[left[0]], other, context, ("values", LIKELY))).filled > 1
            and pair.fits >= SURE * pair.filled
            and (kind != "date" or _are_days(other))
        ]
        if len(fitting) == 1 and (kind not in ("date", "phone") or len(alike) == 1):
            pairs.append(fitting[0])


def _are_days(column: FoundColumn) -> bool:
    """Whether its numbers are shown as dates: any number could be one."""
    formats = [cell.get("userEnteredFormat", {}).get("numberFormat", {}).get("type") for cell in column.looks]
    return "DATE" in formats or all(isinstance(cell, str) for cell in column.filled)


def _pair(key: str, column: Column, found: FoundColumn, context: Context, why: tuple[Reason, float]) -> Pair:
    cells: list[Cell] = found.filled
    _, bad = column.parse(cells, context)
    return Pair(key, found, why[0], why[1], len(cells) - len(bad), len(cells))
