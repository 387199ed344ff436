"""`sheetcrm undo`: the last thing that was written → as it was before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.allowances import ALLOWANCES, LOSING
from sheetcrm.cli.apply import tell_sent
from sheetcrm.cli.erased import known_of
from sheetcrm.cli.options import Asked, Job, go_on, now, print_json, requests_of, spreadsheet_options, tell
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheetcrm.journal import Write
    from sheetcrm.provision.undo import Undo
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.cells import CellChange

UNDO = "undo of "
"""How what takes a write back is called in the journal, before the name of that write."""


@click.command("undo")
@click.option("--allow-data-loss", is_flag=True, help=ALLOWANCES["data-loss"])
@click.option("--allow-many-changes", is_flag=True, help=ALLOWANCES["many-changes"])
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def undo_command(asked: Asked, dry_run: bool, yes: bool, **allowed: bool) -> int:
    """Take the last apply, change of rows or binding back.

    What people touched since stays as it is; says what cannot come back.
    """
    from sheetcrm.handmade.unbind import is_binding
    from sheetcrm.sync.cells import is_cells
    from sheetcrm.sync.rows_moved import is_rows

    allow = {name for name in ALLOWANCES if allowed.get(f"allow_{name.replace('-', '_')}")}
    ask = not (dry_run or yes)
    with asked.open() as job:
        path, write = _last(job)
        kept = _restorable(job, path, write, dry_run=dry_run)
        if is_binding(write.entries):
            return _unbound(asked, job, write, path, ask=ask, dry_run=dry_run)
        template, _language = job.template()
        if write.what.startswith("dedupe "):
            from sheetcrm.cli.dedupe import taken_apart

            return taken_apart(asked, job, template, ask=ask, dry_run=dry_run)
        if is_cells(kept.entries):
            return _cells_back(asked, job, template, kept, path, ask=ask, dry_run=dry_run)
        if is_rows(kept.entries):
            return _rows_back(asked, job, template, kept, path, ask=ask, dry_run=dry_run)
        back = Back(path, kept, template, frozenset(allow))
        return _apply_back(asked, job, back, ask=ask, dry_run=dry_run)


@dataclass(frozen=True)
class Back:
    """An apply that is to be taken back: its file and itself, the template, and what is allowed by name."""

    path: Path
    write: Write
    template: Template
    allow: frozenset[str]


def _last(job: Job) -> tuple[Path, Write]:
    """The newest write that can be taken back; UsageError without any."""
    from sheetcrm.errors import UsageError

    for path, write in undoable(job):
        return path, write
    raise UsageError(tr("nothing that was written to {name} from here can be undone", name=job.name))


def undoable(job: Job) -> Iterator[tuple[Path, Write]]:
    """
    What can be taken back, the newest first.

    An undoing that is not settled yet was interrupted, and is none of it: who
    types `undo` once more means the same again.
    """
    for path, write in job.journal.writes():
        if write.stage in ("begun", "done") and write.entries and not write.what.startswith(UNDO):
            yield path, write


def _apply_back(asked: Asked, job: Job, back: Back, *, ask: bool, dry_run: bool) -> int:
    """Take back what an apply set, as a plan like any other."""
    from sheetcrm import provision
    from sheetcrm.cli.backup import back_up_first
    from sheetcrm.provision.undo import undo

    write = back.write
    again = partial(undo, job.gateway, write, back.template.wanted(), back.allow)
    found = again()
    if not asked.as_json:
        click.echo(tr("undo: {what}, {when}", what=write.what, when=write.when))
        click.echo(_text(found))
    found.plan.check()
    if dry_run or not go_on(ask=ask):
        tell(tr("nothing was changed"))
        return 0
    if back.allow & LOSING and found.plan.changes:
        back_up_first(asked, job)
    done = provision.Log(job.journal, f"{UNDO}{write.what}", now())
    tell_sent(provision.apply(job.gateway, found.plan, log=done, again=lambda: again().plan))
    settle(job, back.path)
    if asked.as_json:
        print_json({**_json(found), "undone": write.fingerprint, "requests": requests_of(job.gateway)})
    return 0


def _restorable(job: Job, path: Path, write: Write, *, dry_run: bool) -> Write:
    """Without what the journal did not keep, which is said; Refused where nothing else is in it, once: then the write before is the last."""
    from sheetcrm.errors import Refused
    from sheetcrm.journal import restorable

    kept, lost = restorable(known_of(job, write))
    if lost and not kept.entries:
        if not dry_run:
            job.journal.mark(path, "aside")
        raise Refused(
            tr(
                "refused: nothing of {what} can be taken back: the journal keeps none of it (journal: redact in the config)",
                what=write.what,
            )
        )
    for place in lost:
        tell(
            tr(
                "stays: {place}: the journal does not keep what stood there (journal: redact in the config)",
                place=place,
            )
        )
    return kept


def settle(job: Job, path: Path) -> None:
    """Neither what was undone nor the undoing is undone next time; nor are tries of it of which no answer came."""
    job.journal.mark(path, "undone")
    for newer, write in job.journal.writes():
        if newer.stem <= path.stem:
            break
        if write.what.startswith(UNDO) and write.stage in ("begun", "done"):
            job.journal.mark(newer, "undone")


def _text(found: Undo) -> str:
    left = [tr("stays: {address}: {why}", address=address, why=why) for address, why in found.left]
    return "\n".join([found.plan.text(refusals=False), *left])


def _json(found: Undo) -> dict[str, Any]:
    return {**found.plan.json(), "left": [{"address": str(address), "why": why} for address, why in found.left]}


def _cells_back(
    asked: Asked, job: Job, template: Template, write: Write, path: Path, *, ask: bool, dry_run: bool
) -> int:
    """Take back cells that a command wrote row by row, where they still say what it wrote."""
    from sheetcrm.cli.meanwhile import moved
    from sheetcrm.sync.cells import Log, change_cells, taken_back
    from sheetcrm.sync.dump import as_read

    changes = taken_back(write.entries)
    if not asked.as_json:
        click.echo(tr("undo: {what}, {when}", what=write.what, when=write.when))
        for one in changes:
            before, after = as_read(one, template.context("en"))
            click.echo(f"  ~ {one.sheet} {one.id} {one.column}: {before or tr('(blank)')} → {after or tr('(blank)')}")
    if dry_run or not go_on(ask=ask):
        tell(tr("nothing was changed"))
        return 0
    done = change_cells(job.gateway, template, changes, log=Log(job.journal, f"{UNDO}{write.what}", now()))
    settle(job, path)
    for one in done.conflicts:
        tell(
            tr(
                "stays: {sheet} {id} {column}: {why}",
                sheet=one.sheet,
                id=one.id,
                column=one.column,
                why=_why_cell_stays(write, one),
            )
        )
    for line in moved(done):
        tell(line)
    if write.what.startswith("team leave "):
        tell(
            tr("what cannot come back: access to the file that was taken away, and mails that were not sent meanwhile")
        )
    if asked.as_json:
        left = [
            {"address": f"{one.sheet}.{one.column} {one.id}", "why": _why_cell_stays(write, one)}
            for one in done.conflicts
        ]
        print_json({"changed": len(done.done), "left": left, "undone": write.fingerprint})
    return 0


def _rows_back(
    asked: Asked, job: Job, template: Template, write: Write, path: Path, *, ask: bool, dry_run: bool
) -> int:
    """Bring back rows that a command deleted or moved to another tab."""
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.rows_moved import rows_back

    if not asked.as_json:
        click.echo(tr("undo: {what}, {when}", what=write.what, when=write.when))
        for one in write.entries:
            said = tr("{sheet} {id} from {to}", **one) if one["to"] else f"{one['sheet']} {one['id']}"
            click.echo(f"  + {said}")
    if dry_run or not go_on(ask=ask):
        tell(tr("nothing was changed"))
        return 0
    done = rows_back(job.gateway, template, write.entries, log=Log(job.journal, f"{UNDO}{write.what}", now()))
    settle(job, path)
    for conflict in done.conflicts:
        tell(tr("stays: {what}", what=conflict))
    for landing in done.misplaced:
        tell(tr("look at {a1}: rows or columns were moved while it was written", a1=landing.a1))
    if any(not one["to"] for one in write.entries):
        tell(
            tr(
                "what cannot come back: the place in the tab, notes, comments and colours of those rows, formulas in columns of your own"
            )
        )
    if asked.as_json:
        left = [{"address": f"{one.change.sheet} {one.change.id}", "why": one.why} for one in done.conflicts]
        print_json({"back": list(done.added), "left": left, "undone": write.fingerprint})
    return 0


def _why_cell_stays(write: Write, change: CellChange) -> str:
    """In a few words."""
    if write.what.startswith("team add "):
        return tr("somebody changed that row since, so it stays as a whole; team leave is for who was there")
    return tr("somebody changed it since")


def _unbound(asked: Asked, job: Job, write: Write, path: Path, *, ask: bool, dry_run: bool) -> int:
    """Take marks back that connect wrote; no cell is changed."""
    from sheetcrm.handmade.binding import take_marks
    from sheetcrm.handmade.unbind import unbind

    found = unbind(job.gateway, write.entries)
    if not asked.as_json:
        click.echo(tr("undo: {what}, {when}", what=write.what, when=write.when))
        click.echo(
            "  - "
            + tr("{count} {count:mark|marks}, which nobody sees", count=found.gone)
            + ("  + " + tr("{count} of before", count=found.back) if found.back else "")
        )
        for line in found.left:
            click.echo("  " + tr("stays: {what}", what=line))
    if dry_run or not go_on(ask=ask):
        tell(tr("nothing was changed"))
        return 0
    with job.journal.written(f"{UNDO}{write.what}", found.entries, now(), stage="undone"):
        take_marks(job.gateway, found, partial(unbind, job.gateway, write.entries))
    settle(job, path)
    tell(tr("what stays: the template of {name} in the config; connect it again, or take it out there", name=job.name))
    if asked.as_json:
        done = {"removed": found.gone, "restored": found.back, "left": list(found.left), "undone": write.fingerprint}
        print_json({**done, "requests": requests_of(job.gateway)})
    return 0
