"""
Columns too long to be kept → eight bytes a value, enough to tell equals and what is there.

Digests are Python's own `hash`, which is salted: they hold in this process and are never stored.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import islice
from typing import Any

NOTHING = hash(None)


def digests(values: Iterable[Any]) -> array[int]:
    """One a value; None is `NOTHING`."""
    return array("q", map(hash, values))


class Known(Set[Any]):
    """The values of a column, of which only the digests are kept: whether one is in it can be asked, not which ones are."""

    def __init__(self, found: Iterable[int]) -> None:
        """Digests in any order, equals among them."""
        self._sorted = array("q", sorted(found))

    def __contains__(self, value: object) -> bool:
        return self.has(hash(value))

    def has(self, digest: int) -> bool:
        """Whether a value of that digest is in it."""
        at = bisect_left(self._sorted, digest)
        return at < len(self._sorted) and self._sorted[at] == digest

    def __len__(self) -> int:
        return len(self._sorted)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError("only the digests of these values are known")


def repeated(found: Iterable[int]) -> Mapping[int, int]:
    """The digests that stand more than once, and how often; that of None is left out."""
    ordered = array("q", sorted(found))
    again = Counter(one for one, other in zip(ordered, islice(ordered, 1, None), strict=False) if one == other)
    return {digest: count + 1 for digest, count in again.items() if digest != NOTHING}
