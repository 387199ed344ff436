"""Four rows of four people, somebody who runs the job over them behind guards, and who takes the mails."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import office

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.guard import Caps, Guards
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.base import Notifier, Outcome, Verdict
from sheetcrm.remind.run import Hooks, Settings, run

TODAY = date(2026, 1, 5)
MORNING = datetime(2026, 1, 5, 8, tzinfo=UTC)
NAMES = [f"P{number}" for number in range(4)]
TEAM = [{"name": name, "email": f"{name}@example.com", "active": True} for name in NAMES]
TESTER = "tester@example.com"


def row(number, name, days=0):
    next_ = TODAY + timedelta(days)
    return {"id": f"C{number}", "name": f"Customer {number}", "stage": "Lead", "next": next_, "owner": name}


ROWS = [row(at, name) for at, name in enumerate(NAMES)]


class Taking(Notifier):
    """Takes every mail, or answers as it is told to, and keeps who got what when."""

    channel = "mail"

    def __init__(self, answer=lambda: Outcome(Verdict.SENT)):
        self.answer, self.mails, self.taken = answer, [], []

    @contextmanager
    def open(self, *_):
        def send(mail):
            self.mails.append(mail)
            outcome = self.answer()
            if outcome.verdict is Verdict.SENT:
                self.taken.append(mail.message_id)
            return outcome

        yield send

    def whom(self):
        return [mail.recipient.partition("@")[0].upper() for mail in self.mails]


class Desk:
    """Somebody who runs the job over four rows of four people."""

    def __init__(self, folder):
        self.path, self.now, self.post = Path(folder) / "ledger.db", MORNING, Taking()

    def remind(
        self,
        rows=None,
        *,
        team=TEAM,
        allow=("example.com",),
        days=0,
        dry_run=False,
        tally=None,
        notifier=None,
        **guards,
    ):
        options = {name: guards.pop(name) for name in ("default", "catch_up", "on_unknown") if name in guards}
        of_team = guards.pop("allow_team", False)
        caps = Caps(**{name: guards.pop(name) for name in ("per_run", "per_recipient", "per_hour") if name in guards})
        allowed = AllowList.of(allow, team=of_team)
        wanted = Settings(Sender.parse("crm@example.com"), allowed, guards=Guards(caps=caps, **guards), **options)
        with self.ledger(read_only=dry_run) as ledger:
            return run(
                office.reading(ROWS if rows is None else rows, team),
                ledger,
                notifier or self.post,
                today=TODAY + timedelta(days),
                now=lambda: self.now + timedelta(days),
                settings=wanted,
                dry_run=dry_run,
                hooks=Hooks(tally=tally),
            )  # fmt: skip

    def ledger(self, **options):
        return Ledger.open(self.path, patience=5, **options)

    def later(self, **span):
        self.now += timedelta(**span)
