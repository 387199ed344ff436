"""
One class per column type.

Importing this package imports every file in it: that is what puts a new type
into the family, so that adding one touches one place.
"""

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
