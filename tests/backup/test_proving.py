"""What is remembered of a trial restore."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.backup.proving import FILE, Proof, last_proof, prove

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def test_the_last_one_is_known_and_is_for_us_alone(tmp_path):
    assert last_proof(tmp_path) is None
    prove(tmp_path / "a.zip", good=False, now=NOW)
    prove(tmp_path / "b.zip", good=True, now=NOW)
    assert last_proof(tmp_path) == Proof("b.zip", NOW, good=True)
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"file": "a", "when": 3, "good": 1}', '{"file": "a", "when": "then", "good": true}']
)
def test_what_makes_no_sense_is_nothing(tmp_path, text):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert last_proof(tmp_path) is None


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path):
    prove(tmp_path / "nowhere" / "a.zip", good=True, now=NOW)
    assert list(tmp_path.iterdir()) == []
