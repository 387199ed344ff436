"""
The embedded server, measured beside something simpler in the same run → a line for each of its promises.

Ratios and rates mean something on any machine; the seconds beside them do not.  Run it by hand, on a quiet machine:
scripts/benchmark server [NAME …]
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from sheetcrm.server.app import Server

Json = dict[str, Any]
SHEETS = "/v4/spreadsheets"
ROWS, COLUMNS = 100_000, 15
FORMULAS = 10_000
CHUNK = 20_000


class Api:
    """One client of one server over HTTP."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url + SHEETS
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token}"

    def create(self, rows: int, columns: int) -> str:
        grid = {"rowCount": rows, "columnCount": columns}
        made = self.session.post(self.url, json={"sheets": [{"properties": {"gridProperties": grid}}]})
        return made.json()["spreadsheetId"]

    def write(self, key: str, where: str, values: list[list[Any]], option: str = "RAW") -> None:
        url, body = f"{self.url}/{key}/values/{where}", json.dumps({"values": values}).encode()
        answer = self.session.put(url, params={"valueInputOption": option}, data=body)
        answer.raise_for_status()

    def read(self, key: str, where: str, option: str = "UNFORMATTED_VALUE") -> bytes:
        answer = self.session.get(f"{self.url}/{key}/values/{where}", params={"valueRenderOption": option})
        answer.raise_for_status()
        return answer.content


@contextmanager
def serving() -> Iterator[Api]:
    """A server that keeps its data on disk, and a client of it."""
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server, server.listen() as listener:
        yield Api(listener.url, server.token)


@contextmanager
def bare(answer: Callable[[], bytes]) -> Iterator[Callable[[], bytes]]:
    """Starlette and uvicorn with nothing behind them but `answer`; yields a function that asks for it."""

    def respond(_: Any) -> Response:
        return Response(answer(), media_type="application/json")

    config = uvicorn.Config(Starlette(routes=[Route("/", respond)]), port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    with requests.Session() as session:
        session.trust_env = False
        yield lambda: session.get(url).content
    server.should_exit = True
    thread.join()


def seconds(work: Callable[[], object], times: int = 3) -> float:
    """The median time that `work` takes."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return median(taken)


def say(what: str, found: float, unit: str, promise: float, *, at_most: bool, detail: str) -> bool:
    """One line; whether the promise is kept."""
    kept = found <= promise if at_most else found >= promise
    bound = f"{'≤' if at_most else '≥'} {promise:,g}"
    print(f"{'ok  ' if kept else 'MISS'}  {what:<52} {found:>12,.2f} {unit:<8} {bound:<10}  {detail}", flush=True)
    return kept


def table(rows: int, columns: int = COLUMNS, first: int = 0) -> list[list[Any]]:
    """Rows as a sheet of customers has them: texts and numbers."""
    return [
        [row * 7 + column if column % 3 else f"customer {row}" for column in range(columns)]
        for row in range(first, first + rows)
    ]


def reading() -> bool:
    """100,000 x 15 unformatted cells, and writing them in one update."""
    values = table(ROWS)
    kept = []
    with serving() as api:
        key = api.create(ROWS, COLUMNS)
        write = seconds(lambda: api.write(key, "Sheet1!A1", values), times=2)
        rate = ROWS * COLUMNS / write
        kept.append(
            say(
                "write 100,000 x 15 in one update",
                rate,
                "cells/s",
                300_000,
                at_most=False,
                detail=f"{write:.2f} s, on disk",
            )
        )
        for option in ("UNFORMATTED_VALUE", "FORMATTED_VALUE"):
            taken = seconds(lambda option=option: api.read(key, "Sheet1", option))
            answer = json.loads(api.read(key, "Sheet1", option))
            with bare(lambda answer=answer: json.dumps(answer, indent=2).encode()) as ask:
                simple = seconds(ask)
            detail = f"{taken:.2f} s beside {simple:.2f} s of json.dumps(indent=2) through bare starlette"
            kept.append(say(f"read 100,000 x 15, {option}", taken / simple, "times", 2, at_most=True, detail=detail))
    return all(kept)


def memory() -> bool:
    """10 million cells, loaded in chunks by a process of its own."""
    command = [sys.executable, __file__, "--load"]
    megabytes, taken = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    return say("memory with 500,000 x 20 cells", megabytes, "MB", 3000, at_most=True, detail=f"loaded in {taken:.0f} s")


def load() -> None:
    """The process of `memory`: prints megabytes and seconds."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder)) as server:
        headers = {"Authorization": f"Bearer {server.token}"}
        grid = {"rowCount": 500_000, "columnCount": 20}
        body = json.dumps({"sheets": [{"properties": {"gridProperties": grid}}]}).encode()
        key = server.handle("POST", SHEETS, "", headers, body).json()["spreadsheetId"]
        for first in range(0, 500_000, CHUNK):
            body = json.dumps({"values": table(CHUNK, 20, first)}).encode()
            path = f"{SHEETS}/{key}/values/Sheet1!A{first + 1}"
            assert server.handle("PUT", path, "valueInputOption=RAW", headers, body).status == 200
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, time.perf_counter() - start)


