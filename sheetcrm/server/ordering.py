"""
Rows of an array → the same rows in order, all or the first of them.

Numbers come before text, text before truth values, these before errors, whichever way the order goes blanks come last.
"""

from __future__ import annotations

from typing import Any

Given = Any
"""What the engine hands in: str, float, bool, None, an error dict, or a list of rows of these."""

WRONG = {"type": "Error", "kind": "Value"}
TIES = range(4)


def sort(given: Given, *orders: Given) -> Given:
    """SORT: rows by (column number or column, ascending) pairs, by the first column without any."""
    rows = given if isinstance(given, list) else [[given]]
    found = _order(rows, orders)
    return WRONG if found is None else [rows[i] for i, _ in found]


def sort_n(given: Given, count: Given = 1.0, ties: Given = 0.0, *orders: Given) -> Given:
    """SORTN: the first rows; by `ties` 0 no more, 1 those as good as the last too, 2 one of each kind, 3 all of each kind."""
    rows = given if isinstance(given, list) else [[given]]
    found = _order(rows, orders)
    if found is None or not isinstance(count, float) or count < 1 or ties not in TIES:
        return WRONG
    kinds: list[Any] = []
    chosen = []
    for at, (i, key) in enumerate(found):
        fresh = not kinds or kinds[-1] != key
        kinds += [key] if fresh else []
        enough = at >= count if ties < 2 else len(kinds) > count
        if enough and not (ties == 1 and not fresh):
            break
        if ties != 2 or fresh:
            chosen.append(rows[i])
    return chosen


def _order(rows: list[list[Given]], orders: tuple[Given, ...]) -> list[tuple[int, tuple[Any, ...]]] | None:
    """Indexes of the rows in order, and what each was put there for; None when the orders make no sense."""
    order = list(range(len(rows)))
    ranks: list[list[Any]] = []
    for by, ascending in reversed(list(zip(orders[::2] or (1.0,), orders[1::2] or (True,), strict=False))):
        keys = _keys(rows, by)
        if keys is None or not isinstance(ascending, bool | float):
            return None
        ranks.append(list(map(_rank, keys)))
        order.sort(key=ranks[-1].__getitem__, reverse=not ascending)
        order.sort(key=[cell is None for cell in keys].__getitem__)
    return [(i, tuple(rank[i] for rank in ranks)) for i in order]


def _keys(rows: list[list[Given]], by: Given) -> list[Given] | None:
    if isinstance(by, list):
        return [row[0] for row in by] if len(by) == len(rows) else None
    if isinstance(by, float) and not isinstance(by, bool) and 1 <= by <= len(rows[0]):
        return [row[int(by) - 1] for row in rows]
    return None


def _rank(value: Given) -> tuple[int, float, str]:
    """Text counts whatever its case."""
    if value is None:
        return 4, 0.0, ""
    if isinstance(value, bool):
        return 2, value, ""
    if isinstance(value, float):
        return 0, value, ""
    return (1, 0.0, value.casefold()) if isinstance(value, str) else (3, 0.0, "")
