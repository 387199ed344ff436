"""
Calls a minute → Google's 429.

Off unless asked for.  Reads and writes are counted apart, a batch counts as one, Drive's calls do not count, and a refused
call costs nothing.  The answer has no Retry-After: Google sends none either.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sheetcrm.server.errors import ApiError

SERVICE = "sheets.googleapis.com"
KINDS = {"read": "Read", "write": "Write"}


@dataclass(frozen=True)
class Quota:
    """Calls in a minute of the clock, for reads and again for writes.  https://developers.google.com/sheets/api/limits

    A minute of `minute` seconds lets tests see several of them.
    """

    per_user: int = 60
    per_project: int = 300
    project: str = "123456789012"
    minute: float = 60.0


class Meter:
    """Counts the calls of one server by the minute; safe to share between threads."""

    def __init__(self, quota: Quota, *, now: Callable[[], datetime]) -> None:
        self._quota = quota
        self._now = now
        self._minute = 0
        self._spent: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def charge(self, kind: str, user: str) -> None:
        """Count one call of `kind` read or write (any other is free); ApiError 429 when there is no more this minute."""
        if kind not in KINDS:
            return
        minute = int(self._now().timestamp() // self._quota.minute)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._spent.clear()
            if self._spent[kind, user] >= self._quota.per_user:
                raise exceeded(kind, self._quota, per_user=True)
            if self._spent[kind, ""] >= self._quota.per_project:
                raise exceeded(kind, self._quota, per_user=False)
            self._spent[kind, user] += 1
            self._spent[kind, ""] += 1


def exceeded(kind: str, quota: Quota, *, per_user: bool) -> ApiError:
    """The refusal in Google's own words, with the metadata that it sends since 2023."""
    name = KINDS[kind]
    whose = " per user" if per_user else ""
    message = (
        f"Quota exceeded for quota metric '{name} requests' and limit '{name} requests per minute{whose}' of service "
        f"'{SERVICE}' for consumer 'project_number:{quota.project}'."
    )
    metadata = {
        "quota_limit": f"{name}RequestsPerMinutePer{'User' if per_user else 'Project'}",
        "quota_unit": "1/min/{project}/{user}" if per_user else "1/min/{project}",
        "quota_metric": f"{SERVICE}/{name.lower()}_requests",
        "quota_location": "global",
        "service": SERVICE,
        "quota_limit_value": str(quota.per_user if per_user else quota.per_project),
        "consumer": f"projects/{quota.project}",
    }
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": metadata,
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return ApiError(429, message, details=[info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}])
