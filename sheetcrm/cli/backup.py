"""`sheetcrm backup`: every spreadsheet of the config, and the ledger → archives; which there are, and whether they are whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.erased import holding
from sheetcrm.cli.installing import backup_install_command
from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    Job,
    identity_option,
    now,
    print_json,
    spreadsheet_options,
    tell,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.backup.keeping import Held
    from sheetcrm.backup.making import Made
    from sheetcrm.config import Config

LEDGER = "ledger"
"""The folder of the ledger's archives; ids of spreadsheets are longer."""


@click.group("backup", invoke_without_command=True)
@spreadsheet_options
@click.pass_context
def backup_command(context: click.Context, asked: Asked) -> int:
    """Write every spreadsheet and the ledger into archives.

    Of each, where nothing changed since the last, no new one.  With --in just
    that spreadsheet.  They go to the folder that backup: in the config names,
    older ones go as it says.

    \b
    sheetcrm backup
    sheetcrm backup verify
    """
    if context.invoked_subcommand is not None:
        if asked.wanted or asked.config:
            raise click.UsageError(tr("--in and --config go after the command: backup list --in NAME"))
        return 0
    found = _backed_up(asked)
    if asked.as_json:
        print_json(found)
    return max((one.get("exit_code", 0) for one in found), default=0)


def _backed_up(asked: Asked) -> list[dict[str, Any]]:
    """What became of each spreadsheet that is meant, and of the ledger."""
    from sheetcrm import config

    found = []
    with asked.connected() as (loaded, connection):
        meant = [config.resolve(loaded, asked.wanted)] if asked.wanted else list(loaded.spreadsheets.items())
        for name, settings in meant:
            with asked.job(loaded, connection, name, settings) as job:
                found.append(_tried({"name": name, "id": settings.id}, partial(_of_job, asked, job)))
        if not asked.wanted:
            ledger = _tried({"name": LEDGER}, partial(_of_ledger, asked, loaded))
            found += [ledger] if len(ledger) > 1 else []
    if not found and not asked.as_json:
        click.echo(tr("nothing to back up yet: {file} names no spreadsheet", file=loaded.file.name))
    return found


