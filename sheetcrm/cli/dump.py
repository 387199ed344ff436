"""`sheetcrm export`: the records of a sheet, as CSV or JSON on stdout."""

from __future__ import annotations

from typing import Literal

import click

from sheetcrm.cli.options import Asked, sheet_key, spreadsheet_options, tell, today_in


@click.command("export")
@click.argument("sheet")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option("--samples/--no-samples", default=False, help="Also the template's example rows.")
@spreadsheet_options
def export_command(asked: Asked, sheet: str, form: Literal["csv", "json"], samples: bool) -> int:
    """Print the typed records of SHEET.

    SHEET is its key or title.  The same keys in every language, dates as 2026-01-31.
    """
    from sheetcrm import sync

    with asked.open() as job:
        template, language = job.template()
        key = sheet_key(template, sheet)
        reading = sync.read(job.gateway, template, language=language, today=today_in(template.time_zone))
        extract = reading.extracts[key]
        click.echo(sync.dump(reading, key, "json" if asked.as_json else form, samples=samples), nl=False)
        if extract.issues:
            tell(f"{len(extract.issues)} wrong cells are blank here; see: sheetcrm check")
    return 0
