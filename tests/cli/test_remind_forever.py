"""`sheetcrm remind --forever` as a process of its own: rounds, signals, the heartbeat."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from remind_desk import MAIL, TODAY, book, mails, opened, soon, type_in


@pytest.fixture
def watcher():
    """Whoever misses us: `watcher.calls` are the paths that were called, `watcher.answer` the status."""

    class Watcher(BaseHTTPRequestHandler):
        def do_GET(self):
            server.calls.append(self.path)
            self.send_response(server.answer)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Watcher)
    server.calls, server.answer = [], 200
    server.url = f"http://127.0.0.1:{server.server_port}/us"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@contextmanager
def daemon(*arguments):
    """The process of `remind --forever`; killed at the end if it did not go by itself."""
    with reminding("--forever", *arguments) as process:
        yield process


@contextmanager
def reminding(*arguments):
    command = [sys.executable, "-m", "sheetcrm", "remind", *arguments]
    with Path("said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait(30)


def said():
    return Path("said").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals here")
def test_a_daemon_sends_what_comes_reads_its_config_anew_when_called_and_ends_when_told(sheetcrm, watcher):
    opened(sheetcrm, "east", mail=f"heartbeat: {watcher.url}\n{MAIL}")
    with daemon("--every", "1h") as process:
        assert soon(lambda: "1 spreadsheet: 1 sent; next in 1h" in said()), said()
        assert (mails(), watcher.calls) == (1, ["/us"])

        with book("east") as there:
            type_in(there, 3, "New", TODAY)
        good = Path("config.yaml").read_text(encoding="utf-8")
        Path("config.yaml").write_text(good.replace("sender:", "sneder:"), encoding="utf-8")
        process.send_signal(signal.SIGHUP)
        assert soon(lambda: mails() == 2), said()
        assert "the config of before stays" in said()

        Path("config.yaml").write_text(good.replace("path: Maildir", "path: Elsewhere"), encoding="utf-8")
        with book("east") as there:
            type_in(there, 4, "Newer", TODAY)
        process.send_signal(signal.SIGHUP)
        assert soon(lambda: mails("Elsewhere") == 1), said()
        assert soon(lambda: len(watcher.calls) == 3)

        process.terminate()
        assert process.wait(30) == 0
    assert "stopped: asked to by SIGTERM" in said()
    assert "Traceback" not in said()


def test_no_heartbeat_after_a_round_that_went_wrong_and_none_of_a_watcher_that_is_gone_matters(sheetcrm, watcher):
    one = opened(sheetcrm, "east", mail=f"heartbeat: {watcher.url}\n{MAIL}")
    text = Path("config.yaml").read_text(encoding="utf-8")
    Path("config.yaml").write_text(
        text.replace("spreadsheets:\n", f"spreadsheets:\n  gone: {{id: 1{'a' * 43}, template: desk, language: en}}\n")
    )
    assert one("remind").code == 1
    assert (mails(), watcher.calls) == (1, [])
    Path("config.yaml").write_text(text, encoding="utf-8")
    assert one("remind", "--dry-run").code == 0
    assert watcher.calls == []
    watcher.answer = 500
    answer = one("remind")
    assert (answer.code, watcher.calls) == (0, ["/us"])
    assert "heartbeat: answered 500" in answer.err
    Path("config.yaml").write_text(text.replace(watcher.url, "{env: NOT_SET_ANYWHERE}"), encoding="utf-8")
    answer = one("remind")
    assert answer.code == 0
    assert "NOT_SET_ANYWHERE" in answer.err


class Post:
    """A mail server that takes everything; `post.recipients` are whose mails came."""

    def __init__(self):
        self.recipients, self.port = [], 0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd calls it so
        self.recipients += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def post():
    found = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found.port = probe.getsockname()[1]
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    yield found
    controller.stop()


def standing():
    """Of every mail in the ledger: its state, how often it was tried, and whether somebody has it in hand."""
    with closing(sqlite3.connect("sheetcrm-ledger.db")) as ledger:
        return sorted(ledger.execute("SELECT state, attempts, lease IS NOT NULL FROM message").fetchall())


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signals here")
@pytest.mark.parametrize(
    ("arguments", "code"), [pytest.param([], 1, id="once"), pytest.param(["--forever"], 0, id="as a daemon")]
)
def test_told_to_stop_while_the_next_mail_has_to_wait_its_minute_it_stops_at_once(sheetcrm, post, arguments, code):
    by = f"{{type: smtp, host: 127.0.0.1, port: {post.port}, security: none, per_minute: 1}}"
    one = opened(sheetcrm, "east", mail=MAIL.replace("{type: maildir, path: Maildir}", by))
    with book("east") as there:
        there.worksheet("Team").update([[name, f"{name}@example.com", True] for name in ("Bob", "Cat")], "A3:C4")
        for row, owner in enumerate(("Bob", "Cat"), start=3):
            type_in(there, row, f"Customer of {owner}", TODAY, owner=owner)
    with reminding(*arguments) as process:
        assert soon(lambda: ("sent", 1, 0) in standing() if post.recipients else False), said()
        process.terminate()
        assert process.wait(30) == code, "the pace would have kept it for a minute"
    assert "asked to by SIGTERM" in said()
    assert said().count("stopped: ") == 1 + len(arguments), "of a daemon each round's, and its own"
    assert standing() == [("planned", 0, 0), ("planned", 0, 0), ("sent", 1, 0)]
    Path("config.yaml").write_text(Path("config.yaml").read_text(encoding="utf-8").replace(", per_minute: 1", ""))
    assert one("remind").code == 0
    assert sorted(post.recipients) == ["Bob@example.com", "Cat@example.com", "ann@example.com"]
