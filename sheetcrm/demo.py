"""
The whole main job as a story: an admin's commands, a day of a team's edits, and what comes of it.

Nothing is staged: the admin's part runs the very commands that it prints, each
in a process of its own; the team's part is plain gspread against the embedded
server; the mail goes to a real SMTP server on loopback.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import gspread
import requests
from aiosmtpd.controller import Controller

from sheetcrm.connect import open_local
from sheetcrm.errors import Refused, SheetcrmError
from sheetcrm.messages import tr
from sheetcrm.preview import picture
from sheetcrm.provision.render import SIGNS
from sheetcrm.remind.notifiers.folder import save
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template

MARKER = ".sheetcrm-demo"
SOMETHING_TO_SEE = 3
CONFIG = """\
# Written by `sheetcrm local demo`.
api: local
data: data
spreadsheets: {{}}
mail:
  sender: {sender} <crm@example.com>
  allow: ["*@example.com"]
  # The demo's own mail server.  It is gone when the demo ends; {{type: folder, path: mails}} needs none.
  by: {{type: smtp, host: 127.0.0.1, port: {port}, security: none}}
"""
WORDS = {
    "zh": {
        "title": "客户进度",
        "sender": "客户提醒",
        "people": [("陈晨", "chen.chen@example.com"), ("林悦", "lin.yue@example.com"), ("赵磊", "zhao.lei@example.com")],
        "customers": ["星河包装", "云栖民宿", "青禾农业", "海川物流", "木子烘焙", "明德教育", "万象文创", "立夏花艺", "拾光书店", "东篱茶业", "北岸单车"],
        "renamed": "客户全称",
        "own": "生日",
        "misspelt": "谈合同",
        "said": "电话沟通，约定下周再谈。",
    },
    "en": {
        "title": "Sales pipeline",
        "sender": "Customer reminders",
        "people": [("Grace Chen", "grace.chen@example.com"), ("Owen Lin", "owen.lin@example.com"), ("Ray Zhao", "ray.zhao@example.com")],
        "customers": ["Star Packaging", "Cloud Guesthouse", "Green Grain", "Sea Freight", "Mutz Bakery", "Bright School", "Vista Design", "Early Summer Flowers", "Old Light Books", "East Hedge Tea", "North Shore Bikes"],
        "renamed": "Company name",
        "own": "Birthday",
        "misspelt": "Kontract",
        "said": "Spoke on the phone; to talk again next week.",
    },
}  # fmt: skip
Say = Callable[[str], None]


def run(
    folder: Path, *, language: str, today: Callable[[str], date], say: Say, pictures: Path | None = None
) -> dict[str, Any]:
    """
    Play the story in `folder`, which is made anew, and return its figures; `today` tells the day in a time zone.

    Refused when the folder is there and not of an earlier demo; SheetcrmError
    when a step does not do what it should.
    """
    _make_anew(folder)
    words = WORDS[language]
    mails = folder / "mails"
    with _mail_server(mails) as port, open_local(folder / "data") as session:
        (folder / "config.yaml").write_text(CONFIG.format(sender=words["sender"], port=port), encoding="utf-8")
        template = loader.load(loader.find("pipeline"))
        story = _Story(folder, template, language, today(template.time_zone), session, say)
        figures = story.tell()
        if pictures is not None:
            _pictures(story, figures, pictures)
    say("\n" + tr("The whole main job is done, and nothing was lost on the way."))
    say(tr("Mails to open: {mails}/*.html (and .eml)", mails=mails))
    say(
        tr("The sheet:     cd {folder} && {python} -m sheetcrm local serve", folder=folder, python=Path(sys.executable))
    )
    return figures


def _make_anew(folder: Path) -> None:
    if folder.exists():
        if not (folder / MARKER).exists():
            raise Refused(
                tr("refused: {folder} is there and was not made by a demo; name another with --folder", folder=folder)
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()


class _Inbox:
    """What the SMTP server does with a mail: keeps it as .eml and .html."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        save(envelope.content, self.folder)
        return "250 kept"


