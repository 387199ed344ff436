"""
What Google refused → one of our errors, with what to do now in its text.

Google's own words are kept: they are what people search for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from sheetcrm.errors import ApiError, NotAllowed, NotFound, NotSignedIn
from sheetcrm.messages import tr
from sheetcrm.sheets.answers import Refusal
from sheetcrm.sheets.quota import Kind, Whose

PASSING_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
"""Drive says with 403 what others say with 429."""
SWITCHED_OFF = frozenset({"SERVICE_DISABLED", "accessNotConfigured"})
NAMES = {
    "sheets": "Google Sheets API",
    "drive": "Google Drive API",
    "iamcredentials": "IAM Service Account Credentials API",
}
TOO_LARGE = 413


@dataclass(frozen=True)
class Case:
    """What was refused to whom, as the texts need it."""

    refusal: Refusal
    file: str
    account: str

    @property
    def who(self) -> str:
        """The address that has to get a role, as far as it is known."""
        return self.account or tr("the account that you signed in with")

    @property
    def url(self) -> str:
        """Where that role is given; empty when this is about no spreadsheet."""
        return f"https://docs.google.com/spreadsheets/d/{self.file}" if self.file else ""

    @property
    def said(self) -> str:
        """Google's words, without the full stop at their end."""
        return self.refusal.said.strip().rstrip(".")

    @property
    def project(self) -> str:
        """The number or name of the Google Cloud project that it is about; empty when nobody says."""
        named = self.refusal.metadata.get("consumer", "").removeprefix("projects/")
        found = re.search(r"project[= ]+([\w-]*\d[\w-]*)", self.refusal.said)
        return named or (found[1] if found else "")


def over_quota(refusal: Refusal) -> bool:
    """Whether it was refused before anything was done, and will be allowed a moment later."""
    return refusal.status == 429 or (refusal.status == 403 and refusal.reason in PASSING_LIMITS)


def whose_quota(refusal: Refusal) -> Whose:
    """Which limit was met; the narrower one where Google does not say."""
    limit = refusal.metadata.get("quota_limit", "") or ("PerProject" if "per minute' of" in refusal.said else "")
    return "project" if limit.endswith("PerProject") else "user"


def crowded(kind: Kind, seconds: float) -> ApiError:
    """Our own refusal, when our turn is too far away."""
    what = tr("reads") if kind == "read" else tr("writes")
    text = tr(
        "The quota of {what} a minute is used up, and the next free place is {seconds:.0f} s away; try again later, or "
        "ask Google for more and say so in the config: google: {{quota: {{user: N, project: N}}}}.",
        what=what,
        seconds=seconds,
    )
    return ApiError(text, status=429, reason="RATE_LIMIT_EXCEEDED")


def translated(refusal: Refusal, spreadsheet_id: str, account: str) -> ApiError:
    """The error as people should hear it; `account` is the address that asked, when it is known."""
    kind = {401: NotSignedIn, 403: NotAllowed, 404: NotFound}.get(refusal.status, ApiError)
    case = Case(refusal, spreadsheet_id, account)
    text = _by_reason(case) or _by_words(case) or _by_status(case)
    return kind(text, status=refusal.status, reason=refusal.reason)


def _by_reason(case: Case) -> str:
    reason = case.refusal.reason
    if reason in SWITCHED_OFF:
        return _switched_off(case)
    text = BY_REASON.get(reason)
    return text(case) if text else ""


def _switched_off(case: Case) -> str:
    service = case.refusal.metadata.get("service") or (
        "sheets.googleapis.com" if "Sheets" in case.said else "drive.googleapis.com"
    )
    name = NAMES.get(service.partition(".")[0], service)
    link = f"https://console.cloud.google.com/apis/library/{service}" + (
        f"?project={case.project}" if case.project else ""
    )
    return tr(
        "The {name} is not switched on in the Google Cloud project of the credentials: open {link}, press Enable, and wait a minute. ({said})",
        name=name,
        link=link,
        said=case.said,
    )


def _no_storage(case: Case) -> str:
    return tr(
        "{who} has no storage to make files in (a service account has none at all). Make a blank spreadsheet yourself, share it with {who} as editor and name it with --in URL; or make it in a Shared Drive with --folder. ({said})",
        who=case.who,
        said=case.said,
    )


def _wrong_project(case: Case) -> str:
    return tr(
        "The credentials may not use the Google Cloud project {project}: give {who} the role Service Usage Consumer there, or name another project (gcloud auth application-default set-quota-project PROJECT). ({said})",
        project=case.project or "–",
        who=case.who,
        said=case.said,
    )


def _missing_scope(case: Case) -> str:
    return tr(
        "The sign-in does not cover this: sign in again with `sheetcrm login`, and allow what it asks for. ({said})",
        said=case.said,
    )


