"""
Value and number format → the text that the cell shows.

Halves round away from zero, counted on the decimal digits that a person sees (1.005 at two places is 1.01), never on
the binary fraction behind them.  Dates are days since 1899-12-30 and have no zone.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol

from sheetcrm.server.cell_error import CellError
from sheetcrm.server.patterns import Part, Section, sections

Json = dict[str, Any]

# Day zero is 30 December 1899: Lotus counted a 29 February 1900 that never was.
EPOCH = date(1899, 12, 30).toordinal()
DAY = 86_400_000
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)

_DEFAULTS = {
    "TEXT": "@",
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": "$#,##0.00",
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}
_CHINESE = {"CURRENCY": "[$¥]#,##0.00", "DATE": "yyyy-m-d", "TIME": "h:mm:ss", "DATE_TIME": "yyyy-m-d h:mm:ss"}


def text(value: str | float | bool | CellError | None, number_format: Json | None, locale: str) -> str:
    """What the cell shows: by its pattern, else the default of its type in `locale` (`en_US`, `zh_CN`, …).

    Never raises: a pattern that makes no sense shows the plain number.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, CellError):
        return value.text
    pattern = pattern_of(number_format, locale)
    if isinstance(value, str):
        return _text(value, pattern) if pattern else value
    return _number(float(value), pattern, _names(locale)) if pattern else plain(value, locale)


def pattern_of(number_format: Json | None, locale: str) -> str | None:
    """The pattern that `number_format` means; None when numbers show as they are."""
    if not number_format:
        return None
    if pattern := number_format.get("pattern"):
        return str(pattern)
    kind = number_format.get("type", "")
    chinese = locale.startswith("zh")
    return _CHINESE.get(kind) if chinese and kind in _CHINESE else _DEFAULTS.get(kind)


def plain(value: float, locale: str = "en_US") -> str:
    """A number without a format: ten significant digits, whole numbers in full below 10^15."""
    size = abs(value)
    if not math.isfinite(value):
        return CellError("NUM").text
    if size >= 1e15 or (0 < size < 1e-4):
        mantissa, exponent = f"{value:.5E}".split("E")
        shown = f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].zfill(2)}"
    elif value == int(value):
        return str(int(value))
    else:
        places = max(0, 9 - math.floor(math.log10(size)))
        shown = format(_rounded(_decimal(value), places), "f")
        shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return shown.replace(".", _names(locale).point)


@dataclass(frozen=True)
class Names:
    """What a locale calls things."""

    point: str
    group: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    halves: tuple[str, str]


@lru_cache(maxsize=64)
def _names(locale: str) -> Names:
    try:
        known = Locale.parse(locale)
    except (UnknownLocaleError, ValueError):
        known = Locale.parse("en_US")
    months, days, periods = known.months["format"], known.days["format"], known.day_periods["format"]["abbreviated"]
    return Names(
        point=get_decimal_symbol(known),
        group=get_group_symbol(known),
        months=tuple(months["wide"][i] for i in range(1, 13)),
        short_months=tuple(months["abbreviated"][i] for i in range(1, 13)),
        days=tuple(days["wide"][i] for i in range(7)),
        short_days=tuple(days["abbreviated"][i] for i in range(7)),
        halves=(periods["am"], periods["pm"]),
    )


def _text(value: str, pattern: str) -> str:
    """Text shows as it is unless a section is made for text: the fourth, or the only one if it has an `@`."""
    found = sections(pattern)
    section = found[3] if len(found) > 3 else found[-1]
    if len(found) <= 3 and not section.has("text"):
        return value
    return "".join(value if part.kind == "text" else part.text for part in section.parts)


def _number(value: float, pattern: str, names: Names) -> str:
    if not math.isfinite(value):
        return CellError("NUM").text
    section, unsigned = _chosen(value, sections(pattern))
    if not section.parts:
        return ""
    if section.has("date"):
        return _date(value, section, names)
    if section.has("text") or section.has("general"):
        shown = plain(abs(value) if unsigned else value).replace(".", names.point)
        return "".join(shown if part.kind in {"text", "general"} else part.text for part in section.parts)
    try:
        filled, nonzero = _fill(abs(_decimal(value)), section, names)
    except InvalidOperation:  # more digits than any cell could show
        return plain(value)
    return ("-" if value < 0 and not unsigned and nonzero else "") + filled


