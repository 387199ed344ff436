"""`sheetcrm publish`: a role's columns and rows as values in a copy of its own; through the command line."""

from __future__ import annotations

from pathlib import Path

import gspread
import pytest

from sheetcrm import config
from sheetcrm.connect import connect
from sheetcrm.sheets.gateway import Drive

SHOP = """\
version: 1
title: {zh: 店, en: Shop}
team: {sheet: team, name: name, email: email, role: role, active: active}
sheets:
  orders:
    title: {zh: 订单, en: Orders}
    key: id
    rows: 20
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      what: {type: text, title: {zh: 货物, en: What}}
      stage: {type: choice, title: {zh: 阶段, en: Stage}, options: {open: {zh: 待办, en: Open}, sent: {zh: 已发, en: Sent}}}
      day: {type: date, title: {zh: 日期, en: Day}}
      price: {type: money, title: {zh: 进价, en: Cost}}
      double: {type: formula, result: money, title: {zh: 售价, en: Twice}, formula: "{price}*2"}
      keeper: {type: person, title: {zh: 保管, en: Keeper}}
    samples:
      - {id: {zh: 示例-1, en: SAMPLE-1}, what: {zh: 示例, en: Sample}, stage: open}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 20
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}, required: true, unique: true}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {store: {zh: 仓库, en: Store}, lead: {zh: 主管, en: Lead}}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
roles:
  store: {sees: {orders: {columns: [what, id, day, double], unless: {stage: sent}}}}
  lead: {sees: {orders: {columns: [id], of: keeper}}}
"""
ANN, BOB, GUY = (
    ["Ann", "ann@x.org", "Store", True],
    ["Bob", "bob@x.org", "Lead", True],
    ["Guy", "guy@x.org", "Store", False],
)
ROWS = [
    ["O1", "=tea", "Open", 46000, 5, None, "Bob"],
    ["O2", "salt", "Sent", 46001, 6, None, "Bob"],
    ["O3", "+86 rice", "", None, 7, None, "Ann"],
]


@pytest.fixture
def at_google(sheetcrm):
    """`at_google(work)` calls it with gspread's spreadsheet, the shop's or with a role its copy, and Drive; as their owner."""

    def call(work, role=""):
        loaded = config.load(Path("config.yaml").absolute())
        with connect(loaded) as way:
            own = loaded.spreadsheets["shop"]
            file = own.published[role] if role else own.id
            return work(gspread.Client(auth=None, session=way.session).open_by_key(file), Drive(way.session))

    return call


def fill(book, _drive):
    book.worksheet("Team").update([ANN, BOB, GUY], "A2", raw=True)
    tab = book.worksheet("Orders")
    for row, cells in enumerate(ROWS, 3):
        for at, cell in enumerate(cells, 1):
            if cell is not None and at != 6:
                tab.update([[cell]], gspread.utils.rowcol_to_a1(row, at), raw=True)


@pytest.fixture
def shop(sheetcrm, at_google):
    """The command line in a folder with one spreadsheet: an example row, three orders, two people and one who left."""
    sheetcrm("init", "--local")
    Path("templates").mkdir(exist_ok=True)
    Path("templates/shop.yaml").write_text(SHOP, encoding="utf-8")
    made = sheetcrm("apply", "shop", "--create", "shop", "--lang", "en", "--with-samples")
    assert made.code == 0, made.err
    at_google(fill)
    return sheetcrm


def tabs(book, _drive):
    return {tab.title: tab.get_all_values() for tab in book.worksheets()}


def entered(book, _drive):
    """Everything that stands in it in any form, notes and marks included, as one text."""
    return str(book.fetch_sheet_metadata({"includeGridData": "true"}))


def levels(book, drive):
    found = drive.permissions(book.id)
    return {one.get("emailAddress", one["type"]): one["role"] for one in found if one["role"] != "owner"}


def test_only_its_columns_and_rows_as_values(shop, at_google):
    answer = shop("publish", "store")
    assert answer.code == 0, answer.err
    found = at_google(tabs, "store")
    assert list(found) == ["Orders"]
    header, *rows = [row for row in found["Orders"] if any(row)]
    assert header == ["What", "ID", "Day", "Twice"]
    assert [row[:2] for row in rows] == [["=tea", "O1"], ["+86 rice", "O3"]]
    assert rows[0][2] == "2025-12-09"
    assert "10" in rows[0][3]


def test_nothing_leads_back_and_nothing_else_is_in_it(shop, at_google):
    shop("publish", "store")
    everything = at_google(entered, "store")
    assert "formulaValue" not in everything
    for hidden in ("salt", "O2", "Sent", "Bob", "SAMPLE-1", "Cost", "ann@x.org", "IMPORTRANGE"):
        assert hidden not in everything


def test_only_its_people_may_open_it_and_they_only_read(shop, at_google):
    shop("publish", "store")
    assert at_google(levels, "store") == {"ann@x.org": "reader"}
    at_google(lambda book, _: book.share("ann@x.org", perm_type="user", role="writer", notify=False), "store")
    at_google(lambda book, _: book.share("guy@x.org", perm_type="user", role="reader", notify=False), "store")
    at_google(lambda book, _: book.share(None, perm_type="anyone", role="reader", notify=False), "store")
    assert shop("publish", "store").code == 0
    assert at_google(levels, "store") == {"ann@x.org": "reader"}


def test_a_second_time_there_is_nothing_to_do(shop):
    shop("publish", "store")
    again = shop("publish", "--json").json["copies"]
    assert [(one["role"], one["changed"], one["access"]) for one in again] == [("store", [], [])]
    assert "nothing to change" in shop("publish", "store").out


