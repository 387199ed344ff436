"""Many processes at once, on one machine's file and on a real PostgreSQL: everything is sent, and once."""

from __future__ import annotations

import os
import signal

import pytest
from nursery import nursery, told

PROVE = "SHEETCRM_PROVE" in os.environ
DUE = 1_000 if PROVE else 40


@pytest.fixture(scope="module")
def born(tmp_path_factory):
    with nursery(tmp_path_factory.mktemp("nursery") / "errors") as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    return request.getfixturevalue("postgres") if request.param == "postgresql" else tmp_path / "ledger.db"


def sent_once(post, life):
    rows, copies = told(post.mails)
    assert life.states() == {"sent": life.owners}
    assert rows == {f"Customer {at}": 1 for at in range(life.rows)}
    assert set(copies.values()) == {1}


@pytest.mark.parametrize("processes", [2, 4, 8] if PROVE else [4])
@pytest.mark.parametrize("owners", [DUE, DUE // 10], ids=["a mail a row", "ten rows a mail"])
def test_together_they_send_everything_once(born, place, post, processes, owners):
    life = born(place, DUE, owners)
    assert life.run(post.port, *["never"] * processes) == [0] * processes
    sent_once(post, life)
    assert life.perhaps_twice() == 0


@pytest.mark.parametrize("point", ["before_sending", "after_commit"])
def test_what_a_worker_had_claimed_when_it_was_killed_is_taken_over_at_once(born, place, post, point):
    life = born(place, DUE, DUE)
    codes = life.run(post.port, point, "never", "never")
    assert codes[1:] == [0, 0]
    assert codes[0] in (0, -signal.SIGKILL), "it may have come too late to do anything"
    assert life.run(post.port, "never") == [0]
    sent_once(post, life)


def test_killed_in_the_middle_of_others(born, place, post):
    life = born(place, DUE, DUE)
    for call in (4_000, 8_000, 12_000):
        codes = life.run(post.port, call, call + 2_000, "never")
        assert codes[2] == 0
    assert life.run(post.port, "never") == [0]
    rows, copies = told(post.mails)
    assert life.states() == {"sent": DUE}
    assert rows == {f"Customer {at}": 1 for at in range(DUE)}
    assert sum(number > 1 for number in copies.values()) <= life.perhaps_twice()
    assert len({data for _, _, data in post.mails}) == len(copies)
