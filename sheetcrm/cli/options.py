"""
The options that every command on a spreadsheet has, and what they open.

A command gets an `Asked` and says `with asked.open() as job`: from there on it
knows config, gateway and template, and the person at the terminal has been
told which spreadsheet and which API they are talking to.
"""

from __future__ import annotations

import functools
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.connect import Connection
    from sheetcrm.journal import Journal
    from sheetcrm.meter import Meter
    from sheetcrm.schema.template import Template
    from sheetcrm.settings import SpreadsheetSettings
    from sheetcrm.sheets.gateway import Drive, Gateway
    from sheetcrm.sheets.http import Counts

LOG = logging.getLogger("sheetcrm.command")
SOMETHING_TO_SEE = 3


@dataclass
class Job:
    """One command at work on one spreadsheet."""

    config: Config
    connection: Connection
    name: str
    settings: SpreadsheetSettings
    gateway: Gateway
    templates: dict[Path, Template] = field(default_factory=dict)
    """Those that were read already, by their files."""

    def hint(self) -> None:
        """Say what links need, where they need something; to be called where links were printed."""
        if self.connection.hint:
            tell(self.connection.hint)

    @cached_property
    def drive(self) -> Drive:
        """The file itself and who may open it: nothing touches it unless that was asked for, and what does is in the journal."""
        from sheetcrm.journal.drive import RecordedDrive

        return RecordedDrive(self.connection.session, self.journal, now)

    @property
    def journal(self) -> Journal:
        """What was written to this spreadsheet; what is put into it now is by this person and this command."""
        from sheetcrm.journal import By, Journal

        by = By.here(command_words(), self.connection.session)
        return Journal(self.config.journal_folder, self.settings.id, by, self.config.journal_policy)

    def template(self, given: str | None = None, language: str | None = None) -> tuple[Template, str]:
        """The template and language meant: as given, as the config remembers, else as marked in the spreadsheet (one read)."""
        from sheetcrm.errors import UsageError
        from sheetcrm.layout import marked_template

        name, language = given or self.settings.template, language or self.settings.language
        if name is None or language is None:
            mark = marked_template(self.gateway.describe("developerMetadata"))
            if mark is not None:
                name, language = name or mark.template, language or mark.language
        if name is None:
            raise UsageError(
                tr(
                    "{name} has no template yet; say which: sheetcrm apply TEMPLATE (see: sheetcrm template list)",
                    name=self.name,
                )
            )
        return self.load(template_file(self.config, name, typed=given is not None)), language or "en"

    def load(self, file: Path) -> Template:
        """The template in that file, read once."""
        from sheetcrm.schema import loader

        if file not in self.templates:
            self.templates[file] = loader.load(file, self.config.template_folders)
        return self.templates[file]


def command_words() -> str:
    """The command that runs, without what was typed after it: `team add`; empty outside of one."""
    context = click.get_current_context(silent=True)
    return context.command_path.partition(" ")[2] if context else ""


