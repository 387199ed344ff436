"""
Many texts → the pairs that may be alike, without comparing each with each.

Texts that share one of their rarest groups of letters are compared.  Where very
many share it, those that share two; where still too many, neighbours in the
alphabet only: so the work grows with the number of texts, not with its square.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

RAREST = 5
"""Of each text, so many groups of letters that others have, too."""
BLOCK = 8
"""Texts that are compared each with each."""
NEIGHBOURS = 2
"""In a block that is larger, how many that follow in the alphabet."""
LENGTHS = 0.7
"""A text shorter than this part of another is not like it."""

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def pairs(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Offsets of two texts that may be alike, each pair once, the smaller first."""
    groups = [_groups(text) for text in texts]
    count = Counter(group for some in groups for group in some)
    rarest = [
        sorted((one for one in some if count[one] > 1), key=lambda one: (count[one], one))[:RAREST] for some in groups
    ]
    # One number for two: a set of tuples is five times as large.
    seen: set[int] = set()
    for block in _blocks(rarest):
        for one, other in _within(block, texts):
            pair = one * len(texts) + other
            if pair not in seen:
                seen.add(pair)
                yield one, other


def _blocks(rarest: Sequence[Sequence[str]]) -> Iterator[list[int]]:
    for group, block in _by((group, at) for at, some in enumerate(rarest) for group in some):
        if len(block) <= BLOCK:
            yield block
            continue
        for _, part in _by((other, at) for at in block for other in rarest[at] if other > group):
            yield part
        yield block


def _by(keyed: Iterable[tuple[str, int]]) -> Iterator[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for key, at in keyed:
        found.setdefault(key, []).append(at)
    return ((key, block) for key, block in found.items() if len(block) > 1)


def _within(block: list[int], texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    if len(block) <= BLOCK:
        couples: Iterable[tuple[int, int]] = combinations(block, 2)
    else:
        ordered = sorted(block, key=texts.__getitem__)
        couples = ((one, other) for at, one in enumerate(ordered) for other in ordered[at + 1 : at + 1 + NEIGHBOURS])
    for one, other in couples:
        short, long = sorted((len(texts[one]), len(texts[other])))
        if short >= LENGTHS * long:
            yield (one, other) if one < other else (other, one)


def _groups(text: str) -> set[str]:
    """Three letters each, two where a sign is a word; beginning and end count as letters."""
    size = 2 if _CJK.search(text) else 3
    padded = f"^{text}$"
    return {padded[at : at + size] for at in range(max(1, len(padded) - size + 1))}
