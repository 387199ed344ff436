"""When it is quiet, by the clock on the wall, and when that is over."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import UsageError
from sheetcrm.remind.guard import Quiet

SHANGHAI, LONDON, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/London", "Australia/Lord_Howe"))


def over(text, at, zone=SHANGHAI, *, weekends=False, fold=0):
    """Until when it is quiet as the clock in `zone` shows `at`, in the same words; empty when it is not."""
    now = datetime.fromisoformat(at).replace(tzinfo=zone, fold=fold)
    until = Quiet.parse(text, weekends=weekends).until(now.astimezone(UTC), zone)
    return f"{until:%Y-%m-%d %H:%M}" if until else ""


@pytest.mark.parametrize(("text", "at", "until"), [
    pytest.param("20:00-08:00", "2026-01-05 19:59", "", id="before it begins"),
    pytest.param("20:00-08:00", "2026-01-05 20:00", "2026-01-06 08:00", id="as it begins"),
    pytest.param("20:00-08:00", "2026-01-06 07:59", "2026-01-06 08:00", id="after midnight"),
    pytest.param("20:00-08:00", "2026-01-06 08:00", "", id="the end is not quiet any more"),
    pytest.param("12:00 – 13:30", "2026-01-05 12:30", "2026-01-05 13:30", id="within a day"),
    pytest.param("12:00-13:30", "2026-01-05 23:30", "", id="within a day, at another time"),
    pytest.param("00:00-08:00", "2026-01-05 03:00", "2026-01-05 08:00", id="from midnight"),
    pytest.param("18:00-24:00", "2026-01-05 23:00", "2026-01-06 00:00", id="until midnight"),
    pytest.param("", "2026-01-05 03:00", "", id="never"),
])  # fmt: skip
def test_quiet_hours(text, at, until):
    assert over(text, at) == until


@pytest.mark.parametrize(("text", "at", "until"), [
    pytest.param("", "2026-01-09 23:59", "", id="Friday"),
    pytest.param("", "2026-01-10 00:00", "2026-01-12 00:00", id="Saturday"),
    pytest.param("20:00-08:00", "2026-01-09 20:00", "2026-01-12 08:00", id="Friday evening goes over into the weekend, and that into Monday's morning"),
    pytest.param("20:00-08:00", "2026-01-12 08:00", "", id="Monday"),
])  # fmt: skip
def test_weekends_are_quiet_if_asked(text, at, until):
    assert over(text, at, weekends=True) == until


@pytest.mark.parametrize(("text", "at", "zone", "fold", "until"), [
    pytest.param("22:00-01:30", "2026-03-29 00:59", LONDON, 0, "2026-03-29 02:30", id="its end falls into the gap"),
    pytest.param("01:30-05:00", "2026-03-29 02:05", LONDON, 0, "2026-03-29 05:00", id="its beginning falls into the gap"),
    pytest.param("22:00-01:30", "2026-10-25 01:40", LONDON, 0, "2026-10-25 01:30", id="its end comes twice: between the two it stays quiet"),
    pytest.param("22:00-01:30", "2026-10-25 01:40", LONDON, 1, "", id="its end comes twice: after the second"),
    pytest.param("01:30-05:00", "2026-10-25 01:10", LONDON, 1, "2026-10-25 05:00", id="its beginning comes twice: the first counts"),
    pytest.param("22:00-01:45", "2026-04-05 01:50", LORD_HOWE, 0, "2026-04-05 01:45", id="clocks that change by half an hour"),
])  # fmt: skip
def test_in_nights_in_which_clocks_change_it_is_rather_longer_than_shorter(text, at, zone, fold, until):
    assert over(text, at, zone, fold=fold) == until


@pytest.mark.parametrize("text", ["8pm-8am", "20:00", "25:00-08:00", "20:60-08:00", "08:00-08:00", "00:00-24:00", "-"])
def test_what_is_no_quiet_is_refused_and_says_how_to_write_it(text):
    with pytest.raises(UsageError, match="write 20:00-08:00"):
        Quiet.parse(text)


times = st.times().map(lambda one: one.replace(second=0, microsecond=0))


moments = st.integers(0, 3 * 366 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(times, times, st.booleans(), moments, st.sampled_from([SHANGHAI, LONDON, LORD_HOWE]))
def test_no_clock_on_the_wall_ever_shows_a_mail_in_quiet_hours(start, end, weekends, now, zone):
    if start == end:
        return
    until = Quiet(start, end, weekends).until(now, zone)
    wall = now.astimezone(zone)
    at = time(wall.hour, wall.minute, wall.second, wall.microsecond)
    within = start <= at < end if start < end else at >= start or at < end
    if within or (weekends and wall.weekday() >= 5):
        assert until is not None
    if until is not None:
        assert now < until < now + timedelta(days=5)
        assert Quiet(start, end, weekends).until(until, zone) is None
