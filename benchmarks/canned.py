"""
A hundred thousand customers, made up → rows with names, cells by column, and the bytes that Google would answer for them.

Nothing is computed while somebody measures: a session that ends in `Canned` or `CannedTab` gets bytes that were there before.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import requests
from pydantic import BaseModel
from requests.adapters import BaseAdapter

from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway

Json = dict[str, Any]
ROWS = 100_000
DAY_ZERO = date(1899, 12, 30)
TITLES = {"lead": "潜在客户", "talk": "沟通中", "quote": "已报价", "won": "成交", "lost": "流失"}
TEMPLATE: Json = {
    "version": 1,
    "title": "Bench",
    "country": "CN",
    "sheets": {
        "customers": {
            "title": "Customers",
            "key": "id",
            "columns": {
                "id": {"type": "id", "title": "Id"},
                "company": {"type": "text", "title": "Company", "required": True},
                "contact": {"type": "text", "title": "Contact"},
                "phone": {"type": "phone", "title": "Phone"},
                "email": {"type": "email", "title": "E-mail"},
                "owner": {"type": "person", "title": "Owner"},
                "stage": {"type": "choice", "title": "Stage", "options": {key: {"title": title} for key, title in TITLES.items()}},
                "level": {"type": "choice", "title": "Level", "options": ["A", "B", "C"]},
                "amount": {"type": "money", "title": "Amount", "rules": [{"type": "range", "min": 0}]},
                "count": {"type": "integer", "title": "Count"},
                "first": {"type": "date", "title": "First"},
                "next": {"type": "date", "title": "Next"},
                "link": {"type": "url", "title": "Link"},
                "done": {"type": "checkbox", "title": "Done"},
                "note": {"type": "text", "title": "Note"},
            },
            "rules": [{"type": "at_least_one", "of": ["phone", "email"]}],
        },
        "team": {
            "title": "Team",
            "key": "name",
            "columns": {"name": {"type": "id", "title": "Name"}, "email": {"type": "email", "title": "E-mail"}},
        },
    },
    "team": {"sheet": "team", "name": "name", "email": "email"},
    "reminders": {
        "next": {
            "type": "date", "title": "Next", "sheet": "customers", "date": "next", "owner": "owner",
            "unless": {"stage": ["won", "lost"]}, "show": ["company"],
        },
    },
}  # fmt: skip


class Model(BaseModel):
    """The same record as people would write it by hand."""

    id: str
    company: str
    contact: str | None = None
    phone: str | None = None
    email: str | None = None
    owner: str | None = None
    stage: Literal["lead", "talk", "quote", "won", "lost"] | None = None
    level: Literal["A", "B", "C"] | None = None
    amount: Decimal | None = None
    count: int | None = None
    first: date | None = None
    next: date | None = None
    link: str | None = None
    done: bool = False
    note: str | None = None


class OwnModel(Model):
    """The record of a sheet that has no template: options by the words in the cells, headers by alias."""

    stage: Literal["潜在客户", "沟通中", "已报价", "成交", "流失"] | None = None  # type: ignore[assignment]  # other words


def named(rows: int) -> list[Json]:
    """Rows as a caller of the validator would have them: named, dates as ISO text, blanks as None."""
    choose = random.Random(7)
    keys = list(TITLES)
    found = []
    for at in range(rows):
        day = DAY_ZERO + timedelta(choose.randrange(45_000, 46_500))
        later = (day + timedelta(choose.randrange(1, 400))).isoformat() if at % 4 else None
        found.append(
            {
                "id": f"C{at:06d}", "company": f"北京星辰{at % 7919}科技有限公司", "contact": f"张{at % 997}",
                "phone": f"+86138{at % 10**8:08d}", "email": f"user{at}@example{at % 50}.com", "owner": f"王{at % 12}",
                "stage": keys[at % 5], "level": "ABC"[at % 3], "amount": choose.randrange(100, 10_000_000) / 100,
                "count": choose.randrange(500), "first": day.isoformat(), "next": later,
                "link": f"https://example.com/c/{at}", "done": bool(at % 2), "note": "电话沟通，" * (at % 6) or None,
            }
        )  # fmt: skip
    return found


def cell(key: str, value: Any) -> Any:
    """The cell of a value, as the API gives it."""
    if value is None:
        return ""
    if key == "stage":
        return TITLES[value]
    return (date.fromisoformat(value) - DAY_ZERO).days if key in ("first", "next") else value


BAD: Json = {"phone": "13", "first": "soon", "stage": "won?", "email": "ann@", "amount": "lots"}


def columns(rows: list[Json], spoilt: float = 0.0) -> dict[str, list[Any]]:
    """The cells by column; in that share of the rows one cell is wrong."""
    choose = random.Random(11)
    found = {key: [cell(key, row[key]) for row in rows] for key in TEMPLATE["sheets"]["customers"]["columns"]}
    for at in range(len(rows)):
        if choose.random() < spoilt:
            key = choose.choice(list(BAD))
            found[key][at] = BAD[key]
    return found


class Canned(BaseAdapter):
    """A session's other end: the answers of `describe` and `columns`, as bytes; nothing is computed while we measure."""

    def __init__(self, cells: dict[str, list[Any]]) -> None:
        """The spreadsheet has one sheet with those columns, each with its mark."""
        super().__init__()
        self.description = json.dumps(_description(cells)).encode()
        self.marked = {key: _value_range(key, at, column) for at, (key, column) in enumerate(cells.items())}
        self.bodies: dict[tuple[str, ...], bytes] = {}
        self.sent = 0

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer as Google does."""
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        if request.method == "GET":
            body = self.description
        else:
            asked = json.loads(request.body)["dataFilters"]
            names = [
                one["developerMetadataLookup"]["metadataValue"].partition(".")[2]
                for one in asked
                if "developerMetadataLookup" in one
            ]
            body = (
                self.bodies.get(tuple(names))
                or b'{"valueRanges":[' + b",".join(self.marked[name] for name in names) + b"]}"
            )
            self.bodies[tuple(names)] = body
        self.sent += len(body)
        response._content = body
        return response

    def close(self) -> None:
        """Nothing is open."""


def _description(cells: dict[str, list[Any]]) -> Json:
    def mark(value: str) -> list[Json]:
        return [
            {
                "metadataId": abs(hash(value)) % 10**9,
                "metadataKey": "sheetcrm",
                "metadataValue": value,
                "visibility": "DOCUMENT",
            }
        ]

    length = max(map(len, cells.values())) + 1
    properties = {
        "sheetId": 0,
        "title": "Customers",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": length, "columnCount": len(cells)},
    }
    sheet = {
        "properties": properties,
        "developerMetadata": mark("customers"),
        "data": [{"columnMetadata": [{"developerMetadata": mark(f"customers.{key}")} for key in cells]}],
    }
    about = {"title": "Bench", "locale": "en_US", "timeZone": "Etc/GMT"}
    marks = [
        {
            "metadataKey": "sheetcrm.template",
            "metadataValue": json.dumps({"template": "bench", "version": 1, "language": "zh"}),
        }
    ]
    return {"spreadsheetId": "bench", "properties": about, "developerMetadata": marks, "sheets": [sheet]}


def _value_range(key: str, at: int, column: list[Any]) -> bytes:
    letter = chr(ord("A") + at)
    title = TEMPLATE["sheets"]["customers"]["columns"][key]["title"]
    lookup = {"metadataKey": "sheetcrm", "metadataValue": f"customers.{key}", "locationType": "COLUMN"}
    found = {
        "valueRange": {
            "range": f"Customers!{letter}1:{letter}{len(column) + 1}",
            "majorDimension": "COLUMNS",
            "values": [[title, *column]],
        },
        "dataFilters": [{"developerMetadataLookup": lookup}],
    }
    return json.dumps(found, ensure_ascii=False).encode()


def template() -> Template:
    """The sheet above."""
    return Template.model_validate(TEMPLATE)


def gateway(canned: Canned) -> Gateway:
    """A gateway to canned answers."""
    session = requests.Session()
    session.mount("https://", canned)
    return Gateway(session, "bench")


class CannedTab(BaseAdapter):
    """The other end of a gspread worksheet: the same cells as shown, row by row, and as stored, column by column."""

    def __init__(self, cells: dict[str, list[Any]]) -> None:
        """Days are shown as 2026-01-02, ticks as TRUE."""
        super().__init__()
        stored = [[key, *column] for key, column in cells.items()]
        values = {"range": "Customers!A1:O100001", "majorDimension": "COLUMNS", "values": stored}
        lookup = [{"gridRange": {"sheetId": 0}}]
        self.stored = json.dumps(
            {"valueRanges": [{"valueRange": values, "dataFilters": lookup}]}, ensure_ascii=False
        ).encode()
        rows = shown(cells)
        self.shown = json.dumps(
            {"range": "Customers!A1:O100001", "majorDimension": "ROWS", "values": rows}, ensure_ascii=False
        ).encode()
        self.description = json.dumps(_description(cells)).encode()

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer as Google does."""
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        by_filter = request.method == "POST"
        response._content = self.stored if by_filter else self.shown if "/values/" in request.url else self.description
        return response

    def close(self) -> None:
        """Nothing is open."""


def shown(cells: dict[str, list[Any]]) -> list[list[str]]:
    """The header and the rows as people see them: days as 2026-01-02, ticks as TRUE."""
    days = {"first", "next"}
    found = [[key, *(_shown(one, key in days) for one in column)] for key, column in cells.items()]
    return [list(row) for row in zip(*found, strict=True)]


def _shown(stored: Any, is_day: bool) -> str:
    if isinstance(stored, bool):
        return str(stored).upper()
    return (DAY_ZERO + timedelta(stored)).isoformat() if is_day and isinstance(stored, int) else str(stored)


def client_of(cells: dict[str, list[Any]]) -> Any:
    """gspread's own client over canned answers."""
    import gspread

    session = requests.Session()
    session.mount("https://", CannedTab(cells))
    return gspread.Client(auth=None, session=session)


def tab_of(cells: dict[str, list[Any]]) -> Any:
    """gspread's own worksheet over canned answers."""
    import gspread

    return gspread.Worksheet(None, {"sheetId": 0, "title": "Customers"}, "bench", client_of(cells).http_client)
