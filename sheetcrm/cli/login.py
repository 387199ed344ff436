"""`sheetcrm login` and `sheetcrm logout`: a person at Google → whoever we act as from now on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import now, tell
from sheetcrm.messages import tr
from sheetcrm.sheets.scopes import PURPOSES

if TYPE_CHECKING:
    import requests

    from sheetcrm.config import Config
    from sheetcrm.sheets.signin import Desktop

DEFAULT = ("create",)


@click.command("login")
@click.option("--config", metavar="FILE", help="The config (default: $SHEETCRM_CONFIG or ./config.yaml).")
@click.option(
    "--for",
    "purposes",
    type=click.Choice(list(PURPOSES)),
    multiple=True,
    help="What it shall be good for; may be repeated (default: create, which is write and making new spreadsheets).",
)
@click.option(
    "--no-browser",
    is_flag=True,
    help="For a machine without a browser: open the address elsewhere, paste the one you end up at.",
)
@click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document on stdout.")
def login_command(config: str | None, purposes: tuple[str, ...], *, no_browser: bool, as_json: bool) -> None:
    """Sign in to Google as the config says.

    Says first what will be asked for.  With `sign_in: desktop` your browser asks you; every other way is
    tried, so that you know which address to share spreadsheets with.

    \b
    sheetcrm login
    sheetcrm login --for read --no-browser
    """
    from sheetcrm.sheets import scopes
    from sheetcrm.sheets.signin import Desktop

    loaded = _signing_in(config)
    wanted = frozenset().union(*(PURPOSES[name] for name in purposes or DEFAULT))
    way = loaded.google.sign_in
    tell(tr("sheetcrm asks Google for:"))
    for line in scopes.described(wanted | frozenset(scopes.WHO if isinstance(way, Desktop) else ())):
        tell(f"  {line}")
    tell(tr("Google has no scope for a single spreadsheet: what that account may open is the limit."))
    answer = _by_browser(loaded, way, wanted, no_browser) if isinstance(way, Desktop) else _tried(loaded, wanted)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    click.echo(tr("signed in as {account}", account=answer["account"] or tr("your own account")))
    if isinstance(way, Desktop):
        tell(tr("kept in {file}, for you alone; sheetcrm logout takes it back", file=answer["file"]))
    elif answer["account"]:
        tell(tr("share each spreadsheet with that address, as Editor"))


@click.command("logout")
@click.option("--config", metavar="FILE", help="The config (default: $SHEETCRM_CONFIG or ./config.yaml).")
def logout_command(config: str | None) -> None:
    """Take back what `login` was given.

    At Google, and from this machine.
    """
    from sheetcrm.errors import UsageError
    from sheetcrm.sheets.signin import Desktop

    loaded = _signing_in(config)
    way = loaded.google.sign_in
    if not isinstance(way, Desktop):
        raise UsageError(
            tr(
                "the config signs in otherwise than by `sheetcrm login` (no sign_in: desktop); nothing of it is kept here"
            )
        )
    with _web(loaded) as session:
        done = way.sign_out(loaded.folder, session)
    if done is None:
        click.echo(tr("nobody was signed in"))
        return
    account, known = done
    click.echo(tr("signed out: {account}", account=account or tr("your own account")))
    if not known:
        tell(tr("Google did not know of it any more"))


def _signing_in(given: str | None) -> Config:
    """The config, when it is one that signs in; UsageError for an embedded server's."""
    from sheetcrm import config
    from sheetcrm.errors import UsageError

    loaded = config.load(config.find(given))
    if loaded.api == "local" or (loaded.api != "google" and not loaded.google.signs_in):
        raise UsageError(
            tr(
                "{file} says api: {api}, where nobody signs in; for Google say api: google (sheetcrm init makes such a config)",
                file=loaded.file.name,
                api=loaded.api,
            )
        )
    return loaded


def _by_browser(loaded: Config, way: Desktop, wanted: frozenset[str], no_browser: bool) -> dict[str, Any]:
    with _web(loaded) as session:
        kept, path = way.sign_in(
            loaded.folder,
            wanted,
            session,
            now=now,
            show=_address if no_browser else _opened,
            paste=_pasted if no_browser else None,
        )
    return {"account": kept.account, "scopes": list(kept.scopes), "file": str(path)}


def _tried(loaded: Config, wanted: frozenset[str]) -> dict[str, Any]:
    from sheetcrm.connect import connect

    with connect(loaded, scopes=wanted) as connection:
        connection.session.prove()  # type: ignore[attr-defined]  # where one signs in it is a `Signed`
        account = connection.account or loaded.google.sign_in.address(connection.session.credentials)  # type: ignore[attr-defined]
    return {"account": account, "scopes": sorted(wanted), "file": None}


def _opened(url: str) -> None:
    import webbrowser

    tell(tr("your browser asks you now; where none opens, go to:"))
    tell(f"  {url}")
    webbrowser.open(url)


def _address(url: str) -> None:
    tell(tr("open this in a browser, on any machine:"))
    tell(f"  {url}")
    tell(
        tr(
            "after you agreed, the browser goes to an address that begins with http://127.0.0.1 and may show an error; that is as it should be"
        )
    )


def _pasted() -> str:
    return str(click.prompt(tr("paste that address"), err=True))


def _web(loaded: Config) -> requests.Session:
    """By the same way out as everything else."""
    import requests

    from sheetcrm.connect import network

    session = requests.Session()
    if loaded.api == "google":
        network(loaded).lead(session)
    return session
