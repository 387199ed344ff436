"""
A description of the spreadsheet → where each sheet and column of ours stands.

The only keeper of sheet ids, column indexes and Google's ids.  Row numbers are
1-based, as people see them; indexes are 0-based, as the API counts.
"""

from sheetcrm.layout.formulas import normal, places_in, quoted
from sheetcrm.layout.locate import Wanted, same_title
from sheetcrm.layout.made import TEMPLATE_KEY, Made, marked_template, versions
from sheetcrm.layout.places import HIGHLIGHTS_KEY, MADE_KEY, MARK_KEY, Layout, letters
from sheetcrm.layout.troubles import Trouble

__all__ = [
    "HIGHLIGHTS_KEY",
    "MADE_KEY",
    "MARK_KEY",
    "TEMPLATE_KEY",
    "Layout",
    "Made",
    "Trouble",
    "Wanted",
    "letters",
    "marked_template",
    "normal",
    "places_in",
    "quoted",
    "same_title",
    "versions",
]
