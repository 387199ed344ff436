"""
`amber` or `#fce8b2` → a colour.

Names stand for calm fills that dark text reads well on; two shades that mean different things stay apart for colour-blind eyes too.
"""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from sheetcrm.messages import tr
from sheetcrm.variants import nearest

PALETTE = {
    "grey": "#eceff1",
    "blue": "#d6e4f5",
    "teal": "#d3eeea",
    "green": "#d5edd8",
    "lime": "#eaf3cf",
    "yellow": "#fdf3c7",
    "amber": "#fce3b8",
    "orange": "#fbd9c3",
    "red": "#f8d3d1",
    "pink": "#f7d9e5",
    "purple": "#e3dbf3",
    "navy": "#34506b",
    "pine": "#2f6157",
    "white": "#ffffff",
    "black": "#000000",
    "crimson": "#a61b1b",
}

SERIES = ("#3f72a4", "#dd9c45", "#4c9a8b", "#b1576e", "#8db4da", "#6d6a86")
"""Calm colours of charts; neighbours differ in lightness, so that colour-blind eyes tell them apart."""


def _hex(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"#[0-9A-Fa-f]{6}", value):
        return value.lower()
    if isinstance(value, str) and value in PALETTE:
        return PALETTE[value]
    hint = nearest(str(value), list(PALETTE)) or tr("; use #rrggbb or one of {known}", known=", ".join(PALETTE))
    raise PydanticCustomError("color", tr("no such colour: {value}{hint}", value=str(value), hint=hint))


Color = Annotated[
    str,
    BeforeValidator(_hex),
    WithJsonSchema({"anyOf": [{"enum": list(PALETTE)}, {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}]}),
]
"""`#rrggbb`, lower-case."""
