"""
Config and a spreadsheet → read once, its reminders sent by every way that its rules name.

Whoever waits for a chat's robot does not keep mail from going: each way is a
run of its own, and one that cannot be used is said and left out.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sheetcrm.cli.options import Asked, Job, now, requests_of, tell, today_in
from sheetcrm.cli.posting import settings_of
from sheetcrm.cli.remind import words
from sheetcrm.errors import SheetcrmError, UsageError
from sheetcrm.messages import tr
from sheetcrm.remind.caution import Tally
from sheetcrm.remind.delivery import Hooks, Settings
from sheetcrm.remind.ledger import Ledger
from sheetcrm.remind.notifiers import MAIL
from sheetcrm.remind.notifiers.opened_once import OpenedOnce
from sheetcrm.remind.record import Record
from sheetcrm.remind.round import Desk, Done, Halted

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.connect import Connection
    from sheetcrm.remind.notifiers import Notifier, Way
    from sheetcrm.remind.report import RunReport
    from sheetcrm.schema.template import Template
    from sheetcrm.sync.records import Reading


@dataclass
class Office:
    """What all spreadsheets of a round have in common."""

    config: Config
    ledger: Ledger
    settings: Settings
    day: date | None = None
    """As if it were that day; None: today, in each spreadsheet's zone."""
    dry_run: bool = False
    tally: Tally = field(default_factory=Tally)
    """What went out in this round: for the cap per run."""
    stack: ExitStack = field(default_factory=ExitStack)
    _opened: dict[str, Notifier] = field(default_factory=dict)

    @property
    def ways(self) -> Mapping[str, Way]:
        """By the word that rules have for them."""
        return self.config.ways

    def notifier(self, word: str) -> Notifier:
        """That way to send, one line for all spreadsheets; UsageError when its secrets are not there."""
        if word not in self._opened:
            from sheetcrm.connect import network

            made = self.ways[word].notifier(self.config.folder, os.environ, word).led(network(self.config).lead)
            self._opened[word] = self.stack.enter_context(OpenedOnce(made))
        return self._opened[word]


@contextmanager
def office(
    config: Config, *, day: date | None = None, dry_run: bool = False, allow_first_run: bool = False
) -> Iterator[Office]:
    """The ledger open, for reading only in a dry run; every line that was opened is hung up at the end."""
    settings = settings_of(config, allow_first_run=allow_first_run)
    with ExitStack() as stack:
        ledger = stack.enter_context(Ledger.open(config.ledger_place(os.environ), read_only=dry_run))
        yield Office(config, ledger, settings, day, dry_run, stack=stack)


def desks(
    asked: Asked,
    loaded: Config,
    connection: Connection,
    at: Office,
    *,
    announced: bool,
    templates: dict[Path, Template] | None = None,
) -> list[Desk]:
    """Those that `--in` says, else every spreadsheet of the config; UsageError when there is none.  `templates` are those that are read already."""
    from sheetcrm import config

    many = asked.wanted is None and len(loaded.spreadsheets) > 1
    chosen = list(loaded.spreadsheets.items()) if many else [config.resolve(loaded, asked.wanted)]
    known = {} if templates is None else templates

    def remind(name: str, halted: Halted) -> Done:
        settings = dict(chosen)[name]
        with asked.job(loaded, connection, name, settings, known, announced=announced) as job:
            return look_after(job, at, halted)

    return [Desk(name, settings.id, partial(remind, name)) for name, settings in chosen]


def look_after(job: Job, at: Office, halted: Halted = lambda: "") -> Done:
    """Read the spreadsheet, give rows without an id one (not in a dry run), and send what is due."""
    reading = read(job, at)
    reports, problems = told_by(at, reading, halted)
    before = requests_of(job.gateway)
    notes = () if at.dry_run else _mirror(job, at, reading)
    after = requests_of(job.gateway)
    more = {word: after[word] - before[word] for word in after} if after != before else {}
    return Done(tuple(reports), tuple(problems), notes, before, more)


def told_by(at: Office, reading: Reading, halted: Halted = lambda: "") -> tuple[list[RunReport], list[str]]:
    """A run for each way to send, which are one for the ledger, and what keeps others from being one."""
    named, problems = _words(reading.template, at)
    with Record(at.ledger, reading.layout.spreadsheet_id, now, problems) as record:
        hooks = Hooks(dice=random.random, halted=halted, tally=at.tally, record=record)
        return _reports(at, reading, named, hooks, problems), problems


