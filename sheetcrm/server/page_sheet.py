"""
One sheet of a spreadsheet → its page's body, or one block of its rows.

Rows come in blocks of a hundred.  The page itself holds a few of them and links to the others; its script fetches those
that come into sight instead.  Cells are read as any client reads them, so the page shows nothing that a client could not see.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from sheetcrm.server import page_rows, spreadsheets, values
from sheetcrm.server.a1 import letters, quoted
from sheetcrm.server.model import Sheet, Spreadsheet
from sheetcrm.server.page_grid import ROW, Painter, View
from sheetcrm.server.page_overlays import Overlays
from sheetcrm.server.page_style import Styles, color
from sheetcrm.server.wire import Request

BLOCK = 100
PAGE = 3  # blocks on a page
LOOKED_THROUGH = 500
FEWEST_COLUMNS = 26
SPARE_COLUMNS = 2
GRID_FIELDS = (
    "sheets(properties,merges,rowGroups,columnGroups,tables(range,rowsProperties),"
    "data(startRow,startColumn,rowMetadata(pixelSize,hiddenByUser),columnMetadata(pixelSize,hiddenByUser),"
    "rowData.values(formattedValue,effectiveValue,effectiveFormat,note,hyperlink,dataValidation(condition,showCustomUi))))"
)

# Which rows of the sheet that was looked at last are hidden, and the order of the others: one page asks for many blocks, and
# filters are slow.  Good for one state of the spreadsheet and for a minute, because formulas read the clock.
_KNOWN: WeakKeyDictionary[Spreadsheet, tuple[tuple[Any, ...], set[int], list[int]]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Body:
    """What a page shows of a spreadsheet, and the style sheet for it."""

    html: str
    css: str


class Shown:
    """One sheet as a link asks for it."""

    def __init__(self, spreadsheet: Spreadsheet, request: Request, words: Mapping[str, str]) -> None:
        self._spreadsheet = spreadsheet
        self._request = request
        self._words = words
        visible = [sheet for sheet in spreadsheet.sheets if not sheet.properties.get("hidden")]
        wanted = request.parameter("gid")
        self.sheet = next((sheet for sheet in spreadsheet.sheets if str(sheet.id) == wanted), visible[0])
        self._tabs = visible
        self._view = page_rows.view_of(self.sheet, request.parameter("fvid"))
        self._marks = Styles("nav ")

    def body(self) -> Body:
        """Everything between the page's header and its end."""
        if not self.sheet.has_grid:
            alone = Overlays(self._spreadsheet, self.sheet, (), self._words).alone()
            return Body(f"<main>{alone}</main>{self._footer('')}", self._marks.css())
        order, overlays = self._order()
        first = self._position(order) // (BLOCK * PAGE) * PAGE
        last = min(first + PAGE, -(-len(order) // BLOCK))
        painter = Painter(self._read(order, range(first, last), overlays))
        data = {"heights": self._heights(order), "first": first, "fvid": self._view_id()}
        table = painter.table(**data)
        lies = f'<div class="sheet">{table}{overlays.html()}</div>'
        pages = self._pages(order, first, last, overlays.extent()[0])
        html = f"{self._tools(overlays.gone)}<main>{lies}</main>{self._footer(pages)}"
        return Body(html, painter.styles.css() + overlays.styles.css() + self._marks.css())

    def block(self, number: int) -> Body:
        """The rows of one block; nothing when there is no such block."""
        if not self.sheet.has_grid:
            return Body("", "")
        order, overlays = self._order()
        painter = Painter(self._read(order, range(number, number + 1), overlays))
        return Body(painter.blocks(), painter.styles.css())

    @property
    def _frozen(self) -> int:
        return int(self.sheet.properties["gridProperties"].get("frozenRowCount", 0))

    def _view_id(self) -> str:
        return str(self._view["filterViewId"]) if self._view else ""

    def _order(self) -> tuple[list[int], Overlays]:
        """The rows below the frozen ones as they are shown, and what lies over them."""
        minute = self._spreadsheet.now().replace(second=0, microsecond=0)
        key = (self._spreadsheet.revision, self.sheet.id, self._view_id(), minute)
        known = _KNOWN.get(self._spreadsheet)
        if known is None or known[0] != key:
            chosen = page_rows.filters(self.sheet, self._view)
            gone = page_rows.hidden(self._spreadsheet, self.sheet, chosen)
            known = (key, gone, page_rows.order(self._spreadsheet, self.sheet, chosen, gone))
            _KNOWN[self._spreadsheet] = known
        _, gone, order = known
        return order, Overlays(self._spreadsheet, self.sheet, gone, self._words)

    def _row(self) -> int:
        """The row that the link asks for, by `row` or by `range`, from 0."""
        text = self._request.parameter("row") or self._request.parameter("range").rpartition("!")[2].partition(":")[0]
        digits = "".join(character for character in text if character in "0123456789")[:8]
        return max(int(digits or 1) - 1, 0)

    def _position(self, order: list[int]) -> int:
        """Where the row stands that the link asks for; a hidden one where it would be."""
        row = self._row()
        found = next((place for place, shown in enumerate(order) if shown == row), None)
        if found is None:
            found = next((place for place, shown in enumerate(order) if shown >= row), len(order) - 1)
        return max(found, 0)

    def _read(self, order: list[int], blocks: range, overlays: Overlays) -> View:
        """The cells of some blocks and of the frozen rows."""
        rows = {number: order[number * BLOCK : (number + 1) * BLOCK] for number in blocks}
        width = self._width(overlays)
        right = letters(max(width, 1) - 1)
        wanted = sorted({*range(self._frozen), *(row for block in rows.values() for row in block)})
        title = quoted(self.sheet.title)
        ranges = [f"{title}!A{start + 1}:{right}{end}" for start, end in _runs(wanted)] or [f"{title}!A1:{right}1"]
        found = spreadsheets.get(self._spreadsheet, ranges=ranges, include_grid_data=True, fields=GRID_FIELDS)
        shown = {number: block for number, block in rows.items() if block}
        return View(found["sheets"][0], width, shown, self._filtered(), self._after_hidden())

    def _after_hidden(self) -> frozenset[int]:
        """The rows that follow one which a person has hidden."""
        return frozenset(row + 1 for row, size in self.sheet.sizes["ROWS"].items() if size.get("hiddenByUser"))

    def _width(self, overlays: Overlays) -> int:
        """How many columns are shown: all that hold something, or lie under something, and some more."""
        used = max(_used_columns(self._spreadsheet, self.sheet), overlays.extent()[1])
        return min(self.sheet.column_count, max(used + SPARE_COLUMNS, FEWEST_COLUMNS))

    def _filtered(self) -> dict[tuple[int, int], bool]:
        """The header cells of the filter or of the view, and whether they hide anything."""
        marked: dict[tuple[int, int], bool] = {}
        if self._view or self.sheet.things["basicFilter"]:
            one = page_rows.filters(self.sheet, self._view)[0]
            active = {column for column, _ in one.criteria}
            marked = {(one.area.top, column): column in active for column in range(one.area.left, one.area.right)}
        for table in self.sheet.things["tables"]:
            place = table["range"]
            columns = range(place["startColumnIndex"], place["endColumnIndex"])
            marked = {(place["startRowIndex"], column): False for column in columns} | marked
        return marked

    def _heights(self, order: list[int]) -> str:
        """Pixels of all blocks in order, `height*times` where some are the same."""
        sizes = self.sheet.sizes["ROWS"]
        heights = []
        for start in range(0, len(order), BLOCK):
            rows = order[start : start + BLOCK]
            heights.append(sum(sizes[row].get("pixelSize", ROW) if row in sizes else ROW for row in rows))
        return " ".join(f"{height}*{len(list(same))}" for height, same in groupby(heights))

    def _link(self, **wanted: Any) -> str:
        """A link to this spreadsheet that keeps the key, and says the same behind `#` for copying."""
        key = {"key": self._request.parameter("key")} if self._request.parameter("key") else {}
        shown = {name: value for name, value in wanted.items() if name in {"gid", "fvid"}}
        return escape(f"?{urlencode({**key, **wanted})}#{urlencode(shown)}")

    def _say(self, gone: Container[int]) -> str:
        """What stands in the bar until a cell is picked."""
        asked = self._request.parameter("range")
        if asked and self._row() in gone:
            return self._words["hidden"].format(range=escape(asked))
        return self._words["hint"]

    def _tools(self, gone: Container[int]) -> str:
        views = self.sheet.things["filterViews"]
        menu = ""
        if views:
            entries = [("", self._words["no view"]), *((str(one["filterViewId"]), one["title"]) for one in views)]
            links = "".join(self._view_link(view_id, title) for view_id, title in entries)
            name = self._view["title"] if self._view else self._words["views"]
            here = ' class="on"' if self._view else ""
            menu = f"<details{here}><summary>{escape(name)}</summary><div>{links}</div></details>"
        return f'<div class="tools"><div id="bar">{self._say(gone)}</div>{menu}</div>'

    def _view_link(self, view_id: str, title: str) -> str:
        wanted = {"gid": self.sheet.id, **({"fvid": view_id} if view_id else {})}
        here = ' aria-current="true"' if view_id == self._view_id() else ""
        return f'<a href="{self._link(**wanted)}"{here}>{escape(title)}</a>'

    def _footer(self, pages: str) -> str:
        def entry(sheet: Sheet) -> str:
            tab = sheet.properties
            here = ' aria-current="page"' if sheet is self.sheet else ""
            shade = color(tab.get("tabColorStyle"), tab.get("tabColor"))
            mark = f'<u class="{self._marks.name(f"background:{shade}")}"></u>' if shade else ""
            return f'<a href="{self._link(gid=sheet.id)}"{here}>{escape(sheet.title)}{mark}</a>'

        return f"<footer><nav>{''.join(map(entry, self._tabs))}</nav>{pages}</footer>"

    def _pages(self, order: list[int], first: int, last: int, covered: int) -> str:
        """Where we are in a long sheet, and the ways on; nothing when all that it holds is shown."""
        used = max(_used_rows(self._spreadsheet, self.sheet), covered)
        count = next((place for place in range(len(order), 0, -1) if order[place - 1] < used), 0)
        if count <= PAGE * BLOCK and first == 0:
            return ""

        def arrow(sign: str, position: int) -> str:
            view = {"fvid": self._view_id()} if self._view else {}
            return f'<a href="{self._link(gid=self.sheet.id, **view, row=order[position] + 1)}">{sign}</a>'

        before = arrow("‹", (first - PAGE) * BLOCK) if first else ""
        after = arrow("›", last * BLOCK) if last * BLOCK < count else ""
        end = min(last * BLOCK, len(order))
        where = self._words["rows"].format(first=first * BLOCK + 1, last=end, all=max(count, end))
        return f'<div class="pages">{before}{where}{after}</div>'


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending numbers → the (start, end) of those without gaps between them."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row:
            runs[-1] = (runs[-1][0], row + 1)
        else:
            runs.append((row, row + 1))
    return runs


def _extent(spreadsheet: Spreadsheet, sheet: Sheet, top: int, bottom: int) -> tuple[int, int]:
    """Rows and columns of some rows up to the last value; an unticked box and an empty text are none."""
    area = f"{quoted(sheet.title)}!A{top + 1}:{letters(sheet.column_count - 1)}{bottom}"
    found = values.get(spreadsheet, area, value_render_option="UNFORMATTED_VALUE").get("values", [])
    widths = [
        max((column + 1 for column, value in enumerate(row) if value not in ("", False)), default=0) for row in found
    ]
    return max((row + 1 for row, width in enumerate(widths) if width), default=0), max(widths, default=0)


def _used_rows(spreadsheet: Spreadsheet, sheet: Sheet) -> int:
    """How many rows hold something to see; looked for from below, so that a long sheet is not read whole."""
    for bottom in range(sheet.row_count, 0, -LOOKED_THROUGH):
        top = max(0, bottom - LOOKED_THROUGH)
        rows, _ = _extent(spreadsheet, sheet, top, bottom)
        if rows:
            return top + rows
    return 0


def _used_columns(spreadsheet: Spreadsheet, sheet: Sheet) -> int:
    """How many columns hold something to see in the first rows."""
    return _extent(spreadsheet, sheet, 0, min(sheet.row_count, LOOKED_THROUGH))[1]
