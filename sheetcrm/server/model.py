"""
A spreadsheet in memory: sheets with cells, and everything else as the JSON that Google would show.

JSON that is kept here is never changed in place, only replaced: formats are shared between millions of cells, and a
batch that fails is undone by going back to the objects that were there before.  Ranges in it always carry their
`sheetId`; leaving out the zero is the printer's business.
"""

import copy
import json
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sheetcrm.server.a1 import MAX_COLUMNS
from sheetcrm.server.arrays import Reached
from sheetcrm.server.defaults import SPREADSHEET_PROPERTIES
from sheetcrm.server.directory import Directory
from sheetcrm.server.errors import invalid
from sheetcrm.server.grid import Content, Formula, Grid
from sheetcrm.server.rules import Place, Validation
from sheetcrm.server.shelves import Shelf, Things

if TYPE_CHECKING:
    from sheetcrm.server.calc import Calculator

Json = dict[str, Any]

BLOCK = 256
MAX_CELLS = 10_000_000
# In `dirty`: the parts of all sheets that are not cells.
ALL_SHEETS = "sheets"
# What a sheet holds besides cells and sizes; each is a list under the name that the API has for it.
KINDS = (
    "merges", "conditionalFormats", "filterViews", "protectedRanges", "basicFilter", "rowGroups", "columnGroups", "bandedRanges",
    "charts", "slicers", "tables",
)  # fmt: skip


