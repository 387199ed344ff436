"""Faults to order: what the client sees, what was done, and how often; in process and over HTTP alike."""

from __future__ import annotations

import re

import pytest
import requests

from sheetcrm.server.adapter import InProcess, Redirect, mount
from sheetcrm.server.app import Server
from sheetcrm.server.faults import Fault, Faults
from sheetcrm.server.reasons import REASONS, REFUSED_TOKENS

SHEETS = "https://sheets.googleapis.com/v4/spreadsheets"
DRIVE = "https://www.googleapis.com/drive/v3"


class Sleeps:
    def __init__(self):
        self.seconds = []

    def __call__(self, seconds):
        if seconds:
            self.seconds.append(seconds)


@pytest.fixture
def sleeps():
    return Sleeps()


@pytest.fixture
def calls():
    return []


@pytest.fixture
def server(sleeps, calls):
    with Server(token="open-sesame", sleep=sleeps, record=calls.append) as server:
        yield server


@pytest.fixture(params=["in process", "http"])
def session(request, server):
    with requests.Session() as session:
        session.trust_env = False
        if request.param == "in process":
            yield mount(session, InProcess(server))
        else:
            with server.listen() as listener:
                yield mount(session, Redirect(listener.url, server.token))


@pytest.fixture
def cell(session):
    made = session.post(SHEETS, json={}).json()["spreadsheetId"]
    return f"{SHEETS}/{made}/values/A1"


def write(session, cell, value="new"):
    return session.put(cell, params={"valueInputOption": "RAW"}, json={"values": [[value]]})


def read(session, cell):
    return session.get(cell).json().get("values")


def test_a_status_in_the_place_of_the_work(server, session, cell):
    server.faults.add(Fault("sheets.spreadsheets.values.*", status=503))
    answer = write(session, cell)
    assert (answer.status_code, answer.json()["error"]["status"]) == (503, "UNAVAILABLE")
    assert read(session, cell) is None


def test_too_many_requests_are_those_of_the_quota(server, session, cell):
    server.faults.add(Fault("*values.update", status=429))
    error = write(session, cell).json()["error"]
    assert "limit 'Write requests per minute per user'" in error["message"]
    assert error["details"][0]["metadata"]["quota_limit"] == "WriteRequestsPerMinutePerUser"
    server.faults.add(Fault("drive.*", status=429))
    assert session.get(f"{DRIVE}/files").json()["error"]["errors"][0]["reason"] == "rateLimitExceeded"


def test_drives_errors_keep_drives_shape(server, session):
    server.faults.add(Fault("drive.*", status=403))
    error = session.get(f"{DRIVE}/files").json()["error"]
    assert error["errors"][0]["domain"] == "global"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection(server, session, cell, calls, when):
    server.faults.add(Fault("*values.update", drop=when))
    with pytest.raises(requests.ConnectionError) as raised:
        write(session, cell)
    assert not isinstance(raised.value, requests.Timeout)
    assert "RemoteDisconnected" in str(raised.value)
    assert (calls[-1].method, calls[-1].status) == ("sheets.spreadsheets.values.update", 0)
    assert read(session, cell) == {"before": None, "after": [["new"]]}[when]


@pytest.mark.parametrize("count", [0, 7])
def test_a_body_that_ends_too_soon(server, session, cell, count):
    server.faults.add(Fault("*values.update", truncate=count))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        write(session, cell)
    assert read(session, cell) == [["new"]]


def test_a_delay_comes_before_the_answer(server, session, cell, sleeps):
    server.faults.add(Fault(delay=2.5))
    assert write(session, cell).status_code == 200
    assert sleeps.seconds == [2.5]


def test_in_process_a_late_answer_is_a_timeout_and_the_change_was_made():
    with Server() as server, mount(requests.Session(), InProcess(server)) as session:
        cell = f"{SHEETS}/{session.post(SHEETS, json={}).json()['spreadsheetId']}/values/A1"
        server.faults.add(Fault("*values.update", delay=0.02))
        with pytest.raises(requests.ReadTimeout):
            session.put(cell, params={"valueInputOption": "RAW"}, json={"values": [["x"]]}, timeout=(5, 0.01))
        assert read(session, cell) == [["x"]]


def test_after_so_many_times_all_is_well_again(server, session, cell):
    server.faults.add(Fault(status=500, times=2))
    assert [write(session, cell).status_code for _ in range(3)] == [500, 500, 200]


def test_what_does_not_match_is_left_alone(server, session, cell):
    server.faults.add(Fault("*values.get", status=500))
    assert write(session, cell).status_code == 200
    assert session.get(cell).status_code == 500


@pytest.mark.parametrize(
    ("match", "method", "path", "meant"),
    [
        ("*", "sheets.spreadsheets.get", "/v4/spreadsheets/x", True),
        ("sheets.spreadsheets.values.*", "sheets.spreadsheets.values.get", "/", True),
        ("sheets.spreadsheets.values.*", "sheets.spreadsheets.get", "/", False),
        ("drive.*", "sheets.spreadsheets.get", "/", False),
        ("/v4/spreadsheets/abc*", "sheets.spreadsheets.get", "/v4/spreadsheets/abc/values/A1", True),
        ("/v4/spreadsheets/abc*", "sheets.spreadsheets.get", "/v4/spreadsheets/xyz", False),
    ],
)
def test_matching(match, method, path, meant):
    assert Fault(match).matches(method, path) is meant


