"""`type: receivable`: money that is to come by a day."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar, Literal

from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.reminders.around import AroundReminder
from sheetcrm.schema.reminders.asking import Ask, Rows, Span, days
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem


class ReceivableReminder(AroundReminder):
    """Around the payment date in `date`, as long as less than `amount` is `paid`; the mail says how much is left, and the sum."""

    example: ClassVar[dict[str, Any]] = {"date": "day", "amount": "price", "paid": "deposit", "before": [7]}

    type: Literal["receivable"] = "receivable"
    amount: str
    """The column with what is to be paid; a row without an amount is reminded of all the same."""
    paid: str | None = None
    """The column with what was paid; blank is nothing."""

    def named(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Both amounts."""
        yield from (((name,), key) for name in ("amount", "paid") if (key := getattr(self, name)))

    def amount_of(self) -> str | None:
        """What is left is in the money of what is to be paid."""
        return self.amount

    def asks(self, rows: Rows, span: Span) -> Iterator[Ask]:
        """Every row that has a payment date and is not paid."""
        found = list(days(rows, self.date, self.latest_due(span)))
        offsets = [offset for offset, _ in found]
        amounts = rows.some(self.amount, offsets) if self.amount in rows else [None] * len(offsets)
        paid = rows.some(self.paid, offsets) if self.paid and self.paid in rows else [None] * len(offsets)
        for (offset, day), amount, had in zip(found, amounts, paid, strict=True):
            left = None if amount is None else Decimal(amount) - Decimal(had or 0)
            if left is None or left > 0:
                yield Ask(offset, (self.date,), () if day is None else (day,), left)

    def problems(self, context: Context) -> Iterator[Trouble]:
        """Also amounts that are none."""
        yield from super().problems(context)
        for path, key in self.named():
            if not column_problem(self.sheet, key, context):
                column = context.template.sheets[self.sheet].columns[key]
                if column.bounds != "NUMBER":
                    yield path, tr("{key} is not an amount", key=key)
