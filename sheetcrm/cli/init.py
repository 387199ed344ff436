"""`sheetcrm init`: nothing → a commented config.yaml."""

from __future__ import annotations

from pathlib import Path

import click

from sheetcrm.messages import N_, admin, tr
from sheetcrm.places import config_folder

LOCAL = N_("""\
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
""")

SIGN_IN = {
    "service_account": (
        N_("A robot with an address of its own: its key file, chmod 600, outside of any git work tree."),
        "{{type: service_account, key: {folder}/key.json}}",
    ),
    "desktop": (
        N_("You yourself, by your browser: the file of an OAuth client of the type Desktop app, chmod 600."),
        "{{type: desktop, client: {folder}/client.json}}",
    ),
    "impersonation": (
        N_("A service account without a key, lent to whoever this machine is signed in as."),
        "{{type: impersonation, account: NAME@PROJECT.iam.gserviceaccount.com}}",
    ),
    "application_default": (
        N_("Whatever this machine is signed in with, also workload identity."),
        "application_default",
    ),
}
"""A comment and a setting for the config, by the way to sign in."""

GOOGLE = N_("""\
# sheetcrm: where the spreadsheets are and how reminders go out.
# Every setting is explained in config.example.yaml of the project.

# Google Sheets.  `api: local` tries everything without an account.
api: google
google:
  # {about}
  # Other ways, and what to click for each: docs/google.md
  sign_in: {sign_in}

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
""")


@click.command("init")
@click.option("--local", is_flag=True, help="To try everything without Google: an embedded server in a folder here.")
@click.option(
    "--sign-in",
    type=click.Choice(list(SIGN_IN)),
    default="service_account",
    show_default=True,
    help="How to sign in to Google (docs/google.md).",
)
@click.option("--config", "target", default="config.yaml", show_default=True, metavar="FILE", help="The file to write.")
def init_command(*, local: bool, sign_in: str, target: str) -> None:
    """Write a commented config.yaml."""
    from sheetcrm.errors import Refused

    path = Path(target)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(tr(LOCAL) if local else google_config(sign_in))
    except FileExistsError as error:
        raise Refused(
            tr("refused: {path} exists already and is left as it is; name another with --config FILE", path=path)
        ) from error
    click.echo(str(path))
    if local:
        click.echo(tr('next: sheetcrm apply pipeline --create "My customers" --lang en --with-samples'), err=True)
        return
    for line in _next(sign_in):
        click.echo(line, err=True)


def google_config(sign_in: str) -> str:
    """The config that signs in to Google in that way."""
    about, setting = SIGN_IN[sign_in]
    return (
        tr(GOOGLE)
        .replace("{about}", tr(about))
        .replace("{sign_in}", setting.format(folder=shown_home(config_folder())))
    )


def shown_home(path: Path) -> str:
    """A path as people write it: `~` for their home."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)


def _next(sign_in: str) -> tuple[str, ...]:
    """What is to be done now."""
    folder = shown_home(config_folder())
    first = {
        "service_account": tr(
            "next: put the service account's key file at {path} (chmod 600), then:", path=f"{folder}/key.json"
        ),
        "desktop": tr("next: put the OAuth client's file at {path} (chmod 600), then:", path=f"{folder}/client.json"),
        "impersonation": tr("next: write the account's address into the config, then:"),
        "application_default": tr("next:"),
    }[sign_in]
    make = f"sheetcrm apply pipeline --create TITLE --lang {admin()}"
    bind = f"sheetcrm apply pipeline --in URL --lang {admin()}"
    return (
        first,
        "  sheetcrm login",
        f"  {make if sign_in == 'desktop' else bind}",
        *(
            ()
            if sign_in == "desktop"
            else (tr("  (URL: a blank spreadsheet that you shared with that address, as Editor)"),)
        ),
    )
