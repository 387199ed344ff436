"""`sheetcrm remind`: what is due today → a digest mail to each owner."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.check import line
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import counted

if TYPE_CHECKING:
    from sheetcrm.config import Config, MailSettings
    from sheetcrm.remind.report import MailReport, RunReport, Unsent


@click.command("remind")
@click.option(
    "--dry-run", is_flag=True, help="Only say who would get what, to whom and why; changes and sends nothing."
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="As if it were this day (default: today in the spreadsheet's zone).",
)
@spreadsheet_options
def remind_command(asked: Asked, dry_run: bool, day: datetime | None) -> int:
    """Mail each owner a digest of what is due.

    Each reminder goes out once: a second run sends nothing.
    """
    with asked.open() as job:
        report = remind(job, day.date() if day else None, dry_run=dry_run)
        if asked.as_json:
            print_json({**report.json(), "requests": requests_of(job.gateway)})
        else:
            show(report)
            if report.unsent or report.troubles:
                job.hint()
    if report.failed:
        return 1
    return SOMETHING_TO_SEE if report.worth_seeing else 0


def remind(job: Job, day: date | None, *, dry_run: bool) -> RunReport:
    """Read the spreadsheet, give rows without an id one (not in a dry run), and send what is due."""
    from sheetcrm import sync
    from sheetcrm.remind import run as reminders
    from sheetcrm.remind.allow import AllowList
    from sheetcrm.remind.digest import Style
    from sheetcrm.remind.gather import needed
    from sheetcrm.remind.ledger import Ledger
    from sheetcrm.remind.message import Sender

    mail = mail_settings(job.config)
    template, language = job.template()
    style = Style(templates=job.config.path(mail.templates) if mail.templates else None, calendar=mail.calendar)
    settings = reminders.Settings(Sender.parse(mail.sender), AllowList.of(mail.allow), style=style)
    notifier = mail.by.notifier(job.config.folder, os.environ)
    really = today_in(template.time_zone)
    reading = sync.read(job.gateway, template, language=language, columns=needed(template), rules=False)
    if not dry_run:
        reading = sync.fill_ids(job.gateway, reading, today=really)
    today = day or today_in(reading.layout.time_zone)
    with Ledger.open(job.config.ledger_place(os.environ), read_only=dry_run) as ledger:
        return reminders.run(
            reading, ledger, notifier, today=today, now=lambda: datetime.now(UTC), settings=settings, dry_run=dry_run
        )


def mail_settings(config: Config) -> MailSettings:
    """The mail part of the config; UsageError when there is none."""
    from sheetcrm.errors import UsageError

    if config.mail is None:
        raise UsageError(f"{config.file.name} has no mail: part; see config.example.yaml")
    return config.mail


def show(report: RunReport) -> None:
    """What a run did, for people: a line a mail, then what keeps the rest from being sent."""
    for mail in report.mails:
        click.echo(_mail_line(mail))
        if report.dry_run and mail.draft:
            click.echo("\n".join(f"    {line}" for line in mail.draft.text.splitlines()))
    for unsent in report.unsent:
        click.echo(_unsent_line(unsent))
    for trouble in report.troubles:
        click.echo(line(trouble))
    for told in report.told if report.dry_run else ():
        click.echo(f"{told.place.a1}  told on {told.on} ({told.state})")
    if report.told and not report.dry_run:
        tell(f"{counted(len(report.told), 'due row was', 'due rows were')} mailed before")
    if report.samples:
        tell(f"{report.samples} due example rows are never mailed")
    for text in (*report.template_troubles, *([f"stopped: {report.stopped}"] if report.stopped else [])):
        tell(text)
    if not (report.mails or report.unsent or report.troubles):
        tell("nothing to send")


def _mail_line(mail: MailReport) -> str:
    reason = f"  ({mail.reason})" if mail.reason else ""
    return f"{click.style(mail.state, bold=True):9}  {mail.name} <{mail.address}>  {mail.subject}  [{mail.reminders}]{reason}"


def _unsent_line(unsent: Unsent) -> str:
    return f"{click.style(unsent.place.a1, bold=True)}  {unsent.message}  ({unsent.code})\n    {unsent.place.link}"
