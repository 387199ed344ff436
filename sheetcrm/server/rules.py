"""
Validation rules as cells carry them.

A rule with a formula is written for one cell, its anchor, and means the same relative to every cell that shares it.
So thousands of cells hold one object, and each shows the formula as it reads from where it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sheetcrm.server import formulas

Json = dict[str, Any]
Place = tuple[int, int]


@dataclass(frozen=True, eq=False)
class Validation:
    """A DataValidationRule; `anchor` is the (row, column) that its formulas are written for, None without formulas."""

    rule: Json
    anchor: Place | None

    def at(self, row: int, column: int) -> Json:
        """The rule as it reads from a cell."""
        if self.anchor is None or self.anchor == (row, column):
            return self.rule
        rows, columns = row - self.anchor[0], column - self.anchor[1]
        shown: Json = rewritten(self.rule, lambda formula: formulas.shifted(formula, rows, columns))
        return shown

    def moved(self, rows: int, columns: int) -> "Validation":
        """The same rule for cells that many rows and columns away."""
        if self.anchor is None:
            return self
        place = (self.anchor[0] + rows, self.anchor[1] + columns)
        return Validation(rewritten(self.rule, lambda formula: formulas.shifted(formula, rows, columns)), place)

    def anchored(self, row: int, column: int) -> "Validation":
        """The same rule, written for another cell."""
        return self if self.anchor is None else replace(self, rule=self.at(row, column), anchor=(row, column))


def has_formula(value: Any) -> bool:
    """Whether a formula is anywhere in some JSON."""
    if isinstance(value, dict):
        return any(is_formula(key, part) or has_formula(part) for key, part in value.items())
    return isinstance(value, list) and any(has_formula(part) for part in value)


def is_formula(key: str, value: Any) -> bool:
    """Whether a field of a rule holds a formula: a condition's value or the point of a colour scale."""
    return key in ("userEnteredValue", "value") and isinstance(value, str) and value.startswith("=")


def rewritten(value: Any, change: Callable[[str], str]) -> Any:
    """A copy of some JSON with every formula in it changed; the same object when nothing was."""
    if isinstance(value, list):
        parts = [rewritten(part, change) for part in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else parts
    if not isinstance(value, dict):
        return value
    fields = {key: change(part) if is_formula(key, part) else rewritten(part, change) for key, part in value.items()}
    return value if all(fields[key] is part or fields[key] == part for key, part in value.items()) else fields
