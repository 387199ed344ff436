"""
Whatever names a spreadsheet → a gateway to it, its template and its language.

A name, URL or id is looked up in the config, as the commands do it; gspread's
own objects need none.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetcrm import config as configs
from sheetcrm.config import Config
from sheetcrm.connect import connect
from sheetcrm.errors import ConfigError, UsageError
from sheetcrm.journal import By, Journal
from sheetcrm.layout import marked_template
from sheetcrm.messages import tr
from sheetcrm.schema import loader
from sheetcrm.schema.template import Template
from sheetcrm.settings import SpreadsheetSettings
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sheets.given import spreadsheet_gateway
from sheetcrm.sheets.manners import Wait, nobody

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Source:
    """A spreadsheet that is open: how to reach it, and what it should hold."""

    gateway: Gateway
    template: Template
    language: str | None
    """None: as the spreadsheet is marked."""
    journal: Journal | None
    """What was written, so that `sheetcrm undo` can take it back; None without a config."""
    close: Callable[[], None]


def opened(
    source: Any,
    template: str | Path | Template | None,
    language: str | None,
    config: str | Path | Config | None,
    waiting: Callable[[Wait], None] = nobody,
) -> Source:
    """Open it; UsageError, ConfigError or TemplateError say what is not usable, ApiError that there is no answer."""
    gateway = spreadsheet_gateway(source)
    if gateway is not None:
        folders = _config(config).template_folders if config is not None else ()
        journal = _journal(_config(config), gateway) if config is not None else None
        found, spoken = _template(gateway, template, language, folders)
        return Source(gateway, found, spoken, journal, lambda: None)
    if source is not None and not isinstance(source, str):
        raise UsageError(
            tr(
                "expected a name in the config, a URL, an id, a gspread Spreadsheet or (client, id), not {name}",
                name=type(source).__name__,
            )
        )
    return _configured(source, template, language, _config(config), waiting)


def _configured(
    wanted: str | None,
    template: str | Path | Template | None,
    language: str | None,
    config: Config,
    waiting: Callable[[Wait], None],
) -> Source:
    _name, settings = configs.resolve(config, wanted)
    with ExitStack() as stack:
        connection = stack.enter_context(connect(config, waiting=waiting))
        gateway = Gateway(connection.session, settings.id)
        given = template if template is not None else _named(config, settings)
        found, spoken = _template(gateway, given, language or settings.language, config.template_folders)
        return Source(gateway, found, spoken, _journal(config, gateway, connection.session), stack.pop_all().close)
    raise AssertionError("the stack lets no error pass")


def _config(given: str | Path | Config | None) -> Config:
    if isinstance(given, Config):
        return given
    try:
        return configs.load(configs.find(None if given is None else str(given)))
    except ConfigError as error:
        if given is None and any(problem.line is None for problem in error.problems):
            hint = tr("; or hand over gspread's own spreadsheet: open_spreadsheet(client.open(…))")
            raise ConfigError([*error.problems[:-1], _with(error.problems[-1], hint)]) from error
        raise


def _with(problem: Any, hint: str) -> Any:
    return type(problem)(problem.file, problem.line, problem.path, problem.message + hint)


def _named(config: Config, settings: SpreadsheetSettings) -> str | None:
    """A path of the config is relative to its file."""
    if settings.template is None or not loader.is_path(settings.template):
        return settings.template
    return str(config.path(Path(settings.template)))


def _journal(config: Config, gateway: Gateway, session: object = None) -> Journal:
    return Journal(config.journal_folder, gateway.spreadsheet_id, By.here("python", session), config.journal_policy)


def _template(
    gateway: Gateway, given: str | Path | Template | None, language: str | None, folders: tuple[Path, ...]
) -> tuple[Template, str | None]:
    """As given, else as the spreadsheet is marked: one read more."""
    if isinstance(given, Template):
        return given, language
    if given is None:
        mark = marked_template(gateway.describe("developerMetadata"))
        if mark is None:
            raise UsageError(
                tr(
                    'the spreadsheet is not marked with a template; name it: open_spreadsheet(…, template="pipeline"), or read a tab by a model of your own: sheetcrm.read(worksheet, Model)'
                )
            )
        given = mark.template
    elif isinstance(given, Path):
        return loader.load(given, folders), language
    return loader.named(given, folders), language
