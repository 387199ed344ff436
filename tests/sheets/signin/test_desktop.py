"""A person's browser and our program: who is listened to, and what is kept."""

from __future__ import annotations

import html
import json
import re
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sheetcrm.connect import connect
from sheetcrm.errors import NoAnswer, NotSignedIn, Refused
from sheetcrm.logs.veiling import cleaned
from sheetcrm.server.faults import Fault
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sheets.scopes import MAKING, READING, WHO, WRITE
from sheetcrm.sheets.signin import Desktop, consent, kept
from tests.server.browser import CHROMIUM, Browser


@pytest.fixture
def web():
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture
def way(google):
    google.key(google.client(), "client.json")
    return Desktop(client=Path("client.json"))


def signed_in(google, way, web, **options):
    """Sign in, with what the person does in the background."""
    return way.sign_in(google.folder, MAKING, web, now=google.now, **{"show": _agreeing(web), **options})


def _agreeing(web):
    """A browser that agrees at once, without any windows."""

    def agree(url):
        page = web.get(url, timeout=5).text
        form = {
            "ticket": html.unescape(re.search(r'name="ticket" value="([^"]+)"', page)[1]),
            "scope": re.findall(r'name="scope" value="([^"]+)"', page),
            "account": "you@example.com",
            "decision": "allow",
        }
        answer = requests.post(url.partition("?")[0], data=form, timeout=5)
        assert answer.status_code == 200

    return lambda url: threading.Thread(target=agree, args=(url,)).start()


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium")
def test_in_a_real_browser(google, way, web, tmp_path):
    """The page's policy lets the form lead back to us, and our own page shows; nothing is on the console."""
    seen = []

    def show(url):
        def person():
            with Browser(tmp_path / "profile") as browser:
                browser.open(url)
                browser.run("document.querySelector('button[value=allow]').click()")
                browser.until("document.readyState === 'complete' && document.title === 'sheetcrm'")
                seen.extend([browser.run("document.body.innerText"), browser.errors])

        thread.append(threading.Thread(target=person))
        thread[0].start()

    thread = []
    found, _path = signed_in(google, way, web, show=show)
    thread[0].join()
    assert found.account == "you@example.com"
    assert set(found.scopes) == {*MAKING, *WHO}
    assert seen == ["sheetcrm has the answer. Close this window and go back to the terminal.", []]
    made = {"type": "desktop", "client": "client.json"}
    with connect(google.config(made), scopes=MAKING) as connection:
        new = Drive(connection.session).create("Ours")
        assert Gateway(connection.session, new).describe("properties.title")["properties"]["title"] == "Ours"


def test_whoever_else_calls_is_not_listened_to(google, way, web):
    """Another page on this machine cannot bring a code of its own, nor end the waiting."""
    calls = []

    def show(url):
        address = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        for path in (
            "/favicon.ico",
            "/",
            "/?state=wrong&code=4/evil",
            "/?state=wrong&error=access_denied",
            "/x?state=y",
        ):
            calls.append(web.get(address + path, timeout=5).status_code)
        _agreeing(web)(url)

    found, _ = signed_in(google, way, web, show=show)
    assert found.account == "you@example.com"
    assert calls[:2] == [404, 404]


def test_nobody_comes_back(google, way, web):
    with pytest.raises(NotSignedIn, match="--no-browser"):
        signed_in(google, way, web, show=lambda _: None, patience=0.05)


def test_two_questions_have_nothing_in_common(way, google):
    client = consent.client_of(google.folder / "client.json")
    one, other = (consent.question(client, MAKING, "http://127.0.0.1:1") for _ in range(2))
    assert one.state != other.state
    assert one.verifier != other.verifier
    assert one.verifier not in one.url
    assert not {one.state, one.verifier, client.secret} & set(repr(one).split("'"))


