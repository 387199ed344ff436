"""
Each command and each trouble: in the end it is as if nothing had been wrong.

At once, or when the same command is typed again; nothing is written twice,
nothing is lost, nobody waits longer than ten minutes, and the message says what
to do.  The short form has every command and every trouble once at least;
`scripts/prove faults` has all of them at every place where they can strike.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.cells import Prepared, outcomes
from tests.faults.commands import COMMANDS
from tests.faults.table import STORED, page, sampled, table
from tests.faults.troubles import TROUBLES

PROVE = "SHEETCRM_PROVE" in os.environ
PAGE = Path(__file__).resolve().parents[2] / "docs" / "faults.md"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return Prepared(tmp_path_factory)


@pytest.fixture
def _answers_as_google_describes_them():
    """Not here: other tests hold the same answers against Google's description, and these are thousands."""


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_in_the_end_all_is_as_if_nothing_had_been_wrong(prepared, command):
    """The short form strikes the last place, which is a write of whatever writes."""
    places = slice(None) if PROVE else slice(-1, None)
    for trouble in TROUBLES if PROVE else sampled(command):
        wanted = STORED[command.name].get(trouble.name, "").split()[places]
        found = outcomes(prepared, command, trouble, places).split()
        assert found == wanted, f"{trouble.name}: scripts/faults.py tries anew and writes it down"


def test_the_short_form_has_everything_once():
    assert {trouble.name for command in COMMANDS for trouble in sampled(command)} == {one.name for one in TROUBLES}


def test_the_page_says_what_was_found():
    print(table())
    assert PAGE.read_text(encoding="utf-8") == page(), "scripts/faults.py --page writes it"
