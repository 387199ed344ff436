"""
A reason to refuse → Google's error body.

The texts are Google's own, word for word; clients match on them.  What this server cannot do, but Google can,
is said in words of our own, so that nobody takes it for an answer of Google's.
"""

from typing import Any

Json = dict[str, Any]

STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    405: "UNIMPLEMENTED",
    409: "ABORTED",
    413: "INVALID_ARGUMENT",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    501: "UNIMPLEMENTED",
    503: "UNAVAILABLE",
}


class ApiError(Exception):
    """An answer other than 2xx: the HTTP code, Google's status name, its message and its details."""

    def __init__(self, code: int, message: str, status: str | None = None, details: list[Json] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status or STATUS.get(code, "UNKNOWN")
        self.details = details

    def body(self) -> Json:
        """The JSON of the answer, in the shape that the Sheets API gives it."""
        error: Json = {"code": self.code, "message": self.message, "status": self.status}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(message: str) -> ApiError:
    """A 400 with nothing but a message: most of what Sheets refuses."""
    return ApiError(400, message)


def bad_request(violations: list[tuple[str, str]]) -> ApiError:
    """A 400 whose details name each (field, description), as the gateway before Sheets answers a malformed body."""
    described = [
        {"field": field, "description": text} if field else {"description": text} for field, text in violations
    ]
    details = [{"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": described}]
    return ApiError(400, "\n".join(text for _, text in violations), details=details)


def unsupported(what: str) -> ApiError:
    """A refusal of ours: Google could, this server cannot."""
    return invalid(f"this embedded server does not support {what} yet (Google does)")


def not_found() -> ApiError:
    """No such spreadsheet."""
    return ApiError(404, "Requested entity was not found.")
