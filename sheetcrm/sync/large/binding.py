"""
Gateway → some rows of columns that are certainly the columns meant.

Columns are asked for by where they stand, because a mark gives whole columns
only.  So every answer brings the header row along: is it another than when the
marks were looked at, marks are looked at again and the rows read once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sheetcrm.errors import ApiError, MovedMeanwhile
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell, Json
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.look import Look, look

Place = tuple[str, str]
"""Keys of a sheet and of a column in it."""
TRIES = 5


class Binding:
    """Where columns stand, held against the spreadsheet with every answer; `seen` is the last look, without cells."""

    def __init__(
        self,
        gateway: Gateway,
        template: Template,
        sheets: Iterable[str],
        *,
        language: str | None = None,
        today: date | None = None,
    ) -> None:
        """Two requests."""
        self._gateway, self._template, self._sheets = gateway, template, tuple(sheets)
        self._language, self._today = language, today
        self.seen = self._look()

    def _look(self) -> Look:
        return look(
            self._gateway,
            self._template,
            language=self._language,
            sheets=self._sheets,
            columns=(),
            today=self._today,
        )

    def there(self, sheet: str, columns: Iterable[str]) -> tuple[str, ...]:
        """Those of the columns whose place is beyond doubt."""
        layout = self.seen.layout
        return tuple(key for key in columns if layout.has(sheet, key) and (sheet, key) not in layout.moved)

    def rows(self, sheet: str) -> int:
        """The last row of the grid, the header counted, as far as is known."""
        return self.seen.layout.rows(sheet)

    def read(self, places: Sequence[Place], first: int, last: int) -> dict[Place, list[Cell]]:
        """
        The cells of rows `first` to `last` (1-based, inclusive) of those columns, as long as the API gives them.

        Rows beyond the end of a grid are none.  MovedMeanwhile when a column
        is gone, or people move columns faster than we can look.
        """
        for _ in range(TRIES):
            within = [place for place in places if self.rows(place[0]) >= first]
            if not within:
                return {place: [] for place in places}
            try:
                answers = self._gateway.columns([*self._spans(within, first, last), *self._headers(within)])
            except ApiError as error:
                if error.status != 400:
                    raise
                # A grid that has become shorter than what was asked for is the one reason that is nobody's mistake.
                if self.look_again(places):
                    raise
                continue
            if self._same_headers(answers, within):
                return {place: self._cells(answers, place, first) for place in places}
            self.look_again(places)
        raise MovedMeanwhile(
            tr("{tab}: columns are being moved while it is read; try again", tab=self._title(places[0][0]))
        )

    def look_again(self, places: Iterable[Place]) -> bool:
        """
        Look at marks and headers anew; whether everything is where it was.

        MovedMeanwhile when one of the columns is no longer to be found, or
        stands elsewhere under the same header row: then what was read before is not to be trusted.
        """
        before, self.seen = self.seen.layout, self._look()
        now = self.seen.layout
        same = True
        for sheet, column in places:
            if column not in self.there(sheet, [column]):
                title = self._template.sheets[sheet].columns[column].title.say(self.seen.context.language)
                raise MovedMeanwhile(
                    tr(
                        "{tab}: column {title} went away while it was read; try again",
                        tab=self._title(sheet),
                        title=title,
                    )
                )
            if before.index(sheet, column) != now.index(sheet, column) and before.header(sheet) == now.header(sheet):
                raise MovedMeanwhile(
                    tr("{tab}: columns changed places while it was read; try again", tab=self._title(sheet))
                )
            shape = [
                (one.sheet_id(sheet), one.index(sheet, column), one.rows(sheet), one.header(sheet))
                for one in (before, now)
            ]
            same = same and shape[0] == shape[1]
        return same

    def _title(self, sheet: str) -> str:
        return self._template.sheets[sheet].title.say(self.seen.context.language)

    def _spans(self, places: Sequence[Place], first: int, last: int) -> Iterator[Json]:
        """Neighbours together, from left to right."""
        layout = self.seen.layout
        for sheet in dict.fromkeys(sheet for sheet, _column in places):
            end = min(last, layout.rows(sheet))
            for span in layout.grid_ranges(sheet, [column for owner, column in places if owner == sheet]):
                yield {"gridRange": {**span, "startRowIndex": first - 1, "endRowIndex": end}}

    def _headers(self, places: Sequence[Place]) -> Iterator[Json]:
        for sheet in dict.fromkeys(sheet for sheet, _column in places):
            place = {"sheetId": self.seen.layout.sheet_id(sheet), "startRowIndex": 0, "endRowIndex": 1}
            yield {"gridRange": place}

    def _same_headers(self, answers: Sequence[Json], places: Sequence[Place]) -> bool:
        layout, read = self.seen.layout, {}
        for place, columns in _grids(answers):
            if not place.get("startRowIndex", 0):
                cells = [column[0] if column else "" for column in columns]
                read[place.get("sheetId", 0)] = tuple("" if cell is None else str(cell) for cell in cells)
        return all(read.get(layout.sheet_id(sheet), ()) == layout.header(sheet) for sheet, _column in places)

    def _cells(self, answers: Sequence[Json], wanted: Place, first: int) -> list[Cell]:
        layout = self.seen.layout
        sheet, index = layout.sheet_id(wanted[0]), layout.index(*wanted)
        for place, columns in _grids(answers):
            start = place.get("startColumnIndex", 0)
            ours = (place.get("sheetId", 0), place.get("startRowIndex", 0)) == (sheet, first - 1)
            if ours and start <= index < place["endColumnIndex"]:
                return columns[index - start] if index - start < len(columns) else []
        return []


def _grids(answers: Iterable[Json]) -> Iterator[tuple[Json, list[list[Cell]]]]:
    """Each range that was asked for, and its columns of cells."""
    for answer in answers:
        for one in answer.get("dataFilters", []):
            if "gridRange" in one:
                yield one["gridRange"], answer.get("valueRange", {}).get("values", [])
