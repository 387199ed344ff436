"""
Whatever people do, whatever the template becomes: nothing that a person typed is lost, and an apply leaves nothing to do.

What an apply may do to people's work is decided by looking at the spreadsheet before and after it, cell by cell: columns of ours are
told by their mark, people's own by their order.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import gspread
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sheetcrm import testing
from sheetcrm.errors import Refused, TemplateError
from sheetcrm.layout import Layout
from sheetcrm.provision.live import read
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template

from .bakery import BAKERY, Desk, bakery, columns

NAME = "name: {type: text, title: {zh: 姓名, en: Name}, required: true}"
NEXT = "      next: {type: date, title: {zh: 下次, en: Next}}\n"
SPENT = "SUMIFS({orders.amount},{orders.customer},{id})"
LEAD = "lead: {zh: 潜在, en: Lead, color: grey}"
TEMPLATES: dict[str, tuple[str, str]] = {
    "a new column": (NEXT, "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n" + NEXT),
    "a dropped column": (NEXT, ""),
    "another title": (NAME, NAME.replace("姓名", "名字")),
    "another width and a note": (NAME, NAME[:-1] + ", width: 222, note: {zh: 注, en: Mind}}"),
    "another type": (NAME, NAME.replace("type: text", "type: integer")),
    "an option called otherwise": (LEAD, "lead: {zh: 潜在客户, en: Lead, was: [潜在], color: grey}"),
    "an option more": (LEAD, LEAD + ", lost: {zh: 流失, en: Lost}"),
    "another formula": (SPENT, "COUNTIFS({orders.customer},{id})"),
    "no colours by state": ("    highlights: [{type: state, column: stage}]\n", ""),
    "more rows": ("rows: 100\n", "rows: 130\n"),
    "another look": ("version: 1", 'version: 1\ntheme: {second: "#ddeeff"}'),
    "another key": ("      name: {type", "      full_name: {was: [name], type"),
    "a new tab": ("  team:\n    title", "  log:\n    title: {zh: 记录, en: Log}\n    columns: {what: {type: text, title: {zh: 事, en: What}}}\n  team:\n    title"),
    "a chart": ("  orders:\n", "    charts: {spending: {type: column, title: {zh: 消费, en: Spending}, x: name, y: spent, rows: 9}}\n  orders:\n"),
    "views": ("  orders:\n", "    views: {late: {title: {zh: 逾期, en: Late}, where: {next: {before: today}, stage: [lead]}, sort: [next]}}\n    filter: true\n  orders:\n"),
    "a gradient": ("    highlights: [", "    highlights: [{type: gradient, column: spent, low: white, high: green}, "),
    "roles": ("sheets:\n  customers:", "roles: {finance: {edits: [orders, customers.stage]}, sales: {edits: [customers.stage]}}\nsheets:\n  customers:"),
    "other roles": ("sheets:\n  customers:", "roles: {sales: {edits: [orders.amount, team]}}\nsheets:\n  customers:"),
    "another title of a tab": ("title: {zh: 订单, en: Orders}", "title: {zh: 买卖, en: Orders}"),
}  # fmt: skip
TEAM = {
    "team: {sheet: team, name: name, email: email}": "team: {sheet: team, name: name, email: email, role: role, active: active}",
    "      email: {type: email, title: {zh: 邮箱, en: E-mail}}\n":
        "      email: {type: email, title: {zh: 邮箱, en: E-mail}}\n"
        "      role: {type: choice, title: {zh: 角色, en: Role}, options: {sales: {zh: 销售, en: Sales}, finance: {zh: 财务, en: Finance}}}\n"
        "      active: {type: checkbox, title: {zh: 在职, en: Active}}\n",
}  # fmt: skip
"""The bakery's team, with what says who may edit what is locked."""
REWORDED = {"潜在": "潜在客户"}
PLACES = [("customers", "id"), ("customers", "name"), ("customers", "stage"), ("customers", "next"), ("customers", "spent"),
          ("orders", "customer"), ("orders", "amount"), ("team", "name")]  # fmt: skip
