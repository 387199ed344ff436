"""Google's limits a minute, when asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm.server.app import Server
from sheetcrm.server.errors import ApiError
from sheetcrm.server.quota import Meter, Quota

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
AUTH = {"Authorization": "Bearer open-sesame"}
NEW = ("POST", "/v4/spreadsheets", "", AUTH, b"{}")


class Clock:
    def __init__(self):
        self.time = NOON

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def server(clock):
    with Server(token="open-sesame", quota=Quota(), now=clock) as server:
        yield server


def test_the_sixty_first_write_of_a_minute_is_refused(server, clock):
    answers = [server.handle(*NEW).status for _ in range(61)]
    assert answers == [200] * 60 + [429]
    clock.time += timedelta(seconds=60)
    assert server.handle(*NEW).status == 200


def test_the_refusal_is_googles_and_names_no_time_to_wait(server):
    answer = [server.handle(*NEW) for _ in range(61)][-1]
    error = answer.json()["error"]
    assert error["code"] == 429
    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["message"] == (
        "Quota exceeded for quota metric 'Write requests' and limit 'Write requests per minute per user' of service "
        "'sheets.googleapis.com' for consumer 'project_number:123456789012'."
    )
    info, help_ = error["details"]
    assert (info["reason"], info["domain"]) == ("RATE_LIMIT_EXCEEDED", "googleapis.com")
    assert info["metadata"] == {
        "service": "sheets.googleapis.com",
        "consumer": "projects/123456789012",
        "quota_metric": "sheets.googleapis.com/write_requests",
        "quota_limit": "WriteRequestsPerMinutePerUser",
        "quota_limit_value": "60",
        "quota_unit": "1/min/{project}/{user}",
        "quota_location": "global",
    }
    assert help_["@type"] == "type.googleapis.com/google.rpc.Help"
    assert "retry-after" not in {name.lower() for name in answer.headers}


def test_reads_writes_and_drive_are_counted_apart(server):
    made = [server.handle(*NEW).json()["spreadsheetId"] for _ in range(60)][-1]
    assert server.handle("GET", f"/v4/spreadsheets/{made}", "", AUTH).status == 200
    assert {server.handle("GET", "/drive/v3/files", "", AUTH).status for _ in range(70)} == {200}


def test_a_caller_whom_nobody_knows_spends_nothing(server):
    wrong = {"Authorization": "Bearer wrong"}
    assert {server.handle("POST", "/v4/spreadsheets", "", wrong, b"{}").status for _ in range(70)} == {401}
    assert server.handle(*NEW).status == 200


def test_without_a_quota_there_is_none(clock):
    with Server(token="open-sesame", now=clock) as server:
        assert {server.handle(*NEW).status for _ in range(70)} == {200}


def test_a_project_of_many_has_three_hundred(clock):
    meter = Meter(Quota(), now=clock)
    for number in range(300):
        meter.charge("read", f"{number % 6}@x.org")
    with pytest.raises(ApiError) as raised:
        meter.charge("read", "another@x.org")
    assert "limit 'Read requests per minute' of" in raised.value.message
    assert raised.value.details[0]["metadata"]["quota_unit"] == "1/min/{project}"
    assert raised.value.details[0]["metadata"]["quota_limit"] == "ReadRequestsPerMinutePerProject"
    meter.charge("write", "another@x.org")
    meter.charge("page", "another@x.org")


def test_callers_at_once_spend_no_more_than_there_is(clock):
    meter = Meter(Quota(), now=clock)
    passed = []

    def spend():
        for _ in range(20):
            try:
                meter.charge("read", "ann@x.org")
            except ApiError:
                continue
            passed.append(1)

    threads = [threading.Thread(target=spend) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(passed) == 60
