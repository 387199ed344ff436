"""
Plans and applies, measured beside the same spreadsheet built with gspread and gspread-formatting in the same run.

gspread-formatting is never a dependency: it is fetched into a folder that is thrown away, and left out with a notice when
that is not possible.  The CPU figures are of the client alone: the embedded server works in threads of its own.

    scripts/benchmark provision [NAME …]
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

import gspread
from fetched import fetched  # benchmarks/fetched.py

from sheetcrm import provision, testing
from sheetcrm.layout import letters
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Drive, Gateway

Json = dict[str, Any]
TODAY = datetime.now(UTC).date()
LANGUAGE = "zh"
PLACE = "sheetId"
SPREADSHEETS = 100


def say(what: str, found: float, unit: str, bound: float, *, at_most: bool, detail: str = "") -> bool:
    """Print a line; whether the promise is kept."""
    kept = found <= bound if at_most else found >= bound
    limit = f"{'≤' if at_most else '≥'} {bound:g}"
    print(f"{'ok  ' if kept else 'MISS'}  {what:<58} {found:>10,.2f} {unit:<6} {limit:<8}  {detail}", flush=True)
    return kept


def largest() -> Template:
    """The template of ours with the largest batch."""
    return max(map(loader.named, loader.names()), key=lambda template: plan_of(provision.blank(), template).bytes)


def plan_of(gateway: Any, template: Template, *, samples: bool = True) -> provision.Plan:
    """The plan of today."""
    return provision.plan(gateway, template, LANGUAGE, samples=samples, today=TODAY)


def made(running: testing.Running, template: Template) -> str:
    """The id of a new spreadsheet from that template."""
    spreadsheet_id = Drive(running.session).create(template.title.say(LANGUAGE))
    gateway = Gateway(running.session, spreadsheet_id)
    for _ in range(2):  # what is made for people comes with the second, when they are in the team
        provision.apply(gateway, plan_of(gateway, template))
    return spreadsheet_id


def requests() -> bool:
    """Requests and bytes to build the largest template, ours and gspread-formatting's."""
    template = largest()
    with testing.server() as running:
        spreadsheet_id = Drive(running.session).create("ours")
        running.forget_requests()
        gateway = Gateway(running.session, spreadsheet_id)
        plan = plan_of(gateway, template)
        provision.apply(gateway, plan)
        ours = running.requests()
        with fetched("gspread-formatting") as found:
            if not found:
                print("skip  gspread-formatting cannot be fetched here: nothing to compare with")
                return True
            book = running.client.create("theirs")
            running.forget_requests()
            by = By(book, plan.requests)
            by.build()
            theirs = running.requests()
    sizes = [sum(len(call.body) for call in calls) for calls in (ours, theirs)]
    detail = f"{template.key}: {len(ours)} requests, gspread-formatting {len(theirs)}"
    fewer = say(
        "requests: gspread-formatting's to ours", len(theirs) / len(ours), "times", 20, at_most=False, detail=detail
    )
    print(
        f"      with its batch_updater, which takes formats, widths and validations together: {len(theirs) - by.batchable + 1}"
    )
    print(f"      bytes sent: {sizes[0]:,} by us (identity marks and what we remember included), {sizes[1]:,} by it")
    return fewer


def plan() -> bool:
    """CPU of a plan for the largest template, up to date and as a new spreadsheet."""
    template = largest()
    with testing.server(http=True) as running:
        spreadsheet_id = made(running, template)
        times = [cpu_of(running, spreadsheet_id, template) for _ in range(5)]
        loading = median(_loading(template.key) for _ in range(3))
    started = time.thread_time()
    size = len(plan_of(provision.blank(), template).requests)
    new = time.thread_time() - started
    kept = say(
        "CPU of a plan for the largest template, up to date",
        median(times),
        "s",
        0.3,
        at_most=True,
        detail=f"{template.key}; reading its YAML besides: {loading:.2f} s",
    )
    return say("CPU of the plan of a new spreadsheet", new, "s", 0.3, at_most=True, detail=f"{size} requests") and kept


def many() -> bool:
    """CPU of plans over 100 spreadsheets that are up to date: linear in their number."""
    template = loader.named("pipeline")
    with testing.server(http=True) as running:
        ids = [made(running, template) for _ in range(SPREADSHEETS)]
        cpu_of(running, ids[0], template)
        times = [cpu_of(running, spreadsheet_id, template) for spreadsheet_id in ids]
    tenth = SPREADSHEETS // 10
    first, last = median(times[:tenth]), median(times[-tenth:])
    detail = (
        f"{sum(times):.1f} s for all {SPREADSHEETS}, {1000 * first:.0f} ms each at first, {1000 * last:.0f} ms at last"
    )
    return say(
        "a plan's CPU: the last ten's to the first ten's", last / first, "times", 1.5, at_most=True, detail=detail
    )


def cpu_of(running: testing.Running, spreadsheet_id: str, template: Template) -> float:
    """Seconds of this thread for one plan, which must find nothing to do."""
    started = time.thread_time()
    plan = plan_of(Gateway(running.session, spreadsheet_id), template, samples=False)
    taken = time.thread_time() - started
    assert not plan.changes, plan.text()
    return taken


def _loading(name: str) -> float:
    started = time.thread_time()
    loader.named(name)
    return time.thread_time() - started


