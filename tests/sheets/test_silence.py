"""Where no answer of Google's comes, the error says where on the way it was lost, and whether a change may have happened."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from sheetcrm import testing
from sheetcrm.errors import NoAnswer, NotSignedIn
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sheets.http import UNANSWERED_TRIES
from sheetcrm.testing import Fault

from .wire import Line, session

UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")
UNTRUSTED.verify_message = "self-signed certificate in certificate chain"
BLOCKED = OSError("Tunnel connection failed: 407 Proxy Authentication Required")
GOOD = (200, {"spreadsheetId": "x"})


def within(error, cause):
    return error(MaxRetryError(None, "/", cause))


def read(gateway):
    return gateway.describe("spreadsheetId")


def write(gateway):
    return gateway.batch([{"addSheet": {}}])


def gateway(line, **options):
    return Gateway(session(line), "ID", sleep=lambda _: None, **options)


REFUSED = within(requests.ConnectionError, NewConnectionError(None, "refused"))
UNKNOWN = within(requests.ConnectionError, NameResolutionError("sheets.googleapis.com", None, OSError()))
PROXIED = within(requests.exceptions.ProxyError, BLOCKED)
DISTRUSTED = within(requests.exceptions.SSLError, UNTRUSTED)
NO_TOKEN = TransportError(REFUSED)


@pytest.mark.parametrize(
    ("fault", "says", "tries"),
    [
        pytest.param(REFUSED, "Is the network", 3, id="nobody listens"),
        pytest.param(UNKNOWN, "nobody here knows that name", 3, id="no such name"),
        pytest.param(requests.ConnectTimeout("late"), "within 60 s", 3, id="no way"),
        pytest.param(PROXIED, "407 Proxy Authentication Required.*HTTPS_PROXY", 1, id="a proxy that wants a name"),
        pytest.param(DISTRUSTED, "self-signed certificate.*google: {ca: FILE}", 1, id="a proxy that reads along"),
        pytest.param(NO_TOKEN, "No answer from oauth2.googleapis.com", 3, id="no way to sign in"),
    ],
)
@pytest.mark.parametrize("call", [read, write])
def test_a_change_that_never_left_is_not_in_doubt(fault, says, tries, call):
    line = Line(fault)
    with pytest.raises(NoAnswer, match=says) as caught:
        call(gateway(line))
    assert "may or may not" not in str(caught.value)
    assert len(line.asked) == tries <= UNANSWERED_TRIES


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(requests.ReadTimeout("late"), id="no answer in time"),
        pytest.param(requests.ConnectionError("reset"), id="a connection that broke"),
        pytest.param(requests.exceptions.ChunkedEncodingError("short"), id="an answer cut short"),
        pytest.param((200, "<title>Welcome to the hotel</title>"), id="a page that says all is well"),
        pytest.param((200, "[]"), id="JSON that is no object"),
    ],
)
def test_a_change_that_may_have_happened_is_said_to_and_not_sent_again(fault):
    line = Line(fault)
    with pytest.raises(NoAnswer, match="may or may not have happened"):
        write(gateway(line))
    assert len(line.asked) == 1
    assert read(gateway(Line(fault, GOOD))) == GOOD[1], "a read is tried again"


def test_a_file_that_may_have_been_made_is_looked_for_in_drive():
    line = Line(requests.ReadTimeout("late"))
    with pytest.raises(NoAnswer, match="look at your files in Drive"):
        Drive(session(line), sleep=lambda _: None).create("Bread")
    assert [one.method for one in line.asked] == ["POST", "GET", "GET", "GET"]


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param("invalid_grant: Token has been expired or revoked.", "sheetcrm login.*7 days", id="expired"),
        pytest.param(
            "invalid_grant: Invalid JWT: … Check your iat and exp values", "clock of this machine", id="clock"
        ),
        pytest.param("invalid_grant: Invalid JWT Signature.", "Make a new key", id="a key that was deleted"),
        pytest.param("deleted_client: The OAuth client was deleted.", "make a new one", id="no client any more"),
        pytest.param("Unable to acquire impersonated credentials", "Token Creator", id="no right to impersonate"),
        pytest.param("unauthorized_client: …", "was not allowed to these credentials", id="not delegated"),
        pytest.param("something new", "did not accept the credentials: something new", id="what nobody foresaw"),
    ],
)
def test_a_sign_in_that_is_refused_says_what_to_do(said, says):
    line = Line(RefreshError(said, {"error": "…"}))
    with pytest.raises(NotSignedIn, match=says):
        write(gateway(line))
    assert len(line.asked) == 1


def test_a_sign_in_that_failed_for_the_moment_is_tried_again():
    assert write(gateway(Line(RefreshError("internal_failure", retryable=True), GOOD))) == GOOD[1]


def test_an_answer_that_drips_for_ever_ends():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip():
            connection, _ = listening.accept()
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n\r\n")
            while True:
                try:
                    connection.sendall(b" ")
                except OSError:
                    return
                time.sleep(0.02)

        threading.Thread(target=drip, daemon=True).start()
        to = session(testing.Redirect(f"http://127.0.0.1:{listening.getsockname()[1]}"))
        began = time.monotonic()
        with pytest.raises(NoAnswer, match="may or may not"):
            write(Gateway(to, "ID", timeout=0.1))
        assert time.monotonic() - began < 10


@pytest.mark.parametrize("http", [False, True], ids=["in process", "over HTTP"])
@pytest.mark.parametrize(
    ("order", "happened"),
    [
        pytest.param({"drop": "before"}, False, id="the connection breaks before the work"),
        pytest.param({"drop": "after"}, True, id="the connection breaks after the work"),
        pytest.param({"truncate": 3}, True, id="the answer is cut"),
        pytest.param({"page": "<title>Proxy</title>"}, False, id="somebody in between answers"),
        pytest.param({"status": 503}, False, id="a busy server"),
    ],
)
def test_against_the_server_no_write_is_sent_twice(http, order, happened):
    with testing.server(http=http) as running:
        it = Gateway(running.session, Drive(running.session).create("Bread"), sleep=lambda _: None)
        running.forget_requests()
        running.faults.add(Fault("*.batchUpdate", **order))
        with pytest.raises(Exception, match=r"may or may not|fault of its own"):
            it.batch([{"addSheet": {"properties": {"title": "Twice"}}}])
        assert len(running.requests("*.batchUpdate")) == 1
        titles = [sheet["properties"]["title"] for sheet in it.describe("sheets.properties.title")["sheets"]]
        assert titles.count("Twice") == happened


def test_a_storm_of_429_ends_in_an_error_within_the_deadline(tmp_path):
    slept: list[float] = []
    with testing.server() as running:
        running.faults.add(Fault(status=429, times=1000))
        with pytest.raises(Exception, match="quota of the API is used up"):
            Gateway(running.session, "ID", sleep=slept.append).batch([{"addSheet": {}}])
    assert sum(slept) <= 120
