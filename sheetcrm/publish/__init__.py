"""
Spreadsheet and role → a copy of what the role sees, in a spreadsheet of its own.

The copy has values and nothing else: no formula, note or mark in it leads back
to where they come from.
"""

from sheetcrm.publish.pages import Page, Source, source
from sheetcrm.publish.publication import Publication, carry_out, publication
from sheetcrm.publish.target import blank, found

__all__ = ["Page", "Publication", "Source", "blank", "carry_out", "found", "publication", "source"]
