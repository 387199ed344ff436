"""
What a person types → value, formula and the number format that comes with it.

Sheets keeps the *way* a date or an amount was written as the cell's pattern: `2026-09-05` and `9/5/2026` are the same
day number with different patterns.  What is not clearly a number, a date or a formula stays the text it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

Json = dict[str, Any]

# Day zero is 30 December 1899: Lotus counted a 29 February 1900 that never was.
EPOCH = date(1899, 12, 30)


@dataclass(frozen=True)
class Entered:
    """What a cell becomes; at most one of `value` and `formula` is set; a whole number is an int."""

    value: str | float | bool | None = None
    formula: str | None = None
    number_format: Json | None = None


def parse(text: str, locale: str, *, today: date) -> Entered:
    """As Sheets' USER_ENTERED reads `text` in `locale` (`en_US`, `zh_CN`); dates are day numbers since 1899-12-30.

    `today` gives dates typed without a year theirs.  A leading `'` makes the rest text; `=` a formula; `+` and `-` too
    when what follows is not a number.
    """
    if not text:
        return Entered()
    if text[0] == "'":
        return Entered(text[1:])
    if text[0] == "=" and len(text) > 1:
        return Entered(formula=text)
    typed = text.strip()
    if len(typed) > 64:
        return Entered(text)
    if typed.upper() in {"TRUE", "FALSE"}:
        return Entered(typed.upper() == "TRUE")
    return _number(typed, locale) or _moment(typed, locale, today) or _signed(text)


def _signed(text: str) -> Entered:
    """`+1+2` is a formula, as in every spreadsheet since VisiCalc; `- milk` is text."""
    if text[0] == "+" and len(text) > 1:
        return Entered(formula="=" + text)
    return Entered(text)


_CURRENCY = {"en": "$", "zh": "¥￥"}
_NUMBER = re.compile(
    r"""
    (?P<sign>[+-]?)\s?(?P<money>[$¥￥]?)\s?(?P<late>[+-]?)
    (?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)
    (?P<decimals>\.[0-9]*)?
    (?P<exponent>[eE][+-]?[0-9]{1,3})?
    \s?(?P<percent>%?)
    """,
    re.VERBOSE,
)


def _number(typed: str, locale: str) -> Entered | None:
    match = _NUMBER.fullmatch(typed)
    if match is None or not any(map(str.isdigit, (match["whole"] + (match["decimals"] or "")))):
        return None
    money = match["money"]
    if (money and money not in _CURRENCY.get(locale[:2], "$")) or (match["sign"] and match["late"]):
        return None
    if sum(map(bool, (money, match["exponent"], match["percent"]))) > 1 or (match["late"] and not money):
        return None
    digits = match["whole"].replace(",", "") + (match["decimals"] or "") + (match["exponent"] or "")
    value = float(digits) * (-1 if "-" in (match["sign"], match["late"]) else 1)
    if not math.isfinite(value):
        return None
    if match["percent"]:
        value = float(f"{digits}e-2") * math.copysign(1, value)
    return Entered(_plain(value), number_format=_number_format(match))


def _number_format(match: re.Match[str]) -> Json | None:
    decimals = len(match["decimals"] or "") > 1
    if match["exponent"]:
        return {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if match["percent"]:
        return {"type": "PERCENT", "pattern": "0.00%" if decimals else "0%"}
    digits = "#,##0.00" if decimals else "#,##0"
    if match["money"]:
        sign = "$" if match["money"] == "$" else "[$¥]"
        return {"type": "CURRENCY", "pattern": sign + digits}
    return {"type": "NUMBER", "pattern": digits} if "," in match["whole"] else None


_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_NAME = "(?P<name>" + "|".join(f"{month[:3]}(?:{month[3:]})?" for month in _MONTHS) + ")"
_Y, _M, _D = r"(?P<y>[0-9]{4})", r"(?P<m>[0-9]{1,2})", r"(?P<d>[0-9]{1,2})"
_SHORT_Y = r"(?P<y>[0-9]{4}|[0-9]{2})"

_EVERYWHERE = (rf"{_Y}-{_M}-{_D}", rf"{_Y}/{_M}/{_D}", rf"{_M}-{_D}", rf"{_M}/{_D}")
_DATES = {
    "en": (
        rf"{_M}/{_D}/{_SHORT_Y}",
        rf"{_M}-{_D}-{_SHORT_Y}",
        rf"{_NAME}\ {_D},?\ {_Y}",
        rf"{_D}[ -]{_NAME}[ -]{_Y}",
        rf"{_NAME}\ {_D}",
        rf"{_D}[ -]{_NAME}",
        rf"{_NAME}\ {_Y}",
    ),
    "zh": (rf"{_Y}年{_M}月{_D}日", rf"{_M}月{_D}日", rf"{_Y}年{_M}月", rf"{_Y}\.{_M}\.{_D}"),
}
_TIME = re.compile(
    r"(?P<lead>上午|下午)?(?P<h>[0-9]{1,4}):(?P<n>[0-5][0-9])(?P<s>:[0-5][0-9](?P<f>\.[0-9]{1,3})?)?(?:\s?(?P<half>[ap]m|上午|下午))?",
    re.IGNORECASE,
)


def _compiled(locale: str) -> tuple[re.Pattern[str], ...]:
    own = _DATES.get(locale[:2], _DATES["en"])
    return tuple(re.compile(shape, re.IGNORECASE) for shape in (*_EVERYWHERE, *own))


_SHAPES = {language: _compiled(language) for language in _DATES}


def _moment(typed: str, locale: str, today: date) -> Entered | None:
    """A date, a time, or both with a space between."""
    if not any(map(str.isdigit, typed)):
        return None
    time = _TIME.fullmatch(typed)
    if time is not None:
        return _timed(time)
    split = re.fullmatch(r"(.*\S)\s+((?:上午|下午)?[0-9]{1,2}:\S+(?:\s(?:[ap]m|上午|下午))?)", typed, re.IGNORECASE)
    day = _date(split[1] if split else typed, locale, today)
    if day is None or split is None:
        return day and Entered(day[0], number_format={"type": "DATE", "pattern": day[1]})
    clock = _TIME.fullmatch(split[2])
    time_of_day = None if clock is None else _timed(clock)
    if time_of_day is None or not isinstance(time_of_day.value, float | int) or time_of_day.value >= 1:
        return None
    pattern = f"{day[1]} {(time_of_day.number_format or {})['pattern']}"
    return Entered(_plain(day[0] + time_of_day.value), number_format={"type": "DATE_TIME", "pattern": pattern})


def _timed(match: re.Match[str]) -> Entered | None:
    hour, half = int(match["h"]), (match["half"] or "").lower()
    late = half in {"pm", "下午"} or match["lead"] == "下午"
    if half or match["lead"]:
        if (half and match["lead"]) or not 0 < hour < 13:
            return None
        hour = hour % 12 + (12 if late else 0)
    seconds = float(match["s"][1:]) if match["s"] else 0.0
    value = (hour * 3600 + int(match["n"]) * 60 + seconds) / 86400
    pattern = ("h" if len(match["h"]) < 2 or match["h"][0] != "0" else "hh") + ":mm" + (":ss" if match["s"] else "")
    pattern += "." + "0" * (len(match["f"]) - 1) if match["f"] else ""
    if hour >= 24:
        pattern = pattern.replace("h", "[h]", 1)
    pattern = "上午/下午" + pattern if match["lead"] else pattern + (" am/pm" if half else "")
    return Entered(_plain(value), number_format={"type": "TIME", "pattern": pattern})


def _date(typed: str, locale: str, today: date) -> tuple[int, str] | None:
    """The day number and the pattern that shows it as it was typed."""
    for shape in _SHAPES.get(locale[:2], _SHAPES["en"]):
        match = shape.fullmatch(typed)
        if match is not None:
            day = _day(match.groupdict(), today)
            return None if day is None else ((day - EPOCH).days, _pattern(match))
    return None


def _day(fields: dict[str, str | None], today: date) -> date | None:
    year = int(fields.get("y") or today.year)
    if len(fields.get("y") or "") == 2:
        year += 2000 if year < 30 else 1900
    name = (fields.get("name") or "").lower()
    month = next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name)) if name else int(fields["m"] or 0)
    try:
        return date(year, month, int(fields.get("d") or 1))
    except ValueError:
        return None


def _pattern(match: re.Match[str]) -> str:
    fields = {key: text for key, text in match.groupdict().items() if text is not None}
    numbers = [fields[key] for key in "md" if key in fields]
    year_first = "y" in fields and match.start("y") == 0
    padded = any(text[0] == "0" for text in numbers) or (year_first and all(len(text) == 2 for text in numbers))
    shown: dict[str, Callable[[str], str]] = {
        "y": lambda text: "y" * len(text),
        "m": lambda text: "mm" if padded and len(text) == 2 else "m",
        "d": lambda text: "dd" if padded and len(text) == 2 else "d",
        "name": lambda text: "mmm" if len(text) == 3 else "mmmm",
    }
    out, at = [], 0
    for key in sorted(fields, key=match.start):
        out.append(_literal(match.string[at : match.start(key)]) + shown[key](fields[key]))
        at = match.end(key)
    return "".join(out) + _literal(match.string[at:])


def _literal(text: str) -> str:
    return f'"{text}"' if text and not text.isascii() else text


def _plain(value: float) -> float:
    """Whole numbers as int, so that JSON shows 7 and not 7.0."""
    return int(value) if value == int(value) and abs(value) < 2**53 else value
