"""`sheetcrm privacy`: a planted person is handed over whole, erased everywhere, and never comes back."""

from __future__ import annotations

import gzip
import io
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import contextmanager
from pathlib import Path

import gspread
import pytest
from remind_desk import TODAY

from sheetcrm import config
from sheetcrm.connect import open_local
from sheetcrm.journal.rolling import loose, pack
from sheetcrm.remind.ledger.forgetting import told

TEMPLATE = """
version: 1
title: {zh: 店, en: Shop}
team: {sheet: team, name: name, email: email, active: active, role: role}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    archive: by_hand
    rows: 40
    columns:
      id: {type: id, title: {zh: 编号, en: ID}, auto: "C{:03d}"}
      name: {type: text, title: {zh: 姓名, en: Name}, required: true}
      phone: {type: phone, title: {zh: 电话, en: Phone}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      born: {type: date, title: {zh: 生日, en: Born}, personal: true}
      spent: {type: number, title: {zh: 消费, en: Spent}}
      next: {type: date, title: {zh: 下次跟进, en: Next}}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      agreed: {type: checkbox, title: {zh: 同意, en: Agreed}}
    consent: {when: {agreed: true}, mails: false}
  log:
    title: {zh: 记录, en: Log}
    rows: 40
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户, en: Customer}, required: true}
      said: {type: text, title: {zh: 内容, en: Said}, personal: true, required: true}
      minutes: {type: number, title: {zh: 分钟, en: Minutes}}
  visits:
    title: {zh: 拜访, en: Visits}
    erase: delete
    rows: 40
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户, en: Customer}, required: true}
      where: {type: text, title: {zh: 地点, en: Where}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 40
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {desk: {zh: 前台, en: Desk}}}
roles: {desk: {sees: {customers: {columns: [id, name, phone]}}}}
reminders:
  follow_up:
    type: date
    title: {zh: 客户跟进, en: Customers to follow up}
    sheet: customers
    date: next
    owner: owner
    show: [name, phone]
"""
MAIL = """mail:
  sender: CRM <crm@example.com>
  by: {type: smtp, host: 127.0.0.1, port: 1, security: none, timeout: 2}
  allow: ["*@example.com"]
"""
NAME, PHONE, EMAIL, BORN = "Zsófia Plantedperson", "13800138000", "planted@marker.example", "1979-04-17"
FORMER = "before@marker.example"
NEEDLES = (
    "plantedperson",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "marker.example",
    "remarkable visit",
    "wechatty",
)
LOGGED = ("--log", "x.log", "--log-format", "json", "-vv")


@pytest.fixture(autouse=True)
def _no_log_of_all_tests(monkeypatch):
    monkeypatch.delenv("SHEETCRM_LOG")


@contextmanager
def book(name="shop"):
    found = config.load(Path("config.yaml").absolute()).spreadsheets[name]
    with open_local(Path("sheetcrm-data").absolute()) as session:
        client = gspread.Client(auth=None, session=session)
        client.session = session
        yield client.open_by_key(found.id)


