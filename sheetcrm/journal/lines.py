"""
Entries of writes → a line each that people and programs read: where, before, after.

The one place that knows the shapes that entries have; what it does not know is
told as it stands, never left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sheetcrm.journal.policy import VEILED, is_veiled
from sheetcrm.journal.policy import said as known
from sheetcrm.journal.write import Json, Write
from sheetcrm.messages import tr

NOTHING = None


@dataclass(frozen=True)
class Line:
    """One thing that a write changed; `place` is for people, `row_id` and `column` are empty where it is about no cell."""

    kind: str
    """`cell`, `row`, `setting`, `mark`, `note`, `access`, `file`, `copy` (how many rows) or `other`."""
    place: str
    sheet: str
    row_id: str
    column: str
    before: Any
    after: Any


def lines(write: Write) -> list[Line]:
    """Everything that it changed, in its order."""
    return [line for entry in write.entries for line in _read(entry)]


def said(value: Any) -> str:
    """A value for people: what is not kept as what it is, nothing as (blank)."""
    if value in (None, ""):
        return tr("(blank)")
    if is_veiled(value):
        return str(value[VEILED])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _cell(entry: Json) -> Iterator[Line]:
    sheet, id_, column = entry["sheet"], known(entry["id"]), entry["column"]
    yield Line("cell", f"{sheet} {id_} {column}", sheet, id_, column, entry["before"], entry["after"])


def _row(entry: Json) -> Iterator[Line]:
    sheet, id_ = entry["sheet"], known(entry["id"])
    there = f"{entry['to']} {id_}" if entry["to"] else NOTHING
    yield Line("row", f"{sheet} {id_}", sheet, id_, "", {**entry["cells"], **entry["own"]}, there)


def _setting(entry: Json) -> Iterator[Line]:
    address = entry["address"]
    sheet, column = address["sheet"], address.get("column", "")
    place = ".".join(part for part in (sheet, column, address.get("kind", "")) if part)
    before, after = (one and one["value"] for one in (entry["before"], entry["after"]))
    yield Line("setting", place, sheet, "", column, before, after)


def _bound(entry: Json) -> Iterator[Line]:
    for word, mark in entry.items():
        value = mark.get("value") or mark.get("key") or ""
        sheet, _, column = str(value).partition(".")
        yield Line("mark", value, sheet, "", column, *((NOTHING, value) if word == "bound" else (value, NOTHING)))


def _marked(entry: Json) -> Iterator[Line]:
    mark = entry["marked"]
    place = tr("{sheet} row {row} {column}", sheet=mark["sheet"], row=mark["row"], column=mark["column"])
    yield Line("note", place, mark["sheet"], known(mark["id"]), mark["column"], mark["before"], mark["after"])


def _sample(entry: Json) -> Iterator[Line]:
    sheet, id_ = entry["sample"]["sheet"], entry["sample"]["id"]
    yield Line("row", f"{sheet} {id_}", sheet, id_, "", id_, NOTHING)


def _access(entry: Json) -> Iterator[Line]:
    access = entry["access"]
    yield Line("access", access["who"] or tr("the file"), "", "", "", access["before"], access["after"])


def _file(entry: Json) -> Iterator[Line]:
    yield Line("file", entry["file"]["title"], "", "", "", NOTHING, entry["file"]["id"])


def _published(entry: Json) -> Iterator[Line]:
    for sheet, rows in entry["published"]["rows"].items():
        yield Line("copy", f"{sheet} ({entry['published']['role']})", sheet, "", "", NOTHING, rows)


def _other(entry: Json) -> Iterator[Line]:
    yield Line("other", "", "", "", "", NOTHING, entry)


SHAPES: dict[frozenset[str], Callable[[Json], Iterator[Line]]] = {
    frozenset({"sheet", "id", "column", "before", "after"}): _cell,
    frozenset({"sheet", "id", "to", "cells", "own"}): _row,
    frozenset({"address", "before", "after"}): _setting,
    frozenset({"bound"}): _bound,
    frozenset({"unbound"}): _bound,
    frozenset({"marked"}): _marked,
    frozenset({"sample"}): _sample,
    frozenset({"access"}): _access,
    frozenset({"file"}): _file,
    frozenset({"published"}): _published,
}
"""By the names that an entry has."""


def _read(entry: Json) -> Iterator[Line]:
    return SHAPES.get(frozenset(entry), _other)(entry)
