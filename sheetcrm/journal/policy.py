"""
What the config says of a journal → entries without what it must not keep.

A value that is not kept stands there as a keyed hash: whether two are the same
can still be told, but nobody can bring it back, `undo` neither.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from sheetcrm.journal.write import Json, Write
from sheetcrm.logs import veiled

VEILED = "veiled"
BLANK = (None, "")
SHORTEST = 2


@dataclass(frozen=True)
class Policy:
    """
    How long writes are kept (None: for ever), and of which columns no value is: `customers.phone`, `*.email`.

    `team.id` is also what the rows of a sheet are known by, whatever that column is called; `team.*` everything.
    """

    keep_days: int | None = None
    redact: tuple[str, ...] = ()

    def hides(self, sheet: str, column: str) -> bool:
        """Whether no value of that column is kept; who was given access is `access.who`."""
        return any(fnmatchcase(f"{sheet}.{column}", pattern) for pattern in self.redact)

    def kept(self, sheet: str, column: str, value: Any) -> Any:
        """The value as a journal keeps it."""
        return veil(value) if self.hides(sheet, column) else value

    def redacted(self, what: str, entries: Sequence[Json]) -> tuple[str, list[Json]]:
        """What a write is called and its entries, as they are kept; a value that is not kept is not named either."""
        if not self.redact:
            return what, list(entries)
        done = [self._entry(entry) for entry in entries]
        for before, after in zip(entries, done, strict=True):
            for text in sorted(_lost(before, after), key=len, reverse=True):
                what = what.replace(text, veiled(text))
        return what, done

    def _entry(self, entry: Json) -> Json:
        if entry.keys() >= {"sheet", "id", "column", "before", "after"}:
            sheet, column = entry["sheet"], entry["column"]
            values = {word: self.kept(sheet, column, entry[word]) for word in ("before", "after")}
            return {**entry, **values, "id": self.kept(sheet, "id", entry["id"])}
        if entry.keys() >= {"sheet", "id", "cells", "own"}:
            parts = {word: self._cells(entry["sheet"], entry[word]) for word in ("cells", "own")}
            return {**entry, **parts, "id": self.kept(entry["sheet"], "id", entry["id"])}
        if "marked" in entry:
            return {"marked": self._entry(entry["marked"])}
        if "access" in entry:
            return {"access": {**entry["access"], "who": said(self.kept("access", "who", entry["access"]["who"]))}}
        return entry

    def _cells(self, sheet: str, cells: Mapping[str, Any]) -> Json:
        return {column: self.kept(sheet, column, cell) for column, cell in cells.items()}


def veil(value: Any) -> Any:
    """The hash of a value, told apart from a value that looks like one; of nothing there is none."""
    return value if value in BLANK else {VEILED: veiled(str(value))}


def is_veiled(value: Any) -> bool:
    """Whether that is all that is kept of a value."""
    return isinstance(value, Mapping) and value.keys() == {VEILED}


def said(value: Any) -> Any:
    """The hash alone, where that is all there is."""
    return value[VEILED] if is_veiled(value) else value


def restorable(write: Write) -> tuple[Write, list[str]]:
    """The write without what its journal did not keep, and the places of that: nobody can take those back."""
    kept: list[Json] = []
    lost: list[str] = []
    for entry in write.entries:
        if any(is_veiled(entry.get(word)) for word in ("id", "before", "after")):
            lost.append(" ".join(filter(None, (entry["sheet"], said(entry["id"]), entry.get("column")))))
            continue
        gone = {
            word: [name for name, cell in entry.get(word, {}).items() if is_veiled(cell)] for word in ("cells", "own")
        }
        lost += [f"{entry['sheet']} {entry['id']} {name}" for names in gone.values() for name in names]
        without = {word: _without(entry[word], names) for word, names in gone.items() if names}
        kept.append({**entry, **without})
    return replace(write, entries=tuple(kept)), lost


def _without(cells: Mapping[str, Any], names: Sequence[str]) -> Json:
    return {name: cell for name, cell in cells.items() if name not in names}


def _lost(before: Any, after: Any) -> Iterator[str]:
    """Texts that stand in one and as hashes in the other."""
    if is_veiled(after) and not is_veiled(before):
        if len(str(before)) >= SHORTEST:
            yield str(before)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name, one in before.items():
            yield from _lost(one, after[name])
