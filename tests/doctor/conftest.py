"""One team whose reminders, backups and access are all as they should be, at an embedded server in Google's place."""

from __future__ import annotations

import json
import re
import socket
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from sheetcrm import testing
from sheetcrm.cli import main
from sheetcrm.doctor import Finding, Patient, Wish, World, examine
from sheetcrm.sheets.signin import Desktop

ROBOT = "crm@project.iam.gserviceaccount.com"
SHOP = """\
version: 2
title: {zh: 店, en: Shop}
team: {sheet: team, name: name, email: email, role: role, active: active}
sheets:
  orders:
    title: {zh: 订单, en: Orders}
    key: id
    rows: 20
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      next: {type: date, title: {zh: 下次, en: Next}}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    rows: 20
    columns:
      name: {type: text, title: {zh: 姓名, en: Name}, required: true, unique: true}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
      role: {type: choice, title: {zh: 角色, en: Role}, options: {sales: {zh: 销售, en: Sales}}}
      active: {type: checkbox, title: {zh: 在职, en: Active}}
share: {sales: writer}
reminders:
  follow_up:
    {type: date, title: {zh: 跟进, en: Follow up}, sheet: orders, date: next, owner: owner, show: [id]}
"""


class Team:
    """The folder, the server, what the config says, and what the doctor finds when some of it is otherwise."""

    def __init__(self, folder: Path, running: testing.Running, said: dict[str, Any]) -> None:
        self.folder, self.running, self.said = folder, running, said

    @property
    def book(self) -> Any:
        """The spreadsheet, as its owner has it."""
        return self.running.client.open_by_key(self.said["spreadsheets"]["shop"]["id"])

    def config(self, **otherwise: Any) -> str:
        """A config beside the first that says some of it otherwise; None takes a part out."""
        said = {name: value for name, value in {**self.said, **otherwise}.items() if value is not None}
        path = self.folder / "otherwise.yaml"
        path.write_text(json.dumps(said), encoding="utf-8")
        return str(path)

    def findings(
        self, *only: str, world: dict[str, Any] | None = None, to_admins: bool = False, **otherwise: Any
    ) -> list[Finding]:
        """What the doctor finds."""
        nowhere = self.folder / "no mounts"
        around = World(**{"mounts": nowhere, "patience": 20.0, "sleep": lambda _: None, **(world or {})})
        with Patient(Wish(self.config(**otherwise), None, to_admins), around) as patient:
            return list(examine(patient, only))

    def person_agrees(self, scopes: Collection[str]) -> None:
        """you@example.com signs in with `client.json`, and agrees to these scopes."""
        self.running.desktop(self.folder / "client.json").chmod(0o600)
        way = Desktop(client=Path("client.json"))

        def agree(url: str) -> None:
            page = requests.get(url, timeout=5).text
            ticket = re.search(r'name="ticket" value="([^"]+)"', page)
            assert ticket is not None
            form = {"ticket": ticket[1], "account": "you@example.com", "decision": "allow"}
            data = {**form, "scope": re.findall(r'name="scope" value="([^"]+)"', page)}
            assert requests.post(url.partition("?")[0], data=data, timeout=5).status_code == 200

        with requests.Session() as web:
            way.sign_in(
                self.folder,
                scopes,
                web,
                now=lambda: datetime.now(UTC),
                show=lambda url: threading.Thread(target=agree, args=(url,)).start(),
            )

    def finding(self, check: str, about: str = "", **options: Any) -> Finding:
        """The one of that check."""
        (found,) = [one for one in self.findings(check, **options) if (one.check, one.about) == (check, about)]
        return found


@pytest.fixture(scope="package")
def _shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    folder = tmp_path_factory.mktemp("shop")
    with testing.server(http=True) as running:
        with pytest.MonkeyPatch.context() as patch:
            said = _made(folder, running, patch)
        yield Team(folder, running, said)


def _made(folder: Path, running: testing.Running, patch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the config says of a spreadsheet that was set up by the commands that people type."""
    patch.setenv("SHEETCRM_HOME", str(folder / "home"))
    patch.chdir(folder)
    running.service_account(folder / "key.json", ROBOT).chmod(0o600)
    (folder / "shop.yaml").write_text(SHOP, encoding="utf-8")
    blank = running.client.create("Shop")
    blank.share(ROBOT, perm_type="user", role="writer", notify=False)
    said = {
        "api": running.url,
        "google": {"sign_in": {"type": "service_account", "key": "key.json"}},
        "spreadsheets": {"shop": {"id": blank.id, "template": "./shop.yaml", "language": "en"}},
        "mail": {"sender": "crm@x.org", "allow": ["x.org"], "by": {"type": "maildir", "path": "Post"}},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(said), encoding="utf-8")
    typed("apply", "--in", "shop", "--yes")
    blank.worksheet("Team").update([["Ann", "ann@x.org", "Sales", True]], "A2", raw=True)
    blank.share("ann@x.org", perm_type="user", role="writer", notify=False)
    for command in ("apply", "remind", "backup"):
        typed(command)
    typed("backup", "verify")
    return said


@pytest.fixture
def shop(_shop: Team, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """The team, with everything as it should be; nothing that was ordered to fail stays."""
    monkeypatch.setenv("SHEETCRM_HOME", str(_shop.folder / "home"))
    monkeypatch.chdir(_shop.folder)
    yield _shop
    _shop.running.faults.clear()


def typed(*words: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert not ended.value.code, words


class Post:
    """A mail server that lets in whoever says `s3cret`, and what it took."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, ...]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        self.mails.append(tuple(envelope.rcpt_tos))
        return "250 OK"


@contextmanager
def post_office() -> Iterator[tuple[Post, int]]:
    post = Post()

    def accepts(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"s3cret", handled=False)

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port, authenticator=accepts, auth_require_tls=False)
    controller.start()
    try:
        yield post, port
    finally:
        controller.stop()


@pytest.fixture(scope="package")
def post() -> Iterator[tuple[Post, int]]:
    """The mail server, and its port."""
    with post_office() as found:
        yield found