def test_it_follows_the_spreadsheet_and_what_people_did_to_it_is_gone(shop, at_google):
    shop("publish", "store")
    at_google(lambda book, _: book.worksheet("Orders").update([["Sent"]], "C3", raw=True))
    at_google(lambda book, _: book.worksheet("Orders").update([["mine"]], "A2", raw=True), "store")
    assert "-" in shop("publish", "--dry-run").out
    assert at_google(tabs, "store")["Orders"][1][0] == "mine"
    shop("publish")
    assert [row[1] for row in at_google(tabs, "store")["Orders"][1:] if any(row)] == ["O3"]
    assert "=tea" not in at_google(entered, "store")


def test_rows_of_people_who_have_the_role(shop, at_google):
    shop("publish", "lead")
    assert [row for row in at_google(tabs, "lead")["Orders"][1:] if any(row)] == [["O1"], ["O2"]]
    assert at_google(levels, "lead") == {"bob@x.org": "reader"}
    at_google(lambda book, _: book.worksheet("Team").update([["Store"]], "C3", raw=True))
    shop("publish", "lead")
    assert [row for row in at_google(tabs, "lead")["Orders"][1:] if any(row)] == []
    assert at_google(levels, "lead") == {}


def test_every_role_that_sees_something_has_a_copy_of_its_own(shop, at_google):
    assert shop("publish").code == 0
    loaded = config.load(Path("config.yaml").absolute())
    assert len(set(loaded.spreadsheets["shop"].published.values())) == 2


def test_a_cell_that_makes_no_sense_hides_its_row(shop, at_google):
    at_google(lambda book, _: book.worksheet("Orders").update([["lost"]], "C3", raw=True))
    answer = shop("publish", "store")
    assert "1 row is left out" in answer.out
    assert [row[1] for row in at_google(tabs, "store")["Orders"][1:] if any(row)] == ["O3"]


def test_a_column_that_is_gone_publishes_nothing(shop, at_google):
    shop("publish", "store")
    before = at_google(tabs, "store")
    at_google(lambda book, _: book.worksheet("Orders").delete_columns(3))
    answer = shop("publish")
    assert (answer.code, "nothing was published" in answer.err) == (2, True)
    assert at_google(tabs, "store") == before


def test_columns_that_were_moved_are_still_themselves(shop, at_google):
    move = {"source": {"dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}, "destinationIndex": 0}

    def shuffle(book, _drive):
        move["source"]["sheetId"] = book.worksheet("Orders").id
        book.batch_update({"requests": [{"moveDimension": move}]})

    shop("publish", "store")
    at_google(shuffle)
    assert "nothing to change" in shop("publish", "store").out


def test_into_a_blank_one_that_somebody_made(shop, at_google):
    with_drive = at_google(lambda _, drive: drive.create("For the store"))
    assert shop("publish", "store", "--into", with_drive).code == 0
    loaded = config.load(Path("config.yaml").absolute())
    assert loaded.spreadsheets["shop"].published == {"store": with_drive}
    assert list(at_google(tabs, "store")) == ["Orders"]


def test_never_into_one_that_is_somebody_elses(shop, at_google):
    own = config.load(Path("config.yaml").absolute()).spreadsheets["shop"].id
    assert shop("publish", "store", "--into", own).code == 2
    shop("publish", "lead")
    copy = config.load(Path("config.yaml").absolute()).spreadsheets["shop"].published["lead"]
    taken = shop("publish", "store", "--into", copy)
    assert (taken.code, "for another role" in taken.err) == (4, True)
    used = at_google(lambda _, drive: drive.create("Notes"))
    at_google(
        lambda book, _: book.client.values_update(used, "B2", {"valueInputOption": "RAW"}, {"values": [["mine"]]})
    )
    refused = shop("publish", "store", "--into", used)
    assert (refused.code, "not blank" in refused.err) == (4, True)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        pytest.param(["stor"], "did you mean store?", id="no such role"),
        pytest.param(["--into", "x" * 30], "say which role", id="one copy for several roles"),
        pytest.param(["store", "--into", "nowhere"], "neither a spreadsheet's URL nor its id", id="nowhere"),
    ],
)
def test_what_makes_no_sense(shop, words, message):
    answer = shop("publish", *words)
    assert answer.code == 2
    assert message in answer.err


def test_access_looks_at_the_copies(shop, at_google):
    with Path("config.yaml").open("a", encoding="utf-8") as file:
        file.write("share: {store: writer, lead: writer}\n")
    assert shop("access", "--fix").code == 0
    shop("publish", "store")
    assert shop("access").code == 0
    at_google(lambda book, _: book.share("bob@x.org", perm_type="user", role="reader", notify=False), "store")
    answer = shop("access")
    assert answer.code == 3
    assert (
        "copy for store: bob@x.org (user, reader) is not in the team; mend it with: sheetcrm publish store"
        in answer.out
    )


def test_who_did_it_is_written_down(shop, at_google):
    shop("publish", "store")
    copy = config.load(Path("config.yaml").absolute()).spreadsheets["shop"].published["store"]
    text = "".join(path.read_text(encoding="utf-8") for path in Path("sheetcrm-journal", copy).glob("*.json"))
    assert '"share"' in text
    assert "tea" not in text


def test_another_number_format_is_another_look(shop, at_google):
    shop("publish", "store")
    file = Path("templates/shop.yaml")
    file.write_text(
        file.read_text(encoding="utf-8")
        .replace("type: money, title: {zh: 进价", "type: money, currency: EUR, title: {zh: 进价")
        .replace("version: 1", "version: 2", 1)
        .replace("result: money", "result: percent"),
        encoding="utf-8",
    )
    assert shop("apply", "--yes").code == 0
    assert shop("publish", "store").code == 0
    assert at_google(tabs, "store")["Orders"][1][3] == "1000%"
    assert "nothing to change" in shop("publish", "store").out
