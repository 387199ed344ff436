"""`sheetcrm local`: the embedded server, and the whole main job as a story."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from sheetcrm.cli.options import tell, today_in


@click.group("local")
def local_command() -> None:
    """The embedded server: look at its spreadsheets, or see the whole job done once."""


@local_command.command("serve")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default="sheetcrm-data",
    show_default=True,
    help="The folder with the spreadsheets.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="Default: the one the folder had last; 0 picks a free one.")
@click.option(
    "--token", envvar="SHEETCRM_TOKEN", help="The bearer token that clients need (default: a random one, printed)."
)
@click.option("--owner", default="you@example.com", show_default=True, help="Who the files belong to.")
def serve_command(data: Path, port: int | None, token: str | None, owner: str) -> None:
    """Serve a data folder on loopback until stopped (Ctrl-C or SIGTERM)."""
    from sheetcrm.connect import open_local
    from sheetcrm.errors import Refused

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with open_local(data, port=port, token=token, owner=owner) as (_session, opened):
        if opened.server is None:
            raise Refused(f"refused: another process already serves {data}, at {opened.url}")
        tell(f"serving {data} at {opened.url} (not Google: an embedded server)")
        if token is None:
            tell(f"token: {opened.token}")
        tell(f"look at the spreadsheets: {opened.server.page_url()}")
        stop.wait()
    tell("stopped")


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
    """Do the whole job once: template, spreadsheet, a day of people's edits, records, issues, reminder mail."""
    import json

    from sheetcrm import demo

    figures = demo.run(folder.absolute(), language=lang, today=today_in, pictures=pictures, say=tell)
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False, indent=2))
