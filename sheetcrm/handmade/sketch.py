"""
Tabs as they were found → sheets and columns with keys, and what each sheet is for.

Which column tells rows apart, where the team and the lists are: everything that
must be known of the whole before a single column can be given a type.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from sheetcrm.handmade.evidence import Evidence, evidence
from sheetcrm.handmade.keyform import FoundFormula, found_formula
from sheetcrm.handmade.keys import Named, key_of, named_places
from sheetcrm.handmade.marks import Mark, marked, old_marks, place_marks
from sheetcrm.handmade.survey import FoundColumn, FoundTab, Survey
from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources import Json
from sheetcrm.schema.context import Place
from sheetcrm.schema.template import HIDDEN_ID

_TEAM = re.compile(r"\b(team|staff|employees?|colleagues|people|members)\b|团队|员工|同事|人员", re.IGNORECASE)
_LISTS = re.compile(r"\b(lists?|options|dropdowns?|choices|lookups?)\b|选项|列表|下拉|字典", re.IGNORECASE)
_PAGE = re.compile(r"\b(help|read ?me|about|dashboard|summary|overview)\b|说明|帮助|看板|总览|汇总", re.IGNORECASE)
_ID = re.compile(
    r"(^|[^a-z])(id|no\.?|nr\.?|code|key|number|sku)$|[a-z](ID|No|Code)$|编号|代码|单号|工号|编码", re.IGNORECASE
)
_NAME = re.compile(r"name|姓名|名称|公司", re.IGNORECASE)
_UNIQUE = "SUMPRODUCT(--("
BLANK = "blank"
"""Why a tab is left out that nobody is told of."""
LONG_TEXT, SHORT_KEY = 40, 60


@dataclass
class SheetSketch:
    """One sheet of the draft: its tab and columns by key, and what is known of them."""

    key: str
    tab: FoundTab
    columns: dict[str, FoundColumn]
    hidden_id: bool
    """Whether it has the hidden column that a sheet without a key gets."""
    seen: dict[str, Evidence] = field(default_factory=dict)
    formulas: dict[str, FoundFormula] = field(default_factory=dict)
    content: Literal["records", "lists", "page"] = "records"
    id_column: str | None = None

    @property
    def is_computed(self) -> bool:
        """Whether at least half of its columns are filled by the sheet itself."""
        return 2 * len(self.formulas) >= len(self.columns)


@dataclass(frozen=True)
class Sketch:
    """The sheets by key, where they stand, the team's column of names; `left` are tabs that cannot be used, and why."""

    sheets: dict[str, SheetSketch]
    layout: Layout
    description: Json
    team: Place | None
    left: tuple[tuple[str, str], ...]

    def marks(self) -> list[Mark]:
        """What would mark all of it."""
        return [mark for sheet in self.sheets.values() for mark in _marks(sheet)]


def sketch(survey: Survey, named: Named | None = None) -> Sketch:
    """Name the places (`named` has keys that are given), look at each column, decide what the sheets are for."""
    sheets, left = dict[str, SheetSketch](), []
    named = named or named_places(survey.description)
    for number, tab in enumerate(survey.tabs, 1):
        if why := _unusable(tab):
            left += [(tab.title, why)] if why != BLANK else []
            continue
        key = key_of(tab.title, sheets, f"sheet_{number}", hint=named.tabs.get(tab.id, ""))
        sheets[key] = _sheet(key, tab, named.columns)
    gone = frozenset(old.id for old in old_marks(survey.description))
    marks = [mark for sheet in sheets.values() for mark in _marks(sheet)]
    description = marked(survey.description, marks, gone)
    layout = Layout.locate(description, {})
    for sheet in sheets.values():
        _look(sheet, layout)
    targets = {target for sheet in sheets.values() for seen in sheet.seen.values() if (target := seen.range)}
    for sheet in sheets.values():
        _decide(sheet, {target.column for target in targets if target.sheet == sheet.key})
    return Sketch(sheets, layout, description, _team(sheets, targets), tuple(left))


def _unusable(tab: FoundTab) -> str:
    """Why a tab is left out, BLANK where that goes without saying; empty when it is not."""
    if tab.header_row == 1 and tab.columns:
        return ""
    if tab.header_row > 1:
        return tr(
            "its header seems to be row {row}; delete or move {above:row 1|rows 1 to {above}} so that it is the first row",
            row=tab.header_row,
            above=tab.header_row - 1,
        )
    return tr("no row of titles was found in it") if tab.nameless else BLANK


def _marks(sheet: SheetSketch) -> list[Mark]:
    columns = {key: column.index for key, column in sheet.columns.items()}
    hidden = next((column.index for column in sheet.tab.columns if column.title == HIDDEN_ID), 0)
    return place_marks(sheet.key, sheet.tab.id, {**({HIDDEN_ID: hidden} if sheet.hidden_id else {}), **columns})


