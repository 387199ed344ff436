"""Who comes and who goes: the team tab, what they own, who is still mailed; through the command line."""

from __future__ import annotations

from pathlib import Path

import gspread
import pytest
from first_steps import as_person


@pytest.fixture
def person():
    return as_person


@pytest.fixture
def office(prepared):
    """A spreadsheet of the template `pipeline` with 张三, 李四 and three customers of 张三's."""
    return prepared(_office)


def _office(sheetcrm):
    assert sheetcrm("init", "--local").code == 0
    assert sheetcrm("apply", "pipeline", "--create", "客户进度", "--lang", "zh").code == 0
    assert sheetcrm("team", "add", "张三", "zhang@example.com", "--role", "sales").code == 0
    assert sheetcrm("team", "add", "李四", "li@example.com", "--role", "主管").code == 0
    as_person(_fill)
    assert sheetcrm("apply").code == 0


def _fill(book):
    tab = book.worksheet("客户进度")
    titles = tab.row_values(1)
    for row, name in enumerate(("甲", "乙", "丙"), 2):
        for title, value in (("客户编号", f"C{row}"), ("客户名称", name), ("负责人", "张三"), ("下次跟进日期", 46000)):
            tab.update([[value]], gspread.utils.rowcol_to_a1(row, titles.index(title) + 1), raw=True)


def owners(book):
    tab = book.worksheet("客户进度")
    return tab.col_values(tab.row_values(1).index("负责人") + 1)[1:]


def names(answer):
    return {one["name"]: one for one in answer.json["team"]}


def test_add_and_list(office):
    found = names(office("team", "list", "--json"))
    assert found["张三"] | {"id": None} == {
        "name": "张三",
        "email": "zhang@example.com",
        "role": "sales",
        "manager": "",
        "active": True,
        "sample": False,
        "owns": 3,
        "id": None,
    }
    assert found["李四"]["role"] == "lead"
    assert "张三  zhang@example.com  sales  owns 3" in office("team", "list").out
    assert office("plan", "--check").code == 0


NOT_ADDED = {
    "a name that is there": (["张三", "other@example.com"], "张三 is in 团队 already"),
    "an address that is there": (["王五", "ZHANG@example.com"], "is in 团队 already"),
    "no address": (["王五", "nowhere"], "email: "),
    "no such role": (["王五", "w@example.com", "--role", "sale"], "role: "),
    "no such manager": (["王五", "w@example.com", "--manager", "李四四"], "did you mean 李四?"),
}


def test_what_cannot_be_added(office):
    for what, (given, message) in NOT_ADDED.items():
        answer = office("team", "add", *given)
        assert (what, answer.code) == (what, 2)
        assert message in answer.err
    assert len(names(office("team", "list", "--json"))) == 2


def test_everything_goes_to_somebody_else(office, person):
    shown = office("team", "leave", "张三", "--to", "李四", "--dry-run")
    assert shown.code == 0
    assert "progress C2 owner: 张三 → 李四" in shown.out
    assert person(owners) == ["张三"] * 3
    done = office("team", "leave", "张三", "--to", "李四", "--yes")
    assert done.code == 0, done.err
    assert person(owners) == ["李四"] * 3
    assert names(office("team", "list", "--json"))["张三"]["active"] is False


def test_who_left_gets_no_mail_and_the_heir_gets_theirs(office):
    before = office("remind", "--dry-run", "--json", "--date", "2025-12-10")
    assert "zhang@example.com" in before.out
    office("team", "leave", "张三", "--to", "李四", "--yes")
    after = office("remind", "--dry-run", "--json", "--date", "2025-12-10")
    assert "zhang@example.com" not in after.out
    assert "li@example.com" in after.out


def test_undo_gives_it_back(office, person):
    office("team", "leave", "张三", "--to", "李四", "--yes")
    assert office("undo", "--dry-run").code == 0
    undone = office("undo", "--yes")
    assert undone.code == 0, undone.err
    assert person(owners) == ["张三"] * 3
    assert names(office("team", "list", "--json"))["张三"]["active"] is True


def test_undo_leaves_what_somebody_changed_since(office, person):
    office("team", "leave", "张三", "--to", "李四", "--yes")
    person(lambda book: _take(book, "C3", "王五"))
    answer = office("undo", "--yes")
    assert "stays: progress C3 owner" in answer.err
    assert person(owners) == ["张三", "王五", "张三"]


def _take(book, key, name):
    tab = book.worksheet("客户进度")
    column = tab.row_values(1).index("负责人") + 1
    tab.update_cell(tab.col_values(1).index(key) + 1, column, name)


