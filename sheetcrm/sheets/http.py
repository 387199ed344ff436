"""
One HTTP request → its answer, repeated only where that is safe, or one of our errors.

The one way out: whatever we ask of Sheets and Drive goes through `Client`.
gspread's own back-off never gives up and sends appends twice.  Here a read is
repeated after any passing fault, a write only when it was certainly not carried
out: over quota, or never connected.  Who gets an error for a write that may
have happened looks what is there before going on.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import urlsplit

import google.auth.exceptions
import requests
from gspread import HTTPClient

from sheetcrm.sheets.answers import Garbled, Json, Refusal, decoded, received, said_nothing
from sheetcrm.sheets.manners import Exchange, Wait, manners_of
from sheetcrm.sheets.quota import LONGEST, Kind, Turn
from sheetcrm.sheets.refusals import crowded, over_quota, translated, whose_quota
from sheetcrm.sheets.silence import never_sent, silent, useless

LOG = logging.getLogger("sheetcrm.http")
EXCHANGES = logging.getLogger("sheetcrm.http.exchange")
"""Whole requests and answers, which only `--debug-http` asks for, and cleans."""

PASSING = frozenset({408, 409, 429, 500, 502, 503, 504})
"""Statuses that may be gone a moment later."""
READS_BY_POST = (":getByDataFilter", ":batchGetByDataFilter", "developerMetadata:search")
SHEETS = "https://sheets.googleapis.com/"
UNANSWERED_TRIES = 3
"""How often to try when nobody answers at all: a wrong address or a missing network does not heal by waiting."""
FIRST_WAIT = 1.0
LONGEST_WAIT = 32.0
HELD = 5.0
"""Seconds of a minute that all processes wait at least when Google says that the quota is used up although we kept to it."""
CONNECT = 10.0
WHOLE = 10
"""The whole of an answer may take so many times the timeout, which is for each part of it."""

FAULTS = (Refusal, Garbled, requests.RequestException, google.auth.exceptions.GoogleAuthError)
Read = TypeVar("Read")


@dataclass
class Counts:
    """How many requests went out, repeated ones counted each time, and seconds waited: for the quota, and between tries."""

    reads: int = 0
    writes: int = 0
    drive: int = 0
    repeated: int = 0
    waited: float = 0.0


@dataclass(frozen=True)
class Patience:
    """How long to wait: seconds for one answer, seconds for all tries of it together; the world as arguments."""

    timeout: float = 60.0
    deadline: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    clock: Callable[[], float] = time.monotonic


@dataclass
class Wire:
    """What the client shares with its gateway: the spreadsheet that it is about, for error texts, and the counts."""

    spreadsheet_id: str = ""
    counts: Counts = field(default_factory=Counts)


@dataclass
class Call:
    """One thing that is asked; how often and how long it has been tried, and how long of that it waited."""

    method: str
    url: str
    options: Json
    repeatable: bool = False
    """Whether it is all the same if it is done once or twice, though it writes."""
    attempt: int = 0
    spent: float = 0.0
    waited: float = 0.0

    @property
    def reads(self) -> bool:
        """Whether it changes nothing, so that it may be asked again whatever became of it."""
        return self.method == "GET" or self.url.partition("?")[0].endswith(READS_BY_POST)

    @property
    def kind(self) -> Kind | None:
        """Which quota it takes from; Drive's is so large that nobody counts it."""
        return None if not self.url.startswith(SHEETS) else "read" if self.reads else "write"

    @property
    def what(self) -> str:
        """Where it goes, without what people wrote and who they are: no query, no range, no permission's id."""
        parts = urlsplit(self.url)
        return f"{parts.hostname or ''}{parts.path.split('/values/')[0].split('/permissions/')[0]}"


