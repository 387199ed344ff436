"""
A BooleanCondition → the formula that asks Excel the same of a cell.

Written for one cell; Excel follows it from there over the rule's range, as Sheets does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sheetcrm.server.entered import parse
from sheetcrm.server.xlsx.formulas import LONGEST_TEXT, to_excel

Json = dict[str, Any]

_RELATIVE = {
    "TODAY": "TODAY()",
    "YESTERDAY": "TODAY()-1",
    "TOMORROW": "TODAY()+1",
    "PAST_WEEK": "TODAY()-7",
    "PAST_MONTH": "EDATE(TODAY(),-1)",
    "PAST_YEAR": "EDATE(TODAY(),-12)",
}
COMPARED = {
    "NUMBER_GREATER": ">", "NUMBER_GREATER_THAN_EQ": ">=", "NUMBER_LESS": "<", "NUMBER_LESS_THAN_EQ": "<=", "NUMBER_EQ": "=",
    "NUMBER_NOT_EQ": "<>", "DATE_BEFORE": "<", "DATE_AFTER": ">", "DATE_ON_OR_BEFORE": "<=", "DATE_ON_OR_AFTER": ">=",
    "DATE_EQ": "=", "DATE_NOT_EQ": "<>",
}  # fmt: skip
BETWEEN = {"NUMBER_BETWEEN": "between", "DATE_BETWEEN": "between", "NUMBER_NOT_BETWEEN": "not between", "DATE_NOT_BETWEEN": "not between"}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What is needed to put conditions into Excel's words: the sheets' titles in the file, how values are typed."""

    titles: Mapping[str, str]
    locale: str
    today: date

    def operand(self, given: Json) -> str | None:
        """A value of a condition as a formula, without `=`; None when Excel has no words for it."""
        if "relativeDate" in given:
            return _RELATIVE.get(given["relativeDate"])
        typed = str(given.get("userEnteredValue", ""))
        if typed.startswith("=") and len(typed) > 1:
            return to_excel(typed, self.titles)
        value = parse(typed, self.locale, today=self.today).value
        if isinstance(value, bool):
            return str(value).upper()
        return _quoted(value or "") if isinstance(value, str) or value is None else repr(value)

    def test(self, condition: Json, cell: str) -> str | None:
        """The formula, without `=`, that is true where the condition holds for `cell`; None when Excel has no words for it."""
        kind, given = condition["type"], condition.get("values", [])
        if kind in {
            "TEXT_CONTAINS",
            "TEXT_NOT_CONTAINS",
            "TEXT_STARTS_WITH",
            "TEXT_ENDS_WITH",
            "TEXT_EQ",
            "TEXT_NOT_EQ",
        }:
            operands = [self._typed(one) for one in given]
        else:
            operands = [self.operand(one) for one in given]
        write = _TESTS.get(kind)
        spans = any(one.get("relativeDate", "").startswith("PAST") for one in given) and kind in {
            "DATE_EQ",
            "DATE_NOT_EQ",
        }
        if write is None or None in operands or spans:
            return None
        return write(cell, *filter(None, operands))

    def _typed(self, given: Json) -> str | None:
        typed = str(given.get("userEnteredValue", ""))
        return to_excel(typed, self.titles) if typed.startswith("=") and len(typed) > 1 else _quoted(typed)


def _quoted(text: str) -> str | None:
    return '"' + text.replace('"', '""') + '"' if len(text) <= LONGEST_TEXT else None


def _compared(kind: str, sign: str) -> Callable[..., str]:
    # A day compares as a whole, whatever the time in it.
    whole = "INT({})" if kind.startswith("DATE") else "{}"
    return lambda cell, operand: f"AND(ISNUMBER({cell}),{whole.format(cell)}{sign}{operand})"


def _within(cell: str, low: str, high: str) -> str:
    return f"AND(ISNUMBER({cell}),{cell}>=MIN({low},{high}),{cell}<=MAX({low},{high}))"


def _outside(cell: str, low: str, high: str) -> str:
    return f"AND(ISNUMBER({cell}),OR({cell}<MIN({low},{high}),{cell}>MAX({low},{high})))"


_TESTS: dict[str, Callable[..., str]] = {
    **{kind: _compared(kind, sign) for kind, sign in COMPARED.items()},
    **{kind: _within if how == "between" else _outside for kind, how in BETWEEN.items()},
    "TEXT_CONTAINS": lambda cell, text: f"ISNUMBER(SEARCH({text},{cell}))",
    "TEXT_NOT_CONTAINS": lambda cell, text: f"ISERROR(SEARCH({text},{cell}))",
    "TEXT_STARTS_WITH": lambda cell, text: f"LEFT({cell},LEN({text}))={text}",
    "TEXT_ENDS_WITH": lambda cell, text: f"RIGHT({cell},LEN({text}))={text}",
    "TEXT_EQ": lambda cell, text: f'{cell}&""={text}',
    "TEXT_NOT_EQ": lambda cell, text: f'{cell}&""<>{text}',
    "DATE_IS_VALID": lambda cell: f"ISNUMBER({cell})",
    "BLANK": lambda cell: f'{cell}&""=""',
    "NOT_BLANK": lambda cell: f'{cell}&""<>""',
    "CUSTOM_FORMULA": lambda cell, formula: formula,
}