@contextmanager
def _mail_server(folder: Path) -> Iterator[int]:
    """A real SMTP server on a free port of loopback; the port."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    controller = Controller(_Inbox(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass
class _Story:
    """The demo at work: its folder, template and language, a session that answers Google's URLs."""

    folder: Path
    template: Template
    language: str
    today: date
    session: requests.Session
    say: Say

    @property
    def words(self) -> dict[str, Any]:
        return WORDS[self.language]

    def tell(self) -> dict[str, Any]:
        """All steps in order; their figures."""
        figures: dict[str, Any] = {"requests": {}}
        self._provision(figures)
        self.say(
            "\n# "
            + tr(
                "The team works in the sheet, with plain gspread here: new rows, a renamed header, a moved column, a column of their own, mistakes."
            )
        )
        self._team_works()
        self._plan_after(figures)
        self._check(figures)
        self._remind(figures)
        return figures

    # The admin

    def sheetcrm(self, *arguments: str, expect: tuple[int, ...] = (0,)) -> Any:
        """Run one command in a process of its own; its JSON."""
        shown = " ".join(f'"{word}"' if " " in word else word for word in arguments)
        self.say(f"\n$ sheetcrm {shown}")
        command = [sys.executable, "-m", "sheetcrm", *arguments, "--json"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, encoding="utf-8", check=False)  # noqa: S603 - our own
        if done.returncode not in expect:
            raise SheetcrmError(
                tr(
                    "sheetcrm {words} ended with {code}: {said}",
                    words=shown,
                    code=done.returncode,
                    said=done.stderr.strip(),
                )
            )
        return json.loads(done.stdout)

    def _provision(self, figures: dict[str, Any]) -> None:
        applied = self.sheetcrm(
            "apply", "pipeline", "--create", self.words["title"], "--lang", self.language, "--with-samples"
        )
        kinds = [change["address"].split(".") for change in applied["changes"]]
        tabs, columns = sum(kind[-1] == "tab" for kind in kinds), sum(kind[-1] == "column" for kind in kinds)
        self.say(
            tr(
                "made: {tabs} {tabs:tab|tabs}, {columns} {columns:column|columns}, {count} {count:thing|things} in one batch of {cost}",
                tabs=tabs,
                columns=columns,
                count=len(kinds),
                cost=_cost(applied),
            )
        )
        figures |= {
            "changes": len(kinds),
            "tabs": tabs,
            "columns": columns,
            "spreadsheet": applied["spreadsheet"],
            "url": applied["url"],
        }
        figures["requests"]["apply"] = applied["requests"]
        again = self.sheetcrm("plan")
        left = len(again["changes"])
        self.say(tr("plan right after it: {count} {count:change|changes} ({cost})", count=left, cost=_cost(again)))
        figures["second_plan_changes"] = left
        figures["requests"]["plan"] = again["requests"]

    def _plan_after(self, figures: dict[str, Any]) -> None:
        plan = self.sheetcrm("plan")
        losses = [change for change in plan["changes"] if change["action"] == "delete"]
        self.say(
            tr(
                "the next plan takes {count} {count:thing|things} away and keeps {kept} as people have it; the new colleagues get their views",
                count=len(losses),
                kept=len(plan["kept"]),
            )
        )
        told = [change for change in plan["changes"] if not change["address"].endswith(".memory")]
        for change in told:
            self.say(f"  {SIGNS[change['action']]} {change['address']}  {change['text'][:60]}")
        for kept in plan["kept"]:
            self.say(f"  = {kept['address']}  {kept['text']}")
        figures |= {
            "plan_after_edits_changes": [change["address"] for change in told],
            "plan_after_edits_losses": len(losses),
            "kept": len(plan["kept"]),
        }

    def _check(self, figures: dict[str, Any]) -> None:
        checked = self.sheetcrm("check", expect=(0, SOMETHING_TO_SEE))
        figures |= {"issues": checked["issues"], "records": sum(checked["records"].values())}
        figures["requests"]["check"] = checked["requests"]
        self.say(
            tr(
                "read: {records} {records:record|records}; {wrong} wrong {wrong:cell|cells} ({cost})",
                records=figures["records"],
                wrong=len(checked["issues"]),
                cost=_cost(checked),
            )
        )
        for issue in checked["issues"]:
            self.say(f"  {issue['a1']}  {issue['message']}  ({issue['code']})\n      {issue['link']}")

    def _remind(self, figures: dict[str, Any]) -> None:
        first = self.sheetcrm("remind", expect=(0, SOMETHING_TO_SEE))
        sent = [mail for mail in first["mails"] if mail["state"] == "sent"]
        self.say(tr("{count} {count:mail|mails} sent ({cost})", count=len(sent), cost=_cost(first)))
        if first["mirroring"]:
            cost = _cost({"requests": first["mirroring"]})
            self.say(tr("the sheet says when each row was last told of ({cost})", cost=cost))
        for mail in sent:
            self.say(f"  {mail['name']} <{mail['address']}>  {mail['subject']}")
        for unsent in first["unsent"]:
            place, message = unsent["place"]["a1"], unsent["message"]
            self.say(tr("  nobody to tell: {place}  {message}", place=place, message=message))
        figures["mails_sent"] = len(sent)
        figures["requests"]["remind"] = first["requests"]
        second = self.sheetcrm("remind", expect=(0, SOMETHING_TO_SEE))
        figures["second_run_mails"] = sum(mail["state"] == "sent" for mail in second["mails"])
        self.say(tr("second run: {count} {count:mail|mails}", count=figures["second_run_mails"]))

    # The team

    def _team_works(self) -> None:
        spreadsheet_id = self._spreadsheet_id()
        book = gspread.Client(auth=None, session=self.session).open_by_key(spreadsheet_id)
        self._type(
            book,
            "team",
            [{"name": name, "email": email, "role": "sales", "active": True} for name, email in self.words["people"]],
        )
        self._type(book, "progress", self._customers())
        self._type(
            book, "log", [{"customer": "C0001", "date": self.today - timedelta(days=6), "content": self.words["said"]}]
        )
        self._rearrange(book)

    def _spreadsheet_id(self) -> str:
        from sheetcrm import config  # noqa: PLC0415 - the story reads like the command line: config last

        return config.load(self.folder / "config.yaml").spreadsheets[self.words["title"]].id

    def _customers(self) -> list[dict[str, Any]]:
        """Rows as people type them: `next` in days from today, one done, and a wrong date, a misspelt stage, an id twice, no owner; for each owner one that is told on a day off, too."""
        owners = [name for name, _ in self.words["people"]]
        rows: list[dict[str, Any]] = [
            {"stage": "needs", "owner": owners[0], "next": 0, "amount": 36000, "phone": "13911112222"},
            {"stage": "proposal", "owner": owners[0], "next": -5, "amount": 88000, "probability": 0.6},
            {"stage": "contact", "owner": owners[1], "next": -9, "amount": 15000},
            {"stage": "won", "owner": owners[1], "next": -2, "amount": 52000, "probability": 1},
            {"stage": "lead", "owner": owners[2], "next": f"{self.today.year}-13-05"},
            {"stage": self.words["misspelt"], "owner": owners[2], "next": 10, "amount": 9000},
            {"id": "C0002", "stage": "lead", "owner": owners[1], "next": 1},
            {"stage": "lead", "owner": "", "next": 0},
            {"stage": "contact", "owner": owners[0], "next": 1, "amount": 24000},
            {"stage": "contract", "owner": owners[0], "next": -1, "amount": 130000, "probability": 0.9},
            {"stage": "lead", "owner": owners[2], "next": -10},
        ]
        for number, (name, row) in enumerate(zip(self.words["customers"], rows, strict=True), 1):
            row |= {"id": row.get("id", f"C{number:04d}"), "name": name}
            if isinstance(row["next"], int):
                row["next"] = self.today + timedelta(days=row["next"])
        return rows

    def _type(self, book: gspread.Spreadsheet, sheet: str, rows: list[dict[str, Any]]) -> None:
        """Type rows below what is there, under the headers as people see them."""
        spec = self.template.sheets[sheet]
        tab = book.worksheet(spec.title.say(self.language))
        header = tab.row_values(1)
        key = header.index(spec.columns[next(iter(rows[0]))].title.say(self.language)) + 1
        first = len(tab.col_values(key)) + 1
        ranges = []
        for number, row in enumerate(rows, first):
            for column, value in row.items():
                at = header.index(spec.columns[column].title.say(self.language)) + 1
                ranges.append(
                    {"range": gspread.utils.rowcol_to_a1(number, at), "values": [[self._typed(sheet, column, value)]]}
                )
        tab.batch_update(ranges, value_input_option=gspread.utils.ValueInputOption.user_entered)

    def _typed(self, sheet: str, column: str, value: Any) -> Any:
        """As a person types it: a day as text, an option by its title."""
        if isinstance(value, date):
            return value.isoformat()
        options = getattr(self.template.sheets[sheet].columns[column], "options", None) or {}
        return options[value].title.say(self.language) if value in options else value

    def _rearrange(self, book: gspread.Spreadsheet) -> None:
        """Rename a header, move a column to the front of another, insert a column of their own."""
        spec = self.template.sheets["progress"]
        tab = book.worksheet(spec.title.say(self.language))
        header = tab.row_values(1)
        at = {key: header.index(column.title.say(self.language)) for key, column in spec.columns.items()}
        tab.update_cell(1, at["name"] + 1, self.words["renamed"])
        span = {"sheetId": tab.id, "dimension": "COLUMNS", "startIndex": at["amount"], "endIndex": at["amount"] + 1}
        book.batch_update({"requests": [{"moveDimension": {"source": span, "destinationIndex": at["stage"]}}]})
        tab.insert_cols([[self.words["own"], "", "", "", "", "5-20", "8-1"]], col=3, inherit_from_before=True)


def _cost(answer: dict[str, Any]) -> str:
    cost = answer["requests"]
    return tr("{reads} reads, {writes} writes", **cost)


def _pictures(story: _Story, figures: dict[str, Any], folder: Path) -> None:
    """The sheet and a digest as PNG, taken with Chromium."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = max((story.folder / "mails").glob("*.html"), key=lambda page: page.stat().st_size)
    picture(figures["url"], folder / "sheet.png", (1440, 560))
    picture(digest.absolute().as_uri(), folder / "digest.png", (760, 580))
