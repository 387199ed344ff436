"""
The reminder job, each promise measured beside something simpler in the same run.

What is sent goes to a real mail server in a process of its own, from a ledger on a disk that is asked to keep every commit; so these are
seconds of the clock, and the disk's share depends on the machine.  Reading and planning are seconds of CPU.

    scripts/benchmark remind [scan|mails|digests|many|memory …]
"""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from canned import template  # benchmarks/canned.py
from clock import apart, say, tell
from duties import OWNERS, TODAY, Duties, sink
from sync import scan

from sheetcrm import sync
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.delivery import Delivery
from sheetcrm.remind.gather import needed
from sheetcrm.remind.ledger import Ledger, Mail
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers.opened_once import OpenedOnce
from sheetcrm.remind.notifiers.smtp import SmtpNotifier
from sheetcrm.remind.round import Desk, Done, visits
from sheetcrm.remind.run import Settings, run
from sheetcrm.sync.records import Reading

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = Settings(Sender.parse("crm@example.com"), AllowList.of(["example.com"]), fresh=timedelta(hours=6))
SPREADSHEETS = 1_000
SMALL = 20
"""Rows of one of many spreadsheets, of two people."""


def now() -> datetime:
    """The moment."""
    return datetime.now(UTC)


def read(duties: Duties, spreadsheet: str) -> Reading:
    """What a run reads."""
    made = template()
    return sync.read(duties.gateway(spreadsheet), made, columns=needed(made), rules=False)


@contextmanager
def stopwatch(times: list[float], clock: Callable[[], float]) -> Iterator[None]:
    """Add how long it took."""
    begun = clock()
    yield
    times.append(clock() - begun)


def sent(duties: Duties, spreadsheet: str, notifier: Any, folder: str, times: dict[str, list[float]]) -> list[Mail]:
    """One run over a spreadsheet of its own in a ledger of its own; its mails, and how long planning and sending took."""
    deliver = Delivery.deliver
    parts: list[float] = []

    def watched(self: Delivery) -> None:
        with stopwatch(parts, time.perf_counter):
            deliver(self)

    reading = read(duties, spreadsheet)
    with Ledger.open(Path(folder) / f"{spreadsheet}.db") as ledger:
        Delivery.deliver = watched  # type: ignore[method-assign]  # to see how long it takes
        try:
            with stopwatch(times["all"], time.process_time):
                report = run(reading, ledger, notifier, today=TODAY, now=now, settings=SETTINGS)
        finally:
            Delivery.deliver = deliver  # type: ignore[method-assign]  # as before
        times["sending"].append(sum(parts))
        mails = ledger.mails()
    assert report.counts()["sent"] == len(mails), report.counts()
    return mails


def mails() -> bool:
    """10,000 due rows of 50 people → 50 digests, against smtplib alone with the same bytes."""
    duties = Duties(10_000)
    times: dict[str, list[float]] = {"sending": [], "all": [], "bare": [], "disk": []}
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        for turn in range(12):
            found = sent(duties, f"s{turn}", SmtpNotifier("127.0.0.1", port, "none"), folder, times)
            assert len(found) == OWNERS
            with stopwatch(times["bare"], time.perf_counter), smtplib.SMTP("127.0.0.1", port) as smtp:
                for mail in found:
                    smtp.sendmail("crm@example.com", mail.recipient.address, mail.data or b"")
            with stopwatch(times["disk"], time.perf_counter):
                _commits(Path(folder) / "plain", len(found))
    ours, bare, disk = (min(times[name]) for name in ("sending", "bare", "disk"))
    size = sum(len(mail.data or b"") for mail in found) / len(found) / 1000
    detail = f"ours {OWNERS / ours:,.0f} mails/s of {size:.0f} kB, smtplib {OWNERS / bare:,.0f}; the disk alone {OWNERS / disk:,.0f} commits/s"
    kept = say("mails sent and noted one by one, against smtplib alone", bare / ours, "×", 0.7, detail=detail)
    tell("of that the disk: a commit that lasts before each mail", disk / ours * 100, "%")
    rate = f"{10_000 / min(times['all']):,.0f} rows/s"
    tell("CPU of it all, from cells to the last mail, for a mail", min(times["all"]) / OWNERS * 1000, "ms", detail=rate)
    return kept


def _commits(path: Path, count: int) -> None:
    """So many pages appended, each on the disk before the next."""
    with path.open("ab", buffering=0) as file:
        for _ in range(count):
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())


def digests() -> bool:
    """Gathering, claiming, writing and queueing what is due: ten times the rows."""
    costs = []
    for rows in (1_000, 10_000, 100_000):
        duties = Duties(rows)
        times: dict[str, list[float]] = {"sending": [], "all": []}
        with tempfile.TemporaryDirectory() as folder, sink() as port:
            for turn in range(3 if rows < 100_000 else 1):
                sent(duties, f"s{turn}", SmtpNotifier("127.0.0.1", port, "none"), folder, times)
        costs.append(min(times["all"]))
    detail = " → ".join(f"{cost:.2f} s" for cost in costs) + " at 1,000, 10,000 and 100,000 due rows of 50 people"
    growth = max(after / before for before, after in pairwise(costs))
    return say("CPU of a run with ten times as many due rows", growth, "×", 12, at_most=True, detail=detail)


