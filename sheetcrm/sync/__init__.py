"""
Spreadsheet → records and issues; records and CSV → spreadsheet.

Rows are known by their key, never by their position: people sort, insert and
move while we look away.  DataFrames are in `sync.frame`, which alone needs pandas.
"""

from sheetcrm.sync.cells import CellChange, Changed, change_cells
from sheetcrm.sync.dump import dump
from sheetcrm.sync.files.load import Work, load
from sheetcrm.sync.files.mapping import ImportMap, read_map
from sheetcrm.sync.files.outcome import Imported, Outcome
from sheetcrm.sync.files.sift import Refusal
from sheetcrm.sync.identity import fill_ids
from sheetcrm.sync.large.chunks import Chunks, chunks
from sheetcrm.sync.read import read
from sheetcrm.sync.records import Extract, Issue, Reading, Row, model

__all__ = [
    "CellChange",
    "Changed",
    "Chunks",
    "Extract",
    "ImportMap",
    "Imported",
    "Issue",
    "Outcome",
    "Reading",
    "Refusal",
    "Row",
    "Work",
    "change_cells",
    "chunks",
    "dump",
    "fill_ids",
    "load",
    "model",
    "read",
    "read_map",
]
