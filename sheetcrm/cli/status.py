"""`sheetcrm status`: what this config looks after, and how it stands."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, Job, print_json, spreadsheet_options, template_file

if TYPE_CHECKING:
    from pathlib import Path

    from sheetcrm.config import Config
    from sheetcrm.layout import Made
    from sheetcrm.schema.template import Template


STANDING = {
    "same": "",
    "new": ": not applied yet",
    "behind": ", behind: there is {there}; see sheetcrm plan --in {name}",
    "ahead": ", ahead of what is here: {there}; update sheetcrm, or your template's file",
    "other": ", not what the config names: {there}",
}


@click.command("status")
@spreadsheet_options
def status_command(asked: Asked) -> int:
    """Show every spreadsheet and whether its template is behind.

    Also which API it is on, and when reminders were last sent; one request each.
    """
    from sheetcrm import config

    found = []
    templates: dict[Path, Template] = {}
    with asked.connected() as (loaded, connection):
        meant = [config.resolve(loaded, asked.wanted)] if asked.wanted else list(loaded.spreadsheets.items())
        for name, settings in meant:
            with asked.job(loaded, connection, name, settings, templates) as job:
                found.append(standing(job))
    if asked.as_json:
        print_json(found)
        return int(any("error" in one for one in found))
    if not found:
        click.echo(f"{loaded.file}: no spreadsheet yet; make one with: sheetcrm apply pipeline --create TITLE")
    for one in found:
        click.echo(_text(one))
    return int(any("error" in one for one in found))


def standing(job: Job) -> dict[str, Any]:
    """How one spreadsheet stands; what cannot be found out is said as `error`, and the rest still told."""
    from sheetcrm.errors import SheetcrmError
    from sheetcrm.layout import marked_template

    one: dict[str, Any] = {
        "name": job.name,
        "id": job.settings.id,
        "api": job.connection.label,
        "language": job.settings.language,
    }
    try:
        description = job.gateway.describe("spreadsheetUrl,properties.title,developerMetadata")
        one |= {
            "url": description.get("spreadsheetUrl", ""),
            "title": description.get("properties", {}).get("title", ""),
        }
        mark = marked_template(description)
        name = job.settings.template or (mark.template if mark else None)
        one |= {"template": mark.template if mark else name, "version": mark.version if mark else None}
        if name:
            template = job.load(template_file(job.config, name))
            one |= _compared(mark, template)
    except SheetcrmError as error:
        one["error"] = str(error)
    one["reminders"] = _last_run(job.config, job.settings.id)
    return one


def _compared(mark: Made | None, template: Template) -> dict[str, Any]:
    """Whether what it was made from is what there is now: each template and version by name, what is extended too."""
    made = {mark.template: mark.version, **dict(mark.lineage)} if mark else {}
    there = {template.key: template.version, **dict(template.lineage)}
    standing = "same"
    if mark is None:
        standing = "new"
    elif any(version > there.get(name, version) for name, version in made.items()):
        standing = "ahead"
    elif template.key not in made:
        standing = "behind" if mark.template in there else "other"
    elif made != there:
        standing = "behind"
    return {"newest": template.version, "standing": standing, "made_from": made, "there_is": there}


def _last_run(config: Config, spreadsheet_id: str) -> dict[str, Any] | None:
    from pathlib import Path

    place = config.ledger_place(os.environ)
    if isinstance(place, Path) and not place.exists():
        return None
    from sheetcrm.remind.ledger import Ledger

    with Ledger.open(place, read_only=True) as ledger:
        run = ledger.last_run(spreadsheet_id)
        waiting = {str(state): number for state, number in ledger.counts(spreadsheet_id).items()}
    if run is None:
        return None
    return {
        "last": run.started,
        "for": run.today,
        "finished": run.finished is not None,
        "counts": dict(run.counts),
        "stopped": run.stopped,
        "mails": waiting,
    }


def _text(one: dict[str, Any]) -> str:
    lines = [click.style(one["name"], bold=True), f"  {one['api']}", f"  {one.get('url', one['id'])}"]
    if "error" in one:
        lines.append(f"  {click.style('cannot be read', fg='red')}: {one['error']}")
    elif one["template"] is None:
        lines.append("  no template yet: sheetcrm apply TEMPLATE")
    else:
        made, there = (
            ", over ".join(f"{name} {number}" for name, number in one[part].items())
            for part in ("made_from", "there_is")
        )
        lines.append(f"  {made or one['template']}{STANDING[one['standing']].format(there=there, name=one['name'])}")
    last = one["reminders"]
    if last is None:
        lines.append("  reminders: never run")
    else:
        counts = ", ".join(f"{number} {word}" for word, number in last["counts"].items()) or "nothing due"
        ended = "" if last["finished"] else "  (did not finish)"
        lines.append(f"  reminders: last run {last['last']:%Y-%m-%d %H:%M} UTC for {last['for']}: {counts}{ended}")
        if last["stopped"]:
            lines.append(f"  stopped: {last['stopped']}")
    return "\n".join(lines)
