"""
A spreadsheet in memory: sheets with cells, and everything else as the JSON that Google would show.

JSON that is kept here is never changed in place, only replaced: formats are shared between millions of cells, and a
batch that fails is undone by going back to the objects that were there before.  Ranges in it always carry their
`sheetId`; leaving out the zero is the printer's business.
"""

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sheetcrm.server.a1 import MAX_COLUMNS
from sheetcrm.server.arrays import Reached
from sheetcrm.server.defaults import SPREADSHEET_PROPERTIES
from sheetcrm.server.errors import invalid
from sheetcrm.server.formulas import Area
from sheetcrm.server.grid import Content, Formula, Grid
from sheetcrm.server.rules import Place, Validation

if TYPE_CHECKING:
    from sheetcrm.server.calc import Calculator

Json = dict[str, Any]
CellContent = tuple[int, int, str | float | bool | None, str | None]

BLOCK = 256
MAX_CELLS = 10_000_000
# What a sheet holds besides cells and sizes; each is a list under the name that the API has for it.
KINDS = (
    "merges", "conditionalFormats", "filterViews", "protectedRanges", "basicFilter", "rowGroups", "columnGroups", "bandedRanges",
    "charts", "slicers", "tables",
)  # fmt: skip


class Sheet:
    """One sheet: a grid of cells, or, of type OBJECT, a chart and no cells at all."""

    def __init__(self, properties: Json, notify: Callable[["Sheet", int, int], None]) -> None:
        self.properties = properties
        self.notify = notify
        self.grid = Grid(self.changed)
        self.things: dict[str, list[Json]] = {kind: [] for kind in KINDS}
        # Index of a row or column → its pixelSize, hiddenByUser.
        self.sizes: dict[str, dict[int, Json]] = {"ROWS": {}, "COLUMNS": {}}

    def changed(self, start: int, end: int) -> None:
        """Rows [start, end) of this sheet were written."""
        self.notify(self, start, end)

    @property
    def id(self) -> int:
        return int(self.properties["sheetId"])

    @property
    def title(self) -> str:
        return str(self.properties["title"])

    @property
    def has_grid(self) -> bool:
        return "gridProperties" in self.properties

    @property
    def row_count(self) -> int:
        return int(self.properties["gridProperties"]["rowCount"]) if self.has_grid else 0

    @property
    def column_count(self) -> int:
        return int(self.properties["gridProperties"]["columnCount"]) if self.has_grid else 0

    def extent(self, dimension: str) -> int:
        """How many rows or columns the sheet has."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def resize(self, dimension: str, count: int) -> None:
        """Change how many rows or columns there are; cells are the caller's business."""
        key = "rowCount" if dimension == "ROWS" else "columnCount"
        self.properties = {**self.properties, "gridProperties": {**self.properties["gridProperties"], key: count}}

    def twin(self) -> "Sheet":
        """A sheet that shows the same and can be changed on its own."""
        twin = copy.copy(self)
        twin.grid = self.grid.share(twin.changed)
        twin.things = dict(self.things)
        twin.sizes = {dimension: dict(sizes) for dimension, sizes in self.sizes.items()}
        return twin


