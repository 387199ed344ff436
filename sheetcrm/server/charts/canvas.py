"""
Numbers and texts → SVG elements; what every kind of chart is drawn with.

Texts are escaped here and nowhere else.  Widths of texts are estimated, for there are no fonts on a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sheetcrm.server.charts.source import Source
from sheetcrm.server.measure import PIXELS_PER_POINT, text_width

Json = dict[str, Any]

INK, QUIET, LINE, BASE_LINE = "#3c4043", "#5f6368", "#e6e8eb", "#80868b"
PAD = 16
TITLE, SUBTITLE, SMALL = 16, 12, 12
SURE = 1.04  # widths are estimated, and fonts differ
BRIGHT = 175
SIDES = {"LEFT": "start", "CENTER": "middle", "RIGHT": "end"}


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the chart, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return max(self.right - self.left, 1.0)

    @property
    def height(self) -> float:
        return max(self.bottom - self.top, 1.0)


@dataclass(frozen=True)
class Chart:
    """What a function that draws is given: the spec, its part for this kind, the box below the title, and the cells."""

    spec: Json
    body: Json
    kind: str
    box: Box
    source: Source

    @property
    def strategy(self) -> str:
        """What to do about hidden rows and columns."""
        return str(self.spec.get("hiddenDimensionStrategy", "SKIP_HIDDEN_ROWS_AND_COLUMNS"))


@dataclass(frozen=True)
class Entry:
    """A line of a legend."""

    name: str
    color: str


def tag(name: str, *children: str, escaped: bool = True, **attributes: Any) -> str:
    """An element; `escaped=False` escapes the children, attributes always are, `_` in their names is a hyphen."""
    parts = "".join(
        f' {key if key == "viewBox" else key.replace("_", "-")}="{escape(_plain(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = "".join(child if escaped else escape(child) for child in children)
    return f"<{name}{parts}>{inside}</{name}>"


def _plain(value: Any) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def hint(text: str) -> str:
    """What shows when the pointer rests on the element around it."""
    return tag("title", text, escaped=False)


def written(
    text: str, x: float, y: float, *, size: float = SMALL, ink: str = QUIET, anchor: str = "start", weight: str | None = None,
    turned: int = 0,
) -> str:  # fmt: skip
    """A text with its middle at the height `y`; `turned` degrees around its point."""
    turn = f"rotate({turned} {x:.1f} {y:.1f})" if turned else None
    place = {"x": x, "y": y, "dy": "0.35em", "font_size": size, "fill": ink, "transform": turn, "font_weight": weight}
    return tag("text", text, escaped=False, **place, text_anchor=None if anchor == "start" else anchor)


def wide(text: str, size: float = SMALL) -> float:
    """The estimated width of a text at a font size in pixels."""
    return text_width(text, size / PIXELS_PER_POINT) * SURE if text else 0.0


def ink_on(shade: str) -> str:
    """White or dark, whichever can be read on a colour (`#rrggbb`)."""
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return "#ffffff" if 0.299 * red + 0.587 * green + 0.114 * blue < BRIGHT else INK


def fitted(text: str, width: float, size: float = SMALL) -> str:
    """The text in one line, cut with an ellipsis to about `width` pixels."""
    text = " ".join(text.split())
    if wide(text, size) <= width:
        return text
    while text and wide(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def title_of(spec: Json, width: float, height: float) -> tuple[str, Box]:
    """Title and subtitle of a chart, and the box that is left below them."""
    top, drawn = float(PAD), ""
    for key, default, ink in (("title", TITLE, INK), ("subtitle", SUBTITLE, QUIET)):
        if not spec.get(key):
            continue
        look = spec.get(f"{key}TextFormat", {})
        size = min(max(look.get("fontSize", 0) * 4 / 3, 0) or default, 40)
        anchor = SIDES.get(spec.get(f"{key}TextPosition", {}).get("horizontalAlignment", ""), "start")
        x = {"start": PAD, "middle": width / 2, "end": width - PAD}[anchor]
        text = fitted(str(spec[key]), width - 2 * PAD, size)
        drawn += written(
            text, x, top + size / 2, size=size, ink=ink, anchor=anchor, weight="bold" if look.get("bold") else None
        )
        top += size + 8
    return drawn, Box(PAD, top + (4 if drawn else 0), width - PAD, height - PAD)


def legend(entries: Sequence[Entry], position: str, box: Box) -> tuple[str, Box]:
    """The legend at a side of the box, and the box that is left beside it."""
    if not entries or position == "NO_LEGEND":
        return "", box
    if position.startswith(("BOTTOM", "TOP")):
        return _flat(entries, position, box)
    return _tall(entries, position, box)


def _tall(entries: Sequence[Entry], position: str, box: Box) -> tuple[str, Box]:
    width = min(max(wide(entry.name) for entry in entries) + 18, box.width * 0.36)
    shown = list(entries)[: max(int(box.height // 20), 1)]
    left = box.left if position.startswith("LEFT") else box.right - width
    drawn = "".join(_entry(entry, left, box.top + 10 + index * 20, width) for index, entry in enumerate(shown))
    if position.startswith("LEFT"):
        return drawn, Box(box.left + width + PAD, box.top, box.right, box.bottom)
    return drawn, Box(box.left, box.top, left - PAD, box.bottom)


def _flat(entries: Sequence[Entry], position: str, box: Box) -> tuple[str, Box]:
    rows: list[list[tuple[Entry, float]]] = [[]]
    used = 0.0
    for entry in entries:
        width = min(wide(entry.name) + 34, box.width)
        if rows[-1] and used + width > box.width:
            rows.append([])
            used = 0.0
        rows[-1].append((entry, width))
        used += width
    rows = rows[:3]
    height = len(rows) * 20 + 8
    top = box.top if position.startswith("TOP") else box.bottom - height + 8
    drawn = ""
    for index, row in enumerate(rows):
        x = box.left + (box.width - sum(width for _, width in row) + 16) / 2
        for entry, width in row:
            drawn += _entry(entry, x, top + 10 + index * 20, width - 16)
            x += width
    if position.startswith("TOP"):
        return drawn, Box(box.left, box.top + height, box.right, box.bottom)
    return drawn, Box(box.left, box.top, box.right, box.bottom - height)


def _entry(entry: Entry, x: float, y: float, width: float) -> str:
    dot = tag("circle", cx=x + 5, cy=y, r=5, fill=entry.color)
    return dot + tag("g", written(fitted(entry.name, width - 14), x + 15, y), hint(entry.name))