def shop(sheetcrm):
    """A spreadsheet with a planted person wherever one can be, and everything of ours that then has them, too."""
    assert sheetcrm("init", "--local").code == 0
    Path("templates").mkdir()
    Path("templates/shop.yaml").write_text(TEMPLATE, encoding="utf-8")
    assert sheetcrm("apply", "templates/shop.yaml", "--create", "shop", "--lang", "en").code == 0
    text = Path("config.yaml").read_text(encoding="utf-8")
    (name, one), *_ = config.load(Path("config.yaml")).spreadsheets.items()
    ours = f"spreadsheets:\n  {name}: {{id: {one.id}, template: templates/shop.yaml, language: en}}\n"
    Path("config.yaml").write_text(text[: text.index("spreadsheets:")] + ours + MAIL, encoding="utf-8")
    with book() as there:
        there.worksheet("Team").update([["Ann", "ann@example.com", True, "Desk"]], "A2:D2")
        rows = [
            ["C001", "Bob Other", "13900139000", "bob@example.com", "1980-01-01", 5, str(TODAY), "Ann", True],
            ["C002", NAME, PHONE, FORMER, BORN, 99, str(TODAY), "Ann", False],
        ]
        there.worksheet("Customers").update(rows, "A2:I3", value_input_option="USER_ENTERED")
        log = [["C001", f"met {NAME} at his place", 5], ["C002", "talked of private things: plantedperson", 7]]
        there.worksheet("Log").update([[f"L{at}", *row] for at, row in enumerate(log)], "A2:D3")
        there.worksheet("Visits").update([["V0", "C002", "remarkable visit"]], "A2:C2")
    lines = ["id,name,phone,email", f"C002,{NAME},{PHONE},{EMAIL}", f"C003,{NAME.upper()},,{EMAIL}"]
    Path("in.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    assert sheetcrm(*LOGGED, "import", "in.csv", "--sheet", "customers").code in (0, 3)
    assert sheetcrm(*LOGGED, "archive", "customers", "--id", "C003", "--yes").code == 0
    with book() as there:
        customers = there.worksheet("Customers")
        customers.resize(cols=11)
        customers.update([["My own"], ["fine"], ["his WeChat: wechatty"]], "J1:J3")
        customers.update_note("B3", "a note on plantedperson without a word of the name: wechatty")
        customers.update_note("B2", f"knows {NAME}")
        mine = there.add_worksheet("My tab", 10, 3)
        mine.update(
            [["call +86 138-0013-8000", 13800138000], ['=UPPER("zsófia plantedperson")', "x"]],
            "A1:B2",
            value_input_option="USER_ENTERED",
        )
    assert sheetcrm(*LOGGED, "check", "--snapshot").code in (0, 3)
    assert sheetcrm(*LOGGED, "remind").code in (0, 1, 3)
    assert sheetcrm(*LOGGED, "backup").code == 0
    with Path("x.log").open("a", encoding="utf-8") as file:
        file.write(json.dumps({"message": f"who is {NAME}, {EMAIL}?"}) + "\ncall +86 138 0013 8000\n")
    Path("x.log.1.gz").write_bytes(gzip.compress(f"{NAME} again".encode()))
    for folder in Path("sheetcrm-journal").iterdir():
        pack(folder, loose(folder)[:3])


def everything(*but):
    """All that stands in files below here, whatever they are packed in, by file; but those whose path begins so."""
    found = {}
    for path in sorted(Path().rglob("*")):
        if path.is_file() and not str(path).startswith(but):
            found |= dict(inside(str(path), path.read_bytes()))
    return found


def inside(name, content):
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for one in packed.namelist():
                yield from inside(f"{name}/{one}", packed.read(one))
    elif content.startswith(b"\x1f\x8b"):
        yield from inside(f"{name}(gz)", gzip.decompress(content))
    elif content.startswith(b"SQLite format 3"):
        yield f"{name}(bytes)", content.decode("utf-8", "replace")
        with sqlite3.connect(":memory:") as db:
            # In memory there is no file of a log beside it.
            db.deserialize(content[:18] + b"\1\1" + content[20:])
            if db.execute("select 1 from sqlite_master where name = 'content'").fetchall():
                for (body,) in db.execute("select body from content"):
                    yield f"{name}(mail)", told(body)
    else:
        yield name, content.decode("utf-8", "replace")


def traces(found):
    marks = (*NEEDLES, NAME.casefold(), json.dumps(NAME.casefold())[1:-1])
    return [(name, mark) for name, text in found.items() for mark in marks if mark in text.casefold()]


def sheets(name="shop"):
    """Values, formulas, notes and metadata of the spreadsheet, as the API has them."""
    with book(name) as there:
        return {
            "sheets": json.dumps(
                there.client.fetch_sheet_metadata(there.id, {"includeGridData": True}), ensure_ascii=False
            )
        }


def published():
    """The rows of the copy for the desk."""
    copies = config.load(Path("config.yaml").absolute()).spreadsheets["shop"].published
    with open_local(Path("sheetcrm-data").absolute()) as session:
        client = gspread.Client(auth=None, session=session)
        client.session = session
        return client.open_by_key(copies["desk"]).worksheet("Customers").get_all_values()[1:]


OURS = ("in.csv", "config.yaml", "templates", "sheetcrm-data", "sheetcrm-backup")


def test_a_planted_person_is_nowhere_any_more(prepared):
    sheetcrm = prepared(shop)
    assert len({name.split("/")[0] for name, _ in traces(everything("in.csv"))}) >= 4, "planted well"
    assert traces(sheets())
    shown = sheetcrm("privacy", "erase", EMAIL, "--dry-run")
    assert shown.code == 0, shown.err
    before = sheets()
    assert sheetcrm("privacy", "erase", EMAIL).code == 4, "without a terminal only with --yes"
    assert sheets() == before
    done = sheetcrm("--log", "x.log", "privacy", "erase", EMAIL, "--yes")
    assert done.code == 3, done.err
    assert traces(sheets()) == []
    assert traces(everything(*OURS)) == []
    ours = sheetcrm("log", "--ours", "--command", "privacy erase", "--full")
    assert "customers C002 phone: #" in ours.out, "that we wrote there is known, what stood there is not"
    people = sheetcrm("log", "--people")
    assert "0 cells changed by people" in people.err, people.out
    back = sheetcrm("undo", "--yes")
    assert "archive customers" in back.out, "the write before: of the erasing nothing can be taken back"
    assert traces(sheets()) == []


def test_nothing_brings_them_back(prepared):
    sheetcrm = prepared(shop)
    (archive,) = [path for path in Path("sheetcrm-backup").glob("*/*.zip") if path.parent.name != "ledger"]
    (mails,) = Path("sheetcrm-backup/ledger").glob("*.zip")
    journal = {path: path.read_bytes() for path in Path("sheetcrm-journal").rglob("*.json")}
    assert sheetcrm("privacy", "erase", "customers:C002", "--yes").code == 3
    assert sheetcrm("backup", "list").out.count("may hold people who were erased") == 2
    sheetcrm("restore", str(archive), "--tab", "customers", "--tab", "log", "--tab", "visits", "--yes")
    assert traces(sheets()) == []
    made = sheetcrm("restore", str(archive), "--create", "again")
    assert (made.code, "left out" in made.err) == (0, True)
    assert traces(sheets("again")) == []
    assert sheetcrm("plan", "--check", "--in", "again").code == 0
    Path("sheetcrm-ledger.db").unlink()
    assert sheetcrm("restore", str(mails), "--ledger").code == 0
    assert [one for one in traces(everything(*OURS)) if "x.log" not in one[0]] == []
    for path, content in journal.items():
        path.write_bytes(content)
    for _ in range(3):
        sheetcrm("undo", "--in", "shop", "--yes")
    assert traces(sheets()) == []
    again = sheetcrm("import", "in.csv", "--sheet", "customers", "--in", "shop", "--dry-run")
    assert "2 lines are about people who were erased (line 2, 3)" in again.err


def test_a_person_is_handed_over(prepared):
    sheetcrm = prepared(shop)
    with book() as there:
        there.worksheet("Log").update([["<script>alert(1)</script>"]], "C3")
    before = sheets()
    done = sheetcrm("privacy", "export", "138 0013 8000", "--out", "planted")
    assert done.code == 0, done.err
    assert sheets() == before
    made = {path.name: path for path in Path("planted").iterdir()}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (Path("planted"), *made.values()))
    said = json.loads(made["person.json"].read_text(encoding="utf-8"))
    (row,) = said["shop-customers"]
    assert (row["Name"], row["Phone"], row["Born"], row["Spent"]) == (NAME, PHONE, BORN, "99")
    assert [one["Said"] for one in said["shop-log"]] == ["<script>alert(1)</script>"]
    assert {"'Log'!C2", "'My tab'!A1", "'My tab'!B1", "'Customers'!B2"} <= {one["where"] for one in said["mentions"]}
    assert FORMER in {one["before"] for one in said["journal"]}
    assert (len(said["mails"]), [one["row"] for one in said["reminders"]]) == (1, ["C002"])
    assert "Bob" not in said["mails"][0]["text"], "what a digest says of others is theirs"
    assert len(said["backups"]) == 2
    assert "<script>" not in made["person.zh.html"].read_text(encoding="utf-8")
    assert PHONE in made["shop-customers.csv"].read_text(encoding="utf-8")
    assert sheetcrm("privacy", "export", EMAIL, "--out", "planted").code == 2, "that folder is there"


