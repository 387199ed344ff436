"""
`one_run.py`: a nursery of runs.  A line of JSON in, the exit codes of its runs out.

`{"ledger": path or URL, "port": 25, "points": ["never", "after_data", 17], "rows": 3, "owners": 3, "later": 0}` starts one process a
point, all at once, that runs the reminder job once over so many due rows and is killed (SIGKILL) at its point: `never`,
a name that is given to `at` below (the second time it is passed), or a number: the so-many-th call of any function of
the reminders.  At `counted` nobody dies, and how many such calls there were is put into the file `<ledger>.calls`.
`later` is by how many hours its clock is ahead.  Forked, so that nobody waits for imports.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import office

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.run import Settings, run

TODAY = date(2026, 1, 5)


@cache
def reading(rows, owners):
    team = [{"name": f"P{number}", "email": f"p{number}@example.com", "active": True} for number in range(owners)]
    due = [
        {"id": f"C{at}", "name": f"Customer {at}", "stage": "Lead", "next": TODAY, "owner": f"P{at % owners}"}
        for at in range(rows)
    ]
    return office.reading(due, team)


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


def mortal_notifier(at: Failpoint, port: int) -> SmtpNotifier:
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

    return MortalNotifier("127.0.0.1", port, "none")


class Calls:
    """Counts the calls of our functions, and dies at the `last`."""

    def __init__(self, last: int) -> None:
        self.seen, self.last = 0, last

    def __call__(self, frame, event, _argument):
        if event == "call" and "/sheetcrm/remind/" in frame.f_code.co_filename:
            self.seen += 1
            if self.seen == self.last:
                die()


def one(point, order) -> None:
    at = Failpoint(str(point))
    settings = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]))
    notifier = mortal_notifier(at, order["port"])
    calls = Calls(point if isinstance(point, int) else 0)
    with mortal(at).open(order["ledger"]) as opened:
        if calls.last or point == "counted":
            sys.setprofile(calls)
        run(
            reading(order["rows"], order["owners"]),
            opened,
            notifier,
            today=TODAY,
            now=lambda: datetime.now(UTC) + timedelta(hours=order["later"]),
            settings=settings,
        )
        sys.setprofile(None)
    if point == "counted":
        Path(f"{order['ledger']}.calls").write_text(str(calls.seen))


def born(point, order) -> int:
    """The number of a process that runs once."""
    if child := os.fork():
        return child
    code = 1
    try:
        one(point, order)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it is, the parent hears of it
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    for line in sys.stdin:
        order = json.loads(line)
        reading(order["rows"], order["owners"])
        children = [born(point, order) for point in order["points"]]
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(codes), flush=True)