def scopes_asked() -> frozenset[str]:
    """How far the command that runs has to reach at Google, with the options that were typed."""
    from click.core import ParameterSource

    from sheetcrm.sheets import scopes

    context = click.get_current_context(silent=True)
    if context is None:
        return scopes.WORK
    # By where it came from and not by what it is: `--unmark` is False, and writes.
    typed = [name for name in context.params if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    return scopes.needed(command_words(), typed)


def template_file(config: Config, name: str, *, typed: bool = False) -> Path:
    """
    The file of a template by name or path.

    A path that somebody `typed` is relative to where they are, one of the config to its file.
    """
    from sheetcrm.schema import loader

    known = name if typed or not loader.is_path(name) else str(config.path(Path(name)))
    return loader.find(known, config.template_folders).absolute()


def template_name(config: Config, file: Path) -> str:
    """How the config names the template in that file: by its name where that finds it, else by its path."""
    from sheetcrm.errors import TemplateError
    from sheetcrm.schema import loader

    try:
        if loader.find(file.stem, config.template_folders).resolve() == file.resolve():
            return file.stem
    except TemplateError:
        pass
    return os.path.relpath(file, config.folder)


@dataclass(frozen=True)
class Asked:
    """What the common options said."""

    config: str | None
    wanted: str | None
    as_json: bool
    stats: bool
    progress: bool = True

    def metered(self) -> AbstractContextManager[Meter]:
        """How far long work has come, drawn for the person at the terminal; nothing with --json or --no-progress."""
        from sheetcrm.cli.bar import metered

        return metered(wanted=self.progress and not self.as_json)

    def loaded(self) -> Config:
        """The config; ConfigError when there is none, or it is not right."""
        from sheetcrm import config

        return config.load(config.find(self.config))

    @contextmanager
    def connected(self) -> Iterator[tuple[Config, Connection]]:
        """Config and connection, without a spreadsheet chosen."""
        from sheetcrm.cli.waiting import say_wait
        from sheetcrm.connect import connect

        loaded = self.loaded()
        with connect(loaded, scopes=scopes_asked(), waiting=say_wait) as connection:
            yield loaded, connection

    @contextmanager
    def open(self) -> Iterator[Job]:
        """The one spreadsheet meant; says on stderr what it is and, with --stats, what it cost."""
        from sheetcrm import config
        from sheetcrm.cli.waiting import say_wait
        from sheetcrm.connect import connect

        loaded = self.loaded()
        name, settings = config.resolve(loaded, self.wanted)
        with (
            connect(loaded, scopes=scopes_asked(), waiting=say_wait) as connection,
            self.job(loaded, connection, name, settings) as job,
        ):
            yield job

    @contextmanager
    def job(
        self,
        loaded: Config,
        connection: Connection,
        name: str,
        settings: SpreadsheetSettings,
        templates: dict[Path, Template] | None = None,
        *,
        announced: bool = True,
    ) -> Iterator[Job]:
        """A job on that spreadsheet, announced; its costs told at the end.  `templates` are those that are read already."""
        from sheetcrm.errors import NotFound
        from sheetcrm.sheets.gateway import Gateway

        if announced:
            tell(f"{name} · {connection.label}")
        gateway = Gateway(connection.session, settings.id)
        LOG.info("%s on spreadsheet %s", command_words(), settings.id)
        try:
            yield Job(loaded, connection, name, settings, gateway, {} if templates is None else templates)
        except NotFound as error:
            if loaded.api == "google" or error.partly:
                raise
            # An embedded server has nobody who could share anything with us.
            raise NotFound(self._not_here(loaded, connection, settings), status=error.status) from error
        finally:
            if self.stats:
                tell(_cost(gateway.counts))

    def _not_here(self, loaded: Config, connection: Connection, settings: SpreadsheetSettings) -> str:
        """Where a spreadsheet that no embedded server has may be instead."""
        if "docs.google.com/" not in (self.wanted or ""):
            return tr("There is no spreadsheet {id} in {place}: check the id.", id=settings.id, place=connection.label)
        return tr(
            "https://docs.google.com/spreadsheets/d/{id} is at Google, and {file} says api: {api}; use a config that says api: google (sheetcrm init makes one), or name a spreadsheet that is here.",
            id=settings.id,
            file=loaded.file.name,
            api=loaded.api,
        )


_WHICH = "Which one: its URL, id, or name in the config (default: the config's only one)."
_ONLY = "Only that one: its URL, id, or name in the config (default: all of the config's)."
_CONFIG = click.option("--config", metavar="FILE", help="The config (default: $SHEETCRM_CONFIG or ./config.yaml).")
_JSON = click.option("--json", "as_json", is_flag=True, help="For programs: one JSON document on stdout.")
_STATS = click.option("--stats", is_flag=True, help="Say how many requests it took.")
_PROGRESS = click.option("--no-progress", is_flag=True, help="No bar at a terminal when it takes long.")

Command = Callable[..., Any]


def _in(said: str) -> Callable[[Command], Command]:
    return click.option("--in", "wanted", metavar="SPREADSHEET", help=said)


def spreadsheet_options(function: Command) -> Command:
    """Add --in, --config, --json, --stats and --no-progress; the command gets them as its first argument, an `Asked`."""
    return _asked(function, _in(_WHICH), _CONFIG, _JSON, _STATS, _PROGRESS)


def spreadsheets_options(function: Command) -> Command:
    """The same for a command that looks after all of the config's spreadsheets, unless --in says one."""
    return _asked(function, _in(_ONLY), _CONFIG, _JSON, _STATS, _PROGRESS)


def ledger_options(function: Command) -> Command:
    """The same for one that makes no request: --in, --config and --json."""
    return _asked(function, _in(_ONLY), _CONFIG, _JSON)


def identity_option(function: Command) -> Command:
    """`identities`: the keys for archives that are encrypted."""
    what = "The key for encrypted backups: a file that age-keygen made; may be repeated."
    file = click.Path(dir_okay=False, path_type=Path)
    return click.option("--identity", "identities", multiple=True, type=file, help=what)(function)


def config_options(function: Command) -> Command:
    """The same for one that is about no spreadsheet: --config and --json."""
    return _asked(function, _CONFIG, _JSON)


def _asked(function: Command, *options: Callable[[Command], Command]) -> Command:
    @functools.wraps(function)
    def wrapper(
        wanted: str | None = None,
        config: str | None = None,
        as_json: bool = False,
        stats: bool = False,
        no_progress: bool = False,
        **rest: Any,
    ) -> Any:
        return function(Asked(config, wanted, as_json, stats, not no_progress), **rest)

    made: Command = wrapper
    for option in reversed(options):
        made = option(made)
    return made


def sheet_key(template: Template, text: str) -> str:
    """The key of the sheet of records that people call that; UsageError names the nearest right word."""
    from sheetcrm.errors import UsageError
    from sheetcrm.variants import nearest

    titles = {title: key for key in template.records for title in (key, *template.titles(key))}
    # Small letters will do, where that can mean one sheet only.
    alike = {key for title, key in titles.items() if title.casefold() == text.casefold()}
    if text not in titles and len(alike) == 1:
        return alike.pop()
    if text not in titles:
        raise UsageError(
            tr(
                "no such sheet: {text}{hint} (there are {names})",
                text=text,
                hint=nearest(text, list(titles)),
                names=", ".join(template.records),
            )
        )
    return titles[text]


def today_in(time_zone: str) -> date:
    """The calendar day that it is now in that zone: where time comes in; UsageError for one that nobody knows."""
    from sheetcrm.layout.zones import zone_of

    return now().astimezone(zone_of(time_zone)).date()


def now() -> datetime:
    """This moment, in UTC: where time comes in."""
    return datetime.now(UTC)


def tell(text: str) -> None:
    """Something for the person at the terminal that is not the result."""
    click.echo(text, err=True)


def go_on(*, ask: bool) -> bool:
    """Whether to do what was shown: whoever sits at a terminal, and is to be asked, says so; without one it is what the command says."""
    return not (ask and sys.stdin.isatty()) or click.confirm(tr("Do it?"), err=True)


def print_json(value: Any) -> None:
    """The result, for programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def requests_of(gateway: Gateway) -> dict[str, int]:
    """What a command cost, for its JSON."""
    return {"reads": gateway.counts.reads, "writes": gateway.counts.writes}


def _cost(counts: Counts) -> str:
    """What a command cost, for people: repeated requests are counted among the others, too."""
    said = tr("Sheets requests: {reads} read, {writes} written", reads=counts.reads, writes=counts.writes)
    if not counts.repeated and not counts.waited:
        return said
    return said + tr("; {repeated} repeated, {waited:.1f} s waited", repeated=counts.repeated, waited=counts.waited)
