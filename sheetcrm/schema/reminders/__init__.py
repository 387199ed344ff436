"""
`reminders:` of a template → rules; one class per kind, which says itself what a row asks.

Importing this package imports every file in it: that is what puts a new kind
into the family, so that adding one touches one place.
"""

from importlib import import_module
from pkgutil import iter_modules

from sheetcrm.schema.reminders.base import ReminderRule
from sheetcrm.schema.reminders.date import DateReminder

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

__all__ = ["DateReminder", "ReminderRule"]
