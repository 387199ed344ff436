"""
Grid data as `spreadsheets.get` answers it → an HTML table.

Rows and columns count from 0 here; only what is written into the page counts from 1.  Frozen rows stand in the
table's head, so that the browser holds them without any arithmetic; frozen columns need their offsets.  All other rows
come in blocks, each a `tbody` that the page's script can fetch and drop by itself, so no merge reaches from one into another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from sheetcrm.server.a1 import letters
from sheetcrm.server.page_cell import content
from sheetcrm.server.page_groups import Groups
from sheetcrm.server.page_style import Styles, declarations

Json = dict[str, Any]

MARGIN = 46  # width of the row numbers
HEAD = 25  # height of the column letters
ROW, COLUMN = 21, 100
# A phone shows frozen columns as frozen only up to this width, or nothing else would fit.
NARROW = 150


@dataclass(frozen=True)
class View:
    """The part of a sheet that a page shows: columns [0, width), the frozen rows, and blocks of others by their number.

    `filtered` holds the header cells of filters, by (row, column), and whether they hide anything;
    `after_hidden` the rows that follow one which a person has hidden.
    """

    sheet: Json
    width: int
    blocks: Mapping[int, list[int]]
    filtered: Mapping[tuple[int, int], bool] = field(default_factory=dict)
    after_hidden: frozenset[int] = frozenset()

    @property
    def grid(self) -> Json:
        """The sheet's gridProperties."""
        found: Json = self.sheet["properties"].get("gridProperties", {})
        return found

    @property
    def frozen_rows(self) -> int:
        """How many rows stay at the top."""
        return int(self.grid.get("frozenRowCount", 0))

    @property
    def frozen_columns(self) -> int:
        """How many columns stay at the left."""
        return int(self.grid.get("frozenColumnCount", 0))


