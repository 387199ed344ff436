"""
Which money an amount of the row is in → its ISO 4217 code.

`人民币`, `RMB` and `usd` are read too; `$` and `¥` are not, because several currencies share them.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import field_validator, model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.money import known_currency
from sheetcrm.schema.columns.reading import plain, shown, wordless
from sheetcrm.schema.membership import ExistsInRule
from sheetcrm.schema.rules import Rule, Trouble
from sheetcrm.schema.states import column_problem

_ALSO = {"rmb": "CNY", "元": "CNY", "人民币元": "CNY", "us dollars": "USD", "euros": "EUR"}


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """What currencies are called in Chinese and English, and their codes → code."""
    from babel import Locale  # noqa: PLC0415 - CLDR is slow to open; only templates with money need it

    found: dict[str, str] = {}
    for language in ("zh_CN", "en_US"):
        for code, name in Locale.parse(language).currencies.items():
            found.setdefault(str(name).casefold(), str(code))
    codes = {code: code.upper() for code in (code.casefold() for code in set(found.values()))}
    return {**found, **codes, **_ALSO}


class CurrencyColumn(Column):
    """The currency of the row's amounts: one of `of`, or one of the rate tab `rates`."""

    python_type = str
    examples = (("CNY", "CNY"), ("usd", "USD"), ("人民币", "CNY"), ("RMB", "CNY"), ("US Dollar", "USD"))
    nonsense = ("$", "XYZ", 7, True, "CNY USD")
    pixels = 80
    alignment = "CENTER"
    hint: ClassVar[str] = N_("A currency by its three letters, as in CNY.")

    type: Literal["currency"] = "currency"
    of: tuple[str, ...] = ()
    """The codes of the dropdown; empty (and no `rates`): any currency there is."""
    rates: str | None = None
    """The sheet whose key is the currency; the dropdown is what stands there."""

    @field_validator("of")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known_currency(code) for code in value)

    @model_validator(mode="after")
    def _one_of_the_two(self) -> "CurrencyColumn":
        if self.of and self.rates:
            raise PydanticCustomError("currency", tr("of: and rates: both say what may be chosen; use one of the two"))
        return self

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The three letters."""
        code = _names().get(plain(wordless(cell)).casefold())
        if code is None or (self.of and code not in self.of):
            raise BadCell("not_a_currency", N_("{text} is not a currency that is used here"), {"text": shown(cell)})
        return code

    def condition(self, place: Place, context: Context) -> Condition | None:
        """A dropdown, where it is said of what."""
        if self.rates:
            return Condition("ONE_OF_RANGE", (f"={Place(self.rates, self._key(context)).range}",))
        return Condition("ONE_OF_LIST", self.of) if self.of else None

    def implied_rules(self) -> tuple[Rule, ...]:
        """It must have a rate."""
        return (ExistsInRule(target=self.rates),) if self.rates else ()

    def states(self) -> tuple[bool | str, ...]:
        """The codes, where they are fixed."""
        return self.of

    def option_keys(self, context: Context) -> tuple[str, ...]:
        """The same."""
        return self.of

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text."""
        return NumberFormat("TEXT", "@")

    def problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """A rate tab that is not there, or whose key is no currency."""
        if self.rates is None:
            yield from super().problems(place, context)
        elif message := column_problem(self.rates, "", context):
            yield ("rates",), message
        elif not isinstance(context.template.sheets[self.rates].columns.get(self._key(context)), CurrencyColumn):
            yield ("rates",), tr("the key of {sheet} is not a column of type currency", sheet=self.rates)
        else:
            yield from super().problems(place, context)

    def _key(self, context: Context) -> str:
        return str(context.template.sheets[str(self.rates)].key)

    def literal(self, value: Any, context: Context) -> str:
        """The code in quotes."""
        return f'"{value}"'