def test_it_goes_on_where_it_stopped_without_knowing_who_it_was(prepared):
    sheetcrm = prepared(shop)
    file = Path("config.yaml")
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("language: en}", "language: en, published: {nobody: 1copyThatThereIsNot0000}}"), encoding="utf-8"
    )
    stopped = sheetcrm("privacy", "erase", "customers:C002", "--yes")
    assert stopped.code == 2, "the copy comes after sheets, journal and ledger"
    assert traces(sheets()) == []
    with book() as there:
        there.worksheet("My tab").update([[f"somebody wrote {NAME} meanwhile"]], "A5")
    file.write_text(text, encoding="utf-8")
    done = sheetcrm("privacy", "erase", EMAIL, "--log-file", "x.log", "--yes")
    assert (done.code, "it goes on" in done.err) == (3, True), done.err
    assert traces(sheets()) + traces(everything(*OURS)) == []
    sealed = Path("sheetcrm-backup", "ledger", "20260101T000000000Z-0123456789abcdef.zip.age")
    sealed.write_bytes(b"age-encryption.org/v1 or what else")
    last = sheetcrm("privacy", "erase", EMAIL, "--backups", "delete", "--yes")
    assert last.code == 0, last.err
    assert [path.name for path in Path("sheetcrm-backup").rglob("*.zip*")] == []
    nobody = sheetcrm("privacy", "erase", EMAIL, "--yes")
    assert (nobody.code, "nothing that we hold names" in nobody.err) == (3, True)


