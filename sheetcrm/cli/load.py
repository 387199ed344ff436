"""`sheetcrm import`: a CSV file → rows of a sheet, by key."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    print_json,
    requests_of,
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)

if TYPE_CHECKING:
    from sheetcrm.sync import Imported


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", required=True, help="The sheet to import into: its key or its title.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A YAML file that says which column is which.",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be added, changed and refused.")
@spreadsheet_options
def import_command(asked: Asked, file: Path, sheet: str, mapping: Path | None, dry_run: bool) -> int:
    """Add and update rows of SHEET from a CSV.

    New keys are added, known ones updated; nothing is evaluated as a formula.

    What cannot be read is named with its line and reason and left out; exits 3 then.
    """
    from sheetcrm import sync

    with asked.open() as job:
        template, language = job.template()
        key = sheet_key(template, sheet)
        plan = sync.read_map(mapping) if mapping else None
        today = today_in(template.time_zone)
        done = sync.load(
            job.gateway, template, key, file, mapping=plan, language=language, dry_run=dry_run, today=today
        )
        if asked.as_json:
            print_json({**asdict(done), "dry_run": dry_run, "requests": requests_of(job.gateway)})
        else:
            show(done, file, dry_run=dry_run)
    return SOMETHING_TO_SEE if done.refused or done.misplaced else 0


def show(done: Imported, file: Path, *, dry_run: bool) -> None:
    """What an import did, for people: every refused line, then the figures."""
    for refusal in done.refused:
        for column, text in ((refusal.column, refusal.text), *refusal.also):
            click.echo(f"{file}:{refusal.line}: {f'{column}: ' if column else ''}{text}")
    for id_ in done.misplaced:
        click.echo(f"{id_}: rows moved while it was written; look at it")
    if done.righted:
        tell(
            f"rows moved while they were written, and were put right: {', '.join(id_ or '(no id)' for id_ in done.righted)}"
        )
    if done.unused:
        tell(f"columns of the file that go nowhere: {', '.join(done.unused)}")
    would = "would be " if dry_run else ""
    figures = f"{len(done.added)} {would}added, {len(done.changed)} {would}changed, {len(done.same)} the same, {len(done.refused)} refused"
    click.echo(figures)
