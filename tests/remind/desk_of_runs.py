"""Somebody who runs the job against a real mail server, day after day, and what came of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default

import office

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger, State
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run

TODAY = date(2026, 1, 5)
MORNING = datetime(2026, 1, 5, 8, tzinfo=UTC)
ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"


def row(number=1, days=0, owner="Ann", **cells):
    return {
        "id": f"C{number:03}",
        "name": f"Customer {number}",
        "stage": "Lead",
        "next": TODAY + timedelta(days=days),
        "owner": owner,
    } | cells


THREE = (row(1), row(2, owner="Bob"), row(3, owner="Eve"))


class Desk:
    """Somebody who runs the job: their ledger, their clock, their settings."""

    def __init__(self, folder, post):
        self.path, self.post, self.now = folder / "ledger.db", post, MORNING

    def remind(
        self,
        *rows,
        today=TODAY,
        team=office.TEAM,
        allow=("example.com",),
        dry_run=False,
        notifier=None,
        sender="crm@example.com",
        **options,
    ):
        settings = Settings(Sender.parse(sender), AllowList.of(allow), **options)
        notifier = notifier or SmtpNotifier("127.0.0.1", self.post.port, "none")
        with Ledger.open(self.path, read_only=dry_run, patience=1) as ledger:
            return run(
                office.reading(rows, team),
                ledger,
                notifier,
                today=today,
                now=lambda: self.now,
                settings=settings,
                dry_run=dry_run,
            )

    def later(self, **span):
        self.now += timedelta(**span)

    def mails(self):
        with Ledger.open(self.path, read_only=True) as ledger:
            return ledger.mails()

    def states(self):
        return {mail.recipient.key: str(mail.state) for mail in self.mails() if mail.state is not State.SUPPRESSED}


def states(report):
    return {mail.address: mail.state for mail in report.mails}


def arrived(post):
    return [recipient for _, recipient, _ in post.mails]


def text(data):
    return message_from_bytes(data, policy=default).get_body(("plain",)).get_content()
