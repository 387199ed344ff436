"""
Files of ours → the same without somebody: journals, snapshots, progress of imports, logs.

Each is rewritten whole or not at all, so it can be begun again at any moment.
Nothing is written while it is only asked what would be.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sheetcrm.journal import Json, Write
from sheetcrm.journal.forgetting import replaced, rewritten
from sheetcrm.journal.policy import is_veiled, veil
from sheetcrm.logs import veiled
from sheetcrm.privacy.cells import WORDS
from sheetcrm.privacy.erased import Erased
from sheetcrm.sync.quality import album, snapshot


@dataclass(frozen=True)
class Journals:
    """The folder of the journals of all spreadsheets."""

    folder: Path
    erased: Erased

    def found(self, *, write: bool) -> Iterator[Path]:
        """Every file in which anybody is; with `write` they are not any more."""
        for folder in sorted(self.folder.iterdir()) if self.folder.is_dir() else ():
            if folder.is_dir():
                yield from self._writes(folder, write=write)
                yield from self._snapshots(folder, write=write)
                yield from self._sights(folder, write=write)
                yield from _lines_of(sorted(folder.glob("import-*.jsonl")), self.erased, write=write)

    def veiled(self, spreadsheet: str, entry: Write) -> Write:
        """A write of that spreadsheet without them."""
        entries = tuple(self._entry(spreadsheet, one) for one in entry.entries)
        what = self.erased.cleaned(entry.what, veiled)
        return replace(entry, entries=entries, what=what)

    def _writes(self, folder: Path, *, write: bool) -> Iterator[Path]:
        return rewritten(folder, lambda one: self.veiled(folder.name, one), self.erased.holds, write=write)

    def _snapshots(self, folder: Path, *, write: bool) -> Iterator[Path]:
        def change(sheet: str, id_: str, cells: Mapping[str, Any]) -> Mapping[str, Any]:
            return {key: self._value(folder.name, sheet, id_, key, cell) for key, cell in cells.items()}

        return album.rewritten(folder / album.FOLDER, change, write=write)

    def _sights(self, folder: Path, *, write: bool) -> Iterator[Path]:
        """A digest of a row could be guessed: those of theirs go."""
        if not (folder / snapshot.NAME).exists():
            return
        found = snapshot.load(folder)
        assert found is not None, "it is there"
        rows = {
            sheet: {id_: sight for id_, sight in sights.items() if not self.erased.own(folder.name, sheet, id_)}
            for sheet, sights in found.rows.items()
        }
        if rows != found.rows:
            if write:
                snapshot.save(replace(found, rows=rows), folder)
            yield folder / snapshot.NAME

    def _entry(self, spreadsheet: str, entry: Json) -> Json:
        if entry.keys() >= {"sheet", "id", "column", "before", "after"}:
            place = (spreadsheet, entry["sheet"], entry["id"], entry["column"])
            values = {word: self._value(*place, entry[word]) for word in ("before", "after")}
            return {**entry, **values, "id": self._id(entry["id"])}
        if entry.keys() >= {"sheet", "id", "cells", "own"}:
            place_ = (spreadsheet, entry["sheet"], entry["id"])
            cells = {key: self._value(*place_, key, cell) for key, cell in entry["cells"].items()}
            theirs = self.erased.own(*map(str, place_))
            own = {key: veil(cell) if theirs else self._any(cell) for key, cell in entry["own"].items()}
            return {**entry, "cells": cells, "own": own, "id": self._id(entry["id"])}
        if "marked" in entry:
            return {"marked": self._entry(spreadsheet, entry["marked"])}
        return {key: self.erased.without(value, veiled) for key, value in entry.items()}

    def _value(self, spreadsheet: str, sheet: str, id_: Any, column: str, value: Any) -> Any:
        if value in ("", None) or is_veiled(value) or (isinstance(value, str) and value in WORDS):
            return value
        row = self.erased.row(spreadsheet, sheet, id_) if isinstance(id_, str) else None
        if row is not None and (row.gone or column in row.columns):
            return veil(value)
        return veil(value) if self.erased.told(value, near=row is not None) else value

    def _any(self, value: Any) -> Any:
        return veil(value) if not is_veiled(value) and self.erased.told(value) else value

    def _id(self, id_: Any) -> Any:
        return veil(id_) if isinstance(id_, str) and self.erased.holds(id_) else id_


def logs(paths: Iterable[Path], erased: Erased, *, write: bool) -> Iterator[Path]:
    """Every log, those that were moved away beside it too, in which anybody is; as `Journals.found`."""
    files = dict.fromkeys(file for path in paths for file in sorted(path.parent.glob(f"{path.name}*")))
    return _lines_of([file for file in files if file.is_file()], erased, write=write)


def _lines_of(files: Iterable[Path], erased: Erased, *, write: bool) -> Iterator[Path]:
    for path in files:
        packed = path.suffix == ".gz"
        content = path.read_bytes()
        text = (gzip.decompress(content) if packed else content).decode("utf-8", "replace")
        new = _lines(text, erased)
        if new != text:
            if write:
                replaced(path, gzip.compress(new.encode()) if packed else new.encode())
            yield path


def _lines(text: str, erased: Erased) -> str:
    return "".join(_line(line, erased) for line in text.splitlines(keepends=True))


def _line(line: str, erased: Erased) -> str:
    """As JSON where it is, since there letters may be written otherwise."""
    if line.startswith("{"):
        try:
            said = json.loads(line)
        except ValueError:
            return erased.cleaned(line, veiled)
        new = erased.without(said, veiled)
        return line if new == said else json.dumps(new, ensure_ascii=False) + "\n"
    return erased.cleaned(line, veiled)