def _reports(at: Office, reading: Reading, named: Sequence[str], hooks: Hooks, problems: list[str]) -> list[RunReport]:
    """Of each way to send that could be used; why one could not is put into `problems`."""
    from sheetcrm.remind.run import run

    today = at.day or today_in(reading.layout.time_zone)
    reports: list[RunReport] = []
    for word in named:
        try:
            notifier = at.notifier(word)
        except UsageError as error:
            if len(named) == 1:
                raise
            problems.append(tr("{name}: {text}", name=word, text=error))
            continue
        report = run(
            reading, at.ledger, notifier, today=today, now=now, settings=at.settings, way=word, dry_run=at.dry_run, hooks=hooks
        )  # fmt: skip
        mails = tuple(replace(mail, channel=word) for mail in report.mails)
        reports.append(replace(report, mails=mails if len(named) > 1 else report.mails))
    return reports


def _mirror(job: Job, at: Office, reading: Reading) -> tuple[str, ...]:
    """Write into the sheet when rows were last told of; that it could not be done is said, and the next run does it."""
    from sheetcrm import sync
    from sheetcrm.remind.mirror import mirrored
    from sheetcrm.sync.cells import Log

    told = () if at.settings.guards.redirect else [way.word(word) for word, way in at.ways.items() if not way.is_trial]
    changes = mirrored(reading, at.ledger, told)
    if not changes:
        return ()
    try:
        log = Log(job.journal, "remind", now())
        done = sync.change_cells(job.gateway, reading.template, changes, log=log)
    except (SheetcrmError, OSError) as error:
        return (tr("when rows were last told of could not be written into the sheet: {reason}", reason=error),)
    if done.misplaced:
        return (
            tr(
                "{count} {count:cell|cells} landed in another row, because rows were moved meanwhile",
                count=len(done.misplaced),
            ),
        )
    return ()


def tell_of_failures(at: Office, halted: Halted = lambda: "") -> None:
    """Mail the admins what failed for good, after a round; what keeps it from going is said."""
    if at.dry_run or not at.settings.admins:
        return
    from sheetcrm.remind.admins import tell_admins

    try:
        found = tell_admins(
            at.ledger, at.notifier(MAIL), settings=at.settings, today=now().date(), now=now, halted=halted
        )
    except UsageError as error:
        tell(tr("the admins are not told what failed: {reason}", reason=error))
        return
    for mail in found:
        tell(f"{words.state(mail.state)}  {mail.address}  {mail.subject}  {mail.reason}".rstrip())


def beat(config: Config) -> None:
    """Tell whoever watches that all went well; that nobody could be told is said, and nothing else follows from it."""
    if config.heartbeat is None:
        return
    from sheetcrm.remind.heartbeat import called

    try:
        url = (
            config.heartbeat
            if isinstance(config.heartbeat, str)
            else config.heartbeat.reveal(config.folder, os.environ)
        )
        trouble = called(url)
    except UsageError as error:
        trouble = str(error)
    if trouble:
        tell(tr("heartbeat: {reason}", reason=trouble))


def read(job: Job, at: Office) -> Reading:
    """What the rules need of it: two requests, three when rows without an id are given one (in a dry run only in memory)."""
    from sheetcrm import sync
    from sheetcrm.remind.gather import needed
    from sheetcrm.sync.cells import Log
    from sheetcrm.sync.identity import with_ids

    template, language = job.template()
    reading = sync.read(job.gateway, template, language=language, columns=needed(template), rules=False)
    today = today_in(template.time_zone)
    if at.dry_run:
        return with_ids(reading, today=today)[0]
    return sync.fill_ids(job.gateway, reading, today=today, log=Log(job.journal, "remind", now()))


def _words(template: Template, at: Office) -> tuple[list[str], list[str]]:
    """The channels to send by: those that rules name, mail in any case; and what is wrong with the others."""
    named = {word: key for key, rule in template.reminders.items() for word in rule.channels}
    known = [word for word in at.ways if word in named or word == MAIL]
    problems = [
        tr(
            "the rule {rule} of {template} names the channel {word}, which {file} does not have under channels:",
            rule=key,
            template=template.key,
            word=word,
            file=at.config.file.name,
        )
        for word, key in named.items()
        if word not in at.ways
    ]
    return known, problems
