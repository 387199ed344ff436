"""The one way out: how long it waits, for whom, what it counts, and what it leaves in the log."""

from __future__ import annotations

import logging
import random
from datetime import UTC, datetime

import pytest
import requests
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account

from sheetcrm import testing
from sheetcrm.errors import ApiError, NoAnswer, NotSignedIn
from sheetcrm.sheets.answers import asked_wait
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sheets.http import Client, Patience, Wire
from sheetcrm.sheets.manners import Manners, Wait, behave
from sheetcrm.sheets.quota import Allowance, Quota
from sheetcrm.testing import Fault
from sheetcrm.testing import Quota as Limits

from .wire import Line, refusal, session

GOOD = (200, {"spreadsheetId": "x"})
BUSY = refusal(503, "The service is currently unavailable.", "UNAVAILABLE")
OVER = refusal(
    429,
    "Quota exceeded for quota metric 'Read requests'",
    details=[{"reason": "RATE_LIMIT_EXCEEDED", "metadata": {"quota_limit": "ReadRequestsPerMinutePerUser"}}],
)


class Time:
    """A clock that moves when somebody sleeps."""

    def __init__(self):
        self.now, self.naps = 1000.0, []

    def __call__(self):
        return self.now

    def sleep(self, seconds):
        self.naps.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def quota(tmp_path, time):
    return Quota(tmp_path / "quota", "ann", Allowance(user=2, project=4), clock=time)


def gateway(to, time):
    return Gateway(to, "ID", sleep=time.sleep, jitter=lambda _low, high: high)


def read(it):
    return it.describe("spreadsheetId")


def test_it_waits_for_its_turn_and_says_why(quota, time):
    told: list[Wait] = []
    to = session(Line(GOOD))
    behave(to, Manners(quota, told.append))
    it = gateway(to, time)
    for _ in range(3):
        read(it)
    assert told == [Wait("read", 62, 1)]
    assert (it.counts.reads, it.counts.repeated, it.counts.waited) == (3, 0, 62)


def test_gateways_of_one_session_keep_to_one_quota(quota, time):
    to = session(Line(GOOD))
    behave(to, Manners(quota))
    for _ in range(3):
        read(gateway(to, time))
    assert time.naps == [62]


def test_drive_is_not_held_to_the_quota_of_sheets(quota, time):
    to = session(Line((200, {"id": "x"})))
    behave(to, Manners(quota))
    drive = Drive(to, sleep=time.sleep)
    for _ in range(5):
        drive.create("Bread")
    assert time.naps == []


def test_a_refusal_all_the_same_makes_other_processes_wait(quota, tmp_path, time):
    other = Quota(tmp_path / "quota", "ann", Allowance(user=2, project=4), clock=time)
    asked = []

    class Watching(Line):
        def send(self, request, **options):
            asked.append(other.wait(other.reserve("read")) if len(self.asked) == 1 else None)
            return super().send(request, **options)

    to = session(Watching(OVER, GOOD))
    behave(to, Manners(quota))
    read(gateway(to, time))
    assert time.naps == [5]
    assert asked[1] >= 57, "two calls are in that minute already"


