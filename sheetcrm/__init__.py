"""
Customer management that lives in Google Sheets, for Python: docs/python.md.

    with sheetcrm.open_spreadsheet("Customers") as crm:     a spreadsheet that is made from a template
        for customer in crm["customers"]: …

    found = sheetcrm.read(worksheet, Customer)              a plain worksheet, a pydantic model of your own
    found.records, found.issues

Nothing below is imported before it is used.  The map of the package is docs/architecture.md.
"""

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheetcrm.spreadsheet import Sheet, Spreadsheet, open_spreadsheet
    from sheetcrm.sync.notebook import Issues, Records
    from sheetcrm.sync.own import Header, OwnRecords, read
    from sheetcrm.sync.records import Issue, Record, Row

__all__ = [
    "Header",
    "Issue",
    "Issues",
    "OwnRecords",
    "Record",
    "Records",
    "Row",
    "Sheet",
    "Spreadsheet",
    "open_spreadsheet",
    "read",
]

_WHERE = {
    "sheetcrm.spreadsheet": ("Sheet", "Spreadsheet", "open_spreadsheet"),
    "sheetcrm.sync.notebook": ("Issues", "Records"),
    "sheetcrm.sync.own": ("Header", "OwnRecords", "read"),
    "sheetcrm.sync.records": ("Issue", "Record", "Row"),
}


# Who uses the library hears nothing of it unless they configure logging.
logging.getLogger(__name__).addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Import what is asked for, when it is asked for."""
    module = next((module for module, names in _WHERE.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(module), name)


def __dir__() -> list[str]:
    """For completion: what there is to use, and no helpers."""
    return sorted({*__all__, "errors", "testing", *(name for name in globals() if name.startswith("__"))})
