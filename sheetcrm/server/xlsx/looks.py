"""
A CellFormat of the API → a format of XlsxWriter, one for all cells that look the same.

What a cell does not say itself is left to Excel's own default: numbers right, texts left, Arial 10.
"""

from __future__ import annotations

import json
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from sheetcrm.server.display import pattern_of
from sheetcrm.server.page_style import color
from sheetcrm.server.xlsx.patterns import to_excel

Json = dict[str, Any]

_LINES = {"DOTTED": 4, "DASHED": 3, "SOLID": 1, "SOLID_MEDIUM": 2, "SOLID_THICK": 5, "DOUBLE": 6}
_HORIZONTAL = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
_VERTICAL = {"TOP": "top", "MIDDLE": "vcenter", "BOTTOM": "bottom"}
_FLAGS = {"bold": "bold", "italic": "italic", "underline": "underline", "strikethrough": "font_strikeout"}
LONGEST_FONT = 31


class Looks:
    """Makes the formats of one file."""

    def __init__(self, book: Workbook, locale: str) -> None:
        self._book = book
        self._locale = locale
        self._made: dict[str, Format] = {}

    def cell(self, form: Json | None, number: Json | None, *, checkbox: bool = False) -> Format | None:
        """How a cell looks; `number` is the number format that it shows, its own or not.  None for nothing special."""
        wanted = _properties(form or {})
        if pattern := pattern_of(number, self._locale):
            wanted["num_format"] = to_excel(pattern)
        if checkbox:
            wanted["checkbox"] = True
        return self._format(wanted) if wanted else None

    def rule(self, form: Json) -> Format:
        """What a conditional format changes."""
        return self._format({key: value for key, value in _properties(form).items() if key in _OF_RULES}, of_rule=True)

    def _format(self, wanted: Json, *, of_rule: bool = False) -> Format:
        key = json.dumps([wanted, of_rule], sort_keys=True)
        if key not in self._made:
            self._made[key] = self._book.add_format(wanted)
        return self._made[key]


_OF_RULES = frozenset({"bold", "italic", "underline", "font_strikeout", "font_color", "bg_color"})


def _properties(form: Json) -> Json:
    found: Json = {}
    if fill := color(form.get("backgroundColorStyle"), form.get("backgroundColor")):
        found["bg_color"] = fill
    if form.get("horizontalAlignment") in _HORIZONTAL:
        found["align"] = _HORIZONTAL[form["horizontalAlignment"]]
    if form.get("verticalAlignment") in _VERTICAL:
        found["valign"] = _VERTICAL[form["verticalAlignment"]]
    if form.get("wrapStrategy") == "WRAP":
        found["text_wrap"] = True
    rotation = form.get("textRotation", {})
    if rotation.get("vertical") or rotation.get("angle"):
        found["rotation"] = 270 if rotation.get("vertical") else rotation["angle"]
    return found | _text(form.get("textFormat", {})) | _borders(form.get("borders", {}))


def _text(text: Json) -> Json:
    found: Json = {name: True for flag, name in _FLAGS.items() if text.get(flag)}
    if ink := color(text.get("foregroundColorStyle"), text.get("foregroundColor")):
        found["font_color"] = ink
    if text.get("fontSize"):
        found["font_size"] = text["fontSize"]
    if family := text.get("fontFamily", "").split(",")[0][:LONGEST_FONT]:
        found["font_name"] = family
    return found


def _borders(borders: Json) -> Json:
    found: Json = {}
    for side in ("top", "bottom", "left", "right"):
        border = borders.get(side) or {}
        if border.get("style") in _LINES:
            found[side] = _LINES[border["style"]]
            found[f"{side}_color"] = color(border.get("colorStyle"), border.get("color")) or "#000000"
    return found
