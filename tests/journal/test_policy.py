"""What the config says is not kept is not there, and cannot be brought back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from sheetcrm.journal import Journal, Policy, lines, restorable, said
from sheetcrm.logs import veiled

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
POLICY = Policy(redact=("*.phone", "team.*", "access.who"))


def cell(column, before, after, sheet="customers"):
    return {"sheet": sheet, "id": "C1", "column": column, "before": before, "after": after}


GONE = {"sheet": "customers", "id": "C1", "to": "", "cells": {"name": "Ann", "phone": "138"}, "own": {"x": "y"}}


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(cell("phone", "MARK", None), id="what stood in a cell"),
        pytest.param(cell("phone", None, "MARK"), id="what was written into it"),
        pytest.param({**GONE, "cells": {"phone": "MARK"}}, id="a cell of a row that was taken"),
        pytest.param({**GONE, "sheet": "team", "own": {"own": "MARK"}}, id="a cell of a column of people's own"),
        pytest.param({"marked": {**cell("phone", "", "MARK is wrong"), "row": 2}}, id="a note that says what is wrong"),
        pytest.param({"access": {"who": "MARK@x.org", "before": None, "after": "reader"}}, id="who was given access"),
    ],
)
def test_it_is_nowhere_on_the_disk(tmp_path, entry):
    journal = Journal(tmp_path, "x", policy=POLICY)
    path = journal.begin("team add MARK", journal_fingerprint := "f", [entry], NOW)
    text = path.read_text(encoding="utf-8")
    assert "MARK" not in text.replace("team add MARK", "")
    ((_, write),) = journal.writes()
    assert write.fingerprint != journal_fingerprint, "a hash of what it was can be guessed"
    assert "#" in " ".join(said(one) for line in lines(write) for one in (line.place, line.before, line.after))


def test_what_a_write_is_called_does_not_name_it_either(tmp_path):
    journal = Journal(tmp_path, "x", policy=POLICY)
    journal.begin("team add 王芳", "f", [cell("name", None, "王芳", "team")], NOW)
    ((_, write),) = journal.writes()
    assert write.what == f"team add {veiled('王芳')}"


def test_the_rest_is_as_ever(tmp_path):
    entry = cell("name", "Ann", "Bob")
    assert POLICY.redacted("fix", [entry]) == ("fix", [entry])
    assert Policy().redacted("fix", [cell("phone", 1, 2)]) == ("fix", [cell("phone", 1, 2)])


def test_two_values_can_be_told_apart_and_nothing_is_nothing():
    entry = POLICY.redacted("fix", [cell("phone", "138", "139")])[1][0]
    assert entry["before"] != entry["after"]
    assert POLICY.kept("customers", "phone", None) is None
    assert POLICY.kept("customers", "phone", "") == ""


def test_a_row_whose_id_is_not_kept_cannot_be_found_again(tmp_path):
    journal = Journal(tmp_path, "x", policy=POLICY)
    entry = {**cell("active", True, False, "team"), "id": "王芳"}
    path = journal.begin("team leave 王芳", "f", [entry], NOW)
    assert "王芳" not in path.read_text(encoding="utf-8")
    ((_, write),) = journal.writes()
    kept, lost = restorable(write)
    assert (kept.entries, lost) == ((), [f"team {veiled('王芳')} active"])
    assert lines(write)[0].row_id == veiled("王芳")


def test_only_what_was_kept_can_be_taken_back(tmp_path):
    journal = Journal(tmp_path, "x", policy=POLICY)
    journal.begin("a write", "f", [cell("name", "Ann", "Bob"), cell("phone", "138", "139")], NOW)
    journal.begin("a clean-up", "f", [GONE], NOW)
    (_, rows), (_, cells) = journal.writes()
    kept, lost = restorable(cells)
    assert (list(kept.entries), lost) == ([cell("name", "Ann", "Bob")], ["customers C1 phone"])
    kept, lost = restorable(rows)
    assert (kept.entries[0]["cells"], lost) == ({"name": "Ann"}, ["customers C1 phone"])
