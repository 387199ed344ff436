"""`sheetcrm local`: the embedded server, and the whole main job as a story."""

from __future__ import annotations

from pathlib import Path

import click

from sheetcrm.cli.options import tell, today_in
from sheetcrm.messages import tr


@click.group("local")
def local_command() -> None:
    """Look at spreadsheets of the embedded server; see a demo."""


@local_command.command("serve")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    help="The folder with the spreadsheets (default: the config's, else sheetcrm-data).",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="PORT",
    help="Default: the one the folder had last; 0 picks a free one.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar="SHEETCRM_TOKEN",
    help="The bearer token that clients need (default: a random one, printed).",
)
@click.option("--owner", default="you@example.com", metavar="EMAIL", show_default=True, help="Who the files belong to.")
@click.option(
    "--quota", is_flag=True, help="Hold clients to Google's limits: 60 reads and 60 writes a minute and user."
)
def serve_command(data: Path | None, port: int | None, token: str | None, owner: str, *, quota: bool) -> None:
    """Serve a data folder on loopback.

    Until it is stopped by Ctrl-C or SIGTERM.

    Clients of Google Sheets find the same paths here; tests order faults at /server/faults and get credentials files from
    /server/credentials (docs/testing.md).
    """
    from sheetcrm.connect import serve_local

    def ready(url: str, chosen: str, pages: str) -> None:
        tell(tr("ready at {url}", url=url) + ("" if token else " · " + tr("token {token}", token=chosen)))
        tell(tr("look at the spreadsheets: {url}", url=pages))
        tell(tr("this is not Google but an embedded server, for this machine only; Ctrl-C stops it"))

    serve_local(data or _data_folder(), port=port, token=token, owner=owner, quota=quota, ready=ready)
    tell(tr("stopped"))


def _data_folder() -> Path:
    """Where the config that is here, if one is, keeps its spreadsheets."""
    from sheetcrm import config

    path = Path(config.FILE)
    loaded = config.load(path) if path.is_file() else None
    return loaded.path(loaded.data) if loaded else Path("sheetcrm-data")


@local_command.command("demo")
@click.option("--json", "as_json", is_flag=True, help="For programs: the figures as one object on stdout.")
@click.option(
    "--folder", type=click.Path(path_type=Path), default="sheetcrm-demo", show_default=True, help="Made anew each time."
)
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="What the imagined team reads."
)
@click.option(
    "--pictures",
    type=click.Path(path_type=Path),
    help="Also take pictures of sheet and digest into this folder (needs Chromium).",
)
def demo_command(as_json: bool, folder: Path, lang: str, pictures: Path | None) -> None:
    """Do the whole job once, as a story.

    Template, spreadsheet, a day of people's edits, records, issues, reminder mail.
    """
    import json

    from sheetcrm import demo

    figures = demo.run(folder.absolute(), language=lang, today=today_in, pictures=pictures, say=tell)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
