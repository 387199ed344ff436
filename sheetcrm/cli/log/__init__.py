"""`sheetcrm log`: what became of every reminder, and what we wrote into spreadsheets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from sheetcrm.cli.options import Asked, spreadsheet_options


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
@click.option("--customer", metavar="ID", default="", help="Only of the row with that id, whatever sheet it is in.")
@click.option(
    "--person", metavar="PERSON", default="", help="Only what went to that name or address; with --ours: who wrote."
)
@click.option("--command", metavar="COMMAND", default="", help="With --ours: only by that command (team add).")
@click.option("--sheet", metavar="SHEET", default="", help="With --ours: only of that sheet, by its key.")
@click.option("--since", metavar="WHEN", help="With --ours: only from that day or moment on (2026-11-20T08:00).")
@click.option("--until", metavar="WHEN", help="With --ours: only before that day or moment.")
@click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="NUMBER", help="At most so many."
)
@click.option("--full", is_flag=True, help="With --ours: everything that a write changed, not just the first ten.")
@spreadsheet_options
def log_command(asked: Asked, *, of: str | None, **options: Any) -> int:
    """Show what was sent to whom, or what was written.

    The latest first, of every spreadsheet, or of the one that --in says; no request is made.
    """
    from sheetcrm.cli.log import mails, ours
    from sheetcrm.errors import UsageError
    from sheetcrm.messages import tr

    wanted = Wanted(**options)
    if of == "mails":
        if wanted.command or wanted.sheet or wanted.since or wanted.until:
            raise UsageError(tr("--command, --sheet, --since and --until are for --ours"))
        return mails.show(asked, wanted)
    if of == "ours":
        return ours.show(asked, wanted)
    raise UsageError(tr("which log? --mails: what was sent to whom; --ours: what was written into the spreadsheets"))
