"""
A config file → what the checks look at, each read once, when the first of them asks.

Nothing is changed.  What is asked of Google is as little as the sign-in allows:
a doctor who needs more than the patient may do could not say what is missing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from sheetcrm import config as config_file
from sheetcrm.config import Config
from sheetcrm.doctor.deadline import Rest
from sheetcrm.errors import NotSignedIn, SheetcrmError
from sheetcrm.sheets import scopes

if TYPE_CHECKING:
    from sheetcrm.connect import Connection
    from sheetcrm.provision.plan import Plan
    from sheetcrm.schema.people import Member
    from sheetcrm.schema.template import Template
    from sheetcrm.settings import SpreadsheetSettings
    from sheetcrm.sheets.gateway import Drive, Gateway
    from sheetcrm.sheets.http import Counts

Json = dict[str, Any]
ANSWER = 10.0
"""Seconds for one answer: a doctor is asked when things are slow, and should be quick."""
DEADLINE = 15.0
"""Seconds for all tries of a call."""
FIELDS = "spreadsheetUrl,properties(title,timeZone),developerMetadata"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class World:
    """What is around us; `patience` is how many seconds one look may take, waits for the quota not counted."""

    now: Callable[[], datetime] = _now
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    mounts: Path = Path("/proc/self/mounts")
    patience: float = 45.0
    sleep: Callable[[float], None] = time.sleep
    waiting: Callable[[Any], None] = lambda _wait: None


@dataclass(frozen=True)
class Wish:
    """What is wanted: which config (None: where it is looked for), of one spreadsheet only, and whether admins are mailed."""

    config: str | None = None
    wanted: str | None = None
    mail: bool = False


@dataclass(frozen=True)
class Planned:
    """What a template would change, and who is in the team; None where nobody can tell."""

    plan: Plan
    people: tuple[Member, ...] | None


class Patient:
    """One config and what it leads to; a context that ends when the last check is done."""

    def __init__(self, wish: Wish = Wish(), world: World = World()) -> None:
        self.wish, self.world = wish, world
        self.rest = Rest(world.sleep)
        self.reach: frozenset[str] = frozenset()
        """The scopes that the connection was opened with."""
        self.heard: tuple[datetime, datetime] | None = None
        """What time it was there, and here, when somebody answered last."""
        self.without_drive = ""
        """Why Drive cannot be asked; empty where it can, or nobody tried yet."""
        self._stack = ExitStack()
        self._gateways: dict[str, Gateway] = {}
        self._described: dict[str, Json | SheetcrmError] = {}
        self._standing: dict[str, Json] = {}
        self._planned: dict[str, Planned] = {}
        self._templates: dict[Path, Template] = {}

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the connection."""
        self._stack.close()

    @cached_property
    def config(self) -> Config:
        """ConfigError when there is none, or it is not right."""
        return config_file.load(config_file.find(self.wish.config, self.world.environment))

    @cached_property
    def spreadsheets(self) -> dict[str, SpreadsheetSettings]:
        """Those that are meant, by name."""
        if self.wish.wanted is None:
            return dict(self.config.spreadsheets)
        return dict([config_file.resolve(self.config, self.wish.wanted)])

    @cached_property
    def connection(self) -> Connection:
        """The way to the API with as much as the sign-in allows of what a doctor asks for; NotSignedIn when it allows nothing."""
        refused: NotSignedIn | None = None
        for wanted in (scopes.SEEING, scopes.READING, scopes.NOTHING):
            try:
                opened = self._opened(wanted)
            except NotSignedIn as error:
                refused = error
            else:
                self.reach = wanted
                return opened
        assert refused is not None, "the loop ends with a connection or a refusal"
        raise refused

    @property
    def is_connected(self) -> bool:
        """Whether somebody asked for the connection, and got it."""
        return "connection" in vars(self)

    def _opened(self, wanted: frozenset[str]) -> Connection:
        from sheetcrm.connect import connect  # noqa: PLC0415 - google.auth takes 160 ms

        with ExitStack() as stack:
            made = stack.enter_context(
                connect(self.config, self.world.environment, scopes=wanted, waiting=self.world.waiting)
            )
            prove = getattr(made.session, "prove", None)
            if prove is not None:
                prove()
            self._stack.push(stack.pop_all())
        return made

    def gateway(self, name: str) -> Gateway:
        """To that spreadsheet of the config."""
        from sheetcrm.sheets.gateway import Gateway  # noqa: PLC0415 - as above

        if name not in self._gateways:
            spreadsheet = self.spreadsheets[name].id
            self._gateways[name] = Gateway(
                self.connection.session, spreadsheet, timeout=ANSWER, deadline=DEADLINE, sleep=self.rest.sleep
            )
        return self._gateways[name]

    @cached_property
    def drive(self) -> Drive:
        """The files that we may see."""
        from sheetcrm.sheets.gateway import Drive  # noqa: PLC0415 - as above

        return Drive(self.connection.session, timeout=ANSWER, sleep=self.rest.sleep)

    @property
    def counts(self) -> list[Counts]:
        """What it cost so far, in parts."""
        drive = [self.drive.counts] if "drive" in vars(self) else []
        return [*(one.counts for one in self._gateways.values()), *drive]

    def describe(self, name: str) -> Json:
        """Title, zone and marks of a spreadsheet: asked once, and the same error again for whoever asks again."""
        if name not in self._described:
            try:
                self._described[name] = self.gateway(name).describe(FIELDS)
            except SheetcrmError as error:
                self._described[name] = error
        found = self._described[name]
        if isinstance(found, SheetcrmError):
            raise found
        return found

    def standing(self, name: str) -> Json:
        """What Drive says of a spreadsheet's file; asked once."""
        if name not in self._standing:
            self._standing[name] = self.drive.standing(self.spreadsheets[name].id)
        return self._standing[name]

    @property
    def signs_in(self) -> bool:
        """Whether there is anybody to sign in as: not at an embedded server that knows but one."""
        return self.config.api == "google" or (self.config.api != "local" and self.config.token is None)

    @property
    def agreed(self) -> frozenset[str] | None:
        """How far the sign-in reaches; None where nobody can say."""
        return self.config.google.sign_in.agreed(getattr(self.connection.session, "credentials", None))

    @property
    def sees_access(self) -> bool:
        """Whether the sign-in covers who may open a file."""
        held = self.reach if self.agreed is None else self.agreed
        return not self.signs_in or not scopes.missing({scopes.SEE_ACCESS}, held)

    def template(self, name: str) -> tuple[Template, str] | None:
        """The template and language of a spreadsheet, as the config or its own mark says; None when nobody does."""
        from sheetcrm.layout import marked_template  # noqa: PLC0415 - as above

        settings, mark = self.spreadsheets[name], marked_template(self.describe(name))
        called = settings.template or (mark.template if mark else None)
        if called is None:
            return None
        return self.loaded(called), settings.language or (mark.language if mark else "en")

    def loaded(self, called: str) -> Template:
        """The template that the config or a mark calls so; TemplateError when there is none, or it is not right."""
        from sheetcrm.schema import loader  # noqa: PLC0415 - pydantic builds the templates' classes

        known = str(self.config.path(Path(called))) if loader.is_path(called) else called
        file = loader.find(known, self.config.template_folders).absolute()
        if file not in self._templates:
            self._templates[file] = loader.load(file, self.config.template_folders)
        return self._templates[file]

    def planned(self, name: str) -> Planned | None:
        """What its template would change now; None for a spreadsheet without one."""
        from sheetcrm.layout.zones import zone_of  # noqa: PLC0415 - as above
        from sheetcrm.provision.apply import planned  # noqa: PLC0415 - as above

        if name not in self._planned:
            found = self.template(name)
            if found is None:
                return None
            template, language = found
            today = self.world.now().astimezone(zone_of(template.time_zone)).date()
            made = planned(self.gateway(name), template, language, today=today, admins=self.config.admins, asked=True)
            self._planned[name] = Planned(*made)
        return self._planned[name]
