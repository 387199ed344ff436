"""
Spreadsheet → records and all issues, in two requests.

Nothing here raises for what people did to the sheet: headers, columns and tabs
that are missing are issues like wrong cells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date

from sheetcrm.messages import texts
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.extract import Values, extract, parse
from sheetcrm.sync.look import Look, look
from sheetcrm.sync.records import Issue, Parsed, Reading


def read(
    gateway: Gateway,
    template: Template,
    *,
    language: str | None = None,
    sheets: Collection[str] | None = None,
    columns: Collection[str] | None = None,
    today: date | None = None,
    rules: bool = True,
) -> Reading:
    """
    The records of those sheets (None: all) and everything wrong in them, headers included.

    `language` is the one of messages and of new titles; None: as the
    spreadsheet is marked.  A rule that looks at a sheet that is not read says
    nothing.  With `columns` (`customers.owner`) only these come back, a row
    counts as blank when it is so in them, and rules that need others are not
    asked; without `rules` nothing is judged.  ApiError when there is no answer.
    """
    seen = look(gateway, template, language=language, sheets=sheets, columns=columns, today=today)
    return judged(seen, rules=rules)


def judged(seen: Look, *, rules: bool = True) -> Reading:
    """What a look at the spreadsheet means."""
    parsed = parsed_sheets(seen)
    values = Values(parsed)
    extracts = {
        sheet: extract(parsed[sheet], values, seen.context, seen.layout, seen.columns, rules=rules) for sheet in parsed
    }
    return Reading(seen.layout, seen.context.language, seen.context.template, extracts, tuple(_troubles(seen)))


def parsed_sheets(seen: Look) -> dict[str, Parsed]:
    """Every sheet that was found, in the order of the template, before any rule was asked."""
    template = seen.context.template
    return {
        sheet: parse(template.sheets[sheet], sheet, seen.cells[sheet], seen.context)
        for sheet in template.sheets
        if sheet in seen.cells
    }


def _troubles(seen: Look) -> Iterator[Issue]:
    language, layout = seen.context.language, seen.layout
    for trouble in seen.troubles:
        yield _issue(seen, trouble.sheet, trouble.column or None, trouble.code, trouble.say(language))
    for gap in seen.gaps:
        sheet = seen.context.template.sheets.get(gap.sheet)
        names = {"sheet": sheet.title.say(language) if sheet else ""}
        if sheet is not None and gap.column is not None:
            names["column"] = sheet.columns[gap.column].title.say(language)
            names["sheet"] = layout.tab_title(gap.sheet)
        yield _issue(seen, gap.sheet, gap.column, gap.code, texts(language)(gap.message, **names))


def _issue(seen: Look, sheet: str, column: str | None, code: str, message: str) -> Issue:
    """About a header, when the column is there; else about the tab or the spreadsheet."""
    layout = seen.layout
    if not layout.has(sheet):
        return Issue(sheet, None, column, code, message, link=layout.url)
    if column is None or not layout.has(sheet, column):
        return Issue(sheet, None, column, code, message, a1=layout.tab_title(sheet), link=layout.link(sheet))
    a1 = f"{layout.tab_title(sheet)}!{layout.cell(sheet, column, 1)}"
    return Issue(sheet, None, column, code, message, a1=a1, link=layout.link(sheet, column, 1))
