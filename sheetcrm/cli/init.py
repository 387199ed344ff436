"""`sheetcrm init`: nothing → a commented config.yaml."""

from __future__ import annotations

from pathlib import Path

import click

LOCAL = """\
# sheetcrm: where the spreadsheets are and how reminders go out.
# Every setting is explained in config.example.yaml of the project.

# Try everything without Google: an embedded server keeps its spreadsheets in this folder.
# For Google Sheets: `api: google` (and see the README, "Connect a real Google spreadsheet").
api: local
data: sheetcrm-data

# Templates of your own, looked at before the ones that come with sheetcrm (docs/templates.md).
templates: [templates]

# `sheetcrm apply` writes the spreadsheets here that it has made or been given.
spreadsheets: {}

# Reminder mails.  While you try things out they are written into a folder, to open in a browser.
# To send them: by: {type: smtp, host: …, port: 587, user: …, password: {file: …}}
mail:
  sender: Customer reminders <crm@example.com>
  by: {type: folder, path: outbox}
  # Who may get mail at all: addresses and domains.  Nobody else ever does.
  allow: ["*@example.com"]
"""

GOOGLE = """\
# sheetcrm: where the spreadsheets are and how reminders go out.
# Every setting is explained in config.example.yaml of the project.

# Google Sheets.  `api: local` tries everything without an account.
api: google
google:
  # The service account's key file (chmod 600, outside any git repository).  Remove these two lines
  # to use application-default credentials (`gcloud auth application-default login`).
  credentials: service-account.json

# Templates of your own, looked at before the ones that come with sheetcrm (docs/templates.md).
templates: [templates]

# `sheetcrm apply` writes the spreadsheets here that it has made or been given:
#   sheetcrm apply pipeline --in https://docs.google.com/spreadsheets/d/… --lang zh
spreadsheets: {}

# Reminder mails.
mail:
  sender: Customer reminders <crm@example.com>
  by:
    type: smtp
    host: smtp.example.com
    port: 587
    security: starttls
    user: crm@example.com
    password: {env: SHEETCRM_SMTP_PASSWORD}
  # Who may get mail at all: addresses and domains.  Nobody else ever does.
  allow: []
"""


@click.command("init")
@click.option("--local", is_flag=True, help="To try everything without Google: an embedded server in a folder here.")
@click.option("--config", "target", default="config.yaml", show_default=True, metavar="FILE", help="The file to write.")
def init_command(local: bool, target: str) -> None:
    """Write a commented config.yaml."""
    from sheetcrm.errors import Refused

    path = Path(target)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(LOCAL if local else GOOGLE)
    except FileExistsError as error:
        raise Refused(
            f"refused: {path} exists already and is left as it is; name another with --config FILE"
        ) from error
    click.echo(str(path))
    if local:
        click.echo('next: sheetcrm apply pipeline --create "My customers" --lang en --with-samples', err=True)
    else:
        click.echo(
            "next: put the key file in its place, share a blank spreadsheet with the service account's address as editor, then:",
            err=True,
        )
        click.echo("  sheetcrm apply pipeline --in URL --lang en", err=True)
