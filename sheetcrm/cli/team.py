"""`sheetcrm team`: who is in the team tab, who comes, who goes and to whom their rows go."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.meanwhile import moved, stayed
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    now,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheetcrm.provision.access import Sharing
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.cells import CellChange, Changed
    from sheetcrm.sync.landing import Landing
    from sheetcrm.sync.records import Reading
    from sheetcrm.sync.team import Leaving

SHOWN = 20


@click.group("team")
def team_command() -> None:
    """List the team; add somebody; hand over what a leaver has."""


@team_command.command("list")
@spreadsheet_options
def list_command(asked: Asked) -> int:
    """List everybody, and how many cells name them."""
    from sheetcrm.sync.team import colleagues, read_team

    with asked.open() as job:
        template, language = job.template()
        found = colleagues(read_team(job.gateway, template, language=language))
        if asked.as_json:
            print_json({"team": [asdict(one) for one in found], "requests": requests_of(job.gateway)})
            return 0
        for one in found:
            words = [one.name, one.email, one.role, tr("manager {name}", name=one.manager) if one.manager else ""]
            words += [
                tr("owns {count}", count=one.owns),
                "" if one.active else tr("not active"),
                tr("example") if one.sample else "",
            ]
            click.echo("  ".join(word for word in words if word))
    return 0


@team_command.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--role", metavar="ROLE", help="An option of the team's role column, by key or title.")
@click.option("--manager", metavar="NAME", help="Who hears when they do not react.")
@spreadsheet_options
def add_command(asked: Asked, name: str, email: str, role: str | None, manager: str | None) -> int:
    """Add NAME to the team tab, ticked as active.

    `undo` takes it back.
    """
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.team import add

    with asked.open() as job:
        template, language = job.template()
        given = {"name": name, "email": email, "role": role or "", "manager": manager or ""}
        log = Log(job.journal, f"team add {name}", now())
        made = add(job.gateway, template, given, language=language, log=log)
        if asked.as_json:
            print_json({"added": asdict(made), "requests": requests_of(job.gateway)})
        else:
            tell(tr("{name} is in the team", name=name))
            _follows(template)
    return 0


@team_command.command("leave")
@click.argument("name")
@click.option("--to", metavar="NAME", help="Who takes over what names the one who leaves.")
@click.option(
    "--except",
    "without",
    metavar="COLUMN",
    multiple=True,
    help="Leave that column as it is (complaints.handler); may be repeated.",
)
@click.option(
    "--share",
    is_flag=True,
    help="Also take their access to the file away, in Drive (one call; undo does not give it back).",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def leave_command(
    asked: Asked, name: str, to: str | None, *, without: tuple[str, ...], share: bool, dry_run: bool, yes: bool
) -> int:
    """Hand everything of NAME to somebody else.

    Also unticks NAME: no mails from then on.  `undo` takes it back.
    """
    from sheetcrm.provision.access import NO_SHARING
    from sheetcrm.provision.sharing import carry_out
    from sheetcrm.sync.cells import Changed, Log, change_cells
    from sheetcrm.sync.team import leaving, read_team

    with asked.open() as job:
        template, language = job.template()
        reading = read_team(job.gateway, template, language=language)
        found = leaving(reading, name, to, without)
        access = _access(job, reading, found.name) if share else NO_SHARING
        if not asked.as_json:
            _show(found, access)
        done, steps = Changed(()), len(found.changes) + len(access.grants)
        if not dry_run and steps:
            if not _agreed(steps, yes=yes):
                return 1
            log = Log(job.journal, f"team leave {found.name}", now())
            done = change_cells(job.gateway, template, found.changes, log=log)
            carry_out(job.drive, job.settings.id, access)
        _tell(asked, job, template, found, done)
    return SOMETHING_TO_SEE if done.conflicts or done.misplaced or found.left else 0


def _agreed(steps: int, *, yes: bool) -> bool:
    """Whether the person at the terminal wants it; Refused where nobody is there to ask."""
    from sheetcrm.errors import Refused

    if not yes and not sys.stdin.isatty():
        raise Refused(tr("refused: {count} {count:step|steps} would be done; add --yes", count=steps))
    if yes or click.confirm(tr("Do these {count} steps?", count=steps), err=True):
        return True
    tell(tr("nothing was changed"))
    return False


def _access(job: Job, reading: Reading, name: str) -> Sharing:
    """What Drive is to be told when that person leaves: nothing where they are there under another name, too."""
    from sheetcrm.provision.access import Sharing
    from sheetcrm.provision.sharing import sharing
    from sheetcrm.schema.people import Member
    from sheetcrm.sync.team import colleagues

    everybody = colleagues(reading)
    people = [Member(one.name, one.email, one.role, one.active and one.name != name) for one in everybody]
    addresses = {one.email.casefold() for one in everybody if one.name == name}
    grants = sharing(job.drive.permissions(job.settings.id), people, {}).grants
    return Sharing(tuple(grant for grant in grants if grant.address in addresses))


def _show(found: Leaving, access: Sharing) -> None:
    for change in found.changes[:SHOWN]:
        click.echo(f"  ~ {change.sheet} {change.id} {change.column}: {change.before} → {change.after}")
    if len(found.changes) > SHOWN:
        click.echo("  ~ " + tr("and {count} more", count=len(found.changes) - SHOWN))
    for grant in access.grants:
        click.echo(f"  {grant.say()}  " + tr("(access to the file)"))
    for sheet, row in found.left:
        click.echo(
            "  ! " + tr("{sheet} row {row}: no id of its own, so it stays; see: sheetcrm check", sheet=sheet, row=row)
        )


def _tell(asked: Asked, job: Job, template: Template, found: Leaving, done: Changed) -> None:
    if asked.as_json:
        parts: dict[str, Sequence[CellChange | Landing]] = {
            "changes": found.changes,
            "done": done.done,
            "conflicts": done.conflicts,
        }
        parts |= {"righted": done.righted, "misplaced": done.misplaced}
        said = {name: [asdict(one) for one in changes] for name, changes in parts.items()}
        left = [{"sheet": sheet, "row": row} for sheet, row in found.left]
        print_json({**said, "left": left, "requests": requests_of(job.gateway)})
        return
    for line in (*stayed(done.conflicts), *moved(done)):
        tell(line)
    tell(tr("{count} {count:cell|cells} changed", count=len(done.done)))
    if done.done:
        _follows(template)


def _follows(template: Template) -> None:
    """What else has to do with the team, and when it follows."""
    if template.asks_for_people:
        tell(tr("views and locks follow with the next: sheetcrm apply"))
