"""
Amounts of several currencies → sums by currency, and one sum in the template's by its rates.

An amount whose currency has no rate is in no total: it is counted, and said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sheetcrm.messages import Texts
from sheetcrm.schema.columns.money import symbol
from sheetcrm.schema.reminders.summary import rates as rate_columns
from sheetcrm.sync.records import Reading

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Rates:
    """What one unit of a currency is worth in the template's own, `home`."""

    home: str
    worth: Mapping[str, Decimal] = field(default_factory=dict)

    def at_home(self, amount: Decimal, currency: str) -> Decimal | None:
        """In the template's currency, to the cent; None without a rate."""
        if currency == self.home:
            return amount
        rate = self.worth.get(currency)
        return None if rate is None else (amount * rate).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Tally:
    """So many rows, and their amounts."""

    rates: Rates
    rows: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)
    """By currency."""
    home: Decimal = Decimal(0)
    """All that has a rate, in the template's currency."""
    unrated: int = 0
    """Amounts that are not in `home`."""

    def add(self, amount: object = None, currency: str | None = None) -> None:
        """One more row; an amount that is no number counts for nothing, a blank currency is the template's."""
        self.rows += 1
        value = exact(amount)
        if value is None:
            return
        code = currency or self.rates.home
        self.sums[code] = self.sums.get(code, Decimal(0)) + value
        worth = self.rates.at_home(value, code)
        if worth is None:
            self.unrated += 1
        else:
            self.home += worth

    def said(self, t: Texts, language: str) -> str:
        """`¥1,200 + US$300 (¥3,360 in all)`; empty where there is no amount."""
        parts = [money(amount, code, language) for code, amount in sorted(self.sums.items(), key=self._order)]
        text = " + ".join(parts)
        if self.unrated:
            return t("{amounts} ({count} without an exchange rate)", amounts=text, count=self.unrated)
        if len(parts) > 1:
            total = money(self.home, self.rates.home, language)
            return t("{amounts} ({total} in all)", amounts=text, total=total)
        return text

    def _order(self, one: tuple[str, Decimal]) -> tuple[bool, str]:
        return one[0] != self.rates.home, one[0]

    def json(self) -> dict[str, object]:
        """For programs: amounts as exact texts."""
        plain = {code: str(amount) for code, amount in sorted(self.sums.items())}
        return {"rows": self.rows, "amounts": plain, "total": str(self.home), "without_rate": self.unrated}


def exact(value: object) -> Decimal | None:
    """The number, if it is one."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def money(amount: Decimal, currency: str, language: str) -> str:
    """`¥1,200` or `¥0.50`: cents where there are any."""
    rounded = amount.quantize(CENT, ROUND_HALF_UP)
    digits = f"{abs(rounded):,.2f}".removesuffix(".00")
    return f"{'-' if rounded < 0 else ''}{symbol(currency, language)}{digits}"


def rates_in(reading: Reading) -> Rates:
    """The rates that stand in the spreadsheet; none where its template has no column that converts."""
    template = reading.template
    worth: dict[str, Decimal] = {}
    for at in rate_columns(template):
        sheet, _, column = at.partition(".")
        extract = reading.extracts.get(sheet)
        if extract is None or column == template.sheets[sheet].key or column not in extract.parsed.values:
            continue
        for code, rate in zip(extract.ids, extract.parsed.values[column], strict=True):
            value = exact(rate)
            if code and value and value > 0:
                worth.setdefault(code, value)
    return Rates(template.currency, worth)
