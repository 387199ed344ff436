"""
A block of cells as the API has them → those that are to be another way, so that nobody who was erased is in them.

Columns and rows are known by our marks in that very block, never by a place that
was looked up before: so it is the same for a live sheet and for a backup of years ago.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sheetcrm.backup.reading import Block
from sheetcrm.layout import MARK_KEY
from sheetcrm.messages import LANGUAGES, N_, texts
from sheetcrm.privacy.erased import Erased, written
from sheetcrm.privacy.tombstone import Treatment

Json = dict[str, Any]

GONE = N_("(erased)")
WORDS = frozenset(texts(language)(GONE) for language in LANGUAGES)
"""What stands where something was."""


LEFT = re.compile("sheetcrm [0-9a-f]{20}")
"""Titles of hidden tabs into which rows are put that go; a run that was killed leaves one, without our marks."""


@dataclass(frozen=True)
class Hit:
    """A cell that is to change: where (0-based), which row and column of ours it is (empty where it is none), and what it is to be."""

    block: Block
    row: int
    index: int
    sheet: str
    id: str
    column: str
    before: Json
    after: Json

    @property
    def changed(self) -> tuple[str, ...]:
        """The fields that differ."""
        return tuple(key for key in {**self.before, **self.after} if self.before.get(key) != self.after.get(key))


@dataclass(frozen=True)
class Word:
    """What stands where something was: in the language of the sheet."""

    text: str

    def __call__(self, gone: str) -> str:
        """Whatever it was."""
        return self.text


def hits(block: Block, data: Json, erased: Erased, spreadsheet: str, word: Word) -> Iterator[Hit]:
    """Those of one block; `spreadsheet` is the id under which its rows were erased."""
    sheet, columns = _marked(data)
    key = erased.key(spreadsheet, sheet) if sheet else None
    left = not sheet and LEFT.fullmatch(block.title) is not None
    key_at = next((at for at, one in columns.items() if one == key), None)
    for at, row in enumerate(data.get("rowData", []), block.first):
        cells = row.get("values", [])
        id_ = _text(cells[key_at]).strip() if key_at is not None and key_at < len(cells) and at else ""
        found = erased.row(spreadsheet, sheet, id_) if id_ else None
        if left and any(erased.any_row(spreadsheet, _text(cell).strip()) for cell in cells if cell):
            found = Treatment("", gone=True, columns={})
        own = found is not None and erased.own(spreadsheet, sheet, id_)
        judge = _Judge(erased, word, found, own=own)
        for index, cell in enumerate(cells):
            after = judge.cell(cell, columns.get(index, ""))
            if after != cell:
                yield Hit(block, at, index, sheet, id_, columns.get(index, ""), cell, after)


@dataclass(frozen=True)
class _Judge:
    """What is to become of the cells of one row."""

    erased: Erased
    word: Word
    row: Treatment | None
    own: bool

    def cell(self, cell: Json, column: str) -> Json:
        """The cell as it is to be; the very same where nothing is to be done."""
        if not cell:
            return cell
        if self.row is not None and self.row.gone:
            return {
                key: value for key, value in cell.items() if key not in ("userEnteredValue", "textFormatRuns", "note")
            }
        done = dict(cell)
        value = self._value(cell.get("userEnteredValue", {}), column)
        if value != cell.get("userEnteredValue", {}):
            done.pop("textFormatRuns", None)
            done.pop("userEnteredValue")
            done |= {"userEnteredValue": value} if value else {}
        note = cell.get("note", "")
        if note and (self.own or self._told(note)):
            done["note"] = "" if self.own else self.erased.cleaned(note, self.word)
            done = done if done["note"] else {name: one for name, one in done.items() if name != "note"}
        for part in ("textFormatRuns", "dataValidation", "pivotTable"):
            if part in done and self._told(done[part]):
                done[part] = self.erased.without(done[part], self.word)
        return done

    def _value(self, value: Json, column: str) -> Json:
        if not value or "boolValue" in value:
            return value
        text = value.get("stringValue")
        if self.row is not None and column in self.row.columns and "formulaValue" not in value:
            return {"stringValue": self.word.text} if self.row.columns[column] else {}
        if self.own and not column and text is not None:
            return {}
        if "numberValue" in value:
            return {} if self._told(value["numberValue"]) else value
        kind = "stringValue" if text is not None else "formulaValue"
        said = value.get(kind)
        if isinstance(said, str) and self._told(said):
            return {kind: self.erased.cleaned(said, self.word, near=self.row is not None)}
        return value

    def _told(self, value: Any) -> bool:
        return self.erased.told(value, near=self.row is not None)


def _marked(data: Json) -> tuple[str, Mapping[int, str]]:
    """The sheet of ours that a block is of, and its columns by index; empty where it has no marks."""
    columns: dict[int, str] = {}
    sheets: list[str] = []
    for index, one in enumerate(data.get("columnMetadata", [])):
        for mark in one.get("developerMetadata", []):
            sheet, dot, column = str(mark.get("metadataValue", "")).partition(".")
            if mark.get("metadataKey") == MARK_KEY and dot:
                columns[index] = column
                sheets.append(sheet)
    return (max(set(sheets), key=sheets.count), columns) if sheets else ("", {})


def _text(cell: Json) -> str:
    value = cell.get("userEnteredValue", {})
    said = value.get("stringValue", value.get("numberValue", ""))
    return said if isinstance(said, str) else written(said)
