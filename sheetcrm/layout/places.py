"""
Key → place, and place → key, while a plan is made.

A plan is one batch: its requests run one after the other, so the layout moves
along with every request that moves something.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from sheetcrm.layout import asback, headrow
from sheetcrm.layout.formulas import parts, quoted, replace_keys, replace_references
from sheetcrm.layout.locate import MARK_KEY, Found, Place, Sight, Wanted, find, letters, preferred_id
from sheetcrm.layout.mending import mend
from sheetcrm.layout.troubles import Trouble

Json = dict[str, Any]

T = TypeVar("T")
HIGHLIGHTS_KEY = "sheetcrm.highlights"
MADE_KEY = "sheetcrm.made"

__all__ = ["HIGHLIGHTS_KEY", "MADE_KEY", "MARK_KEY", "Layout", "letters"]


@dataclass
class Layout:
    """Where things stand; made by `locate`, moved by the resources that move things."""

    spreadsheet_id: str
    title: str
    url: str
    """The spreadsheet's page, without a fragment."""
    found: Found
    taken: set[int]
    """Ids that sheets and ranges have already."""
    ids: dict[str, int | str] = field(default_factory=dict)
    """Google's ids by address, as the resources read them."""
    positions: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Positions in lists without ids (conditional formats), by address."""
    deep: bool = False
    """Whether every row was looked at, not just the first and the last."""
    wrong: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """By address, the rows (1-based) of those looked at that have not what is desired."""
    time_zone: str = "Etc/GMT"
    """The spreadsheet's own, an IANA name: in which its dates are days."""
    grown: set[tuple[str, str]] = field(default_factory=set)
    """(sheet, `rows` or `columns`) that this plan has made longer; `header` where it makes the header row anew."""
    header_rows: dict[str, int] = field(default_factory=dict)
    """By sheet, the row (1-based, 0: it was deleted) in which its header row is until this plan puts it back into row 1."""
    rewritten: set[str] = field(default_factory=set)
    """Places (`customers.stage`) whose header cell has another column's title and is to be written again."""

    @classmethod
    def locate(
        cls,
        description: Json,
        wanted: Mapping[str, Wanted],
        headers: Mapping[int, Sequence[object]] | None = None,
        *,
        blank: Collection[int] = (),
        deep: bool = False,
    ) -> Self:
        """
        Find sheets and columns in an answer of `spreadsheets.get`: by mark first, by title second.

        `headers` has row 1 by sheet id where the description has no rows;
        `blank` the ids of sheets that are known to have no cell at all; `deep`
        says that the description has every row.
        """
        sight = Sight(headers or {}, frozenset(blank))
        found = find(description, wanted, sight)
        if back := headrow.astray(description, found, deep=deep):
            asback.put_back(description, {found.places[sheet].id: row for sheet, row in back.items()})
            found = find(description, wanted, sight)
        if deep:
            mend(description, found)
        return cls(
            spreadsheet_id=description.get("spreadsheetId", ""),
            title=description.get("properties", {}).get("title", ""),
            url=description.get("spreadsheetUrl", "").partition("#")[0],
            found=found,
            taken=_ids(description),
            deep=deep,
            header_rows=back,
            grown={(sheet, "header") for sheet, row in back.items() if row == headrow.GONE},
            time_zone=description.get("properties", {}).get("timeZone", "Etc/GMT"),
        )

    @property
    def troubles(self) -> tuple[Trouble, ...]:
        """What a person must settle, in the order of the sheets."""
        return tuple(self.found.troubles)

    def trust(self, sheet: str, column: str) -> None:
        """The cells are the column's own: only its header is another's, and is to be written again."""
        del self.found.moved[sheet, column]
        self.found.troubles[:] = [
            one
            for one in self.found.troubles
            if (one.sheet, one.column, one.code) != (sheet, column, "header_overwritten")
        ]
        self.rewritten.add(f"{sheet}.{column}")

    def first_row(self, sheet: str) -> int:
        """The row (1-based) at which its data begin until this plan has run; everything else here counts as it will be then."""
        return 1 if sheet in self.header_rows else 2

    def row_then(self, sheet: str, row: int) -> int:
        """Where a row (1-based) will be when its header row is back."""
        at = self.header_rows.get(sheet)
        if at is None:
            return row
        return row + 1 if row < at or at == headrow.GONE else 1 if row == at else row

    def cells_then(self, sheet: str, cells: list[T]) -> list[T]:
        """Cells from `first_row` on → from row 2 on, as they will be when its header row is back."""
        at = self.header_rows.get(sheet, headrow.GONE)
        return cells[: at - 1] + cells[at:] if at else cells

    def trouble(self, trouble: Trouble) -> None:
        """Add one, once."""
        if trouble not in self.found.troubles:
            self.found.troubles.append(trouble)

    @property
    def moved(self) -> Mapping[tuple[str, str], int]:
        """(sheet, column) of columns whose mark stayed behind when their cells were cut, and the index of the cells."""
        return self.found.moved

    @property
    def spare(self) -> int | None:
        """The id of the blank tab that a new spreadsheet has, when it is the only one and not ours."""
        return self.found.spare

    def sheets(self) -> tuple[str, ...]:
        """The keys of the located sheets, in the order of the tabs."""
        return tuple(self.found.places)

    def columns(self, sheet: str) -> tuple[str, ...]:
        """The keys of the located columns, from left to right."""
        place = self.found.places.get(sheet)
        return tuple(sorted(place.columns, key=place.columns.__getitem__)) if place else ()

    def has(self, sheet: str, column: str = "") -> bool:
        """Whether the sheet (and the column in it) is there."""
        place = self.found.places.get(sheet)
        return place is not None and (not column or column in place.columns)

    def sheet_id(self, sheet: str) -> int:
        """Google's id, the page's `gid`."""
        return self.found.places[sheet].id

    def tab_title(self, sheet: str) -> str:
        """The title that the tab has now."""
        return self.found.places[sheet].title

    def rows(self, sheet: str) -> int:
        """How many rows the grid has, the header counted."""
        return self.found.places[sheet].rows

    def frozen_rows(self, sheet: str) -> int:
        """How many rows stay in sight."""
        return self.found.places[sheet].frozen_rows

    def width(self, sheet: str) -> int:
        """How many columns the grid has, people's own counted."""
        return self.found.places[sheet].width

    def index(self, sheet: str, column: str) -> int:
        """0-based index of a column."""
        return self.found.places[sheet].columns[column]

    def header(self, sheet: str) -> tuple[str, ...]:
        """Row 1 as text, people's own columns included; as long as was read."""
        return self.found.places[sheet].header

    def sheet_key(self, sheet_id: int) -> str | None:
        """The key of the sheet with that id, None when it is not ours."""
        return next((key for key, place in self.found.places.items() if place.id == sheet_id), None)

    def column_at(self, sheet: str, index: int) -> str | None:
        """The key of the column at a 0-based index, None when it is not ours."""
        return next((key for key, at in self.found.places[sheet].columns.items() if at == index), None)

    def is_marked(self, sheet: str, column: str = "") -> bool:
        """Whether the sheet or the column was found by its mark."""
        place = self.found.places[sheet]
        return column in place.marks if column else place.marked

    def former(self, place: str) -> str:
        """The place (`customers.stage`) under which it was made: another one when its key has changed since."""
        if place in self.found.former:
            return self.found.former[place]
        sheet, _, column = place.partition(".")
        return ".".join(part for part in (self.found.former.get(sheet, sheet), column) if part)

    def misplaced_mark(self, place: str) -> int | None:
        """Google's id of its mark, when that stayed behind on a blank column."""
        return self.found.misplaced.get(place)

    def stale_mark(self, place: str) -> int | None:
        """Google's id of its mark, when that has a former key."""
        return self.found.stale.get(place)

    def adopted(self, sheet: str) -> bool:
        """Whether the tab is a blank one of the right title, to be made ours."""
        return self.found.places[sheet].adopted

    def cell(self, sheet: str, column: str, row: int) -> str:
        """`C17`; row 1 is the header."""
        return f"{letters(self.index(sheet, column))}{row}"

    def link(self, sheet: str, column: str = "", row: int | None = None) -> str:
        """The page at that tab, cell or whole row."""
        link = f"{self.url}#gid={self.sheet_id(sheet)}"
        if row is None:
            return link
        return f"{link}&range={self.cell(sheet, column, row)}" if column else f"{link}&range={row}:{row}"

    def grid_range(self, sheet: str, column: str = "", *, first: int = 2, last: int | None = None) -> Json:
        """GridRange of rows `first` to `last` (1-based, inclusive; None: the grid's end) of a column, or of all."""
        start = self.index(sheet, column) if column else 0
        end = start + 1 if column else self.width(sheet)
        return self._range(sheet, (start, end), first, last or self.rows(sheet))

    def grid_ranges(self, sheet: str, columns: Iterable[str]) -> list[Json]:
        """GridRanges of the data rows of some columns, neighbours together, from left to right."""
        spans: list[list[int]] = []
        for index in sorted(self.index(sheet, column) for column in columns):
            if spans and spans[-1][1] == index:
                spans[-1][1] = index + 1
            else:
                spans.append([index, index + 1])
        return [self._range(sheet, (start, end), 2, self.rows(sheet)) for start, end in spans]

    def _range(self, sheet: str, span: tuple[int, int], first: int, last: int) -> Json:
        return {
            "sheetId": self.sheet_id(sheet),
            "startRowIndex": first - 1,
            "endRowIndex": last,
            "startColumnIndex": span[0],
            "endColumnIndex": span[1],
        }

    def covers(self, place: Json, sheet: str, column: str = "", *, first: int = 2, last: int | None = None) -> bool:
        """Whether a GridRange is exactly those rows (as in `grid_range`), of exactly `column` or of at least all of ours."""
        if place.get("sheetId", 0) != self.sheet_id(sheet):
            return False
        end_row, end_column = place.get("endRowIndex", self.rows(sheet)), place.get("endColumnIndex", self.width(sheet))
        if place.get("startRowIndex", 0) != first - 1 or end_row != (last or self.rows(sheet)):
            return False
        start = place.get("startColumnIndex", 0)
        if column:
            return (start, end_column) == (self.index(sheet, column), self.index(sheet, column) + 1)
        return all(start <= index < end_column for index in self.found.places[sheet].columns.values())

    def is_whole(self, sheet: str, place: Json) -> bool:
        """Whether a GridRange goes from row 2 to the end of the grid."""
        return (place.get("startRowIndex", 0), place.get("endRowIndex", self.rows(sheet))) == (1, self.rows(sheet))

    def covered(self, sheet: str, ranges: Iterable[Json]) -> tuple[str, ...]:
        """The columns of ours that GridRanges touch, from left to right."""
        spans = [(place.get("startColumnIndex", 0), place.get("endColumnIndex", self.width(sheet))) for place in ranges]
        columns = self.columns(sheet)
        return tuple(c for c in columns if any(start <= self.index(sheet, c) < end for start, end in spans))

    def a1(self, formula: str, sheet: str, row: int = 2) -> str:
        """Key form → A1, for a cell in `row`; KeyError when it names what is not there."""

        def written(other: str, column: str) -> str:
            if not other:
                return f"${letters(self.index(sheet, column))}{row}"
            letter = letters(self.index(other, column))
            title = "" if other == sheet else quoted(self.tab_title(other)) + "!"
            return f"{title}${letter}$2:${letter}${self.rows(other)}"

        return replace_keys(formula, written)

    def keys(self, formula: str, sheet: str, row: int = 2) -> str:
        """
        A1 → key form, for a formula in `row`; what is not ours stays as it is.

        A range that does not go from row 2 to the end of the grid stays too,
        so that it is a difference and gets mended.
        """
        by_title = {place.title: key for key, place in self.found.places.items()}

        def named(title: str, start: str, end: str) -> str:
            other = by_title.get(title) if title else sheet
            fixed, letter, fixed_row, at = parts(start)
            if other is None or not fixed or (column := self.column_at(other, _index(letter))) is None:
                return ""
            if not end:
                return f"{{{column}}}" if other == sheet and not fixed_row and at == row else ""
            whole = end.upper() == f"${letter}${self.rows(other)}" and fixed_row and at == 2
            return f"{{{other}.{column}}}" if whole else ""

        return replace_references(formula, named)

    def preferred_id(self, address: str) -> int:
        """The id that we choose for an address when it is free: positive, 31 bits, the same in every spreadsheet."""
        return preferred_id(address)

    def own_ids(self, place: str, kind: str) -> frozenset[int]:
        """The ids that we would have chosen for what is at that place, under its key of today or a former one."""
        return frozenset({preferred_id(f"{place}.{kind}"), preferred_id(f"{self.former(place)}.{kind}")})

    def choose_id(self, address: str) -> int:
        """The preferred id, or the next one that nothing has; it is taken from now on."""
        chosen = self.preferred_id(address)
        while chosen in self.taken:
            chosen = chosen % 0x7FFFFFFF + 1
        self.taken.add(chosen)
        return chosen

    def add_sheet(self, sheet: str, title: str) -> tuple[int, int]:
        """A new sheet, its columns all blank: (its id, how many columns it is to have)."""
        width = max(1, len(self.found.wanted[sheet].columns)) if sheet in self.found.wanted else 1
        new = self.choose_id(f"{sheet}.tab")
        self.found.places[sheet] = Place(id=new, title=title, rows=2, width=width, adopted=True)
        return new, width

    def rename_sheet(self, sheet: str, title: str) -> None:
        """The tab has that title now."""
        self.found.places[sheet].title = title

    def remove_sheet(self, sheet: str) -> int:
        """The sheet is gone; its id."""
        return self.found.places.pop(sheet).id

    def set_rows(self, sheet: str, rows: int) -> None:
        """The grid has that many rows now."""
        place = self.found.places[sheet]
        if not place.adopted and rows > place.rows:
            self.grown.add((sheet, "rows"))
        place.rows = rows

    def set_width(self, sheet: str, width: int) -> None:
        """The grid has that many columns now, the new ones at its right end, where they are nobody's."""
        self.found.places[sheet].width = width

    def add_column(self, sheet: str, column: str, after: str) -> tuple[int, bool]:
        """A new column behind `after`: (its index, whether one had to be inserted); else it took a blank one."""
        place = self.found.places[sheet]
        index = place.columns[after] + 1 if after in place.columns else 0
        free = place.adopted and index < place.width and self.column_at(sheet, index) is None
        if not free:
            place.columns = {key: at + (at >= index) for key, at in place.columns.items()}
            place.width += 1
            self.grown.add((sheet, "columns"))
        place.columns[column] = index
        place.moves += [] if free else [(index, 1)]
        return index, not free

    def remove_column(self, sheet: str, column: str) -> int:
        """The column is gone; the index that it had."""
        place = self.found.places[sheet]
        index = place.columns.pop(column)
        place.columns = {key: at - (at > index) for key, at in place.columns.items()}
        place.width -= 1
        place.moves.append((index, -1))
        return index

    def now(self, sheet: str, index: int) -> int | None:
        """Where the column stands now that was at that 0-based index when it was read; None when it is gone."""
        for at, step in self.found.places[sheet].moves:
            if step < 0 and at == index:
                return None
            index += step * (at <= index)
        return index


def _index(letter: str) -> int:
    number = 0
    for char in letter:
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def _ids(description: Json) -> set[int]:
    """Every id that a sheet or a range has."""
    ids: set[int] = set()
    names = (
        ("protectedRanges", "protectedRangeId"),
        ("bandedRanges", "bandedRangeId"),
        ("charts", "chartId"),
        ("filterViews", "filterViewId"),
        ("slicers", "slicerId"),
    )
    for sheet in description.get("sheets", []):
        ids.add(sheet["properties"]["sheetId"])
        ids |= {item[name] for part, name in names for item in sheet.get(part, []) if name in item}
    for named in description.get("namedRanges", []):
        if str(named.get("namedRangeId", "")).isdigit():
            ids.add(int(named["namedRangeId"]))
    return ids
