"""
The style part of a file → formats of cells as the API has them.

Colours of a theme are not followed: files that name theirs by number only get the default look there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sheetcrm.server.xlsx.package import Element, Package, local
from sheetcrm.server.xlsx.patterns import BUILT_IN, from_excel

Json = dict[str, Any]

DATE_TYPES = frozenset({"DATE", "DATE_TIME"})
_RGB = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")
_HORIZONTAL = {"left": "LEFT", "center": "CENTER", "right": "RIGHT"}
_VERTICAL = {"top": "TOP", "center": "MIDDLE"}


class Styles:
    """Formats by the number that cells name them by; None for the default one."""

    def __init__(self, package: Package, path: str | None) -> None:
        groups = ("numFmts", "fonts", "fills", "cellXfs")
        parts: dict[str, list[Any]] = {}
        for group in package.elements(path, *groups) if path else ():
            parts[local(group)] = [_READERS[local(group)](one) for one in group]
        codes = dict(parts.get("numFmts", []))
        self.formats = [self._format(one, codes, parts) for one in parts.get("cellXfs", [])]

    def at(self, style: int) -> Json | None:
        """A format; None for the default one, and for a number that no format has."""
        return self.formats[style] if 0 <= style < len(self.formats) else None

    def is_date(self, style: int) -> bool:
        """Whether numbers in this format are days."""
        return ((self.at(style) or {}).get("numberFormat") or {}).get("type") in DATE_TYPES

    def _format(self, given: Json, codes: dict[int, str], parts: dict[str, list[Any]]) -> Json | None:
        number, font, fill = given.pop("numFmtId"), given.pop("fontId"), given.pop("fillId")
        made = dict(given)
        look = from_excel(codes[number]) if number in codes else BUILT_IN.get(number)
        if look:
            made["numberFormat"] = look
        fonts, fills = parts.get("fonts", []), parts.get("fills", [])
        # The first font is what the file's plain cells have.
        text = (
            {key: value for key, value in fonts[font].items() if fonts[0].get(key) != value}
            if 0 < font < len(fonts)
            else {}
        )
        if text:
            made["textFormat"] = text
        if 0 <= fill < len(fills) and fills[fill]:
            made["backgroundColor"] = fills[fill]
        return made or None


def _code(element: Element) -> tuple[int, str]:
    return int(element.get("numFmtId") or 0), element.get("formatCode", "")


def _font(element: Element) -> Json:
    found: Json = {}
    for part in element:
        name, value = local(part), part.get("val", "1")
        if name in _FLAGS and value not in {"0", "false", "none"}:
            found[_FLAGS[name]] = True
        elif name == "sz":
            found["fontSize"] = round(float(value))
        elif name == "name":
            found["fontFamily"] = value
        elif name == "color" and (ink := color(part)) is not None:
            found["foregroundColor"] = ink
    return found


_FLAGS = {"b": "bold", "i": "italic", "strike": "strikethrough", "u": "underline"}


def _fill(element: Element) -> Json | None:
    pattern = next((part for part in element if local(part) == "patternFill"), None)
    if pattern is None or pattern.get("patternType") != "solid":
        return None
    return next((color(part) for part in pattern if local(part) == "fgColor"), None)


def color(element: Element) -> Json | None:
    """A colour by its channels; None when the file names it in another way."""
    match = _RGB.fullmatch(element.get("rgb", ""))
    if match is None:
        return None
    channels = (int(match[1][at : at + 2], 16) / 255 for at in (0, 2, 4))
    return dict(zip(("red", "green", "blue"), channels, strict=True))


def _xf(element: Element) -> Json:
    found: Json = {key: int(element.get(key) or 0) for key in ("numFmtId", "fontId", "fillId")}
    for part in element:
        if local(part) == "alignment":
            found |= dict(_alignment(part))
    return found


def _alignment(element: Element) -> Iterator[tuple[str, str]]:
    if element.get("horizontal") in _HORIZONTAL:
        yield "horizontalAlignment", _HORIZONTAL[element.get("horizontal", "")]
    if element.get("vertical") in _VERTICAL:
        yield "verticalAlignment", _VERTICAL[element.get("vertical", "")]
    if element.get("wrapText") in {"1", "true"}:
        yield "wrapStrategy", "WRAP"


_READERS = {"numFmts": _code, "fonts": _font, "fills": _fill, "cellXfs": _xf}
