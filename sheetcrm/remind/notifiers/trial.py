"""
A way to send → one test message by it, and what happened step by step.

It goes to nobody whom a reminder could not go to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import N_, tag, texts, tr
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.message import Cover, Draft, Sender, bare_address, clean, message_id
from sheetcrm.remind.note import markup_free
from sheetcrm.remind.notifiers.base import MAIL, Outgoing, Verdict, Way

VERDICTS = {
    Verdict.SENT: N_("sent"),
    Verdict.RETRY: N_("retry"),
    Verdict.FAILED: N_("failed"),
    Verdict.UNKNOWN: N_("unknown"),
}


@dataclass(frozen=True)
class Step:
    """One thing that happened, for people; the last one that is not `good` is what went wrong."""

    good: bool
    said: str


@dataclass(frozen=True)
class Trial:
    """From whom and to whom a test message is, and in what language; `now` gives moments with a time zone."""

    sender: Sender
    allow: AllowList
    to: str
    now: Callable[[], datetime]
    language: str = "en"
    phone: str = ""
    """Whom a robot is to call."""


def try_out(way: Way, trial: Trial, *, folder: Path, environment: Mapping[str, str], channel: str = MAIL) -> list[Step]:
    """Send one test message; every step that was taken, the last of them what became of it.  Raises nothing that the config or the other end did."""
    steps: list[Step] = []
    try:
        steps.extend(_checked(way, trial))
        if steps and not steps[-1].good:
            return steps
        notifier = way.notifier(folder, environment, channel)
        draft, now = _draft(trial), trial.now()
        to = bare_address(trial.to) or trial.to
        name = message_id(["test", channel, to, now.isoformat()], trial.sender.domain)
        data = notifier.seal(draft, Cover(trial.sender, to.partition("@")[0], to, name, now, trial.phone))
        with notifier.open(lambda said: steps.append(Step(True, said))) as send:
            outcome = send(Outgoing(trial.sender.address, to, name, data))
        good = outcome.verdict is Verdict.SENT
        said = tr(VERDICTS[outcome.verdict])
        steps.append(Step(good, tr("{what}: {reason}", what=said, reason=outcome.reason) if outcome.reason else said))
    except SheetcrmError as error:
        steps.append(Step(False, str(error)))
    return steps


def _checked(way: Way, trial: Trial) -> list[Step]:
    """Whether it may go there; a chat is whoever is in it."""
    if way.form != "mail":
        return []
    to = bare_address(trial.to)
    if to is None:
        return [Step(False, tr("{to} is not an e-mail address", to=clean(trial.to)))]
    if not trial.allow.allows(to):
        return [Step(False, tr("{to} is not on the allow-list (mail: allow:), so nothing was sent", to=to))]
    return [Step(True, tr("{to} is on the allow-list", to=to))]


def _draft(trial: Trial) -> Draft:
    t = texts(trial.language)
    subject = t("A test of sheetcrm")
    body = t("If you can read this, reminders can reach you. There is nothing to do.")
    html = f"<p>{body}</p>"
    return Draft(subject, body + "\n", html, tag(trial.language), markup_free(body))
