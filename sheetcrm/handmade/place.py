"""
What is written in a spreadsheet → the language, country, currency and time zone that it is for.

All guesses: they stand at the top of the draft, for its author to correct.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from zoneinfo import ZoneInfo

from sheetcrm.errors import SheetcrmError
from sheetcrm.handmade.columns import Setting
from sheetcrm.handmade.options import CURRENCIES
from sheetcrm.handmade.sketch import Sketch

HOME = {"zh": ("CN", "CNY", "Asia/Shanghai"), "en": ("US", "USD", "Etc/GMT")}
PHONES = 50
"""How many cells are tried as phone numbers."""


def setting_of(sketch: Sketch) -> Setting:
    """By the titles, the formats, the phone numbers and the spreadsheet's own settings."""
    properties = sketch.description.get("properties", {})
    language = language_of(column.title for sheet in sketch.sheets.values() for column in sheet.columns.values())
    country, currency, time_zone = HOME[language]
    _, _, region = properties.get("locale", "").partition("_")
    return Setting(
        language,
        _country(sketch, [place for place in (region, country, "CN") if place]),
        _currency(sketch, language) or currency,
        _zone(properties.get("timeZone", "")) or time_zone,
    )


def language_of(titles: Iterable[str]) -> str:
    """Chinese, when a third of the titles are."""
    found = [any("\u4e00" <= char <= "\u9fff" for char in title) for title in titles]
    return "zh" if 3 * sum(found) >= len(found) else "en"


def _country(sketch: Sketch, likely: list[str]) -> str:
    """The one in which most of what could be phone numbers can be dialled."""
    from sheetcrm.schema.columns.phone import e164, known_country  # noqa: PLC0415 - its tables are slow to open
    from sheetcrm.schema.context import BadCell  # noqa: PLC0415

    cells = [
        cell
        for sheet in sketch.sheets.values()
        for column in sheet.columns.values()
        for cell in column.filled[:PHONES]
        if isinstance(cell, str) and 7 <= sum(char.isdigit() for char in cell) <= 15 and not cell.startswith("+")
    ][: 4 * PHONES]

    def dialled(country: str) -> int:
        count = 0
        for cell in cells:
            try:
                count += bool(e164(cell, country))
            except BadCell:
                continue
        return count

    known = []
    for country in dict.fromkeys(likely):
        try:
            known.append(known_country(country))
        except (ValueError, SheetcrmError):
            continue
    return max(known, key=dialled)


def _currency(sketch: Sketch, language: str) -> str:
    """The one whose sign most formats have; empty when none has any."""
    from sheetcrm.schema.columns.money import symbol  # noqa: PLC0415 - CLDR is slow to open

    signs = sorted(((symbol(code, language), code) for code in CURRENCIES), key=lambda one: -len(one[0]))
    patterns = [
        seen.format.pattern
        for sheet in sketch.sheets.values()
        for seen in sheet.seen.values()
        if seen.format is not None
    ]
    found = Counter(next((code for sign, code in signs if sign in pattern), "") for pattern in patterns)
    del found[""]
    return found.most_common(1)[0][0] if found else ""


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError):
        return ""
