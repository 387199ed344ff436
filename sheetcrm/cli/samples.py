"""`sheetcrm samples`: the template's example rows, taken out again."""

from __future__ import annotations

import sys

import click

from sheetcrm.cli.options import Asked, now, print_json, requests_of, spreadsheet_options, tell
from sheetcrm.messages import tr


@click.group("samples")
def samples_command() -> None:
    """Take the template's example rows out again.

    They come with: apply --with-samples.
    """


@samples_command.command("remove")
@click.option("--yes", is_flag=True, help="Do not ask.")
@spreadsheet_options
def remove_command(asked: Asked, yes: bool) -> int:
    """Delete the example rows.

    They are found by their keys; rows of your own are never touched.
    """
    from sheetcrm import provision
    from sheetcrm.errors import Refused

    with asked.open() as job:
        template, language = job.template()
        found = provision.find_samples(job.gateway, template)
        if not asked.as_json:
            for sheet, rows in found.items():
                for row in rows:
                    click.echo(f"- {template.sheets[sheet].title.say(language)} {row.number}: {row.key}")
        total = sum(len(rows) for rows in found.values())
        if total and not yes:
            if not sys.stdin.isatty():
                raise Refused(
                    tr("refused: would delete {count} {count:example row|example rows}; add --yes", count=total)
                )
            if not click.confirm(tr("Delete {count} {count:example row|example rows}?", count=total), err=True):
                tell(tr("nothing was deleted"))
                return 1
        log = provision.Log(job.journal, "samples remove", now())
        removed = provision.remove_samples(job.gateway, template, log=log) if total else 0
        if asked.as_json:
            print_json({"removed": removed, "requests": requests_of(job.gateway)})
        else:
            tell(tr("{count} {count:example row|example rows} deleted", count=removed))
    return 0
