"""
`sheetcrm remind`: what is due today → a digest to each owner, of one spreadsheet or of all.

The commands below it are imported when they are asked for.
"""

from __future__ import annotations

import importlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import Asked, print_json, spreadsheets_options, tell
from sheetcrm.cli.spoken import spoken
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.remind.round import Visit

COMMANDS = {
    "preview": "preview",
    "snooze": "quiet",
    "pause": "quiet",
    "wake": "quiet",
    "resend": "resend",
    "test": "trial",
    "install": "install",
}

TEN_MINUTES = timedelta(minutes=10)


class RemindGroup(click.Group):
    """Its commands, each imported from its own module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which people come to need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"sheetcrm.cli.remind.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return spoken(command)


def span(text: str) -> timedelta:
    """`90s`, `10m`, `26h` or `7d`: more than nothing."""
    units = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    if text[-1:] not in units or not text[:-1].isdecimal() or not 0 < int(text[:-1]) <= 100_000:
        raise click.BadParameter(tr("{text!r} is not how long; write 90s, 10m, 26h or 7d", text=text))
    return timedelta(**{units[text[-1]]: int(text[:-1])})


@click.group("remind", cls=RemindGroup, invoke_without_command=True)
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
@click.option(
    "--allow-first-run", is_flag=True, help="Let the first run over a spreadsheet tell of as many rows as are due."
)
@click.option("--forever", is_flag=True, help="Again and again, until SIGTERM; SIGHUP reads config and templates anew.")
@click.option("--every", type=span, metavar="SPAN", help="With --forever: how often (default: 10m).")
@spreadsheets_options
@click.pass_context
def remind_command(
    context: click.Context,
    asked: Asked,
    *,
    dry_run: bool,
    day: datetime | None,
    allow_first_run: bool,
    forever: bool,
    every: timedelta | None,
) -> int:
    """Mail each owner a digest of what is due.

    Of every spreadsheet of the config, or of the one that --in says.
    Each reminder goes out once: a second run sends nothing.
    """
    if context.invoked_subcommand is not None:
        _nothing_lost(context)
        return 0
    if every and not forever:
        raise click.UsageError(tr("--every is for --forever"), context)
    if forever:
        if dry_run or day or asked.as_json or allow_first_run:
            wrong = "--dry-run, --date, --json, --allow-first-run"
            raise click.UsageError(
                tr("--forever goes by the clock and asks nobody: leave out {names}", names=wrong), context
            )
        from sheetcrm.cli.remind.forever import keep_on

        return keep_on(asked, every or TEN_MINUTES)
    return once(asked, day, dry_run=dry_run, allow_first_run=allow_first_run)


def _nothing_lost(context: click.Context) -> None:
    """An option that stands before a command would do nothing."""
    source = click.core.ParameterSource.COMMANDLINE
    given = [one.opts[0] for one in context.command.params if context.get_parameter_source(one.name or "") is source]
    if given:
        raise click.UsageError(
            tr("say {names} after {command}", names=", ".join(given), command=context.invoked_subcommand), context
        )


def once(asked: Asked, day: datetime | None, *, dry_run: bool, allow_first_run: bool = False) -> int:
    """One round; its exit code.  What goes wrong with the only spreadsheet is raised."""
    from sheetcrm.cli.remind.rounds import go_round
    from sheetcrm.cli.remind.show import show, sum_of
    from sheetcrm.cli.remind.signals import stopping
    from sheetcrm.cli.remind.work import beat, desks, office, tell_of_failures
    from sheetcrm.remind.round import worst

    found: list[Visit] = []
    with asked.connected() as (loaded, connection), stopping() as signals:
        on = day.date() if day else None
        with office(loaded, day=on, dry_run=dry_run, allow_first_run=allow_first_run) as at:
            chosen = desks(asked, loaded, connection, at, announced=True)
            is_one = len(chosen) == 1
            for visit in go_round(chosen, at, signals.halted):
                if is_one and visit.error:
                    raise visit.error
                found.append(visit)
                if not asked.as_json:
                    show(visit, dry_run=dry_run)
            tell_of_failures(at, signals.halted)
        if signals.halted() and (asked.as_json or not any(one.report and one.report.stopped for one in found)):
            tell(tr("stopped: {why}", why=signals.halted()))
        code = 1 if signals.halted() else worst([visit.exit_code for visit in found])
        if code in (0, 3) and not dry_run:
            beat(loaded)
        if not asked.as_json and connection.hint and any(one.report and one.report.unsent for one in found):
            tell(connection.hint)
    if asked.as_json:
        print_json(found[0].json() if is_one and found else sum_of(found, len(chosen)))
    elif not is_one:
        click.echo(sum_of(found, len(chosen))["said"])
    return code
