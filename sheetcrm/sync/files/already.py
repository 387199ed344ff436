"""
A cell of a file → whether the row that it is for says just that already.

What makes no sense in the sheet comes back from a colleague's file as it went
out: that is nothing new, and no reason to refuse the rest of the line.
"""

from __future__ import annotations

from collections import Counter

from sheetcrm.resources.base import Cell
from sheetcrm.schema.template import SheetSpec
from sheetcrm.sync.files.merge import known_by
from sheetcrm.sync.files.sift import Candidate
from sheetcrm.sync.files.table import said
from sheetcrm.sync.records import Parsed


class Already:
    """The rows of the sheet, by the column `by`; rows that share a value say nothing."""

    def __init__(self, parsed: Parsed, spec: SheetSpec, by: str) -> None:
        values = parsed.ids(spec.key or "") if by == spec.key else [known_by(one) for one in parsed.values[by]]
        count = Counter(values)
        self._parsed, self._by = parsed, by
        self._offsets = {one: at for at, one in enumerate(values) if one is not None and count[one] == 1}

    def says(self, one: Candidate, key: str, cell: Cell) -> bool:
        """Whether `cell`, of the column `key`, is what the row of that line has; the column `by` must be read by then."""
        offset = self._offsets.get(known_by(one.values.get(self._by)))
        cells = self._parsed.used.get(key)
        return offset is not None and cells is not None and said(cells[offset]).strip() == said(cell).strip()
