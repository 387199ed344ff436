"""
One HTTP request → its answer, repeated only where that is safe, or one of our errors.

gspread's own back-off never gives up and sends appends twice.  Here a read is
repeated after any passing fault, a write only when it was certainly not carried
out: over quota, or never connected.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import google.auth.exceptions
import requests
from gspread import HTTPClient
from gspread.exceptions import APIError

from sheetcrm.errors import NoAnswer, NotSignedIn, SheetcrmError
from sheetcrm.sheets.refusals import reason_of, translated

PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""
READS_BY_POST = (":getByDataFilter", ":batchGetByDataFilter", "developerMetadata:search")
UNANSWERED_TRIES = 3
"""How often to try when nobody answers at all: a wrong address or a missing network does not heal by waiting."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0


@dataclass
class Counts:
    """How many requests went out, repeated ones counted each time."""

    reads: int = 0
    writes: int = 0
    drive: int = 0


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds for one answer, seconds of waiting between tries in all; the world as arguments."""

    timeout: float = 60.0
    deadline: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform


@dataclass
class Wire:
    """What the client shares with its gateway: the spreadsheet that it is about, for error texts, and the counts."""

    spreadsheet_id: str = ""
    counts: Counts = field(default_factory=Counts)


class Client(HTTPClient):  # type: ignore[misc]  # gspread has no type information
    """gspread's HTTP client with time limits, counted requests, careful repetition and our errors."""

    def __init__(self, session: requests.Session, wire: Wire, patience: Patience) -> None:
        """`session` is signed in already, or reaches a server that wants nothing."""
        super().__init__(auth=None, session=session)
        self.timeout = patience.timeout
        self._wire, self._patience = wire, patience

    def request(self, method: str, endpoint: str, **options: Any) -> requests.Response:
        """Send; NotFound, NotAllowed, NotSignedIn, NoAnswer or ApiError when it stays refused."""
        reads = method.lower() == "get" or endpoint.partition("?")[0].endswith(READS_BY_POST)
        waited, attempt = 0.0, 0
        while True:
            self._count(endpoint, reads)
            try:
                response: requests.Response = super().request(method, endpoint, **options)
            except (APIError, requests.RequestException, google.auth.exceptions.GoogleAuthError) as error:
                wait = self._wait(error, attempt)
                hopeless = not isinstance(error, APIError) and attempt + 1 >= UNANSWERED_TRIES
                if hopeless or not _repeatable(error, reads) or waited + wait > self._patience.deadline:
                    raise self._said(error, reads) from error
                self._patience.sleep(wait)
                waited, attempt = waited + wait, attempt + 1
            else:
                return response

    def _count(self, endpoint: str, reads: bool) -> None:
        counts = self._wire.counts
        if not endpoint.startswith("https://sheets.googleapis.com/"):
            counts.drive += 1
        elif reads:
            counts.reads += 1
        else:
            counts.writes += 1

    def _wait(self, error: Exception, attempt: int) -> float:
        """Full jitter below a doubling limit; longer only when the answer says so."""
        wait = self._patience.jitter(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2**attempt))
        asked = error.response.headers.get("Retry-After", "") if isinstance(error, APIError) else ""
        return max(wait, float(asked)) if asked.isdigit() else wait

    def _said(self, error: Exception, reads: bool) -> SheetcrmError:
        if isinstance(error, APIError):
            return translated(error, self._wire.spreadsheet_id, _account(self.session))
        if isinstance(error, google.auth.exceptions.GoogleAuthError):
            return NotSignedIn(f"Google did not accept the credentials: {error}. Check google: in the config.")
        doubt = (
            "" if reads else "; the change may or may not have happened: look with `sheetcrm plan` before you try again"
        )
        return NoAnswer(
            f"No answer from the Sheets API ({type(error).__name__}){doubt}. Is the network (or the server) up?"
        )


def _repeatable(error: Exception, reads: bool) -> bool:
    """Whether sending it again can do no harm and may help."""
    if isinstance(error, APIError):
        status = error.response.status_code
        # Over quota is refused before anything is done; Drive says so with 403.
        over = status == 429 or (status == 403 and reason_of(error) in {"rateLimitExceeded", "userRateLimitExceeded"})
        return over or (reads and status in PASSING)
    if isinstance(error, google.auth.exceptions.GoogleAuthError):
        return False
    if isinstance(error, requests.ConnectTimeout):
        return True
    return reads and isinstance(
        error, requests.ConnectionError | requests.Timeout | requests.exceptions.ChunkedEncodingError
    )


def _account(session: requests.Session) -> str:
    """The service account's address, when the session has one."""
    return str(getattr(getattr(session, "credentials", None), "service_account_email", "") or "")
