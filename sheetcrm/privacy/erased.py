"""
Tombstones → the same text, cell, or JSON without the people that they are of.

The one way in which anybody is looked for: in sheets, files, the ledger, and in
a backup that comes back years later.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property, lru_cache
from typing import Any

from sheetcrm.privacy.folding import Lengths, pieces
from sheetcrm.privacy.tombstone import Hashes, RowOf, Tombstone, Treatment, place_of

Put = Callable[[str], str]
MOST = 200_000
"""Texts of which the answer is remembered: sheets say the same many times."""


class Erased:
    """Everybody of some tombstones at once."""

    def __init__(self, tombstones: Iterable[Tombstone]) -> None:
        """None of them: nobody."""
        self.tombstones = tuple(tombstones)
        self._hash = Hashes()
        self._found = lru_cache(maxsize=MOST)(self._look)

    def __bool__(self) -> bool:
        return bool(self.tombstones)

    def holds(self, text: str, *, near: bool = False) -> bool:
        """Whether anybody is named in it; with `near` it is a text in a row of theirs, where less is enough."""
        return bool(self._found(text, near))

    def cleaned(self, text: str, put: Put, *, near: bool = False) -> str:
        """The text with what `put` gives in the place of each piece; the very same where there is none."""
        done, last = [], 0
        for start, end in self._found(text, near):
            done += [text[last:start], put(text[start:end])]
            last = end
        return "".join([*done, text[last:]]) if done else text

    def told(self, value: Any, *, near: bool = False) -> bool:
        """Whether anybody is named in a value as JSON has it."""
        if isinstance(value, str):
            return self.holds(value, near=near)
        if isinstance(value, bool) or value is None:
            return False
        if isinstance(value, int | float):
            return bool(self._tels) and self.holds(written(value), near=near)
        if isinstance(value, Mapping):
            return any(self.told(key, near=near) or self.told(one, near=near) for key, one in value.items())
        return isinstance(value, Collection) and any(self.told(one, near=near) for one in value)

    def without(self, value: Any, put: Put) -> Any:
        """JSON without them: texts cleaned, and what is nothing but one of them left out of lists."""
        if isinstance(value, str):
            return self.cleaned(value, put)
        if isinstance(value, Mapping):
            return {self.without(key, put): self.without(one, put) for key, one in value.items()}
        if isinstance(value, list):
            return [self.without(one, put) for one in value if not (isinstance(one, str) and self.is_all(one))]
        if self.told(value):
            return put(written(value))
        return value

    def is_all(self, text: str) -> bool:
        """Whether the text is nothing but one of their values."""
        return self.cleaned(text, lambda _: "").strip() == "" and bool(text.strip())

    def own(self, spreadsheet: str, sheet: str, id_: str) -> bool:
        """Whether that row is about one of them."""
        return self._hash.row(RowOf(spreadsheet, sheet, id_)) in self._own

    def row(self, spreadsheet: str, sheet: str, id_: str) -> Treatment | None:
        """What becomes of that row; None where it is nobody's of them."""
        found = self._rows.get(self._hash.row(RowOf(spreadsheet, sheet, id_)))
        return None if found is None else found.get(place_of(spreadsheet, sheet))

    def any_row(self, spreadsheet: str, text: str) -> Treatment | None:
        """What becomes of a row of that id, in whatever sheet of the spreadsheet; None where it is nobody's of them."""
        sheets = dict.fromkeys(place.partition("/")[2] for one in self.tombstones for place in one.sheets)
        return next((found for sheet in sheets if (found := self.row(spreadsheet, sheet, text))), None)

    def key(self, spreadsheet: str, sheet: str) -> str | None:
        """The key column of a sheet in which they have rows; None for others."""
        place = place_of(spreadsheet, sheet)
        return next((one.sheets[place]["key"] for one in self.tombstones if place in one.sheets), None)

    @cached_property
    def _own(self) -> frozenset[str]:
        return frozenset(row for one in self.tombstones for row in one.own)

    @cached_property
    def _rows(self) -> dict[str, dict[str, Treatment]]:
        found: dict[str, dict[str, Treatment]] = {}
        for one in self.tombstones:
            sheets = {key: Treatment(**said) for key, said in one.sheets.items()}
            found |= dict.fromkeys((*one.own, *one.others), sheets)
        return found

    @cached_property
    def _hashes(self) -> dict[bool, frozenset[bytes]]:
        far = {mail for one in self.tombstones for mail in one.mails} | self._tels
        far |= {name for one in self.tombstones for found in one.names.values() for name in found}
        near = {name for one in self.tombstones for found in one.near.values() for name in found}
        return {False: frozenset(map(bytes.fromhex, far)), True: frozenset(map(bytes.fromhex, far | near))}

    @cached_property
    def _tels(self) -> frozenset[str]:
        return frozenset(tel for one in self.tombstones for found in one.tels.values() for tel in found)

    @cached_property
    def _lengths(self) -> dict[bool, Lengths]:
        tels = {int(length) for one in self.tombstones for length in one.tels}
        far = {int(length) for one in self.tombstones for length in one.names}
        near = far | {int(length) for one in self.tombstones for length in one.near}
        return {False: Lengths(far, tels), True: Lengths(near, tels)}

    def _look(self, text: str, near: bool) -> tuple[tuple[int, int], ...]:
        """Stretches [start, end) that do not overlap, from the left, of two at one place the longer."""
        known, raw = self._hashes[near], self._hash.raw
        found = [piece for piece in pieces(text, self._lengths[near]) if raw(piece.kind, piece.form) in known]
        taken: list[tuple[int, int]] = []
        for piece in sorted(found, key=lambda one: (one.start, -one.end)):
            if not taken or piece.start >= taken[-1][1]:
                taken.append((piece.start, piece.end))
        return tuple(taken)


def written(value: float) -> str:
    """A number of a cell as people read it: a phone number may have been typed as one."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e18 else str(value)
