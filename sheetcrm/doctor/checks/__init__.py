"""
What is looked at, by part.

Importing this package imports every file in it, so that each check is known.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
