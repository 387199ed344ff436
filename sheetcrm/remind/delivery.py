"""
The outbox of one spreadsheet → mails handed over one by one, each with its fate committed.

Any number of processes may be at the same outbox.  Nothing is handed over that
was not claimed and begun first; what another process has in hand is left to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Literal

from sheetcrm.errors import MailError
from sheetcrm.messages import tr
from sheetcrm.remind import redirect
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.caution import Caution, Tally
from sheetcrm.remind.digest import OURS, Style
from sheetcrm.remind.due import CATCH_UP
from sheetcrm.remind.gather import everybody_in
from sheetcrm.remind.guard import UNGUARDED, Guards
from sheetcrm.remind.ledger import LONGEST_WAIT, PENDING, Ledger, Mail, Occurrence, Recipient, Sealed, State, back_off
from sheetcrm.remind.message import Cover, Draft, Sender, Thread, message_id
from sheetcrm.remind.notifiers.base import Notifier, Outgoing, Send, Verdict
from sheetcrm.remind.people import Person
from sheetcrm.remind.record import Record
from sheetcrm.remind.report import MailReport
from sheetcrm.sync.records import Reading

BATCH = 25
"""How many mails to claim at a time: few enough to be sent within the lease by the slowest server."""
WINDOW = 200
"""How many of the outbox to ask for at a time."""
FAIR_TRIALS = 5
"""A mail that was refused for good together with all others is tried so often before that is believed."""


@dataclass(frozen=True)
class Settings:
    """What the config says about mail; `on_unknown` is whether a mail that was perhaps taken goes out again or is held."""

    sender: Sender
    allow: AllowList
    on_unknown: Literal["resend", "hold"] = "resend"
    style: Style = OURS
    """What digests look like."""
    fresh: timedelta = timedelta(minutes=15)
    """How old the rows may be that a mail speaks of; after that it is planned anew from a new reading."""
    circuit: int = 10
    """After so many mails in a row that were not taken it is the server's fault, and the run stops."""
    keep: timedelta = timedelta(days=14)
    """How long the bytes of a mail are kept after it was settled, so that it can be sent once more."""
    guards: Guards = UNGUARDED
    catch_up: int = CATCH_UP
    """Days after which a step that was never told is expired, where its rule does not say."""
    country: str | None = None
    """Whose working days count where the rule does not say; None: the template's."""
    default: Person | None = None
    """Who hears when nobody else can."""
    admins: tuple[str, ...] = ()
    """The addresses of those who hear of mails that failed for good."""


@dataclass(frozen=True)
class Hooks:
    """What else a run may be given: randomness, whom to tell of a mail that failed for good, when to stop, and what it shares with others."""

    dice: Callable[[], float] = lambda: 0.0
    """From 0 to 1; so that mails that were refused together do not come back together."""
    on_failed: Callable[[Mail, str], None] = lambda mail, reason: None
    """Called after the commit, with the server's words."""
    halted: Callable[[], str] = lambda: ""
    """Asked before every mail, and all the while that one has to wait for the pace; a text stops the run and is said as the reason."""
    tally: Tally | None = None
    """Given to all runs that share the cap per run; None: this run is alone."""
    record: Record | None = None
    """Given to all runs that are one for the ledger; None: this run is one by itself."""


ALONE = Hooks()
"""Of a run that shares nothing."""


