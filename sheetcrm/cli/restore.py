"""`sheetcrm restore`: an archive → a new spreadsheet, or rows and columns of it back into the live one."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import Asked, print_json, spreadsheet_options, tell
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.backup.archive import Archive
    from sheetcrm.config import Config


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--create", metavar="TITLE", help="Make a new spreadsheet of that title, as it was.")
@click.option("--folder", metavar="ID", help="With --create: the id of the Drive folder or Shared Drive to make it in.")
@click.option(
    "--identity",
    "identities",
    multiple=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The key for an encrypted one: a file that age-keygen made; may be repeated.",
)
@spreadsheet_options
def restore_command(
    asked: Asked, *, file: Path, create: str | None, folder: str | None, identities: tuple[Path, ...]
) -> int:
    """Bring back what a backup has.

    With --create into a new spreadsheet: values, formulas, formats, rules, notes, charts and marks, so that `plan` knows it again.

    \b
    sheetcrm restore FILE --create "Our customers, as of Monday"
    """
    from sheetcrm.backup.archive import Archive
    from sheetcrm.errors import UsageError

    with Archive(file, identities) as archive:
        if create is None:
            raise UsageError(tr("say what to bring back: --create TITLE for all of it"))
        return _created(asked, archive, create, folder)


def _created(asked: Asked, archive: Archive, title: str, folder: str | None) -> int:
    """A new spreadsheet; what was half made is put into the bin."""
    from sheetcrm.backup.rebuilding import rebuild
    from sheetcrm.config import SpreadsheetSettings, remember
    from sheetcrm.errors import SheetcrmError, UsageError
    from sheetcrm.sheets.gateway import Drive

    if troubles := list(archive.troubles()):
        raise SheetcrmError("\n".join([tr("nothing was made: {path} is not whole", path=archive.path), *troubles]))
    with asked.connected() as (loaded, connection):
        if title in loaded.spreadsheets:
            raise UsageError(
                tr(
                    "{file} already has a spreadsheet {title!r}; choose another title",
                    file=loaded.file.name,
                    title=title,
                )
            )
        drive = Drive(connection.session)
        new = drive.create(title, folder=folder)
        mark = archive.manifest.get("template") or {}
        settings = SpreadsheetSettings(id=new, template=_known(loaded, mark.get("name")), language=mark.get("language"))
        with asked.job(loaded, connection, title, settings) as job:
            try:
                with asked.metered() as meter:
                    rebuild(job.gateway, archive, meter)
            except BaseException:
                with suppress(SheetcrmError):
                    drive.bin(new)
                    tell(tr("what was half made is in Drive's bin: {id}", id=new))
                raise
            remember(loaded, title, settings)
            url = job.gateway.describe("spreadsheetUrl").get("spreadsheetUrl", "")
            if asked.as_json:
                print_json({"id": new, "url": url, "title": title})
            else:
                click.echo(tr("done: {url}", url=url))
                job.hint()
    _say_access(archive)
    return 0


def _say_access(archive: Archive) -> None:
    """Who could open the old one: nobody is given access without being asked for."""
    if "access.json" not in archive.manifest["members"]:
        return
    people = [one for one in archive.json("access.json")["permissions"] if one.get("role") != "owner"]
    if people:
        tell(
            tr(
                "nobody else may open it yet; {count} could open the one before (access.json in the backup): sheetcrm apply --share gives the team access",
                count=len(people),
            )
        )


def _known(loaded: Config, name: str | None) -> str | None:
    """The name of a template, where it still can be found by that; without it `plan` asks the marks in the spreadsheet."""
    from sheetcrm.errors import TemplateError
    from sheetcrm.schema import loader

    try:
        return name if name and loader.find(name, loaded.template_folders) else None
    except TemplateError:
        return None