def row_formulas() -> bool:
    """One edit, then reading 10,000 formulas of their own row; in turns with what it is beside, as the machine may be busy."""
    with (
        serving() as api,
        bare(lambda: b"{}") as ask,
        bare(lambda: json.dumps(json.loads(answer), indent=2).encode()) as same,
    ):
        key = api.create(FORMULAS + 1, 26)
        api.write(key, "A2", [[f"c{row}", row, 2] for row in range(FORMULAS)])
        formulas = [[f'=IF(A{row}="","",B{row}*C{row})'] for row in range(2, FORMULAS + 2)]
        api.write(key, "D2", formulas, "USER_ENTERED")
        answer = api.read(key, "D2:D")
        rounds = []
        for step in range(15):
            api.write(key, f"B{2 + step}", [[7]])
            read = seconds(lambda: api.read(key, "D2:D"), times=1)
            rounds.append((read, seconds(ask, times=5), seconds(same, times=1)))
    taken, nothing, like = map(median, zip(*rounds, strict=True))
    detail = (
        f"{taken * 1000:.0f} ms beside {nothing * 1000:.1f} ms for an empty answer, {like * 1000:.0f} ms for this one"
    )
    return say("edit, then read 10,000 row formulas", taken / nothing, "times", 20, at_most=True, detail=detail)


def sumifs() -> bool:
    """One edit, then 10,000 SUMIFS over 10,000 rows, beside the engines alone."""
    data = [[f"k{row % 500}", float(row)] for row in range(FORMULAS)]
    formulas = [f"=SUMIFS($B$2:$B${FORMULAS + 1},$A$2:$A${FORMULAS + 1},A{row})" for row in range(2, FORMULAS + 2)]
    with serving() as api:
        key = api.create(FORMULAS + 1, 26)
        api.write(key, "A2", data)
        api.write(key, "C2", [[formula] for formula in formulas], "USER_ENTERED")
        api.read(key, "C2:C")
        api.write(key, "B2", [[5]])
        taken = seconds(lambda: api.read(key, "C2:C"), times=1)
    alone = {name: engine(data, formulas) for name, engine in (("formualizer", formualizer), ("ironcalc", ironcalc))}
    known = {name: found for name, found in alone.items() if found is not None}
    detail = f"{taken:.2f} s beside " + ", ".join(f"{name} {found:.2f} s" for name, found in known.items())
    return say(
        "edit, then read 10,000 SUMIFS over 10,000 rows",
        taken / min(known.values()),
        "times",
        3,
        at_most=True,
        detail=detail,
    )


def formualizer(data: list[list[Any]], formulas: list[str]) -> float:
    """One edit and all values, by the engine that the server uses."""
    import formualizer as engine

    book = engine.Workbook(config=engine.WorkbookConfig(mode=engine.WorkbookMode.Interactive, enable_changelog=False))
    book.add_sheet("a")
    book.set_values_batch("a", 2, 1, data)
    for row, formula in enumerate(formulas, 2):
        book.set_formula("a", row, 3, formula)
    book.evaluate_all()

    def edit() -> None:
        book.set_values_batch("a", 2, 2, [[5.0]])
        book.evaluate_all()
        assert all(book.get_value("a", row, 3) is not None for row in range(2, FORMULAS + 2))

    return seconds(edit, times=1)


def ironcalc(data: list[list[Any]], formulas: list[str]) -> float | None:
    """The same by the other engine; None where it is not installed."""
    try:
        import ironcalc as engine
    except ImportError:
        return None
    model = engine.create("a", "en", "UTC", "en")
    for row, (name, number) in enumerate(data, 2):
        model.set_user_input(0, row, 1, name)
        model.set_user_input(0, row, 2, str(number))
        model.set_user_input(0, row, 3, formulas[row - 2])
    model.evaluate()

    def edit() -> None:
        model.set_user_input(0, 2, 2, "5")
        model.evaluate()
        assert all(model.get_formatted_cell_value(0, row, 3) for row in range(2, FORMULAS + 2))

    return seconds(edit, times=1)


def clients() -> bool:
    """50 clients at once on one spreadsheet: each write is there once, each read is of one moment."""
    count, rounds, width = 50, 10, 20
    torn: list[bytes] = []
    with serving() as api:
        key = api.create(1000, width)
        token = str(api.session.headers["Authorization"]).removeprefix("Bearer ")

        def work(number: int) -> None:
            mine = Api(api.url.removesuffix(SHEETS), token)
            for turn in range(rounds):
                mine.write(key, "A1", [[f"{number}/{turn}"] * width] * 5)
                url, body = f"{mine.url}/{key}/values/A7:append", {"values": [[f"{number}/{turn}"]]}
                mine.session.post(url, params={"valueInputOption": "RAW"}, json=body).raise_for_status()
                seen = mine.read(key, "A1:T5")
                if len({cell for row in json.loads(seen)["values"] for cell in row}) != 1:
                    torn.append(seen)

        start = time.perf_counter()
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(work, range(count)))
        taken = time.perf_counter() - start
        kept = [row[0] for row in json.loads(api.read(key, "A7:A"))["values"]]
    lost = len({f"{number}/{turn}" for number in range(count) for turn in range(rounds)} - set(kept))
    twice = len(kept) - len(set(kept))
    detail = f"{lost} lost, {twice} doubled, {len(torn)} torn reads; {count * rounds * 3 / taken:,.0f} requests/s"
    return say(
        "50 clients: writes lost or doubled, reads torn", lost + twice + len(torn), "", 0, at_most=True, detail=detail
    )


ALL = {work.__name__: work for work in (reading, memory, row_formulas, sumifs, clients)}


def main(names: list[str]) -> int:
    """Measure what is named, or all; 1 when a promise is not kept."""
    if names == ["--load"]:
        load()
        return 0
    unknown = [name for name in names if name not in ALL]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    kept = [ALL[name]() for name in names or ALL]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
