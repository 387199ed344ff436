"""
BooleanCondition and a cell → whether it holds.

For effective formats and strict validation.  A condition that makes no sense for the value (a number test of a text, a
formula that ends in an error) does not hold; it never raises.  Operands that begin with `=` are formulas, written for
the top left cell of the range and followed from there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pydantic_core import SchemaValidator, core_schema

from sheetcrm.server import display, entered
from sheetcrm.server.calc import Calculator
from sheetcrm.server.cell_error import CellError, Value

Json = dict[str, Any]

_CELL_TEXT = 50_000


@dataclass(frozen=True)
class _Case:
    """A condition put to one cell."""

    condition: Json
    value: Value
    at: tuple[str, int, int]
    anchor: tuple[int, int]
    calculator: Calculator

    def operand(self, i: int) -> Value:
        """The condition's `i`th value as typed: a number, a text, a formula's result; None when there is none."""
        given = self._given(i)
        typed = str(given.get("userEnteredValue", ""))
        if typed.startswith("=") and len(typed) > 1:
            return self.evaluate(typed)
        return _constant(typed, self.calculator.locale, self.calculator.today())

    def typed(self, i: int) -> str:
        """The condition's `i`th value as text."""
        typed = str(self._given(i).get("userEnteredValue", ""))
        return _text(self.evaluate(typed)) if typed.startswith("=") and len(typed) > 1 else typed

    def relative(self, i: int) -> str | None:
        """`TODAY`, `PAST_WEEK` … when the condition's `i`th value is one of these."""
        relative = self._given(i).get("relativeDate")
        return None if relative is None else str(relative)

    def list(self) -> list[str]:
        """All values of the condition as text."""
        return [self.typed(i) for i in range(len(self.condition.get("values") or ()))]

    def evaluate(self, formula: str) -> Value:
        """A formula's result, seen from this cell."""
        title, row, column = self.at
        return self.calculator.evaluate(formula, title, row, column, anchor=self.anchor)

    def _given(self, i: int) -> Json:
        values = self.condition.get("values") or ()
        return values[i] if i < len(values) else {}


Test = Callable[[_Case], bool]


def holds(
    condition: Json, value: Value, *, at: tuple[str, int, int], anchor: tuple[int, int], calculator: Calculator
) -> bool:
    """Whether `condition` holds for `value` in the cell `at` (title, row, column; 0-based).

    `anchor` is the top left (row, column) of the range that carries the condition.  False for a type not in SUPPORTED.
    """
    test = _TESTS.get(str(condition.get("type")))
    return test is not None and test(_Case(condition, value, at, anchor, calculator))


def _number(compare: Callable[..., bool], operands: int) -> Test:
    def test(case: _Case) -> bool:
        given = [case.operand(i) for i in range(operands)]
        return _is_number(case.value) and all(map(_is_number, given)) and compare(case.value, *given)

    return test


