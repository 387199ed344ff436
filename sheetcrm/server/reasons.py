"""
Google's word for a refusal → the refusal, as the Sheets API, Drive or the token endpoint says it.

For faults to order: most of these are about accounts, projects and organisations, of which this server has none.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheetcrm.server.drive_errors import DriveError, is_drive
from sheetcrm.server.errors import ApiError, Json

PROJECT = "123456789012"
CONSOLE = "https://console.developers.google.com"


@dataclass(frozen=True)
class Reason:
    """A refusal: HTTP's status, Google's text with `{api}`, `{service}`, `{project}`; `status` and `info` in Sheets' body, `drive` in Drive's."""

    code: int
    message: str
    status: str | None = None
    info: bool = False
    drive: str = ""


_OFF = (
    "{api} has not been used in project {project} before or it is disabled. Enable it by visiting "
    f"{CONSOLE}/apis/api/{{service}}/overview?project={{project}} then retry. If you enabled this API recently, wait a few "
    "minutes for the action to propagate to our systems and retry."
)
_DENIED = (
    "Caller does not have required permission to use project {project}. Grant the caller the "
    "roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission, by visiting "
    f"{CONSOLE}/iam-admin/iam/project?project={{project}} and then retry. Propagation of the new permission may take a few minutes."
)
_SHARING = 'Rate limit exceeded. User message: "Sorry, you have exceeded your sharing quota."'

REASONS = {
    "SERVICE_DISABLED": Reason(403, _OFF, info=True, drive="accessNotConfigured"),
    "USER_PROJECT_DENIED": Reason(403, _DENIED, info=True, drive="forbidden"),
    "CONSUMER_INVALID": Reason(403, "Permission denied on resource project {project}.", info=True, drive="forbidden"),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Reason(
        403, "Request had insufficient authentication scopes.", info=True, drive="insufficientPermissions"
    ),
    "failedPrecondition": Reason(400, "This operation is not supported for this document", "FAILED_PRECONDITION"),
    "aborted": Reason(409, "The operation was aborted.", drive="conflict"),
    "storageQuotaExceeded": Reason(403, "The user's Drive storage quota has been exceeded."),
    "teamDriveFileLimitExceeded": Reason(403, "The file limit for this shared drive has been exceeded."),
    "rateLimitExceeded": Reason(403, "Rate Limit Exceeded"),
    "userRateLimitExceeded": Reason(403, "User Rate Limit Exceeded"),
    "dailyLimitExceeded": Reason(403, "Daily Limit Exceeded"),
    "sharingRateLimitExceeded": Reason(403, _SHARING),
    "appNotAuthorizedToFile": Reason(403, "The user has not granted the app 123456789012 write access to the file."),
    "insufficientFilePermissions": Reason(403, "The user does not have sufficient permissions for this file."),
    "domainPolicy": Reason(403, "The domain administrators have disabled Drive apps."),
    "invalidSharingRequest": Reason(400, 'Bad Request. User message: "You cannot share this item."'),
}
"""
By Google's own names: https://developers.google.com/workspace/drive/api/guides/handle-errors,
https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto.
"""
REFUSED_TOKENS = {
    "invalid_grant": "Token has been expired or revoked.",
    "invalid_client": "The OAuth client was not found.",
    "deleted_client": "The OAuth client was deleted.",
    "unauthorized_client": "Client is unauthorized to retrieve access tokens using this method.",
    "access_denied": "Account restricted",
    "invalid_scope": "Some requested scopes cannot be shown.",
}
KNOWN = frozenset({*REASONS, *REFUSED_TOKENS})


class TokenError(ApiError):
    """A refusal of the token endpoint, which has OAuth's shape (RFC 6749 §5.2)."""

    def __init__(self, reason: str) -> None:
        super().__init__(401 if reason.endswith("_client") else 400, REFUSED_TOKENS[reason])
        self.reason = reason

    def body(self) -> Json:
        """See `ApiError`."""
        return {"error": self.reason, "error_description": self.message}


def refusal_of(reason: str, path: str) -> ApiError:
    """That refusal in the shape that whoever answers at `path` gives it; `reason` is one of KNOWN."""
    if reason in REFUSED_TOKENS:
        return TokenError(reason)
    found, drive = REASONS[reason], is_drive(path)
    api, service = ("Google Drive API", "drive") if drive else ("Google Sheets API", "sheets")
    service = f"{service}.googleapis.com"
    message = found.message.format(api=api, service=service, project=PROJECT)
    if drive:
        return DriveError(found.code, message, found.drive or reason)
    metadata = {"service": service, "consumer": f"projects/{PROJECT}"}
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": metadata,
    }
    return ApiError(found.code, message, found.status, [info] if found.info else None)
