"""Time zones as Google names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm.errors import UsageError
from sheetcrm.layout.zones import zone_of


@pytest.mark.parametrize(("name", "ahead"), [
    ("Asia/Shanghai", 8 * 60), ("America/New_York", -5 * 60), ("Asia/Kolkata", 5 * 60 + 30), ("GMT", 0), ("Etc/GMT", 0),
    ("GMT-07:00", -7 * 60), ("GMT+09:30", 9 * 60 + 30), ("GMT-03:30", -3 * 60 - 30), ("GMT+00:00", 0),
])  # fmt: skip
def test_how_far_its_clocks_are_ahead_in_january(name, ahead):
    assert datetime(2026, 1, 5, 16, tzinfo=UTC).astimezone(zone_of(name)).utcoffset() == timedelta(minutes=ahead)


@pytest.mark.parametrize(
    "name",
    ["Mars/Phobos", "Asia", "../etc", "/etc/passwd", "", "GMT+25:00", "GMT+08:60", "GMT+8", "leapseconds", "a\0b"],
)
def test_what_is_no_zone_is_said_with_what_to_do(name):
    with pytest.raises(UsageError, match="is not known: choose another in the spreadsheet, under File → Settings"):
        zone_of(name)
