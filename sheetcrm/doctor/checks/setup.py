"""The config file → what in it cannot be, beyond what reading it finds."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from sheetcrm.doctor.check import Finding, check, fine, look
from sheetcrm.doctor.patient import Patient
from sheetcrm.errors import SheetcrmError
from sheetcrm.messages import tr
from sheetcrm.remind.notifiers import MAIL
from sheetcrm.secret import OTHERS, Secret


@check("config", 10)
def config(patient: Patient, _about: str) -> Iterator[Finding]:
    """What config.yaml says: whether it can be, and whether the files, templates and secrets that it names are there."""
    found = patient.config
    wrong = [*_twice(patient), *_folders(patient), *_templates(patient), *_secrets(patient)]
    yield from wrong
    if not wrong:
        count = len(found.spreadsheets)
        yield fine(tr("{file}: {count} {count:spreadsheet|spreadsheets}", file=found.file, count=count))


def _twice(patient: Patient) -> Iterator[Finding]:
    ids = Counter(one.id for one in patient.config.spreadsheets.values())
    for spreadsheet, count in ids.items():
        if count > 1:
            names = ", ".join(name for name, one in patient.config.spreadsheets.items() if one.id == spreadsheet)
            yield look(
                tr("{names} are one spreadsheet ({id}), so all is done twice", names=names, id=spreadsheet),
                tr("keep one of them under spreadsheets:"),
            )


def _folders(patient: Patient) -> Iterator[Finding]:
    """Of templates: itself need not be there: `init` names one before anybody has a template of their own."""
    config = patient.config
    named = config.mail.templates if config.mail else None
    if named is not None and not config.path(named).is_dir():
        path = config.path(named)
        yield look(tr("there is no folder {path}", path=path), tr("make it, or take it out of mail: templates:"))


def _templates(patient: Patient) -> Iterator[Finding]:
    for called in dict.fromkeys(one.template for one in patient.spreadsheets.values() if one.template):
        try:
            template = patient.loaded(called)
        except SheetcrmError as error:
            yield look(str(error))
            continue
        there = (MAIL, *patient.config.channels)
        for word in {word for rule in template.reminders.values() for word in rule.channels}.difference(there):
            yield look(
                tr(
                    "a rule of {template} names the channel {word}, which is not here", template=template.key, word=word
                ),
                tr("add it to channels:, or take it out of the rule"),
            )


def _secrets(patient: Patient) -> Iterator[Finding]:
    config = patient.config
    for secret in _named(config):
        try:
            secret.reveal(config.folder, patient.world.environment)
        except SheetcrmError as error:
            yield look(str(error))
            continue
        path = config.folder / (secret.file or Path()).expanduser()
        if secret.file is not None and os.name == "posix" and path.stat().st_mode & OTHERS:
            yield look(
                tr("others on this machine can read {path}, which holds a secret", path=path),
                f"chmod 600 {path}",
            )


def _named(part: object) -> Iterator[Secret]:
    """Every place of a secret that the config names, wherever it stands."""
    if isinstance(part, Secret):
        yield part
    elif isinstance(part, BaseModel):
        for value in part.__dict__.values():
            yield from _named(value)
    elif isinstance(part, dict):
        for value in part.values():
            yield from _named(value)