class By:
    """The same spreadsheet as a careful person builds it with gspread and gspread-formatting, a call for each thing.

    Cells, formats and notes that one call can take are taken together; what neither has a call for goes through
    `batch_update`.  Marks of identity, which only we leave, are left out.
    """

    def __init__(self, book: gspread.Spreadsheet, requests: Sequence[Json]) -> None:
        self.book, self.requests = book, requests
        self.tabs: dict[int, gspread.Worksheet] = {}
        self.titles: dict[int, dict[int, str]] = defaultdict(dict)
        self.notes: dict[int, dict[str, str]] = defaultdict(dict)
        self.widths: dict[int, list[tuple[str, int]]] = defaultdict(list)
        self.formats: dict[tuple[int, str], Json] = defaultdict(dict)
        self.conditions: dict[int, list[Json]] = defaultdict(list)
        self.batchable = 0
        """Calls that its `batch_updater` could send together."""

    def build(self) -> None:
        """Send everything."""
        for request in self.requests:
            ((name, body),) = request.items()
            getattr(self, name, self._raw)(name, body)
        self._finish()

    def createDeveloperMetadata(self, name: str, body: Json) -> None:  # noqa: N802 - Google's names, here and below
        """Only we leave marks."""

    def addSheet(self, name: str, body: Json) -> None:  # noqa: N802
        """A tab."""
        properties = body["properties"]
        grid = properties.get("gridProperties", {})
        rows, columns = grid.get("rowCount", 1000), grid.get("columnCount", 26)
        self.tabs[properties[PLACE]] = self.book.add_worksheet(properties["title"], rows, columns)

    def repeatCell(self, name: str, body: Json) -> None:  # noqa: N802
        """Headers, notes and formats are gathered; formulas go column by column."""
        place, cell = body["range"], body["cell"]
        header = place.get("startRowIndex", 0) == 0 and place.get("endRowIndex") == 1
        where = a1(place)
        if "note" in body["fields"]:
            self.notes[place[PLACE]] |= {where.partition(":")[0]: cell.get("note", "")}
        elif "userEnteredValue" in body["fields"]:
            if header:
                text = cell["userEnteredValue"].get("stringValue", "")
                self.titles[place[PLACE]][place.get("startColumnIndex", 0)] = text
            else:
                self._raw(name, body)
        else:
            self.formats[place[PLACE], where] |= cell.get("userEnteredFormat", {})

    def updateDimensionProperties(self, name: str, body: Json) -> None:  # noqa: N802
        """Widths are gathered."""
        span, size = body["range"], body["properties"].get("pixelSize")
        if size and span["dimension"] == "COLUMNS":
            self.widths[span[PLACE]].append((letters(span.get("startIndex", 0)), size))
        if not size or body["properties"].get("hiddenByUser"):
            self._raw(name, body)

    def setDataValidation(self, name: str, body: Json) -> None:  # noqa: N802
        """A rule for a column."""
        from gspread_formatting import DataValidationRule, set_data_validation_for_cell_range

        self.batchable += 1
        tab = self.tabs[body["range"][PLACE]]
        set_data_validation_for_cell_range(tab, a1(body["range"]), DataValidationRule.from_props(body["rule"]))

    def addConditionalFormatRule(self, name: str, body: Json) -> None:  # noqa: N802
        """Gathered: the library writes all rules of a tab at once."""
        self.conditions[body["rule"]["ranges"][0][PLACE]].append(body["rule"])

    def _finish(self) -> None:
        from gspread_formatting import (
            CellFormat,
            ConditionalFormatRule,
            format_cell_range,
            get_conditional_format_rules,
            set_column_widths,
        )

        for place, tab in self.tabs.items():
            if titles := self.titles[place]:
                tab.update([[titles.get(at, "") for at in range(max(titles) + 1)]], "A1")
            if self.notes[place]:
                tab.insert_notes(self.notes[place])
            if self.widths[place]:
                self.batchable += 1
                set_column_widths(tab, self.widths[place])
            if self.conditions[place]:
                rules = get_conditional_format_rules(tab)
                rules.extend(ConditionalFormatRule.from_props(self._here(rule)) for rule in self.conditions[place])
                rules.save()
        self.batchable += len(self.formats)
        for (place, where), looks in self.formats.items():
            format_cell_range(self.tabs[place], where, CellFormat.from_props(looks))

    def _raw(self, name: str, body: Json) -> None:
        self.book.batch_update({"requests": [{name: self._here(body)}]})

    def _here(self, part: Any) -> Any:
        """The same with the ids of these tabs."""
        if isinstance(part, dict):
            moved = {key: self._here(value) for key, value in part.items()}
            return moved | ({PLACE: self.tabs[part[PLACE]].id} if part.get(PLACE) in self.tabs else {})
        return [self._here(value) for value in part] if isinstance(part, list) else part


def a1(place: Json) -> str:
    """A GridRange with all its edges, in A1 notation without the tab."""
    first, last = letters(place.get("startColumnIndex", 0)), letters(place["endColumnIndex"] - 1)
    return f"{first}{place.get('startRowIndex', 0) + 1}:{last}{place['endRowIndex']}"


ALL = {work.__name__: work for work in (requests, plan, many)}


def main(names: list[str]) -> int:
    """Measure what is named, or all; 1 when a promise is not kept."""
    if unknown := [name for name in names if name not in ALL]:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    kept = [ALL[name]() for name in names or ALL]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
