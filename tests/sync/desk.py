"""An office with three customers in it, for tests of what is written into it; and one with an archive and people's own columns."""

from __future__ import annotations

from sheetcrm.sync.save import Saved

from .shop import Office

ROWS = [
    {"Customer ID": "C001", "Name": "Ann Li", "Phone": "+8613800138000", "Stage": "Lead", "Next": 46000},
    {"Customer ID": "C002", "Name": "Bo", "E-mail": "bo@x.org", "Stage": "Won", "Spent": 1.5, "VIP": True},
    {"Customer ID": "C003", "Name": "Cy", "E-mail": "cy@", "Stage": "Lead", "Next": "soon"},
]
NEW = {"name": "Dee", "phone": "13800138001", "stage": "won"}


def changed(reading, id_, **values):
    """A copy of that customer with other values."""
    return reading.extracts["customers"].by_id()[id_].record.model_copy(update=values)


def column(office, title, tab="Customers"):
    """What stands below that header."""
    sheet = office.tab(tab)
    return sheet.col_values(sheet.row_values(1).index(title) + 1, value_render_option="UNFORMATTED_VALUE")[1:]


def cell(office, row, title, value, tab="Customers"):
    """Somebody types there."""
    sheet = office.tab(tab)
    sheet.update_cell(row, sheet.row_values(1).index(title) + 1, value)


def tabs(office: Office) -> list[str]:
    """The titles of all tabs, hidden ones too."""
    return [tab.title for tab in office.running.client.open_by_key(office.id).worksheets()]


def quiet(done: Saved) -> bool:
    """Whether there is nothing to tell people."""
    return (done.conflicts, done.righted, done.misplaced) == ((), (), ())
