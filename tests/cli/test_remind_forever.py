"""`sheetcrm remind --forever` as a process of its own: rounds, signals, the heartbeat."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
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
    """The process; killed at the end if it did not go by itself."""
    command = [sys.executable, "-m", "sheetcrm", "remind", "--forever", *arguments]
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