def _not_ours(case: Case) -> str:
    return tr(
        "With the scope drive.file we see only files that we made, and this one a person made: sign in with the scope spreadsheets, too (`sheetcrm login`). ({said})",
        said=case.said,
    )


def _too_many_shares(case: Case) -> str:
    return tr(
        "Google does not let us share more for now (that may last a day): share with a group, or try again tomorrow. ({said})",
        said=case.said,
    )


def _may_not_share(case: Case) -> str:
    return tr(
        "The organisation, the Shared Drive or the folder does not allow that access: ask who manages it, or share with somebody inside. ({said})",
        said=case.said,
    )


def _daily(case: Case) -> str:
    return tr(
        "The quota of the API for today is used up; it begins anew at midnight, Pacific time. ({said})", said=case.said
    )


def _full_drive(case: Case) -> str:
    return tr("The Shared Drive is full: delete something there, or take another one. ({said})", said=case.said)


def _no_role(case: Case) -> str:
    if not case.url:
        return tr("{who} may not do that: it needs the role editor there. ({said})", who=case.who, said=case.said)
    return tr("Share {url} with {who} as editor. ({said})", url=case.url, who=case.who, said=case.said)


BY_REASON: dict[str, Callable[[Case], str]] = {
    "storageQuotaExceeded": _no_storage,
    "teamDriveFileLimitExceeded": _full_drive,
    "USER_PROJECT_DENIED": _wrong_project,
    "CONSUMER_INVALID": _wrong_project,
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": _missing_scope,
    "insufficientPermissions": _missing_scope,
    "appNotAuthorizedToFile": _not_ours,
    "sharingRateLimitExceeded": _too_many_shares,
    "dailyLimitExceeded": _daily,
    "insufficientFilePermissions": _no_role,
    "teamDriveMembershipRequired": _no_role,
    "domainPolicy": _may_not_share,
    "shareOutNotPermitted": _may_not_share,
    "shareInNotPermitted": _may_not_share,
    "invalidSharingRequest": _may_not_share,
    "cannotShareTeamDriveWithNonGoogleAccounts": _may_not_share,
    "teamDriveDomainUsersOnlyRestriction": _may_not_share,
    "teamDriveTeamMembersOnlyRestriction": _may_not_share,
}
"""
Reasons of Drive (https://developers.google.com/workspace/drive/api/guides/handle-errors) and of Google's
front door (google/api/error_reason.proto), as far as there is something to do.
"""


def _by_words(case: Case) -> str:
    """What has no reason of its own and is known by Google's words alone."""
    low = case.refusal.said.lower()
    if "not supported for this document" in low:
        return tr(
            "{url} is no Google spreadsheet but an Excel file that was uploaded: open it, choose File > Save as Google Sheets, and use the URL of the copy. ({said})",
            url=case.url or "–",
            said=case.said,
        )
    if "permission denied on resource project" in low:
        return _wrong_project(case)
    if "above the limit of 10000000 cells" in low:
        return tr(
            "A spreadsheet holds 10,000,000 cells, blank ones counted: move old rows out with `sheetcrm archive`, or delete blank rows and columns. ({said})",
            said=case.said,
        )
    if case.refusal.status == TOO_LARGE or "payload size exceeds" in low:
        return tr("That is more than Google takes at once: do it in smaller parts. ({said})", said=case.said)
    if "protected cell or object" in low:
        return tr(
            "That is protected, and {who} is not among those who may edit it: have its owner add it (Data > Protect sheets and ranges). ({said})",
            who=case.who,
            said=case.said,
        )
    return ""


def _by_status(case: Case) -> str:
    status, said = case.refusal.status, case.said or "–"
    if status >= 500:
        return tr(
            "Google has a fault of its own ({status}: {said}); try again in some minutes.", status=status, said=said
        )
    if not case.refusal.error:
        return tr(
            "The answer {status} is not one of the API's ({said}). Is there a proxy in between? See google: {{proxy: …}} in the config, or HTTPS_PROXY.",
            status=status,
            said=said,
        )
    if status == 403 and case.url:
        return _no_role(case)
    return BY_STATUS.get(status, _in_their_words)(case)


def _in_their_words(case: Case) -> str:
    return tr("The API answered {status}: {said}", status=case.refusal.status, said=case.refusal.said)


def _signed_out(case: Case) -> str:
    return tr(
        "Not signed in: {said}. Check the credentials: `sheetcrm login`, or google: in the config.", said=case.said
    )


def _not_there(case: Case) -> str:
    if not case.url:
        return _in_their_words(case)
    return tr(
        "There is no spreadsheet {id}, or nobody shared it: check the id, and share {url} with {who} as editor.",
        id=case.file,
        url=case.url,
        who=case.who,
    )


def _used_up(case: Case) -> str:
    return tr("The quota of the API is used up; try again in a minute. ({said})", said=case.said)


BY_STATUS: dict[int, Callable[[Case], str]] = {401: _signed_out, 404: _not_there, 429: _used_up}
