"""
Phones → E.164 text (`+8613800138000`; an extension as `;ext=12`, RFC 3966).

A number without a country code is of the template's `country:`, but only when
it is written as one dials it there: `(206) 555-9857` is not read as Guangzhou,
although its digits would be valid.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.glance import Glance
from sheetcrm.schema.columns.reading import as_text, plain, shown

MAX_LENGTH = 60
"""More than that is no number, and would keep the patterns below busy."""

_EXTENSION = re.compile(r"[\s,;(（]*(?:转|分机|ext(?:ension)?|x|#)\.?\s*[:：=]?\s*(\d{1,7})\s*[)）]?$", re.IGNORECASE)
_PLAIN = re.compile(r"\+?[0-9](?:[ -]?[0-9]){6,14}")
_NOTHING = str.maketrans("", "", " -")
_ALLOWED = re.compile(r"[+\d][\d\s().\-/·]*|\([\d\s().\-/·]+")


def known_country(code: str) -> str:
    """The two letters as they are; PydanticCustomError when no phone numbers are known for them."""
    import phonenumbers  # noqa: PLC0415 - its tables are slow to open

    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise PydanticCustomError("country", tr("no such country: {code}; use its two letters, as in CN", code=code))
    return code


def e164(cell: Cell, country: str | None) -> str:
    """The phone number in a cell; BadCell when it is none, or when its country cannot be told."""
    text = plain(as_text(cell)[: MAX_LENGTH + 1])
    if len(text) > MAX_LENGTH or isinstance(cell, bool):
        raise _not_a_phone(cell)
    if country and _PLAIN.fullmatch(text) and (mobile := mobiles(country)):
        digits = text.translate(_NOTHING)
        if mobile.whole.one(digits):
            return digits
        if mobile.national and mobile.national.one(digits):
            return f"+{mobile.code}{digits}"
    return looked_up(cell, text, country)


def country_of(text: str) -> str:
    """The country (`CN`) of a number that is written with its code; empty where it has none, or belongs to none."""
    import phonenumbers  # noqa: PLC0415 - its tables are slow to open

    try:
        return str(phonenumbers.region_code_for_number(phonenumbers.parse(text)) or "") if text.startswith("+") else ""
    except phonenumbers.NumberParseException:
        return ""


def country_around(zone: str) -> str:
    """The country of a time zone; empty where it has none."""
    from babel.core import get_global  # noqa: PLC0415 - CLDR is slow to open

    found = str(get_global("zone_territories").get(zone, ""))
    return "" if found in ("ZZ", "001") else found


def looked_up(cell: Cell, text: str, country: str | None) -> str:
    """The number in `text` by the tables of the world's numbers; `cell` is what messages quote."""
    import phonenumbers  # noqa: PLC0415 - as above

    extension = None if text[-8:].isdigit() else _EXTENSION.search(text)
    digits = text[: extension.start()].strip() if extension else text
    if not _ALLOWED.fullmatch(digits) or digits.count("+") > 1:
        raise _not_a_phone(cell)
    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException as wrong:
        raise _unplaced(cell, digits) from wrong
    if not phonenumbers.is_valid_number(number) or not (
        digits.startswith("+") or _dialled(number, digits, country or "")
    ):
        raise _unplaced(cell, digits)
    written = str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return f"{written};ext={extension[1]}" if extension else written


def national(number: str, country: str) -> str:
    """`+8613800138000` → `138 0013 8000` in CN, `+86 138 0013 8000` elsewhere; a text that is no number stays."""
    import phonenumbers  # noqa: PLC0415 - as above

    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return number
    forms = phonenumbers.PhoneNumberFormat
    here = parsed.country_code == phonenumbers.country_code_for_region(country)
    return str(phonenumbers.format_number(parsed, forms.NATIONAL if here else forms.INTERNATIONAL))


def digits_of(number: str) -> frozenset[str]:
    """The digits of a number in E.164, with the country's code and without; those of another text as they are."""
    import phonenumbers  # noqa: PLC0415 - as above

    plain = number.partition(";")[0]
    bare = "".join(char for char in plain if char.isdecimal())
    try:
        national = str(phonenumbers.national_significant_number(phonenumbers.parse(plain, None)))
    except phonenumbers.NumberParseException:
        return frozenset({bare})
    return frozenset({bare, national})


@dataclass(frozen=True)
class Mobiles:
    """Mobile numbers with one country code, told by their digits alone; a number that they miss is looked up."""

    code: int
    whole: Glance
    """What matches `+86…`, and nothing that a look-up would change."""
    national: Glance | None
    """The same without the code; None where a number without it may be of another country."""


