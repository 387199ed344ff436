"""
Fixes → the same cells changed, where they still say what they said.

A great many go in several writes, each with an entry of its own in the
journal, so that no request is larger than Google advises.
"""

from __future__ import annotations

from collections.abc import Sequence

from sheetcrm.schema.template import Template
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Changed, Log, change_cells
from sheetcrm.sync.quality.fixes import Fix

AT_ONCE = 10_000
"""Cells in one write: about a megabyte."""


def apply_fixes(
    gateway: Gateway, template: Template, fixes: Sequence[Fix], *, log: Log | None = None, at_once: int = AT_ONCE
) -> tuple[Changed, int]:
    """
    What became of them, and in how many writes.

    Two reads and one write for every `at_once` cells.  ApiError when one is
    refused or has no answer; those before it stand, and are in the journal.
    """
    parts = [
        change_cells(gateway, template, [fix.change for fix in fixes[at : at + at_once]], log=log)
        for at in range(0, len(fixes), at_once)
    ]
    whole = Changed(
        done=tuple(change for part in parts for change in part.done),
        conflicts=tuple(change for part in parts for change in part.conflicts),
        righted=tuple(change for part in parts for change in part.righted),
        misplaced=tuple(landing for part in parts for landing in part.misplaced),
    )
    return whole, len(parts)
