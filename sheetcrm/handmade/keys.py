"""
Titles → keys: a small English word each, that never changes.

A title in another script gives no word and is numbered: nobody should guess how
a Chinese word would be spelt.  A name that people gave a range is a key already.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import takewhile

from sheetcrm.resources import SPREADSHEET, Json

_KEY = re.compile(r"[a-z][a-z0-9_]{0,40}")
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Named:
    """The keys that the names of ranges suggest: of tabs by id, of columns by (tab id, index)."""

    tabs: dict[int, str]
    columns: dict[tuple[int, int], str]


def word(title: str) -> str:
    """`Customer ID`, `customerID` → `customer_id`; empty for what has no English letters."""
    spelt = unicodedata.normalize("NFKD", _HUMPS.sub(" ", title)).casefold()
    plain = "".join(char for char in spelt if not unicodedata.combining(char))
    if any(char.isalpha() and not char.isascii() for char in plain):
        return ""
    words = re.findall(r"[a-z0-9]+", plain)
    key = "_".join(words).lstrip("_0123456789")[:40].rstrip("_")
    return key if _KEY.fullmatch(key) else ""


def key_of(title: str, taken: Collection[str], fallback: str, *, hint: str = "") -> str:
    """A key that nobody has: `hint`, else the title's word, numbered where there are several; else `fallback`."""
    first = hint or word(title) or fallback
    key, number = first, 2
    while key in taken or key == SPREADSHEET:
        key, number = f"{first[:36]}_{number}", number + 1
    return key


def named_places(description: Json) -> Named:
    """Names such as `customers_id`, of whole columns below the header, as keys of tab and column."""
    found: dict[int, dict[int, str]] = {}
    rows = {
        part["properties"]["sheetId"]: part["properties"].get("gridProperties", {}).get("rowCount", 0)
        for part in description.get("sheets", [])
    }
    for named in description.get("namedRanges", []):
        place = named.get("range", {})
        sheet, start = place.get("sheetId", 0), place.get("startColumnIndex", 0)
        whole = place.get("startRowIndex", 0) == 1 and place.get("endRowIndex", rows.get(sheet)) == rows.get(sheet)
        if whole and place.get("endColumnIndex") == start + 1 and _KEY.fullmatch(named["name"]):
            found.setdefault(sheet, {})[start] = named["name"]
    tabs = {sheet: prefix for sheet, names in found.items() if (prefix := _prefix(names.values()))}
    columns = {
        (sheet, index): name.removeprefix(f"{tabs[sheet]}_")
        for sheet, names in found.items()
        for index, name in names.items()
        if sheet in tabs and _KEY.fullmatch(name.removeprefix(f"{tabs[sheet]}_"))
    }
    return Named(tabs, columns)


def _prefix(names: Iterable[str]) -> str:
    """The words that all of them begin with, the last word of each not counted."""
    words = [name.split("_")[:-1] for name in names]
    common = [set(level) for level in zip(*words, strict=False)]
    same = takewhile(lambda level: len(level) == 1, common)
    prefix = "_".join(word for level in same for word in level)
    return prefix if _KEY.fullmatch(prefix) else ""
