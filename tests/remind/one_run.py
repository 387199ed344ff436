"""
`one_run.py LEDGER PORT POINT`: run the reminder job once, and be killed (SIGKILL) at POINT.

POINT is `never`, a name that is given to `at` below (the second time it is passed), or a
number: the so-many-th call of any function of the reminders.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import office

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run

TODAY = date(2026, 1, 5)
ROWS = [
    {"id": f"C{number}", "name": f"Customer {number}", "stage": "Lead", "next": TODAY, "owner": owner}
    for number, owner in enumerate(("Ann", "Bob", "Eve"))
]


class Failpoint:
    """Dies the second time that its point is passed."""

    def __init__(self, point: str) -> None:
        self.point, self.passed = point, 0

    def __call__(self, name: str) -> None:
        if name == self.point:
            self.passed += 1
            if self.passed == 2:
                die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def mortal(at: Failpoint) -> type[Ledger]:
    class MortalLedger(Ledger):
        def queue(self, recipient, occurrences, seal, **options):
            def deadly(claimed):
                at("within_claim")
                return seal(claimed)

            at("before_claim")
            mail = super().queue(recipient, occurrences, deadly, **options)
            at("after_claim")
            return mail

        def begin(self, mail, **options):
            at("before_sending")
            begun = super().begin(mail, **options)
            at("after_sending")
            return begun

        def settle(self, *arguments, **options):
            super().settle(*arguments, **options)
            at("after_commit")

    return MortalLedger


class MortalNotifier(SmtpNotifier):
    """Dies when the server has said yes and nobody has noted it."""

    @contextmanager
    def open(self):
        with super().open() as send:

            def deadly(mail):
                outcome = send(mail)
                at("after_data")
                return outcome

            yield deadly


def die_at_call(number: int) -> None:
    seen = 0

    def count(frame, event, _argument):
        nonlocal seen
        if event == "call" and "/sheetcrm/remind/" in frame.f_code.co_filename:
            seen += 1
            if seen == number:
                die()

    sys.setprofile(count)


if __name__ == "__main__":
    path, port, point = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    at = Failpoint(point)
    reading = office.reading(ROWS)
    settings = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]))
    with mortal(at).open(path) as ledger:
        if point.isdigit():
            die_at_call(int(point))
        run(
            reading,
            ledger,
            MortalNotifier("127.0.0.1", port, "none"),
            today=TODAY,
            now=lambda: datetime.now(UTC),
            settings=settings,
        )
        sys.setprofile(None)
