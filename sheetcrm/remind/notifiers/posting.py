"""
A POST → its answer, or what became of it.

An address may be a secret (a robot's is), and the errors of HTTP libraries say
it: none of their words are passed on.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sheetcrm.errors import MailError, UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.message import clean
from sheetcrm.remind.notifiers.base import LONGEST, Outcome, Verdict
from sheetcrm.remind.notifiers.smtp import is_here
from sheetcrm.remind.notifiers.tokens import Lead, nowhere

if TYPE_CHECKING:
    import requests

_WHOLE = 4
"""The whole of an exchange may take so many times the timeout of one step."""


@dataclass(frozen=True)
class Answer:
    """What the other end said; `wait` is how long it wants to be left alone."""

    status: int
    text: str
    wait: timedelta | None = None

    @property
    def fields(self) -> dict[str, Any]:
        """The JSON object that it is; empty when it is none."""
        try:
            found = json.loads(self.text)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def said(self) -> str:
        """The beginning, for people."""
        return clean(f"{self.status} {self.text}")


class Poster:
    """Posts to one service, called `name` in messages, by the way of `lead`; `timeout` is in seconds, for each step."""

    def __init__(self, name: str, timeout: float, lead: Lead = nowhere) -> None:
        """Nothing is connected yet."""
        import requests  # noqa: PLC0415 - takes 100 ms, which other ways of sending need not pay

        self._name, self._timeout = name, timeout
        self._session = requests.Session()
        lead(self._session)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer | Outcome:
        """The answer, or what became of the message where none came; MailError when nobody can be reached safely."""
        import requests  # noqa: PLC0415 - as above

        try:
            answer = self._within(lambda: self._ask(url, body, headers))
        except requests.exceptions.SSLError as error:
            if isinstance(_cause(error), ssl.SSLCertVerificationError):
                raise MailError(
                    tr("{name}: no secure connection: its certificate is not one to trust", name=self._name)
                ) from None
            return Outcome(Verdict.UNKNOWN, tr("the secure connection broke"))
        except requests.exceptions.ReadTimeout:
            return Outcome(Verdict.UNKNOWN, tr("it was handed over and no answer came in time"))
        except requests.exceptions.RequestException as error:
            if _never_left(error):
                raise MailError(
                    tr("{name} cannot be reached: {kind}; everything stays queued", name=self._name, kind=_kind(error))
                ) from None
            return Outcome(
                Verdict.UNKNOWN, tr("it was handed over and the connection was lost: {kind}", kind=_kind(error))
            )
        if answer is None:
            return Outcome(Verdict.UNKNOWN, tr("it was handed over and the answer did not end"))
        return answer

    def _ask(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        # Never to somewhere else than was said: the address and what is in it are secrets.
        answer = self._session.post(url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False)
        return Answer(answer.status_code, answer.content[:4000].decode("utf-8", "replace"), _wait(answer))

    def _within(self, work: Any) -> Answer | None:
        """What `work` gives, or raises; None when it takes too long: a timeout of requests is for each byte."""
        found: list[Answer] = []
        raised: list[Exception] = []

        def run() -> None:
            try:
                found.append(work())
            except Exception as error:  # noqa: BLE001 - raised again below, in the thread that asked
                raised.append(error)

        thread = Thread(target=run, daemon=True)
        thread.start()
        thread.join(self._timeout * _WHOLE)
        if raised:
            raise raised[0]
        return found[0] if found else None

    def close(self) -> None:
        """Hang up."""
        self._session.close()


def by_status(answer: Answer, name: str) -> Outcome:
    """What an HTTP status says of a message; MailError when the service is not to be used like this."""
    status, said = answer.status, answer.said()
    if status < 300:
        return Outcome(Verdict.SENT)
    if status in (408, 425, 429, 503):
        return Outcome(Verdict.RETRY, said, answer.wait)
    if status >= 500:
        return Outcome(Verdict.UNKNOWN, said, answer.wait)
    if status in (400, 413, 415, 422):
        return Outcome(Verdict.FAILED, said)
    raise MailError(tr("{name} does not take messages from us: {said}", name=name, said=said))


def checked(url: str, name: str) -> str:
    """An address that may be trusted with what customers are told; UsageError, without the address, when it is none."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url
    if parts.scheme == "http" and parts.hostname and is_here(parts.hostname):
        return url
    raise UsageError(
        tr("{name}: its secret is not an https:// address; copy the whole address that the robot was given", name=name)
    )


def _wait(answer: requests.Response) -> timedelta | None:
    said = answer.headers.get("Retry-After", "").strip()
    if said.isdecimal():
        return min(timedelta(seconds=int(said[:9])), LONGEST)
    try:
        at = parsedate_to_datetime(said)
        # By the clock of the server that said it, where it said what time it has.
        since = parsedate_to_datetime(answer.headers.get("Date", "")) if "Date" in answer.headers else datetime.now(UTC)
        return max(min(at - since, LONGEST), timedelta())
    except (ValueError, TypeError):
        return None


def _never_left(error: requests.exceptions.RequestException) -> bool:
    """Whether there was no connection that anything could have been sent over."""
    import requests  # noqa: PLC0415 - as above
    from urllib3.exceptions import NewConnectionError, ProxyError  # noqa: PLC0415 - as above

    unsent = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        requests.exceptions.ProxyError,
    )
    return isinstance(error, unsent) or isinstance(_cause(error), NewConnectionError | ProxyError)


def _cause(error: Exception) -> object:
    """What is at the bottom of an error of requests."""
    inner: Any = error
    while True:
        below = getattr(inner, "reason", None) if not isinstance(inner, OSError) or hasattr(inner, "request") else None
        if not isinstance(below, Exception):
            below = next((one for one in getattr(inner, "args", ()) if isinstance(one, Exception)), None)
        if below is None:
            return inner
        inner = below


def _kind(error: Exception) -> str:
    return type(_cause(error)).__name__