@dataclass
class Painter:
    """Writes one table; collects the styles that it needs."""

    view: View
    styles: Styles = field(default_factory=lambda: Styles(".g tr "))

    def __post_init__(self) -> None:
        self._rows: dict[int, Json] = {}
        self._sizes: dict[int, Json] = {}
        self._columns: list[Json] = []
        for block in self.view.sheet.get("data", []):
            start = block.get("startRow", 0)
            self._rows.update(enumerate(block.get("rowData", []), start))
            self._sizes.update(enumerate(block.get("rowMetadata", []), start))
            self._columns = block.get("columnMetadata", self._columns)
        self._shown = [column for column in range(self.view.width) if not self._column(column).get("hiddenByUser")]
        self._places = {column: place for place, column in enumerate(self._shown)}
        self._head = [row for row in range(self.view.frozen_rows) if not self._sizes.get(row, {}).get("hiddenByUser")]
        self._spans, self._covered = self._merges()
        self._offsets = self._frozen_offsets()
        self._groups = Groups(self.view.sheet)
        self._classes: dict[tuple[int, str, str], str] = {}

    def table(self, **data: Any) -> str:
        """The whole table; `data` are attributes for its script."""
        view = self.view
        widths = "".join(f'<col width="{self._width(column)}">' for column in self._shown)
        total = MARGIN + sum(map(self._width, self._shown))
        narrow = " n" if sum(map(self._width, self._frozen())) <= NARROW else ""
        plain = " q" if view.grid.get("hideGridlines") else ""
        head = self._letters() + self._body(self._head)
        told = {"gid": view.sheet["properties"]["sheetId"], "frozen": view.frozen_rows, **data}
        attributes = "".join(f' data-{name}="{escape(str(value))}"' for name, value in told.items())
        return (
            f'<table class="g{narrow}{plain}" width="{total}"{attributes}>'
            f'<colgroup><col width="{MARGIN}">{widths}</colgroup><thead>{head}</thead>{self.blocks()}</table>'
        )

    def blocks(self) -> str:
        """The rows below the head."""
        return "".join(
            f'<tbody data-block="{number}">{self._body(rows)}</tbody>' for number, rows in self.view.blocks.items()
        )

    def _column(self, column: int) -> Json:
        return self._columns[column] if column < len(self._columns) else {}

    def _width(self, column: int) -> int:
        return int(self._column(column).get("pixelSize", COLUMN))

    def _frozen(self) -> list[int]:
        return [column for column in self._shown if column < self.view.frozen_columns]

    def _frozen_offsets(self) -> dict[int, str]:
        left, classes = MARGIN, {}
        for column in self._frozen():
            classes[column] = self.styles.name(f"left:{left}px")
            left += self._width(column)
        return classes

    def _merges(self) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
        """(row, column) → (rows, columns) of each merge's first shown cell, and the cells under it; by block."""
        spans, covered = {}, set()
        for merge in self.view.sheet.get("merges", []):
            columns = [
                column for column in self._shown if merge.get("startColumnIndex", 0) <= column < merge["endColumnIndex"]
            ]
            for block in (self._head, *self.view.blocks.values()):
                rows = [row for row in block if merge.get("startRowIndex", 0) <= row < merge["endRowIndex"]]
                cells = [(row, column) for row in rows for column in columns]
                if cells:
                    spans[cells[0]] = (len(rows), len(columns))
                    covered.update(cells[1:])
        return spans, covered

    def _letters(self) -> str:
        cells = "".join(
            f'<th scope="col"{_classes(self._sticky(column), self._groups.columns.classes(column, self._gone(column)))}>'
            f"{self._groups.columns.mark(column)}{letters(column)}</th>"
            for column in self._shown
        )
        return f'<tr class="l"><th class="z"></th>{cells}</tr>'

    def _gone(self, column: int) -> bool:
        return column > 0 and column - 1 not in self._places

    def _sticky(self, column: int) -> str:
        if column not in self._offsets:
            return ""
        edge = " e" if column == self._frozen()[-1] else ""
        return f"s{edge} {self._offsets[column]}"

    def _body(self, rows: Iterable[int]) -> str:
        return "".join(map(self._row, rows))

    def _row(self, row: int) -> str:
        height = int(self._sizes.get(row, {}).get("pixelSize", ROW))
        values = self._rows.get(row, {}).get("values", [])
        tall = self.styles.name(f"height:{height}px") if height != ROW else ""
        head = f"{self._groups.rows.mark(row)}{row + 1}"
        classes = _classes(tall, self._groups.rows.classes(row, row in self.view.after_hidden))
        return f'<tr><th scope="row"{classes}>{head}</th>{"".join(self._cells(row, values))}</tr>'

    def _cells(self, row: int, values: list[Json]) -> Iterator[str]:
        for column in self._shown:
            if (row, column) in self._covered:
                continue
            cell = values[column] if column < len(values) else {}
            follower = values[column + 1] if column + 1 < len(values) else {}
            span = self._spans.get((row, column), (1, 1))
            yield self._cell((row, column), cell, span, free=span == (1, 1) and _blank(follower))

    def _cell(self, place: tuple[int, int], cell: Json, span: tuple[int, int], *, free: bool) -> str:
        row, column = place
        inside, mark = content(cell)
        classes = [self._look(place, cell), self._sticky(column), mark or ("o" if free and _flows(cell) else "")]
        if place in self.view.filtered:
            classes.append("v")
            inside += f'<u class="{"w" if self.view.filtered[place] else "u"}"></u>'
        note = str(cell.get("note", ""))
        attributes = (f' rowspan="{span[0]}"' if span[0] > 1 else "") + (f' colspan="{span[1]}"' if span[1] > 1 else "")
        if note:
            classes.append("t")
            attributes += f' title="{escape(note)}"'
        return f'<td id="{letters(column)}{row + 1}"{_classes(*classes)}{attributes}>{inside}</td>'

    def _look(self, place: tuple[int, int], cell: Json) -> str:
        """The class of a cell's format; equal formats are one object in an answer, so they are written out once."""
        form = cell.get("effectiveFormat", {})
        under = self._groups.table_look(*place)
        key = (id(form) if form else 0, _aligned(cell), under)
        if key not in self._classes:
            self._classes[key] = self.styles.name(declarations(form, aligned=key[1], under=under))
        return self._classes[key]


def _classes(*names: str) -> str:
    text = " ".join(name for name in names if name)
    return f' class="{text}"' if text else ""


def _blank(cell: Json) -> bool:
    return not cell.get("formattedValue") and "dataValidation" not in cell


def _aligned(cell: Json) -> str:
    kinds = cell.get("effectiveValue", {})
    if "numberValue" in kinds:
        return "right"
    return "center" if "boolValue" in kinds or "errorValue" in kinds else "left"


def _flows(cell: Json) -> bool:
    """Text runs over blank neighbours, as in Sheets; numbers never do."""
    form = cell.get("effectiveFormat", {})
    side = form.get("horizontalAlignment", _aligned(cell).upper())
    return (
        bool(cell.get("formattedValue"))
        and side == "LEFT"
        and form.get("wrapStrategy", "OVERFLOW_CELL") == "OVERFLOW_CELL"
    )
