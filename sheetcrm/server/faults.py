"""
Faults to order → what happens to the next calls that match.

For the tests of clients: the connection that breaks after the change was made is the case that nobody can order from Google.
"""

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Literal

from sheetcrm.server.auth import WRONG
from sheetcrm.server.errors import ApiError
from sheetcrm.server.quota import KINDS, Quota, exceeded
from sheetcrm.server.reasons import KNOWN, refusal_of
from sheetcrm.server.wire import Response

Json = dict[str, Any]
MESSAGES = {
    401: WRONG,
    403: "The caller does not have permission",
    404: "Requested entity was not found.",
    500: "Internal error encountered.",
    503: "The service is currently unavailable.",
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next `times` calls that match, and nothing else goes wrong with them; `skip` calls that match go well before.

    `match` is a pattern with `*` over the method's name in Google's discovery document (`sheets.spreadsheets.values.*`), or
    over the path when it begins with a slash.  `delay` is in seconds, before anything is done.  `status` is answered in
    the place of the work, `reason` one of Google's refusals by the name that Google has for it (`SERVICE_DISABLED`,
    `storageQuotaExceeded`, `invalid_grant` of the token endpoint).  `page` is a page of HTML in the place of the answer, as
    proxies and Google's front door send it, with `status` or 200; nothing was done.  `retry_after` goes along as that header.
    `drop` closes the connection without an answer, before or after the work was done.  `truncate` ends the connection after
    so many bytes of the answer's body; the work was done.  ValueError for what makes no sense.
    """

    match: str = "*"
    status: int | None = None
    delay: float = 0.0
    drop: Literal["before", "after"] | None = None
    truncate: int | None = None
    times: int = 1
    reason: str | None = None
    page: str | None = None
    retry_after: str | None = None
    skip: int = 0

    def __post_init__(self) -> None:
        """Refuse what could not be carried out as it was ordered."""
        if not isinstance(self.match, str) or not self.match:
            raise ValueError("match: a pattern over method names or, beginning with a slash, over paths")
        if self.status is not None and not (_whole(self.status) and 400 <= self.status <= 599):
            raise ValueError(f"status: {self.status!r} is no error; give 400 to 599")
        if isinstance(self.delay, bool) or not isinstance(self.delay, (int, float)) or not 0 <= self.delay <= 600:
            raise ValueError(f"delay: {self.delay!r} is not a number of seconds from 0 to 600")
        if self.drop not in {None, "before", "after"}:
            raise ValueError(f"drop: {self.drop!r} is neither 'before' nor 'after'")
        if self.truncate is not None and not (_whole(self.truncate) and self.truncate >= 0):
            raise ValueError(f"truncate: {self.truncate!r} is not a number of bytes")
        if not _whole(self.times) or self.times < 1:
            raise ValueError(f"times: {self.times!r} is not a count from 1")
        if not _whole(self.skip) or self.skip < 0:
            raise ValueError(f"skip: {self.skip!r} is not a count from 0")
        if self.drop and (self.status is not None or self.truncate is not None):
            raise ValueError("drop: a dropped connection has neither a status nor a body")
        self._check_words()

    def _check_words(self) -> None:
        if self.reason is not None and self.reason not in KNOWN:
            near = get_close_matches(str(self.reason), sorted(KNOWN), 1, 0)[0]
            raise ValueError(f"reason: {self.reason!r} is none of Google's here; did you mean {near}?")
        for name, words in (("page", self.page), ("retry_after", self.retry_after)):
            if not isinstance(words, str | None):
                raise ValueError(f"{name}: {words!r} is no text")
        answers = self.reason is not None or self.page is not None
        if answers and (self.drop or self.truncate is not None):
            raise ValueError("reason, page: an answer that is refused or replaced is neither dropped nor cut")
        if self.reason is not None and (self.status is not None or self.page is not None):
            raise ValueError("reason: it has a status and a body of its own")
        if self.retry_after is not None and self.status is None and not answers:
            raise ValueError("retry_after: belongs to an error; say which by status or reason")

    def matches(self, method: str, path: str) -> bool:
        """Whether a call of this method at this (percent-encoded) path is meant."""
        return fnmatchcase(path if self.match.startswith("/") else method, self.match)

    def refusal(self, kind: str, path: str) -> ApiError | None:
        """The error in the place of the work, if one was ordered; 429 is that of the quota of this kind of route."""
        if self.reason is not None:
            return refusal_of(self.reason, path)
        if self.page is not None:
            return ApiError(self.status or 200, "replaced by the page")
        if self.status is None:
            return None
        if self.status == 429 and kind in KINDS:
            return exceeded(kind, Quota(), per_user=True)
        return ApiError(self.status, MESSAGES.get(self.status, f"Error {self.status}, as ordered."))

    def spoiled(self, response: Response) -> Response:
        """The answer as the client gets it."""
        if self.page is not None:
            response = Response(response.status, {"Content-Type": "text/html; charset=UTF-8"}, self.page.encode())
        if self.retry_after is not None:
            response = replace(response, headers={**response.headers, "Retry-After": self.retry_after})
        return replace(response, dropped=self.drop is not None, truncated_at=self.truncate)


class Faults:
    """The faults ordered from one server, whose methods have these `names`; safe to share between threads."""

    def __init__(self, names: Collection[str] = ()) -> None:
        self._names = sorted(names)
        self._ordered: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Order a fault; of several that match a call the one ordered first happens.  ValueError when none ever will."""
        if self._names and not fault.match.startswith("/") and not any(fault.matches(name, "") for name in self._names):
            near = get_close_matches(fault.match, self._names, 1, 0)
            raise ValueError(f"match: {fault.match!r} is no method's name here; did you mean {near[0]}?")
        with self._lock:
            self._ordered.append(fault)

    def clear(self) -> None:
        """Forget every fault that has not happened yet."""
        with self._lock:
            self._ordered.clear()

    def waiting(self) -> list[Fault]:
        """What has not happened yet; `skip` counts down, then `times`."""
        with self._lock:
            return list(self._ordered)

    def take(self, method: str, path: str) -> Fault | None:
        """The fault that happens to this call, counted as happened."""
        with self._lock:
            for at, fault in enumerate(self._ordered):
                if not fault.matches(method, path):
                    continue
                if not fault.skip:
                    self._ordered[at : at + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    return fault
                self._ordered[at] = replace(fault, skip=fault.skip - 1)
        return None


def fault_json(fault: Fault) -> Json:
    """A fault as the admin endpoint shows it."""
    return {name: value for name, value in asdict(fault).items() if value is not None}


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
