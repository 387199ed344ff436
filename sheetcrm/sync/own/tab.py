"""
A gspread worksheet → its tab, its cells, and issues that lead to them.

The tab is found by its id: whoever renamed it meanwhile has done no harm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheetcrm.errors import UsageError
from sheetcrm.layout import letters
from sheetcrm.messages import LANGUAGES, N_, texts, tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import BadCell
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sheets.given import Worksheet
from sheetcrm.sync.own.headers import Headers
from sheetcrm.sync.own.making import Column
from sheetcrm.sync.records import Issue

Json = dict[str, Any]
STRUCTURE = "spreadsheetUrl,properties(locale),sheets(properties(sheetId,title),merges)"


@dataclass(frozen=True)
class Tab:
    """Where issues point to, and in which language."""

    id: int
    title: str
    url: str
    language: str
    merges: Sequence[Json]

    def issue(
        self, place: tuple[int | None, str | None, int | None], bad: BadCell, cell: Cell = None, to: str = ""
    ) -> Issue:
        """About a cell, by row (1-based), field, column (0-based); `to` is where a range ends, as `:D9`."""
        row, name, column = place
        where = "" if row is None else f"{row}:{row}" if column is None else f"{letters(column)}{row}{to}"
        link = f"{self.url}#gid={self.id}"
        return Issue(
            sheet=self.title,
            row=row,
            column=name or None,
            code=bad.code,
            message=texts(self.language)(bad.message, **bad.values),
            a1=f"{self.title}!{where}" if where else self.title,
            link=f"{link}&range={where}" if where else link,
            text="" if cell is None else str(cell),
            suggestion=bad.suggestion,
        )


def looked(gateway: Gateway, worksheet: Worksheet, language: str | None) -> tuple[Tab, list[list[Cell]]]:
    """The tab as it is called now, and its cells by column from row 1 on."""
    said = gateway.describe(STRUCTURE)
    sheet = next((one for one in said.get("sheets", []) if one["properties"].get("sheetId", 0) == worksheet.id), None)
    if sheet is None:
        raise UsageError(
            tr(
                "the tab {title} is not in the spreadsheet any more: {url}",
                title=worksheet.title,
                url=said.get("spreadsheetUrl", ""),
            )
        )
    if language is None:
        locale = str(said.get("properties", {}).get("locale", "en")).partition("_")[0]
        language = locale if locale in LANGUAGES else "en"
    answers = gateway.columns([{"gridRange": {"sheetId": worksheet.id}}])
    columns = answers[0].get("valueRange", {}).get("values", []) if answers else []
    url = str(said.get("spreadsheetUrl", "")).partition("#")[0]
    return Tab(worksheet.id, sheet["properties"]["title"], url, language, sheet.get("merges", [])), columns


def wrong_headers(tab: Tab, headers: Headers, header: int) -> Iterator[Issue]:
    """What is wrong before any row is looked at: a header row somewhere else, columns missing or there twice, merged cells."""
    if headers.elsewhere is not None:
        message = N_("row {row} does not hold these headers; row {other} does: read(…, header={other})")
        values = {"row": header, "other": headers.elsewhere}
        yield tab.issue((headers.elsewhere, None, None), BadCell("header_elsewhere", message, values))
    for field, at, bad in headers.wrong:
        yield tab.issue((None if at is None else header, field.name, at), bad)
    yield from _merged(tab, headers, header)


def _merged(tab: Tab, headers: Headers, header: int) -> Iterator[Issue]:
    """Merged cells in what was read: all but the first of them are blank."""
    names = {at: name for name, at in headers.places.items()}
    message = N_("these cells are merged, and only the first holds a value; unmerge them, and fill in the others")
    for merge in tab.merges:
        first, last = merge.get("startRowIndex", 0), merge.get("endRowIndex", 0)
        start, end = merge.get("startColumnIndex", 0), merge.get("endColumnIndex", 0)
        inside = [at for at in range(start, end) if at in names]
        if inside and last >= header:
            place = first + 1, names[inside[0]], start
            yield tab.issue(place, BadCell("merged", message), to=f":{letters(end - 1)}{last}")


def wrong_cells(
    tab: Tab,
    headers: Headers,
    made: Sequence[Column],
    wrong: Mapping[int, Mapping[str, BadCell]],
    numbers: Sequence[int],
) -> Iterator[Issue]:
    """
    Row by row, and there from left to right; what concerns the whole row comes last.

    `wrong` is by offset among the rows that are not blank, `numbers` are the row numbers of those.
    """
    columns = {column.field.name: column for column in made}
    found = {(at, name): bad for at, of_row in wrong.items() for name, bad in of_row.items()}
    for column in made:
        found |= {(at, column.field.name): bad for at, bad in column.unlike.items()}
    order = {name: headers.places[name] for name in columns} | {"": 1 << 30}
    for at, name in sorted(found, key=lambda place: (place[0], order[place[1]])):
        cell = columns[name].cells[at] if name else None
        yield tab.issue((numbers[at], name, headers.places.get(name)), found[at, name], cell)
