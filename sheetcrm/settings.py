"""
What a config may say, part by part: a class for each, which checks what stands in it.

A setting that needs a secret names the environment variable or the file that
has it.  `config.py` puts the parts together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.guard import Quiet
from sheetcrm.remind.notifiers import MAIL, Way
from sheetcrm.secret import Secret
from sheetcrm.sheets.signin import ApplicationDefault, SignIn

if TYPE_CHECKING:
    pass


class Settings(BaseModel):
    """Settings that people write: unknown ones are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class QuotaSettings(Settings):
    """Calls a minute, for reads and again for writes, that all processes of this machine share."""

    user: int = Field(
        default=60, ge=1, description="For whoever is signed in; Google's own number where it is left out."
    )
    project: int = Field(default=300, ge=1, description="For all who sign in with credentials of one Cloud project.")


def _proxy(value: str) -> str:
    if not re.fullmatch(r"(https?|socks5h?)://[^\s/]+/?", value):
        raise PydanticCustomError("proxy", tr("expected an address, http://host:port, or {env: NAME} or {file: PATH}"))
    if "@" in value:
        raise PydanticCustomError(
            "proxy",
            tr("a password does not belong in this file: write {env: NAME} or {file: PATH}, with the whole URL there"),
        )
    return value


Proxy = Annotated[
    Annotated[str, AfterValidator(_proxy), Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "secret" if isinstance(value, dict | Secret) else "address"),
]
"""The address, or where it is found."""


class GoogleSettings(Settings):
    """Who we are at Google, how we get there, and how much we may ask."""

    sign_in: SignIn = Field(
        default=ApplicationDefault(),
        description="How to sign in: application_default, service_account, impersonation or desktop (docs/google.md).",
    )
    quota: QuotaSettings | None = Field(
        default=None,
        description="With api: http://…: whether to keep to limits a minute; at Google they are always kept.",
    )
    proxy: Proxy | None = Field(default=None, description="The way out, where HTTPS_PROXY does not say it.")
    ca: Path | None = Field(
        default=None, description="A file of certificates (PEM) to trust instead of those that come with Python."
    )

    @property
    def signs_in(self) -> bool:
        """Whether the config says how, rather than leaving it to what the machine is signed in with."""
        return "sign_in" in self.model_fields_set

    def proxy_url(self, folder: Path, environment: Mapping[str, str]) -> str:
        """The proxy's address, empty when none is named; UsageError when it is a secret that is not there."""
        return self.proxy.reveal(folder, environment) if isinstance(self.proxy, Secret) else self.proxy or ""


class SpreadsheetSettings(Settings):
    """One spreadsheet that this config looks after."""

    id: str = Field(min_length=1)
    template: str | None = None
    language: Literal["zh", "en"] | None = None
    published: dict[str, str] | None = Field(
        default=None, description="By role, the id of the copy that `sheetcrm publish` keeps for it."
    )


def _address(value: str) -> str:
    if re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", value):
        return value
    raise PydanticCustomError("address", tr("expected an e-mail address"))


EmailAddress = Annotated[str, AfterValidator(_address)]


def _hours(value: str) -> str:
    try:
        Quiet.parse(value)
    except UsageError as error:
        raise PydanticCustomError("quiet", "{said}", {"said": str(error)}) from error
    return value


class CapSettings(Settings):
    """How much may go out at once; what is over waits for a later run."""

    per_run: int | None = Field(
        default=None, ge=1, description="Mails that one remind sends, over all of its spreadsheets."
    )
    per_recipient: int | None = Field(default=None, ge=1, description="Mails that one address gets a day.")
    per_hour: int | None = Field(
        default=None, ge=1, description="Mails in sixty minutes, over all spreadsheets and processes of one ledger."
    )


class MailSettings(Settings):
    """Who may get mail, from whom, when, how much, and by which way."""

    sender: str = Field(min_length=3, description="The From address, with or without a name.")
    allow: tuple[str, ...] = Field(default=(), description="Addresses and domains that may get mail; nobody else does.")
    allow_team: bool = Field(
        default=False,
        description="Whether whoever is in the team sheet may get mail as well: all who can edit it say so.",
    )
    by: Way
    templates: Path | None = Field(
        default=None, description="A folder with mail templates of your own: digest.html, digest.txt, digest.md."
    )
    calendar: bool = Field(default=True, description="Whether dates to come go along as a calendar file.")
    redirect: EmailAddress | None = Field(
        default=None, description="To try things out: every mail goes here instead, and nobody counts as told."
    )
    caps: CapSettings = CapSettings()
    first_run: int | None = Field(
        default=200,
        ge=0,
        description="The first run over a spreadsheet is refused when it would tell of more; null: never refused.",
    )
    quiet: Annotated[str, AfterValidator(_hours)] = Field(
        default="", description="From when until when nothing is sent, in the spreadsheet's zone: 20:00-08:00."
    )
    quiet_weekends: bool = Field(default=False, description="Whether Saturdays and Sundays are quiet, too.")
    catch_up: int = Field(
        default=30, ge=0, description="What came more than so many days ago is not told any more, but listed."
    )
    country: str | None = Field(
        default=None, min_length=2, description="Whose working days count where rule and template do not say."
    )
    on_unknown: Literal["resend", "hold"] = Field(
        default="resend", description="Whether a mail that was perhaps taken goes out again, or waits for a person."
    )
    default_to: EmailAddress | None = Field(
        default=None, description="Who hears when nobody else can: no owner, no manager, no fallback."
    )
    admins: tuple[EmailAddress, ...] = Field(
        default=(), description="Who hears of mails that failed for good: one short mail a day at most."
    )
    fresh: int = Field(
        default=15, ge=1, description="Minutes after which rows are read again before more mails about them go out."
    )

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        """Whom the config itself names has to be allowed by it: a slip is found here, not on the day that it is needed."""
        try:
            allow = AllowList.of(self.allow)
        except UsageError as error:
            raise PydanticCustomError("allow", "{said}", {"said": str(error)}) from error
        named = {"redirect": [self.redirect], "default_to": [self.default_to], "admins": self.admins}
        for setting, addresses in named.items():
            for address in filter(None, addresses):
                if not allow.allows(address):
                    raise PydanticCustomError(
                        "allow",
                        tr("{setting}: {address} is not under allow:; add it there", setting=setting, address=address),
                    )
        return self

    @field_validator("by", mode="after")
    @classmethod
    def _carries_mail(cls, value: Way) -> Way:
        if value.form != "mail":
            raise PydanticCustomError(
                "by", tr("{kind} is no mail; name it under channels: and let rules say so", kind=value.kind)
            )
        return value


