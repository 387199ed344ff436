"""Who may get mail: nobody, unless a pattern says so."""

from __future__ import annotations

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.remind.allow import AllowList


@pytest.mark.parametrize(("patterns", "address", "allowed"), [
    pytest.param([], "ann@example.com", False, id="an empty list allows nobody"),
    pytest.param(["ann@example.com"], "ann@example.com", True, id="the address itself"),
    pytest.param(["ann@example.com"], "joann@example.com", False, id="not an address that ends in it"),
    pytest.param(["Ann@Example.COM"], "ann@example.com", True, id="case does not count"),
    pytest.param(["example.com"], "ann@example.com", True, id="a domain"),
    pytest.param(["@example.com"], "ann@example.com", True, id="a domain with its @"),
    pytest.param(["*@example.com"], "ann@example.com", True, id="anybody at a domain"),
    pytest.param(["example.com"], "ann@example.com.evil.org", False, id="not a domain that begins with it"),
    pytest.param(["example.com"], "ann@evilexample.com", False, id="not a domain that ends in it"),
    pytest.param(["example.com"], "ann@sub.example.com", False, id="not the domains below it"),
    pytest.param(["*.example.com"], "ann@sub.example.com", True, id="the domains below it"),
    pytest.param(["*.example.com"], "ann@example.com", False, id="only the domains below it"),
    pytest.param(["sales-*@example.com"], "sales-north@example.com", True, id="some of a domain"),
    pytest.param(["a.b@example.com"], "axb@example.com", False, id="a dot is a dot"),
    pytest.param(["例子.中国"], "ann@xn--fsqu00a.xn--fiqs8s", True, id="a domain in Chinese, as it travels"),
    pytest.param(["exаmple.com"], "ann@example.com", False, id="a Cyrillic а is another domain"),
    pytest.param(["x.org", "ann@example.com"], "ann@example.com", True, id="any of several"),
])  # fmt: skip
def test_allows(patterns, address, allowed):
    assert AllowList.of(patterns).allows(address) is allowed


@pytest.mark.parametrize(
    "pattern", ["", "*", "@", "ann", "*@*", "ann@", "a@b, c@d", "<ann@example.com>", "ann @example.com"]
)
def test_a_pattern_that_is_neither_address_nor_domain_stops_the_run(pattern):
    with pytest.raises(UsageError, match="neither an address nor a domain"):
        AllowList.of([pattern])


def test_one_text_is_not_a_list():
    with pytest.raises(UsageError, match="not one text"):
        AllowList("example.com")


def test_the_team_counts_only_where_that_was_asked_for():
    team = ["Ann@Example.com"]
    assert not AllowList.of([]).with_team(team).allows("ann@example.com")
    assert AllowList.of([], team=True).with_team(team).allows("ANN@example.com")
    assert not AllowList.of([], team=True).allows("ann@example.com")


def test_an_address_in_the_team_is_no_pattern():
    assert not AllowList.of([], team=True).with_team(["*@example.com"]).allows("ann@example.com")