def many() -> bool:
    """1,000 small spreadsheets by one process and by two, in a ledger on PostgreSQL that keeps every commit."""
    sys.path.insert(0, str(ROOT))
    from tests.postgres import serving

    count = SPREADSHEETS
    took, reads = [], 0.0
    with serving() as socket_folder, sink() as port:
        for workers in (1, 2):
            name = f"by{workers}"
            base = ["-h", str(socket_folder), "-U", "postgres", name]
            subprocess.run(["createdb", *base], check=True)
            url = f"postgresql+psycopg://postgres@/{name}?host={socket_folder}"
            Ledger.open(url).close()
            order = [sys.executable, __file__, "_worker", url, str(port), str(count)]
            begun = time.perf_counter()
            running = [subprocess.Popen([*order, now().isoformat()], stdout=subprocess.PIPE) for _ in range(workers)]
            told = [json.loads(one.communicate()[0]) for one in running]
            took.append(time.perf_counter() - begun)
            assert sum(one["spreadsheets"] for one in told) == count, told
            assert sum(one["sent"] for one in told) == 2 * count, told
            reads = max(reads, sum(one["requests"] for one in told) / count)
    detail = f"{count / took[0]:,.1f} → {count / took[1]:,.1f} spreadsheets/s with 20 due rows and 2 mails each"
    tell(f"{count:,} spreadsheets by two processes, against one", took[0] / took[1], "×", detail=detail)
    return say("requests a spreadsheet", reads, "", 3, at_most=True)


def worker(url: str, port: str, count: str, since: str) -> None:
    """One process of `many`; prints what it did."""
    duties = Duties(SMALL, 2)
    requests = 0
    with Ledger.open(url) as ledger, OpenedOnce(SmtpNotifier("127.0.0.1", int(port), "none")) as notifier:

        def remind(name: str) -> Done:
            made = template()
            gateway = duties.gateway(name)
            reading = sync.read(gateway, made, columns=needed(made), rules=False)
            reading = sync.fill_ids(gateway, reading, today=TODAY)
            report = run(reading, ledger, notifier, today=TODAY, now=now, settings=SETTINGS)
            return Done((report,), requests={"reads": gateway.counts.reads, "writes": gateway.counts.writes})

        desks = [
            Desk(name, name, lambda _halted, name=name: remind(name)) for name in (f"s{at}" for at in range(int(count)))
        ]
        done = [
            visit
            for visit in visits(desks, ledger.turns, since=datetime.fromisoformat(since), now=now)
            if not visit.elsewhere
        ]
    for visit in done:
        if visit.error:
            raise visit.error
        requests += sum(visit.done.requests.values())
    mails_sent = sum(visit.counts().get("sent", 0) for visit in done)
    print(json.dumps({"spreadsheets": len(done), "sent": mails_sent, "requests": requests}))


def memory() -> bool:
    """The most that a run takes, above what the program itself and the answer's bytes take."""
    peaks = []
    for rows in (10_000, 100_000):
        order = [sys.executable, __file__, "_peak", str(rows)]
        before, after = json.loads(subprocess.run(order, check=True, stdout=subprocess.PIPE).stdout)
        peaks.append((after - before) / 1000)
    detail = " → ".join(f"{peak:.0f} MB" for peak in peaks) + " at 10,000 and 100,000 due rows of 50 people"
    return say(
        "memory of a run with ten times as many due rows", peaks[1] / peaks[0], "×", 12, at_most=True, detail=detail
    )


def _peak() -> int:
    """The most memory of this process since that was forgotten, in kB (Linux)."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1])


def peak(rows: str) -> None:
    """One run; prints the peak of this process before and after it, in kB."""
    duties, notifier = Duties(int(rows)), SmtpNotifier
    with sink() as port, tempfile.TemporaryDirectory() as folder:
        # The peak so far is that of making the rows up: forget it.
        Path("/proc/self/clear_refs").write_text("5")
        before = _peak()
        reading = read(duties, "s")
        with Ledger.open(Path(folder) / "s.db") as ledger:
            run(reading, ledger, notifier("127.0.0.1", port, "none"), today=TODAY, now=now, settings=SETTINGS)
        print(json.dumps([before, _peak()]))


if __name__ == "__main__":
    inner: dict[str, Callable[..., None]] = {"_worker": worker, "_peak": peak}
    if sys.argv[1:2] and sys.argv[1] in inner:
        inner[sys.argv[1]](*sys.argv[2:])
        sys.exit(0)
    parts = {"scan": scan, "mails": mails, "digests": digests, "many": many, "memory": memory}
    sys.exit(0 if apart(__file__, parts, sys.argv[1:]) else 1)
