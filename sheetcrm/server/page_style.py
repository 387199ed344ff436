"""
A cell's effectiveFormat → a CSS class.

Equal formats share one class, and the classes stand in one style element: the page's content security policy
forbids style attributes.  Font names come from people and go into that element, so they are reduced to plain words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

Json = dict[str, Any]

FALLBACK = '"Noto Sans CJK SC","PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif'
LINES = {
    "DOTTED": "1px dotted",
    "DASHED": "1px dashed",
    "SOLID": "1px solid",
    "SOLID_MEDIUM": "2px solid",
    "SOLID_THICK": "3px solid",
    "DOUBLE": "3px double",
}
ALIGNED = {"LEFT": "left", "CENTER": "center", "RIGHT": "right"}
RAISED = {"TOP": "top", "MIDDLE": "middle", "BOTTOM": "bottom"}


class Styles:
    """Collects declarations and names a class for each set of them, for use below the selector `scope`.

    The name is a digest of the declarations: blocks of rows that are fetched later bring the same names for the same looks.
    """

    def __init__(self, scope: str) -> None:
        self._scope = scope
        self._names: dict[str, str] = {}

    def name(self, declarations: str) -> str:
        """The class for some declarations; "" for none."""
        if not declarations:
            return ""
        if declarations not in self._names:
            digest = blake2b(declarations.encode("utf-8", "replace"), digest_size=6).hexdigest()
            self._names[declarations] = f"f{digest}"
        return self._names[declarations]

    def css(self) -> str:
        """All classes so far, as a style sheet."""
        return "".join(f"{self._scope}.{name}{{{declarations}}}" for declarations, name in self._names.items())


def color(style: Json | None, plain: Json | None = None) -> str:
    """A colour as `#rrggbb`, from a ColorStyle or the older Color; "" when neither is there."""
    rgb = (style or {}).get("rgbColor", plain)
    if rgb is None:
        return ""
    return "#" + "".join(
        f"{round(255 * min(max(float(rgb.get(part, 0)), 0), 1)):02x}" for part in ("red", "green", "blue")
    )


def declarations(form: Json, *, aligned: str, under: str = "") -> str:
    """CSS for an effectiveFormat; `aligned` is where its kind of value stands when the format does not say.

    `under` is what shows through where the format has neither a background nor a colour of ink of its own.
    """
    return ";".join(
        part
        for part in (under, *_box(form), *_text(form.get("textFormat", {})), *_place(form, aligned), *_borders(form))
        if part
    )


def _box(form: Json) -> Iterator[str]:
    background = color(form.get("backgroundColorStyle"), form.get("backgroundColor"))
    if background and background != "#ffffff":
        yield f"background:{background}"


def _text(text: Json) -> Iterator[str]:
    ink = color(text.get("foregroundColorStyle"), text.get("foregroundColor"))
    if ink and ink != "#000000":
        yield f"color:{ink}"
    if text.get("bold"):
        yield "font-weight:700"
    if text.get("italic"):
        yield "font-style:italic"
    lines = [line for key, line in (("underline", "underline"), ("strikethrough", "line-through")) if text.get(key)]
    if lines:
        yield f"text-decoration:{' '.join(lines)}"
    if text.get("fontSize", 10) != 10:
        yield f"font-size:{min(max(int(text['fontSize']), 4), 200)}pt"
    family = re.sub(r"[^\w -]", "", str(text.get("fontFamily", "")).split(",")[0], flags=re.ASCII).strip()
    if family and family.lower() != "arial":
        yield f'font-family:"{family}",{FALLBACK}'


def _place(form: Json, aligned: str) -> Iterator[str]:
    side = ALIGNED.get(form.get("horizontalAlignment", ""), aligned)
    if side != "left":
        yield f"text-align:{side}"
    height = RAISED.get(form.get("verticalAlignment", ""), "bottom")
    if height != "bottom":
        yield f"vertical-align:{height}"
    if form.get("wrapStrategy") == "WRAP":
        yield "white-space:pre-wrap;overflow-wrap:anywhere"
    if form.get("textRotation", {}).get("vertical"):
        yield "writing-mode:vertical-rl;text-orientation:upright"


def _borders(form: Json) -> Iterator[str]:
    for side, border in form.get("borders", {}).items():
        if side in {"top", "bottom", "left", "right"} and border.get("style") in LINES:
            yield f"border-{side}:{LINES[border['style']]} {color(border.get('colorStyle'), border.get('color')) or '#000'}"
