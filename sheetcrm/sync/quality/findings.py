"""
A reading → the rows that are worth a look, said like issues.

A cell that is wrong is told once: nothing here speaks of it again.  Examples
and archives are nobody's work.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sheetcrm.schema.archive import key_of
from sheetcrm.schema.context import BadCell
from sheetcrm.schema.quality import Rows, usual
from sheetcrm.sync.extract import Values, issues_of
from sheetcrm.sync.quality.snapshot import Snapshot
from sheetcrm.sync.records import Extract, Issue, Reading


def findings(reading: Reading, *, today: date, snapshot: Snapshot | None = None) -> tuple[Issue, ...]:
    """
    What `quality:` asks of every sheet that was read, in the order of the sheets and rows.

    `snapshot` is the last one, for rows in which nothing has changed since; without it their own days tell.
    """
    template, context = reading.template, reading.template.context(reading.language, today)
    lookup = Values({sheet: extract.parsed for sheet, extract in reading.extracts.items()})
    archives = {key_of(sheet) for sheet, spec in template.sheets.items() if spec.archive is not None}
    found: list[Issue] = []
    for sheet, extract in reading.extracts.items():
        if template.sheets[sheet].content == "records" and sheet not in archives:
            sights = snapshot.sights(extract, today) if snapshot else []
            changed = [(sight.since, sight.changed) if sight else None for sight in sights]
            rows = Rows(sheet, extract.parsed.values, context, today, lookup, changed)
            found += issues_of(extract.parsed, _found(rows, extract), context, reading.layout)
    return tuple(found)


def _found(rows: Rows, extract: Extract) -> Iterator[tuple[int, str, BadCell]]:
    """Row by row, there in the order in which the template asks."""
    asked = rows.spec.quality if rows.spec.quality is not None else usual(rows.sheet, rows.context.template)
    samples = extract.template.sample_keys(rows.sheet)
    said = {(issue.row, issue.column) for issue in extract.issues}
    found = [(offset, order, key, bad) for order, one in enumerate(asked) for offset, key, bad in one.find(rows)]
    for offset, _, key, bad in sorted(found, key=lambda one: one[:2]):
        if extract.ids[offset] not in samples and (extract.parsed.numbers[offset], key) not in said:
            yield offset, key, bad
