"""From nothing to a provisioned spreadsheet with each way to sign in, as a person types it; the browser is another test's."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from sheetcrm import testing
from sheetcrm.sheets.scopes import ACCESS, AUTH, MAKE, READ, WRITE

ROBOT = "crm@project.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def server():
    with testing.server(http=True) as running:
        yield running


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Where the keys go, which `init` names in the config."""
    monkeypatch.setenv("SHEETCRM_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "config"
    folder.mkdir(parents=True)
    return folder


def written(path, content):
    path.touch(mode=0o600)
    path.write_text(json.dumps(content), encoding="utf-8")


def begun(sheetcrm, server, way):
    """A config as `init` makes it, with the embedded server in Google's place."""
    assert sheetcrm("init", "--sign-in", way).code == 0
    config = Path("config.yaml")
    config.write_text(config.read_text(encoding="utf-8").replace("api: google", f"api: {server.url}"), encoding="utf-8")


@pytest.fixture
def robot(sheetcrm, server, home):
    written(home / "key.json", server.server.issuer.service_account(ROBOT, f"{server.url}/token"))
    begun(sheetcrm, server, "service_account")
    return sheetcrm


@pytest.fixture
def desktop(sheetcrm, server, home):
    written(home / "client.json", server.server.issuer.desktop(server.url))
    begun(sheetcrm, server, "desktop")
    return sheetcrm


@pytest.fixture
def person(monkeypatch):
    """Somebody who opens the address that is printed, elsewhere, and pastes where they end up."""

    class Person(io.StringIO):
        agrees, ticks, account = True, None, "you@example.com"

        def readline(self, *_):
            said = self.terminal.getvalue()
            page = requests.get(re.search(r"http://\S+auth\?\S+", said)[0], timeout=5)
            assert page.status_code == 200, page.text
            ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
            scopes = re.findall(r'name="scope" value="([^"]+)"', page.text)
            form = {"ticket": ticket, "account": self.account, "decision": "allow" if self.agrees else "deny"}
            form["scope"] = [scope for scope in scopes if self.ticks is None or scope in self.ticks]
            parts = urlsplit(page.url)
            address = f"{parts.scheme}://{parts.netloc}{parts.path}"
            return requests.post(address, data=form, allow_redirects=False, timeout=5).headers["Location"] + "\n"

    found = Person()
    found.terminal = io.StringIO()
    monkeypatch.setattr("sys.stdin", found)
    return found


@pytest.fixture
def login(desktop, person, monkeypatch):
    """`sheetcrm login --no-browser …` with that person."""

    def command(*arguments):
        with monkeypatch.context() as patch:
            real = sys.stderr.write
            person.terminal = io.StringIO()
            patch.setattr(sys.stderr, "write", lambda text: (person.terminal.write(text), real(text))[1])
            return desktop("login", "--no-browser", *arguments)

    return command


def test_a_service_account_from_key_to_spreadsheet(robot, server):
    answer = robot("login")
    assert answer.code == 0, answer.err
    assert answer.out == f"signed in as {ROBOT}\n"
    assert "share each spreadsheet with that address" in answer.err
    blank = server.client.create("Made by a person")
    url = f"https://docs.google.com/spreadsheets/d/{blank.id}/edit"
    refused = robot("apply", "pipeline", "--in", url, "--lang", "en")
    assert refused.code == 1
    assert ROBOT in refused.err
    assert blank.id in refused.err
    blank.share(ROBOT, perm_type="user", role="writer", notify=False)
    assert robot("apply", "pipeline", "--in", url, "--lang", "en").code == 0
    assert robot("plan", "--check").code == 0


def test_what_is_asked_for_is_shown_first(login):
    answer = login()
    assert answer.code == 0, answer.err
    asked, told = answer.err.index("drive.file: make files"), answer.err.index("open this in a browser")
    assert asked < told
    assert "spreadsheets: see, change" in answer.err
    assert "drive: " not in answer.err


def test_a_person_without_a_browser_here_makes_a_spreadsheet(login, desktop, home):
    answer = login("--json")
    assert answer.code == 0, answer.err
    assert answer.json["account"] == "you@example.com"
    kept = Path(answer.json["file"])
    assert kept.parent == home / "tokens"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    made = desktop("apply", "pipeline", "--create", "Ours", "--lang", "en")
    assert made.code == 0, made.err
    assert "you@example.com" in made.err
    assert desktop("plan", "--check").code == 0


def test_a_sign_in_for_reading_reads_and_is_refused_the_rest_before_anything_is_sent(login, desktop, server):
    assert login().code == 0
    assert desktop("apply", "pipeline", "--create", "Read", "--lang", "en").code == 0
    assert login("--for", "read").code == 0
    assert desktop("check").code in (0, 3)
    server.forget_requests()
    refused = desktop("apply")
    assert refused.code == 1
    assert "sheetcrm login" in refused.err
    assert server.requests() == []


def test_sharing_asks_for_more_by_name(login, desktop):
    assert login().code == 0
    assert desktop("apply", "pipeline", "--create", "Shared", "--lang", "en").code == 0
    refused = desktop("plan", "--share")
    assert "drive.metadata.readonly" in refused.err
    assert "sheetcrm login --for share" in refused.err
    answer = login("--for", "share", "--json")
    assert {WRITE, ACCESS} <= set(answer.json["scopes"])
    assert "sheetcrm login" not in desktop("plan", "--share").err


def test_a_person_who_says_no(login, person, home):
    person.agrees = False
    answer = login()
    assert answer.code == 1
    assert "Nothing was agreed to" in answer.err
    assert not list((home).glob("tokens/*"))


def test_a_person_who_unticks_what_it_needs(login, person, home):
    person.ticks = {MAKE}
    answer = login()
    assert answer.code == 1
    assert "left out spreadsheets" in answer.err
    assert not list((home).glob("tokens/*"))


@pytest.mark.parametrize(
    "pasted",
    [
        pytest.param("4/abc\n", id="the code alone"),
        pytest.param("http://127.0.0.1:8085/?state=x&code=4/abc\n", id="an answer to another question"),
        pytest.param("http://[\n", id="no address at all"),
    ],
)
def test_what_is_pasted_is_no_answer(desktop, monkeypatch, pasted):
    monkeypatch.setattr("sys.stdin", io.StringIO(pasted))
    answer = desktop("login", "--no-browser")
    assert answer.code == 1
    assert "whole address" in answer.err
    assert "abc" not in answer.err


def test_logging_out_takes_it_back_at_google_and_here(login, desktop, home):
    assert login().code == 0
    (kept,) = (home / "tokens").glob("*.json")
    before = kept.read_text(encoding="utf-8")
    assert desktop("logout").out == "signed out: you@example.com\n"
    assert not kept.exists()
    assert "not signed in yet: sheetcrm login" in desktop("apply", "pipeline", "--in", "1" * 44).err
    written(kept, json.loads(before) | {"expires": "2020-01-01T00:00:00+00:00"})
    again = desktop("apply", "pipeline", "--in", "1" * 44, "--lang", "en")
    assert again.code == 1
    assert "expired or revoked" in again.err
    assert "sheetcrm login" in again.err
    assert "Testing" in again.err
    assert desktop("logout").code == 0
    assert desktop("logout").out == "nobody was signed in\n"


def test_a_token_file_that_others_can_read_is_refused(login, desktop, home):
    assert login().code == 0
    (kept,) = (home / "tokens").glob("*.json")
    kept.chmod(0o644)
    answer = desktop("plan", "--in", "1" * 44)
    assert answer.code == 4
    assert f"chmod 600 {kept}" in answer.err


def test_a_damaged_token_file_is_not_quoted(login, desktop, home):
    assert login().code == 0
    (kept,) = (home / "tokens").glob("*.json")
    kept.write_text(kept.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    answer = desktop("plan", "--in", "1" * 44)
    assert answer.code == 1
    assert "sheetcrm login" in answer.err
    assert "1//" not in answer.err


def test_nobody_signs_in_to_the_embedded_server_of_a_folder(sheetcrm):
    assert sheetcrm("init", "--local").code == 0
    answer = sheetcrm("login")
    assert answer.code == 2
    assert "api: google" in answer.err


def test_logging_out_of_a_key_file_says_that_nothing_is_kept(robot):
    answer = robot("logout")
    assert answer.code == 2
    assert "desktop" in answer.err


def test_reading_commands_ask_for_reading_alone(robot, server, monkeypatch):
    """What is asked for is read off the signed assertion as it leaves."""
    blank = server.client.create("Made by a person")
    blank.share(ROBOT, perm_type="user", role="writer", notify=False)
    assert robot("apply", "pipeline", "--in", blank.id, "--lang", "en").code == 0
    asked = []
    handle = server.server.issuer.by_assertion
    monkeypatch.setattr(
        server.server.issuer, "by_assertion", lambda *given: asked.append(found := handle(*given)) or found
    )
    for words in (
        ["plan"],
        ["check"],
        ["export", "progress", "--out", "x.csv"],
        ["status"],
        ["remind", "--dry-run"],
        ["report"],
    ):
        answer = robot(*words)
        assert "insufficient" not in answer.err, words
        assert [one.scopes for one in asked] == [{READ}], (words, answer.err)
        asked.clear()
    for words in (["check", "--unmark"], ["check", "--mark"]):
        assert "insufficient" not in robot(*words).err
        assert [one.scopes for one in asked] == [{WRITE}], words
        asked.clear()
    assert READ == AUTH + "spreadsheets.readonly"
