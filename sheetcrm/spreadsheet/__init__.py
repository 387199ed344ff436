"""
A spreadsheet as Python users have it → its sheets, their records, everything wrong; changed records → the spreadsheet.

What `import sheetcrm` offers, made of the functions of `sync`; docs/python.md walks through it.
"""

from sheetcrm.spreadsheet.sheet import Sheet
from sheetcrm.spreadsheet.whole import Progress, Requests, Spreadsheet, open_spreadsheet

__all__ = ["Progress", "Requests", "Sheet", "Spreadsheet", "open_spreadsheet"]
