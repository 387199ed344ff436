"""
Which program asks, and whether it may see only the files that it made.

That is what the scope `drive.file` alone allows: what a person merely shared is as good as not there.  Said once for a
request, by whoever admits it; the library keeps to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_PROGRAM: ContextVar[str] = ContextVar("program", default="")
_OWN_ONLY: ContextVar[bool] = ContextVar("own_only", default=False)


@contextmanager
def asking(program: str, *, own_only: bool = False) -> Iterator[None]:
    """Within, it is `program` that asks; empty for the server's own tokens, which stand for no program."""
    before = _PROGRAM.set(program), _OWN_ONLY.set(own_only)
    try:
        yield
    finally:
        _PROGRAM.reset(before[0])
        _OWN_ONLY.reset(before[1])


def program() -> str:
    """Who makes what is made now."""
    return _PROGRAM.get()


def hidden(made_by: str) -> bool:
    """Whether a file that was made by that program is none for the one that asks."""
    return _OWN_ONLY.get() and made_by != _PROGRAM.get()
