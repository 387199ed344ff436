"""`remind preview`: what would go out, as a page for the browser."""

from __future__ import annotations

import sys
import tempfile
import webbrowser
from datetime import datetime
from pathlib import Path

import click

from sheetcrm.cli.options import Asked, print_json, spreadsheets_options, tell
from sheetcrm.messages import tr


@click.command("preview")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="Write the page there.")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="YYYY-MM-DD", help="As if it were this day.")
@spreadsheets_options
def preview_command(asked: Asked, *, out: Path | None, day: datetime | None) -> int:
    """Show in a browser what would go out; nothing is sent."""
    from sheetcrm.cli.remind.show import quiet
    from sheetcrm.cli.remind.work import desks, office
    from sheetcrm.errors import UsageError, reason
    from sheetcrm.remind.preview import preview
    from sheetcrm.remind.round import looked_after

    with (
        asked.connected() as (loaded, connection),
        office(loaded, day=day.date() if day else None, dry_run=True, allow_first_run=True) as at,
    ):
        chosen = desks(asked, loaded, connection, at, announced=True)
        found = [looked_after(desk, lambda: "") for desk in chosen]
    for visit in found:
        if visit.error:
            raise visit.error
    mails = [mail for visit in found if visit.report for mail in visit.report.mails]
    languages = {mail.draft.language for mail in mails if mail.draft}
    page = preview(mails, language="zh" if languages and all(one.startswith("zh") for one in languages) else "en")
    place = out or Path(tempfile.mkdtemp(prefix="sheetcrm-")) / "reminders.html"
    try:
        place.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(tr("{file} cannot be written: {reason}", file=place, reason=reason(error))) from error
    if out is None and sys.stdout.isatty() and not asked.as_json:
        webbrowser.open(place.absolute().as_uri())
    if asked.as_json:
        print_json({"page": str(place), "mails": len(mails)})
    else:
        click.echo(str(place))
        for resting in (one for visit in found if visit.report for one in visit.report.resting):
            tell(quiet(resting))
        tell(tr("nothing was sent"))
    return 0