def _tried(about: dict[str, Any], work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What became of one: what goes wrong with it does not stop the others."""
    from sheetcrm.errors import SheetcrmError

    try:
        return {**about, **work()}
    except SheetcrmError as error:
        tell(click.style(str(error), fg="red"))
        return {**about, "error": str(error), "exit_code": error.exit_code}


def _of_ledger(asked: Asked, loaded: Config) -> dict[str, Any]:
    """What became of the ledger; nothing where there is none."""
    from sheetcrm.backup.keeping import thin_out
    from sheetcrm.backup.ledger import back_up_ledger
    from sheetcrm.backup.making import Kept

    settings = loaded.backup
    folder = loaded.path(settings.folder) / LEDGER
    place = loaded.ledger_place(os.environ)
    made = back_up_ledger(place, Kept(folder, settings.encrypt_to), now=now())
    if made is None:
        return {}
    thin_out(folder, settings.keep)
    if not asked.as_json:
        new = tr("{path}  the ledger", path=made.path)
        click.echo(new if made.new else tr("nothing changed since {path}", path=made.path))
    return {"file": str(made.path), "new": made.new}


def back_up_job(asked: Asked, job: Job) -> Made:
    """A backup of the job's spreadsheet, and older ones thinned out as the config says."""
    from sheetcrm.backup.keeping import thin_out
    from sheetcrm.backup.making import Kept, back_up

    settings = job.config.backup
    folder = job.config.path(settings.folder) / job.settings.id
    with asked.metered() as meter:
        made = back_up(
            job.gateway, job.drive, job.settings.id, Kept(folder, settings.encrypt_to), now=now(), meter=meter
        )
    thin_out(folder, settings.keep)
    return made


def back_up_first(asked: Asked, job: Job) -> None:
    """A backup before something is done that loses data; its error stops what was to be done.  Nothing where the config says so."""
    if job.config.backup.before_apply:
        made = back_up_job(asked, job)
        tell(tr("as it was before: {path}", path=made.path))
        for line in made.remarks:
            tell(line)


backup_command.add_command(backup_install_command)


@backup_command.command("list")
@spreadsheet_options
def list_command(asked: Asked) -> int:
    """Show which archives there are, the newest first."""
    loaded = asked.loaded()
    holds = holding(loaded)
    found: list[dict[str, Any]] = [
        {
            "holds_erased": one.path in holds,
            "name": name,
            "file": str(one.path),
            "when": one.when,
            "state": one.state,
            "encrypted": one.sealed,
            "bytes": one.path.stat().st_size,
        }
        for name, archives in _archives(asked, loaded)
        for one in archives
    ]
    if asked.as_json:
        print_json(found)
        return 0
    if not found:
        click.echo(tr("no backups yet; make one with: sheetcrm backup"))
    name = ""
    for one in found:
        if one["name"] != name:
            name = one["name"]
            click.echo(click.style(name, bold=True))
        said = "  " + tr("may hold people who were erased") if one["holds_erased"] else ""
        click.echo(f"  {one['when']:%Y-%m-%d %H:%M} UTC  {one['bytes'] / 1000:9,.0f} kB  {one['file']}{said}")
    return 0


@backup_command.command("verify")
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False, path_type=Path), metavar="[FILE]...")
@click.option("--all", "every", is_flag=True, help="Every archive that there is, not just the newest of each.")
@identity_option
@spreadsheet_options
def verify_command(asked: Asked, *, files: tuple[Path, ...], every: bool, identities: tuple[Path, ...]) -> int:
    """Check that archives are whole, and can be restored.

    Without FILE the newest of each spreadsheet.  Checks every hash, restores into a server
    in memory, and compares formulas, formats, rules, notes and marks; Google is not asked.
    """
    from sheetcrm.backup.proving import prove
    from sheetcrm.backup.verifying import verify

    meant = list(files)
    if not meant:
        meant = [
            one.path
            for _, archives in _archives(asked, asked.loaded())
            for one in (archives if every else archives[:1])
        ]
    found = [verify(path, identities) for path in meant]
    for one in found:
        prove(one.path, good=not one.troubles, now=now())
    if asked.as_json:
        print_json([{"file": str(one.path), "cells": one.cells, "troubles": list(one.troubles)} for one in found])
    else:
        for one in found:
            sign = click.style("!", fg="red") if one.troubles else click.style("✓", fg="green")
            click.echo(f"{sign} {one.path}" + ("" if one.troubles else "  " + tr("{count} cells", count=one.cells)))
            for line in one.troubles:
                click.echo(f"    {line}")
        if not found:
            click.echo(tr("no backups yet; make one with: sheetcrm backup"))
    if any(one.troubles for one in found):
        return 1
    return 0 if found else SOMETHING_TO_SEE


def _of_job(asked: Asked, job: Job) -> dict[str, Any]:
    """What became of one spreadsheet, for people now and for programs later."""
    made = back_up_job(asked, job)
    if not asked.as_json:
        new = tr("{path}  {count} cells", path=made.path, count=made.cells)
        click.echo(new if made.new else tr("nothing changed since {path}", path=made.path))
    for line in made.remarks:
        tell(line)
    return {"file": str(made.path), "new": made.new, "cells": made.cells, "remarks": list(made.remarks)}


def _archives(asked: Asked, loaded: Config) -> Iterator[tuple[str, list[Held]]]:
    """By name of the spreadsheet, the newest first; of those that the config does not know any more by id."""
    from sheetcrm import config
    from sheetcrm.backup.keeping import held

    folder = loaded.path(loaded.backup.folder)
    names = {settings.id: name for name, settings in loaded.spreadsheets.items()}
    ids = sorted(one.name for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    if asked.wanted:
        ids = [config.resolve(loaded, asked.wanted)[1].id]
    for one in ids:
        if archives := sorted(held(folder / one), reverse=True):
            yield names.get(one, one), archives
