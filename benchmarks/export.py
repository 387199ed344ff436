"""
Large sheets out, in bounded memory → a line for each promise.

The spreadsheet is on a server of its own, in another process; the exporter is a process, too, whose peak memory (everything that
Python and pyarrow take) is what the operating system says of it when it has ended.

    scripts/benchmark export [memory|linear …]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import requests
from requests.adapters import BaseAdapter

from sheetcrm import provision, sync
from sheetcrm.schema.template import Template
from sheetcrm.server.adapter import Redirect, mount
from sheetcrm.server.app import Server
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sync.export import Options, Sources, Wish, export, format_of

Json = dict[str, Any]
CELLS = 10_000_000
COLUMNS = 20
BLOCK = 10_000
MEGABYTES = 400
STAGES = {"lead": "潜在客户", "talk": "沟通中", "quote": "已报价", "won": "成交", "lost": "流失"}


def template() -> Template:
    """One sheet of 20 columns: keys, texts, numbers, days, options, phones."""
    columns: Json = {"id": {"type": "id", "title": "Id"}}
    for at in range(1, COLUMNS):
        kind: Json = [
            {"type": "text"},
            {"type": "money"},
            {"type": "date"},
            {"type": "choice", "options": {key: {"title": title} for key, title in STAGES.items()}},
            {"type": "phone"},
            {"type": "integer"},
        ][at % 6]
        columns[f"c{at}"] = {"title": f"Column {at}", **kind}
    sheet = {"title": "Customers", "key": "id", "columns": columns}
    return Template.model_validate(
        {"version": 1, "title": "Large", "country": "CN", "sheets": {"customers": sheet}}
    ).called("large")


def row(at: int) -> list[Any]:
    """Its cells."""
    words = list(STAGES.values())
    kinds = (
        f"客户 {at % 7919} 号",
        at % 100_000 / 100,
        40_000 + at % 6000,
        words[at % 5],
        f"+86138{at % 10**8:08d}",
        at,
    )
    return [f"C{at:07d}", *(kinds[column % 6] for column in range(1, COLUMNS))]


def session(url: str, token: str) -> requests.Session:
    """To that server, under Google's own URLs."""
    made = requests.Session()
    made.trust_env = False
    mount(made, Redirect(url, token))
    return made


@contextmanager
def served() -> Iterator[tuple[str, str]]:
    """URL and token of a server in another process."""
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, __file__, "serve", folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            assert process.stdout is not None
            url, token = process.stdout.readline().split()
            yield url, token
        finally:
            process.kill()
            process.wait()


def serve(folder: str) -> None:
    """Serve until standard input ends."""
    with Server(Path(folder)) as server, server.listen() as listener:
        print(listener.url, server.token, flush=True)
        sys.stdin.read()


def filled(url: str, token: str, rows: int) -> str:
    """The id of a spreadsheet with so many rows."""
    with session(url, token) as wire:
        gateway = Gateway(wire, Drive(wire).create("Large"), timeout=600)
        provision.apply(gateway, provision.plan(gateway, template(), "zh", today=date(2026, 1, 1)))
        sheet = gateway.describe("sheets.properties.sheetId")["sheets"][0]["properties"]["sheetId"]
        grid = {"sheetId": sheet, "gridProperties": {"rowCount": rows + 1}}
        gateway.batch([{"updateSheetProperties": {"properties": grid, "fields": "gridProperties.rowCount"}}])
        for first in range(0, rows, BLOCK):
            values = [row(at) for at in range(first, min(first + BLOCK, rows))]
            gateway.write([{"range": f"Customers!A{first + 2}", "values": values}])
        return gateway.spreadsheet_id


def child(url: str, token: str, spreadsheet: str, form: str) -> None:
    """Export once; print what it cost."""
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, session(url, token) as wire:
        out = Path(folder) / f"large.{form}"
        sources = Sources(Gateway(wire, spreadsheet, timeout=600), template())
        [done] = export(sources, [Wish("customers")], out, format_of(form, None), Options()).sheets
        size = out.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    spent = time.perf_counter() - begun
    print(json.dumps({"rows": done.rows, "issues": done.issues, "peak": peak, "seconds": spent, "bytes": size}))


def figures(rows: int, forms: list[str]) -> dict[str, Json]:
    """What exporting so many rows costs, by format."""
    with served() as (url, token):
        spreadsheet = filled(url, token, rows)
        found = {}
        for form in forms:
            command = [sys.executable, __file__, "child", url, token, spreadsheet, form]
            found[form] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        return found