def test_waiting_for_a_turn_does_not_use_up_the_patience_but_refusals_do(quota, time):
    to = session(Line(GOOD, GOOD, GOOD, OVER))
    behave(to, Manners(quota))
    it = gateway(to, time)
    for _ in range(3):
        read(it)
    began = time.now
    with pytest.raises(ApiError, match="is used up"):
        read(it)
    assert time.now - began <= 120 + 62


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "17"}, 17, id="seconds"),
        pytest.param(
            {"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"},
            30,
            id="a moment, by the clock of who says it",
        ),
        pytest.param(
            {"Retry-After": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, 0, id="long ago"
        ),
        pytest.param({"Retry-After": "soon"}, None, id="no time at all"),
        pytest.param({"Retry-After": "-3"}, None, id="a negative number"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_how_long_an_answer_asks_us_to_wait(headers, seconds):
    assert asked_wait(headers) == seconds


def test_it_does_not_wait_longer_than_it_has_patience(time):
    line = Line(BUSY, GOOD, headers={"Retry-After": "3600"})
    with pytest.raises(ApiError, match="some minutes"):
        read(gateway(session(line), time))
    assert (time.naps, len(line.asked)) == ([], 1)


def test_time_spent_on_slow_answers_uses_up_the_patience_too(time):
    class Slow(Line):
        def send(self, request, **options):
            time.now += 60
            return super().send(request, **options)

    line = Slow(BUSY)
    client = Client(session(line), Wire(), Patience(sleep=time.sleep, clock=time, jitter=lambda *_: 1.0))
    with pytest.raises(ApiError):
        client.request("get", "https://sheets.googleapis.com/v4/spreadsheets/x")
    assert len(line.asked) == 2


def test_a_write_that_ran_into_another_change_is_tried_again(time):
    line = Line(refusal(409, "The operation was aborted.", "ABORTED"), GOOD)
    gateway(session(line), time).batch([{"addSheet": {}}])
    assert len(line.asked) == 2


def test_waits_are_random_below_a_limit_that_doubles():
    naps: list[float] = []
    jitter = random.Random(7).uniform
    with pytest.raises(ApiError):
        read(Gateway(session(Line(BUSY)), "ID", sleep=naps.append, jitter=jitter))
    assert all(nap <= limit for nap, limit in zip(naps, [1, 2, 4, 8, 16, *[32] * 99], strict=False))
    assert len(set(naps)) == len(naps)


def test_the_log_says_what_was_asked_without_what_people_wrote(caplog, time):
    caplog.set_level(logging.INFO, "sheetcrm.http")
    it = gateway(session(Line(BUSY, (200, {"valueRanges": []}))), time)
    it.values(["'Ann Li'!A1:B2"])
    first, second = [record for record in caplog.records if record.name == "sheetcrm.http"]
    assert "GET sheets.googleapis.com/v4/spreadsheets/ID/values:batchGet 503" in first.getMessage()
    assert "200" in second.getMessage()
    assert "attempt 2, waited 1 s" in second.getMessage()
    assert "Ann" not in caplog.text


def test_nothing_of_a_share_is_in_the_log(caplog):
    caplog.set_level(logging.INFO, "sheetcrm.http")
    drive = Drive(session(Line((200, {"id": "1"}))))
    drive.share("ID", "ann@x.org", "writer")
    drive.lift("ID", "1234567")
    text = "\n".join(record.getMessage() for record in caplog.records if record.name == "sheetcrm.http")
    assert "drive/v3/files/ID" in text
    assert "ann" not in text
    assert "1234567" not in text


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        pytest.param("invalid_grant", "sign in again with `sheetcrm login`", id="taken back"),
        pytest.param("deleted_client", "make a new one", id="no client any more"),
        pytest.param("unauthorized_client", "was not allowed to these credentials", id="not delegated"),
    ],
)
def test_a_token_that_is_refused_in_the_midst_of_it(tmp_path, reason, says):
    with testing.server(http=True) as running:
        running.faults.add(Fault("oauth2.token", reason=reason, times=9))
        file = running.service_account(tmp_path / "key.json")
        scopes = ["https://www.googleapis.com/auth/spreadsheets"]
        signed = AuthorizedSession(service_account.Credentials.from_service_account_file(file, scopes=scopes))
        running.connect(signed)
        with pytest.raises(NotSignedIn, match=says):
            Gateway(signed, "ID").batch([{"addSheet": {}}])
        assert running.requests("sheets.*") == []


def test_a_connection_that_nobody_answers_is_an_error_in_bounded_tries(time):
    line = Line(requests.ConnectionError("reset"))
    with pytest.raises(NoAnswer):
        read(gateway(session(line), time))
    assert len(line.asked) == 3


def test_at_the_server_a_quota_of_the_same_size_is_never_met(tmp_path, time):
    """The server's own minutes begin when it likes; no read of ours is ever beyond them."""
    limits = Limits(per_user=5, per_project=5)
    with testing.server(quota=limits, now=lambda: datetime.fromtimestamp(time.now, UTC)) as running:
        spreadsheet = Drive(running.session).create("Bread")
        behave(running.session, Manners(Quota(tmp_path / "q", "ann", Allowance(user=5, project=5), clock=time)))
        it = Gateway(running.session, spreadsheet, sleep=time.sleep)
        for number in range(40):
            time.now += number % 7
            read(it)
        assert {call.status for call in running.requests("sheets.*")} == {200}
