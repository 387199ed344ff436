"""
Several conditions → the one that a Sheets cell can have.

A dropdown or a tick box cannot be joined with anything: it stays alone, and
what its rules ask beside it is asked by `check` only.
"""

from collections.abc import Callable, Sequence

from sheetcrm.resources.validation import Condition
from sheetcrm.schema.context import Place

_CHOSEN = ("ONE_OF_LIST", "ONE_OF_RANGE", "BOOLEAN")

Asked = tuple[Condition, bool]
"""A condition, and whether the sheet refuses what does not fit or only marks it."""


def joined(asked: Sequence[Asked], place: Place) -> Asked | None:
    """
    The one that a cell gets; None for none.

    Where some are strict and some are not, only the strict ones can be held:
    a cell either refuses or marks.
    """
    for condition, strict in asked:
        if condition.type in _CHOSEN:
            return condition, strict
    refusing = any(strict for _, strict in asked)
    found = combined([condition for condition, strict in asked if strict == refusing], place)
    return None if found is None else (found, refusing)


def combined(conditions: Sequence[Condition], place: Place) -> Condition | None:
    """All of `conditions` as one; None for none."""
    for condition in conditions:
        if condition.type in _CHOSEN:
            return condition
    if any(condition.type.startswith("NUMBER_") for condition in conditions):
        number = Condition("CUSTOM_FORMULA", (f"=ISNUMBER({place.cell})",))
        conditions = [condition for condition in conditions if condition != number]
    if any(condition.type in ("DATE_BETWEEN", "DATE_ON_OR_AFTER", "DATE_ON_OR_BEFORE") for condition in conditions):
        conditions = [condition for condition in conditions if condition.type != "DATE_IS_VALID"]
    if len(conditions) <= 1:
        return conditions[0] if conditions else None
    tests = [as_formula(condition, place.cell) for condition in conditions]
    return Condition("CUSTOM_FORMULA", (f"=AND({','.join(tests)})",))


def as_formula(condition: Condition, cell: str) -> str:
    """What Google's condition asks, as a formula without `=`; a KeyError for one that no rule makes."""
    if condition.type == "CUSTOM_FORMULA":
        return condition.values[0].removeprefix("=")
    return _FORMULAS[condition.type](cell, *condition.values)


def _day(text: str) -> str:
    year, month, day = text.split("-")
    return f"DATE({int(year)},{int(month)},{int(day)})"


_FORMULAS: dict[str, Callable[..., str]] = {
    "NUMBER_BETWEEN": lambda cell, low, high: f"AND(ISNUMBER({cell}),{cell}>={low},{cell}<={high})",
    "NUMBER_GREATER_THAN_EQ": lambda cell, low: f"AND(ISNUMBER({cell}),{cell}>={low})",
    "NUMBER_LESS_THAN_EQ": lambda cell, high: f"AND(ISNUMBER({cell}),{cell}<={high})",
    "DATE_IS_VALID": lambda cell: f"ISNUMBER({cell})",
    "DATE_BETWEEN": lambda cell, low, high: f"AND(ISNUMBER({cell}),{cell}>={_day(low)},{cell}<={_day(high)})",
    "DATE_ON_OR_AFTER": lambda cell, low: f"AND(ISNUMBER({cell}),{cell}>={_day(low)})",
    "DATE_ON_OR_BEFORE": lambda cell, high: f"AND(ISNUMBER({cell}),{cell}<={_day(high)})",
    "TEXT_IS_EMAIL": lambda cell: f"ISEMAIL({cell})",
    "TEXT_IS_URL": lambda cell: f"ISURL({cell})",
}