def test_the_other_account_than_the_config_says(google, web):
    google.key(google.client(), "client.json")
    way = Desktop(client=Path("client.json"), account="boss@example.com")
    with pytest.raises(NotSignedIn, match=r"you@example\.com.*boss@example\.com"):
        signed_in(google, way, web)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(Fault("oauth2.token", drop="before"), NoAnswer, id="the network goes away"),
        pytest.param(Fault("oauth2.token", status=503), NotSignedIn, id="a fault of Google's"),
        pytest.param(Fault("oauth2.token", truncate=0), NoAnswer, id="half an answer"),
    ],
)
def test_a_token_endpoint_that_fails_leaves_nothing_behind(google, way, web, fault, error):
    google.running.faults.clear()
    google.running.faults.add(fault)
    with pytest.raises(error):
        signed_in(google, way, web)
    assert not list((google.folder / "home").rglob("*.json"))
    signed_in(google, way, web)


def test_an_expired_token_is_refreshed_and_kept(google, way, web):
    before, path = signed_in(google, way, web)
    kept.keep(path, aged(before))
    sign_in = {"type": "desktop", "client": "client.json"}
    assert google.who(sign_in) == ("you@example.com", "you@example.com")
    after = kept.read(path)
    assert after.access_token != before.access_token
    assert datetime.fromisoformat(after.expires) > datetime.now(UTC) + timedelta(minutes=50)
    assert path.stat().st_mode & 0o777 == 0o600
    assert not list(path.parent.glob(".new-*"))


def test_nothing_of_a_sign_in_stands_in_a_log(google, way, web):
    found, _ = signed_in(google, way, web)
    client = consent.client_of(google.folder / "client.json")
    for secret in (found.refresh_token, found.access_token, client.secret):
        assert secret not in cleaned(f"asked with {secret} just now")
        assert secret not in repr(found)


def test_a_token_that_is_still_good_is_used_by_the_next_command(google, way, web):
    signed_in(google, way, web)
    google.running.forget_requests()
    google.who({"type": "desktop", "client": "client.json"})
    assert not google.running.requests("oauth2.token")


def test_a_client_in_testing_after_a_week(google, web):
    google.key(google.client(testing=True), "client.json")
    way = Desktop(client=Path("client.json"))
    given, path = signed_in(google, way, web)
    kept.keep(path, aged(given))
    google.ahead = timedelta(days=8)
    with (
        connect(google.config({"type": "desktop", "client": "client.json"})) as connection,
        pytest.raises(NotSignedIn, match=r"you@example\.com.*sheetcrm login.*seven days.*Testing.*auth/audience"),
    ):
        Gateway(connection.session, "1" * 44).describe("sheets")


def test_what_was_agreed_to_is_what_can_be_asked(google, way, web):
    way.sign_in(google.folder, READING, web, now=google.now, show=_agreeing(web))
    with pytest.raises(NotSignedIn, match=r"spreadsheets.*sheetcrm login"):
        way.credentials(google.folder, {WRITE})
    way.credentials(google.folder, READING)


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        pytest.param({"installed": None}, NotSignedIn, "something else", id="nothing in it"),
        pytest.param({"installed": {"client_id": "x"}}, NotSignedIn, "client_secret", id="half of it"),
        pytest.param({"web": {}, "installed": None}, NotSignedIn, "Desktop app", id="of a web application"),
        pytest.param({"installed": {"token_uri": "http://evil.example/"}}, Refused, "https", id="sent in clear"),
    ],
)
def test_a_client_file_that_is_none(google, change, error, said):
    content = {name: value for name, value in {**google.client(), **change}.items() if value is not None}
    google.key(content, "client.json")
    with pytest.raises(error, match=said):
        consent.client_of(google.folder / "client.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"account": 1}', json.dumps({"scopes": [], "expires": "soon"})])
def test_what_is_kept_was_damaged(google, text):
    path = google.key(text, "token.json")
    with pytest.raises(NotSignedIn, match="sheetcrm login"):
        kept.read(path)


def aged(held):
    """The same sign-in, as if it were of two hours ago."""
    return replace(held, access_token="ya29.old", expires=(datetime.now(UTC) - timedelta(hours=2)).isoformat())
