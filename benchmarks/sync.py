"""
Reading typed records, measured beside one pydantic pass over rows that have names already, in the same run.

Everything of ours begins with the bytes of the API's answer (columns, unformatted) and ends with records, issues or a typed
DataFrame.  The yardstick is `TypeAdapter(list[Model]).validate_python` on 100,000 dicts of 15 fields.  The garbage collector
is on for all.

    scripts/benchmark sync [NAME …]
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

import requests
from pydantic import BaseModel, TypeAdapter
from requests.adapters import BaseAdapter

from sheetcrm import sync
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


def timed(work: Callable[[], Any]) -> float:
    """Seconds of CPU, once; what it made is thrown away after the clock has stopped."""
    begun = time.process_time()
    made = work()
    spent = time.process_time() - begun
    del made
    return spent


def together(*works: Callable[[], Any], rounds: int = 7) -> list[float]:
    """The least seconds of each, measured in turns: what others do on the machine only ever adds."""
    return [min(times) for times in zip(*([timed(work) for work in works] for _ in range(rounds)), strict=True)]


def gateway(canned: Canned) -> Gateway:
    """A gateway to canned answers."""
    session = requests.Session()
    session.mount("https://", canned)
    return Gateway(session, "bench")


def say(what: str, found: float, unit: str, bound: float, *, at_most: bool = False, detail: str = "") -> bool:
    """Print a line; whether the promise is kept."""
    kept = found <= bound if at_most else found >= bound
    limit = f"{'≤' if at_most else '≥'} {bound:g}"
    print(f"{'ok  ' if kept else 'MISS'}  {what:<64} {found:>8,.2f} {unit:<6} {limit:<8}  {detail}", flush=True)
    return kept


def records() -> bool:
    """Records and issues, typed frames, against the validator alone."""
    rows = named(ROWS)
    adapter, made = TypeAdapter(list[Model]), template()
    good, bad = gateway(Canned(columns(rows))), gateway(Canned(columns(rows, 0.05)))

    def ours(source: Gateway) -> Any:
        reading = sync.read(source, made)
        extract = reading.extracts["customers"]
        return extract.rows, extract.issues

    from sheetcrm.sync.frame import frame

    def framed() -> Any:
        reading = sync.read(good, made)
        return frame(reading, "customers", decimals="float"), reading.extracts["customers"].issues

    assert len(ours(good)[0]) == ROWS
    assert not ours(good)[1]
    assert len(ours(bad)[1]) > ROWS * 0.04
    yard, clean, spoilt, frames = together(
        lambda: adapter.validate_python(rows), lambda: ours(good), lambda: ours(bad), framed
    )
    detail = f"validator {ROWS / yard:,.0f} rows/s, ours {ROWS / clean:,.0f}"
    return all([
        say("records and all issues from the answer's bytes", yard / clean, "×", 0.8, detail=detail),
        say("the same with 5 % of the rows bad", yard / spoilt, "×", 0.5),
        say("typed DataFrame and all issues", yard / frames, "×", 2),
    ])  # fmt: skip


def scan() -> bool:
    """Rows that are due today against making all records, and the bytes of both."""
    from sheetcrm.remind.due import due
    from sheetcrm.remind.gather import needed
    from sheetcrm.remind.people import People, Person

    made, canned = template(), Canned(columns(named(ROWS)))
    source, today = gateway(canned), DAY_ZERO + timedelta(45_060)
    rule, asked = made.reminders["next"], needed(made)
    everybody = People({f"王{at}": Person(f"王{at}", f"p{at}@example.com") for at in range(12)})

    def all_records() -> Any:
        return sync.read(source, made).extracts["customers"].rows

    def scanned() -> Any:
        reading = sync.read(source, made, columns=asked, rules=False)
        return list(due(reading.extracts["customers"], rule, key="next", today=today, people=everybody))

    found = scanned()
    assert 0 < len(found) < ROWS / 10
    sent = []
    for work in (all_records, scanned):
        canned.sent = 0
        work()
        sent.append(canned.sent)
    records_take, scan_takes = together(all_records, scanned)
    detail = f"{len(found):,} of {ROWS:,} rows due; {ROWS / scan_takes:,.0f} rows/s"
    return all([
        say("scan for due rows against making all records", records_take / scan_takes, "×", 10, detail=detail),
        say("bytes of that scan", 100 * sent[1] / sent[0], "%", 40, at_most=True),
    ])  # fmt: skip


class OwnModel(Model):
    """The record of a sheet that has no template: options by the words in the cells, headers by alias."""

    stage: Literal["潜在客户", "沟通中", "已报价", "成交", "流失"] | None = None  # type: ignore[assignment]  # other words


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
        days = {"first", "next"}
        shown = [[key, *(_shown(one, key in days) for one in column)] for key, column in cells.items()]
        rows = [list(row) for row in zip(*shown, strict=True)]
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


def _shown(stored: Any, is_day: bool) -> str:
    if isinstance(stored, bool):
        return str(stored).upper()
    return (DAY_ZERO + timedelta(stored)).isoformat() if is_day and stored != "" else str(stored)


def tab_of(cells: dict[str, list[Any]]) -> Any:
    """gspread's own worksheet over canned answers."""
    import gspread

    session = requests.Session()
    session.mount("https://", CannedTab(cells))
    client = gspread.Client(auth=None, session=session).http_client
    return gspread.Worksheet(None, {"sheetId": 0, "title": "Customers"}, "bench", client)


