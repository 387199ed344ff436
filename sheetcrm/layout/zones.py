"""
A spreadsheet's time zone as Google names it → how its clocks go.

Most are IANA's names; what Google cannot name it writes as so many hours,
`GMT-07:00`.
"""

from __future__ import annotations

import re
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr

_HOURS = re.compile(r"GMT([+-])(0\d|1\d|2[0-3]):([0-5]\d)")


def zone_of(name: str) -> tzinfo:
    """UsageError when nobody knows that zone: what to do stands in it."""
    if found := _HOURS.fullmatch(name):
        ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-ahead if found[1] == "-" else ahead)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(
            tr(
                "the time zone {name!r} is not known: choose another in the spreadsheet, under File → Settings (if it is a new one: pip install --upgrade tzdata)",
                name=name,
            )
        ) from error
