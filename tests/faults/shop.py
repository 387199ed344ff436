"""A small shop on the bench: a template with all that commands are about, people, rows, and what is wrong with them."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sheetcrm.cli.options import today_in
from tests.faults.bench import API, ROBOT, TOKEN, TOKEN_FILE

TEMPLATE = """\
version: 1
title: {zh: 店, en: Shop}
country: CN
team: {sheet: team, name: name, email: email, role: role, manager: manager, active: active}
share: {sales: writer, lead: writer}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    rows: 30
    archive: {when: {stage: lost}, by: next, after: 30d}
    columns:
      id: {type: id, title: ID, auto: "C{:03d}"}
      name: {type: text, title: Name, required: true}
      phone: {type: phone, title: Phone}
      stage: {type: choice, title: Stage, options: {open: {zh: 进行中, en: Open}, lost: {zh: 流失, en: Lost}}}
      next: {type: date, title: Next}
      owner: {type: person, title: Owner}
      told: {type: date, title: Told}
    samples:
      - {id: {zh: 示例-1, en: SAMPLE-1}, name: {zh: 示例, en: Sample}, stage: open}
  orders:
    title: {zh: 订单, en: Orders}
    rows: 20
    columns:
      customer: {type: reference, to: customers, title: Customer, required: true}
      product: {type: text, title: Product}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 10
    columns:
      name: {type: text, title: Name, required: true, unique: true}
      email: {type: email, title: E-mail}
      role: {type: choice, title: Role, options: {sales: {zh: 销售, en: Sales}, lead: {zh: 主管, en: Lead}}}
      manager: {type: person, title: Manager}
      active: {type: checkbox, title: Active}
roles:
  sales: {sees: {customers: {columns: [id, name, stage], unless: {stage: lost}}}}
reminders:
  follow_up:
    type: date
    title: {zh: 跟进, en: Follow-up}
    sheet: customers
    date: next
    owner: owner
    unless: {stage: lost}
    show: [name]
    mirror: told
  week:
    type: summary
    title: {zh: 周报, en: Week}
    sheet: customers
    owner: owner
    to: [manager]
    stage: stage
    new: {date: next}
"""
CONFIG = """\
api: {api}
token: {{file: token}}
templates: [.]
spreadsheets: {{}}
admins: [you@example.com]
access: {{domains: [example.com], also: {{{robot}: writer}}}}
mail:
  sender: CRM <crm@example.com>
  by: {{type: maildir, path: Maildir}}
  allow: ["*@example.com"]
"""
TEAM = [
    ["Ann", "ann@example.com", "Sales", "Bob", True],
    ["Bob", "bob@example.com", "Lead", "", True],
    ["Guy", "guy@example.com", "Sales", "Bob", False],
]


def new(bench):
    """A config, and a server that has made its key already: that takes longer than anything else here."""
    bench.server.issuer.service_account(ROBOT)
    Path("config.yaml").write_text(CONFIG.format(api=API, robot=ROBOT), encoding="utf-8")
    Path("shop.yaml").write_text(TEMPLATE, encoding="utf-8")
    token = Path(TOKEN_FILE)
    token.touch(mode=0o600)
    token.write_text(TOKEN, encoding="utf-8")


def blank(bench):
    """A spreadsheet that a person made and shared."""
    made = bench.person().create("Blank")
    made.share(ROBOT, perm_type="user", role="writer", notify=False)
    Path("blank.id").write_text(made.id, encoding="utf-8")


def shop(bench):
    """The shop, with people and rows in it."""
    blank(bench)
    book = bench.book("Blank")
    book.update_title("Shop")
    done = bench.run("apply", "shop", "--in", book.id, "--lang", "en", "--with-samples")
    assert done.code == 0, done.err
    book.worksheet("Team").update(TEAM, "A2", raw=True)
    today = today_in("Asia/Shanghai")
    rows = [
        ["C001", "Acme GmbH", "+8613800138000", "Open", _day(today), "Ann"],
        ["C002", "Beta", "139 0013 9000", "open ", _day(today + timedelta(3)), "Bob"],
        ["C003", "ACME GmbH", "+8613800138000", "Open", None, "Ann"],
        ["C004", "Gone", None, "Lost", _day(today - timedelta(90)), "Ann"],
    ]
    book.worksheet("Customers").update(rows, "A3", raw=True)
    book.worksheet("Orders").update([["C003", "tea"]], "A2", raw=True)
    book.share("guy@example.com", perm_type="user", role="writer", notify=False)
    book.share("ann@example.com", perm_type="user", role="writer", notify=False)
    assert bench.run("apply").code == 0


def drifted(_bench):
    """A newer version of the template: a column more."""
    text = TEMPLATE.replace("version: 1", "version: 2").replace(
        "      told:", "      city: {type: text, title: City, width: 140}\n      told:"
    )
    Path("shop.yaml").write_text(text, encoding="utf-8")


def by_hand(bench):
    """A spreadsheet that nobody made with us, to be bound to a template that fits it."""
    made = bench.person().create("By hand")
    tab = made.sheet1
    tab.update_title("Customers")
    tab.update(
        [["ID", "Name", "Next"], *[[f"C{at:03d}", f"Firm {at}", 46000 + at] for at in range(1, 9)]], "A1", raw=True
    )
    made.share(ROBOT, perm_type="user", role="writer", notify=False)
    text = "version: 1\ntitle: Hand\nsheets:\n  customers:\n    title: Customers\n    key: id\n    columns:\n"
    text += "      id: {type: id, title: ID}\n      name: {type: text, title: Name}\n"
    Path("hand.yaml").write_text(text, encoding="utf-8")
    Path("hand.id").write_text(made.id, encoding="utf-8")


def bound(bench):
    """Just that, done."""
    done("connect", Path("hand.id").read_text(encoding="utf-8"), "--template", "hand", "--yes")(bench)


def leads(_bench):
    """A file to import: one that is known, and one that is new."""
    Path("leads.csv").write_text("ID,Name,Stage\nC001,Acme,Open\nC009,New one,Open\n", encoding="utf-8")


def done(*words):
    """A command that was done before."""

    def step(bench):
        answer = bench.run(*words)
        assert answer.code in (0, 3), answer.err

    step.__name__ = " ".join(words)
    return step


def snapshot(bench):
    """Rows of yesterday to compare with, and somebody who changed one since."""
    done("check", "--snapshot")(bench)
    bench.book().worksheet("Customers").update([["Acme Ltd"]], "B3", raw=True)


def archived(bench):
    """An archive of the shop, a row that went since, and another that says something else."""
    done("backup")(bench)
    tab = bench.book().worksheet("Customers")
    tab.batch_clear(["A4:G4"])
    tab.update([["Acme by mistake"]], "B3", raw=True)


def published(bench):
    """A copy for sales, and a change since."""
    done("publish", "sales", "--yes")(bench)
    bench.book().worksheet("Customers").update([["Acme Ltd"]], "B3", raw=True)


def _day(day):
    return (day - date(1899, 12, 30)).days