def gspread_records() -> bool:
    """Records of a template and all issues, against `get_all_records` and a model for each row."""
    cells = columns(named(ROWS))
    source, made, tab = gateway(Canned(cells)), template(), tab_of(cells)
    phones = [1 + list(cells).index("phone")]

    def theirs() -> Any:
        rows = tab.get_all_records(numericise_ignore=phones)
        return [OwnModel(**{key: None if value == "" else value for key, value in row.items()}) for row in rows]

    def ours() -> Any:
        extract = sync.read(source, made).extracts["customers"]
        return extract.rows, extract.issues

    assert len(theirs()) == len(ours()[0]) == ROWS
    their_time, our_time = together(theirs, ours, rounds=3)
    detail = f"ours {ROWS / our_time:,.0f} rows/s, with all issues; theirs raises at the first bad row"
    what = "records of a template against get_all_records and a model per row"
    return say(what, their_time / our_time, "×", 4, detail=detail)


def own() -> bool:
    """`sheetcrm.read` with a model of one's own, against `get_all_records` and that model for each row."""
    from sheetcrm.sync.own import read

    tab = tab_of(columns(named(ROWS)))

    def theirs(ignored: list[Any]) -> Any:
        rows = tab.get_all_records(numericise_ignore=ignored)
        return [OwnModel(**{key: None if value == "" else value for key, value in row.items()}) for row in rows]

    def ours() -> Any:
        return read(tab, OwnModel)

    found, phones = ours(), [1 + list(OwnModel.model_fields).index("phone")]
    assert (len(found), found.issues) == (ROWS, ())
    assert [record.model_dump() for record in theirs(["all"])] == [record.model_dump() for record in found]
    numbers, texts, our_time = together(lambda: theirs(phones), lambda: theirs(["all"]), ours, rounds=3)
    detail = f"ours {ROWS / our_time:,.0f} rows/s, with all issues; theirs raises at the first bad row"
    what = "a model of one's own against get_all_records and a model per row"
    return all([
        say(what, numbers / our_time, "×", 4, detail=detail),
        say("the same, told to leave every text a text", texts / our_time, "×", 1, detail="which a script must, for 0012"),
    ])  # fmt: skip


def linear() -> bool:
    """A row's cost from 1,000 rows to 1,000,000."""
    made, costs = template(), []
    for rows in (1_000, 10_000, 100_000, 1_000_000):
        source = gateway(Canned(columns(named(rows))))

        def read(source: Gateway = source) -> Any:
            extract = sync.read(source, made).extracts["customers"]
            return extract.rows, extract.issues

        costs.append(min(timed(read) for _ in range(7 if rows < 10**6 else 2)) / rows * 1e6)
        del source
    detail = " → ".join(f"{cost:.1f}" for cost in costs) + " µs a row at 1,000, 10,000, 100,000 and 1,000,000 rows"
    return say(
        "a row's cost at 1,000,000 rows against the dearest of fewer",
        costs[-1] / max(costs[:-1]),
        "×",
        1.5,
        at_most=True,
        detail=detail,
    )


if __name__ == "__main__":
    parts = {"records": records, "scan": scan, "gspread": gspread_records, "own": own, "linear": linear}
    chosen = sys.argv[1:] or list(parts)
    sys.exit(0 if min(parts[name]() for name in chosen) else 1)