def _chosen(value: float, found: tuple[Section, ...]) -> tuple[Section, bool]:
    """The section for `value`, and whether it shows the sign itself."""
    if any(section.condition for section in found[:2]):
        for section in found[:3]:
            if section.condition is None or _TESTS[section.condition[0]](value, section.condition[1]):
                return section, False
        return Section((Part("literal", "#" * 8),)), True
    if value < 0 and len(found) > 1:
        return found[1], True
    return (found[2], True) if value == 0 and len(found) > 2 else (found[0], False)


_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda value, limit: value < limit,
    "<=": lambda value, limit: value <= limit,
    ">": lambda value, limit: value > limit,
    ">=": lambda value, limit: value >= limit,
    "=": lambda value, limit: value == limit,
    "<>": lambda value, limit: value != limit,
}


def _fill(size: Decimal, section: Section, names: Names) -> tuple[str, bool]:
    """The section with the digits of `size` put in, and whether any of them is not zero."""
    parts = section.parts
    size = size.scaleb(2 * sum(part.kind == "percent" for part in parts) - 3 * section.thousands, _EXACT)
    slash = _fraction_at(parts)
    if slash is not None:
        return _fraction(size, parts, slash), size != 0
    power = next((i for i, part in enumerate(parts) if part.kind == "exponent"), None)
    if power is not None:
        return _scientific(size, section, power, names), size != 0
    if not section.has("digit"):
        return "".join(part.text for part in parts), True
    shown = _rounded(size, _places(parts))
    return _digits(shown, parts, names, grouped=section.grouped), shown != 0


def _places(parts: tuple[Part, ...]) -> int:
    point = next((i for i, part in enumerate(parts) if part.kind == "point"), len(parts))
    return sum(part.kind == "digit" for part in parts[point:])


def _digits(size: Decimal, parts: tuple[Part, ...], names: Names, *, grouped: bool) -> str:
    """`size`, already rounded, into the placeholders: whole digits from the right, decimals from the left."""
    whole, _, decimals = format(size, "f").partition(".")
    point = next((i for i, part in enumerate(parts) if part.kind == "point"), len(parts))
    left = _whole(whole.lstrip("0"), parts[:point], names.group if grouped else "")
    return left + _decimals(decimals.rstrip("0"), parts[point:], names.point)


def _whole(digits: str, parts: tuple[Part, ...], group: str) -> str:
    out: list[str] = []
    places = sum(part.kind == "digit" for part in parts)
    place = 0
    for part in reversed(parts):
        if part.kind != "digit":
            out.append(part.text)
            continue
        place += 1
        take = digits[-1:] if place < places else digits[::-1]
        digits = digits[:-1] if place < places else ""
        for offset, digit in enumerate(take or _blank(part)):
            at = place + offset
            out.append(digit + group if group and at > 1 and at % 3 == 1 else digit)
    return "".join(reversed(out))


def _decimals(digits: str, parts: tuple[Part, ...], point: str) -> str:
    out: list[str] = []
    for part in parts:
        if part.kind == "digit":
            out.append(digits[:1] or _blank(part))
            digits = digits[1:]
        else:
            out.append(point if part.kind == "point" else part.text)
    return "".join(out)


def _blank(part: Part) -> str:
    return {"0": "0", "?": " "}.get(part.text, "")


def _scientific(size: Decimal, section: Section, power: int, names: Names) -> str:
    """`0.00E+00`; more than one whole placeholder makes the exponent a multiple of their number."""
    mantissa, rest = section.parts[:power], section.parts[power + 1 :]
    step = max(1, sum(part.kind == "digit" for part in mantissa) - _places(mantissa))
    exponent = size.adjusted() if size else 0
    exponent -= exponent % step
    shown = _rounded(size.scaleb(-exponent, _EXACT), _places(mantissa))
    if shown >= 10**step:
        exponent += step
        shown = _rounded(size.scaleb(-exponent, _EXACT), _places(mantissa))
    sign = "-" if exponent < 0 else "+" if section.parts[power].text.endswith("+") else ""
    digits = _digits(Decimal(abs(exponent)), rest, names, grouped=False)
    return _digits(shown, mantissa, names, grouped=section.grouped) + section.parts[power].text[0] + sign + digits


def _fraction_at(parts: tuple[Part, ...]) -> int | None:
    """Where `?/?` or `?/8` has its slash; a slash without placeholders on its left is only a slash."""
    for i, part in enumerate(parts):
        if part.kind == "slash" and 0 < i < len(parts) - 1 and parts[i - 1].kind == "digit":
            after = parts[i + 1]
            return i if after.kind == "digit" or after.text.isdigit() else None
    return None


