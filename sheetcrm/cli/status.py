"""`sheetcrm status`: what this config looks after, and how it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, Job, now, print_json, spreadsheets_options, template_file
from sheetcrm.cli.remind import span
from sheetcrm.cli.remind.watch import next_due, reminder_lines, reminders
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from pathlib import Path

    from sheetcrm.layout import Made
    from sheetcrm.schema.template import Template


STANDING = {
    "same": "",
    "new": N_(": not applied yet"),
    "behind": N_(", behind: there is {there}; see sheetcrm plan --in {name}"),
    "ahead": N_(", ahead of what is here: {there}; update sheetcrm, or your template's file"),
    "other": N_(", not what the config names: {there}"),
}


@click.command("status")
@click.option(
    "--max-age", type=span, metavar="SPAN", help="Fail when the last whole run of reminders is older, such as 26h."
)
@click.option("--next", "ahead", is_flag=True, help="Read the rows, too, and say what is told next.")
@click.option("--deep", is_flag=True, help="Look at everything that it stands on first, as sheetcrm doctor does.")
@spreadsheets_options
def status_command(asked: Asked, *, max_age: timedelta | None, ahead: bool, deep: bool) -> int:
    """Show every spreadsheet and whether its template is behind.

    Also which API it is on, and how its reminders stand; one request each.
    For monitoring: 0 is fine, 3 something to see, 1 cannot be read, a run that failed, or one that is overdue (--max-age).
    """
    if deep:
        return _deep(asked, max_age, ahead=ahead)
    found, code = _looked(asked, max_age, ahead=ahead)
    if asked.as_json:
        print_json(found)
    return code


def _deep(asked: Asked, max_age: timedelta | None, *, ahead: bool) -> int:
    """Everything that it stands on, and how it stands where that is not broken."""
    from sheetcrm.cli.doctor import as_json, examined, is_cut_off
    from sheetcrm.doctor import exit_code
    from sheetcrm.remind.round import worst

    findings = examined(asked)
    found, code = ([], 1) if is_cut_off(findings) else _looked(asked, max_age, ahead=ahead)
    if asked.as_json:
        print_json({"doctor": as_json(findings), "spreadsheets": found})
    return worst([exit_code(findings), code])


def _looked(asked: Asked, max_age: timedelta | None, *, ahead: bool) -> tuple[list[dict[str, Any]], int]:
    """How each spreadsheet stands, said to people; and the exit code."""
    from sheetcrm import config
    from sheetcrm.remind.round import worst

    found = []
    templates: dict[Path, Template] = {}
    with asked.connected() as (loaded, connection):
        meant = [config.resolve(loaded, asked.wanted)] if asked.wanted else list(loaded.spreadsheets.items())
        for name, settings in meant:
            with asked.job(loaded, connection, name, settings, templates) as job:
                one = standing(job)
                one["reminders"] = reminders(job, now(), max_age)
                if ahead and "error" not in one:
                    one["next_due"] = next_due(job, one)
                found.append(one)
    code = worst([1 if "error" in one else one["reminders"]["exit_code"] for one in found])
    if not found and not asked.as_json:
        click.echo(
            tr("{file}: no spreadsheet yet; make one with: sheetcrm apply pipeline --create TITLE", file=loaded.file)
        )
    for one in () if asked.as_json else found:
        click.echo(_text(one))
    return found, code


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


def _text(one: dict[str, Any]) -> str:
    lines = [click.style(one["name"], bold=True), f"  {one['api']}", f"  {one.get('url', one['id'])}"]
    if "error" in one:
        lines.append("  " + click.style(tr("cannot be read: {reason}", reason=one["error"]), fg="red"))
    elif one["template"] is None:
        lines.append(tr("  no template yet: sheetcrm apply TEMPLATE"))
    else:
        made, there = (
            tr(", over ").join(f"{name} {number}" for name, number in one[part].items())
            for part in ("made_from", "there_is")
        )
        said = STANDING[one["standing"]]
        standing = tr(said, there=there, name=one["name"])
        lines.append(f"  {made or one['template']}{standing}")
    if "next_due" in one:
        lines.append("  " + tr("next: {what}", what=one["next_due"] or tr("nothing within two weeks")))
    lines += [f"  {text}" for text in reminder_lines(one["reminders"])]
    return "\n".join(lines)
