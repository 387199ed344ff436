"""
A template's formula → key form: what stays true when columns move or change their titles.

`{stage}` is the cell of the row, `{log.date}` all cells of a column, and
`{stage=won}` or `{log.kind=call}` the words of an option in the language of the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sheetcrm.messages import tr
from sheetcrm.schema.context import Place
from sheetcrm.schema.states import column_problem
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context

_TOKEN = re.compile(r'"(?:[^"]|"")*"|\{[^{}]*\}|[{}"()]')
_NAME = re.compile(r"\{(?:(?P<sheet>\w+)\.)?(?P<column>\w+)(?:=(?P<option>\w+))?\}")


def compiled(formula: str, sheet: str, context: Context) -> str:
    """The formula with the words of options filled in; names in it are those of `sheet` and of the template."""

    def fill(match: re.Match[str]) -> str:
        name = _NAME.fullmatch(match[0])
        if name is None or name["option"] is None:
            return match[0]
        column = context.template.sheets[name["sheet"] or sheet].columns[name["column"]]
        return column.literal(name["option"], context)

    return _TOKEN.sub(fill, formula)


def references(formula: str, sheet: str) -> Iterator[Place]:
    """Every column that the formula looks at, by cell or as a whole; words of options are not looked at."""
    for match in _TOKEN.finditer(formula):
        name = _NAME.fullmatch(match[0])
        if name is not None and name["option"] is None:
            yield Place(name["sheet"] or sheet, name["column"])


def formula_problems(formula: str, sheet: str, context: Context) -> Iterator[str]:
    """Everything that it names and that is not there, and brackets or quotes that do not close."""
    depth = 0
    for match in _TOKEN.finditer(formula):
        found = match[0]
        depth += (found == "(") - (found == ")")
        if found in ("{", "}", '"') or depth < 0:
            yield tr("{found} without its other half", found=found)
            return
        if found.startswith("{"):
            yield from _name_problems(found, sheet, context)
    if depth:
        yield tr("( without its other half")
    if formula.startswith("="):
        yield tr("write the formula without =")


def _name_problems(found: str, sheet: str, context: Context) -> Iterator[str]:
    name = _NAME.fullmatch(found)
    if name is None:
        yield tr(
            "{found} is not {{column}}, {{sheet.column}} or {{column=option}}; arrays in braces are not supported",
            found=found,
        )
        return
    where = name["sheet"] or sheet
    if message := column_problem(where, name["column"], context):
        yield message
    elif name["option"] is not None:
        known = [str(state) for state in context.template.sheets[where].columns[name["column"]].option_keys(context)]
        if name["option"] not in known:
            yield tr(
                "no such option of {column}: {option}{hint}",
                column=name["column"],
                option=name["option"],
                hint=nearest(name["option"], known),
            )
