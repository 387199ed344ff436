"""Calls are counted, repeated only where that is safe, and refused in words that say what to do."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import requests

from sheetcrm import testing
from sheetcrm.errors import ApiError, NoAnswer, NotAllowed, NotFound, NotSignedIn
from sheetcrm.sheets.gateway import Drive, Gateway

from .wire import Line, refusal, session

GOOD = (200, {"spreadsheetId": "x"})
QUOTA = refusal(429, "Quota exceeded for quota metric 'Read requests'", "RESOURCE_EXHAUSTED")
BUSY = refusal(503, "The service is currently unavailable.", "UNAVAILABLE")
LOST = requests.ReadTimeout("read timed out")
NO_WAY = requests.ConnectTimeout("connect timed out")


def gateway(line, slept=None):
    """A gateway over that line that writes down how long it would have slept, always as long as it may."""
    naps = [] if slept is None else slept
    return Gateway(session(line), "ID", sleep=naps.append, jitter=lambda _low, high: high)


def read(gateway):
    return gateway.describe("spreadsheetId")


def write(gateway):
    return gateway.batch([{"addSheet": {}}])


@pytest.mark.parametrize(
    ("call", "fault", "tries"),
    [
        pytest.param(read, QUOTA, 2, id="a read over quota is repeated"),
        pytest.param(read, BUSY, 2, id="a read at a busy server is repeated"),
        pytest.param(read, LOST, 2, id="a read without an answer is repeated"),
        pytest.param(write, QUOTA, 2, id="a write over quota was not carried out: repeated"),
        pytest.param(write, NO_WAY, 2, id="a write that never connected: repeated"),
        pytest.param(write, BUSY, 1, id="a write at a busy server may have been carried out: not repeated"),
        pytest.param(write, LOST, 1, id="a write without an answer may have been carried out: not repeated"),
        pytest.param(read, refusal(400, "Unable to parse range: X"), 1, id="a wrong request stays wrong"),
        pytest.param(
            read,
            refusal(403, "no", errors=[{"reason": "storageQuotaExceeded"}]),
            1,
            id="a full storage is no rate limit",
        ),
    ],
)
def test_what_is_repeated(call, fault, tries):
    line = Line(fault, GOOD)
    if tries == 1:
        with pytest.raises(ApiError):
            call(gateway(line))
    else:
        call(gateway(line))
    assert len(line.asked) == tries


def test_it_gives_up_at_the_deadline():
    slept: list[float] = []
    with pytest.raises(ApiError, match="quota of the API is used up"):
        read(gateway(Line(QUOTA), slept))
    assert sum(slept) <= 120
    assert slept[:4] == [1, 2, 4, 8]


@pytest.mark.parametrize(
    "fault", [LOST, NO_WAY, requests.ConnectionError("refused")], ids=["silence", "no way", "refused"]
)
def test_where_nobody_answers_it_gives_up_soon(fault):
    line = Line(fault)
    with pytest.raises(NoAnswer, match="network"):
        read(gateway(line))
    assert len(line.asked) == 3


def test_it_waits_as_long_as_it_is_told():
    slept: list[float] = []
    read(gateway(Line(QUOTA, GOOD, headers={"Retry-After": "17"}), slept))
    assert slept == [17]


def test_repeated_requests_are_counted():
    it = gateway(Line(QUOTA, BUSY, GOOD))
    read(it)
    assert (it.counts.reads, it.counts.writes, it.counts.drive) == (3, 0, 0)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        pytest.param(
            refusal(404, "Requested entity was not found.", "NOT_FOUND"),
            NotFound,
            r"no spreadsheet ID, or nobody shared it.*bot@project as editor",
            id="an id that does not exist",
        ),
        pytest.param(
            refusal(403, "The caller does not have permission", "PERMISSION_DENIED"),
            NotAllowed,
            r"Share https://docs\.google\.com/spreadsheets/d/ID with bot@project as editor",
            id="a spreadsheet that is not shared",
        ),
        pytest.param(
            refusal(403, "Sheets API has not been used", "PERMISSION_DENIED", details=[{"reason": "SERVICE_DISABLED"}]),
            NotAllowed,
            "not switched on",
            id="an API that is not switched on",
        ),
        pytest.param(
            refusal(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"),
            NotSignedIn,
            "Check the credentials",
            id="wrong credentials",
        ),
        pytest.param(
            refusal(400, "Unable to parse range: X", "INVALID_ARGUMENT"),
            ApiError,
            "Unable to parse range: X",
            id="anything else, in Google's words",
        ),
        pytest.param((500, {"oops": "not Google's shape"}), ApiError, "500", id="not even Google's shape"),
        pytest.param(NO_WAY, NoAnswer, "No answer", id="nobody there"),
    ],
)
def test_errors_say_what_to_do(answer, error, says):
    line = Line(answer)
    signed = session(line)
    signed.credentials = SimpleNamespace(service_account_email="bot@project")
    with pytest.raises(error, match=says):
        read(Gateway(signed, "ID", sleep=lambda _: None))


def test_a_lost_write_says_that_it_may_have_happened():
    with pytest.raises(NoAnswer, match="may or may not have happened"):
        write(gateway(Line(LOST)))


def test_a_service_account_without_storage_is_told_what_to_do():
    full = refusal(
        403, "The user's Drive storage quota has been exceeded.", errors=[{"reason": "storageQuotaExceeded"}]
    )
    with pytest.raises(NotAllowed, match="Make a blank spreadsheet yourself"):
        Drive(session(Line(full))).create("x")


def test_nothing_to_send_is_no_call():
    line = Line(GOOD)
    it = gateway(line)
    assert it.batch([]) == {}
    assert it.write([]) == {}
    assert line.asked == []


class TestAgainstTheServer:
    @pytest.fixture
    def running(self):
        with testing.server() as running:
            yield running

    def test_a_file_is_made_found_written_and_read_by_columns(self, running):
        drive = Drive(running.session)
        it = Gateway(running.session, drive.create("Bread"))
        assert [file["name"] for file in drive.files()] == ["Bread"]
        it.write([{"range": "A1:B3", "values": [["a", "=1+1"], ["0012", 2.5], ["", True]]}])
        assert it.values(["Sheet1!A1:B9", "Sheet1!D1:E9"]) == [[["a", "0012"], ["=1+1", 2.5, True]], []]
        assert it.describe("properties.title") == {"properties": {"title": "Bread"}}
        assert (it.counts.reads, it.counts.writes) == (2, 1)
        assert drive.counts.drive == 2

    def test_columns_are_read_by_their_mark(self, running):
        it = Gateway(running.session, Drive(running.session).create("Bread"))
        span = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
        metadata = {"metadataKey": "sheetcrm", "metadataValue": "a.b", "visibility": "DOCUMENT"}
        it.batch(
            [{"createDeveloperMetadata": {"developerMetadata": {**metadata, "location": {"dimensionRange": span}}}}]
        )
        it.write([{"range": "A1:B2", "values": [["x", "y"], ["1", 2]]}])
        found = it.columns([{"developerMetadataLookup": {"metadataKey": "sheetcrm", "metadataValue": "a.b"}}])
        assert [part["valueRange"]["values"] for part in found] == [[["y", 2]]]

    def test_an_id_that_does_not_exist(self, running):
        with pytest.raises(NotFound):
            read(Gateway(running.session, "no-such-id"))


def test_whoever_gets_access_gets_no_mail():
    line = Line((200, {"id": "1"}))
    Drive(session(line)).share("ID", "ann@x.org", "writer")
    (asked,) = line.asked
    assert "sendNotificationEmail=false" in asked.url


@pytest.mark.parametrize(
    "sparse", [pytest.param(False, id="all of it matters"), pytest.param(True, id="little of it matters")]
)
def test_cells_are_the_same_whether_much_or_little_of_them_will_be_looked_at(sparse):
    cells = ["客户", "\ud83d", "", "客户", 46024, 0.1, True, None]
    answer = {"valueRanges": [{"valueRange": {"values": [cells]}}]}
    (found,) = gateway(Line((200, answer))).columns([{"a1Range": "A:A"}], sparse=sparse)
    assert [(type(cell), cell) for cell in found["valueRange"]["values"][0]] == [(type(cell), cell) for cell in cells]