def test_the_first_ordered_happens_first():
    faults = Faults()
    faults.add(Fault("a.*", status=500))
    faults.add(Fault(status=503, times=2))
    assert [faults.take(name, "/").status for name in ("b.c", "a.b", "a.b")] == [503, 500, 503]
    assert faults.take("a.b", "/") is None
    assert faults.waiting() == []


@pytest.mark.parametrize(
    "order",
    [
        {"match": ""},
        {"status": 200},
        {"status": "503"},
        {"status": True},
        {"delay": -1},
        {"delay": "1"},
        {"delay": float("nan")},
        {"drop": "during"},
        {"truncate": -1},
        {"truncate": 1.5},
        {"times": 0},
        {"times": "2"},
        {"skip": -1},
        {"skip": "2"},
        {"drop": "after", "status": 500},
        {"drop": "before", "truncate": 1},
        {"reason": "SERVICE_DISABLE"},
        {"reason": 7},
        {"page": 7},
        {"retry_after": 7, "status": 503},
        {"reason": "SERVICE_DISABLED", "status": 403},
        {"reason": "SERVICE_DISABLED", "drop": "before"},
        {"retry_after": "7"},
    ],
    ids=str,
)
def test_an_order_that_makes_no_sense_is_refused(server, session, order):
    with pytest.raises(ValueError, match=next(iter(order))):
        Fault(**order)
    if order.get("delay") == order.get("delay"):  # JSON has no NaN
        answer = session.post(f"{SHEETS.removesuffix('/v4/spreadsheets')}/server/faults", json=order)
        assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert server.faults.waiting() == []


@pytest.mark.parametrize(
    ("match", "near"),
    [
        pytest.param("sheets.values.update", "sheets.spreadsheets.values.update", id="a name cut short"),
        pytest.param("drive.file.list", "drive.files.list", id="a letter less"),
        pytest.param("nothing.*", None, id="a pattern"),
    ],
)
def test_what_will_never_happen_is_not_ordered(server, match, near):
    with pytest.raises(ValueError, match=f"no method's name here; did you mean {re.escape(near or '')}"):
        server.faults.add(Fault(match, status=500))
    assert server.faults.waiting() == []


@pytest.mark.parametrize("match", ["*", "drive.*", "sheets.spreadsheets.get", "page.sheet", "/v4/none/yet"])
def test_what_can_happen_is(server, match):
    server.faults.add(Fault(match, status=500))
    assert [fault.match for fault in server.faults.waiting()] == [match]


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_a_refusal_by_googles_name_for_it(server, session, cell, reason):
    server.faults.add(Fault(reason=reason, times=2))
    for answer in (write(session, cell), session.get(f"{DRIVE}/files")):
        error = answer.json()["error"]
        assert answer.status_code == error["code"] == REASONS[reason].code
        assert "{" not in error["message"]
    assert error["errors"][0]["reason"] == (REASONS[reason].drive or reason)
    assert read(session, cell) is None


def test_an_api_that_is_switched_off_says_where_it_is_switched_on(server, session, cell):
    server.faults.add(Fault(reason="SERVICE_DISABLED"))
    error = write(session, cell).json()["error"]
    assert "apis/api/sheets.googleapis.com/overview?project=123456789012" in error["message"]
    (info,) = error["details"]
    assert (info["reason"], info["metadata"]["consumer"]) == ("SERVICE_DISABLED", "projects/123456789012")


@pytest.mark.parametrize("reason", sorted(REFUSED_TOKENS))
def test_a_token_that_is_refused_has_oauths_shape(server, session, reason):
    server.faults.add(Fault("oauth2.token", reason=reason))
    answer = session.post("https://oauth2.googleapis.com/token", data={})
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == reason


@pytest.mark.parametrize("status", [None, 413, 502])
def test_a_page_in_the_place_of_the_answer(server, session, cell, status):
    server.faults.add(Fault("*values.update", page="<title>Sign in</title>", status=status))
    answer = write(session, cell)
    assert (answer.status_code, answer.text) == (status or 200, "<title>Sign in</title>")
    assert answer.headers["Content-Type"].startswith("text/html")
    assert read(session, cell) is None


def test_an_error_that_says_how_long_to_wait(server, session, cell):
    server.faults.add(Fault("*values.update", status=503, retry_after="17"))
    assert write(session, cell).headers["Retry-After"] == "17"


def test_so_many_calls_go_well_before(server, session, cell):
    server.faults.add(Fault("sheets.spreadsheets.values.get", status=503, skip=2, times=2))
    assert [session.get(cell).status_code for _ in range(5)] == [200, 200, 503, 503, 200]