def test_several_people_are_asked_about_and_colleagues_leave_first(prepared):
    sheetcrm = prepared(shop)
    with book() as there:
        there.worksheet("Customers").update([["C009", "Bob Other", "", "bob2@example.com"]], "A4:D4")
    two = sheetcrm("privacy", "erase", "Bob Other", "--dry-run")
    assert (two.code, "shop: customers:C001" in two.err, "shop: customers:C009" in two.err) == (2, True, True)
    one = sheetcrm("privacy", "erase", "C009", "--dry-run", "--json")
    assert {place["where"] for place in one.json["spreadsheets"]["shop"]} == {"'Customers'!B4", "'Customers'!D4"}
    colleague = sheetcrm("privacy", "erase", "ann@example.com", "--yes")
    assert (colleague.code, "team leave" in colleague.err) == (4, True)
    assert sheetcrm("team", "leave", "Ann", "--to", "nobody", "--yes").code in (0, 2, 3)


def test_somebody_whom_no_row_is_about_is_named_where_they_are(prepared):
    sheetcrm = prepared(shop)
    with book() as there:
        there.worksheet("Log").update([["Quentin Nobody rang, from +86 137 0013 7000"]], "C2")
    for who in ("Quentin Nobody", "13700137000"):
        found = sheetcrm("privacy", "erase", who, "--dry-run", "--json")
        assert [place["where"] for place in found.json["spreadsheets"]["shop"]] == ["'Log'!C2"]
    none = sheetcrm("privacy", "export", "13700137009", "--out", "none")
    assert (none.code, "nothing that we hold names 13700137009" in none.err) == (3, True)
    assert not Path("none").exists()


def test_who_did_not_agree_is_in_no_export_and_no_digest(prepared):
    sheetcrm = prepared(shop)
    exported = sheetcrm("export", "customers", "--columns", "id,name,phone,spent")
    assert exported.out.splitlines()[1:] == ["C001,Bob Other,+8613900139000,5", "C002,,,99"]
    assert "1 row is without personal columns: no consent" in exported.err
    whole = sheetcrm("export", "customers", "--columns", "name", "--without-consent")
    assert NAME in whole.out
    issues = sheetcrm("export", "customers", "--with-issues", "--format", "json")
    assert traces({"issues": issues.out}) == []
    stored = sheetcrm("export", "customers", "--to", "sqlite:///crm.db", "--columns", "name")
    assert stored.code == 0, stored.err
    assert traces({"crm.db": Path("crm.db").read_bytes().decode("utf-8", "replace")}) == []
    assert sheetcrm("publish", "desk", "--yes").code == 0
    assert published() == [["C001", "Bob Other", "13900139000"], ["C002", "", ""]]
    assert sheetcrm("privacy", "erase", "C001", "--yes").code == 3
    assert published() == [["C001", "(erased)", ""], ["C002", "", ""]], "the copy was brought up to date"
    file = Path("templates/shop.yaml")
    file.write_text(file.read_text(encoding="utf-8").replace(", mails: false", ""), encoding="utf-8")
    shown = sheetcrm("remind", "--dry-run").out
    assert ("(erased)" in shown, "C002" in shown, NAME in shown) == (True, True, False)


@pytest.mark.skipif("SHEETCRM_PROVE" not in os.environ, reason="half a minute of kills: scripts/prove privacy")
@pytest.mark.parametrize("lines", range(10, 40, 4))
def test_it_is_killed_anywhere_and_goes_on(prepared, lines):
    sheetcrm = prepared(shop)
    words = [sys.executable, "-m", "sheetcrm", "-v", "--log", "killed.log", "privacy", "erase", EMAIL, "--yes"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as one:
        while one.poll() is None:
            if Path("killed.log").exists() and Path("killed.log").read_text(encoding="utf-8").count("\n") >= lines:
                one.kill()
    done = sheetcrm("--log", "x.log", "privacy", "erase", EMAIL, "--yes")
    assert done.code == 3, done.err
    assert traces(sheets()) + traces(everything(*OURS)) == []
