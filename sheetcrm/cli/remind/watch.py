"""The ledger of one spreadsheet → how its reminders stand, for people, programs and monitoring."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Job, today_in
from sheetcrm.cli.remind import words
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.remind.ledger import Ledger, Mail, Run

LATELY = timedelta(days=14)
"""What went wrong longer ago is not told any more; what is still open always is."""
AHEAD = 14
"""Days in which the next reminder is looked for."""


def reminders(job: Job, now: datetime, max_age: timedelta | None) -> dict[str, Any]:
    """Everything about one spreadsheet; `exit_code` is 0 for fine, 3 for something to see, 1 for a run that failed or is overdue."""
    from sheetcrm.errors import LedgerError
    from sheetcrm.remind.ledger import Ledger

    if job.config.mail is None:
        return {"off": True, "exit_code": 0}
    try:
        with Ledger.open(job.config.ledger_place(os.environ), read_only=True) as ledger:
            found = _found(ledger, job.settings.id, now)
            whole = ledger.last_run(job.settings.id, finished=True)
    except LedgerError as error:
        return {"ledger": str(error), "exit_code": 1}
    found["overdue"] = _overdue(whole, now, max_age)
    return {**found, "exit_code": _code(found)}


def _found(ledger: Ledger, spreadsheet: str, now: datetime) -> dict[str, Any]:
    from sheetcrm.cli.remind.quiet import standing

    last = ledger.last_run(spreadsheet)
    return {
        "last": last.started if last else None,
        "for": last.today if last else None,
        "finished": bool(last and last.finished),
        "counts": dict(last.counts) if last else {},
        "stopped": last.stopped if last else "",
        "mails": {str(state): number for state, number in ledger.counts(spreadsheet).items()},
        "perhaps_twice": ledger.perhaps_twice(spreadsheet),
        "troubled": [_mail(mail) for mail in ledger.watch.troubled(spreadsheet, since=now - LATELY)],
        "untold": [vars(one) for one in ledger.watch.untold(spreadsheet, since=now - LATELY)],
        "quiet": [
            {"number": number, "sheet": one.sheet, "row_id": one.row_id, "recipient": one.recipient, "until": one.until}
            for number, one in standing(ledger, spreadsheet).items()
        ],
    }


def _mail(mail: Mail) -> dict[str, Any]:
    return {
        "number": mail.id,
        "state": str(mail.state),
        "to": mail.recipient.address,
        "day": mail.day,
        "reason": mail.reason,
        "reminders": mail.reminders,
    }


def _overdue(whole: Run | None, now: datetime, max_age: timedelta | None) -> str:
    """Why the run that ought to have been was not; empty when it was, or nobody asked."""
    if max_age is None:
        return ""
    from sheetcrm.remind.daemon import shown

    if whole is None:
        return tr("no run of reminders ever came to its end")
    if now - whole.started > max_age:
        return tr(
            "the last whole run began {started:%Y-%m-%d %H:%M} UTC, more than {shown} ago",
            started=whole.started,
            shown=shown(max_age),
        )
    return ""


def _code(found: dict[str, Any]) -> int:
    if found["overdue"] or found["stopped"] or found["counts"].get("failed"):
        return 1
    unfinished = found["last"] is not None and not found["finished"]
    seen = [found["counts"].get(word) for word in ("unsent", "troubles", "expired", "held")]
    return 3 if unfinished or found["troubled"] or any(seen) else 0


def reminder_lines(found: dict[str, Any]) -> list[str]:
    """The same for people."""
    if found.get("off"):
        return [tr("reminders: the config has no mail: part")]
    if "ledger" in found:
        wrong = click.style(tr("the ledger cannot be used"), fg="red")
        return [tr("reminders: {what}: {reason}", what=wrong, reason=found["ledger"])]
    lines = [_last(found)]
    lines += (
        [tr("{overdue}: {reason}", overdue=click.style(tr("overdue"), fg="red"), reason=found["overdue"])]
        if found["overdue"]
        else []
    )
    lines += [tr("stopped: {why}", why=found["stopped"])] if found["stopped"] else []
    if found["counts"].get("unsent") or found["counts"].get("troubles"):
        lines.append(tr("who is not told, and why: sheetcrm remind --dry-run"))
    if found["mails"]:
        lines.append(tr("mails: {counts}", counts=words.counts(found["mails"])))
    if found["perhaps_twice"]:
        lines.append(tr("perhaps sent twice, with the same Message-ID: {count}", count=found["perhaps_twice"]))
    for mail in found["troubled"]:
        lines.append(
            tr("{state}: mail {number} to {to} of {day}: {reason}", **{**mail, "state": words.state(mail["state"])})
        )
    for one in found["untold"]:
        lines.append(
            tr("{state}: {count}, {reason}", state=words.state(one["state"]), count=one["count"], reason=one["reason"])
        )
    for one in found["quiet"]:
        what = " ".join(part for part in (one["sheet"], one["row_id"], one["recipient"]) if part) or tr("everything")
        lines.append(
            tr(
                "quiet: {what} until {until} (sheetcrm remind wake {number})",
                what=what,
                until=one["until"],
                number=one["number"],
            )
        )
    return lines


def _last(found: dict[str, Any]) -> str:
    if found["last"] is None:
        return tr("reminders: never run")
    counts = words.counts(found["counts"]) or tr("nothing due")
    ended = "" if found["finished"] else tr("  (did not finish)")
    return tr(
        "reminders: last run {last:%Y-%m-%d %H:%M} UTC for {day}: {counts}{ended}",
        last=found["last"],
        day=found["for"],
        counts=counts,
        ended=ended,
    )


def next_due(job: Job, one: dict[str, Any]) -> str:
    """The day within two weeks on which somebody is told of something new, and of how much; empty when there is none."""
    from sheetcrm.cli.remind.work import office, read, told_by
    from sheetcrm.errors import SheetcrmError
    from sheetcrm.remind.round import merged

    try:
        with office(job.config, dry_run=True, allow_first_run=True) as at:
            reading = read(job, at)
            first = today_in(reading.layout.time_zone)
            for days in range(AHEAD + 1):
                at.day = first + timedelta(days=days)
                reports, _problems = told_by(at, reading)
                report = merged(reports) if reports else None
                number = sum(mail.reminders for mail in report.mails if mail.draft) if report else 0
                if number:
                    return tr("{number} on {day}", number=number, day=at.day)
    except SheetcrmError as error:
        one["error"] = str(error)
    return ""
