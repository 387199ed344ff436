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


def request(name: str) -> Callable[[Handler], Handler]:
    """Register a function that carries out one kind of request and answers what its reply holds, or None."""

    def register(handler: Handler) -> Handler:
        HANDLERS[name] = handler
        return handler

    return register
