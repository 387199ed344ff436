"""Issues as a CSV and as a page: everything in it, nothing that runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from html.parser import HTMLParser

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.sync.quality.formats import as_csv, as_page, chosen, grouped
from sheetcrm.sync.records import Issue

LINK = "https://sheets.test/x1#gid=1&range=C2"
PHONE = Issue(
    "customers", 2, "phone", "not_a_phone", "xyz is not a phone number", "客户!C2", LINK, "xyz", "+861", "王芳"
)
DATE = Issue("customers", 3, "next", "required", "must not be blank", "客户!F3", LINK)
ORDER = Issue("orders", 2, "amount", "not_a_number", "many is not a number", "订单!B2", LINK, "many", owner="Ann")
EVIL = "<script>alert(1)</script>\"' & \u0007\ud800"


class Seen(HTMLParser):
    """The tags, links and texts of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.links, self.texts = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.texts.append(data)


def page(issues, **options):
    settings = {"title": "Shop", "tabs": {"customers": "客户"}, "language": "en", "day": date(2026, 1, 2), **options}
    return as_page(issues, **settings)


def test_issues_are_grouped_by_owner_and_those_of_nobody_come_last():
    groups = grouped([DATE, PHONE, ORDER], "owner")
    assert list(groups) == ["Ann", "王芳", ""]
    assert groups[""] == [DATE]
    assert list(grouped([ORDER, DATE, PHONE], "sheet")) == ["orders", "customers"]


@pytest.mark.parametrize(("only", "found"), [
    pytest.param([], [PHONE, DATE, ORDER], id="everything"),
    pytest.param(["required"], [DATE], id="a code"),
    pytest.param(["Orders"], [ORDER], id="a sheet by its title"),
    pytest.param(["客户", "not_a_number"], [PHONE, DATE, ORDER], id="a sheet in the other language, and a code"),
    pytest.param(["unique"], [], id="a code that nothing has"),
])  # fmt: skip
def test_only_some(shop, only, found):
    assert chosen([PHONE, DATE, ORDER], only, shop) == tuple(found)


def test_a_word_that_is_neither_code_nor_sheet_is_told_the_nearest(shop):
    with pytest.raises(UsageError, match="requird; did you mean required"):
        chosen([PHONE], ["requird"], shop)


def test_a_csv_has_everything_and_runs_nothing():
    evil = Issue("customers", 2, "name", "required", "=1+1\n2", text='=HYPERLINK("x")', suggestion="-5")
    rows = list(csv.DictReader(io.StringIO(as_csv([PHONE, evil]))))
    assert rows[0] == {
        "sheet": "customers", "row": "2", "column": "phone", "code": "not_a_phone", "message": "xyz is not a phone number",
        "a1": "客户!C2", "link": LINK, "text": "xyz", "suggestion": "+861", "owner": "王芳",
    }  # fmt: skip
    assert (rows[1]["message"], rows[1]["text"], rows[1]["suggestion"]) == ("'=1+1\n2", '\'=HYPERLINK("x")', "-5")


def test_a_page_has_the_place_with_its_link_and_what_to_do():
    seen = Seen(page([PHONE, DATE]))
    text = " ".join(seen.texts)
    assert seen.links == [LINK, LINK]
    for said in (
        "Shop",
        "客户 (2)",
        "客户!C2",
        "xyz is not a phone number",
        "+861",
        "A cell that must be filled is blank.",
    ):
        assert said in text


def test_a_page_by_owner_names_them():
    text = " ".join(Seen(page([DATE, PHONE], by="owner")).texts)
    assert text.index("王芳 (1)") < text.index("Nobody's (1)")


def test_a_page_speaks_the_language_of_the_sheet():
    text = page([DATE], language="zh")
    assert '<html lang="zh-CN">' in text
    assert "必填的单元格是空的。" in text


def test_what_stands_in_cells_is_text_in_the_page():
    bad = Issue("customers", 2, "name", EVIL, EVIL, EVIL, "javascript:alert(1)", EVIL, EVIL, EVIL)
    made = page([bad], title=EVIL, by="owner")
    seen = Seen(made)
    assert "script" not in seen.tags
    assert seen.links == []
    made.encode()


def test_a_page_without_issues_says_so():
    assert "Nothing is wrong, as of 2026-01-02" in page([])
