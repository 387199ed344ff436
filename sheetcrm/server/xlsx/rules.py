"""
A sheet's validations and conditional formats → those of a file.

What Excel has no words for is left out: a list of more than 255 characters, an e-mail address, a link.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from sheetcrm.server.model import Sheet
from sheetcrm.server.page_style import color
from sheetcrm.server.rules import Validation
from sheetcrm.server.xlsx import worksheet
from sheetcrm.server.xlsx.conditions import BETWEEN, COMPARED, Words
from sheetcrm.server.xlsx.looks import Looks

Json = dict[str, Any]
Block = tuple[int, int, int, int]

LONGEST_LIST = 255
LONGEST_MESSAGE = 255
_SCALES = {"MIN": "min", "MAX": "max", "NUMBER": "num", "PERCENT": "percent", "PERCENTILE": "percentile"}


def add_validations(target: worksheet.Sheet, sheet: Sheet, words: Words) -> None:
    """Give the file's sheet the validations that Excel has words for."""
    for rule, (top, bottom, left, right) in _blocks(sheet):
        shown = rule.at(top, left)
        options = _validation(shown, xl_rowcol_to_cell(top, left), words)
        if options is not None:
            options["error_type" if shown.get("strict") else "show_error"] = "stop" if shown.get("strict") else False
            if message := worksheet.escaped(shown.get("inputMessage", ""))[:LONGEST_MESSAGE]:
                options["input_message"] = message
            target.data_validation(top, left, bottom - 1, right - 1, options)


def _blocks(sheet: Sheet) -> Iterator[tuple[Validation, Block]]:
    """Every rule with the rectangles of cells that have it."""
    going: dict[tuple[int, int], tuple[Validation, int]] = {}
    for row in range(len(sheet.grid.rows) + 1):
        runs = dict(_runs(sheet.grid.cells("validations", row)))
        for span, (rule, top) in list(going.items()):
            if runs.get(span) is not rule:
                yield rule, (top, row, *span)
                del going[span]
        for span, rule in runs.items():
            going.setdefault(span, (rule, row))


def _runs(rules: list[Validation | None]) -> Iterator[tuple[tuple[int, int], Validation]]:
    """The columns [left, right) that have the same rule, in one row."""
    left = 0
    for column, rule in enumerate([*rules, None]):
        before = rules[left] if left < len(rules) else None
        if rule is not before or column == len(rules):
            if before is not None:
                yield (left, column), before
            left = column


def _validation(rule: Json, cell: str, words: Words) -> Json | None:
    condition = rule["condition"]
    kind, given = condition["type"], condition.get("values", [])
    if kind in {"ONE_OF_LIST", "BOOLEAN"}:
        choices = [str(one.get("userEnteredValue", "")) for one in given] or ["TRUE", "FALSE"]
        fits = len(",".join(choices)) <= LONGEST_LIST and not any(
            "," in choice or choice[:1] == "=" for choice in choices
        )
        return {"validate": "list", "source": [worksheet.escaped(choice) for choice in choices]} if fits else None
    operands = [words.operand(one) for one in given]
    if None in operands:
        return None
    if kind == "ONE_OF_RANGE":
        return {"validate": "list", "source": f"={operands[0]}"}
    validate = "date" if kind.startswith("DATE") else "decimal"
    if kind in COMPARED:
        return {"validate": validate, "criteria": COMPARED[kind], "value": f"={operands[0]}"}
    if kind in BETWEEN:
        low, high = operands
        return {"validate": validate, "criteria": BETWEEN[kind], "minimum": f"={low}", "maximum": f"={high}"}
    test = words.test(condition, cell)
    return {"validate": "custom", "value": f"={test}"} if test else None


def add_conditional_formats(target: worksheet.Sheet, sheet: Sheet, words: Words, looks: Looks) -> None:
    """Give the file's sheet the conditional formats that Excel has words for, the strongest first."""
    for rule in sheet.things["conditionalFormats"]:
        first = rule["ranges"][0]
        cell = xl_rowcol_to_cell(first["startRowIndex"], first["startColumnIndex"])
        options = _boolean(rule, cell, words, looks) if "booleanRule" in rule else _gradient(rule["gradientRule"])
        if options is not None:
            spans = [_ends(one) for one in rule["ranges"]]
            options["multi_range"] = " ".join(xl_range(*span) for span in spans)
            target.conditional_format(*spans[0], options)


def _ends(grid_range: Json) -> Block:
    """First row, first column, last row, last column."""
    return (
        grid_range["startRowIndex"],
        grid_range["startColumnIndex"],
        grid_range["endRowIndex"] - 1,
        grid_range["endColumnIndex"] - 1,
    )


def _boolean(rule: Json, cell: str, words: Words, looks: Looks) -> Json | None:
    test = words.test(rule["booleanRule"]["condition"], cell)
    if test is None:
        return None
    return {"type": "formula", "criteria": f"={test}", "format": looks.rule(rule["booleanRule"].get("format") or {})}


def _gradient(gradient: Json) -> Json | None:
    points = {name[:3]: gradient[name] for name in ("minpoint", "midpoint", "maxpoint") if name in gradient}
    found: Json = {"type": f"{len(points)}_color_scale"}
    for name, point in points.items():
        value = str(point.get("value", "0"))
        found[f"{name}_color"] = color(point.get("colorStyle"), point.get("color"))
        found[f"{name}_type"] = _SCALES[point["type"]]
        if point["type"] not in {"MIN", "MAX"}:
            try:
                found[f"{name}_value"] = float(value)
            except ValueError:
                return None
    return found
