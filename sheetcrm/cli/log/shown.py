"""
What a journal or a snapshot keeps of a cell → as its sheet shows it.

A cell holds only the number of a day or of an amount; what it is of its column
alone says.  Where the column is not known the number stays what it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetcrm.schema.context import Context


def short(text: str) -> str:
    """One line that fits a screen."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def in_sheet(sheet: str, column: str, before: Any, after: Any, context: Context | None) -> tuple[str, str]:
    """Both for people; the hash where no more is kept."""
    from sheetcrm.journal import said
    from sheetcrm.sync.aims import CellChange
    from sheetcrm.sync.dump import as_read

    if context is None:
        return said(before), said(after)
    cells = [None if isinstance(cell, dict) else cell for cell in (before, after)]
    texts = as_read(CellChange(sheet, "", column, *cells), context)
    shown = [cell if isinstance(cell, dict) else text for cell, text in zip((before, after), texts, strict=True)]
    return said(shown[0]), said(shown[1])


def for_programs(sheet: str, column: str, before: Any, after: Any, context: Context) -> tuple[Any, Any]:
    """Both as data: days and lengths of time as text, other numbers as numbers."""
    from sheetcrm.sync.aims import CellChange
    from sheetcrm.sync.dump import as_data

    data = as_data(CellChange(sheet, "", column, before, after), context)
    return data["before"], data["after"]
