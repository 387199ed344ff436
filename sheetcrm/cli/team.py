"""`sheetcrm team`: who is in the team tab, who comes, who goes and to whom their rows go."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

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

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.cells import Changed
    from sheetcrm.sync.team import Leaving

SHOWN = 20


@click.group("team")
def team_command() -> None:
    """Who is in the team tab; somebody new; somebody who leaves."""


@team_command.command("list")
@spreadsheet_options
def list_command(asked: Asked) -> int:
    """Everybody in the team tab, and how many cells name them."""
    from sheetcrm import sync
    from sheetcrm.sync.team import colleagues

    with asked.open() as job:
        template, language = job.template()
        found = colleagues(sync.read(job.gateway, template, language=language))
        if asked.as_json:
            print_json({"team": [asdict(one) for one in found], "requests": requests_of(job.gateway)})
            return 0
        for one in found:
            words = [one.name, one.email, one.role, f"manager {one.manager}" if one.manager else ""]
            words += [f"owns {one.owns}", "" if one.active else "not active", "example" if one.sample else ""]
            click.echo("  ".join(word for word in words if word))
    return 0


@team_command.command("add")
@click.argument("name")
@click.argument("email")
@click.option("--role", help="An option of the team's role column, by key or title.")
@click.option("--manager", metavar="NAME", help="Who hears when they do not react.")
@spreadsheet_options
def add_command(asked: Asked, name: str, email: str, role: str | None, manager: str | None) -> int:
    """Add NAME to the team tab, ticked as active (to take it back: delete the row)."""
    from sheetcrm.sync.team import add

    with asked.open() as job:
        template, language = job.template()
        given = {"name": name, "email": email, "role": role or "", "manager": manager or ""}
        made = add(job.gateway, template, given, language=language)
        if asked.as_json:
            print_json({"added": asdict(made), "requests": requests_of(job.gateway)})
        else:
            tell(f"{name} is in the team")
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
    help="Leave that column as it is (log.author); may be repeated.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def leave_command(
    asked: Asked, name: str, to: str | None, *, without: tuple[str, ...], dry_run: bool, yes: bool
) -> int:
    """Hand everything of NAME to somebody else and untick NAME: no mails from then on (undo takes it back)."""
    from sheetcrm import sync
    from sheetcrm.errors import Refused
    from sheetcrm.sync.cells import Changed, Log, change_cells
    from sheetcrm.sync.team import leaving

    with asked.open() as job:
        template, language = job.template()
        found = leaving(sync.read(job.gateway, template, language=language), name, to, without)
        if not asked.as_json:
            _show(found)
        done = Changed(())
        if not dry_run and found.changes:
            if not yes and not sys.stdin.isatty():
                raise Refused(f"refused: would change {len(found.changes)} cells; add --yes")
            if not yes and not click.confirm(f"Change these {len(found.changes)} cells?", err=True):
                tell("nothing was changed")
                return 1
            log = Log(job.journal, f"team leave {found.name}", now())
            done = change_cells(job.gateway, template, found.changes, log=log)
        _tell(asked, job, template, found, done)
    return SOMETHING_TO_SEE if done.conflicts or done.misplaced or found.left else 0


def _show(found: Leaving) -> None:
    for change in found.changes[:SHOWN]:
        click.echo(f"  ~ {change.sheet} {change.id} {change.column}: {change.before} → {change.after}")
    if len(found.changes) > SHOWN:
        click.echo(f"  ~ and {len(found.changes) - SHOWN} more")
    for sheet, row in found.left:
        click.echo(f"  ! {sheet} row {row}: no id of its own, so it stays; see: sheetcrm check")


def _tell(asked: Asked, job: Job, template: Template, found: Leaving, done: Changed) -> None:
    if asked.as_json:
        parts = {"changes": found.changes, "done": done.done, "conflicts": done.conflicts, "misplaced": done.misplaced}
        said = {name: [asdict(one) for one in changes] for name, changes in parts.items()}
        left = [{"sheet": sheet, "row": row} for sheet, row in found.left]
        print_json({**said, "left": left, "requests": requests_of(job.gateway)})
        return
    for change in done.conflicts:
        tell(f"stays: {change.sheet} {change.id} {change.column}: somebody changed it meanwhile")
    for change in done.misplaced:
        tell(f"look: {change.sheet} {change.id} was moved while {change.column} was written; check that row")
    tell(f"{len(done.done)} cells changed")
    if done.done:
        _follows(template)


def _follows(template: Template) -> None:
    """What else has to do with the team, and when it follows."""
    if template.asks_for_people:
        tell("views and locks follow with the next: sheetcrm apply")