@dataclass
class Delivery:
    """One delivery in progress."""

    ledger: Ledger
    notifier: Notifier
    spreadsheet: str
    settings: Settings
    now: Callable[[], datetime]
    hooks: Hooks = ALONE
    time_zone: str = "UTC"
    """The spreadsheet's, for quiet hours and days."""
    drafts: dict[str, Draft] = field(default_factory=dict)
    """By Message-ID, for the report."""
    reports: dict[int, MailReport] = field(default_factory=dict)
    """By the mail's number: what became of it."""
    stopped: str = ""
    is_stale: bool = False
    """Whether mails were left because the rows that they speak of were read too long ago."""
    streak: list[tuple[Mail, State, str]] = field(default_factory=list)
    """What was not taken since the last mail that was."""

    @classmethod
    def of(
        cls,
        reading: Reading,
        ledger: Ledger,
        notifier: Notifier,
        settings: Settings,
        *,
        now: Callable[[], datetime],
        hooks: Hooks = ALONE,
    ) -> Delivery:
        """The one of that spreadsheet, whose team may get mail if the settings say so; UsageError when the guards cannot hold."""
        settings = replace(settings, allow=settings.allow.with_team(everybody_in(reading).addresses))
        settings.guards.check(settings.allow, notifier)
        hooks = replace(hooks, tally=hooks.tally or Tally())
        layout = reading.layout
        return cls(ledger, notifier, layout.spreadsheet_id, settings, now, hooks, layout.time_zone)

    @property
    def channel(self) -> str:
        """What the ledger calls it."""
        return self.settings.guards.word(self.notifier.channel)

    @cached_property
    def caution(self) -> Caution:
        """What keeps mails from going now."""
        tally = self.hooks.tally or Tally()
        return Caution(self.settings.guards, self.ledger, self.channel, self.time_zone, tally)

    def sealed(
        self, recipient: Recipient, claimed: Sequence[Occurrence], draft: Draft, *, read: datetime, phone: str
    ) -> Sealed:
        """The finished mail to `recipient` about what was claimed for it; `read` is when the rows were read that it speaks of."""
        sender = self.settings.sender
        name = message_id(map(str, claimed), sender.domain)
        self.drafts[name] = draft
        thread = Thread(recipient.spreadsheet, recipient.key)
        cover = Cover(sender, recipient.name, recipient.address, name, read, phone, thread)
        if instead := self.settings.guards.redirect:
            cover = redirect.covered(cover, instead)
        return Sealed(name, draft.subject, self.notifier.seal(draft, cover))

    def deliver(self) -> None:
        """Hand over what is in the outbox until done or until the other end cannot be used."""
        outbox = self.ledger.outbox(self.spreadsheet, self.channel)
        held = {mail.id: report for mail in outbox if (report := self.held(mail))}
        self.reports |= held
        if reason := self.caution.against_all(self.now()):
            # Nobody is signed in for nothing, night after night.
            self.reports |= {mail.id: self.reported(mail, mail.state, reason) for mail in outbox if mail.id not in held}
            return
        ready = [mail for mail in outbox if mail.id not in held]
        try:
            if ready:
                with self.ledger.at_hand(), self.notifier.open() as send:
                    for batch in self._claimed(ready):
                        self._deliver_all(batch, send)
        except MailError as error:
            self.stopped = str(error)
        finally:
            self._believe()
        self._account_for(ready)

    def _claimed(self, ready: Sequence[Mail]) -> Iterator[list[Mail]]:
        for first in range(0, len(ready), WINDOW):
            left = list(ready[first : first + WINDOW])
            while batch := self.ledger.claim(left, limit=BATCH, now=self.now()):
                yield batch
                done = {mail.id for mail in batch}
                left = [mail for mail in left if mail.id not in done]

    def held(self, mail: Mail) -> MailReport | None:
        """Why it may not go out now; None when it may."""
        if not self.settings.allow.allows(mail.recipient.address):
            return self.reported(mail, "held", tr("not on the allow-list any more"))
        if mail.state is State.UNKNOWN and self.settings.on_unknown == "hold":
            return self.reported(mail, "held", mail.reason)
        # A wait longer than we ever ask for means that the clock went back: not a reason to wait.
        if mail.next_try and self.now() < mail.next_try <= self.now() + LONGEST_WAIT * 1.25:
            return self.reported(
                mail,
                mail.state,
                tr(
                    "{reason}; next try {moment}",
                    reason=mail.reason,
                    moment=mail.next_try.isoformat(timespec="minutes"),
                ),
            )
        return None

    def _deliver_all(self, batch: Sequence[Mail], send: Send) -> None:
        left = list(batch)
        try:
            for mail in batch:
                if reason := self.notifier.wait(self.hooks.halted):
                    raise MailError(reason)
                left.remove(mail)
                self._deliver(mail, send)
        except MailError:
            self.ledger.let_go(left)
            raise

    def _deliver(self, mail: Mail, send: Send) -> None:
        if self._too_old(mail):
            self.ledger.let_go([mail])
            self.is_stale = True
            self.reports[mail.id] = self.reported(
                mail, mail.state, tr("its rows were read too long ago: to be planned anew")
            )
            return
        if not self._begins(mail):
            return
        to = self.settings.guards.redirect or mail.recipient.address
        outgoing = Outgoing(self.settings.sender.address, to, mail.message_id, mail.data or b"")
        try:
            outcome = send(outgoing)
        except MailError as error:
            self.ledger.take_back(mail, str(error), now=self.now())
            raise
        state = State(outcome.verdict.value)
        if mail.state is State.UNKNOWN and state is State.RETRY:
            state = State.UNKNOWN
        in_doubt = outcome.verdict is Verdict.UNKNOWN
        wait = outcome.wait or self._wait(mail)
        self.ledger.settle(mail, state, outcome.reason, now=self.now(), wait=wait, in_doubt=in_doubt)
        self.reports[mail.id] = self.reported(mail, state, outcome.reason)
        self._judge(mail, state, outcome.reason)

    def _begins(self, mail: Mail) -> bool:
        """Whether it may be handed over now, which is then noted; what the guards hold back is let go and reported."""
        whom = mail.recipient.key
        reason = self.caution.against(whom, now := self.now(), number=mail.id)
        if not reason:
            if self.ledger.begin(mail, now=now, limits=self.caution.limits(whom, now)):
                self.caution.goes()
                return True
            reason = self.caution.against(whom, now, number=mail.id)
        if reason:
            self.ledger.let_go([mail])
            self.reports[mail.id] = self.reported(mail, mail.state, reason)
        return False

    def _too_old(self, mail: Mail) -> bool:
        """Only what may be planned anew; `abs`, because a clock may have gone back."""
        may_change = mail.state is not State.UNKNOWN and mail.again is None
        return may_change and abs(self.now() - mail.planned) > self.settings.fresh

    def _wait(self, mail: Mail) -> timedelta:
        return back_off(mail.attempts, self.hooks.dice())

    # Whose fault it is

    def _judge(self, mail: Mail, state: State, reason: str) -> None:
        if state is State.SENT:
            self._believe()
            return
        self.streak.append((mail, state, reason))
        if len(self.streak) < self.settings.circuit:
            return
        for failed, was, why in self.streak:
            if was is State.FAILED and failed.attempts + 1 < FAIR_TRIALS:
                self.ledger.reopen(
                    failed, tr("{reason} (as all others)", reason=why), now=self.now(), wait=self._wait(failed)
                )
                self.reports[failed.id] = self.reported(failed, State.RETRY, why)
        count = len(self.streak)
        self.streak = [one for one in self.streak if one[0].attempts + 1 >= FAIR_TRIALS]
        raise MailError(
            tr(
                "{count} mails in a row were not taken, the last with: {reason}; the others stay queued",
                count=count,
                reason=reason,
            )
        )

    def _believe(self) -> None:
        """What failed for good did so by itself: the server takes other mails, or there were too few to tell."""
        for mail, state, reason in self.streak:
            if state is State.FAILED:
                self.hooks.on_failed(mail, reason)
        self.streak = []

    # What to say

    def _account_for(self, ready: Sequence[Mail]) -> None:
        """Mails that were ready and that nothing was said of: left because the run stopped, or in other hands."""
        silent = {mail.id: mail for mail in ready if mail.id not in self.reports}
        for number, mail in self.ledger.by_number(silent).items() if silent else ():
            untouched = mail.worker is None and (mail.state, mail.attempts) == (
                silent[number].state,
                silent[number].attempts,
            )
            reason = self.stopped if untouched else mail.reason or tr("by another process")
            state = State.CLAIMED if mail.worker and mail.state in PENDING else mail.state
            self.reports[number] = self.reported(mail, state, reason)

    def reported(self, mail: Mail, state: str, reason: str) -> MailReport:
        """One line of the report."""
        return MailReport(
            mail.recipient.name,
            mail.recipient.address,
            mail.subject,
            mail.reminders,
            str(state),
            reason,
            mail.message_id,
            self.drafts.get(mail.message_id),
        )
