"""
What Google refused → one of our errors, with what to do now in its text.

Google's own words are kept: they are what people search for.
"""

from __future__ import annotations

from gspread.exceptions import APIError

from sheetcrm.errors import ApiError, NotAllowed, NotFound, NotSignedIn


def reason_of(error: APIError) -> str:
    """Google's own word for it: Drive's reason, the ErrorInfo's, or the status."""
    body = error.error
    for part in [*body.get("errors", []), *body.get("details", [])]:
        if part.get("reason"):
            return str(part["reason"])
    return str(body.get("status", ""))


def translated(error: APIError, spreadsheet_id: str, account: str) -> ApiError:
    """The error as people should hear it; `account` is the address that asked, when it is known."""
    status, said, reason = error.response.status_code, str(error.error.get("message", "")), reason_of(error)
    kind = {401: NotSignedIn, 403: NotAllowed, 404: NotFound}.get(status, ApiError)
    return kind(
        _text(status, reason, said, spreadsheet_id, account or "the account that you signed in with"),
        status=status,
        reason=reason,
    )


def _text(status: int, reason: str, said: str, spreadsheet_id: str, who: str) -> str:
    url = f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
    by_reason = {
        "storageQuotaExceeded": f"{who} has no storage to make files in. Make a blank spreadsheet yourself, share it with {who} as editor, and name it with --in URL.",
        "SERVICE_DISABLED": f"The API is not switched on in the Google Cloud project of the credentials: {said}",
        "accessNotConfigured": f"The API is not switched on in the Google Cloud project of the credentials: {said}",
    }
    by_status = {
        401: f"Not signed in: {said} Check the credentials in the config.",
        429: f"The quota of the API is used up; try again in a minute. ({said})",
    }
    if spreadsheet_id:
        by_status[403] = f"{said}. Share {url} with {who} as editor."
        by_status[404] = (
            f"There is no spreadsheet {spreadsheet_id}, or nobody shared it: check the id, and share {url} with {who} as editor."
        )
    return by_reason.get(reason) or by_status.get(status) or f"The API answered {status}: {said}"
