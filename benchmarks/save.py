"""
Saving, measured beside the reading that came before it, in the same run, and the window that stays while we save.

1,000 changed records among 100,000 of 15 fields; the answers are bytes made before the clock starts.  The window is the time from the
answer of the second look, which saw that nobody had changed a cell, to the request that writes it: our own part of it, as the way of
the two messages over the network comes on top.

    scripts/benchmark save [changed|frame|linear …]
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import requests
from canned import ROWS, Canned, columns, named, template  # benchmarks/canned.py
from clock import apart, say, timed, together

from sheetcrm import sync
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.save import save

CHANGED = 1_000


class Book(Canned):
    """Also answers the batch, with the ids and the marks for which it asks."""

    def __init__(self, cells: dict[str, list[Any]]) -> None:
        """As `Canned`."""
        super().__init__(cells)
        self.ids, self.keys = cells["id"], list(cells)
        self.looked = self.window = 0.0

    def send(self, request: Any, **options: Any) -> requests.Response:
        """Answer as Google does; the clock is stopped when a batch comes, and started when a look was answered."""
        if ":batchUpdate" not in request.url:
            response = super().send(request, **options)
            self.looked = time.perf_counter()
            return response
        self.window = time.perf_counter() - self.looked
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url
        data = [self._part(text) for text in json.loads(request.body)["responseRanges"]]
        response._content = json.dumps({"updatedSpreadsheet": {"sheets": [{"properties": {}, "data": data}]}}).encode()
        return response

    def _part(self, text: str) -> dict[str, Any]:
        first, _, last = text.rpartition("!")[2].partition(":")
        column, row = ord(first[0]) - ord("A"), int(first[1:])
        if row == 1:
            mark = {"metadataKey": "sheetcrm", "metadataValue": f"customers.{self.keys[column]}"}
            return {"startColumn": column, "columnMetadata": [{"developerMetadata": [mark]}]}
        ids = self.ids[row - 2 : int((last or first)[1:]) - 1]
        rows = [{"values": [{"effectiveValue": {"stringValue": id_}}]} for id_ in ids]
        return {"startRow": row - 1, "startColumn": column, "rowData": rows}


def opened(rows: int) -> tuple[Book, Gateway]:
    """A spreadsheet of so many rows."""
    book = Book(columns(named(rows)))
    session = requests.Session()
    session.mount("https://", book)
    return book, Gateway(session, "bench")


def copies(reading: sync.Reading, count: int) -> list[Any]:
    """So many records with two other fields, from all over the sheet."""
    rows = reading.extracts["customers"].rows
    chosen = random.Random(3).sample(rows, min(count, len(rows)))
    return [row.record.model_copy(update={"stage": "won", "amount": Decimal(at)}) for at, row in enumerate(chosen)]


def measured(rows: int, records: Callable[[sync.Reading], Any], rounds: int = 3) -> tuple[float, float, Book, Gateway]:
    """Seconds of CPU of reading everything and of saving, in turns; the spreadsheet, and the gateway of one save."""
    book, source = opened(rows)
    made = template()
    reading = sync.read(source, made)
    wanted = records(reading)

    def read() -> Any:
        extract = sync.read(source, made).extracts["customers"]
        return extract.rows, extract.issues

    read_time, save_time = together(read, lambda: save(source, reading, "customers", wanted), rounds=rounds)
    counted = Gateway(source._client.session, "bench")
    done = save(counted, reading, "customers", wanted)
    assert len(done.changed) == min(CHANGED, rows)
    assert not done.conflicts
    return read_time, save_time, book, counted


def changed() -> bool:
    """1,000 changed records among 100,000."""
    read_time, save_time, book, counted = measured(ROWS, lambda reading: copies(reading, CHANGED))
    counts = counted.counts
    detail = f"reading {read_time:.2f} s, saving {save_time:.2f} s"
    kept = [
        say("CPU of saving 1,000 of 100,000 records, of reading them all", save_time / read_time, "×", 1, at_most=True, detail=detail),
        say("reads before the write, and none after it", counts.reads, "", 2, at_most=True),
        say("writes; the answer verifies", counts.writes, "", 2, at_most=True),
        say("window between second look and write, beside the network's", book.window, "s", 5, at_most=True),
    ]  # fmt: skip
    _, _, small, _ = measured(1_000, lambda reading: copies(reading, CHANGED))
    return all([*kept, say("the same window in a sheet of 1,000 rows", small.window, "s", 1, at_most=True)])


def frame() -> bool:
    """A DataFrame of all 100,000 rows, of which 1,000 were changed."""
    from sheetcrm.sync.frame import frame as framed

    def made(reading: sync.Reading) -> Any:
        table = framed(reading, "customers", decimals="float")
        places = random.Random(3).sample(range(len(table)), CHANGED)
        table.iloc[places, table.columns.get_loc("count")] = 501
        return table

    read_time, save_time, _, _ = measured(ROWS, made)
    detail = f"reading {read_time:.2f} s, saving {save_time:.2f} s"
    return say("CPU of saving a frame of 100,000 rows, 1,000 of them changed", save_time / read_time, "×", 1.5, at_most=True, detail=detail)  # fmt: skip


def linear() -> bool:
    """What it costs to save 1,000 records in a sheet ten times as long."""
    made, costs = template(), []
    for rows in (10_000, 100_000):
        _, source = opened(rows)
        reading = sync.read(source, made)
        wanted = copies(reading, CHANGED)
        save(source, reading, "customers", wanted)
        costs.append(min(timed(lambda: save(source, reading, "customers", wanted)) for _ in range(3)))  # noqa: B023 - called at once
    detail = " → ".join(f"{cost:.2f} s" for cost in costs)
    return say("saving 1,000 among 100,000 against among 10,000", costs[1] / costs[0], "×", 10, at_most=True, detail=detail)  # fmt: skip


if __name__ == "__main__":
    parts = {"changed": changed, "frame": frame, "linear": linear}
    sys.exit(0 if apart(__file__, parts, sys.argv[1:]) else 1)
