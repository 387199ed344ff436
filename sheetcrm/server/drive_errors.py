"""
A reason to refuse → Drive's error body, which has another shape than that of Sheets.
"""

from __future__ import annotations

from sheetcrm.server.errors import ApiError
from sheetcrm.server.wire import Json

REASONS = {
    400: "invalid",
    401: "authError",
    403: "insufficientFilePermissions",
    404: "notFound",
    405: "httpMethodNotAllowed",
    429: "rateLimitExceeded",
    501: "notImplemented",
}


def is_drive(path: str) -> bool:
    """True for paths whose errors have Drive's shape."""
    return path.startswith(("/drive/", "/upload/drive/"))


class DriveError(ApiError):
    """An error with the reason and the place that Drive adds to it."""

    def __init__(self, code: int, message: str, reason: str, *, location: str = "", kind: str = "parameter") -> None:
        super().__init__(code, message)
        self.reason = reason
        self.place = {"location": location, "locationType": kind} if location else {}


def error_body(error: ApiError) -> Json:
    """Drive's error shape: no `status`, but a list of reasons; a 401 has both."""
    reason = getattr(error, "reason", None) or REASONS.get(error.code, "backendError")
    place: Json = getattr(error, "place", {})
    if error.code == 401:
        place = {"locationType": "header", "location": "Authorization"}
    body: Json = {
        "code": error.code,
        "message": error.message,
        "errors": [{"message": error.message, "domain": "global", "reason": reason, **place}],
    }
    if error.code == 401:
        body["status"] = error.status
    return {"error": body}


def missing(file_id: str) -> DriveError:
    """What Drive says of a file that is not there, or not for this caller."""
    return DriveError(404, f"File not found: {file_id}.", "notFound", location="fileId")


def invalid(message: str, location: str) -> DriveError:
    """A parameter that Drive does not take."""
    return DriveError(400, message, "invalid", location=location)
