"""
A belief's few calls → what the other end answers: the embedded server, or Google.

Plain HTTP in Google's own words and nothing of our client, so that a belief cannot be true only because our client
makes it so.
"""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import requests

Json = dict[str, Any]
Rows = list[list[Any]]

SPREADSHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
FILES = "https://www.googleapis.com/drive/v3/files"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"


class Pace:
    """At most `most` calls in any `seconds`: Google allows 60 reads and 60 writes a minute to a user."""

    def __init__(self, most: int = 50, seconds: float = 60) -> None:
        self._sent: deque[float] = deque()
        self._most, self._seconds = most, seconds

    def __call__(self) -> None:
        """Wait until one more may go."""
        while len(self._sent) >= self._most and (left := self._sent[0] + self._seconds - time.monotonic()) > 0:
            time.sleep(left)
        self._sent.append(time.monotonic())
        while len(self._sent) > self._most:
            self._sent.popleft()


class FarEnd:
    """Whoever answers Google's URLs; what was made there is deleted by `clear`."""

    def __init__(self, session: requests.Session, *, folder: str = "", pace: Callable[[], None] = lambda: None) -> None:
        self.session, self.folder, self._pace = session, folder, pace
        self._made: list[str] = []
        self._numbers = itertools.count(1)

    def ask(self, method: str, url: str, **options: Any) -> requests.Response:
        """The answer, whatever it is."""
        self._pace()
        return self.session.request(method, url, timeout=180, **options)

    def make(self, title: str = "sheetcrm contract test, may be deleted", **more: Any) -> Book:
        """A new spreadsheet; `more` goes into the body."""
        body = {"name": title, "mimeType": SPREADSHEET, **({"parents": [self.folder]} if self.folder else {}), **more}
        answer = self.ask("POST", FILES, params={"supportsAllDrives": "true"}, json=body)
        assert answer.ok, f"cannot make a spreadsheet: {answer.text}"
        self._made.append(answer.json()["id"])
        return Book(self, self._made[-1])

    def clear(self) -> None:
        """Delete whatever was made here, for good; into the bin where we may not do that, as in some Shared Drives."""
        while self._made:
            file, params = f"{FILES}/{self._made.pop()}", {"supportsAllDrives": "true"}
            if not self.ask("DELETE", file, params=params).ok:
                self.ask("PATCH", file, params=params, json={"trashed": True})

    def number(self) -> int:
        """An id that nobody else has."""
        return 77_000_000 + next(self._numbers)


class Book:
    """One spreadsheet there."""

    def __init__(self, far: FarEnd, spreadsheet_id: str) -> None:
        self.far, self.id = far, spreadsheet_id

    @property
    def url(self) -> str:
        """Where the API has it."""
        return f"{SPREADSHEETS}/{self.id}"

    @property
    def file(self) -> str:
        """Where Drive has it."""
        return f"{FILES}/{self.id}"

    def get(self, fields: str = "*", *ranges: str) -> Json:
        """`spreadsheets.get` with that mask."""
        found: Json = _good(self.far.ask("GET", self.url, params={"fields": fields, "ranges": list(ranges)}))
        return found

    def batch(self, *wanted: Json, **options: Any) -> list[Json]:
        """Run requests together; their replies."""
        answer = _good(self.far.ask("POST", f"{self.url}:batchUpdate", json={"requests": list(wanted), **options}))
        replies: list[Json] = answer["replies"]
        return replies

    def refused(self, *wanted: Json) -> str:
        """Run requests that shall be refused with a 400; what was said."""
        answer = self.far.ask("POST", f"{self.url}:batchUpdate", json={"requests": list(wanted)})
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"]["message"])

    def post(self, path: str, body: Json, **params: str) -> Json:
        """Any other call."""
        return _good(self.far.ask("POST", f"{self.url}{path}", json=body, params=params))

    def tab(self, *, rows: int = 40, columns: int = 12) -> Tab:
        """A new tab under an id and a title of its own."""
        number = self.far.number()
        size = {"rowCount": rows, "columnCount": columns}
        properties = {"sheetId": number, "title": f"tab {number}", "gridProperties": size}
        self.batch({"addSheet": {"properties": properties}})
        return Tab(self, number)


class Tab:
    """One tab of a book, `A1` in it, and what stands there."""

    def __init__(self, book: Book, sheet_id: int) -> None:
        self.book, self.id = book, sheet_id
        self.title = f"tab {sheet_id}"

    def at(self, place: str) -> str:
        """`A1` with this tab's title before it."""
        return f"'{self.title}'!{place}"

    def span(self, top: int, bottom: int, left: int, right: int) -> Json:
        """A GridRange: 0-based, ends exclusive."""
        rows = {"startRowIndex": top, "endRowIndex": bottom}
        return {"sheetId": self.id, **rows, "startColumnIndex": left, "endColumnIndex": right}

    def line(self, dimension: str, start: int, end: int) -> Json:
        """A DimensionRange: 0-based, end exclusive."""
        return {"sheetId": self.id, "dimension": dimension, "startIndex": start, "endIndex": end}

    def put(self, place: str, *rows: list[Any], option: str = "RAW") -> requests.Response:
        """Write values; the answer, whatever it is."""
        address = f"{self.book.url}/values/{self.at(place)}"
        body = {"values": list(rows)}
        return self.book.far.ask("PUT", address, params={"valueInputOption": option}, json=body)

    def type(self, place: str, *rows: list[Any]) -> None:
        """Write as a person would type."""
        _good(self.put(place, *rows, option="USER_ENTERED"))

    def write(self, place: str, *rows: list[Any]) -> None:
        """Write as it is."""
        _good(self.put(place, *rows))

    def answer(self, place: str, render: str = "UNFORMATTED_VALUE") -> Json:
        """`values.get` as it comes; dates as day numbers."""
        params = {"valueRenderOption": render, "dateTimeRenderOption": "SERIAL_NUMBER"}
        return _good(self.book.far.ask("GET", f"{self.book.url}/values/{self.at(place)}", params=params))

    def read(self, place: str, render: str = "UNFORMATTED_VALUE") -> Rows:
        """The values; no rows when there are none."""
        rows: Rows = self.answer(place, render).get("values", [])
        return rows

    def told(self, fields: str) -> Json:
        """What `spreadsheets.get` says of this tab alone, without its cells."""
        found = self.book.get(f"sheets(properties.sheetId,{fields})")["sheets"]
        return next(one for one in found if one["properties"]["sheetId"] == self.id)

    def cells(self, place: str, fields: str) -> Iterator[Json]:
        """The cells of a range, row by row."""
        found = self.book.get(f"sheets.data.rowData.values({fields})", self.at(place))
        for row in found["sheets"][0]["data"][0].get("rowData", []):
            yield from row.get("values", [])


def _good(answer: requests.Response) -> Json:
    assert answer.ok, answer.text
    found: Json = answer.json() if answer.content else {}
    return found
