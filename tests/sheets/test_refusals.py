"""Every refusal of Google's says what to do, with the address, the role and the URL where it is done."""

from __future__ import annotations

import pytest

from sheetcrm import testing
from sheetcrm.errors import ApiError, NotAllowed, NotFound, NotSignedIn
from sheetcrm.messages import speaking
from sheetcrm.server.reasons import REASONS
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.testing import Fault

from .wire import Line, refusal, session

SHARE = r"Share https://docs\.google\.com/spreadsheets/d/ID with bot@p1\.iam\.gserviceaccount\.com as editor"
PAGE = "<html><head><title>Error 413 (Request Entity Too Large)!!1</title></head><body>That’s an error.</body></html>"


def gateway(*answers):
    signed = session(Line(*answers))
    signed.account = "bot@p1.iam.gserviceaccount.com"
    return Gateway(signed, "ID", sleep=lambda _: None)


@pytest.fixture
def running():
    with testing.server() as running:
        yield running


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        pytest.param(
            "SERVICE_DISABLED",
            r"Google Sheets API is not switched on .*https://console\.cloud\.google\.com/apis/library/sheets\.googleapis\.com\?project=123456789012",
            id="an API that is off, with the page of that project",
        ),
        pytest.param("USER_PROJECT_DENIED", "project 123456789012: give .* Service Usage Consumer", id="wrong project"),
        pytest.param("CONSUMER_INVALID", "may not use the Google Cloud project 123456789012", id="no such project"),
        pytest.param("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "sign in again with `sheetcrm login`", id="too few scopes"),
        pytest.param("failedPrecondition", "Excel file .* Save as Google Sheets", id="an .xlsx that was uploaded"),
    ],
)
def test_what_the_sheets_api_refuses(running, reason, says):
    running.faults.add(Fault(reason=reason))
    with pytest.raises(ApiError, match=says):
        Gateway(running.session, "ID").describe("properties")


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        pytest.param("SERVICE_DISABLED", r"Google Drive API is not switched on .*drive\.googleapis\.com", id="off"),
        pytest.param("storageQuotaExceeded", "Make a blank spreadsheet yourself", id="no storage"),
        pytest.param("teamDriveFileLimitExceeded", "Shared Drive is full", id="a full Shared Drive"),
        pytest.param("appNotAuthorizedToFile", "drive.file we see only files that we made", id="a file of a person"),
        pytest.param("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "sign in again", id="too few scopes"),
        pytest.param("sharingRateLimitExceeded", "share with a group", id="too many shares"),
        pytest.param("dailyLimitExceeded", "for today is used up", id="the quota of a day"),
        pytest.param("insufficientFilePermissions", "needs the role editor", id="no role"),
        pytest.param("domainPolicy", "ask who manages it", id="the organisation forbids it"),
        pytest.param("invalidSharingRequest", "share with somebody inside", id="sharing outside"),
    ],
)
def test_what_drive_refuses(running, reason, says):
    running.faults.add(Fault(reason=reason))
    with pytest.raises(ApiError, match=says):
        Drive(running.session).create("Bread")


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        pytest.param(refusal(403, "The caller does not have permission"), NotAllowed, SHARE, id="not shared"),
        pytest.param(refusal(404, "Requested entity was not found."), NotFound, "nobody shared it", id="not there"),
        pytest.param(refusal(401, "Invalid Credentials"), NotSignedIn, "sheetcrm login", id="not signed in"),
        pytest.param(
            refusal(
                400, "This action would increase the number of cells in the workbook above the limit of 10000000 cells."
            ),
            ApiError,
            r"10,000,000 cells.*sheetcrm archive",
            id="too many cells",
        ),
        pytest.param(
            refusal(400, "You are trying to edit a protected cell or object. Please contact the spreadsheet owner"),
            ApiError,
            r"is protected, and bot@p1\.iam\.gserviceaccount\.com is not among those",
            id="protected",
        ),
        pytest.param(
            (413, PAGE),
            ApiError,
            r"smaller parts.*Request Entity Too Large",
            id="a request too large, by the front door",
        ),
        pytest.param(
            (403, "<h1>Blocked by policy</h1>"),
            NotAllowed,
            "not one of the API's.*Blocked by policy",
            id="a proxy's page",
        ),
        pytest.param((400, '{"error": "nope"}'), ApiError, "not one of the API's", id="JSON of somebody else"),
        pytest.param((400, '["nope"]'), ApiError, "not one of the API's", id="a list"),
        pytest.param((418, ""), ApiError, "not one of the API's", id="nothing at all"),
    ],
)
def test_what_is_refused_without_a_reason(answer, error, says):
    with pytest.raises(error, match=says):
        gateway(answer).batch([{"addSheet": {}}])


def test_a_page_with_an_error_is_told_by_its_title_alone():
    with pytest.raises(ApiError) as caught:
        gateway((502, PAGE)).batch([{"addSheet": {}}])
    assert "<" not in str(caught.value)
    assert "try again in some minutes" in str(caught.value)


def test_googles_reason_is_kept_for_programs():
    answer = refusal(
        403,
        "no",
        "PERMISSION_DENIED",
        errors=[{"reason": "forbidden"}],
        details=[{"reason": "CONSUMER_INVALID", "metadata": {"consumer": "projects/bread-1"}}],
    )
    with pytest.raises(NotAllowed, match="project bread-1") as caught:
        gateway(answer).describe("properties")
    assert (caught.value.status, caught.value.reason) == (403, "CONSUMER_INVALID")


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_refusal_is_said_in_chinese_too(running, reason):
    running.faults.add(Fault(reason=reason, times=9))
    with speaking("zh"), pytest.raises(ApiError) as caught:
        Gateway(running.session, "ID", sleep=lambda _: None, deadline=1).batch([{"addSheet": {}}])
    assert any("一" <= letter <= "鿿" for letter in str(caught.value))
