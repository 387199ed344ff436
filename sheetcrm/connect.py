"""
Config → a session to Google, to a server at a URL, or to the embedded one.

The only place that chooses.  What comes out is a `requests` session that
answers Google's own URLs, so nothing behind it can tell which one it talks to.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from sheetcrm.config import Config
from sheetcrm.errors import MissingExtra, UsageError
from sheetcrm.messages import tr
from sheetcrm.places import state_folder
from sheetcrm.sheets.manners import Manners, Wait, behave, nobody
from sheetcrm.sheets.network import Network
from sheetcrm.sheets.quota import Allowance, Quota, quota_of
from sheetcrm.sheets.scopes import WORK
from sheetcrm.sheets.signin import google_session

LOG = logging.getLogger("sheetcrm.quota")


@dataclass(frozen=True)
class Connection:
    """A way to the Sheets and Drive API; `label` is what people are told about it."""

    session: requests.Session
    label: str
    hint: str = ""
    """What to do so that links to the spreadsheet lead somewhere; empty when they do already."""
    account: str = ""
    """The address that spreadsheets have to be shared with; empty where it is not known."""


@contextmanager
def connect(
    config: Config,
    environment: Mapping[str, str] = os.environ,
    *,
    scopes: Iterable[str] = WORK,
    waiting: Callable[[Wait], None] = nobody,
) -> Iterator[Connection]:
    """
    Open what `api:` names, and close it at the end (the embedded server stops listening).

    `scopes` is how far it has to reach where one signs in, and not further.
    `waiting` is told before each wait for the quota, where one is kept.
    """
    opener: Callable[[Config, Mapping[str, str], Iterable[str]], Iterator[Connection]]
    opener = {"local": _local, "google": _google}.get(config.api, _server)
    with contextmanager(opener)(config, environment, scopes) as connection:
        behave(connection.session, Manners(_quota(config, connection, environment), waiting))
        yield connection


def network(config: Config, environment: Mapping[str, str] = os.environ) -> Network:
    """The way out that the config names."""
    google = config.google
    return Network(google.proxy_url(config.folder, environment), config.path(google.ca) if google.ca else None)


def _quota(config: Config, connection: Connection, environment: Mapping[str, str]) -> Quota | None:
    """What all processes of this machine keep to together: at Google always, at a server where the config says so."""
    told = config.google.quota
    if config.api == "local" or (config.api != "google" and told is None):
        return None
    folder: Path | None
    allowance = Allowance(told.user, told.project) if told else Allowance()
    try:
        folder = state_folder(environment) / "quota"
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError as error:
        LOG.warning("the quota is not shared with other processes: %s", type(error).__name__)
        folder = None
    user = connection.account or ("" if config.api == "google" else config.api)
    return quota_of(connection.session, user, folder, allowance)


def _google(config: Config, environment: Mapping[str, str], scopes: Iterable[str]) -> Iterator[Connection]:
    session, account = google_session(config.google.sign_in, config.folder, scopes)
    network(config, environment).lead(session)
    with session:
        yield Connection(session, f"google · {account or tr('your own account')}", account=account)


def _server(config: Config, environment: Mapping[str, str], scopes: Iterable[str]) -> Iterator[Connection]:
    if config.token is None and config.google.signs_in:
        # As at Google itself, with this server in its place.
        signed, account = google_session(config.google.sign_in, config.folder, scopes)
        with _mounted(signed, config.api) as session:
            yield Connection(session, f"{config.api} · {account or tr('your own account')}", account=account)
        return
    if config.token is None:
        raise UsageError(
            tr(
                "{file}: api {api} needs token: {{env: NAME}} or {{file: PATH}}, or google: sign_in:",
                file=config.file.name,
                api=config.api,
            )
        )
    with _redirected(config.api, config.token.reveal(config.folder, environment)) as session:
        yield Connection(session, config.api)


def _local(config: Config, _environment: Mapping[str, str], _scopes: Iterable[str]) -> Iterator[Connection]:
    folder = config.path(config.data)
    with _held_or_shared(folder) as (session, ours):
        hint = tr("to open the links: sheetcrm local serve --data {folder}", folder=shown(folder)) if ours else ""
        yield Connection(session, f"local · {shown(folder)}", hint)


@contextmanager
def open_local(folder: Path) -> Iterator[requests.Session]:
    """The embedded server on `folder`: in this process when it is free, else the one that has it; UsageError when neither."""
    with _held_or_shared(folder) as (session, _ours):
        yield session


@contextmanager
def _held_or_shared(folder: Path) -> Iterator[tuple[requests.Session, bool]]:
    """A session to the server of that folder, and whether it is ours and gone when we are."""
    with _usable(folder):
        from sheetcrm.server.folder import open_folder  # noqa: PLC0415 - only with the extra `local`

        opened = open_folder(folder)
    with opened, _session(opened.adapter()) as session:
        yield session, opened.server is not None


def serve_local(
    folder: Path,
    *,
    port: int | None,
    token: str | None,
    owner: str,
    quota: bool = False,
    ready: Callable[[str, str, str], None],
) -> None:
    """
    Serve `folder` over HTTP until SIGTERM or SIGINT; with Google's limits a minute if `quota`.

    `ready` is told the address, the token and the page with the list of
    spreadsheets.  UsageError when the folder or the port is taken.
    """
    with _usable(folder):
        from sheetcrm.server.quota import Quota  # noqa: PLC0415 - only with the extra `local`
        from sheetcrm.server.serve import serve  # noqa: PLC0415

        serve(
            folder,
            port=port,
            token=token,
            owner=owner,
            quota=Quota() if quota else None,
            ready=lambda server: ready(server.base_url or "", server.token, server.page_url()),
        )


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say in our words why the embedded server cannot be used."""
    try:
        from sheetcrm.server.folder import FolderError  # noqa: PLC0415 - only with the extra `local`
        from sheetcrm.server.store import StoreError  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("the embedded server"), "local") from error
    try:
        yield
    except (FolderError, StoreError, OSError) as error:
        reason = str(error) if str(error).startswith(str(folder)) else f"{folder}: {error}"
        raise UsageError(tr("the embedded server cannot use {reason}", reason=reason)) from error


def _redirected(url: str, token: str) -> requests.Session:
    try:
        from sheetcrm.server.adapter import Redirect  # noqa: PLC0415 - only with the extra `local`
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("the embedded server"), "local") from error
    return _session(Redirect(url, token))


def _mounted(session: requests.Session, url: str) -> requests.Session:
    """The session with the server at `url` in Google's place; whoever is signed in speaks for themselves, not for its owner."""
    try:
        from sheetcrm.server.adapter import Redirect, mount  # noqa: PLC0415 - only with the extra `local`
    except ModuleNotFoundError as error:
        raise MissingExtra(tr("the embedded server"), "local") from error
    session.trust_env = False
    return mount(session, Redirect(url))


def _session(adapter: requests.adapters.BaseAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", adapter)
    return session


def shown(path: Path) -> str:
    """A path as people would type it from here."""
    try:
        return f"./{path.relative_to(Path.cwd())}"
    except ValueError:
        return str(path)
