"""
CellData → what stands between a cell's tags.

Everything that people typed is escaped here.  Only addresses that cannot run anything become links.
"""

from __future__ import annotations

from html import escape
from typing import Any

Json = dict[str, Any]

LINKS = ("http://", "https://", "mailto:", "tel:")
PICKED = {"ONE_OF_LIST", "ONE_OF_RANGE"}


def content(cell: Json) -> tuple[str, str]:
    """(what stands in the cell, the class that tells the page what it is)."""
    rule = cell.get("dataValidation", {})
    kind = rule.get("condition", {}).get("type")
    if kind == "BOOLEAN":
        return _checkbox(cell), "b"
    text = escape(str(cell.get("formattedValue", "")))
    if kind in PICKED and rule.get("showCustomUi"):
        return (f"<span>{text}</span>" if text else "<i></i>"), "d"
    link = str(cell.get("hyperlink", ""))
    if text and link.lower().startswith(LINKS):
        return f'<a href="{escape(link)}" target="_blank" rel="noopener noreferrer">{text}</a>', ""
    if text and link.startswith("#"):
        return f'<a href="{escape(link)}">{text}</a>', ""
    return text, "x" if "errorValue" in cell.get("effectiveValue", {}) else ""


def _checkbox(cell: Json) -> str:
    ticked = cell.get("effectiveValue", {}).get("boolValue") is True
    return f'<span class="{"y" if ticked else "k"}" role="img" aria-label="{"TRUE" if ticked else "FALSE"}"></span>'
