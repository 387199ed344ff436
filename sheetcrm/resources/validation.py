"""
What a cell may be ↔ the column's data validation rule.

A column has one rule.  Formulas in it are in key form (`={stage}<>""`), so
that moving a column is no difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

from sheetcrm.layout import Layout, normal, places_in
from sheetcrm.messages import tr
from sheetcrm.resources.base import (
    Address,
    Json,
    Policy,
    Request,
    Resource,
    State,
    changed,
    columns_of,
    data_cells,
    least_like,
)


@dataclass(frozen=True)
class Condition:
    """
    Google's BooleanCondition: its `type` and the texts of its `values`.

    A value that begins with `=` is a formula or a range in key form
    (`={lists.source}`), anything else is taken as it is.
    """

    type: str
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Formulas are equal however they were spaced."""
        values = tuple(normal(value) if value.startswith("=") else value for value in self.values)
        object.__setattr__(self, "values", values)


@dataclass(frozen=True)
class Validation(Resource):
    """The rule of a column: `strict` refuses what does not fit, otherwise it is only marked; `message` is shown as help."""

    condition: Condition
    strict: bool = True
    message: str = ""

    kind: ClassVar[str] = "validation"
    rank: ClassVar[int] = 70
    policy: ClassVar[Policy] = "restore"
    fields: ClassVar[tuple[str, ...]] = ("sheets.data.rowData.values.dataValidation",)
    follows: ClassVar[frozenset[str]] = frozenset({"rows"})
    removable: ClassVar[bool] = True

    @classmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """The rule of the data rows."""
        for address, part, index in columns_of(description, layout, desired, cls.kind):
            cells = data_cells(part, index, layout, address.sheet)
            rows = [(row, cls.of(cell, address.sheet, row, layout)) for row, cell in cells]
            if (found := least_like(desired.get(address), rows, address, layout)) is not None:
                yield address, found

    @classmethod
    def of(cls, cell: Json, sheet: str, row: int, layout: Layout) -> Self | None:
        """The rule of one cell, a CellData in 1-based `row`; None when it has none."""
        rule = cell.get("dataValidation")
        if not rule:
            return None
        condition = rule.get("condition", {})
        texts = [value.get("userEnteredValue", "") for value in condition.get("values", [])]
        values = tuple(layout.keys(text, sheet, row) if text.startswith("=") else text for text in texts)
        return cls(
            Condition(condition.get("type", ""), values), rule.get("strict", False), rule.get("inputMessage", "")
        )

    def create(self, address: Address, layout: Layout) -> list[Request]:
        """Set it from row 2 to the end."""
        condition: Json = {"type": self.condition.type}
        if self.condition.values:
            texts = [layout.a1(v, address.sheet) if v.startswith("=") else v for v in self.condition.values]
            condition["values"] = [{"userEnteredValue": text} for text in texts]
        rule: Json = {"condition": condition, "strict": self.strict, "showCustomUi": True}
        if self.message:
            rule["inputMessage"] = self.message
        return [{"setDataValidation": {"range": layout.grid_range(address.sheet, address.column), "rule": rule}}]

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """Anything may be typed; no cell changes."""
        return [{"setDataValidation": {"range": layout.grid_range(address.sheet, address.column)}}]

    def needs(self, address: Address) -> frozenset[str]:
        """Also the columns that its formulas and ranges look into."""
        places = (places_in(value, address.sheet) for value in self.condition.values if value.startswith("="))
        return super().needs(address).union(*places)

    def say(self, live: Self | None = None) -> str:
        """`ONE_OF_LIST a, b`."""
        return changed(live and _words(live), _words(self))


def _words(rule: Validation) -> str:
    values = ", ".join(rule.condition.values)
    return f"{rule.condition.type} {values}".strip() + ("" if rule.strict else tr(" (warns)"))
