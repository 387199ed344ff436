"""`sheetcrm archive`: rows that the template calls inactive → its archive tab, and back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
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
    sheet_key,
    spreadsheet_options,
    tell,
    today_in,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.quality.archive import Inactive
    from sheetcrm.sync.records import Reading
    from sheetcrm.sync.writing.outcome import Saved


@click.command("archive")
@click.argument("sheet", required=False)
@click.option("--id", "ids", multiple=True, metavar="ID", help="Put that row away, whatever it says; may be repeated.")
@click.option("--back", multiple=True, metavar="ID", help="Bring that row back instead; may be repeated.")
@click.option("--dry-run", is_flag=True, help="Only show which rows would be moved.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def archive_command(
    asked: Asked, sheet: str | None, ids: tuple[str, ...], back: tuple[str, ...], *, dry_run: bool, yes: bool
) -> int:
    """Move rows that are inactive to the archive, or back.

    What is inactive the template says (archive: of a sheet); SHEET is one of
    them by key or title, all without it.  Rows that others name stay known.
    `undo` takes it back.
    """
    from sheetcrm import sync
    from sheetcrm.sync.quality.archive import inactive

    with asked.open() as job:
        template, language = job.template()
        sheets = _sheets(template, sheet, (*ids, *back))
        if back:
            done = [] if dry_run else [_back(job, template, sheets[0], back)]
            return _tell(asked, job, [], done, tr("{count} {count:row|rows} would come back", count=len(back)))
        today = today_in(template.time_zone)
        reading = sync.read(job.gateway, template, language=language, today=today)
        found = [inactive(reading, one, today=today) for one in sheets]
        if ids:
            found = [type(one)(one.sheet, ids) for one in found]
        if not asked.as_json:
            _show(job, reading, found)
        count = sum(len(one.ids) for one in found)
        agreed = not dry_run and count and _agreed(count, yes=yes)
        done = _put_away(job, template, reading, found) if agreed else []
        return _tell(
            asked,
            job,
            found,
            done,
            tr("{count} {count:row is|rows are} inactive", count=count) if count else tr("nothing is inactive"),
        )


def _sheets(template: Template, sheet: str | None, named: Sequence[str]) -> tuple[str, ...]:
    from sheetcrm.errors import UsageError
    from sheetcrm.sync.quality.archive import archived_sheets

    if sheet is not None:
        return (sheet_key(template, sheet),)
    sheets = archived_sheets(template)
    if not sheets:
        raise UsageError(tr("no sheet has an archive; add archive: to one in the template, and apply it"))
    if named and len(sheets) > 1:
        raise UsageError(tr("ids are those of one sheet; say which: {names}", names=", ".join(sheets)))
    return sheets


def _agreed(count: int, *, yes: bool) -> bool:
    from sheetcrm.errors import Refused

    if not yes and not sys.stdin.isatty():
        raise Refused(tr("refused: {count} {count:row|rows} would be moved; add --yes", count=count))
    return yes or click.confirm(tr("Move {count} {count:row|rows} to the archive?", count=count), err=True)


def _put_away(job: Job, template: Template, reading: Reading, found: Sequence[Inactive]) -> list[Saved]:
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.quality.archive import put_away

    return [
        put_away(
            job.gateway, template, one.sheet, one.ids, seen=reading, log=Log(job.journal, f"archive {one.sheet}", now())
        )
        for one in found
        if one.ids
    ]


def _back(job: Job, template: Template, sheet: str, ids: Sequence[str]) -> Saved:
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.quality.archive import bring_back

    log = Log(job.journal, f"archive {sheet} --back", now())
    return bring_back(job.gateway, template, sheet, ids, log=log)


def _show(job: Job, reading: Reading, found: Sequence[Inactive]) -> None:
    for one in found:
        extract, layout = reading.extracts[one.sheet], reading.layout
        for id_ in one.ids:
            number = extract.number(id_)
            where = f"{layout.tab_title(one.sheet)}!{number}:{number}" if number else tr("not there")
            click.echo(f"{click.style(where, bold=True)}  {id_}\n    {layout.link(one.sheet, '', number or 1)}")
        for number in one.left:
            click.echo(
                tr(
                    "left: {tab}!{number}:{number} has no id of its own; see: sheetcrm check",
                    tab=layout.tab_title(one.sheet),
                    number=number,
                )
            )
    if any(one.ids for one in found):
        job.hint()


def _tell(asked: Asked, job: Job, found: Sequence[Inactive], done: Sequence[Saved], otherwise: str) -> int:
    if asked.as_json:
        parts = {"inactive": [asdict(one) for one in found], "moved": [list(one.deleted) for one in done]}
        conflicts = [asdict(conflict) for one in done for conflict in one.conflicts]
        print_json({**parts, "conflicts": conflicts, "requests": requests_of(job.gateway)})
    for one in done:
        for conflict in one.conflicts:
            tell(tr("stays: {what}", what=conflict))
        for landing in one.misplaced:
            tell(tr("look at {a1}: rows were moved while it was written", a1=landing.a1))
        for id_ in one.righted:
            tell(tr("put right: {sheet} {id}: rows were moved while it was written", sheet=one.sheet, id=id_))
        tell(tr("{count} {count:row|rows} moved; sheetcrm undo takes it back", count=len(one.deleted)))
    if not done:
        tell(otherwise)
    left = any(one.left for one in found) or any(one.conflicts or one.misplaced for one in done)
    return SOMETHING_TO_SEE if left or (not done and any(one.ids for one in found)) else 0
