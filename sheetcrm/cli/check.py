"""`sheetcrm check`: a spreadsheet → every wrong cell in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import (
    SOMETHING_TO_SEE,
    Asked,
    print_json,
    requests_of,
    spreadsheet_options,
    tell,
    today_in,
)

if TYPE_CHECKING:
    from sheetcrm.sync.records import Issue


@click.command("check")
@spreadsheet_options
def check_command(asked: Asked) -> int:
    """Show every wrong cell: where, a link to it, what is wrong.

    In the language of the sheet.  Exits 3 when there are any.
    """
    from sheetcrm import sync

    with asked.open() as job:
        template, language = job.template()
        reading = sync.read(job.gateway, template, language=language, today=today_in(template.time_zone))
        if asked.as_json:
            records = {key: len(extract.rows) for key, extract in reading.extracts.items()}
            print_json(
                {
                    "issues": [asdict(issue) for issue in reading.issues],
                    "records": records,
                    "requests": requests_of(job.gateway),
                }
            )
        else:
            for issue in reading.issues:
                click.echo(line(issue))
            if reading.issues:
                job.hint()
    if reading.issues:
        tell(f"{len(reading.issues)} to see to")
        return SOMETHING_TO_SEE
    tell("nothing wrong")
    return 0


def line(issue: Issue) -> str:
    """An issue for people: the place and what is wrong, then the link."""
    hint = f"  → {issue.suggestion}" if issue.suggestion else ""
    owner = f"  [{issue.owner}]" if issue.owner else ""
    place = click.style(issue.a1 or issue.sheet, bold=True)
    return f"{place}  {issue.message}{hint}{owner}  ({issue.code})\n    {issue.link}"
