"""
Ways to send, one file each.

Importing this package imports every file in it, so that each way is known to the config.
"""

from importlib import import_module
from pkgutil import iter_modules

from sheetcrm.remind.notifiers.base import MAIL, Notifier, Way

__all__ = ["MAIL", "Notifier", "Way"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
