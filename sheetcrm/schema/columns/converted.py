"""
An amount in the currency of its row → the same in the template's currency, by the rate tab.

A blank currency is the template's.  A currency without a rate, or with a blank
one, gives `#N/A`: a total that left it out would look right and be wrong.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar, Literal

from pydantic import Field

from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column, Context, Place
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.schema.columns.currency import CurrencyColumn
from sheetcrm.schema.columns.money import MoneyColumn
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem


class ConvertedColumn(Computed):
    """The money column `amount` in the template's currency; `rate` is the column that has what one unit is worth in it."""

    python_type = Decimal
    examples = ((88.5, Decimal("88.5")), ("", None))
    nonsense = ("#REF!", "#N/A", "a lot")
    example_settings: ClassVar[dict[str, Any]] = {"amount": "price", "rate": "rates.rate"}

    type: Literal["converted"] = "converted"
    amount: str
    """A column of type `money` with `currency_from:`."""
    rate: str
    """`sheet.column`: what one unit of the sheet's key is worth in the template's currency."""
    decimals: int = Field(2, ge=0, le=10)
    """Places to which it is rounded."""

    @cached_property
    def inner(self) -> Column:
        """Money of the template."""
        return MoneyColumn(title=self.title, decimals=self.decimals)

    def own(self, place: Place, context: Context) -> str:
        """The amount, times its rate where it is in another currency."""
        columns = context.template.sheets[place.sheet].columns
        money = columns[self.amount]
        assert isinstance(money, MoneyColumn), "looked at in formula_problems"
        currency, amount = f"{{{money.currency_from}}}", f"{{{self.amount}}}"
        sheet, _, column = self.rate.partition(".")
        key = Place(sheet, str(context.template.sheets[sheet].key)).range
        found = f"INDEX({Place(sheet, column).range},MATCH({currency},{key},0))"
        rate = f"IF(N({found})>0,{found},NA())"
        same = f'OR({currency}="",{currency}="{context.currency}")'
        return f'IF({amount}="","",ROUND({amount}*IF({same},1,{rate}),{self.decimals}))'

    def formula_problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """An amount without a currency of its own, a rate that is not there."""
        if message := column_problem(place.sheet, self.amount, context):
            yield ("amount",), message
            return
        money = context.template.sheets[place.sheet].columns[self.amount]
        if not isinstance(money, MoneyColumn) or not money.currency_from:
            yield ("amount",), tr("{column} is not a column of type money with currency_from:", column=self.amount)
            return
        sheet, _, column = self.rate.partition(".")
        if message := column_problem(sheet, column, context) or column_problem(sheet, "", context):
            yield ("rate",), message
        elif not column or context.template.sheets[sheet].columns[column].bounds != "NUMBER":
            yield ("rate",), tr("{column} is not a column of numbers; expected sheet.column", column=self.rate)
        elif not isinstance(_key_column(sheet, context), CurrencyColumn):
            yield ("rate",), tr("the key of {sheet} is not a column of type currency", sheet=sheet)


def _key_column(sheet: str, context: Context) -> Column | None:
    spec = context.template.sheets[sheet]
    return spec.columns.get(spec.key or "")
