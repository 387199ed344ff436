"""
Requests about conditional formats: add, update, delete by position.

Rules have no id.  Where several hold for one cell the first wins, so their order is part of what they say.
"""

from typing import Any

from sheetcrm.server import proto, ranges
from sheetcrm.server.batch.registry import request
from sheetcrm.server.batch.validation import ONLY_VALIDATION, check_condition
from sheetcrm.server.errors import invalid
from sheetcrm.server.model import Sheet, Spreadsheet

Json = dict[str, Any]


@request("addConditionalFormatRule", edits="rule.ranges")
def add_conditional_format_rule(spreadsheet: Spreadsheet, body: Json) -> None:
    rule = _checked(spreadsheet, body.get("rule", {}))
    sheet = _sheet(spreadsheet, rule["ranges"][0]["sheetId"])
    rules = list(sheet.things["conditionalFormats"])
    index = body.get("index", 0)
    if not 0 <= index <= len(rules):
        raise invalid(f"Invalid index: {index}. There are {len(rules)} conditional format rules on the sheet.")
    rules.insert(index, rule)
    sheet.things["conditionalFormats"] = rules
    spreadsheet.sheet_changed(sheet)


@request("updateConditionalFormatRule", edits=None)
def update_conditional_format_rule(spreadsheet: Spreadsheet, body: Json) -> Json:
    index = body.get("index", 0)
    given = body.get("rule")
    rule = _checked(spreadsheet, given) if given is not None else None
    sheet = _sheet(
        spreadsheet, rule["ranges"][0]["sheetId"] if rule and "sheetId" not in body else body.get("sheetId", 0)
    )
    rules = list(sheet.things["conditionalFormats"])
    old = _at(rules, index, sheet)
    if rule is not None:
        rules[index] = rule
        reply = {"newRule": proto.shown(rule), "newIndex": index, "oldRule": proto.shown(old)}
    else:
        new_index = body.get("newIndex", 0)
        if not 0 <= new_index < len(rules):
            raise invalid(f"No conditional format on sheet: {sheet.id} at index: {new_index}")
        rules.insert(new_index, rules.pop(index))
        reply = {"newIndex": new_index, "oldIndex": index, "newRule": proto.shown(old)}
    sheet.things["conditionalFormats"] = rules
    spreadsheet.sheet_changed(sheet)
    shown: Json = proto.shown(reply)
    return shown


@request("deleteConditionalFormatRule", edits=None)
def delete_conditional_format_rule(spreadsheet: Spreadsheet, body: Json) -> Json:
    sheet = _sheet(spreadsheet, body.get("sheetId", 0))
    rules = list(sheet.things["conditionalFormats"])
    index = body.get("index", 0)
    old = _at(rules, index, sheet)
    del rules[index]
    sheet.things["conditionalFormats"] = rules
    spreadsheet.sheet_changed(sheet)
    return {"rule": proto.shown(old)}


def _sheet(spreadsheet: Spreadsheet, sheet_id: int) -> Sheet:
    sheet = spreadsheet.sheet(sheet_id)
    if sheet is None:
        raise invalid(f"No sheet with id: {sheet_id}")
    return sheet


def _at(rules: list[Json], index: int, sheet: Sheet) -> Json:
    if not 0 <= index < len(rules):
        raise invalid(f"No conditional format on sheet: {sheet.id} at index: {index}")
    return rules[index]


def _checked(spreadsheet: Spreadsheet, rule: Json) -> Json:
    """A rule as it is kept: ranges closed, colours written both ways."""
    if not rule.get("ranges"):
        raise invalid("ConditionalFormatRule.ranges is required.")
    closed = [ranges.area(spreadsheet, one).json() for one in rule["ranges"]]
    if len({one["sheetId"] for one in closed}) > 1:
        raise invalid("All ranges must be on the same sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("Exactly one of booleanRule and gradientRule must be set.")
    if "booleanRule" in rule:
        _check_boolean(rule["booleanRule"])
    else:
        _check_gradient(rule["gradientRule"])
    made: Json = proto.colored({**rule, "ranges": closed}, spreadsheet.theme)
    return made


def _check_boolean(rule: Json) -> None:
    condition = rule.get("condition", {})
    check_condition(condition)
    if condition["type"] in ONLY_VALIDATION:
        raise invalid(f"ConditionType '{condition['type']}' is not supported for conditional formatting.")


def _check_gradient(rule: Json) -> None:
    for name in ("minpoint", "midpoint", "maxpoint"):
        point = rule.get(name)
        if point is None:
            if name != "midpoint":
                raise invalid(f"GradientRule.{name} is required.")
            continue
        kind = point.get("type", "INTERPOLATION_POINT_TYPE_UNSPECIFIED")
        if kind == "INTERPOLATION_POINT_TYPE_UNSPECIFIED":
            raise invalid("No interpolationPointType specified.")
        if kind in ("NUMBER", "PERCENT", "PERCENTILE") and not point.get("value"):
            raise invalid("InterpolationPoint.value is required.")
        if "color" not in point and "colorStyle" not in point:
            raise invalid("InterpolationPoint.color is required.")
