"""
config.yaml → Config; and the few things that commands write back into it.

A secret never stands in the file: a setting that needs one names the
environment variable or the file that has it.  Paths are relative to the
config file's folder, so that cron may start us anywhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import (
    Field,
    PrivateAttr,
)

from sheetcrm import yamlfile
from sheetcrm.errors import ConfigError, Problem, UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.notifiers import MAIL, Way
from sheetcrm.secret import Secret
from sheetcrm.settings import (
    AccessSettings,
    Api,
    BackupSettings,
    Channel,
    EmailAddress,
    GoogleSettings,
    Heartbeat,
    JournalSettings,
    Level,
    MailSettings,
    Place,
    Settings,
    SpreadsheetSettings,
)
from sheetcrm.variants import nearest

if TYPE_CHECKING:
    from sheetcrm.journal.policy import Policy

FILE = "config.yaml"
ENVIRONMENT = "SHEETCRM_CONFIG"


class Config(Settings):
    """Everything that config.yaml says."""

    api: Api
    data: Path = Field(default=Path("sheetcrm-data"), description="With api: local, the folder of the embedded server.")
    token: Secret | None = Field(default=None, description="With api: http://…, the server's bearer token.")
    google: GoogleSettings = GoogleSettings()
    templates: tuple[Path, ...] = Field(default=(), description="Folders of your own templates, looked at first.")
    spreadsheets: dict[str, SpreadsheetSettings] = Field(default_factory=dict)
    admins: tuple[EmailAddress, ...] = Field(
        default=(), description="Addresses that may edit whatever a template locks, beside the roles that it names."
    )
    share: dict[str, Level] = Field(
        default_factory=dict, description="By role, the access that --share gives, where the template does not say so."
    )
    access: AccessSettings = AccessSettings()
    mail: MailSettings | None = None
    heartbeat: Heartbeat | None = Field(
        default=None, description="An address that is called (GET) after each round of reminders that went well."
    )
    channels: dict[Channel, Way] = Field(
        default_factory=dict, description="Other ways to send, by the word that rules have for them."
    )
    ledger: Place = Field(
        default=Path("sheetcrm-ledger.db"),
        description="What remembers what was sent: a SQLite file, or postgresql://user@host/name where several machines send.",
    )

    journal: JournalSettings = Field(
        default_factory=JournalSettings,
        description="What remembers what was written, so that it can be undone: a folder, or {folder, keep_days, redact}.",
    )

    backup: BackupSettings = BackupSettings()

    _file: Path = PrivateAttr(default=Path(FILE))

    @property
    def file(self) -> Path:
        """The file that this was read from, absolute."""
        return self._file

    @property
    def folder(self) -> Path:
        """The config file's folder: what relative paths are relative to."""
        return self._file.parent

    def path(self, path: Path) -> Path:
        """A path of the config, absolute."""
        return self.folder / path.expanduser()

    @property
    def journal_folder(self) -> Path:
        """Where the journal is, absolute; below it a folder for each spreadsheet, by its id."""
        return self.path(self.journal.folder)

    @property
    def journal_policy(self) -> Policy:
        """How long writes are kept, and what is not kept of them."""
        from sheetcrm.journal.policy import Policy  # noqa: PLC0415 - only who writes needs it

        return Policy(self.journal.keep_days, self.journal.redact)

    def ledger_place(self, environment: Mapping[str, str]) -> Path | str:
        """Where the ledger is: an absolute path, or the URL of a database; UsageError when the secret is not there."""
        if isinstance(self.ledger, Path):
            return self.path(self.ledger)
        return self.ledger.reveal(self.folder, environment) if isinstance(self.ledger, Secret) else self.ledger

    @property
    def ways(self) -> dict[str, Way]:
        """
        Every way to send, by the word that rules have for it; the first is mail, where there is any.

        With `redirect` all of them are mail: nothing goes to a chat either.
        """
        if self.mail and self.mail.redirect:
            return dict.fromkeys((MAIL, *self.channels), self.mail.by)
        return {**({MAIL: self.mail.by} if self.mail else {}), **self.channels}

    @property
    def template_folders(self) -> tuple[Path, ...]:
        """Where templates are looked for before our own."""
        return tuple(self.path(folder) for folder in self.templates)


def find(given: str | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The config file meant: as given, else $SHEETCRM_CONFIG, else ./config.yaml; ConfigError when it is not there."""
    path = Path(given or environment.get(ENVIRONMENT) or FILE).expanduser()
    if not path.is_file():
        raise ConfigError(
            [
                Problem(
                    str(path),
                    None,
                    "",
                    tr("no config here; make one with: sheetcrm init --local (to try) or sheetcrm init (for Google)"),
                )
            ]
        )
    return path


def load(path: Path) -> Config:
    """Read and check a config; ConfigError names file, line and the nearest right word."""
    located = yamlfile.read(path, ConfigError)
    config = yamlfile.validate(Config, located, ConfigError)
    config._file = path.absolute()
    return config


def resolve(config: Config, wanted: str | None) -> tuple[str, SpreadsheetSettings]:
    """Name (or id) and settings of the spreadsheet meant by `--in`; UsageError says how to get one or which to choose."""
    known = config.spreadsheets
    if wanted is None:
        if len(known) == 1:
            return next(iter(known.items()))
        if known:
            raise UsageError(
                tr("which spreadsheet? The config has {names}; say one of them (--in)", names=", ".join(known))
            )
        raise UsageError(
            tr(
                "{file} names no spreadsheet yet; make one with: sheetcrm apply pipeline --create TITLE, or use one that is shared with us: --in URL",
                file=config.file.name,
            )
        )
    if wanted in known:
        return wanted, known[wanted]
    spreadsheet_id = id_from(wanted)
    for name, settings in known.items():
        if settings.id == spreadsheet_id:
            return name, settings
    if spreadsheet_id is None:
        raise UsageError(
            tr(
                "{wanted!r} is neither a name in {file} nor a spreadsheet's URL or id{hint}",
                wanted=wanted,
                file=config.file.name,
                hint=nearest(wanted, list(known)),
            )
        )
    return spreadsheet_id, SpreadsheetSettings(id=spreadsheet_id)


def id_from(text: str) -> str | None:
    """The spreadsheet id in a URL, or the text itself when it looks like an id, else None."""
    if match := re.search(r"/spreadsheets/d/([\w-]+)", text):
        return match[1]
    return text if re.fullmatch(r"[\w-]{20,}", text) else None


def remember(config: Config, name: str, settings: SpreadsheetSettings) -> None:
    """Write one spreadsheet into the config file, in place; comments and order stay, the file is replaced whole or not at all."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - half a second of imports that only writing needs

    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.width = 4096
    document = yaml.load(config.file.read_text(encoding="utf-8"))
    if document.get("spreadsheets") is None:
        document["spreadsheets"] = {}
    # In place, setting by setting: the comments below an entry belong to it as ruamel sees it.
    entry = document["spreadsheets"].setdefault(name, {})
    entry.update(settings.model_dump(exclude_none=True))
    beside = config.file.with_name(config.file.name + ".new")
    with beside.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(config.file.stat().st_mode & 0o777)
    beside.replace(config.file)
