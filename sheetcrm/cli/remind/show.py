"""What a visit to a spreadsheet did, or would do → lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.check import line
from sheetcrm.cli.options import tell
from sheetcrm.cli.remind import words
from sheetcrm.cli.remind.rounds import in_words
from sheetcrm.messages import tr
from sheetcrm.remind.round import said, summed

if TYPE_CHECKING:
    from sheetcrm.remind.report import MailReport, Resting, RunReport
    from sheetcrm.remind.round import Visit


def show(visit: Visit, *, dry_run: bool) -> None:
    """A line a mail, then what keeps the rest from being sent."""
    if visit.elsewhere:
        tell(tr("another process is looking after it, or just has"))
    if visit.report is not None:
        _report(visit.report, dry_run=dry_run)
    for problem in visit.done.problems:
        click.secho(problem, fg="red", err=True)
    for note in visit.done.notes:
        tell(note)
    if visit.error is not None:
        click.secho(said(visit.error), fg="red", err=True)


def _report(report: RunReport, *, dry_run: bool) -> None:
    for mail in report.mails:
        click.echo(_mail_line(mail))
        if dry_run and mail.draft:
            click.echo("\n".join(f"    {text}" for text in mail.draft.text.splitlines()))
    for text in _untold(report):
        click.echo(text)
    for told in report.told if dry_run else ():
        click.echo(
            tr("{place}  told on {day} ({state})", place=told.place.a1, day=told.on, state=words.state(told.state))
        )
    if report.told and not dry_run:
        tell(tr("{count} {count:due row was|due rows were} mailed before", count=len(report.told)))
    if report.samples:
        tell(tr("{count} {count:due example row is|due example rows are} never mailed", count=report.samples))
    for text in (*report.template_troubles, *([tr("stopped: {why}", why=report.stopped)] if report.stopped else [])):
        tell(text)
    if not (report.mails or report.unsent or report.troubles or report.expired):
        tell(tr("nothing to send"))


def _untold(report: RunReport) -> Iterator[str]:
    """What is due and nobody hears of, and why."""
    for unsent in report.unsent:
        yield f"{click.style(unsent.place.a1, bold=True)}  {unsent.message}  ({unsent.code})\n    {unsent.place.link}"
    for late in report.expired:
        said = tr("due {day}, {reason}", day=late.place.due, reason=late.reason)
        yield f"{click.style(late.place.a1, bold=True)}  {said}  ({words.state(late.state)})"
    yield from map(quiet, report.resting)
    yield from map(line, report.troubles)


def quiet(resting: Resting) -> str:
    """What would be told, and until when somebody asked for quiet."""
    what = resting.summary or tr("{place}  due {day}", place=resting.place.a1, day=resting.place.due)
    return tr("{what}, quiet until {until}", what=what, until=resting.until)


def _mail_line(mail: MailReport) -> str:
    reason = f"  ({mail.reason})" if mail.reason else ""
    by = "  " + tr("by {channel}", channel=mail.channel) if mail.channel else ""
    return f"{click.style(words.state(mail.state), bold=True):9}  {mail.name} <{mail.address}>{by}  {mail.subject}  [{mail.reminders}]{reason}"


def sum_of(visits: Sequence[Visit], meant: int) -> dict[str, Any]:
    """All of a round, for programs; `meant` is how many spreadsheets it was to look after."""
    again = len({visit.id for visit in visits})
    return {
        "spreadsheets": [visit.json() for visit in visits],
        "counts": summed(visit.counts() for visit in visits),
        "failed": [visit.name for visit in visits if visit.exit_code not in (0, 3)],
        "requests": summed(visit.done.requests for visit in visits),
        "mirroring": summed(visit.done.mirroring for visit in visits),
        "said": in_words(visits, meant - again),
    }
