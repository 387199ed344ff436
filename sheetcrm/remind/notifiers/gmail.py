"""
A mail → the Gmail API (users.messages.send), with the one scope that can send and nothing else.

Google's own page on errors says which are about the moment and which about the
account: https://developers.google.com/workspace/gmail/api/guides/handle-errors.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from pydantic import Field

from sheetcrm.errors import MailError
from sheetcrm.messages import N_, tr
from sheetcrm.remind.message import clean
from sheetcrm.remind.notifiers.base import MAIL, Notifier, Outcome, Outgoing, Send, Tell, Verdict, Way, nobody
from sheetcrm.remind.notifiers.pace import CLOCK, Clock, Pace
from sheetcrm.remind.notifiers.posting import Answer, Poster, by_status
from sheetcrm.remind.notifiers.tokens import Fetch, Lead, google_tokens, nowhere

SCOPE = "https://www.googleapis.com/auth/gmail.send"
HOST = "https://gmail.googleapis.com"
_SLOWER = {"rateLimitExceeded", "userRateLimitExceeded"}
_ENOUGH = {"dailyLimitExceeded", "quotaExceeded", "limitExceeded"}
_MINUTE = timedelta(minutes=1)
_NAME = N_("the Gmail API")


class GmailWay(Way):
    """Through the Gmail API as `user`: a service account that may act for its domain, or an authorised-user file of that user."""

    type: Literal["gmail"] = "gmail"
    credentials: Path
    user: str = Field(min_length=3, description="Whose mailbox sends.")
    timeout: float = Field(default=30, gt=0)
    per_minute: int | None = Field(default=None, ge=1)

    def notifier(self, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> GmailNotifier:
        """See `Way`."""
        key = folder / self.credentials.expanduser()
        fetch = partial(google_tokens, key, SCOPE, self.user)
        return GmailNotifier(self.user, fetch(), self.timeout, self.per_minute, self.word(channel), fetch=fetch)


@dataclass(frozen=True)
class GmailNotifier(Notifier):
    """Sends from the mailbox of `user`; `token` gives what to sign in with."""

    user: str
    token: Fetch = field(repr=False)
    timeout: float = 30
    per_minute: int | None = None
    channel: str = MAIL
    host: str = HOST
    clock: Clock = field(default=CLOCK, repr=False)
    fetch: Callable[[Lead], Fetch] | None = field(default=None, repr=False)
    """How `token` is made for another way out."""
    lead: Lead = field(default=nowhere, repr=False)
    pace: Pace = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """One pace for all that it sends."""
        object.__setattr__(self, "pace", Pace(self.per_minute, self.clock))

    def led(self, lead: Lead) -> GmailNotifier:
        """See `Notifier`: mails and tokens go that way."""
        return replace(self, lead=lead, token=self.fetch(lead) if self.fetch else self.token)

    def knock(self, tell: Tell = nobody) -> bool:
        """See `Notifier`: a mail without any content is refused after everything else was looked at."""
        with self.open(tell) as send:
            outcome = send(Outgoing(self.user, "", "", b""))
        if outcome.verdict not in (Verdict.FAILED, Verdict.SENT):
            raise MailError(outcome.reason)
        return True

    @contextmanager
    def open(self, tell: Tell = nobody) -> Iterator[Send]:
        """See `Notifier`."""
        poster = Poster(tr(_NAME), self.timeout, self.lead)

        def send(mail: Outgoing) -> Outcome:
            self.pace.go()
            # The recipient is the one in To, which `compose` has shown to be this one alone.
            body = json.dumps({"raw": base64.urlsafe_b64encode(mail.data).decode()}).encode()
            headers = {"Authorization": f"Bearer {self.token()}", "Content-Type": "application/json"}
            tell(tr("signed in as {user}", user=self.user))
            answer = poster.post(f"{self.host}/gmail/v1/users/{quote(self.user)}/messages/send", body, headers)
            if isinstance(answer, Outcome):
                return answer
            tell(tr("the Gmail API answered: {said}", said=answer.said()))
            return judged(answer)

        try:
            yield send
        finally:
            poster.close()


def judged(answer: Answer) -> Outcome:
    """What an answer of the Gmail API means for the mail; MailError when it takes none from us."""
    error = answer.fields.get("error")
    if answer.status < 300 and "id" not in answer.fields:
        return Outcome(Verdict.UNKNOWN, tr("the answer made no sense: {said}", said=answer.said()))
    if not isinstance(error, dict):
        return by_status(answer, tr(_NAME))
    said = clean(f"{answer.status} {error.get('message', '')}")
    reasons = _reasons(error)
    if answer.status in (403, 429) and reasons & _ENOUGH:
        raise MailError(tr("the Gmail API takes no more mails for now: {said}; every mail stays queued", said=said))
    if answer.status in (403, 429) and (reasons & _SLOWER or answer.status == 429):
        return Outcome(Verdict.RETRY, said, answer.wait or _MINUTE)
    if answer.status in (401, 403, 404):
        raise MailError(
            tr(
                "the Gmail API does not let us send: {said}; it needs the scope gmail.send and the right user",
                said=said,
            )
        )
    return by_status(Answer(answer.status, said.removeprefix(f"{answer.status} "), answer.wait), tr(_NAME))


def _reasons(error: Mapping[str, Any]) -> set[str]:
    listed = error.get("errors")
    return {str(one.get("reason")) for one in listed if isinstance(one, dict)} if isinstance(listed, list) else set()
