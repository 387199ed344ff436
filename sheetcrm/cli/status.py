"""`sheetcrm status`: what this config looks after, and how it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, Job, print_json, spreadsheet_options

if TYPE_CHECKING:
    from sheetcrm.config import Config


@click.command("status")
@spreadsheet_options
def status_command(asked: Asked) -> int:
    """Which spreadsheets, which API, template versions (theirs and ours), last reminder run."""
    found = []
    with asked.connected() as (loaded, connection):
        for name, settings in loaded.spreadsheets.items():
            if asked.wanted in (None, name, settings.id):
                with asked.job(loaded, connection, name, settings) as job:
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
    from sheetcrm.schema import loader

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
        one["template"] = mark.template if mark else job.settings.template
        one["version"] = mark.version if mark else None
        if one["template"]:
            one["newest"] = loader.named(one["template"], job.config.template_folders).version
    except SheetcrmError as error:
        one["error"] = str(error)
    one["reminders"] = _last_run(job.config, job.settings.id)
    return one


def _last_run(config: Config, spreadsheet_id: str) -> dict[str, Any] | None:
    path = config.path(config.ledger)
    if not path.exists():
        return None
    from sheetcrm.remind.ledger import Ledger

    with Ledger.open(path, read_only=True) as ledger:
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
    elif one["version"] is None:
        lines.append(f"  {one['template']}: not applied yet")
    else:
        behind = "" if one["version"] == one["newest"] else f"; {one['newest']} is there: sheetcrm plan"
        lines.append(f"  {one['template']} version {one['version']}{behind}")
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
