"""When a highlight or a validation holds."""

from __future__ import annotations

import json
import time
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.server.calc import CellError
from sheetcrm.server.conditions import SUPPORTED, holds

from .grids import calculator, customers

TODAY = 46277  # 12 September 2026 in Shanghai, a Saturday


@pytest.fixture(scope="module")
def seen():
    return calculator(customers())


def condition(kind: str, *values: str) -> dict:
    """Operands in capitals with nothing else are relative dates."""
    relative = {"TODAY", "YESTERDAY", "TOMORROW", "PAST_WEEK", "PAST_MONTH", "PAST_YEAR"}
    return {"type": kind, "values": [{"relativeDate": v} if v in relative else {"userEnteredValue": v} for v in values]}


@pytest.mark.parametrize(("kind", "operands", "true", "false"), [
    ("NUMBER_GREATER", ["3"], [3.1, 4], [3, -4, "4", None, True]),
    ("NUMBER_GREATER_THAN_EQ", ["3"], [3, 4], [2.9]),
    ("NUMBER_LESS", ["3"], [2, -1], [3, None, ""]),
    ("NUMBER_LESS_THAN_EQ", ["3"], [3], [3.1]),
    ("NUMBER_EQ", ["50%"], [0.5], [50, "50%"]),
    ("NUMBER_NOT_EQ", ["3"], [4], [3, "x"]),
    ("NUMBER_BETWEEN", ["1", "9"], [1, 5, 9], [0, 10]),
    ("NUMBER_BETWEEN", ["9", "1"], [5], [10]),
    ("NUMBER_NOT_BETWEEN", ["1", "9"], [0, 10], [1, 5, 9]),
    ("NUMBER_GREATER", ["=B2"], [10.5], [10]),
    ("NUMBER_GREATER", ["=1/0"], [], [10]),
    ("NUMBER_GREATER", ["lots"], [], [10]),
    ("NUMBER_GREATER", [], [], [10]),
    ("TEXT_CONTAINS", ["ell"], ["Hello", "ELL"], ["hel", None, 5]),
    ("TEXT_CONTAINS", ["h*o"], ["ahxxo"], ["ho ho"[::-1][:1]]),
    ("TEXT_CONTAINS", ["a?c"], ["xabcx"], ["ac"]),
    ("TEXT_CONTAINS", ["1"], [210], [20]),
    ("TEXT_CONTAINS", ["客户"], ["老客户"], ["客"]),
    ("TEXT_NOT_CONTAINS", ["ell"], ["hel", None], ["Hello", CellError("N_A")]),
    ("TEXT_STARTS_WITH", ["he"], ["Hello"], ["ahe"]),
    ("TEXT_ENDS_WITH", ["LO"], ["Hello"], ["lol"]),
    ("TEXT_EQ", ["lead"], ["lead", "Lead"], ["leads", None]),
    ("TEXT_EQ", ["5"], [5], [5.5]),
    ("TEXT_EQ", ['="le"&"ad"'], ["lead"], ["x"]),
    ("TEXT_NOT_EQ", ["lead"], ["x", None], ["lead"]),
    ("TEXT_IS_EMAIL", [], ["a@b.co", "王@例子.中国"], ["a@b", "@b.co", "a b@c.de", "a@b.co,c@d.ef", None, 5, "a@-b.co"]),
    ("TEXT_IS_URL", [], ["https://x.org/a?b#c", "http://u@x.org:80", "x.org"], ["https://", "x", "a b.org", "javascript://x.org", None]),
    ("DATE_EQ", ["2026-09-05"], [46270, 46270.9], [46271, "2026-09-05", None]),
    ("DATE_EQ", ["TODAY"], [TODAY + 0.5], [TODAY - 1]),
    ("DATE_EQ", ["YESTERDAY"], [TODAY - 1], [TODAY]),
    ("DATE_EQ", ["TOMORROW"], [TODAY + 1], [TODAY]),
    ("DATE_EQ", ["PAST_WEEK"], [TODAY, TODAY - 7], [TODAY - 8, TODAY + 1]),
    ("DATE_EQ", ["PAST_MONTH"], [TODAY - 31], [TODAY - 32]),
    ("DATE_EQ", ["PAST_YEAR"], [TODAY - 365], [TODAY - 366]),
    ("DATE_NOT_EQ", ["2026-09-05"], [46271], [46270]),
    ("DATE_BEFORE", ["TODAY"], [TODAY - 0.1], [TODAY, TODAY + 1]),
    ("DATE_BEFORE", ["PAST_WEEK"], [TODAY - 8], [TODAY - 7]),
    ("DATE_AFTER", ["TODAY"], [TODAY + 1], [TODAY + 0.9]),
    ("DATE_ON_OR_BEFORE", ["9/5/2026"], [46270.9], [46271]),
    ("DATE_ON_OR_AFTER", ["=DATE(2026,9,5)"], [46270], [46269.9]),
    ("DATE_BETWEEN", ["2026-09-05", "2026-09-01"], [46266, 46270.5], [46265, 46271]),
    ("DATE_NOT_BETWEEN", ["2026-09-01", "TODAY"], [TODAY + 1], [TODAY]),
    ("DATE_EQ", ["someday"], [], [46270, "someday"]),
    ("DATE_IS_VALID", [], [46270, 0.5], ["2026-13-01", None, True]),
    ("ONE_OF_LIST", ["lead", "5"], ["lead", 5], ["Lead", "leads", None, ""]),
    ("ONE_OF_RANGE", ["='客户'!$D$2:$D"], ["lead", "won"], ["Lead", "", None, "Stage"]),
    ("ONE_OF_RANGE", ["=客户!$B$2:$B$5"], [20.5, -3, "20.5"], [21, "21"]),
    ("ONE_OF_RANGE", ["='nowhere'!A1:A9"], [], ["lead"]),
    ("BLANK", [], [None, ""], [0, False, " "]),
    ("NOT_BLANK", [], [0, False, " ", CellError("N_A")], [None, ""]),
    ("BOOLEAN", [], [True, False], ["TRUE", 1, None]),
    ("BOOLEAN", ["yes", "no"], ["yes", "no"], [True, "maybe"]),
    ("CUSTOM_FORMULA", ["=$B2>5"], [None], []),
    ("CUSTOM_FORMULA", ["=$B2"], [None], []),
    ("CUSTOM_FORMULA", ['="TRUE"'], [], [None]),
    ("CUSTOM_FORMULA", ["=1/0"], [], [None]),
    ("CUSTOM_FORMULA", ["TRUE"], [], [None]),
    ("CUSTOM_FORMULA", ["=("], [], [None]),
    ("CUSTOM_FORMULA", [], [], [None]),
    ("FILTER_EXPRESSION", ["x"], [], ["x"]),
])  # fmt: skip
def test_holds(seen, kind, operands, true, false):
    for value, expected in [(value, True) for value in true] + [(value, False) for value in false]:
        found = holds(condition(kind, *operands), value, at=("客户", 1, 0), anchor=(1, 0), calculator=seen)
        assert found is expected, value


