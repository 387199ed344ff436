"""
Structural edit → where an index or a span is afterwards.

Indexes are 0-based and spans half-open, as in Google's GridRange; None is an open end and stays open.
`to` of a move is read against the order *before* the removal, as moveDimension does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Dimension = Literal["ROWS", "COLUMNS"]
Span = tuple[int | None, int | None]


@dataclass(frozen=True)
class Edit:
    """Rows or columns inserted, deleted or moved: `start` inclusive, `end` exclusive.

    insert: the new ones occupy [start, end) afterwards.  delete: [start, end) is gone.  move: [start, end) goes before
    what was at `to`.  `across`, a half-open span of the other dimension, limits the edit to those columns (of an edit of
    rows) or rows: insertRange and deleteRange; only what lies wholly inside is affected.
    """

    dimension: Dimension
    start: int
    end: int
    kind: Literal["insert", "delete", "move"]
    to: int = 0
    across: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or self.end < self.start:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    @property
    def size(self) -> int:
        """How many rows or columns the edit inserts, deletes or moves."""
        return self.end - self.start

    def index(self, i: int) -> int | None:
        """Where row or column `i` is afterwards; None when deleted."""
        if self.kind == "insert":
            return i + self.size if i >= self.start else i
        if self.kind == "delete":
            if i < self.start:
                return i
            return i - self.size if i >= self.end else None
        return self._moved(i)

    def span(self, start: int | None, end: int | None) -> Span | None:
        """Where the span [start, end) is afterwards; None when nothing of it is left.

        Inserting strictly inside extends it, at its edges does not.  Moving part of it away leaves the rest; moving all
        of it, or within it, keeps it whole.
        """
        if self.kind == "insert":
            return self._inserted(start, end)
        if self.kind == "delete":
            return self._deleted(start, end)
        return self._moved_span(start, end)

    def touches(self, start: int | None, end: int | None) -> bool:
        """Whether a span of the *other* dimension is one that this edit affects."""
        if self.across is None:
            return True
        return start is not None and end is not None and self.across[0] <= start and end <= self.across[1]

    def inverse(self) -> Edit:
        """The edit that puts every surviving index back."""
        if self.kind == "move":
            landed = self._landing
            back = self.start if self.to >= self.start else self.end
            return replace(self, start=landed, end=landed + self.size, to=back)
        return replace(self, kind="delete" if self.kind == "insert" else "insert")

    @property
    def _landing(self) -> int:
        """Where a moved block begins afterwards; inside itself means it stays."""
        if self.to >= self.end:
            return self.to - self.size
        return min(self.to, self.start)

    def _moved(self, i: int) -> int:
        landing = self._landing
        if self.start <= i < self.end:
            return landing + i - self.start
        without = i - self.size if i >= self.end else i
        return without + self.size if without >= landing else without

    def _inserted(self, start: int | None, end: int | None) -> Span:
        moved = start + self.size if start is not None and start >= self.start else start
        return moved, end + self.size if end is not None and end > self.start else end

    def _deleted(self, start: int | None, end: int | None) -> Span | None:
        first = None if start is None else _collapse(start, self.start, self.end)
        last = None if end is None else _collapse(end, self.start, self.end)
        if last is not None and last <= (first or 0):
            return None
        return first, last

    def _moved_span(self, start: int | None, end: int | None) -> Span | None:
        first = start or 0
        landing = self._landing
        if landing == self.start:
            return start, end
        if start is not None and end is not None and self.start <= start and end <= self.end:
            return landing + start - self.start, landing + end - self.start
        inside = first <= self.start and (end is None or self.end <= end)
        if inside and first <= self.to and (end is None or self.to <= end):
            return start, end
        rest = replace(self, kind="delete")._deleted(start, end)
        if rest is None:
            return None
        return Edit(self.dimension, landing, landing + self.size, "insert")._inserted(*rest)


def _collapse(boundary: int, start: int, end: int) -> int:
    """A boundary between rows after [start, end) is gone."""
    if boundary <= start:
        return boundary
    return max(start, boundary - (end - start))
