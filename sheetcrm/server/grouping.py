"""
A pivot group or filter and a cell of the source → the line that the cell is counted in, or whether it counts at all.

A key is a tuple that sorts as Sheets sorts: numbers, texts, booleans, errors, blanks; its last part is what is shown.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import floor
from statistics import StatisticsError, fmean, median, pstdev, pvariance, stdev, variance
from typing import Any

from sheetcrm.server import display
from sheetcrm.server.cell_error import CellError
from sheetcrm.server.errors import invalid, unsupported

Json = dict[str, Any]
Key = tuple[Any, ...]


def _spread(function: Callable[[list[float]], float]) -> Callable[[list[Any], list[float]], Any]:
    def summed(_: list[Any], numbers: list[float]) -> Any:
        try:
            return function(numbers)
        except StatisticsError:
            return CellError("DIVIDE_BY_ZERO")

    return summed


def _product(numbers: list[float]) -> float:
    result = 1.0
    for number in numbers:
        result *= number
    return result


FUNCTIONS: dict[str, Callable[[list[Any], list[float]], Any]] = {
    "SUM": lambda _, numbers: sum(numbers),
    "COUNT": lambda _, numbers: len(numbers),
    "COUNTA": lambda values, _: len(values),
    "COUNTUNIQUE": lambda values, _: len({(type(value) is bool, value) for value in values}),
    "AVERAGE": lambda _, numbers: fmean(numbers) if numbers else CellError("DIVIDE_BY_ZERO"),
    "MIN": lambda _, numbers: min(numbers, default=0),
    "MAX": lambda _, numbers: max(numbers, default=0),
    "MEDIAN": lambda _, numbers: median(numbers) if numbers else CellError("NUM"),
    "PRODUCT": lambda _, numbers: _product(numbers) if numbers else 0,
    "STDEV": _spread(stdev),
    "STDEVP": _spread(pstdev),
    "VAR": _spread(variance),
    "VARP": _spread(pvariance),
}
"""All that was found, and the numbers among it → the result."""


def summed(function: str, found: list[Any]) -> Any:
    """The result for one cell of the table; an error among what is summed is the result."""
    values = [value for value in found if value is not None]
    wrong = next((value for value in values if isinstance(value, CellError)), None)
    if wrong is not None and function not in {"COUNT", "COUNTA", "COUNTUNIQUE"}:
        return wrong
    numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
    return FUNCTIONS[function](values, numbers)


def folded(value: Any) -> Key:
    """A value as a key of its own."""
    if isinstance(value, bool):
        return 2, value
    if isinstance(value, (int, float)):
        return 0, value
    if isinstance(value, CellError):
        return 3, value.text
    return (4, None) if value is None else (1, value)


EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - what stands in a cell has no zone


def _quarter(moment: datetime) -> int:
    return (moment.month + 2) // 3


_DATES: dict[str, tuple[str, Callable[[datetime], int]]] = {
    "SECOND": ("", lambda moment: moment.second),
    "MINUTE": ("", lambda moment: moment.minute),
    "HOUR": ("", lambda moment: moment.hour),
    "HOUR_MINUTE": ("h:mm", lambda moment: moment.hour * 60 + moment.minute),
    "HOUR_MINUTE_AMPM": ("h:mm am/pm", lambda moment: moment.hour * 60 + moment.minute),
    "DAY_OF_WEEK": ("dddd", lambda moment: moment.isoweekday() % 7),
    "DAY_OF_YEAR": ("", lambda moment: moment.timetuple().tm_yday),
    "DAY_OF_MONTH": ("", lambda moment: moment.day),
    "DAY_MONTH": ("d-mmm", lambda moment: moment.month * 31 + moment.day),
    "MONTH": ("mmm", lambda moment: moment.month),
    "QUARTER": ('"Q{quarter}"', _quarter),
    "YEAR": ("", lambda moment: moment.year),
    "YEAR_MONTH": ("yyyy-mmm", lambda moment: moment.year * 12 + moment.month),
    "YEAR_QUARTER": ('yyyy "Q{quarter}"', lambda moment: moment.year * 4 + _quarter(moment)),
    "YEAR_MONTH_DAY": ("yyyy-mm-dd", lambda moment: moment.toordinal()),
}
"""Rule → the pattern that shows a bucket, none for its number, and what puts it in order."""


def bucket(group: Json, locale: str) -> Callable[[Any], Key]:
    """Which key a value of the group's column has."""
    rule = group.get("groupRule") or {}
    if "dateTimeRule" in rule:
        return lambda value: _dated(value, str(rule["dateTimeRule"].get("type")), locale)
    if "histogramRule" in rule:
        return lambda value: _ranged(value, rule["histogramRule"])
    if "manualRule" in rule:
        names = {
            folded(_plain_value(item)): folded(_plain_value(one.get("groupName", {})))
            for one in rule["manualRule"].get("groups", [])
            for item in one.get("items", [])
        }
        return lambda value: names.get(folded(value), folded(value))
    return folded


