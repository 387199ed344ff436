"""`sheetcrm log`: what became of every reminder, and what we wrote into spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from sheetcrm.cli.options import Asked, spreadsheets_options


@dataclass(frozen=True)
class Wanted:
    """What is asked of a log; empty or None: of everything."""

    customer: str
    person: str
    command: str
    sheet: str
    since: str | None
    until: str | None
    limit: int
    full: bool


@click.command("log")
@click.option("--mails", "of", flag_value="mails", help="Of reminders: who was told of which row, and when.")
@click.option("--ours", "of", flag_value="ours", help="Of our writes: who, when, by which command, before and after.")
@click.option(
    "--people", "of", flag_value="people", help="What others changed since a snapshot (check --snapshot): two requests."
)
@click.option("--customer", metavar="ID", default="", help="Only of the row with that id, whatever sheet it is in.")
@click.option(
    "--person", metavar="PERSON", default="", help="Only what went to that name or address; with --ours: who wrote."
)
@click.option("--command", metavar="COMMAND", default="", help="With --ours: only by that command (team add).")
@click.option("--sheet", metavar="SHEET", default="", help="With --ours, --people: only that sheet, by its key.")
@click.option(
    "--since", metavar="WHEN", help="From that day or moment on (2026-11-20T08:00); with --people: since then."
)
@click.option(
    "--until", metavar="WHEN", help="Only before that day or moment; with --people: until then, not until now."
)
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="NUMBER", help="At most so many."
)
@click.option("--full", is_flag=True, help="With --ours: everything that a write changed, not just the first ten.")
@spreadsheets_options
def log_command(asked: Asked, *, of: str | None, **options: Any) -> int:
    """Show what was sent, written by us, or changed by people.

    --mails and --ours: the latest first, of every spreadsheet, or of the one that --in says; no request is made.
    --people: of one spreadsheet, since its newest snapshot or as --since says.
    """
    from sheetcrm.cli.log import mails, ours, people
    from sheetcrm.errors import UsageError
    from sheetcrm.messages import tr

    wanted = Wanted(**options)
    if of == "mails":
        if wanted.command or wanted.sheet or wanted.since or wanted.until:
            raise UsageError(tr("--command, --sheet, --since and --until are not for --mails"))
        return mails.show(asked, wanted)
    if of == "ours":
        return ours.show(asked, wanted)
    if of == "people":
        if wanted.command or wanted.person:
            raise UsageError(tr("Google tells nobody who changed a cell: --command and --person are not for --people"))
        return people.show(asked, wanted)
    raise UsageError(
        tr("which log? --mails: what was sent to whom; --ours: what we wrote; --people: what others changed")
    )
