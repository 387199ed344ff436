"""
Name of a request → the function that carries it out.

A family of requests is a module of this package; a new request is a new function with `@request` over it.
"""

from collections.abc import Callable
from typing import Any

from sheetcrm.server.model import Spreadsheet

Json = dict[str, Any]
Handler = Callable[[Spreadsheet, Json], Json | None]

HANDLERS: dict[str, Handler] = {}
EDITS: dict[str, str] = {}
"""Name of a request → the dotted path in its body of the range (or list of ranges) that it edits."""


def request(name: str, *, edits: str | None) -> Callable[[Handler], Handler]:
    """
    Register a function that carries out one kind of request and answers what its reply holds, or None.

    `edits` is the path of the cells that protection guards; None says that it edits none, or asks access.py
    (or touched.py for it) because it takes more than a path to tell.  It has no default: whoever adds a request decides.
    """

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        if edits is not None:
            EDITS[name] = edits
        return handler

    return register
