"""
kill -9 at every point of a run, and a line that breaks at every stage: every reminder arrives, and a second copy only
where it cannot be helped.

It cannot be helped where the server said yes and we died, or the line broke, before we could note that; such a copy is
the same mail with the same Message-ID, and counted.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from email import message_from_bytes

import pytest
from nursery import cutting, nursery, told

PROVE = "SHEETCRM_PROVE" in os.environ
KILLS = 300 if PROVE else 12
ROWS, OWNERS = (200, 50) if PROVE else (40, 8)


@pytest.fixture(scope="module")
def born(tmp_path_factory):
    with nursery(tmp_path_factory.mktemp("nursery") / "errors") as found:
        yield found


@pytest.fixture
def three(born, tmp_path):
    return born(tmp_path / "ledger.db", 3, 3)


@pytest.fixture
def many(born, tmp_path):
    return born(tmp_path / "ledger.db", ROWS, OWNERS)


def copies(post):
    return Counter(int(recipient[1:].partition("@")[0]) for _, recipient, _ in post.mails)


@pytest.mark.parametrize(("point", "left", "arrived_before", "arrived"), [
    pytest.param("before_claim", {"planned": 1}, {}, (1, 1, 1), id="before the second claim"),
    pytest.param("within_claim", {"planned": 1}, {}, (1, 1, 1), id="within it: as if it had not begun"),
    pytest.param("after_claim", {"planned": 2}, {}, (1, 1, 1), id="after it"),
    pytest.param("before_sending", {"sent": 1, "planned": 2}, {0}, (1, 1, 1), id="before the second mail is noted as being sent"),
    pytest.param("after_sending", {"sent": 1, "sending": 1, "planned": 1}, {0}, (1, 1, 1), id="after that, before DATA"),
    pytest.param("after_data", {"sent": 1, "sending": 1, "planned": 1}, {0, 1}, (1, 2, 1), id="after DATA, before the commit"),
    pytest.param("after_commit", {"sent": 2, "planned": 1}, {0, 1}, (1, 1, 1), id="after the commit"),
])  # fmt: skip
def test_killed_at(three, post, *, point, left, arrived_before, arrived):
    assert three.run(post.port, point) == [-signal.SIGKILL]
    assert three.states() == left
    assert set(copies(post)) == set(arrived_before)

    assert three.run(post.port, "never") == [0]
    assert three.states() == {"sent": 3}
    assert tuple(copies(post)[owner] for owner in range(3)) == arrived
    assert len({data for _, _, data in post.mails}) == 3
    assert len({message_from_bytes(data)["Message-ID"] for _, _, data in post.mails}) == 3
    assert three.perhaps_twice() == left.get("sending", 0)

    assert three.run(post.port, "never") == [0]
    assert len(post.mails) == sum(arrived)


def test_case_4_four_processes_at_once_send_one_mail_each(three, post):
    """lokole: four workers, four mails."""
    assert three.run(post.port, *["never"] * 4) == [0, 0, 0, 0]
    assert copies(post) == {0: 1, 1: 1, 2: 1}


def everybody_was_told(mails, perhaps_twice):
    """Of every row, in one mail; its copies are the same mail, and never more of them than are counted."""
    rows, copies = told(mails)
    assert rows == {f"Customer {at}": 1 for at in range(ROWS)}
    assert len({data for _, _, data in mails}) == len(copies)
    assert len([number for number in copies.values() if number > 1]) <= perhaps_twice


def test_killed_again_and_again_anywhere(born, tmp_path, post):
    """`KILLS` deaths in as many lives as that takes: a new ledger whenever everything was sent."""
    dice, deaths, lives = random.Random(KILLS), 0, 0
    calls = born(tmp_path / "counted.db", ROWS, OWNERS).calls(post.port)
    while deaths < KILLS:
        lives += 1
        post.mails.clear()
        life = born(tmp_path / f"{lives}.db", ROWS, OWNERS)
        while life.run(post.port, dice.randrange(1, calls)) != [0]:
            deaths += 1
        assert life.run(post.port, "never") == [0]
        assert set(life.states()) == {"sent"}
        everybody_was_told(post.mails, life.perhaps_twice())


STAGES = [(verb, when) for verb in ("", "EHLO", "MAIL", "RCPT", "DATA", ".") for when in ("before", "after")]


@pytest.mark.parametrize("cut", STAGES, ids=lambda cut: f"{cut[1]} {cut[0] or 'the greeting'}")
def test_the_line_breaks(three, post, cut):
    """Twice at each stage; everything arrives, and a second copy only where the end of the mail had been said."""
    with cutting(post.port, [cut, cut]) as port:
        for later in (0, 10, 20):
            assert three.run(port, "never", later=later) == [0]
    assert three.states() == {"sent": 3}
    rows, found = told(post.mails)
    assert rows == {f"Customer {at}": 1 for at in range(3)}
    assert len({data for _, _, data in post.mails}) == len(found) == 3
    assert sorted(found.values()) == ([1, 2, 2] if cut == (".", "after") else [1, 1, 1])
    assert three.perhaps_twice() == (2 if cut[0] == "." else 0)
