"""
Validation rules of a request → rules that cells can hold.

Whether a cell's value obeys its rule is not asked when values are written through the API: Google does not either.
"""

from typing import Any

from sheetcrm.server import ranges, structured
from sheetcrm.server.batch.registry import request
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Spreadsheet
from sheetcrm.server.rules import has_formula

Json = dict[str, Any]

# How many values each kind of condition takes; None is any number.  A relative date counts as a value.
VALUES: dict[str, tuple[int, int | None]] = {
    **dict.fromkeys(("NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN", "DATE_BETWEEN", "DATE_NOT_BETWEEN"), (2, 2)),
    **dict.fromkeys(("BLANK", "NOT_BLANK", "DATE_IS_VALID", "TEXT_IS_EMAIL", "TEXT_IS_URL"), (0, 0)),
    "ONE_OF_LIST": (1, None),
    "BOOLEAN": (0, 2),
}
ONLY_VALIDATION = frozenset({"ONE_OF_LIST", "ONE_OF_RANGE", "BOOLEAN", "TEXT_IS_EMAIL", "TEXT_IS_URL", "DATE_IS_VALID", "DATE_ON_OR_BEFORE", "DATE_ON_OR_AFTER", "DATE_BETWEEN", "DATE_NOT_BETWEEN"})  # fmt: skip
NOT_VALIDATION = frozenset({"TEXT_STARTS_WITH", "TEXT_ENDS_WITH", "BLANK", "NOT_BLANK", "FILTER_EXPRESSION"})


@request("setDataValidation", edits="range")
def set_data_validation(spreadsheet: Spreadsheet, body: Json) -> None:
    area = ranges.area(spreadsheet, body.get("range"))
    if structured.typed(area.sheet, area.json()):
        raise invalid("This operation is not allowed on cells in typed columns")
    rule = body.get("rule")
    made = None
    if rule is not None:
        kept = checked(spreadsheet, rule)
        anchor = (area.top, area.left) if has_formula(kept) else None
        made = spreadsheet.validation(kept, anchor)
    for row in range(area.top, area.bottom):
        for column in range(area.left, area.right):
            area.sheet.grid.put("validations", row, column, made)
    area.sheet.grid.touch(area.top, area.bottom)


def checked(spreadsheet: Spreadsheet, rule: Json) -> Json:
    """A DataValidationRule as it is kept; refused when its condition makes no sense."""
    condition = rule.get("condition")
    if not condition:
        raise invalid("DataValidationRule.condition is required.")
    check_condition(condition)
    kind = condition["type"]
    if kind in NOT_VALIDATION:
        raise invalid(f"ConditionType '{kind}' is not supported for data validation.")
    if kind == "ONE_OF_RANGE":
        source = condition["values"][0].get("userEnteredValue", "").removeprefix("=")
        ranges.find(spreadsheet, source.replace("$", ""))
        return {**rule, "condition": {**condition, "values": [{"userEnteredValue": "=" + source}]}}
    return rule


def check_condition(condition: Json) -> None:
    """Refuse a BooleanCondition without a type or with the wrong number of values."""
    kind = condition.get("type", "CONDITION_TYPE_UNSPECIFIED")
    if kind == "CONDITION_TYPE_UNSPECIFIED":
        raise invalid("BooleanCondition.type is required.")
    given = condition.get("values", [])
    least, most = VALUES.get(kind, (1, 1))
    if len(given) < least or (most is not None and len(given) > most):
        wanted = str(least) if least == most else f"at least {least}" if most is None else f"at most {most}"
        raise invalid(
            f"BooleanCondition of type '{kind}' requires {wanted} ConditionValue(s), but {len(given)} were given."
        )
    for value in given:
        if "userEnteredValue" not in value and "relativeDate" not in value:
            raise invalid("ConditionValue.userEnteredValue is required.")
        if value.get("relativeDate") and kind not in (
            "DATE_BEFORE",
            "DATE_AFTER",
            "DATE_EQ",
            "DATE_ON_OR_BEFORE",
            "DATE_ON_OR_AFTER",
        ):
            raise invalid(f"Relative dates are not supported for the condition type '{kind}'.")