def say(what: str, found: float, unit: str, bound: float, detail: str = "") -> bool:
    """Print a line; whether the promise is kept."""
    kept = found <= bound
    print(f"{'ok  ' if kept else 'MISS'}  {what:<64} {found:>8,.2f} {unit:<6} ≤ {bound:<6g}  {detail}", flush=True)
    return kept


def memory() -> bool:
    """10 million cells, the most that a spreadsheet has, to CSV and to Parquet."""
    kept, rows = True, CELLS // COLUMNS - 1
    for form, one in figures(rows, ["csv", "parquet"]).items():
        assert (one["rows"], one["issues"]) == (rows, 0)
        detail = f"{one['seconds']:,.0f} s, {one['bytes'] / 1e6:,.0f} MB written"
        kept &= say(f"10,000,000 cells to {form}, the exporter's peak", one["peak"], "MB", MEGABYTES, detail)
    return kept


class Canned(BaseAdapter):
    """A session's other end: a sheet of so many rows, of which ranges of columns are asked for; its time is not counted."""

    def __init__(self, rows: int) -> None:
        """Nothing is kept but the cells of one block."""
        super().__init__()
        self.rows, self.spent = rows, 0.0
        self.columns = list(template().sheets["customers"].columns)

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer as Google does."""
        begun = time.process_time()
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        if request.method == "GET":
            response._content = json.dumps(self._description()).encode()
        else:
            places = [one["gridRange"] for one in json.loads(request.body)["dataFilters"]]
            response._content = json.dumps({"valueRanges": [self._range(place) for place in places]}).encode()
        self.spent += time.process_time() - begun
        return response

    def close(self) -> None:
        """Nothing is open."""

    def _description(self) -> Json:
        def mark(value: str, key: str = "sheetcrm") -> list[Json]:
            return [{"metadataId": sum(map(ord, value)), "metadataKey": key, "metadataValue": value}]

        properties = {
            "sheetId": 0,
            "title": "Customers",
            "gridProperties": {"rowCount": self.rows + 1, "columnCount": COLUMNS},
        }
        data = [{"columnMetadata": [{"developerMetadata": mark(f"customers.{key}")} for key in self.columns]}]
        about = mark('{"template": "large", "version": 1, "language": "zh"}', "sheetcrm.template")
        sheet = {"properties": properties, "developerMetadata": mark("customers"), "data": data}
        return {"spreadsheetId": "x", "properties": {"title": "Large"}, "developerMetadata": about, "sheets": [sheet]}

    def _range(self, place: Json) -> Json:
        first, last = place.get("startRowIndex", 0), place["endRowIndex"]
        span = slice(place.get("startColumnIndex", 0), place.get("endColumnIndex", COLUMNS))
        if last == 1:
            values = [[column.title.say("zh")] for column in template().sheets["customers"].columns.values()]
        else:
            values = [list(column) for column in zip(*(row(at - 1)[span] for at in range(first, last)), strict=True)]
        return {"valueRange": {"values": values}, "dataFilters": [{"gridRange": place}]}


def linear() -> bool:
    """Reading in parts costs as much a row in a sheet of a million as in one of a thousand."""
    made, spent = template(), {}
    for rows in (1_000, 10_000, 100_000, 1_000_000):
        canned = Canned(rows)
        wire = requests.Session()
        wire.mount("https://", canned)
        begun = time.process_time()
        count = sum(len(part.parsed.numbers) for part in sync.chunks(Gateway(wire, "x"), made, "customers"))
        spent[rows] = (time.process_time() - begun - canned.spent) / rows * 1e6
        assert count == rows
    detail = ", ".join(f"{rows:,}: {micro:,.1f} µs a row" for rows, micro in spent.items())
    return say(
        "reading in parts: a row of a million against one of ten thousand",
        spent[1_000_000] / spent[10_000],
        "×",
        1.25,
        detail,
    )


PARTS = {"memory": memory, "linear": linear}

if __name__ == "__main__":
    first, *rest = sys.argv[1:] or [""]
    if first == "serve":
        serve(*rest)
    elif first == "child":
        child(*rest)
    elif first == "figures":
        print(json.dumps(figures(int(rest[0]), rest[1:])))
    else:
        sys.exit(0 if min([PARTS[name]() for name in ([first, *rest] if first else PARTS)]) else 1)
