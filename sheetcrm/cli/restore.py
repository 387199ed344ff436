"""`sheetcrm restore`: an archive → a new spreadsheet, or rows and columns of it back into the live one."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.erased import cleaner, forget_in_ledger, tell_left_out
from sheetcrm.cli.halfmade import or_binned
from sheetcrm.cli.meanwhile import moved, stayed
from sheetcrm.cli.options import (
    Asked,
    Job,
    go_on,
    identity_option,
    now,
    print_json,
    requests_of,
    sheet_key,
    spreadsheet_options,
    tell,
)
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.backup.archive import Archive
    from sheetcrm.backup.returning import Back, Choice
    from sheetcrm.config import Config
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.cells import Changed

MOST_LINES = 100
"""How many cells and rows are told before the rest is only counted."""


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--create", metavar="TITLE", help="Make a new spreadsheet of that title, as it was.")
@click.option("--folder", metavar="ID", help="With --create: the id of the Drive folder or Shared Drive to make it in.")
@identity_option
@click.option(
    "--tab",
    "tabs",
    metavar="SHEET",
    multiple=True,
    help="Bring that sheet's rows back into the live one; may be repeated.",
)
@click.option("--rows", metavar="ID,ID", help="With one --tab: just these rows, by their ids.")
@click.option("--columns", metavar="COLUMN,COLUMN", help="With one --tab: just these columns, by their keys.")
@click.option("--ledger", is_flag=True, help="Put a backup of the ledger where there is none.")
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def restore_command(
    asked: Asked, *, file: Path, create: str | None, folder: str | None, identities: tuple[Path, ...], **chosen: Any
) -> int:
    """Bring back what a backup has.

    With --create into a new spreadsheet: values, formulas, formats, rules, notes, charts and marks,
    so that `plan` knows it again.  With --tab into the live one, what differs only, row by row: what
    was changed or deleted by mistake is as it was, what came since stays.  `undo` takes that back.

    \b
    sheetcrm restore FILE --create "Our customers, as of Monday"
    sheetcrm restore FILE --tab customers --rows C-7XK2P,C-9QM4T --columns owner,stage
    """
    from sheetcrm.backup.archive import Archive

    with Archive(file, identities) as archive:
        if chosen.pop("ledger"):
            return _ledger_back(asked, archive, others=bool(create or chosen["tabs"]))
        _check(create, folder, chosen)
        if create is not None:
            return _created(asked, archive, create, folder)
        return _brought_back(asked, archive, **chosen)


def _check(create: str | None, folder: str | None, chosen: dict[str, Any]) -> None:
    """UsageError for what does not go together."""
    from sheetcrm.errors import UsageError

    tabs, parts = chosen["tabs"], chosen["rows"] or chosen["columns"]
    if (create is None) == (not tabs):
        raise UsageError(
            tr(
                "say what to bring back: --create TITLE for all of it, or --tab SHEET for its rows in the live spreadsheet"
            )
        )
    if create is not None and (parts or chosen["dry_run"]):
        raise UsageError(tr("--create brings everything back; --rows, --columns and --dry-run go with --tab"))
    if create is None and folder is not None:
        raise UsageError(tr("--folder goes with --create"))
    if parts and len(tabs) != 1:
        raise UsageError(tr("--rows and --columns are of one sheet: say one --tab"))


def _ledger_back(asked: Asked, archive: Archive, *, others: bool) -> int:
    """The ledger, to where the config says that it is."""
    from sheetcrm.backup.ledger import put_ledger_back
    from sheetcrm.errors import UsageError

    if others:
        raise UsageError(tr("--ledger brings the ledger back and nothing else"))
    _check_whole(archive, tr("nothing was changed: {path} is not whole", path=archive.path))
    loaded = asked.loaded()
    put_ledger_back(loaded.ledger_place(os.environ), archive)
    forget_in_ledger(loaded)
    tell(tr("the ledger is back as it was; what was sent since is not in it, and may be told again"))
    return 0


def _brought_back(asked: Asked, archive: Archive, *, dry_run: bool, yes: bool, **chosen: Any) -> int:
    """Compare, show, ask, write, tell."""
    from sheetcrm.backup.returning import bring_back, compare
    from sheetcrm.sync.cells import Log

    _check_whole(archive, tr("nothing was changed: {path} is not whole", path=archive.path))
    with asked.open() as job:
        template, language = job.template()
        _say_what_differs(archive, job, template)
        clean = cleaner(job.config, archive)
        found = compare(job.gateway, template, archive, _choices(template, **chosen), language, clean)
        tell_left_out(clean)
        if not asked.as_json:
            _show(found, template, language)
        work = any(back.has_work for back in found)
        if not work or dry_run or not go_on(ask=not yes):
            tell(tr("nothing was changed"))
            if asked.as_json:
                print_json(_as_json(found, None))
            return 0
        log = Log(job.journal, f"restore {archive.path.name} {' '.join(chosen['tabs'])}", now())
        done = bring_back(job.gateway, template, found, log)
        _tell_done(done)
        if asked.as_json:
            print_json({**_as_json(found, done), "requests": requests_of(job.gateway)})
    return 0


def _choices(template: Template, tabs: tuple[str, ...], rows: str | None, columns: str | None) -> list[Choice]:
    """What was asked for, by the keys of sheets."""
    from sheetcrm.backup.returning import Choice

    sheets = dict.fromkeys(sheet_key(template, tab) for tab in tabs)
    return [Choice(sheet, _listed(rows), _listed(columns)) for sheet in sheets]


def _say_what_differs(archive: Archive, job: Job, template: Template) -> None:
    """A backup of another spreadsheet may well be meant, as of a copy, and one of an older template: it is said."""
    of, made = archive.manifest["spreadsheet"], archive.manifest.get("template") or {}
    if of["id"] != job.settings.id:
        tell(tr("this is a backup of another spreadsheet: {title} ({id})", title=of["title"], id=of["id"]))
    if made.get("version", template.version) != template.version:
        old, new = made["version"], template.version
        tell(tr("the backup is of version {old} of the template, here is {new}", old=old, new=new))


def _listed(text: str | None) -> tuple[str, ...] | None:
    return None if text is None else tuple(filter(None, (one.strip() for one in text.split(","))))


def _show(found: list[Back], template: Template, language: str) -> None:
    """The plan: a line a cell and a row, the first hundred of them."""
    from sheetcrm.sync.dump import as_read

    context = template.context(language)
    lines = []
    for back in found:
        for change in back.cells:
            before, after = (text or tr("(blank)") for text in as_read(change, context))
            lines.append(f"  ~ {change.sheet} {change.id} {change.column}: {before} → {after}")
        lines += [f"  + {back.sheet} {new.id}" for new in back.gone]
    for line in lines[:MOST_LINES]:
        click.echo(line)
    if len(lines) > MOST_LINES:
        click.echo(tr("  and {count} more", count=len(lines) - MOST_LINES))
    for back in found:
        said = tr(
            "{sheet}: {cells} {cells:cell|cells} back as they were, {rows} {rows:row|rows} back; {newer} newer {newer:row stays|rows stay}",
            sheet=back.sheet,
            cells=len(back.cells),
            rows=len(back.gone),
            newer=back.newer,
        )
        click.echo(said if back.has_work else tr("{sheet}: nothing differs", sheet=back.sheet))
        for line in back.left:
            click.echo("  " + tr("stays: {why}", why=line))


def _tell_done(done: Changed) -> None:
    for line in (*stayed(done.conflicts), *moved(done)):
        tell(line)
    tell(tr("done; sheetcrm undo takes it back"))


def _as_json(found: list[Back], done: Changed | None) -> dict[str, Any]:
    sheets = [
        {
            "sheet": back.sheet,
            "cells": [asdict(change) for change in back.cells],
            "rows": [new.id for new in back.gone],
            "newer": back.newer,
            "left": list(back.left),
        }
        for back in found
    ]
    conflicts = [asdict(change) for change in done.conflicts] if done else []
    return {"sheets": sheets, "done": done is not None, "conflicts": conflicts}


def _created(asked: Asked, archive: Archive, title: str, folder: str | None) -> int:
    """A new spreadsheet, remembered once it is whole."""
    from sheetcrm.config import remember
    from sheetcrm.errors import UsageError
    from sheetcrm.settings import SpreadsheetSettings
    from sheetcrm.sheets.gateway import Drive
    from sheetcrm.sheets.newfile import folder_id, make

    _check_whole(archive, tr("nothing was made: {path} is not whole", path=archive.path))
    with asked.connected() as (loaded, connection):
        if title in loaded.spreadsheets:
            file = loaded.file.name
            raise UsageError(
                tr("{file} already has a spreadsheet {title!r}; choose another title", file=file, title=title)
            )
        new = make(
            Drive(connection.session), title, folder=folder_id(folder) if folder else None, account=connection.account
        )
        mark = archive.manifest.get("template") or {}
        settings = SpreadsheetSettings(id=new, template=_template(loaded, archive), language=mark.get("language"))
        with asked.job(loaded, connection, title, settings) as job:
            # Not by the job's own way to Drive, which writes into a journal that may be what goes wrong.
            with or_binned(Drive(connection.session), new):
                job.journal.note(f"restore {archive.path.name}", [{"file": {"title": title, "id": new}}], now())
                _filled(asked, job, archive)
                url = job.gateway.describe("spreadsheetUrl").get("spreadsheetUrl", "")
                remember(loaded, title, settings)
            if asked.as_json:
                print_json({"id": new, "url": url, "title": title})
            else:
                click.echo(tr("done: {url}", url=url))
                job.hint()
    _say_access(archive, title)
    return 0


def _filled(asked: Asked, job: Job, archive: Archive) -> None:
    """All of the archive into the new spreadsheet."""
    from sheetcrm.backup.rebuilding import rebuild

    clean = cleaner(job.config, archive)
    with asked.metered() as meter:
        rebuild(job.gateway, archive, meter, clean=clean)
    tell_left_out(clean)


def _check_whole(archive: Archive, said: str) -> None:
    """SheetcrmError, beginning with what is said, for an archive that is damaged."""
    from sheetcrm.errors import SheetcrmError

    if troubles := list(archive.troubles()):
        raise SheetcrmError("\n".join([said, *troubles]))


def _say_access(archive: Archive, title: str) -> None:
    """Who could open the old one: nobody is given access without being asked for."""
    known = "access.json" in archive.manifest["members"]
    people = [one for one in archive.json("access.json")["permissions"] if one.get("role") != "owner"] if known else []
    tell(
        tr(
            "nobody was given access to it: sheetcrm apply --share --in {title!r} gives it to the team, sheetcrm access --in {title!r} says who has it",
            title=title,
        )
    )
    if people:
        tell(
            tr(
                "{count} {count:person|people} could open the one before: access.json in {file}",
                count=len(people),
                file=archive.path.name,
            )
        )


def _template(loaded: Config, archive: Archive) -> str | None:
    """As the config has it for the old spreadsheet, else by the name that the marks have, where that can be found: else `plan` asks them."""
    from sheetcrm.errors import TemplateError
    from sheetcrm.schema import loader

    of = archive.manifest["spreadsheet"]["id"]
    known = next((one.template for one in loaded.spreadsheets.values() if one.id == of and one.template), None)
    name = (archive.manifest.get("template") or {}).get("name")
    try:
        return known or (name if name and loader.find(name, loaded.template_folders) else None)
    except TemplateError:
        return None