def _fraction(size: Decimal, parts: tuple[Part, ...], slash: int) -> str:
    top = slash
    while top > 0 and parts[top - 1].kind == "digit":
        top -= 1
    end = slash + 1
    while end < len(parts) and (parts[end].kind == "digit" or parts[end].text.isdigit()):
        end += 1
    bottom = "".join(part.text for part in parts[slash + 1 : end])
    split = any(part.kind == "digit" for part in parts[:top])
    whole = int(size) if split else 0
    nearest = _nearest(Fraction(size) - whole, bottom)
    if split and nearest[0] == nearest[1]:
        whole, nearest = whole + 1, (0, nearest[1])
    lead = _whole(str(whole) if whole else "", parts[:top], "")
    blank = split and nearest[0] == 0
    width = slash - top
    shown = " " * (width + 1 + len(bottom)) if blank else f"{nearest[0]:>{width}}/{nearest[1]:<{len(bottom)}}"
    return lead + shown + "".join(part.text for part in parts[end:])


def _nearest(size: Fraction, bottom: str) -> tuple[int, int]:
    if bottom.strip("0#?"):
        fixed = int("".join(c for c in bottom if c.isdigit()) or "1") or 1
        return math.floor(size * fixed + Fraction(1, 2)), fixed
    found = size.limit_denominator(10 ** len(bottom) - 1)
    return found.numerator, found.denominator


def _date(value: float, section: Section, names: Names) -> str:
    if not 1 - EPOCH <= value < date.max.toordinal() + 1 - EPOCH:
        return plain(value)
    moment = math.floor(value * DAY + 0.5)
    day = min(EPOCH + moment // DAY, date.max.toordinal())
    twelve = any("/" in part.text for part in section.parts if part.kind == "date")
    clock = _Clock(date.fromordinal(day), moment % DAY, moment, twelve=twelve)
    return "".join(clock.show(part.text, names) if part.kind == "date" else part.text for part in section.parts)


@dataclass(frozen=True)
class _Clock:
    """A moment, ready to be shown field by field; `time` and `total` in milliseconds."""

    day: date
    time: int
    total: int
    twelve: bool

    def show(self, field: str, names: Names) -> str:
        """One date field of a pattern."""
        if field[0] == "[":
            return self._elapsed(field[1:-1])
        if "/" in field:
            return self._half(field, names)
        if field[0] == ".":
            return names.point + f"{self.time % 1000:03d}".ljust(len(field) - 1, "0")[: len(field) - 1]
        return self._field(field, names)

    def _field(self, field: str, names: Names) -> str:
        count = len(field)
        match field[0]:
            case "y":
                return f"{self.day.year % 100:02d}" if count < 3 else f"{self.day.year:04d}"
            case "m":
                return self._named(self.day.month, names.short_months, names.months, count)
            case "d":
                weekday = self.day.weekday()
                return self._day(count, names.short_days[weekday], names.days[weekday])
            case "h":
                hour = self.time // 3_600_000
                return str(((hour - 1) % 12 + 1) if self.twelve else hour).zfill(min(count, 2))
            case "n":
                return str(self.time // 60_000 % 60).zfill(count)
        return str(self.time // 1000 % 60).zfill(min(count, 2))

    def _named(self, number: int, short: tuple[str, ...], wide: tuple[str, ...], count: int) -> str:
        if count < 3:
            return str(number).zfill(count)
        if count == 3:
            return short[number - 1]
        return wide[number - 1][:1] if count == 5 else wide[number - 1]

    def _day(self, count: int, short: str, wide: str) -> str:
        if count < 3:
            return str(self.day.day).zfill(count)
        return short if count == 3 else wide

    def _elapsed(self, field: str) -> str:
        unit = {"h": 3_600_000, "m": 60_000, "n": 60_000, "s": 1000}[field[0]]
        sign = "-" if self.total < 0 else ""
        return sign + str(abs(self.total) // unit).zfill(len(field))

    def _half(self, field: str, names: Names) -> str:
        late = self.time >= DAY // 2
        if field == "上午/下午":
            return "下午" if late else "上午"
        if len(field) == 3:
            return field[2 if late else 0]
        return names.halves[late]


def _decimal(value: float) -> Decimal:
    """The decimal digits of the shortest text that reads back as `value`."""
    return Decimal(repr(value))


def _rounded(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP, context=_EXACT)
