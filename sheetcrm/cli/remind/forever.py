"""`sheetcrm remind --forever`: a round every so often, a line a round, until SIGTERM."""

from __future__ import annotations

import random
import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import Asked, now, tell
from sheetcrm.cli.remind.rounds import go_round, in_words, problem_lines
from sheetcrm.cli.remind.signals import Signals, stopping
from sheetcrm.cli.remind.work import beat, desks, office, tell_of_failures
from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import tr
from sheetcrm.remind.daemon import Daemon
from sheetcrm.remind.round import worst

if TYPE_CHECKING:
    from sheetcrm.config import Config
    from sheetcrm.schema.template import Template


class Standing:
    """Config and templates as they are until SIGHUP."""

    def __init__(self, asked: Asked, every: timedelta, signals: Signals) -> None:
        """ConfigError when the config is not right to begin with."""
        self.asked, self.every, self.signals = asked, every, signals
        self.config: Config = asked.loaded()
        self.templates: dict[Path, Template] = {}
        self.at_once = False
        """Whether the next round was asked for: then what others did just now is no reason to leave anything out."""

    def called(self) -> bool:
        """Whether SIGHUP came; then everything is read anew, and a config that is not right leaves the one before."""
        if not self.signals.called():
            return False
        self.at_once = True
        try:
            self.config = self.asked.loaded()
            self.templates = {}
            tell(tr("config and templates are read anew"))
        except SheetcrmError as error:
            tell(tr("the config of before stays, because this one is not right:\n{error}", error=error))
        return True

    def work(self) -> str:
        """One round, in a line."""
        from sheetcrm.cli.waiting import say_wait
        from sheetcrm.connect import connect

        found = []
        every, self.at_once = None if self.at_once else self.every, False
        with connect(self.config, waiting=say_wait) as connection, office(self.config) as at:
            chosen = desks(self.asked, self.config, connection, at, announced=False, templates=self.templates)
            for visit in go_round(chosen, at, self.signals.halted, every):
                found.append(visit)
                for text in problem_lines(visit):
                    tell(text)
                if visit.error is not None and not isinstance(visit.error, SheetcrmError):
                    tell("".join(traceback.format_exception(visit.error)))
            tell_of_failures(at, self.signals.halted)
        left = len(chosen) - len({visit.id for visit in found})
        if worst([visit.exit_code for visit in found]) in (0, 3) and not left:
            beat(self.config)
        return in_words(found, left)


def keep_on(asked: Asked, every: timedelta) -> int:
    """Until SIGTERM or SIGINT; 0, because that is how it is meant to end."""
    with stopping() as signals:
        standing = Standing(asked, every, signals)
        Daemon(
            work=standing.work,
            every=every,
            clock=time.monotonic,
            sleep=signals.sleep,
            say=lambda line: click.echo(f"{now():%Y-%m-%d %H:%M:%S} UTC  {line}"),
            halted=signals.halted,
            called=standing.called,
            dice=random.random,
        ).run()
    return 0
