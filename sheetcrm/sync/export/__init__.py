"""
Records → files and databases, a format a module, one class a format (`Format`), registered by being there.

A target is written whole or not at all; what cannot be written as its type is
blank there, counted and named.
"""

from sheetcrm.sync.export.formats import format_of, registered
from sheetcrm.sync.export.pages import Options, Unfit, Where
from sheetcrm.sync.export.run import Exported, ExportedSheet, Wish, export
from sheetcrm.sync.export.source import Sources

__all__ = [
    "Exported",
    "ExportedSheet",
    "Options",
    "Sources",
    "Unfit",
    "Where",
    "Wish",
    "export",
    "format_of",
    "registered",
]