def _channel(value: str) -> str:
    if value != MAIL and re.fullmatch(r"[a-z][\w-]{0,30}", value):
        return value
    raise PydanticCustomError(
        "channel", tr("a channel is called by a word in small letters, and not mail (that is mail: by:)")
    )


Channel = Annotated[str, AfterValidator(_channel)]


def _api(value: str) -> str:
    if value in ("local", "google") or re.fullmatch(r"https?://[^/\s]+(/\S*)?", value):
        return value
    raise PydanticCustomError("api", tr("api is local, google or the http:// address of an embedded server"))


Api = Annotated[str, AfterValidator(_api)]


def _database(value: str) -> str:
    if not value.startswith(("postgresql://", "postgresql+psycopg://")):
        raise PydanticCustomError("database", tr("expected the path of a file, or postgresql://user@host/name"))
    if re.match(r"[^/]*//[^/@]*:[^/@]*@", value) or "password=" in value:
        raise PydanticCustomError(
            "database",
            tr("a password does not belong in this file: write {env: NAME} or {file: PATH}, with the whole URL there"),
        )
    return value


def _web(value: str) -> str:
    if re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        return value
    raise PydanticCustomError("heartbeat", tr("expected an address, https://…, or {env: NAME} or {file: PATH}"))


Heartbeat = Annotated[
    Annotated[str, AfterValidator(_web), Tag("address")] | Annotated[Secret, Tag("secret")],
    Discriminator(lambda value: "secret" if isinstance(value, dict | Secret) else "address"),
]
"""The address, or where it is found."""


def _kind_of_place(value: object) -> str:
    if isinstance(value, dict | Secret):
        return "secret"
    return "database" if isinstance(value, str) and "://" in value else "file"


Place = Annotated[
    Annotated[Path, Tag("file")]
    | Annotated[str, AfterValidator(_database), Tag("database")]
    | Annotated[Secret, Tag("secret")],
    Discriminator(_kind_of_place),
]
"""A file, a database, or where the URL of a database with a password is found."""


class JournalSettings(Settings):
    """What remembers what was written to spreadsheets; a folder alone may stand for it."""

    folder: Path = Path("sheetcrm-journal")
    keep_days: int | None = Field(
        default=None, ge=1, description="Writes and snapshots that are older are deleted; null: never."
    )
    redact: tuple[str, ...] = Field(
        default=(),
        description="Columns of which no value is kept, only a hash: customers.phone, '*.email'; undo cannot bring those back.",
    )

    @model_validator(mode="before")
    @classmethod
    def _folder_alone(cls, value: object) -> object:
        return {"folder": value} if isinstance(value, str | Path) else value


class KeepSettings(Settings):
    """Of how many days, weeks and months that have a backup the newest one stays."""

    daily: int = Field(default=7, ge=1)
    weekly: int = Field(default=5, ge=0)
    monthly: int = Field(default=12, ge=0)


class BackupSettings(Settings):
    """Where backups are, how long, and who may open them."""

    folder: Path = Field(default=Path("sheetcrm-backup"), description="A folder for each spreadsheet is made in it.")
    keep: KeepSettings = KeepSettings()
    encrypt_to: tuple[str, ...] = Field(
        default=(), description="Public keys of age (age1…): only who has one of the keys can open a backup."
    )
    before_apply: bool = Field(
        default=True, description="Whether an apply that deletes people's data makes a backup first."
    )


def _domain(value: str) -> str:
    if re.fullmatch(r"[^@\s,;<>*]+\.[^@\s,;<>*]+", value):
        return value
    raise PydanticCustomError("domain", tr("expected a domain, as example.com"))


Level = Literal["writer", "commenter", "reader"]


class AccessSettings(Settings):
    """Who may open the spreadsheets beside the team; `sheetcrm access` compares."""

    domains: tuple[Annotated[str, AfterValidator(_domain)], ...] = Field(
        default=(), description="Only people of these may have access; none: people of any."
    )
    link: Literal["none", "reader", "commenter", "writer"] = Field(
        default="none", description="The most that anyone with the link may do."
    )
    also: dict[Annotated[str, Field(pattern=r"^[^\s,;<>]+\.[^\s,;<>]+$")], Level] = Field(
        default_factory=dict,
        description="Addresses of people, groups and service accounts, and domains, beside the team, and the most that they may do.",
    )
