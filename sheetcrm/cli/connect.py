"""`sheetcrm connect`: a spreadsheet made by hand → a drafted template, or bound to one that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, Job, print_json, requests_of, spreadsheet_options, tell

if TYPE_CHECKING:
    from sheetcrm.handmade.draft import Draft


@click.command("connect")
@click.argument("spreadsheet", required=False)
@click.option(
    "--out", metavar="FILE", type=click.Path(path_type=Path), help="Write the drafted template to a new file."
)
@click.option("--rows", default=2000, show_default=True, type=click.IntRange(10, 100_000), help="Look at so many rows.")
@click.option("--anew", is_flag=True, help="Take marks of ours that are there for nothing.")
@spreadsheet_options
def connect_command(asked: Asked, spreadsheet: str | None, out: Path | None, rows: int, anew: bool) -> int:
    """Draft a template from SPREADSHEET, as it was made by hand; no cell of it is changed."""
    with replace(asked, wanted=spreadsheet or asked.wanted).open() as job:
        return _draft(asked, job, out, rows, anew=anew)


def _draft(asked: Asked, job: Job, out: Path | None, rows: int, *, anew: bool) -> int:
    """Look, draft, write it down."""
    from sheetcrm.errors import UsageError
    from sheetcrm.handmade.draft import draft
    from sheetcrm.handmade.known import refuse_marked
    from sheetcrm.handmade.survey import survey

    if out is not None and out.exists():
        raise UsageError(f"{out} is there already; say another file, or remove it first")
    found = survey(job.gateway, sample=rows)
    if not anew:
        refuse_marked(found.description, job.name)
    made = draft(found)
    if out is not None:
        out.write_text(made.text, encoding="utf-8")
    if asked.as_json:
        print_json({**_json(made), "requests": requests_of(job.gateway)})
    elif out is None:
        click.echo(made.text, nl=False)
    else:
        tell(f"{out}: {_sum(made)}")
        tell(f"read it, correct it, then: sheetcrm connect {job.name} --template {out}")
    return 0


def _sum(made: Draft) -> str:
    columns = sum(len(sheet["columns"]) for sheet in made.data["sheets"].values())
    return f"{len(made.data['sheets'])} sheets, {columns} columns, {len(made.remarks)} remarks to look at"


def _json(made: Draft) -> dict[str, Any]:
    remarks = [{"sheet": one.sheet, "column": one.column, "text": one.text} for one in made.remarks]
    return {"template": made.data, "language": made.language, "remarks": remarks, "text": made.text}