def _plain_value(value: Json) -> Any:
    """What an ExtendedValue holds."""
    return next(iter(value.values()), None)


def check_rule(rule: Json) -> None:
    """Refuse a group rule that says nothing, or too much."""
    if len(rule) != 1:
        raise invalid("PivotGroupRule must set exactly one rule.")
    kind = rule.get("dateTimeRule", {}).get("type")
    if "dateTimeRule" in rule and kind not in _DATES:
        raise invalid("DateTimeRule.type is required.")
    histogram = rule.get("histogramRule")
    if histogram is None:
        return
    if not histogram.get("interval", 0) > 0:
        raise invalid("HistogramRule.interval must be positive.")
    if "start" in histogram and "end" in histogram and not histogram["start"] < histogram["end"]:
        raise invalid("HistogramRule.start must be less than HistogramRule.end.")


def _dated(value: Any, kind: str, locale: str) -> Key:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return folded(value)
    try:
        moment = EPOCH + timedelta(milliseconds=floor(value * 86_400_000 + 0.5))
    except OverflowError:
        return folded(value)
    pattern, order = _DATES[kind]
    if not pattern:
        return 0, order(moment)
    shown = display.text(value, {"pattern": pattern.format(quarter=_quarter(moment))}, locale)
    return 0, order(moment), shown


def _ranged(value: Any, rule: Json) -> Key:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return folded(value)
    start, end, interval = rule.get("start"), rule.get("end"), rule["interval"]
    if start is not None and value < start:
        return 0, float("-inf"), f"< {_plain(start)}"
    if end is not None and value > end:
        return 0, float("inf"), f"> {_plain(end)}"
    low = (start or 0) + floor((value - (start or 0)) / interval) * interval
    if end is not None and low >= end:
        low -= interval
    high = low + interval if end is None else min(low + interval, end)
    return 0, low, f"{_plain(low)}-{_plain(high)}"


def _plain(number: float) -> str:
    return display.plain(number)


GROUP = frozenset(
    {"sourceColumnOffset", "showTotals", "sortOrder", "label", "repeatHeadings", "groupRule", "valueBucket"}
)
VALUE = frozenset({"sourceColumnOffset", "summarizeFunction", "name"})
TABLE = frozenset({"source", "rows", "columns", "values", "valueLayout", "filterSpecs", "criteria"})


def check_known(table: Json) -> None:
    """Refuse by name what this server cannot compute."""
    for name in table.keys() - TABLE:
        raise unsupported(f"pivot tables with {name}")
    if table.get("valueLayout", "HORIZONTAL") != "HORIZONTAL":
        raise unsupported("pivot tables with values laid out vertically")
    for kind, known in (("rows", GROUP), ("columns", GROUP), ("values", VALUE)):
        for one in table.get(kind, []):
            for name in one.keys() - known:
                raise unsupported(f"pivot tables with {kind}.{name}")
            if one.get("groupRule"):
                check_rule(one["groupRule"])
    for value in table.get("values", []):
        if value.get("summarizeFunction") not in FUNCTIONS:
            raise unsupported(f"the summarizeFunction {value.get('summarizeFunction')}")
