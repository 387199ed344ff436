"""
What every test has: short or long property tests, no config and no home of the person who runs them, and
whatever an embedded server answers meanwhile is held against Google's description of the API.

And an office for the stories: a spreadsheet made from `pipeline`, a person in
it with plain gspread, a mail server.
"""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import socket
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

import gspread
import pytest
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, settings

from sheetcrm import provision, sync, testing
from sheetcrm.logs import veiling
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run
from sheetcrm.schema import loader
from sheetcrm.server.app import Server
from sheetcrm.sheets.gateway import Drive, Gateway
from tests.server import answers

pytest_plugins = ["tests.postgres", "tests.told"]

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

slow = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
# The short form is the same on every machine; the long form looks for what nobody has seen yet.
settings.register_profile("short", max_examples=40, deadline=None, suppress_health_check=slow, derandomize=True)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=slow)
settings.load_profile("long" if os.environ.get("SHEETCRM_PROVE") else "short")


def pytest_collection_finish():
    """Modules and test items stay until the end: Python need not look through them again whenever it looks for garbage.

    That, and looking after every 20,000 objects instead of 700, is a tenth of the time of all tests.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(monkeypatch, tmp_path_factory):
    """No test reads the config, the home or the proxy settings of the person who runs it."""
    for name in (
        "SHEETCRM_CONFIG",
        "GOOGLE_APPLICATION_CREDENTIALS",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.getbasetemp() / "home"))
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path_factory.getbasetemp() / "places"))
    # What one test keeps from its logs is no secret of the next.
    monkeypatch.setattr(veiling, "_HIDDEN", set())
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "SHEETCRM_LANG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _answers_as_google_describes_them(monkeypatch):
    """No test passes while a server in this process answered with what Google's own clients could not read."""
    handle, wrong = Server.handle, []

    def checked(self, method, path, *rest, **options):
        response = handle(self, method, path, *rest, **options)
        wrong.extend(f"{method} {path}: {text}" for text in answers.violations(method, path, response))
        return response

    monkeypatch.setattr(Server, "handle", checked)
    yield
    assert not wrong, "\n".join(wrong[:20])


@pytest.fixture
def shared():
    """The folder of recorded traffic and real input that developers have and users do not."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which only developers of sheetcrm have")
    return SHARED


@pytest.fixture(scope="session")
def northwind():
    """The module of docs/examples/northwind, with `source`, the folder of Northwind's files."""
    if not SHARED.is_dir():
        pytest.skip("needs ../shared, which only developers of sheetcrm have")
    folder = str(ROOT / "docs" / "examples" / "northwind")
    sys.path.insert(0, folder)
    try:
        module = importlib.import_module("northwind")
    finally:
        sys.path.remove(folder)
    module.source = SHARED / "northwind"
    return module


@pytest.fixture(scope="session")
def _begun():
    """By name, the data of the servers that were begun so far, and what was told of them."""
    return {}


@pytest.fixture
def begun(_begun, tmp_path_factory):
    """`begun(name, make)`: a server on which `make(running)` was done, and what that gave.

    It is done once; every test has a server of its own on a copy of the data, to which nobody has sent anything yet.
    """
    base = tmp_path_factory.getbasetemp()
    with ExitStack() as stack:

        def copied(name, make):
            if name not in _begun:
                folder = Path(tempfile.mkdtemp(dir=base))
                with testing.server(data=folder) as running:
                    given = make(running)
                _begun[name] = folder, given
            folder, given = _begun[name]
            own = stack.enter_context(tempfile.TemporaryDirectory(dir=base))
            shutil.copytree(folder, own, dirs_exist_ok=True)
            return stack.enter_context(testing.server(data=Path(own))), given

        yield copied


class Office:
    """A spreadsheet from `pipeline` in Chinese with its sample rows, on 21 November 2026, and a person in it."""

    today = date(2026, 11, 21)
    now = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

    def __init__(self, running, folder, template, identity):
        self.people = {"甲": "one@example.com", "乙": "two@example.com", "丙": "three@example.com"}
        self.running, self.folder, self.template = running, folder, template
        self.gateway = Gateway(running.session, identity)
        self.book = running.client.open_by_key(self.gateway.spreadsheet_id)
        self.tab = self.book.worksheet("客户进度")
        self.header = self.tab.row_values(1)

    @classmethod
    def make(cls, running):
        """The spreadsheet; its template and id."""
        template = loader.named("pipeline")
        gateway = Gateway(running.session, Drive(running.session).create("客户进度"))
        provision.apply(gateway, provision.plan(gateway, template, "zh", today=cls.today, samples=True))
        return template, gateway.spreadsheet_id

    def plan(self, template=None, **options):
        return provision.plan(self.gateway, template or self.template, "zh", today=self.today, **options)

    def read(self):
        return sync.read(self.gateway, self.template, language="zh")

    def put(self, column, row, value, *, raw=False):
        """Type `value` under that header."""
        cell = gspread.utils.rowcol_to_a1(row, self.header.index(column) + 1)
        option = gspread.utils.ValueInputOption.raw if raw else gspread.utils.ValueInputOption.user_entered
        self.tab.update([[value]], cell, value_input_option=option)

    def follow_ups(self, owners, people=None, due=date(2026, 11, 19)):
        """One row an owner from row 6 on, due on that day, and the team as given from its row 5 on."""
        team = [[name, address, "销售", "", "", True] for name, address in (people or self.people).items()]
        self.book.worksheet("团队").update(team, "A5", value_input_option="RAW")
        day = (due - date(1899, 12, 30)).days
        rows = [[f"C{at}", f"客户{at}", "需求分析", "", owner, day] for at, owner in enumerate(owners, 1)]
        self.tab.update(rows, "A6", value_input_option="RAW")

    def remind(self, port, *, allow=("example.com",), today=None, now=None):
        """One run of the reminder job against the mail server on that port."""
        wanted = Settings(Sender.parse("crm@example.com"), AllowList.of(allow))
        notifier = SmtpNotifier("127.0.0.1", port, "none", timeout=2)
        with Ledger.open(self.folder / "ledger.db") as ledger:
            clock = now or self.now
            return run(self.read(), ledger, notifier, today=today or self.today, now=lambda: clock, settings=wanted)


@pytest.fixture
def office(begun, tmp_path):
    running, made = begun("pipeline", Office.make)
    return Office(running, tmp_path, *made)


class Post:
    """A real SMTP server that takes every mail, refuses everything with `refusal`, or some recipients with `refuse`."""

    def __init__(self):
        self.refuse, self.refusal, self.mails = (), "", []

    async def handle_MAIL(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's name
        envelope.mail_from = address
        return self.refusal or "250 ok"

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - as above
        if address in self.refuse:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as above
        self.mails.append((envelope.rcpt_tos, envelope.content))
        return "250 ok"


@pytest.fixture
def post():
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        post.port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=post.port)
    controller.start()
    yield post
    controller.stop()
