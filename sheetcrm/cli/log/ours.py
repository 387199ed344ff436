"""`sheetcrm log --ours`: the journals of every spreadsheet → who wrote what, when, by which command."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import Asked, print_json, tell
from sheetcrm.errors import UsageError
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheetcrm.cli.log import Wanted
    from sheetcrm.config import Config
    from sheetcrm.journal import Answer, Question

SHOWN = 10
"""Lines of a write that people see at once."""


def show(asked: Asked, wanted: Wanted) -> int:
    """Every write, the latest first."""
    from sheetcrm.journal import Question

    loaded = asked.loaded()
    question = Question(
        wanted.command, wanted.person, wanted.sheet, wanted.customer, moment(wanted.since), moment(wanted.until)
    )
    found = [
        (name, answer)
        for name, folder in journals(loaded, asked.wanted)
        for answer in islice(_answers(folder, question), wanted.limit + 1)
    ]
    found.sort(key=lambda one: one[1].write.when, reverse=True)
    shown = found[: wanted.limit]
    if asked.as_json:
        print_json([_json(name, answer) for name, answer in shown])
        return 0
    for name, answer in shown:
        for line in _text(name, answer, None if wanted.full else SHOWN):
            click.echo(line)
    if len(found) > wanted.limit:
        tell(tr("there is more; --limit {limit} shows it", limit=wanted.limit * 2))
    if not found:
        tell(tr("nothing of that was written from here"))
    return 0


def moment(text: str | None) -> datetime | None:
    """A day or a moment as it is typed, in the zone of this machine where it names none."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as wrong:
        raise UsageError(
            tr("{text!r} is no day and no moment; write 2026-11-20 or 2026-11-20T08:00", text=text)
        ) from wrong


def journals(config: Config, wanted: str | None) -> Iterator[tuple[str, Path]]:
    """The name (or the id, of one that the config does not name) and the folder of each journal, or of the one that is wanted."""
    from sheetcrm.config import resolve

    if wanted is not None:
        name, settings = resolve(config, wanted)
        yield name, config.journal_folder / settings.id
        return
    names = {settings.id: name for name, settings in config.spreadsheets.items()}
    if config.journal_folder.is_dir():
        for folder in sorted(config.journal_folder.iterdir()):
            if folder.is_dir():
                yield names.get(folder.name, folder.name), folder


def _answers(folder: Path, question: Question) -> Iterator[Answer]:
    from sheetcrm.journal import Journal

    return question.answered(Journal(folder.parent, folder.name).history())


def _text(name: str, answer: Answer, most: int | None) -> Iterator[str]:
    """`2026-11-22 09:10  ann (robot@…)  team add  客户  done  team add 王芳`, and below it a line for each change."""
    from sheetcrm.journal import said

    write, by = answer.write, answer.write.by
    who = f"{by.user} ({by.account})" if by.account else by.user
    when = datetime.fromisoformat(write.when).astimezone()
    stage = click.style(f"{write.stage:7}", bold=True)
    words = [write.what] if write.what.startswith(by.command) else [by.command, write.what]
    yield "  ".join([f"{when:%Y-%m-%d %H:%M}", stage, name, who or tr("(nobody known)"), *words])
    for line in answer.lines[:most]:
        yield f"    {line.place}: {short(said(line.before))} → {short(said(line.after))}"
    if most is not None and len(answer.lines) > most:
        yield "    " + tr("and {count} more (--full)", count=len(answer.lines) - most)


def short(text: str) -> str:
    """One line that fits a screen."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _json(name: str, answer: Answer) -> dict[str, Any]:
    write = answer.write
    head = {"spreadsheet": name, "number": answer.number, "when": write.when, **asdict(write.by)}
    return {**head, "what": write.what, "stage": write.stage, "changes": [asdict(line) for line in answer.lines]}
