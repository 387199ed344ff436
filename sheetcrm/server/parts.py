"""
A spreadsheet ↔ named pieces of JSON, small enough to save only what changed.

`properties` · `sheet/<id>` · `cells/<id>/<n>`: rows 256·n to 256·n + 255.  A name that is asked for and not returned
holds nothing (any more): delete it.
"""

import json
from random import Random
from typing import Any

from sheetcrm.server.defaults import SPREADSHEET_PROPERTIES
from sheetcrm.server.grid import LAYERS, Formula, Grid, Row
from sheetcrm.server.model import BLOCK, KINDS, Sheet, Spreadsheet
from sheetcrm.server.rules import Validation

Json = dict[str, Any]


def dump(spreadsheet: Spreadsheet, only: set[str] | None = None) -> dict[str, bytes]:
    """The parts named in `only`, or all of them, as JSON in UTF-8."""
    found = {}
    for name in _names(spreadsheet) if only is None else only & _names(spreadsheet):
        body = _part(spreadsheet, name)
        if body is not None:
            found[name] = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return found


def _names(spreadsheet: Spreadsheet) -> set[str]:
    names = {"properties"}
    for sheet in spreadsheet.sheets:
        names.add(f"sheet/{sheet.id}")
        names.update(f"cells/{sheet.id}/{block}" for block in range(-(-len(sheet.grid.rows) // BLOCK)))
    return names


def _part(spreadsheet: Spreadsheet, name: str) -> Json | None:
    kind, *rest = name.split("/")
    if kind == "properties":
        return {
            "properties": spreadsheet.properties,
            "sheets": [sheet.id for sheet in spreadsheet.sheets],
            "namedRanges": spreadsheet.named_ranges,
            "developerMetadata": spreadsheet.metadata,
            "revision": spreadsheet.revision,
            "owner": spreadsheet.owner,
        }
    sheet = spreadsheet.sheet(int(rest[0]))
    assert sheet is not None
    if kind == "sheet":
        return {"properties": sheet.properties, "things": sheet.things, "sizes": sheet.sizes}
    return _dump_rows(sheet.grid.rows[int(rest[1]) * BLOCK : (int(rest[1]) + 1) * BLOCK])


def _dump_rows(rows: list[Row | None]) -> Json | None:
    """Rows as lists of numbers into tables, so that a look or a rule is written once for all the cells that share it."""
    if not any(rows):
        return None
    tables: dict[str, _Table] = {layer: _Table() for layer in LAYERS if layer != "values"}
    lines = [_dump_row(row, tables) if row else {} for row in rows]
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        return None
    return {"rows": lines, **{layer: table.entries for layer, table in tables.items() if table.entries}}


def _dump_row(row: Row, tables: "dict[str, _Table]") -> Json:
    line: Json = {}
    for layer, table in tables.items():
        cells = _trimmed(getattr(row, layer))
        if cells:
            line[layer] = [None if cell is None else table.index(cell) for cell in cells]
    values = _trimmed(row.values)
    if values:
        line["values"] = [{"f": str(value)} if isinstance(value, Formula) else value for value in values]
    return line


def _trimmed(cells: list[Any] | None) -> list[Any]:
    """Cells without the blank ones at their end, so that what looks the same is saved the same."""
    if not cells or cells[-1] is not None:
        return cells or []
    end = len(cells)
    while end and cells[end - 1] is None:
        end -= 1
    return cells[:end]


class _Table:
    """Different things, numbered in the order in which they come; equal ones once."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._numbers: dict[str, int] = {}
        self._seen: dict[int, int] = {}

    def index(self, cell: Any) -> int:
        """The number of what a cell holds."""
        if id(cell) not in self._seen:
            entry = {"rule": cell.rule, "anchor": cell.anchor} if isinstance(cell, Validation) else cell
            text = json.dumps(entry, sort_keys=True, ensure_ascii=False)
            if text not in self._numbers:
                self._numbers[text] = len(self.entries)
                self.entries.append(entry)
            self._seen[id(cell)] = self._numbers[text]
        return self._seen[id(cell)]


def load(spreadsheet_id: str, parts: dict[str, bytes]) -> Spreadsheet:
    """The spreadsheet that was dumped; nothing in it is dirty."""
    spreadsheet = Spreadsheet(spreadsheet_id)
    whole = json.loads(parts["properties"])
    spreadsheet.properties = {**SPREADSHEET_PROPERTIES, **whole["properties"]}
    spreadsheet.named_ranges = whole["namedRanges"]
    spreadsheet.metadata = whole["developerMetadata"]
    spreadsheet.revision = whole["revision"]
    spreadsheet.owner = whole["owner"]
    # Going on where it stood, so that the id of something deleted is not drawn again.
    spreadsheet.random = Random(f"{spreadsheet_id}/{spreadsheet.revision}")  # noqa: S311 - ids, not secrets
    for sheet_id in whole["sheets"]:
        _load_sheet(spreadsheet, json.loads(parts[f"sheet/{sheet_id}"]))
    for name, body in parts.items():
        if name.startswith("cells/"):
            _, sheet_id, block = name.split("/")
            sheet = spreadsheet.sheet(int(sheet_id))
            if sheet is not None:
                _load_rows(spreadsheet, sheet.grid, int(block) * BLOCK, json.loads(body))
    spreadsheet.dirty.clear()
    return spreadsheet


def _load_sheet(spreadsheet: Spreadsheet, body: Json) -> Sheet:
    sheet = spreadsheet.add_sheet(body["properties"])
    for kind in KINDS:
        sheet.things[kind] = body["things"].get(kind, [])
    sheet.sizes = {
        dimension: {int(index): size for index, size in sizes.items()} for dimension, sizes in body["sizes"].items()
    }
    return sheet


def _load_rows(spreadsheet: Spreadsheet, grid: Grid, first: int, body: Json) -> None:
    tables: dict[str, list[Any]] = {layer: body.get(layer, []) for layer in LAYERS if layer != "values"}
    tables["formats"] = [spreadsheet.shared(form) for form in tables["formats"]]
    tables["validations"] = [
        spreadsheet.validation(entry["rule"], tuple(entry["anchor"]) if entry["anchor"] else None)
        for entry in tables["validations"]
    ]
    for offset, line in enumerate(body["rows"]):
        if not line:
            continue
        row = grid.writable(first + offset)
        if "values" in line:
            row.values = [Formula(value["f"]) if isinstance(value, dict) else value for value in line["values"]]
            grid.has_formulas = grid.has_formulas or any(isinstance(value, dict) for value in line["values"])
        for layer, entries in tables.items():
            if layer in line:
                setattr(row, layer, [None if index is None else entries[index] for index in line[layer]])
                grid.has_pivots = grid.has_pivots or layer == "pivots"
