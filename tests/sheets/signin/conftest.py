"""An embedded server in Google's place, and key files that it wrote."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm import testing
from sheetcrm.config import load
from sheetcrm.connect import connect
from sheetcrm.sheets.scopes import MAKING

ROBOT = "robot@project.iam.gserviceaccount.com"
ABOUT = "https://www.googleapis.com/drive/v3/about?fields=user"


class Google:
    """The server, a folder with a config that talks to it, and a clock that can be ahead of the real one."""

    def __init__(self):
        self.folder, self.ahead = None, timedelta()

    def now(self):
        return datetime.now(UTC) + self.ahead

    def key(self, content, name="key.json", mode=0o600):
        """A key file as somebody downloaded it."""
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        path.chmod(mode)
        return path

    def robot(self, **changes):
        return {**self.running.server.issuer.service_account(ROBOT, f"{self.running.url}/token"), **changes}

    def client(self, **options):
        return self.running.server.issuer.desktop(self.running.url, **options)

    def config(self, sign_in):
        path = self.folder / "config.yaml"
        path.write_text(f"api: {self.running.url}\ngoogle:\n  sign_in: {json.dumps(sign_in)}\n", encoding="utf-8")
        return load(path)

    def who(self, sign_in, scopes=MAKING):
        """(who the config says that we are, who the server says that we are)"""
        with connect(self.config(sign_in), scopes=scopes) as connection:
            answer = connection.session.get(ABOUT)
            return connection.account, answer.json()["user"]["emailAddress"]


@pytest.fixture(scope="session")
def _one():
    """One server for all: each makes an RSA key, which takes longer than most tests."""
    made = Google()
    with testing.server(http=True, now=made.now) as running:
        made.running = running
        yield made


@pytest.fixture
def google(_one, tmp_path, monkeypatch):
    _one.folder, _one.ahead = tmp_path, timedelta()
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path / "home"))
    return _one