def _sheet(key: str, tab: FoundTab, named: dict[tuple[int, int], str]) -> SheetSketch:
    """The columns by key; of several with one title the first."""
    hidden_id = any(column.title == HIDDEN_ID and column.hidden for column in tab.columns)
    columns: dict[str, FoundColumn] = {}
    titles = set()
    for column in tab.columns:
        if column.title.strip().casefold() in titles or (hidden_id and column.title == HIDDEN_ID):
            continue
        titles.add(column.title.strip().casefold())
        name = key_of(column.title, columns, f"column_{column.index + 1}", hint=named.get((tab.id, column.index), ""))
        columns[name] = column
    return SheetSketch(key, tab, columns, hidden_id)


def _look(sheet: SheetSketch, layout: Layout) -> None:
    for key, column in sheet.columns.items():
        sheet.seen[key] = evidence(column, Place(sheet.key, key), layout)
        if formula := found_formula(column, sheet.key, layout, sheet.tab.used):
            sheet.formulas[key] = formula


def _decide(sheet: SheetSketch, targets: set[str]) -> None:
    """What the sheet is for, and which column tells its rows apart."""
    if sheet.hidden_id:
        return
    if _LISTS.search(sheet.tab.title) or len(targets) > 1:
        sheet.content = "lists"
    elif _PAGE.search(sheet.tab.title) or sheet.is_computed or _is_prose(sheet):
        sheet.content = "page"
    else:
        sheet.id_column = next(_id_columns(sheet, targets), None)


def _is_prose(sheet: SheetSketch) -> bool:
    """Whether it is something to read: nothing but texts, long ones among them."""
    cells = [cell for column in sheet.columns.values() for cell in column.filled]
    plain = all(seen.validation is None for seen in sheet.seen.values())
    texts = [cell for cell in cells if isinstance(cell, str)]
    longest = max((_length(column) for column in sheet.columns.values()), default=0)
    return plain and bool(texts) and len(texts) == len(cells) and longest > LONG_TEXT


def _length(column: FoundColumn) -> float:
    return sum(len(str(cell)) for cell in column.filled) / max(1, len(column.filled))


def _id_columns(sheet: SheetSketch, targets: set[str]) -> Iterator[str]:
    """Columns that could be the key, the likeliest first."""
    typed = [key for key in sheet.columns if key not in sheet.formulas]
    yield from (key for key in typed if _is_guarded(sheet.seen[key]))
    yield from (key for key in typed if key in targets and _is_unique(sheet, key))
    used = Counter(formula.parts()[0] for formula in sheet.formulas.values())
    yield from (key for key, _ in used.most_common() if key in typed and _is_unique(sheet, key))
    unique = [
        key for key in typed if _is_unique(sheet, key) and sheet.columns[key].filled and _is_short(sheet.columns[key])
    ]
    for pattern in (_ID, _NAME):
        yield from (key for key in unique if pattern.search(sheet.columns[key].title.strip()))
    yield from (key for key in unique[:1] if key == next(iter(sheet.columns)) and _is_numbered(sheet.columns[key]))


def _is_guarded(seen: Evidence) -> bool:
    return seen.validation is not None and any(_UNIQUE in value for value in seen.validation.condition.values)


def _is_unique(sheet: SheetSketch, key: str) -> bool:
    """Whether every row seen has a value of its own there."""
    filled = [str(cell).strip().casefold() for cell in sheet.columns[key].filled]
    return len(set(filled)) == len(filled) == (sheet.tab.used if filled else 0)


def _is_short(column: FoundColumn) -> bool:
    cells = column.filled
    return len(cells) > 1 and all(
        not isinstance(cell, bool | float) and len(str(cell)) <= SHORT_KEY and "\n" not in str(cell) for cell in cells
    )


def _is_numbered(column: FoundColumn) -> bool:
    """Whether there is a number in each of its texts."""
    return all(isinstance(cell, str) and any(char.isdigit() for char in cell) for cell in column.filled)


def _team(sheets: dict[str, SheetSketch], targets: set[Place]) -> Place | None:
    """The names of the people who work in the spreadsheet: a tab with addresses that is called so, or that a dropdown shows."""
    for sheet in sheets.values():
        if sheet.id_column is None or not any(_is_mail(seen) for seen in sheet.seen.values()):
            continue
        names = [key for key in sheet.columns if _NAME.search(sheet.columns[key].title) and key not in sheet.formulas]
        name = next((key for key in (sheet.id_column, *names) if key in names), sheet.id_column)
        if _TEAM.search(sheet.tab.title):
            return Place(sheet.key, name)
    return None


def _is_mail(seen: Evidence) -> bool:
    if seen.validation is not None:
        return seen.validation.condition.type == "TEXT_IS_EMAIL"
    cells = seen.column.filled
    return bool(cells) and all(isinstance(cell, str) and "@" in cell for cell in cells)
