"""Which archives stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.backup.keeping import Held, held, kept, thin_out

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Keep:
    daily: int = 7
    weekly: int = 5
    monthly: int = 12


def of(*days_ago: float) -> list[Held]:
    return [Held(NOON - timedelta(days=ago), f"{at:016x}", Path(f"{at}.zip")) for at, ago in enumerate(days_ago)]


def ages(archives: set[Held]) -> list[float]:
    return sorted((NOON - one.when) / timedelta(days=1) for one in archives)


@pytest.mark.parametrize(
    ("keep", "there", "stay"),
    [
        pytest.param(Keep(2, 0, 0), [0, 3, 3.1, 4], [0, 3], id="the newest of each day"),
        pytest.param(Keep(1, 0, 0), [0, 0.1, 1.9, 2.1], [0, 0.1, 1.9], id="all of two days"),
        pytest.param(Keep(1, 2, 0), [0, 3, 7, 8, 14], [0, 7], id="a Sunday, and the Sunday before"),
        pytest.param(Keep(1, 0, 3), [0, 30, 31, 60, 90], [0, 30, 60], id="three months"),
        pytest.param(Keep(2, 0, 0), [100, 200, 300], [100, 200], id="days without a backup do not count"),
        pytest.param(Keep(1, 0, 0), [], [], id="nothing there"),
    ],
)
def test_kept(keep, there, stay):
    assert ages(kept(of(*there), keep)) == stay


@given(
    st.lists(st.integers(0, 1000), unique=True),
    st.builds(Keep, st.integers(1, 9), st.integers(0, 9), st.integers(0, 9)),
)
def test_thinning_out_twice_takes_nothing_more_and_never_the_newest(ages_there, keep):
    once = kept(of(*ages_there), keep)
    assert kept(once, keep) == once
    assert (max(of(*ages_there)) in once) if ages_there else not once


def test_only_archives_go_and_their_sums_with_them(tmp_path):
    names = [f"2026112{day}T120000000Z-{day:016x}.zip" for day in (1, 9)]
    for name in (*names, f"{names[0]}.sha256", "my-own.zip", "notes.txt"):
        (tmp_path / name).write_text("")
    assert [path.name for path in thin_out(tmp_path, Keep(1, 0, 0))] == [names[0]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [names[1], "my-own.zip", "notes.txt"]
    assert [one.path.name for one in held(tmp_path)] == [names[1]]
