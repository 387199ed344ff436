"""
What must not be told is in no log, no error and no journal: planted, and looked for in all that was written.

The log is the most talkative there is.  A journal may keep what its policy does
not forbid; what a person at the terminal is told is theirs to see, secrets are not.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent / "cli"))

from conftest import *  # noqa: F403 - the command line in a folder of its own
from remind_desk import TEMPLATE, TODAY, book, opened

LOUD = ("-vv", "--debug-http", "--log", "all.log", "--log-format", "json")
SECRETS = {"password": "hidden-Pa55word", "heartbeat": "http://127.0.0.1:1/ping/hidden-0b1c2d"}
PEOPLE = ("planted-Company", "Planted Person", "planted@example.com", "+86 138 0013 8000", "13900139000", "绿野仙踪")
FORBIDDEN = ("planted-Company", "Planted Person", "planted@example.com", "绿野仙踪")
"""Of people what stands in columns of which the journal's policy keeps nothing."""
CONFIG = """
heartbeat: {file: heartbeat.txt}
journal: {folder: sheetcrm-journal, redact: ["customers.name", "*.owner", "team.*"]}
mail:
  sender: CRM <crm@example.com>
  allow: ["*@example.com"]
"""
MAILDIR, SMTP = (
    "  by: {type: maildir, path: Maildir}\n",
    "  by: {type: smtp, host: 127.0.0.1, port: 1, security: none, user: crm, password: {env: SMTP_PASSWORD}, timeout: 2}\n",
)


@pytest.fixture
def desk(sheetcrm, monkeypatch):
    """A config with secrets, a spreadsheet with people, and the command line, which writes down whatever it can."""
    monkeypatch.setenv("SMTP_PASSWORD", SECRETS["password"])
    Path("heartbeat.txt").write_text(SECRETS["heartbeat"], encoding="utf-8")
    template = TEMPLATE.replace(
        "      next: {", "      phone: {type: phone, title: {zh: 电话, en: Phone}}\n      next: {", 1
    )
    one = opened(sheetcrm, "east", mail=CONFIG + MAILDIR, template=template)
    with book("east") as there:
        there.worksheet("Team").update([["Planted Person", "planted@example.com", True]], "A3:C3")
        rows = [["", "planted-Company", "+86 138 0013 8000", str(TODAY), "Planted Person"]]
        rows += [["", "绿野仙踪", "13900139000x", str(TODAY), "Nobody Planted Person"]]
        there.worksheet("Customers").update(rows, "A4:E5", value_input_option="USER_ENTERED")
    return lambda *words: one(*LOUD, *words)


def written(folder):
    """All that stands in the files below it, packed ones too."""
    texts = []
    for path in sorted(Path(folder).rglob("*")):
        if path.is_file():
            content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            texts.append(content.decode("utf-8", "replace"))
    return "\n".join(texts)


def test_nothing_planted_is_told(desk):
    Path("in.csv").write_text("name,phone,next\nplanted-Company 2,13900139000,2026-01-01\n", encoding="utf-8")
    config = Path("config.yaml")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(MAILDIR, SMTP), encoding="utf-8")
    no_server = desk("remind")
    config.write_text(text, encoding="utf-8")
    answers = [
        desk("check", "--snapshot", "--mark"),
        desk("team", "add", "Planted Person Two", "planted2@example.com"),
        desk("import", "in.csv", "--sheet", "customers"),
        desk("fix", "--yes"),
        desk("remind"),
        desk("team", "leave", "Planted Person", "--to", "Ann", "--yes"),
        desk("log", "--people"),
        desk("log", "--mails", "--person", "Planted Person"),
    ]
    assert {answer.code for answer in answers} <= {0, 3}, [answer.err for answer in answers]
    answers += [no_server, desk("team", "leave", "Not Planted Person", "--to", "Ann", "--yes"), desk("undo", "--yes")]
    assert [answer.code for answer in answers[-3:]] == [1, 2, 4], "no server; nobody of that name; nothing of it kept"
    assert any(Path("Maildir").rglob("*")), "a mail went out"

    log, journal = Path("all.log").read_text(encoding="utf-8"), written("sheetcrm-journal")
    assert log.count("\n") > 100
    assert "sheetcrm.http.exchange" in log
    assert '"exchange"' in log
    said = "".join(answer.out + answer.err for answer in answers)
    for secret in (*SECRETS.values(), "hidden-0b1c2d"):
        for where, text in (("log", log), ("journal", journal), ("terminal", said)):
            assert secret not in text, where
    assert [mark for mark in PEOPLE if mark in log] == []
    assert [mark for mark in FORBIDDEN if mark in journal] == []
    assert "13900139000" in journal, "what the policy does not forbid is kept, or nobody could take it back"
