"""
What people type → plain characters.

Chinese input methods type full-width digits and punctuation: `１２３，４５６．５` is a number to them.
"""

import string
import unicodedata
from collections.abc import Sequence

from sheetcrm.messages import N_
from sheetcrm.resources.base import Cell
from sheetcrm.schema.context import BadCell

NARROW = {code + 0xFEE0: code for code in map(ord, string.digits + string.ascii_letters)}
"""Full-width letters and digits → those that one types without an input method, for `str.translate`."""
STRAY = (
    string.whitespace
    + "\x85\xa0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
"""Blanks of every kind, and marks that nobody sees: around a text they came along by pasting."""


def plain(text: str) -> str:
    """Full-width and compatibility characters as ASCII, blanks at the ends and invisible marks removed."""
    if text.isascii() and text.isprintable():
        return text.strip()
    narrow = unicodedata.normalize("NFKC", text)
    return "".join(char for char in narrow if unicodedata.category(char) != "Cf").strip()


def shown(cell: Cell) -> str:
    """A cell as a short text for a message."""
    text = str(cell).upper() if isinstance(cell, bool) else str(cell)
    return text if len(text) <= 60 else text[:59] + "…"


def as_text(cell: Cell) -> str:
    """A cell that should have been text, as it was typed as far as that is still known."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def wordless(cell: Cell) -> str:
    """The cell as text; BadCell when a tick box stands where words belong."""
    if isinstance(cell, bool):
        raise BadCell("not_text", N_("a tick box is not a text"), {"text": shown(cell)})
    return as_text(cell)


def typed(cells: Sequence[Cell]) -> list[int]:
    """The offsets of the cells that are texts and not empty."""
    if str not in set(map(type, cells)):
        return []
    return [offset for offset, cell in enumerate(cells) if type(cell) is str and cell]
