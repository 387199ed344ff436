"""
What a cell shows in place of a value that could not be computed.

`type` is Google's name in the API (`DIVIDE_BY_ZERO`), `text` is what a person sees (`#DIV/0!`).
"""

from __future__ import annotations

from dataclasses import dataclass

TEXTS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "Loading...",
}
TYPES = {text: kind for kind, text in TEXTS.items()}


@dataclass(frozen=True)
class CellError:
    """An error value; `type` is one of TEXTS, as in the API's ErrorValue."""

    type: str
    message: str = ""

    @property
    def text(self) -> str:
        """What the cell shows."""
        return TEXTS[self.type]


Scalar = str | float | bool | None
Value = str | float | bool | CellError | None
