"""
An empty home, a checkout → a spreadsheet and a reminder mail, by the README's steps, each with the seconds that it took.

Run by scripts/walk in a fresh clone.  Only two things are not as with Google:
the config says `api:` with the embedded server's address, and the key files,
which the console would let one download, are written by that server.
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller

from sheetcrm import testing

sys.path.insert(0, str(Path.cwd()))
from tests.server.browser import CHROMIUM, Browser

ROBOT = "crm@project.iam.gserviceaccount.com"
ADDRESS = re.compile(r"http://\S+auth\?\S+")


class Walk:
    """The steps so far."""

    def __init__(self, running: testing.Running) -> None:
        self.running = running
        self.steps: list[tuple[str, float]] = []

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """Measure what is done in it."""
        began = time.monotonic()
        yield
        self.steps.append((what, time.monotonic() - began))
        print(f"{self.steps[-1][1]:7.1f} s  {what}", file=sys.stderr)

    def command(
        self, words: str, *, codes: tuple[int, ...] = (0,), said: Callable[[str], None] = lambda _: None
    ) -> str:
        """Type it at a terminal and say yes to its question; what it showed."""
        with self.step("`sheetcrm " + re.sub(r"https:\S+", "URL", words) + "`"):
            code, shown = typed(words, said)
        if code not in codes:
            raise SystemExit(f"sheetcrm {words} ended with {code}:\n{shown}")
        return shown


def typed(words: str, said: Callable[[str], None]) -> tuple[int, str]:
    """Exit code and what was shown of a command at a terminal of its own; `said` hears everything as it comes."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "BROWSER": "true", "COLUMNS": "300"}
    process = subprocess.Popen(  # noqa: S603 - the words are ours
        ["sheetcrm", *words.split()],  # noqa: S607 - as one types it
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    )
    os.close(theirs)
    shown, asked = "", 0
    while select.select([ours], [], [], 120)[0]:
        try:
            part = os.read(ours, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        shown += part.decode("utf-8", "replace")
        said(shown)
        if shown.count("[y/N]") > asked:
            os.write(ours, b"y\n")
            asked += 1
    os.close(ours)
    return process.wait(20), shown


def kept(path: Path, content: object) -> None:
    """A file that was downloaded, where `init` said, for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    path.chmod(0o600)


def pointed(config: Path, running: testing.Running, mail: str) -> None:
    """The config with the embedded server in Google's place, and with a mail server."""
    text = config.read_text(encoding="utf-8").replace("api: google", f"api: {running.url}")
    config.write_text(re.sub(r"  by:\n.*", mail, text, flags=re.DOTALL), encoding="utf-8")


def as_a_robot(walk: Walk, mail: str) -> None:
    """README.md: steps 3 to 7."""
    running = walk.running
    shown = walk.command("init --sign-in service_account")
    with walk.step("the key file to where that says, `chmod 600`"):
        place = re.search(r"(~/\S+/key\.json)", shown)
        assert place, shown
        kept(Path(place[1]).expanduser(), running.server.issuer.service_account(ROBOT, f"{running.url}/token"))
    pointed(Path("config.yaml"), running, mail)
    shown = walk.command("login")
    assert f"signed in as {ROBOT}" in shown, shown
    with walk.step("a blank spreadsheet, shared with that address as Editor (by API)"):
        blank = running.client.create("Blank")
        blank.share(ROBOT, perm_type="user", role="writer", notify=False)
    url = f"https://docs.google.com/spreadsheets/d/{blank.id}/edit"
    walk.command(f"apply pipeline --in {url} --lang zh")
    walk.command("plan --check")
    walk.command("doctor", codes=(0, 3))
    with walk.step("a colleague and a customer typed in (by API)"):
        people = blank.worksheet("团队")
        people.append_row(["陈晨", "chen@example.com", "销售", "", "", True], table_range="A1")
        due = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
        row = {"客户编号": "C0001", "客户名称": "星河", "销售阶段": "需求分析", "负责人": "陈晨", "下次跟进日期": due}
        tab = blank.worksheet("客户进度")
        header = tab.row_values(1)
        for title, value in row.items():
            tab.update_cell(2, header.index(title) + 1, value)
    walk.command("check", codes=(0, 3))
    shown = walk.command("remind --dry-run", codes=(0, 3))
    assert "chen@example.com" in shown, shown
    walk.command("remind", codes=(0, 3))
    assert "remind" in walk.command("remind install cron")


def as_oneself(walk: Walk, mail: str) -> None:
    """docs/google.md, You yourself: with a real browser."""
    running = walk.running
    shown = walk.command("init --sign-in desktop --config mine.yaml")
    with walk.step("the client's file to where that says, `chmod 600`"):
        place = re.search(r"(~/\S+/client\.json)", shown)
        assert place, shown
        kept(Path(place[1]).expanduser(), running.server.issuer.desktop(running.url))
    pointed(Path("mine.yaml"), running, mail)
    shown = walk.command("login --config mine.yaml", said=Person())
    assert "signed in as you@example.com" in shown, shown
    walk.command("apply pipeline --create Ours --lang zh --config mine.yaml")
    walk.command("plan --check --config mine.yaml")


class Person:
    """Whoever sits before the browser: opens the address that the terminal shows, reads, and presses Allow."""

    def __init__(self) -> None:
        self.begun: threading.Thread | None = None

    def __call__(self, shown: str) -> None:
        found = ADDRESS.search(shown)
        if found and self.begun is None and shown[found.end() :].strip("\r") != "":
            self.begun = threading.Thread(target=self.agree, args=(found[0],))
            self.begun.start()

    def agree(self, url: str) -> None:
        with Browser(Path.home() / "browser") as browser:
            browser.open(url)
            browser.run("document.querySelector('button[value=allow]').click()")
            browser.until("document.readyState === 'complete' && document.title === 'sheetcrm'")


class Post:
    """A mail server on loopback that takes everything."""

    def __init__(self) -> None:
        self.mails: list[list[str]] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: object) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails.append(envelope.rcpt_tos)  # type: ignore[attr-defined]
        return "250 ok"


def main(began: float, cloned: float, installed: float) -> None:
    """Walk both ways; a table on stdout."""
    post = Post()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(post, hostname="127.0.0.1", port=port)
    controller.start()
    mail = f'  by: {{type: smtp, host: 127.0.0.1, port: {port}, security: none}}\n  allow: ["*@example.com"]\n'
    with testing.server(http=True) as running:
        walk = Walk(running)
        walk.steps += [
            ("`git clone`", cloned - began),
            ("`pip install '.[all]'` into a new environment", installed - cloned),
        ]
        as_a_robot(walk, mail)
        assert post.mails == [["chen@example.com"]], post.mails
        robot = len(walk.steps)
        if CHROMIUM:
            as_oneself(walk, mail)
    controller.stop()
    print("| step | seconds |\n|---|---|")
    for number, (what, seconds) in enumerate(walk.steps):
        if number == robot:
            print("| *as yourself, instead:* | |")
        print(f"| {what} | {seconds:.1f} |")
    print(f"\n{sum(seconds for _, seconds in walk.steps[:robot]):.0f} s from nothing to a mail as a robot")


if __name__ == "__main__":
    main(*map(float, sys.argv[1:4]))
