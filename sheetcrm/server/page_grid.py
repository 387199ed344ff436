"""
Grid data as `spreadsheets.get` answers it → an HTML table.

Rows and columns count from 0 here; only what is written into the page counts from 1.  Frozen rows stand in the
table's head, so that the browser holds them without any arithmetic; frozen columns need their offsets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from sheetcrm.server.a1 import letters
from sheetcrm.server.page_style import Styles, declarations

Json = dict[str, Any]

MARGIN = 46  # width of the row numbers
LINKS = ("http://", "https://", "mailto:", "tel:")
# A phone shows frozen columns as frozen only up to this width, or nothing else would fit.
NARROW = 150


@dataclass(frozen=True)
class View:
    """The part of a sheet that a page shows: rows [first, last) below the frozen ones, columns [0, width)."""

    sheet: Json
    first: int
    last: int
    width: int

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
        self._row_sizes: dict[int, Json] = {}
        self._columns: list[Json] = []
        for block in self.view.sheet.get("data", []):
            start = block.get("startRow", 0)
            self._rows.update(enumerate(block.get("rowData", []), start))
            self._row_sizes.update(enumerate(block.get("rowMetadata", []), start))
            self._columns = block.get("columnMetadata", self._columns)
        self._shown = [column for column in range(self.view.width) if not self._column(column).get("hiddenByUser")]
        self._spans, self._covered = self._merges()
        self._offsets = self._frozen_offsets()

    def table(self) -> str:
        """The whole table."""
        view = self.view
        widths = "".join(f'<col width="{self._width(column)}">' for column in self._shown)
        total = MARGIN + sum(map(self._width, self._shown))
        narrow = " n" if sum(map(self._width, self._frozen())) <= NARROW else ""
        plain = " q" if view.grid.get("hideGridlines") else ""
        head = self._letters() + self._body(range(view.frozen_rows))
        body = self._body(range(max(view.first, view.frozen_rows), view.last))
        return (
            f'<table class="g{narrow}{plain}" width="{total}" data-gid="{view.sheet["properties"]["sheetId"]}" '
            f'data-first="{view.first + 1}" data-last="{view.last}" data-frozen="{view.frozen_rows}">'
            f'<colgroup><col width="{MARGIN}">{widths}</colgroup><thead>{head}</thead><tbody>{body}</tbody></table>'
        )

    def _column(self, column: int) -> Json:
        return self._columns[column] if column < len(self._columns) else {}

    def _width(self, column: int) -> int:
        return int(self._column(column).get("pixelSize", 100))

    def _frozen(self) -> list[int]:
        return [column for column in self._shown if column < self.view.frozen_columns]

    def _frozen_offsets(self) -> dict[int, str]:
        left, classes = MARGIN, {}
        for column in self._frozen():
            classes[column] = self.styles.name(f"left:{left}px")
            left += self._width(column)
        return classes

    def _merges(self) -> tuple[dict[tuple[int, int], tuple[int, int]], set[tuple[int, int]]]:
        """(row, column) → (rows, columns) of each merge's first shown cell, and the cells under it."""
        spans, covered = {}, set()
        for merge in self.view.sheet.get("merges", []):
            rows = self._visible_rows(range(merge.get("startRowIndex", 0), merge["endRowIndex"]))
            columns = [
                column for column in self._shown if merge.get("startColumnIndex", 0) <= column < merge["endColumnIndex"]
            ]
            cells = [(row, column) for row in rows for column in columns]
            if cells:
                spans[cells[0]] = (len(rows), len(columns))
                covered.update(cells[1:])
        return spans, covered

    def _visible_rows(self, rows: Iterable[int]) -> list[int]:
        view = self.view
        return [
            row
            for row in rows
            if (row < view.frozen_rows or view.first <= row < view.last)
            and not self._row_sizes.get(row, {}).get("hiddenByUser")
        ]

    def _letters(self) -> str:
        cells = "".join(
            f'<th scope="col"{_classes(self._sticky(column))}>{letters(column)}</th>' for column in self._shown
        )
        return f'<tr class="l"><th class="z"></th>{cells}</tr>'

    def _sticky(self, column: int) -> str:
        if column not in self._offsets:
            return ""
        edge = " e" if column == self._frozen()[-1] else ""
        return f"s{edge} {self._offsets[column]}"

    def _body(self, rows: Iterable[int]) -> str:
        return "".join(self._row(row) for row in self._visible_rows(rows))

    def _row(self, row: int) -> str:
        height = int(self._row_sizes.get(row, {}).get("pixelSize", 21))
        values = self._rows.get(row, {}).get("values", [])
        cells = "".join(self._cells(row, values))
        return f'<tr><th scope="row"{_classes(self.styles.name(f"height:{height}px"))}>{row + 1}</th>{cells}</tr>'

    def _cells(self, row: int, values: list[Json]) -> Iterator[str]:
        for column in self._shown:
            if (row, column) in self._covered:
                continue
            cell = values[column] if column < len(values) else {}
            follower = values[column + 1] if column + 1 < len(values) else {}
            span = self._spans.get((row, column), (1, 1))
            yield self._cell(
                f"{letters(column)}{row + 1}",
                cell,
                span,
                self._sticky(column),
                free=span == (1, 1) and _blank(follower),
            )

    def _cell(self, address: str, cell: Json, span: tuple[int, int], sticky: str, *, free: bool) -> str:
        classes = [self.styles.name(declarations(cell.get("effectiveFormat", {}), aligned=_aligned(cell))), sticky]
        content, mark = _content(cell)
        classes.append(mark or ("o" if free and _flows(cell) else ""))
        note = str(cell.get("note", ""))
        if note:
            classes.append("t")
        rows, columns = span
        attributes = (f' rowspan="{rows}"' if rows > 1 else "") + (f' colspan="{columns}"' if columns > 1 else "")
        attributes += f' title="{escape(note)}"' if note else ""
        return f'<td id="{address}"{_classes(*classes)}{attributes}>{content}</td>'


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


def _content(cell: Json) -> tuple[str, str]:
    """(what stands in the cell, the class that tells the page what it is)."""
    rule = cell.get("dataValidation", {})
    kind = rule.get("condition", {}).get("type")
    if kind == "BOOLEAN":
        return _checkbox(cell), "b"
    text = escape(str(cell.get("formattedValue", "")))
    if kind in {"ONE_OF_LIST", "ONE_OF_RANGE"} and rule.get("showCustomUi"):
        return (f"<span>{text}</span>" if text else "<i></i>"), "d"
    link = str(cell.get("hyperlink", ""))
    if text and link.lower().startswith(LINKS):
        return f'<a href="{escape(link)}" target="_blank" rel="noopener noreferrer">{text}</a>', ""
    return text, "x" if "errorValue" in cell.get("effectiveValue", {}) else ""


def _checkbox(cell: Json) -> str:
    ticked = cell.get("effectiveValue", {}).get("boolValue") is True
    return f'<span class="{"y" if ticked else "k"}" role="img" aria-label="{"TRUE" if ticked else "FALSE"}"></span>'
