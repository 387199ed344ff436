"""
Two titles → how likely they mean the same, from 0 to 1.

Words count more than letters: `companyName` is the `Company`, whatever
the rest of it says.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SAME, INSIDE, BROAD = 1.0, 0.7, 0.6
TYPOS, SHORT = 0.8, 0.7
"""How alike letters must be to count at all; less in Chinese, where words are short."""
EVERYWHERE = frozenset({"name", "title", "id", "date", "day", "type", "kind", "no", "number", "status", "owner"})
"""Words that say little beside another word."""


def plain(title: str) -> str:
    """Without case, width of letters and signs: `E-Mail` → `e mail`."""
    spaced = _HUMPS.sub(" ", unicodedata.normalize("NFKC", title))
    return " ".join(re.findall(r"[^\W_]+", spaced.casefold()))


def likeness(one: str, other: str) -> float:
    """1 for the same words, at least 0.7 where all the words of one are in the other, else by their letters."""
    first, second = plain(one), plain(other)
    if not first or not second:
        return 0.0
    if first == second or first.replace(" ", "") == second.replace(" ", ""):
        return SAME
    mine, yours = set(first.split()), set(second.split())
    both, either = mine & yours, mine | yours
    letters = difflib.SequenceMatcher(None, first, second).ratio()
    if both and (mine <= yours or yours <= mine):
        return (BROAD if both <= EVERYWHERE else INSIDE) + 0.25 * len(both) / len(either)
    if _is_chinese(first) and _is_chinese(second) and (first in second or second in first):
        return INSIDE + 0.25 * min(len(first), len(second)) / max(len(first), len(second))
    return letters if letters >= (SHORT if _is_chinese(first) else TYPOS) else 0.0


def best(title: str, known: Iterable[str]) -> tuple[float, str]:
    """The likeliest of `known`, and how likely."""
    return max(((likeness(title, other), other) for other in known), default=(0.0, ""), key=lambda one: one[0])


def _is_chinese(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)
