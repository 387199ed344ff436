"""What commands that bring something back ask of those who were erased: `restore`, `undo`, `import`, `backup list`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sheetcrm.cli.options import Job, now, tell
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.backup.archive import Archive
    from sheetcrm.config import Config
    from sheetcrm.journal import Write
    from sheetcrm.privacy.archives import Cleaner
    from sheetcrm.privacy.erased import Erased
    from sheetcrm.sync.files.mapping import ImportMap

FIRST_LINES = 5


def everybody(config: Config) -> Erased:
    """All who were erased from what the config names; SheetcrmError where the key is not here by which they are known."""
    from sheetcrm.privacy.registry import Registry

    return Registry(config.path(config.backup.folder)).everybody()


def cleaner(config: Config, archive: Archive) -> Cleaner:
    """What leaves them out of a backup of a spreadsheet."""
    from sheetcrm.privacy.archives import Cleaner

    return Cleaner.of(archive, everybody(config))


def tell_left_out(clean: Cleaner) -> None:
    """How much of the backup did not come back."""
    if clean.left_out:
        tell(
            tr(
                "{count} {count:place is|places are} left out: of people who were erased since",
                count=clean.left_out,
            )
        )


def forget_in_ledger(config: Config) -> None:
    """In one that was put back."""
    from sheetcrm.privacy.erasing import who
    from sheetcrm.remind.ledger.forgetting import forget

    if erased := everybody(config):
        forget(config.ledger_place(os.environ), who(erased), write=True, now=now())


def known_of(job: Job, write: Write) -> Write:
    """A write of the journal without what it says of them: a journal, too, may have been restored."""
    from sheetcrm.privacy.files import Journals

    erased = everybody(job.config)
    return Journals(job.config.journal_folder, erased).veiled(job.settings.id, write) if erased else write


def warn_of_file(
    config: Config, file: Path, mapping: ImportMap | None, tab: str | None, titles: tuple[str, ...]
) -> None:
    """That a file which is to be imported has somebody in it who was erased: it may be that they came back, so it is only said."""
    from sheetcrm.sync.files.mapping import ImportMap
    from sheetcrm.sync.files.reading import read_file

    erased = everybody(config)
    if not erased:
        return
    table = read_file(file, mapping or ImportMap(), tab=tab, titles=titles)
    lines = [line.number for line in table.lines if erased.told(list(line.cells))]
    if lines:
        tell(
            tr(
                "{count} {count:line is|lines are} about people who were erased (line {lines}): they come back by this",
                count=len(lines),
                lines=", ".join(map(str, lines[:FIRST_LINES])) + (", …" if len(lines) > FIRST_LINES else ""),
            )
        )


def holding(config: Config) -> dict[Path, Any]:
    """Archives that held somebody when they were erased, by path."""
    from sheetcrm.privacy.registry import Registry

    folder = config.path(config.backup.folder)
    return {folder / name: one.when for one in Registry(folder).kept() for name in one.archives}
