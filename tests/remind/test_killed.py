"""
kill -9 at every point of a run: every reminder arrives, and a second copy only where it cannot be helped.

It cannot be helped where the server said yes and the process died before it
could note that; such a copy is the same mail with the same Message-ID.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path

import pytest

from sheetcrm.remind.ledger import Ledger, State

HERE = Path(__file__).parent
EVERYBODY = ["ann@example.com", "bob@example.com", "eve@example.com"]


def remind(ledger, post, point):
    command = [sys.executable, str(HERE / "one_run.py"), str(ledger), str(post.port), str(point)]
    done = subprocess.run(
        command,
        cwd=HERE.parent.parent,
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def states(path):
    with Ledger.open(path, read_only=True) as ledger:
        return Counter(str(mail.state) for mail in ledger.mails())


def copies(post):
    return Counter(recipient for _, recipient, _ in post.mails)


@pytest.mark.parametrize(("point", "left", "arrived_before", "arrived"), [
    pytest.param("before_claim", {"planned": 1}, {}, (1, 1, 1), id="before the second claim"),
    pytest.param("within_claim", {"planned": 1}, {}, (1, 1, 1), id="within it: as if it had not begun"),
    pytest.param("after_claim", {"planned": 2}, {}, (1, 1, 1), id="after it"),
    pytest.param("before_sending", {"sent": 1, "planned": 2}, {0}, (1, 1, 1), id="before the second mail is noted as being sent"),
    pytest.param("after_sending", {"sent": 1, "sending": 1, "planned": 1}, {0}, (1, 1, 1), id="after that, before DATA"),
    pytest.param("after_data", {"sent": 1, "sending": 1, "planned": 1}, {0, 1}, (1, 2, 1), id="after DATA, before the commit"),
    pytest.param("after_commit", {"sent": 2, "planned": 1}, {0, 1}, (1, 1, 1), id="after the commit"),
])  # fmt: skip
def test_killed_at(tmp_path, post, *, point, left, arrived_before, arrived):
    ledger = tmp_path / "ledger.db"
    assert remind(ledger, post, point) == -signal.SIGKILL
    assert states(ledger) == left
    assert set(copies(post)) == {EVERYBODY[number] for number in arrived_before}

    assert remind(ledger, post, "never") == 0
    assert states(ledger) == {"sent": 3}
    assert tuple(copies(post)[recipient] for recipient in EVERYBODY) == arrived
    assert len({data for _, _, data in post.mails}) == 3
    assert len({message_from_bytes(data)["Message-ID"] for _, _, data in post.mails}) == 3

    assert remind(ledger, post, "never") == 0
    assert len(post.mails) == sum(arrived)


def test_case_4_four_processes_at_once_send_one_mail_each(tmp_path, post):
    """lokole: four workers, four mails."""
    with ThreadPoolExecutor(4) as workers:
        codes = list(workers.map(lambda _: remind(tmp_path / "ledger.db", post, "never"), range(4)))
    assert codes == [0, 0, 0, 0]
    assert copies(post) == dict.fromkeys(EVERYBODY, 1)


@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again_anywhere(tmp_path, post, seed):
    dice, ledger, deaths = random.Random(seed), tmp_path / "ledger.db", 0
    for _ in range(4):
        deaths += remind(ledger, post, dice.randrange(1, 500)) != 0
    assert remind(ledger, post, "never") == 0
    assert states(ledger) - Counter({State.SUPPRESSED.value: 99}) == {"sent": 3}
    assert set(copies(post)) == set(EVERYBODY)
    assert sum(copies(post).values()) <= 3 + deaths
    assert len({data for _, _, data in post.mails}) == 3
