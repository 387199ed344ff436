"""`sheetcrm fix`: cells that say something certain in an unusual form → the same in the usual one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    go_on,
    now,
    print_json,
    requests_of,
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.cells import Changed
    from sheetcrm.sync.quality.fixes import Fix, Fixes


@click.command("fix")
@click.argument("sheet", required=False)
@click.option(
    "--only",
    multiple=True,
    metavar="KINDS",
    help="Only blanks, width, case, or these column types or columns, with commas between.",
)
@click.option("--dry-run", is_flag=True, help="Only show what would be changed.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def fix_command(asked: Asked, sheet: str | None, only: tuple[str, ...], dry_run: bool, yes: bool) -> int:
    """Put phones, dates, numbers, options into their usual form.

    SHEET is one of them by key or title; all without it.  Each change is shown
    first, and `undo` takes them back.

    What may be meant in two ways is listed and left; exits 3 then, and when a dry run would change something.
    """
    from sheetcrm import sync
    from sheetcrm.sync.quality.fixes import fixes

    with asked.open() as job:
        template, language = job.template()
        wanted = None if sheet is None else [sheet_key(template, sheet)]
        words = [word.strip() for given in only for word in given.split(",") if word.strip()]
        reading = sync.read(job.gateway, template, language=language, today=today_in(template.time_zone))
        found = fixes(reading, wanted, words)
        if not asked.as_json:
            _show(found)
        if dry_run or not found.fixes or not go_on(ask=not yes):
            done = None
        else:
            done = _write(job, template, found.fixes, sheet)
        _tell(job, found, done, asked)
    undone = found.left or found.nameless or (done.conflicts or done.misplaced if done else found.fixes)
    return SOMETHING_TO_SEE if undone else 0


def _write(job: Job, template: Template, fixes: Sequence[Fix], sheet: str | None) -> Changed:
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.quality.fixing import apply_fixes

    log = Log(job.journal, f"fix {sheet}" if sheet else "fix", now())
    done, writes = apply_fixes(job.gateway, template, fixes, log=log)
    if writes > 1:
        tell(tr("it took {writes} writes; sheetcrm undo takes them back one by one", writes=writes))
    return done


def _show(found: Fixes) -> None:
    """Every change before it is made, then what is left to people."""
    from sheetcrm.cli.check import line

    for fix in found.fixes:
        click.echo(f"{_change(fix)}\n    {fix.link}")
    for fix in found.nameless:
        click.echo(tr("left: {what}: the row has no id of its own", what=_change(fix)) + f"\n    {fix.link}")
    for issue in found.left:
        click.echo(tr("left: {what}", what=line(issue)))


def _change(fix: Fix) -> str:
    """`客户!C7  "138 0013 8000" → "+8613800138000"  (phone)`."""
    before = json.dumps(fix.before, ensure_ascii=False)
    after = json.dumps(fix.after, ensure_ascii=False) if isinstance(fix.after, str) else fix.shown or tr("blank")
    return f"{click.style(fix.a1, bold=True)}  {before} → {after}  ({fix.kind})"


def _tell(job: Job, found: Fixes, done: Changed | None, asked: Asked) -> None:
    """What was done."""
    from sheetcrm.cli.meanwhile import moved, stayed

    if asked.as_json:
        print_json(
            {
                "fixes": [asdict(fix) for fix in found.fixes],
                "changed": len(done.done) if done else 0,
                "conflicts": [asdict(change) for change in done.conflicts] if done else [],
                "nameless": [asdict(fix) for fix in found.nameless],
                "left": [asdict(issue) for issue in found.left],
                "requests": requests_of(job.gateway),
            }
        )
    elif found.fixes or found.left or found.nameless:
        job.hint()
    for line in (*stayed(done.conflicts), *moved(done)) if done else ():
        tell(line)
    if done:
        tell(tr("{count} {count:cell|cells} changed; sheetcrm undo takes it back", count=len(done.done)))
    else:
        tell(
            tr("{count} {count:cell|cells} could be changed", count=len(found.fixes))
            if found.fixes
            else tr("nothing to change")
        )