def test_a_custom_formula_is_followed_from_the_top_left_of_its_range(seen):
    won = condition("CUSTOM_FORMULA", '=$D2="won"')
    found = [holds(won, None, at=("客户", row, 2), anchor=(1, 0), calculator=seen) for row in range(1, 5)]
    assert found == [False, True, False, False]


def test_operands_are_followed_too(seen):
    above = condition("NUMBER_GREATER", "=B1")
    assert holds(above, 20.5, at=("客户", 2, 1), anchor=(1, 1), calculator=seen)
    assert not holds(above, 5, at=("客户", 3, 1), anchor=(1, 1), calculator=seen)


def test_the_locale_reads_the_operands():
    chinese = calculator(customers(), locale="zh_CN")
    assert holds(condition("DATE_EQ", "2026年9月5日"), 46270, at=("客户", 0, 0), anchor=(0, 0), calculator=chinese)


def test_every_type_of_the_api_is_known_but_one():
    path = "discovery_cache/documents/sheets.v4.json"
    document = json.loads((files("googleapiclient") / path).read_text(encoding="utf-8"))
    kinds = set(document["schemas"]["BooleanCondition"]["properties"]["type"]["enum"])
    assert kinds - SUPPORTED == {"CONDITION_TYPE_UNSPECIFIED", "FILTER_EXPRESSION"}
    assert kinds >= SUPPORTED


@given(
    st.sampled_from(sorted(SUPPORTED)),
    st.lists(st.text(max_size=8) | st.sampled_from(["=A1", "=", "=(", "1", "2026-01-01", "*?[", "="]), max_size=3),
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=12), st.just(CellError("REF"))),
)
def test_no_condition_is_refused(kind, operands, value):
    seen = calculator(customers())
    found = holds(condition(kind, *operands), value, at=("客户", 1, 1), anchor=(0, 0), calculator=seen)
    assert isinstance(found, bool)


def test_a_long_text_with_many_wildcards_takes_a_blink(seen):
    started = time.perf_counter()
    holds(condition("TEXT_CONTAINS", "*a" * 50 + "b"), "a" * 50_000, at=("客户", 0, 0), anchor=(0, 0), calculator=seen)
    holds(condition("TEXT_IS_EMAIL"), "a@" * 25_000, at=("客户", 0, 0), anchor=(0, 0), calculator=seen)
    holds(condition("ONE_OF_RANGE", "=$A$1:$A"), "a" * 50_000, at=("客户", 0, 0), anchor=(0, 0), calculator=seen)
    assert time.perf_counter() - started < 30, "linear: milliseconds; backtracking: for ever"
