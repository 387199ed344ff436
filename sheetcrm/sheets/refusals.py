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
    url = f"https://docs.google.com/spreadsheets/d/{spreadsheet_id}"
    who = account or "the account that you signed in with"
    if status == 401:
        return NotSignedIn(f"Not signed in: {said}. Check the credentials in the config.", status=status, reason=reason)
    if status == 404:
        text = f"There is no spreadsheet {spreadsheet_id}, or nobody shared it: check the id, and share {url} with {who} as editor."
        return NotFound(text if spreadsheet_id else said, status=status, reason=reason)
    if reason == "storageQuotaExceeded":
        text = f"{who} has no storage to make files in. Make a blank spreadsheet yourself, share it with {who} as editor, and name it with --in URL."
        return NotAllowed(text, status=status, reason=reason)
    if reason in {"SERVICE_DISABLED", "accessNotConfigured"}:
        text = f"The API is not switched on in the Google Cloud project of the credentials: {said}"
        return NotAllowed(text, status=status, reason=reason)
    if status == 403:
        text = f"{said}. Share {url} with {who} as editor." if spreadsheet_id else said
        return NotAllowed(text, status=status, reason=reason)
    if status == 429:
        return ApiError(
            f"The quota of the API is used up; try again in a minute. ({said})", status=status, reason=reason
        )
    return ApiError(f"The API answered {status}: {said}", status=status, reason=reason)
