"""
Long work → how far it has come, told to whoever wants to know.

A meter is an argument, never a setting: nothing is told where nobody asked, and
a meter that draws something belongs to who draws.
"""

from __future__ import annotations

from collections.abc import Callable

Meter = Callable[[str, int, int], None]
"""
Called now and then from the work's own thread: what is counted (`rows read`), how many of them are done, of how many (0: nobody knows yet).

The total may grow on the way; what is counted changes when the next part of the work begins.  An exception of its own stops the work.
"""


def unmetered(_what: str, _done: int, _of: int) -> None:
    """Tell nobody."""
