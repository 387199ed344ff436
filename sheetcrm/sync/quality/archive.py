"""
Rows that the template calls inactive → its archive tab, and back.

What is put away is still known: rows that name it keep doing so, its id is
given to nobody else, and `archive --back` brings it back with all that it says.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log
from sheetcrm.sync.records import Reading
from sheetcrm.sync.rows_moved import move
from sheetcrm.sync.writing.outcome import Saved


@dataclass(frozen=True)
class Inactive:
    """Rows of a sheet that its archive is for; `left` are row numbers (1-based) of those that have no id of their own."""

    sheet: str
    ids: tuple[str, ...]
    left: tuple[int, ...] = ()


def archived_sheets(template: Template) -> tuple[str, ...]:
    """The sheets that have an archive, in order."""
    return tuple(sheet for sheet in template.records if template.archive_of(sheet))


def inactive(reading: Reading, sheet: str, *, today: date) -> Inactive:
    """
    The rows that the rule of the sheet calls inactive on that day; example rows are none of them.

    UsageError where the template gives the sheet no archive, or the spreadsheet has no such tab.
    """
    _archive(reading.template, sheet)
    if sheet not in reading.extracts:
        raise UsageError(tr("the spreadsheet has no tab for {sheet}; make it with: sheetcrm apply", sheet=sheet))
    rule, extract = reading.template.sheets[sheet].archive, reading.extracts[sheet]
    samples = reading.template.sample_keys(sheet)
    values, numbers = extract.parsed.values, extract.parsed.numbers
    found = [at for at in range(len(numbers)) if rule is not None and rule.inactive(values, at, today)]
    ids = [extract.ids[at] for at in found]
    kept = tuple(id_ for id_ in ids if id_ is not None and id_ in extract.offsets and id_ not in samples)
    left = tuple(numbers[at] for at in found if extract.ids[at] is None or extract.ids[at] not in extract.offsets)
    return Inactive(sheet, kept, left)


def put_away(
    gateway: Gateway,
    template: Template,
    sheet: str,
    ids: Collection[str],
    *,
    seen: Reading | None = None,
    log: Log | None = None,
) -> Saved:
    """Rows to the archive, in one batch; those in which somebody changed something since `seen` stay, and are conflicts."""
    return move(gateway, template, sheet, ids, _archive(template, sheet), seen=seen, on_conflict="skip", log=log)


def bring_back(
    gateway: Gateway, template: Template, sheet: str, ids: Collection[str], *, log: Log | None = None
) -> Saved:
    """Rows of the archive to the sheet, below its last, as they stand in the archive now."""
    return move(gateway, template, _archive(template, sheet), ids, sheet, on_conflict="skip", log=log)


def _archive(template: Template, sheet: str) -> str:
    archive = template.archive_of(sheet)
    if archive is None:
        known = ", ".join(archived_sheets(template))
        others = tr(" (these have one: {known})", known=known) if known else ""
        raise UsageError(
            tr(
                "{sheet} has no archive; add archive: to the sheet in the template, and apply it{others}",
                sheet=sheet,
                others=others,
            )
        )
    return archive