class Sheet:
    """One sheet: a grid of cells, or, of type OBJECT, a chart and no cells at all."""

    def __init__(self, properties: Json, owner: "Spreadsheet") -> None:
        self._properties = properties
        self._owner = owner
        self.grid = Grid(self.changed)
        self.things = Things(KINDS, self._held)
        # Index of a row or column → its pixelSize, hiddenByUser.
        self.sizes: dict[str, dict[int, Json]] = {"ROWS": {}, "COLUMNS": {}}

    def changed(self, start: int, end: int) -> None:
        """Rows [start, end) of this sheet were written."""
        self._owner.cells_changed(self, start, end)

    def _held(self, kind: str, thing: Json | None, there: bool) -> None:
        self._owner.thing_moved(self, kind, thing, there=there)

    @property
    def properties(self) -> Json:
        """As the API has them, without the index; replaced as a whole, never changed in place."""
        return self._properties

    @properties.setter
    def properties(self, properties: Json) -> None:
        title, cells = self.title, self.row_count * self.column_count
        self._properties = properties
        self._owner.sheet_described(self, title, cells)

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
        twin.things = self.things.twin(twin._held)
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
        self._directory: Directory | None = None
        self.named_ranges = []
        self.metadata = []
        self.revision = 0
        self.dirty: set[str] = set()
        self._shared: dict[str, Json] = {}
        self._validations: dict[str, Validation] = {}
        # Sheet id → the blank cells that arrays and pivot tables reach: see spills.py.
        self.spilled: dict[int, Reached] = {}
        self._calculator: Calculator | None = None

    def sheet(self, sheet_id: int) -> Sheet | None:
        """The sheet with this id."""
        return self.directory.by_id.get(sheet_id)

    def titled(self, title: str) -> Sheet | None:
        """The sheet with this title, whatever the case of its letters."""
        return self.directory.titled(title)

    @property
    def directory(self) -> Directory:
        """The sheets by what they are looked up by."""
        if self._directory is None:
            self._directory = Directory(self.sheets)
        return self._directory

    @property
    def named_ranges(self) -> Shelf:
        """The named ranges, in the order in which they were added."""
        return self._named_ranges

    @named_ranges.setter
    def named_ranges(self, things: Iterable[Json]) -> None:
        self._named_ranges = Shelf("namedRanges", things)

    @property
    def metadata(self) -> Shelf:
        """All developer metadata, in the order in which they were added."""
        return self._metadata

    @metadata.setter
    def metadata(self, things: Iterable[Json]) -> None:
        self._metadata = Shelf("developerMetadata", things)

    def thing(self, kind: str, key: Hashable) -> tuple[Sheet, Json] | None:
        """The thing of a kind with this id, and the sheet that holds it."""
        sheet = self.directory.homes(kind).get(key)
        found = sheet.things[kind].find(key) if sheet is not None else None
        return None if sheet is None or found is None else (sheet, found)

    def named(self, name: str) -> Json | None:
        """The named range of this name, whatever the case of its letters."""
        return next(iter(self.named_ranges.named(name.casefold())), None)

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

    def fresh_id(self, taken: Callable[[int], bool]) -> int:
        """A positive 31-bit id that is not taken."""
        while taken(number := self.random.randrange(1, 2**31)):
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
            from sheetcrm.server.contents import Contents  # noqa: PLC0415 - as below

            zone = str(self.properties["timeZone"])
            self._calculator = Calculator(locale=self.locale, time_zone=zone, now=self.now)
            self._calculator.attach(Contents(self))
        return self._calculator

    def forget_values(self) -> None:
        """Let go of everything that was computed, which is most of the memory; it is computed anew when asked for."""
        self._calculator = None

    def add_sheet(self, properties: Json, index: int | None = None) -> Sheet:
        """A new empty sheet before position `index`, or last."""
        sheet = Sheet(properties, self)
        self.sheets.insert(len(self.sheets) if index is None else index, sheet)
        self.directory.add(sheet)
        self.restructured()
        return sheet

    def remove_sheet(self, sheet: Sheet) -> None:
        """Take a sheet out; what points at it is the caller's business."""
        self.restructured()
        self.cells_changed(sheet, 0, len(sheet.grid.rows))
        self.dirty.add(f"sheet/{sheet.id}")
        self.directory.remove(sheet)
        self.sheets.remove(sheet)

    def cells_changed(self, sheet: Sheet, start: int, end: int) -> None:
        """Cells in rows [start, end) of a sheet were written."""
        self.dirty.update(f"cells/{sheet.id}/{block}" for block in range(start // BLOCK, -(-end // BLOCK)))
        self.spilled = {}
        if self._directory is not None and start < end:
            self._directory.filled[sheet] = None
        if self._calculator is not None:
            self._calculator.changed_rows(sheet.title, start, end)

    def sheet_changed(self, sheet: Sheet) -> None:
        """Something of a sheet other than its cells was changed."""
        self.dirty.add(f"sheet/{sheet.id}")

    def sheet_described(self, sheet: Sheet, title: str, cells: int) -> None:
        """A sheet has new properties; before, it had this title and so many cells."""
        if self._directory is not None:
            self._directory.described(sheet, title, cells)

    def thing_moved(self, sheet: Sheet, kind: str, thing: Json | None, *, there: bool) -> None:
        """A thing came to a sheet or left it."""
        self.sheet_changed(sheet)
        if self._directory is not None and self._directory.by_id.get(sheet.id) is sheet:
            self._directory.held(sheet, kind, thing, there=there)

    def unsaved(self) -> set[str]:
        """The names of all parts that are to be saved."""
        if ALL_SHEETS in self.dirty:
            self.dirty.remove(ALL_SHEETS)
            self.dirty.update(f"sheet/{sheet.id}" for sheet in self.sheets)
        return set(self.dirty)

    def restructured(self) -> None:
        """Rows, columns, sheets, names or titles changed: formulas may read anything else now."""
        self.dirty.update(("properties", ALL_SHEETS))
        self.spilled = {}
        if self._calculator is not None:
            self._calculator.restructured()

    def forget_calculator(self) -> None:
        """Locale or time zone changed: start computing anew."""
        self._calculator, self.spilled = None, {}

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
        return self.directory.cells

    def check_size(self) -> None:
        """Refuse a spreadsheet that grew past one of Google's limits."""
        for sheet in self.directory.resized:
            check_columns(sheet.column_count)
        self.directory.resized.clear()
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
            _named_ranges=Shelf("namedRanges", self.named_ranges),
            _metadata=Shelf("developerMetadata", self.metadata),
            _directory=None,
            dirty=set(self.dirty),
        )
        try:
            yield
            if any(sheet.things["tables"] for sheet in self.sheets):
                from sheetcrm.server import table_names  # noqa: PLC0415 - tables know the model, not the other way round

                table_names.settle(self, before["sheets"])
        except BaseException:
            calculator = self._calculator
            vars(self).update(before)
            self._calculator, self.spilled = calculator, {}
            if calculator is not None:
                calculator.restructured()
            raise
        self.revision += 1
        self.dirty.add("properties")


def check_columns(count: int) -> None:
    """Refuse more columns than a sheet may have."""
    if count > MAX_COLUMNS:
        raise invalid(f"This action would increase the number of columns above the limit of {MAX_COLUMNS} columns.")


def utc_now() -> datetime:
    """The clock that is used when nobody hands one in."""
    return datetime.now(tz=UTC)
