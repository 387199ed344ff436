"""
A call that waits for the quota → a line for the person at the terminal, who would think that we hang.

Only for waits that one notices, and at a terminal: nobody reads what cron would mail.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.sheets.manners import Wait

NOTICED = 3.0
"""Seconds that nobody asks about."""


def say_wait(wait: Wait) -> None:
    """Say for how long, for what and behind how many."""
    if wait.seconds < NOTICED or not sys.stderr.isatty():
        return
    what = tr("reads") if wait.kind == "read" else tr("writes")
    text = tr(
        "waiting {seconds:.0f} s: Google's quota of {what} a minute is used up ({calls} {calls:call waits|calls wait} for their turn)",
        seconds=wait.seconds,
        what=what,
        calls=wait.calls,
    )
    click.secho(text, err=True, dim=True)
