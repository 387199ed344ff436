"""
What is written in a spreadsheet → the language, country, currency and time zone that it is for.

All guesses: they stand at the top of the draft, for its author to correct.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from sheetcrm.errors import SheetcrmError
from sheetcrm.handmade.columns import Setting
from sheetcrm.handmade.guess import PHONE_TITLE
from sheetcrm.handmade.options import CURRENCIES
from sheetcrm.handmade.sketch import Sketch
from sheetcrm.messages import N_
from sheetcrm.schema.columns.reading import as_text

HOME = {"zh": ("CN", "CNY", "Asia/Shanghai"), "en": ("US", "USD", "Etc/GMT")}
PHONE_NUMBERS = N_("the phone numbers")
PHONES = 50
"""How many cells are tried as phone numbers."""


def setting_of(sketch: Sketch) -> Setting:
    """By the titles, the formats, the phone numbers and the spreadsheet's own settings."""
    from sheetcrm.schema.columns.phone import country_around  # noqa: PLC0415 - CLDR is slow to open

    properties = sketch.description.get("properties", {})
    language = language_of(column.title for sheet in sketch.sheets.values() for column in sheet.columns.values())
    home, currency, time_zone = HOME[language]
    _, _, region = properties.get("locale", "").partition("_")
    zone = _zone(properties.get("timeZone", ""))
    # Whoever makes a spreadsheet gets en_US without being asked: it says little beside Chinese titles.
    locale, titles = (region, N_("the spreadsheet's locale")), (home, N_("the language of the titles"))
    likely = [
        (country_around(zone), N_("the time zone")),
        *([titles, locale] if language == "zh" else [locale, titles]),
    ]
    speaks: dict[str, str] = {}
    for one, why in (*likely, ("CN", PHONE_NUMBERS)):
        if one:
            speaks.setdefault(one, why)
    country, why = _country(sketch, speaks)
    return Setting(language, country, _currency(sketch, language) or currency, zone or time_zone, why)


def language_of(titles: Iterable[str]) -> str:
    """Chinese, when a third of the titles are."""
    found = [any("\u4e00" <= char <= "\u9fff" for char in title) for title in titles]
    return "zh" if 3 * sum(found) >= len(found) else "en"


def _country(sketch: Sketch, likely: Mapping[str, str]) -> tuple[str, str]:
    """
    The country in which most of what could be phone numbers can be dialled, and what speaks for it.

    `likely` are countries with what speaks for each, the likeliest first.
    """
    from sheetcrm.schema.columns.phone import country_of  # noqa: PLC0415 - its tables are slow to open

    cells = _numbers(sketch)
    abroad = Counter(country for cell in cells if (country := country_of(cell)))
    speaks = {**likely, **{one: likely.get(one, PHONE_NUMBERS) for one, _count in abroad.most_common()}}
    known = [one for one in speaks if _is_country(one)]
    count = {one: abroad[one] + sum(_is_dialled(cell, one) for cell in cells) for one in known}
    best = max(known, key=count.__getitem__)
    return best, PHONE_NUMBERS if count[best] else speaks[best]


def _numbers(sketch: Sketch) -> list[str]:
    """What could be phone numbers: digits in columns that are called so, else texts that look like some."""
    columns = [column for sheet in sketch.sheets.values() for column in sheet.columns.values()]
    called = [column for column in columns if PHONE_TITLE.search(column.title)]
    cells = [
        as_text(cell)
        for column in called or columns
        for cell in column.filled[:PHONES]
        if isinstance(cell, str) or (called and isinstance(cell, int | float) and not isinstance(cell, bool))
    ]
    return [cell for cell in cells if 7 <= sum(char.isdigit() for char in cell) <= 15][: 4 * PHONES]


def _is_country(code: str) -> bool:
    from sheetcrm.schema.columns.phone import known_country  # noqa: PLC0415 - its tables are slow to open

    try:
        return bool(known_country(code))
    except (ValueError, SheetcrmError):
        return False


def _is_dialled(cell: str, country: str) -> bool:
    """Whether it is a number of that country without its code: that one says itself where it is."""
    from sheetcrm.schema.columns.phone import e164  # noqa: PLC0415 - as above
    from sheetcrm.schema.context import BadCell  # noqa: PLC0415 - as above

    try:
        return not cell.startswith("+") and bool(e164(cell, country))
    except BadCell:
        return False


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