@lru_cache(maxsize=64)
def mobiles(country: str) -> Mobiles | None:
    """Those of the country's code; None where they cannot be told so."""
    import phonenumbers  # noqa: PLC0415 - as above

    # Where several countries share a code, a number is of the first unless its own rules say otherwise.
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(phonenumbers.country_code_for_region(country), ())
    known = phonenumbers.PhoneMetadata.metadata_for_region(regions[0]) if regions else None
    mobile = known.mobile if known and not known.leading_digits else None
    if known is None or mobile is None or not mobile.national_number_pattern:
        return None
    # What begins like a trunk or an international prefix may lose it on the way.
    prefixes = [one for one in (known.national_prefix_for_parsing, known.international_prefix) if one]
    free = f"(?!{'|'.join(prefixes)})" if prefixes else ""
    number = f"{free}(?:{mobile.national_number_pattern})".replace(r"\d", "[0-9]")
    national = Glance(number) if regions[0] == country else None
    return Mobiles(int(known.country_code or 0), Glance(f"[+]{known.country_code}{number}"), national)


def _dialled(number: Any, digits: str, country: str) -> bool:
    """
    Whether `digits` are what one dials within `country`: fixed lines with the trunk prefix, where there is one.

    Where they are written in groups, the first is the area code: `0221-0644327`
    is Cologne, although Tianjin (022) has a number of the same digits.
    """
    import phonenumbers  # noqa: PLC0415 - as above

    groups = re.findall(r"\d+", digits)
    fixed = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE
    prefix = phonenumbers.ndd_prefix_for_region(country, True)
    if not fixed or not prefix or groups[0].startswith("00"):
        return True
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    area = re.findall(r"\d+", national)[0]
    return groups[0].startswith(prefix) and (len(groups) == 1 or groups[0] == area)


def _unplaced(cell: Cell, digits: str) -> BadCell:
    """Enough digits for a number somewhere, or not a phone at all."""
    import phonenumbers  # noqa: PLC0415 - as above

    bare = re.sub(r"\D", "", digits)
    if digits.startswith("+") or not 6 <= len(bare) <= 15:
        return _not_a_phone(cell)
    suggestion = None
    try:
        guess = phonenumbers.parse("+" + bare.removeprefix("00"), None)
        if phonenumbers.is_valid_number(guess) and len(bare) >= 11:
            suggestion = phonenumbers.format_number(guess, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        pass
    message = N_("{text} has no country code; write it as +, country code, number")
    return BadCell("phone_no_country", message, {"text": shown(cell)}, suggestion)


def looks_like_a_phone(place: Place) -> str:
    """A formula, without `=`, that is true for what one may type for a phone number."""
    end = "( *(转|分机|ext[.]?|x|#|;ext=) *[0-9]{1,7})?"
    return f'REGEXMATCH({place.cell}&"","^[+＋(（]?[0-9０-９][0-9０-９()（） ./·-]{{4,24}}{end}$")'


def _not_a_phone(cell: Cell) -> BadCell:
    return BadCell("not_a_phone", N_("{text} is not a phone number"), {"text": shown(cell)})


class PhoneColumn(Column):
    """A phone number that can be dialled from anywhere."""

    python_type = str
    examples = (
        ("13800138000", "+8613800138000"), (13800138000, "+8613800138000"), ("+86 138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"), ("010 6552 9988", "+861065529988"), ("+49 30 901820", "+4930901820"),
        ("(010) 6552-9988 转 123", "+861065529988;ext=123"), ("0049 30 901820", "+4930901820"),
    )  # fmt: skip
    nonsense = ("ann@x.org", "12", True, "(206) 555-9857", "2026-01-02x", "+86 1", "030-0074321", "0221-0644327")
    pixels = 140
    hint: ClassVar[str] = N_("A phone number; from abroad with + and country code.")

    type: Literal["phone"] = "phone"
    country: str | None = None
    """Two letters; None: the template's."""

    @field_validator("country")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        return value if value is None else known_country(value)

    def right(self, context: Context) -> Glance | None:
        """Mobile numbers of the sheet's country as we write them."""
        known = mobiles(self.country or context.country)
        return known.whole if known else None

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The number as E.164 text."""
        return e164(cell, self.country or context.country)

    def said(self, value: Any, context: Context) -> str:
        """As one dials it in the sheet's country, in groups; with the country code where it is of another."""
        return national(value, self.country or context.country)

    def condition(self, place: Place, context: Context) -> Condition:
        """Looks like a phone number; whether it is one, `parse_cell` knows better."""
        return Condition("CUSTOM_FORMULA", (f"={looks_like_a_phone(place)}",))

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text: a `+` in front would be read as a formula."""
        return NumberFormat("TEXT", "@")
