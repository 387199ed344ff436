"""
Money: exact amounts, shown with their symbol.

A cell is a plain number; the currency is the column's, the template's, or that of another column of the row.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import ClassVar, Literal

from pydantic import field_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.schema.columns.base import Context, Place
from sheetcrm.schema.columns.number import MAX_LENGTH, DecimalColumn, decimal, places
from sheetcrm.schema.columns.reading import plain
from sheetcrm.schema.states import column_problem

_AROUND = re.compile(
    r"^(?P<sign>-?)(?:[A-Z]{3}|[^\w\s.,+-]{1,3}|[A-Z]{1,2}\$)?\s*(?P<amount>-?[\d,. ]*\d)\s*(?:[A-Z]{3}|元|圆|[€£¥$])?$"
)


def known_currency(code: str) -> str:
    """The ISO 4217 code as it is; PydanticCustomError when there is no such currency."""
    if code not in _currencies():
        raise PydanticCustomError(
            "currency", tr("no such currency: {code}; use its three letters, as in CNY", code=code)
        )
    return code


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    from babel.numbers import list_currencies  # noqa: PLC0415 - CLDR is slow to open; only templates with money need it

    return frozenset(list_currencies())


@lru_cache(maxsize=1000)
def symbol(currency: str, language: str) -> str:
    """The sign that readers of that language know it by: `¥`, `US$`."""
    from babel.numbers import get_currency_symbol  # noqa: PLC0415 - as above

    return str(get_currency_symbol(currency, {"zh": "zh_CN", "en": "en_US"}.get(language, language)))


class MoneyColumn(DecimalColumn):
    """An amount of money, to two places."""

    examples = (
        (12.5, Decimal("12.5")),
        ("¥1,234.50", Decimal("1234.50")),
        ("￥88", Decimal(88)),
        ("-5", Decimal(-5)),
        ("100元", Decimal(100)),
        ("USD 20", Decimal(20)),
    )
    nonsense = ("a lot", True, "¥", "12.3.4")
    pixels = 120
    hint: ClassVar[str] = N_("An amount of money.")

    type: Literal["money"] = "money"
    decimals: int | None = 2
    currency: str | None = None
    """ISO 4217; None: the template's."""
    currency_from: str | None = None
    """The column of the same sheet that names each row's currency; amounts are then shown without a symbol."""

    @field_validator("currency")
    @classmethod
    def _is_known(cls, value: str | None) -> str | None:
        return value if value is None else known_currency(value)

    def parse_cell(self, cell: Cell, context: Context) -> Decimal:
        """The amount, with or without a symbol before or 元 behind it."""
        if not isinstance(cell, str):
            return decimal(cell)
        typed = plain(cell)
        match = _AROUND.fullmatch(typed) if len(typed) <= MAX_LENGTH else None
        return decimal(cell, match["sign"] + match["amount"]) if match else decimal(cell)

    def number_format(self, context: Context) -> NumberFormat:
        """The symbol and two places."""
        amount = places(self.decimals or 0)
        if self.currency_from:
            return NumberFormat("NUMBER", amount)
        return NumberFormat("CURRENCY", f'"{symbol(self.currency or context.currency, context.language)}"{amount}')

    def problems(self, place: Place, context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """A currency column that is not there."""
        yield from super().problems(place, context)
        if self.currency_from and (message := column_problem(place.sheet, self.currency_from, context)):
            yield ("currency_from",), message