class Client(HTTPClient):  # type: ignore[misc]  # gspread has no type information
    """gspread's HTTP client with time limits, a shared quota, counted requests, careful repetition and our errors."""

    def __init__(self, session: requests.Session, wire: Wire, patience: Patience) -> None:
        """`session` is signed in already, or reaches a server that wants nothing; calls have the `manners` of it."""
        super().__init__(auth=None, session=session)
        self.timeout = patience.timeout
        self._session, self._wire, self._patience, self._manners = session, wire, patience, manners_of(session)

    def request(self, method: str, endpoint: str, *, repeatable: bool = False, **options: Any) -> requests.Response:
        """Send, a `repeatable` write as often as a read; NotFound, NotAllowed, NotSignedIn, NoAnswer or another ApiError when it stays refused."""
        return self._tried(Call(method.upper(), endpoint, options, repeatable), lambda response: response)

    def json(
        self, method: str, endpoint: str, *, shared: bool = True, repeatable: bool = False, **options: Any
    ) -> Json:
        """The answer's JSON, `shared` as `answers.decoded` has it; errors as of `request`, NoAnswer for what is no JSON."""
        call = Call(method.upper(), endpoint, options, repeatable)
        return self._tried(call, lambda response: decoded(response.content, shared=shared))

    def done(self, method: str, endpoint: str, **options: Any) -> None:
        """Send what is all the same if it is done once or twice, and is answered with nothing; NoAnswer for any other answer."""
        self._tried(
            Call(method.upper(), endpoint, options, repeatable=True), lambda response: said_nothing(response.content)
        )

    def _tried(self, call: Call, read: Callable[[requests.Response], Read]) -> Read:
        while True:
            turn = self._queue(call)
            self._count(call)
            try:
                answer = read(self._sent(call))
            except FAULTS as fault:
                self._pause(call, turn, fault)
            else:
                if turn and self._manners.quota:
                    self._manners.quota.answered(turn)
                return answer

    def _queue(self, call: Call) -> Turn | None:
        """Wait for our turn, where a quota is kept; an error when it is too far away."""
        call.attempt += 1
        quota = self._manners.quota
        if quota is None or call.kind is None:
            return None
        turn, again = quota.reserve(call.kind), call.attempt > 1
        try:
            while (seconds := quota.wait(turn)) > 0:
                if seconds > LONGEST or (again and call.spent + seconds > self._patience.deadline):
                    raise crowded(call.kind, seconds)
                self._manners.waiting(Wait(call.kind, seconds, quota.waiting(call.kind)))
                # Our turn comes for certain; only what Google refuses uses up our patience.
                self._sleep(call, seconds, counts=again)
        except BaseException:
            quota.leave(turn)
            raise
        return turn

    def _sent(self, call: Call) -> requests.Response:
        limits = (min(CONNECT, self._patience.timeout), self._patience.timeout)
        began, status, body, wrong, sent, url = self._patience.clock(), 0, b"", "", None, call.url
        try:
            response = self._session.request(call.method, call.url, timeout=limits, stream=True, **call.options)
            status, sent, url = response.status_code, response.request.body, response.request.url or url
            # As requests itself does it, but with an end: a body that drips for ever would never time out.
            body = response._content = received(response, WHOLE * self._patience.timeout, self._patience.clock)
            if not response.ok:
                raise Refusal(status, response.headers, body)
        except FAULTS as fault:
            wrong = type(fault).__name__
            raise
        else:
            return response
        finally:
            seconds = self._patience.clock() - began
            call.spent += seconds
            self._note(
                call,
                Exchange(call.method, url, _bytes(sent), status, body, seconds, call.attempt, call.waited, wrong),
            )

    def _pause(self, call: Call, turn: Turn | None, fault: Exception) -> None:
        """Wait until it may be sent again; our own error when it may not."""
        wait = self._patience.jitter(0.0, min(LONGEST_WAIT, FIRST_WAIT * 2 ** (call.attempt - 1)))
        if isinstance(fault, Refusal):
            wait = max(wait, fault.wait or 0.0)
        hopeless = not isinstance(fault, Refusal) and (useless(fault) or call.attempt >= UNANSWERED_TRIES)
        if (
            hopeless
            or not _repeatable(fault, call.reads or call.repeatable)
            or call.spent + wait > self._patience.deadline
        ):
            raise self._said(fault, call) from fault
        self._wire.counts.repeated += 1
        quota = self._manners.quota
        if turn and quota and isinstance(fault, Refusal) and fault.status == HTTPStatus.TOO_MANY_REQUESTS:
            # All processes wait, we among them: in the queue.
            quota.refused(turn.kind, whose_quota(fault), max(wait, HELD * quota.allowance.minute / 60))
        else:
            self._sleep(call, wait)

    def _sleep(self, call: Call, seconds: float, *, counts: bool = True) -> None:
        self._patience.sleep(seconds)
        call.waited += seconds
        call.spent += seconds if counts else 0.0
        self._wire.counts.waited += seconds

    def _count(self, call: Call) -> None:
        counts = self._wire.counts
        if call.kind is None:
            counts.drive += 1
        elif call.reads:
            counts.reads += 1
        else:
            counts.writes += 1

    def _note(self, call: Call, exchange: Exchange) -> None:
        """A line in the log, and all of it for whoever watches."""
        line = {
            "method": call.method,
            "what": call.what,
            "status": exchange.status,
            "ms": round(exchange.seconds * 1000),
            "bytes": len(exchange.received),
            "attempt": call.attempt,
            "waited": round(call.waited, 3),
            "fault": exchange.fault,
        }
        form = "%(method)s %(what)s %(status)d, %(ms)d ms, %(bytes)d bytes, attempt %(attempt)d, waited %(waited).3g s %(fault)s"
        LOG.info(form, line, extra={"call": line})
        EXCHANGES.debug("%s %s", call.method, call.what, extra={"exchange": exchange})
        self._manners.watch(exchange)

    def _said(self, fault: Exception, call: Call) -> Exception:
        if isinstance(fault, Refusal):
            return translated(fault, self._wire.spreadsheet_id, _account(self._session))
        return silent(fault, urlsplit(call.url).hostname or "", self._patience.timeout, reads=call.reads)


def _repeatable(fault: Exception, harmless: bool) -> bool:
    """Whether sending it again can do no harm and may help; `harmless` is what may be done as often as one likes."""
    if isinstance(fault, Refusal):
        # Over quota, or run into somebody else's change, is refused before anything is done.
        return over_quota(fault) or fault.status == HTTPStatus.CONFLICT or (harmless and fault.status in PASSING)
    return harmless or never_sent(fault)


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body if isinstance(body, bytes) else b""


def _account(session: requests.Session) -> str:
    """The address that has to get roles, when the session knows it."""
    known = getattr(session, "account", "")
    return str(known or getattr(getattr(session, "credentials", None), "service_account_email", "") or "")