class Spreadsheet:
    """A spreadsheet and everything in it.  `dirty` names the parts to save: see parts.py."""

    def __init__(self, spreadsheet_id: str) -> None:
        self.id = spreadsheet_id
        self.url = f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}/edit"
        self.owner = "you@example.com"
        # Who asks, while a request is carried out; None for this server itself: see access.py.
        self.caller: str | None = None
        self.now: Callable[[], datetime] = utc_now
        # Ids need only differ within the file, so a file of the same name draws the same ones.
        self.random = Random(spreadsheet_id)  # noqa: S311 - ids, not secrets
        self.properties: Json = copy.deepcopy(SPREADSHEET_PROPERTIES)
        self.sheets: list[Sheet] = []
        self.named_ranges: list[Json] = []
        self.metadata: list[Json] = []
        self.revision = 0
        self.dirty: set[str] = set()
        self._shared: dict[str, Json] = {}
        self._validations: dict[str, Validation] = {}
        # Sheet id → the blank cells that arrays and pivot tables reach: see spills.py.
        self.spilled: dict[int, Reached] = {}
        self._calculator: Calculator | None = None

    def sheet(self, sheet_id: int) -> Sheet | None:
        """The sheet with this id."""
        return next((sheet for sheet in self.sheets if sheet.id == sheet_id), None)

    def titled(self, title: str) -> Sheet | None:
        """The sheet with this title, whatever the case of its letters."""
        folded = title.casefold()
        return next((sheet for sheet in self.sheets if sheet.title.casefold() == folded), None)

    def named(self, name: str) -> Json | None:
        """The named range of this name, whatever the case of its letters."""
        folded = name.casefold()
        return next((named for named in self.named_ranges if named["name"].casefold() == folded), None)

    @property
    def locale(self) -> str:
        return str(self.properties["locale"])

    @property
    def theme(self) -> Json:
        """Name of a theme colour → its rgb."""
        colors = self.properties["spreadsheetTheme"]["themeColors"]
        return {pair["colorType"]: pair["color"].get("rgbColor", {}) for pair in colors}

    def today(self) -> date:
        """The day that it is in the spreadsheet's time zone."""
        return self.now().astimezone(ZoneInfo(str(self.properties["timeZone"]))).date()

    @property
    def grids(self) -> list[Sheet]:
        """The sheets that have cells, in order."""
        return [sheet for sheet in self.sheets if sheet.has_grid]

    def fresh_id(self, taken: set[int]) -> int:
        """A positive 31-bit id that is not taken."""
        while (number := self.random.randrange(1, 2**31)) in taken:
            pass
        return number

    def shared(self, value: Json | None) -> Json | None:
        """The one object that stands for all that are equal to `value`; None for nothing."""
        if not value:
            return None
        return self._shared.setdefault(json.dumps(value, sort_keys=True, ensure_ascii=False), value)

    def validation(self, rule: Json, anchor: Place | None) -> Validation:
        """The one object for a rule; `anchor` is the cell that its formulas are written for, None if it has none."""
        key = json.dumps([rule, anchor], sort_keys=True, ensure_ascii=False)
        return self._validations.setdefault(key, Validation(rule, anchor))

    def value(self, sheet: Sheet, row: int, column: int) -> Any:
        """What the cell shows before formatting: a formula's result, or an error as calc has it."""
        content: Content = sheet.grid.get("values", row, column)
        if content is None and column in self.spills(sheet).get(row, ()):
            pivoted = self.spilled[sheet.id].pivoted
            return pivoted[row, column] if (row, column) in pivoted else self.calculator.value(sheet.title, row, column)
        return self.calculator.value(sheet.title, row, column) if isinstance(content, Formula) else content

    def spills(self, sheet: Sheet) -> dict[int, set[int]]:
        """Row → columns of the blank cells of a sheet that show a part of some formula's array, or of a pivot table."""
        if not (sheet.grid.has_formulas or sheet.grid.has_pivots):
            return {}
        from sheetcrm.server.spills import spilled  # noqa: PLC0415 - the engine is only loaded for spreadsheets with formulas

        return spilled(self, sheet)

    @property
    def calculator(self) -> "Calculator":
        """Computes this spreadsheet's formulas; made when first needed."""
        if self._calculator is None:
            from sheetcrm.server.calc import Calculator  # noqa: PLC0415 - the engine is only loaded for spreadsheets with formulas

            zone = str(self.properties["timeZone"])
            self._calculator = Calculator(locale=self.locale, time_zone=zone, now=self.now)
            self._calculator.attach(Contents(self))
        return self._calculator

    def add_sheet(self, properties: Json, index: int | None = None) -> Sheet:
        """A new empty sheet before position `index`, or last."""
        sheet = Sheet(properties, self.cells_changed)
        self.sheets.insert(len(self.sheets) if index is None else index, sheet)
        self.restructured()
        return sheet

    def cells_changed(self, sheet: Sheet, start: int, end: int) -> None:
        """Cells in rows [start, end) of a sheet were written."""
        self.dirty.update(f"cells/{sheet.id}/{block}" for block in range(start // BLOCK, -(-end // BLOCK)))
        self.spilled = {}
        if self._calculator is not None:
            self._calculator.changed_rows(sheet.title, start, end)

    def sheet_changed(self, sheet: Sheet) -> None:
        """Something of a sheet other than its cells was changed."""
        self.dirty.add(f"sheet/{sheet.id}")

    def restructured(self) -> None:
        """Rows, columns, sheets, names or titles changed: formulas may read anything else now."""
        self.dirty.add("properties")
        self.dirty.update(f"sheet/{sheet.id}" for sheet in self.sheets)
        self.spilled = {}
        if self._calculator is not None:
            self._calculator.restructured()

    def forget_calculator(self) -> None:
        """Locale or time zone changed: start computing anew."""
        self._calculator = None

    def dump(self, only: set[str] | None = None) -> dict[str, bytes]:
        """The parts named in `only`, or all; a part that is asked for and not returned is to be deleted."""
        from sheetcrm.server import parts  # noqa: PLC0415 - parts knows the model, not the other way round

        return parts.dump(self, only)

    @classmethod
    def load(cls, spreadsheet_id: str, pieces: dict[str, bytes]) -> "Spreadsheet":
        """The spreadsheet of which `dump` made these parts."""
        from sheetcrm.server import parts  # noqa: PLC0415 - as above

        return parts.load(spreadsheet_id, pieces)

    def cell_total(self) -> int:
        """How many cells all grids have together."""
        return sum(sheet.row_count * sheet.column_count for sheet in self.sheets)

    def check_size(self) -> None:
        """Refuse a spreadsheet that grew past one of Google's limits."""
        for sheet in self.sheets:
            check_columns(sheet.column_count)
        if self.cell_total() > MAX_CELLS:
            raise invalid(
                f"This action would increase the number of cells in the workbook above the limit of {MAX_CELLS} cells."
            )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block, or nothing: an exception puts everything back as it was."""
        before = dict(vars(self))
        before.update(
            sheets=[sheet.twin() for sheet in self.sheets],
            named_ranges=list(self.named_ranges),
            metadata=list(self.metadata),
            dirty=set(self.dirty),
        )
        try:
            yield
            if any(sheet.things["tables"] for sheet in self.sheets):
                from sheetcrm.server import structured  # noqa: PLC0415 - tables know the model, not the other way round

                structured.settle(self)
        except BaseException:
            calculator = self._calculator
            vars(self).update(before)
            self._calculator, self.spilled = calculator, {}
            if calculator is not None:
                calculator.restructured()
            raise
        self.revision += 1
        self.dirty.add("properties")


class Contents:
    """What a calculator may read of a spreadsheet."""

    def __init__(self, spreadsheet: Spreadsheet) -> None:
        self._spreadsheet = spreadsheet

    def titles(self) -> list[str]:
        """Titles of the sheets with cells, in order."""
        return [sheet.title for sheet in self._spreadsheet.sheets if sheet.has_grid]

    def size(self, title: str) -> tuple[int, int]:
        """Rows and columns of a sheet."""
        sheet = self._sheet(title)
        return sheet.row_count, sheet.column_count

    def cells(self, title: str, start: int = 0, end: int | None = None) -> Iterator[CellContent]:
        """(row, column, value, formula) of every cell with content in rows [start, end)."""
        for row, column, content in self._sheet(title).grid.contents(start, end):
            if isinstance(content, Formula):
                yield row, column, None, str(content)
            else:
                yield row, column, content, None

    def name(self, name: str) -> Area | None:
        """What a named range stands for."""
        named = self._spreadsheet.named(name)
        sheet = self._spreadsheet.sheet(named["range"].get("sheetId", 0)) if named else None
        if named is None or sheet is None:
            return None
        place = named["range"]
        rows = (place.get("startRowIndex"), place.get("endRowIndex"))
        return Area(sheet.title, rows, (place.get("startColumnIndex"), place.get("endColumnIndex")))

    def _sheet(self, title: str) -> Sheet:
        sheet = self._spreadsheet.titled(title)
        if sheet is None:
            raise KeyError(title)
        return sheet


def check_columns(count: int) -> None:
    """Refuse more columns than a sheet may have."""
    if count > MAX_COLUMNS:
        raise invalid(f"This action would increase the number of columns above the limit of {MAX_COLUMNS} columns.")


def utc_now() -> datetime:
    """The clock that is used when nobody hands one in."""
    return datetime.now(tz=UTC)
