"""`sheetcrm log --ours`: the journals of every spreadsheet → who wrote what, when, by which command."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.columns import padded
from sheetcrm.cli.log.shown import for_programs, in_sheet, short
from sheetcrm.cli.options import Asked, print_json, tell, template_file
from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sheetcrm.cli.log import Wanted
    from sheetcrm.config import Config
    from sheetcrm.journal import Answer, Line, Question
    from sheetcrm.schema.context import Context

STAGES = {
    "begun": N_("begun"),
    "done": N_("done"),
    "undone": N_("undone"),
    "refused": N_("refused"),
    "aside": N_("aside"),
}
"""What became of a write, by its word for programs."""
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
    known = _contexts(loaded, {name for name, _ in found[: wanted.limit]})
    shown = [(name, _read(answer, known.get(name), asked)) for name, answer in found[: wanted.limit]]
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


def _contexts(config: Config, names: set[str]) -> dict[str, Context]:
    """By the names of spreadsheets how their cells are read, as far as the config says by what template; no request is made."""
    from sheetcrm.errors import SheetcrmError
    from sheetcrm.schema import loader

    found = {}
    for name in names & config.spreadsheets.keys():
        settings = config.spreadsheets[name]
        with suppress(SheetcrmError):
            if settings.template is not None:
                template = loader.load(template_file(config, settings.template), config.template_folders)
                found[name] = template.context(settings.language or "en")
    return found


def _read(answer: Answer, context: Context | None, asked: Asked) -> Answer:
    """With the values of cells as their columns show them, or as data."""
    way = for_programs if asked.as_json else in_sheet
    return answer if context is None else replace(answer, lines=tuple(_line(one, context, way) for one in answer.lines))


def _line(line: Line, context: Context, way: Callable[..., tuple[Any, Any]]) -> Line:
    if line.kind == "cell":
        before, after = way(line.sheet, line.column, line.before, line.after, context)
        return replace(line, before=before, after=after)
    if line.kind == "row" and isinstance(line.before, dict):
        cells = {column: way(line.sheet, column, cell, None, context)[0] for column, cell in line.before.items()}
        return replace(line, before=cells)
    return line


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
    stage = click.style(padded(tr(STAGES[write.stage]), 7), bold=True)
    words = [write.what] if write.what.startswith(by.command) else [by.command, write.what]
    yield "  ".join([f"{when:%Y-%m-%d %H:%M}", stage, name, who or tr("(nobody known)"), *words])
    for line in answer.lines[:most]:
        yield f"    {line.place}: {short(said(line.before))} → {short(said(line.after))}"
    if most is not None and len(answer.lines) > most:
        yield "    " + tr("and {count} more (--full)", count=len(answer.lines) - most)


def _json(name: str, answer: Answer) -> dict[str, Any]:
    write = answer.write
    head = {"spreadsheet": name, "number": answer.number, "when": write.when, **asdict(write.by)}
    return {**head, "what": write.what, "stage": write.stage, "changes": [asdict(line) for line in answer.lines]}