SHEETS = ["customers", "orders", "team"]
FILLED: dict[tuple[str, str], list[Any]] = {
    ("customers", "id"): ["C1", "C2", "C3"], ("customers", "name"): ["Ann", "Bob", "Zoe"], ("customers", "stage"): ["潜在", "成交", "潜在"],
    ("customers", "next"): [46000, 46001],
    ("orders", "customer"): ["C1", "C2"], ("orders", "amount"): [5, 7], ("team", "name"): ["Ann"],
}  # fmt: skip
ROW = st.integers(2, 12)
WORDS = st.sampled_from(["潜在", "成交", "Ann", "=1+1", "0012", "2026-01-02", "x", "  ", "7"]) | st.integers(0, 9)
FIELDS = (
    "namedRanges.name,sheets(properties,charts(chartId,spec.title),filterViews.title,conditionalFormats,protectedRanges(protectedRangeId,description),"
    "data(columnMetadata.developerMetadata,rowData.values(userEnteredValue,userEnteredFormat.backgroundColorStyle,note)))"
)


class Book:
    """A spreadsheet as people see it: what stands in cells by sheet id, column and row, and what people added beside cells."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.cells: dict[tuple[int, str, int], dict[str, Any]] = {}
        self.headers: dict[tuple[int, str], str] = {}
        self.charts, self.rules, self.views, self.locks = (Counter[str]() for _ in range(4))
        self.names = {one["name"] for one in described.get("namedRanges", []) if one["name"].startswith("mine")}
        for part in described["sheets"]:
            self._read(part["properties"]["sheetId"], part)

    def _read(self, sheet: int, part: dict[str, Any]) -> None:
        data = part["data"][0]
        names, own = [], 0
        for column in data.get("columnMetadata", []):
            marks = [
                one["metadataValue"] for one in column.get("developerMetadata", []) if one["metadataKey"] == "sheetcrm"
            ]
            own += not marks
            names.append(marks[0] if marks else f"own {own}")
        for number, row in enumerate(data.get("rowData", []), 1):
            for name, cell in zip(names, row.get("values", []), strict=False):
                if number == 1:
                    self.headers[sheet, name] = str(next(iter(cell.get("userEnteredValue", {"": ""}).values())))
                if cell:
                    self.cells[sheet, name, number] = cell
        self.charts.update(_mine(chart["spec"].get("title", "") for chart in part.get("charts", [])))
        self.locks.update(_mine(one.get("description", "") for one in part.get("protectedRanges", [])))
        self.views.update(_mine(view.get("title", "") for view in part.get("filterViews", [])))
        for one in part.get("conditionalFormats", []):
            condition = one.get("booleanRule", {}).get("condition", {})
            if condition.get("type") == "TEXT_CONTAINS":
                self.rules[condition["values"][0]["userEnteredValue"]] += 1


def _mine(titles: Iterable[str]) -> Iterator[str]:
    """Those that people gave."""
    return (title for title in titles if title.startswith("mine"))


class Team(RuleBasedStateMachine):
    """People edit through plain gspread; between their edits the template changes and an admin applies it."""

    @initialize(template=st.sampled_from([None, *TEMPLATES]))
    def open(self, template):
        self.folder = tempfile.TemporaryDirectory()
        self.context = testing.server()
        running = self.context.__enter__()
        self.desk = Desk(running, running.client.create("x"), bakery(Path(self.folder.name)))
        self.said: set[str] = set()
        self.number = 0
        self.desk.template = self.template()
        self.desk.apply()
        for place, cells in FILLED.items():
            self.tab(place[0]).update([[cell] for cell in cells], self.cell(place, 2)[1], raw=True)
        if template:
            self.template_changes(template, at_once=False)

    def teardown(self):
        if hasattr(self, "context"):
            self.context.__exit__(None, None, None)
            self.folder.cleanup()

    def layout(self) -> Layout:
        """Where things stand now; a plan's own layout is where they will stand."""
        return read(self.desk.gateway, {}, self.desk.template.wanted()).layout

    def tab(self, sheet: str) -> gspread.Worksheet:
        return self.desk.people.get_worksheet_by_id(self.layout().sheet_id(sheet))

    def cell(self, place: tuple[str, str], row: int) -> tuple[gspread.Worksheet, str] | None:
        layout = self.layout()
        return (self.tab(place[0]), layout.cell(*place, row)) if layout.has(*place) else None

    def book(self) -> Book:
        return Book(self.desk.describe(FIELDS))

    @rule(place=st.sampled_from(PLACES), row=ROW, word=WORDS)
    def types(self, place, row, word):
        if found := self.cell(place, row):
            found[0].update([[word]], found[1], raw=True)

    @rule(place=st.sampled_from(PLACES), row=ROW)
    def colours_and_notes(self, place, row):
        if found := self.cell(place, row):
            found[0].format(found[1], {"backgroundColor": {"red": 1}})
            found[0].insert_note(found[1], "mine")

    @rule(sheet=st.sampled_from(SHEETS), source=st.integers(0, 9), to=st.integers(0, 9))
    def moves_a_column(self, sheet, source, to):
        tab = self.tab(sheet)
        source, to = source % tab.column_count, to % tab.column_count
        if source != to:
            self.desk.send({"moveDimension": {"source": columns(tab.id, source, source + 1), "destinationIndex": to}})

    @rule(sheet=st.sampled_from(SHEETS), at=st.integers(0, 9), row=ROW)
    def inserts_a_column_of_their_own(self, sheet, at, row):
        tab = self.tab(sheet)
        at %= tab.column_count
        self.desk.send({"insertDimension": {"range": columns(tab.id, at, at + 1), "inheritFromBefore": at > 0}})
        self.number += 1
        tab.update_cell(1, at + 1, f"own {self.number}")
        tab.update_cell(row, at + 1, self.number)

    @rule(sheet=st.sampled_from(SHEETS), at=st.integers(0, 9))
    def deletes_a_column_of_their_own(self, sheet, at):
        tab, layout = self.tab(sheet), self.layout()
        own = [index for index in range(tab.column_count) if layout.column_at(sheet, index) is None]
        if own:
            tab.delete_columns(own[at % len(own)] + 1)

    @rule(sheet=st.sampled_from(SHEETS), at=ROW, count=st.integers(1, 3))
    def inserts_rows(self, sheet, at, count):
        self.tab(sheet).insert_rows([[]] * count, at)

    @rule(sheet=st.sampled_from(SHEETS), at=ROW)
    def deletes_a_row(self, sheet, at):
        self.tab(sheet).delete_rows(at)

    @rule(sheet=st.sampled_from(SHEETS), by=st.integers(1, 3))
    def sorts(self, sheet, by):
        tab = self.tab(sheet)
        tab.sort((min(by, tab.column_count), "asc"), range=f"A2:{gspread.utils.rowcol_to_a1(12, tab.column_count)}")

    @rule(place=st.sampled_from(PLACES), source=st.sampled_from(PLACES), row=ROW, everything=st.booleans())
    def pastes_over(self, place, source, row, everything):
        layout = self.layout()
        if not (layout.has(*place) and layout.has(*source)):
            return
        start = layout.grid_range(*source, first=2, last=4)
        end = layout.grid_range(*place, first=row, last=row + 2)
        kind = "PASTE_NORMAL" if everything else "PASTE_VALUES"
        self.desk.send({"copyPaste": {"source": start, "destination": end, "pasteType": kind}})

    @rule(place=st.sampled_from(PLACES))
    def renames_a_header(self, place):
        self.number += 1
        if found := self.cell(place, 1):
            found[0].update([[f"title {self.number}"]], found[1])

    @rule(place=st.sampled_from(PLACES), source=st.sampled_from(PLACES), blank=st.booleans())
    def writes_over_a_header(self, place, source, blank):
        """With nothing, or with the title of another column."""
        layout = self.layout()
        if layout.has(*place) and layout.has(*source) and place[0] == source[0]:
            title = "" if blank else self.tab(source[0]).acell(layout.cell(*source, 1)).value
            self.tab(place[0]).update([[title or ""]], layout.cell(*place, 1))

    @rule(
        sheet=st.sampled_from(SHEETS),
        by=st.integers(1, 5),
        rows=st.integers(2, 12),
        direction=st.sampled_from(["asc", "des"]),
    )
    def sorts_with_the_header(self, sheet, by, rows, direction):
        tab = self.tab(sheet)
        place = f"A1:{gspread.utils.rowcol_to_a1(rows, tab.column_count)}"
        tab.sort((min(by, tab.column_count), direction), range=place)

    @rule(sheet=st.sampled_from(SHEETS))
    def deletes_the_header_row(self, sheet):
        self.tab(sheet).delete_rows(1)

    @rule(sheet=st.sampled_from(SHEETS))
    def renames_a_tab(self, sheet):
        self.number += 1
        self.tab(sheet).update_title(f"{sheet}'s tab {self.number}")

    @rule(sheet=st.sampled_from(SHEETS), first=st.booleans())
    def adds_a_rule_of_their_own(self, sheet, first):
        self.number += 1
        tab = self.tab(sheet)
        condition = {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": f"mine {self.number}"}]}
        look = {"condition": condition, "format": {"textFormat": {"bold": True}}}
        place = {"sheetId": tab.id, "startRowIndex": 1, "startColumnIndex": 0, "endColumnIndex": 2}
        index = (
            0
            if first
            else len(tab.spreadsheet.fetch_sheet_metadata()["sheets"][tab.index].get("conditionalFormats", []))
        )
        self.desk.send({"addConditionalFormatRule": {"index": index, "rule": {"ranges": [place], "booleanRule": look}}})

    @rule(place=st.sampled_from(PLACES))
    def puts_a_validation_of_their_own(self, place):
        layout = self.layout()
        if layout.has(*place):
            mine = {"condition": {"type": "TEXT_IS_EMAIL"}}
            self.desk.send({"setDataValidation": {"range": layout.grid_range(*place), "rule": mine}})

    @rule(sheet=st.sampled_from(SHEETS))
    def filters_in_a_view_and_names_a_range_of_their_own(self, sheet):
        tab = self.tab(sheet)
        self.number += 1
        place = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1}
        self.desk.send({"addFilterView": {"filter": {"title": f"mine {self.number}", "range": place}}})
        self.desk.send({"addNamedRange": {"namedRange": {"name": f"mine_{self.number}", "range": place}}})

    @rule(sheet=st.sampled_from(SHEETS))
    def draws_a_chart_of_their_own(self, sheet):
        tab = self.tab(sheet)
        self.number += 1
        place = {"sheetId": tab.id, "startRowIndex": 0, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 1}
        series = [{"series": {"sourceRange": {"sources": [place]}}}]
        spec = {"title": f"mine {self.number}", "basicChart": {"chartType": "COLUMN", "series": series}}
        anchor = {"overlayPosition": {"anchorCell": {"sheetId": tab.id}}}
        self.desk.send({"addChart": {"chart": {"spec": spec, "position": anchor}}})

    @rule(
        row=st.integers(2, 5),
        who=st.sampled_from(["Ann", "Bob", "Zoe"]),
        role=st.sampled_from(["销售", "财务"]),
        active=st.booleans(),
    )
    def joins_or_leaves_the_team(self, row, who, role, active):
        said = {"name": who, "email": f"{who.lower()}@x.org", "role": role, "active": active}
        for column, value in said.items():
            if found := self.cell(("team", column), row):
                found[0].update([[value]], found[1], raw=True)

    @rule(at=st.integers(0, 9), gone=st.booleans())
    def opens_a_lock(self, at, gone):
        found = self.desk.describe("sheets(protectedRanges)")["sheets"]
        locks = [one for part in found for one in part.get("protectedRanges", []) if not one.get("warningOnly")]
        if locks:
            lock = locks[at % len(locks)]["protectedRangeId"]
            changed = {"protectedRangeId": lock, "editors": {"users": ["stranger@x.org"]}}
            self.desk.send(
                {"deleteProtectedRange": {"protectedRangeId": lock}}
                if gone and not locks[at % len(locks)].get("description", "").startswith("mine")
                else {"updateProtectedRange": {"protectedRange": changed, "fields": "editors"}}
            )

    @rule(sheet=st.sampled_from(SHEETS))
    def locks_something_of_their_own(self, sheet):
        self.number += 1
        place = {"sheetId": self.tab(sheet).id, "startColumnIndex": 0, "endColumnIndex": 1}
        lock = {"range": place, "description": f"mine {self.number}", "editors": {"users": ["mine@x.org"]}}
        self.desk.send({"addProtectedRange": {"protectedRange": lock}})

    @rule(change=st.sampled_from(list(TEMPLATES)), at_once=st.booleans(), deep=st.booleans())
    def template_changes(self, change, at_once, deep=False):
        """Also back again: whatever was said before is left out when it is said a second time."""
        self.said ^= {change}
        try:
            self.desk.template = self.template()
        except TemplateError:
            self.said ^= {change}
        if at_once:
            self.an_admin_applies(deep)

    @rule(changes=st.lists(st.sampled_from(list(TEMPLATES)), min_size=2, max_size=4, unique=True), deep=st.booleans())
    def template_changes_much(self, changes, deep):
        for change in changes:
            self.template_changes(change, at_once=False)
        self.an_admin_applies(deep)

    def template(self) -> Template:
        """The bakery's, without its samples, as all that was said together makes it; what cannot be said beside another is left out."""
        text = BAKERY[: BAKERY.index("    samples:")] + BAKERY[BAKERY.index("  orders:\n") :]
        for was, now in TEAM.items():
            assert was in text
            text = text.replace(was, now)
        for change in sorted(self.said):
            text = text.replace(*TEMPLATES[change], 1)
        file = Path(self.folder.name) / "bakery.yaml"
        file.write_text(text, encoding="utf-8")
        return loader.load(file)

    @rule(deep=st.booleans())
    def an_admin_applies(self, deep):
        """Without any flag by which something of people's may be lost."""
        before = self.book()
        plan = self.desk.plan(deep=deep, allow={"many-changes"})
        try:
            self.desk.apply(deep=deep, allow={"many-changes"})
        except Refused:
            assert self.book().__dict__ == before.__dict__, "a refused plan changes nothing"
            return
        changes = {str(change.address): change for change in plan.changes}
        self.nothing_is_lost(before, self.book(), changes, plan.layout)
        again = self.desk.plan(deep=deep, allow={"many-changes"})
        assert (again.changes, again.requests) == ((), ()), again.text()

    def nothing_is_lost(self, before: Book, after: Book, changes: dict[str, Any], layout: Layout) -> None:
        """Row 1 counts where it is a record; then every row stands where it does once the header row is back above it."""
        put_back = {layout.sheet_id(sheet) for sheet in layout.header_rows}
        renamed = {name: name.replace(".name", ".full_name") for _, name, _ in before.cells if name == "customers.name"}
        renamed |= {
            name: name.replace(".full_name", ".name") for _, name, _ in before.cells if name == "customers.full_name"
        }
        for (sheet, name, found), cell in before.cells.items():
            row = layout.row_then(layout.sheet_key(sheet) or "", found)
            if row == 1:
                continue
            there = after.cells.get((sheet, name, row)) or after.cells.get((sheet, renamed.get(name, name), row), {})
            value = cell.get("userEnteredValue", {})
            went = {f"{name}.column", f"{name.partition('.')[0]}.tab"} & {
                at for at, one in changes.items() if one.action == "delete"
            }
            if "formulaValue" not in value and value:
                expected = [value, {"stringValue": REWORDED.get(value.get("stringValue"), "")}]
                assert not went, (name, row, cell)
                assert there.get("userEnteredValue") in expected, (name, row, cell, there)
            if not went:
                assert there.get("note") == cell.get("note"), (name, row)
                assert there.get("userEnteredFormat") == cell.get("userEnteredFormat"), (name, row)
        for (sheet, name), title in before.headers.items():
            if name.startswith("own ") and sheet not in put_back:
                assert after.headers[sheet, name] == title
        assert (after.charts, after.rules, after.views) == (before.charts, before.rules, before.views)
        assert after.locks == before.locks
        assert after.names == before.names


TestTeam = Team.TestCase
# Each story is many applies: the short form has half as many as other tests.
EXAMPLES = settings.default.max_examples // (1 if "SHEETCRM_PROVE" in os.environ else 2)
TestTeam.settings = settings(max_examples=EXAMPLES, stateful_step_count=14, suppress_health_check=list(HealthCheck))
