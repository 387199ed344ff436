"""findReplace by regular expressions that a searcher which goes back and forth would never be done with."""

from __future__ import annotations

import pytest

from sheetcrm.server.errors import ApiError
from tests.server.books import book, do, put, read

LONG = "a" * 9_000 + "b"


def replace(text, find, replacement="-", **options):
    """What the cell says afterwards, and how many times it was replaced."""
    spreadsheet = book()
    put(spreadsheet, "A1", [text], option="RAW")
    body = {"find": find, "replacement": replacement, "searchByRegex": True, "allSheets": True, **options}
    (reply,) = do(spreadsheet, {"findReplace": body})
    return read(spreadsheet)[0][0], reply["findReplace"].get("occurrencesChanged", 0)


@pytest.mark.parametrize("find", [r"(a+)+$", r"(a|aa)+$", r"(.*)*x", r"a*a*a*a*c", r"^(([a-z])+.)+[A-Z]([a-z])+$"])
def test_a_pattern_that_could_be_tried_in_more_ways_than_anybody_can_wait_for(find):
    assert replace(LONG, find, matchCase=True) == (LONG, 0)


@pytest.mark.parametrize(
    ("text", "find", "replacement", "options", "answer"),
    [
        pytest.param("Éa éA", "é(A)", "[$1]", {}, ("[a] [A]", 2), id="whatever the case, of any letter"),
        pytest.param("Éa éA", "é(A)", "[$1]", {"matchCase": True}, ("Éa [A]", 1), id="in this case only"),
        pytest.param("ab", "a|b", "<$0>", {}, ("<a><b>", 2), id="all of the match"),
        pytest.param("ab abc", "a.*", "x", {"matchEntireCell": True}, ("x", 1), id="all of the cell"),
        pytest.param("ab", "x*", "-", {}, ("-a-b-", 3), id="nothing, everywhere"),
        pytest.param("a1b2", r"[a-z](?=2)", "c", {}, ("a1c2", 1), id="looking ahead in a short text"),
        pytest.param("aa ab", r"(\w)\1", "c", {}, ("c ab", 1), id="a group once more"),
        pytest.param("{} x", r"\{\}|x", "y", {}, ("y y", 2), id="braces"),
        pytest.param(
            "客户" * 4_000, r"(\w+)+!", "", {}, ("客户" * 4_000, 0), id="letters of any script, in a long text"
        ),
    ],
)
def test_what_is_replaced(text, find, replacement, options, answer):
    assert replace(text, find, replacement, **options) == answer


@pytest.mark.parametrize(
    ("text", "find", "replacement", "message"),
    [
        pytest.param("a", "(", "", r"^Invalid requests\[0\].findReplace: Invalid regular expression: \($", id="no expression"),
        pytest.param("a", "a", "$1", "this embedded server does not replace a in .*: no group 1", id="no such group"),
        pytest.param(LONG, r"(a+)+\1c", "", "this embedded server does not replace .* in a text this long", id="back reference in a long text"),
        pytest.param(LONG, r"(?=(a+)+c)a", "", "this embedded server does not replace .* in a text this long", id="looking ahead in a long text"),
        pytest.param("a" * 9_000, r"a*b|a", "", "this embedded server does not replace .* in a text this long", id="all of the rest is read for every match"),
    ],
)  # fmt: skip
def test_what_is_refused(text, find, replacement, message):
    with pytest.raises(ApiError, match=message) as refused:
        replace(text, find, replacement, matchCase=True)
    assert refused.value.code == 400