def _day(compare: Callable[..., bool], operands: int) -> Test:
    def test(case: _Case) -> bool:
        spans = [_days(case, i) for i in range(operands)]
        value = case.value
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return all(spans) and compare(value // 1, *spans)

    return test


def _days(case: _Case, i: int) -> tuple[int, int] | None:
    """First and last day number that the operand means."""
    relative = case.relative(i)
    if relative is None:
        given = case.operand(i)
        return None if isinstance(given, bool) or not isinstance(given, int | float) else (int(given // 1),) * 2
    today = case.calculator.today()
    start = _RELATIVE.get(relative)
    if start is None:
        return None
    return _serial(start(today)), _serial(today if relative.startswith("PAST") else start(today))


_RELATIVE: dict[str, Callable[[date], date]] = {
    "TODAY": lambda today: today,
    "YESTERDAY": lambda today: today - timedelta(days=1),
    "TOMORROW": lambda today: today + timedelta(days=1),
    "PAST_WEEK": lambda today: today - timedelta(days=7),
    "PAST_MONTH": lambda today: _months_ago(today, 1),
    "PAST_YEAR": lambda today: _months_ago(today, 12),
}


def _months_ago(today: date, months: int) -> date:
    index = today.year * 12 + today.month - 1 - months
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(date(index // 12, index % 12 + 1, 1) + timedelta(days=today.day - 1), following - timedelta(days=1))


def _serial(day: date) -> int:
    return (day - entered.EPOCH).days


def _texts(compare: Callable[[str, str], bool]) -> Test:
    return lambda case: (
        not isinstance(case.value, CellError) and compare(_text(case.value).casefold(), case.typed(0).casefold())
    )


def _contains(text: str, part: str) -> bool:
    if not part:
        return False
    return _wildcard(part).isinstance_python(text) if "*" in part or "?" in part else part in text


@lru_cache(maxsize=256)
def _wildcard(part: str) -> SchemaValidator:
    """`*` is anything and `?` any one character.  Linear in time, which Python's `re` is not."""
    pattern = "".join({"*": ".*", "?": "."}.get(c, c if c.isalnum() else f"\\x{{{ord(c):x}}}") for c in part)
    return SchemaValidator(core_schema.str_schema(pattern=f"(?s){pattern}", regex_engine="rust-regex"))


def _is_email(case: _Case) -> bool:
    name, at, domain = _text(case.value).partition("@")
    return bool(name and at and _is_host(domain)) and not any(c.isspace() or c in ',;<>"()' for c in name)


def _is_url(case: _Case) -> bool:
    scheme, mark, rest = _text(case.value).rpartition("://")
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0].rpartition("@")[2].partition(":")[0]
    return (not mark or scheme.lower() in {"http", "https", "ftp"}) and _is_host(host)


def _is_host(text: str) -> bool:
    labels = text.split(".")
    return len(text) < 254 and len(labels) > 1 and all(label and _is_label(label) for label in labels)


def _is_label(label: str) -> bool:
    return all(c.isalnum() or c == "-" for c in label) and label[0] != "-" and label[-1] != "-"


def _custom(case: _Case) -> bool:
    given = case._given(0).get("userEnteredValue", "")
    found = case.evaluate(str(given)) if str(given).startswith("=") else None
    return isinstance(found, bool | int | float) and bool(found)


def _one_of_range(case: _Case) -> bool:
    typed = str(case._given(0).get("userEnteredValue", ""))
    area = typed.removeprefix("=")
    if _blank(case) or isinstance(case.value, CellError) or len(_text(case.value)) > _CELL_TEXT // 2:
        return False
    if isinstance(case.value, str):
        sought = '"' + case.value.replace('"', '""') + '"'
        found = case.evaluate(f"=SUMPRODUCT(--EXACT({area},{sought}))")
    else:
        found = case.evaluate(f"=SUMPRODUCT(--({area}={_text(case.value)}))")
    return isinstance(found, int | float) and found > 0


def _boolean(case: _Case) -> bool:
    allowed = case.list()
    return _text(case.value) in allowed if allowed else isinstance(case.value, bool)


def _blank(case: _Case) -> bool:
    return case.value is None or case.value == ""


_TESTS: dict[str, Test] = {
    "NUMBER_GREATER": _number(lambda value, a: value > a, 1),
    "NUMBER_GREATER_THAN_EQ": _number(lambda value, a: value >= a, 1),
    "NUMBER_LESS": _number(lambda value, a: value < a, 1),
    "NUMBER_LESS_THAN_EQ": _number(lambda value, a: value <= a, 1),
    "NUMBER_EQ": _number(lambda value, a: value == a, 1),
    "NUMBER_NOT_EQ": _number(lambda value, a: value != a, 1),
    "NUMBER_BETWEEN": _number(lambda value, a, b: min(a, b) <= value <= max(a, b), 2),
    "NUMBER_NOT_BETWEEN": _number(lambda value, a, b: not min(a, b) <= value <= max(a, b), 2),
    "TEXT_CONTAINS": _texts(_contains),
    "TEXT_NOT_CONTAINS": _texts(lambda text, part: not _contains(text, part)),
    "TEXT_STARTS_WITH": _texts(lambda text, part: bool(part) and text.startswith(part)),
    "TEXT_ENDS_WITH": _texts(lambda text, part: bool(part) and text.endswith(part)),
    "TEXT_EQ": _texts(lambda text, other: text == other),
    "TEXT_NOT_EQ": _texts(lambda text, other: text != other),
    "TEXT_IS_EMAIL": _is_email,
    "TEXT_IS_URL": _is_url,
    "DATE_EQ": _day(lambda day, a: a[0] <= day <= a[1], 1),
    "DATE_NOT_EQ": _day(lambda day, a: not a[0] <= day <= a[1], 1),
    "DATE_BEFORE": _day(lambda day, a: day < a[0], 1),
    "DATE_AFTER": _day(lambda day, a: day > a[0], 1),
    "DATE_ON_OR_BEFORE": _day(lambda day, a: day <= a[0], 1),
    "DATE_ON_OR_AFTER": _day(lambda day, a: day >= a[0], 1),
    "DATE_BETWEEN": _day(lambda day, a, b: min(a[0], b[0]) <= day <= max(a[0], b[0]), 2),
    "DATE_NOT_BETWEEN": _day(lambda day, a, b: not min(a[0], b[0]) <= day <= max(a[0], b[0]), 2),
    "DATE_IS_VALID": _day(lambda day: day >= _serial(date.min), 0),
    "ONE_OF_RANGE": _one_of_range,
    "ONE_OF_LIST": lambda case: _text(case.value) in case.list(),
    "BLANK": _blank,
    "NOT_BLANK": lambda case: not _blank(case),
    "CUSTOM_FORMULA": _custom,
    "BOOLEAN": _boolean,
}
SUPPORTED = frozenset(_TESTS)
"""All of the API's types but FILTER_EXPRESSION."""


@lru_cache(maxsize=4096)
def _constant(typed: str, locale: str, today: date) -> Value:
    return entered.parse(typed, locale, today=today).value


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Value) -> str:
    return display.text(value, None, "en_US")
