"""A small team's config with several spreadsheets, for the tests of running reminders."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import gspread

from sheetcrm import config
from sheetcrm.connect import open_local

TEMPLATE = """
version: 1
title: {zh: 跟进, en: Desk}
team: {sheet: team, name: name, email: email, active: active}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    columns:
      id: {type: id, title: {zh: 编号, en: ID}, auto: "C{:03d}"}
      name: {type: text, title: {zh: 名称, en: Name}}
      next: {type: date, title: {zh: 下次跟进, en: Next}}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      told: {type: date, title: {zh: 上次提醒, en: Last told}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
reminders:
  follow_up:
    type: date
    title: {zh: 客户跟进, en: Customers to follow up}
    sheet: customers
    date: next
    owner: owner
    show: [name]
    mirror: told
"""
MAIL = """mail:
  sender: CRM <crm@example.com>
  by: {type: maildir, path: Maildir}
  allow: ["*@example.com"]
"""
TODAY = datetime.now(UTC).astimezone(ZoneInfo("Asia/Shanghai")).date()


def opened(sheetcrm, *names, mail=MAIL, template=TEMPLATE):
    """A folder with a config of these spreadsheets, each with Ann in its team and one customer due to be followed up."""
    assert sheetcrm("init", "--local").code == 0
    Path("templates").mkdir(exist_ok=True)
    Path("templates/desk.yaml").write_text(template, encoding="utf-8")
    made = sheetcrm("apply", "desk", "--create", names[0], "--lang", "en")
    assert made.code == 0, made.err
    for name in names[1:]:
        assert sheetcrm("apply", "desk", "--create", name, "--lang", "en").code == 0
    text = Path("config.yaml").read_text(encoding="utf-8")
    ours = text[: text.index("spreadsheets:")]
    ids = {name: one.id for name, one in config.load(Path("config.yaml")).spreadsheets.items()}
    lines = [f"  {name}: {{id: {id_}, template: desk, language: en}}\n" for name, id_ in ids.items()]
    Path("config.yaml").write_text(f"{ours}spreadsheets:\n{''.join(lines)}{mail}", encoding="utf-8")
    for name in names:
        with book(name) as one:
            one.worksheet("Team").update([["Ann", "ann@example.com", True]], "A2:C2")
            type_in(one, 2, f"Customer of {name}", TODAY)
    return sheetcrm


@contextmanager
def book(name):
    """That spreadsheet, by plain gspread."""
    found = config.load(Path("config.yaml").absolute()).spreadsheets[name]
    with open_local(Path("sheetcrm-data").absolute()) as session:
        yield gspread.Client(auth=None, session=session).open_by_key(found.id)


def type_in(one, row, name, day, *, owner="Ann", id_=""):
    """A customer, as people type one."""
    tab = one.worksheet("Customers")
    tab.update([[id_, name, str(day), owner]], f"A{row}:D{row}", value_input_option="USER_ENTERED")


def mails(folder="Maildir"):
    """How many mails arrived."""
    return len(list(Path(folder).glob("new/*")))


def soon(met, seconds=30):
    """Wait for something that another process does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if met():
            return True
        time.sleep(0.05)
    return False


def in_days(days):
    return str(TODAY + timedelta(days=days))
