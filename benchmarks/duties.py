"""
Spreadsheets full of rows that are due, made up → the bytes that Google would answer for them; and a mail server that takes everything.

Like `canned.py`, nothing is computed while somebody measures.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import requests
from canned import Canned, columns, named, template  # benchmarks/canned.py
from requests.adapters import BaseAdapter

from sheetcrm.sheets.gateway import Gateway

TODAY = date(2026, 1, 5)
OWNERS = 50


class Duties(BaseAdapter):
    """A session's other end: any number of spreadsheets with the same `rows` rows, all due today, of `owners` people."""

    def __init__(self, rows: int, owners: int = OWNERS) -> None:
        """Each has the sheet of `canned.py` and a team."""
        super().__init__()
        due = [
            {**row, "owner": f"王{at % owners}", "next": TODAY.isoformat(), "stage": "talk"}
            for at, row in enumerate(named(rows))
        ]
        self._customers = Canned(columns(due))
        self._parts = {f"customers.{key}": part for key, part in self._customers.marked.items()}
        team = {
            "name": [f"王{at}" for at in range(owners)],
            "email": [f"p{at}@example.com" for at in range(owners)],
        }
        self._parts |= {f"team.{key}": _part(key, at, column) for at, (key, column) in enumerate(team.items())}
        self._description = _with_team(json.loads(self._customers.description), team)
        self._bodies: dict[bytes, bytes] = {}

    def send(self, request: Any, **_options: Any) -> requests.Response:
        """Answer as Google does, each spreadsheet by its own id."""
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        if request.method == "GET":
            name = request.path_url.partition("/spreadsheets/")[2].partition("?")[0]
            response._content = self._description.replace(b'"bench"', json.dumps(name).encode(), 1)
        else:
            response._content = self._bodies.get(request.body) or self._values(request.body)
        return response

    def _values(self, asked: bytes) -> bytes:
        names = [
            one["developerMetadataLookup"]["metadataValue"]
            for one in json.loads(asked)["dataFilters"]
            if "developerMetadataLookup" in one
        ]
        self._bodies[asked] = b'{"valueRanges":[' + b",".join(self._parts[name] for name in names) + b"]}"
        return self._bodies[asked]

    def close(self) -> None:
        """Nothing is open."""

    def gateway(self, spreadsheet: str) -> Gateway:
        """To that spreadsheet."""
        session = requests.Session()
        session.mount("https://", self)
        return Gateway(session, spreadsheet)


def _with_team(description: Any, team: dict[str, list[str]]) -> bytes:
    (customers,) = description["sheets"]
    sheet = json.loads(json.dumps(customers))
    sheet["properties"] |= {"sheetId": 1, "title": "Team", "index": 1}
    sheet["properties"]["gridProperties"] = {"rowCount": 100, "columnCount": len(team)}
    marks = [("team", sheet["developerMetadata"][0])]
    told = [json.loads(json.dumps(sheet["data"][0]["columnMetadata"][at])) for at in range(len(team))]
    sheet["data"] = [{"columnMetadata": told}]
    marks += [(f"team.{key}", told[at]["developerMetadata"][0]) for at, key in enumerate(team)]
    for number, (value, mark) in enumerate(marks, 1):
        mark |= {"metadataValue": value, "metadataId": number}
    description["sheets"].append(sheet)
    return json.dumps(description).encode()


def _part(key: str, at: int, column: list[str]) -> bytes:
    letter = chr(ord("A") + at)
    title = template().sheets["team"].columns[key].title.say("en")
    lookup = {"metadataKey": "sheetcrm", "metadataValue": f"team.{key}", "locationType": "COLUMN"}
    values = {
        "range": f"Team!{letter}1:{letter}{len(column) + 1}",
        "majorDimension": "COLUMNS",
        "values": [[title, *column]],
    }
    found = {"valueRange": values, "dataFilters": [{"developerMetadataLookup": lookup}]}
    return json.dumps(found, ensure_ascii=False).encode()


@contextmanager
def sink() -> Iterator[int]:
    """The port of a real mail server in a process of its own, which takes every mail and forgets it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = int(probe.getsockname()[1])
    run = [sys.executable, "-m", "aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink"]
    server = subprocess.Popen(run)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(30)
