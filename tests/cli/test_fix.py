"""`sheetcrm fix`: shown first, then done, then nothing left to do; and taken back by undo."""

from __future__ import annotations

import first_steps
import pytest
from first_steps import as_person, typed_below_the_samples


@pytest.fixture
def person():
    return as_person


@pytest.fixture
def untidy(prepared):
    """A customer with a phone, a date and an address in unusual forms, and a day that may be meant in two ways."""
    return prepared(first_steps.pipeline, _untidy)


def _untidy(_sheetcrm):
    typed_below_the_samples({
        "客户编号": "C1", "客户名称": " 远山\u3000", "销售阶段": "Lead", "下次跟进日期": "2026年3月4日",
        "进入阶段日期": "3/4/2026", "电话": "138 0013 8000", "邮箱": "Ann@X.org",
    })  # fmt: skip


def cells(person):
    def read(book):
        tab = book.worksheet("客户进度")
        values = tab.get("A6:Z6", value_render_option="UNFORMATTED_VALUE", pad_values=True)[0]
        return dict(zip(tab.row_values(1), values, strict=False))

    return person(read)


def test_a_dry_run_shows_and_changes_nothing(untidy, person):
    before = cells(person)
    shown = untidy("fix", "--dry-run")
    assert shown.code == 3
    for said in (
        '客户进度!B6  " 远山\u3000" → "远山"  (blanks)', '"Lead" → "潜在客户"  (choice)', '"2026年3月4日" → 2026-03-04  (date)',
        '"138 0013 8000" → "+8613800138000"  (phone)', '"Ann@X.org" → "ann@x.org"  (case)', "left: 客户进度!D6", "(ambiguous_date)",
    ):  # fmt: skip
        assert said in shown.out
    assert cells(person) == before


def test_it_is_done_once_and_undone_whole(untidy, person):
    before = cells(person)
    done = untidy("fix", "客户进度", "--json")
    assert (done.code, done.json["changed"], done.json["conflicts"]) == (3, 5, []), "a day is left to people"
    after = cells(person)
    assert (after["客户名称"], after["销售阶段"], after["下次跟进日期"]) == ("远山", "潜在客户", 46085)
    assert (after["电话"], after["邮箱"], after["进入阶段日期"]) == ("+8613800138000", "ann@x.org", "3/4/2026")
    assert untidy("fix", "--json").json["fixes"] == []
    assert untidy("undo").code == 0
    assert cells(person) == before


def test_only_what_was_asked_for(untidy, person):
    done = untidy("fix", "--only", "phone,blanks", "--json")
    assert (done.code, done.json["changed"]) == (0, 2)
    assert cells(person)["邮箱"] == "Ann@X.org"


def test_nothing_to_change(pipeline):
    done = pipeline("fix")
    assert (done.code, done.out) == (0, "")
    assert "nothing to change" in done.err


def test_a_word_that_is_no_kind(pipeline):
    answer = pipeline("fix", "--only", "fone")
    assert answer.code == 2
    assert "did you mean phone?" in answer.err