def test_a_column_may_be_left_as_it_is(office, person):
    done = office("team", "leave", "张三", "--to", "李四", "--except", "progress.owner", "--yes")
    assert done.code == 0
    assert person(owners) == ["张三"] * 3


def test_who_wrote_something_is_history(office, person):
    person(
        lambda book: _write(
            book.worksheet("跟进记录"), {"客户编号": "C2", "日期": 46000, "内容": "聊过", "记录人": "张三"}
        )
    )
    done = office("team", "leave", "张三", "--to", "李四", "--yes", "--json")
    assert "author" not in done.out
    assert person(lambda book: _column(book.worksheet("跟进记录"), "记录人")) == ["张三"]


def _write(tab, cells):
    for title, value in cells.items():
        tab.update([[value]], gspread.utils.rowcol_to_a1(2, tab.row_values(1).index(title) + 1), raw=True)


def _column(tab, title):
    return [name for name in tab.col_values(tab.row_values(1).index(title) + 1)[1:] if name]


REFUSED = {
    "nobody takes over": (["张三", "--yes"], 2, "say who takes them over: --to NAME"),
    "to themselves": (["张三", "--to", "张三"], 2, "choose somebody else"),
    "to a stranger": (["张三", "--to", "李", "--yes"], 2, "did you mean 李四?"),
    "a stranger": (["张", "--to", "李四"], 2, "张 is not in the team"),
    "without a terminal": (["张三", "--to", "李四"], 4, "add --yes"),
    "no such column": (["张三", "--to", "李四", "--except", "progress.ownr"], 2, "did you mean progress.owner?"),
}


def test_what_is_refused(office, person):
    for what, (given, code, message) in REFUSED.items():
        answer = office("team", "leave", *given)
        assert (what, answer.code) == (what, code)
        assert message in answer.err
    assert person(owners) == ["张三"] * 3


def access(person):
    """Who may open the file, but the owner."""
    return person(lambda book: {one["emailAddress"] for one in book.list_permissions() if one["role"] != "owner"})


def test_access_to_the_file_comes_and_goes_only_when_asked_for(office, person):
    assert office("apply", "--share").code == 2, "nobody said who gets what"
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write("\nshare: {sales: writer, lead: writer}\n")
    assert office("plan", "--check").code == 0
    planned = office("plan", "--share", "--check")
    assert planned.code == 3
    assert "+ zhang@example.com  writer" in planned.out
    assert access(person) == set()
    assert office("apply", "--share").code == 0
    assert access(person) == {"zhang@example.com", "li@example.com"}
    left = office("team", "leave", "张三", "--to", "李四", "--share", "--yes")
    assert left.code == 0, left.err
    assert "- zhang@example.com  writer  (access to the file)" in left.out
    assert access(person) == {"li@example.com"}
    assert office("plan", "--share", "--json").json["access"] == []
    assert "views and locks follow with the next: sheetcrm apply" in left.err


def test_undo_takes_a_new_colleague_back(office):
    office("team", "add", "王五", "wang@example.com", "--role", "sales")
    shown = office("undo", "--dry-run")
    assert "undo: team add 王五" in shown.out
    undone = office("undo", "--yes")
    assert (undone.code, "stays" in undone.err) == (0, False), undone.err
    assert set(names(office("team", "list", "--json"))) == {"张三", "李四"}
    assert office("plan", "--check").code == 0


@pytest.mark.parametrize(
    ("title", "value"),
    [
        pytest.param("邮箱", "w5@example.com", id="a cell that we wrote"),
        pytest.param("上级", "李四", id="a cell that we left blank"),
        pytest.param("在职", False, id="the tick"),
    ],
)
def test_a_colleague_whose_row_somebody_changed_since_stays_whole(office, person, title, value):
    office("team", "add", "王五", "wang@example.com", "--role", "sales")
    before = names(office("team", "list", "--json"))["王五"]

    def change(book):
        tab = book.worksheet("团队")
        at = gspread.utils.rowcol_to_a1(tab.find("王五").row, tab.row_values(1).index(title) + 1)
        tab.update([[value]], at, raw=True)

    person(change)
    undone = office("undo", "--yes")
    assert "somebody changed that row since, so it stays as a whole" in undone.err
    assert names(office("team", "list", "--json"))["王五"]["email"] in (before["email"], value)


def test_undo_says_what_cannot_come_back(office):
    office("team", "leave", "张三", "--to", "李四", "--yes")
    assert "what cannot come back: access to the file" in office("undo", "--yes").err
