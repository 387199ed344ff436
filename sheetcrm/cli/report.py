"""`sheetcrm report`: the weekly summary, on the screen, as a page, or mailed."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.check import line
from sheetcrm.cli.options import SOMETHING_TO_SEE, Asked, Job, now, print_json, spreadsheet_options, tell, today_in
from sheetcrm.cli.remind import words
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from datetime import date

    from sheetcrm.remind.message import Draft
    from sheetcrm.remind.summary.figures import Figures
    from sheetcrm.remind.summary.letter import Letter
    from sheetcrm.remind.summary.telling import Summaries
    from sheetcrm.remind.summary.weeks import Week
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.records import Reading

LAST = "last"


@click.command("report")
@click.option(
    "--week",
    "text",
    is_flag=False,
    flag_value=LAST,
    default=LAST,
    metavar="[YYYY-Www]",
    help="Which week, as in 2026-W47 (default: the last one that is over).",
)
@click.option("--rule", metavar="KEY", help="Which summary, where the template has several.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.html", help="Write it as a page.")
@click.option("--mail", is_flag=True, help="Mail it to whom it is for, each once, as remind would.")
@spreadsheet_options
def report_command(asked: Asked, text: str, rule: str | None, out: Path | None, mail: bool) -> int:
    """Show the weekly summary, or mail it.

    What was new, won and lost in the week and in the one before; the stages,
    what waits and what is coming are as they are now.
    """
    if mail and (out or rule):
        raise click.UsageError(tr("--mail sends every summary to whom it is for: leave out --out and --rule"))
    from sheetcrm.remind.summary.figures import figures
    from sheetcrm.remind.summary.weeks import Week

    with asked.open() as job:
        template, language = job.template()
        key = _rule(template, rule)
        reading = _read(job, template, language)
        today = today_in(reading.layout.time_zone)
        week = Week.of(today).before if text == LAST else Week.parse(text)
        if mail:
            return _mailed(asked, _mail(job, reading, week, today))
        return _shown(asked, reading, figures(reading, key, week, today=today, language=reading.language), out)


def _rule(template: Template, wanted: str | None) -> str:
    """The key of the summary meant, the first where nobody says one; UsageError where there is none, or no such one."""
    from sheetcrm.errors import UsageError
    from sheetcrm.remind.summary.telling import summary_rules
    from sheetcrm.variants import nearest

    known = list(summary_rules(template))
    if not known:
        raise UsageError(
            tr(
                "{template} has no rule of type summary under reminders:; add one (docs/reminders.md shows how)",
                template=template.key,
            )
        )
    if wanted is None:
        return known[0]
    if wanted not in known:
        raise UsageError(
            tr(
                "no such summary: {rule}{hint} (there are {names})",
                rule=wanted,
                hint=nearest(wanted, known),
                names=", ".join(known),
            )
        )
    return wanted


def _read(job: Job, template: Template, language: str) -> Reading:
    from sheetcrm import sync
    from sheetcrm.remind.gather import needed

    return sync.read(job.gateway, template, language=language, columns=needed(template), rules=False)


def _shown(asked: Asked, reading: Reading, found: Figures, out: Path | None) -> int:
    """All of it, of everybody, whoever it is mailed to."""
    from sheetcrm.remind.summary.letter import letter

    if asked.as_json:
        print_json(found.json())
    made = letter([found], reading, language=reading.language) if out or not asked.as_json else None
    if made and out:
        _write(made, out)
    elif made:
        click.echo(made.draft.text)
    for trouble in reading.troubles:
        tell(line(trouble))
    return SOMETHING_TO_SEE if reading.troubles else 0


def _write(made: Letter, out: Path) -> None:
    from sheetcrm.errors import UsageError, reason

    try:
        out.write_text(page(made.draft), encoding="utf-8")
    except OSError as error:
        raise UsageError(tr("{file} cannot be written: {reason}", file=out, reason=reason(error))) from error
    if made.lacks:
        tell(tr("without a picture: {why}", why=made.lacks))
    tell(tr("written: {file}", file=out))


def page(draft: Draft) -> str:
    """The page of a mail with its pictures within, so that it can be opened by itself."""
    html = draft.html
    for one in draft.attachments:
        data = base64.b64encode(one.data).decode("ascii")
        html = html.replace(f"cid:{one.cid}", f"data:{one.kind};base64,{data}") if one.cid else html
    return html


def _mail(job: Job, reading: Reading, week: Week, today: date) -> Summaries:
    from sheetcrm.cli.posting import mail_settings, settings_of
    from sheetcrm.connect import network
    from sheetcrm.remind.ledger import Ledger
    from sheetcrm.remind.summary.telling import tell_week

    way = mail_settings(job.config).by
    notifier = way.notifier(job.config.folder, os.environ).led(network(job.config).lead)
    settings = settings_of(job.config)
    with Ledger.open(job.config.ledger_place(os.environ)) as ledger:
        return tell_week(reading, ledger, notifier, week=week, today=today, now=now, settings=settings)


def _mailed(asked: Asked, told: Summaries) -> int:
    from sheetcrm.cli.remind.show import quiet

    stopped = told.delivery.stopped
    if asked.as_json:
        print_json(told.json())
    else:
        for one in told.mails:
            reason = f"  ({one.reason})" if one.reason else ""
            click.echo(
                f"{click.style(words.state(one.state), bold=True):9}  {one.name} <{one.address}>  {one.subject}{reason}"
            )
        for resting in told.resting:
            click.echo(quiet(resting))
        for trouble in told.troubles:
            click.echo(line(trouble))
        if told.known:
            tell(tr("{count} told before: each week is mailed once", count=told.known))
        if stopped:
            tell(tr("stopped: {why}", why=stopped))
        if not (told.mails or told.known or told.troubles or told.resting):
            tell(tr("nobody is to be told"))
    if stopped or any(one.state != "sent" for one in told.mails):
        return 1
    return SOMETHING_TO_SEE if told.troubles else 0
