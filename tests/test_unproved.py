"""docs/unproved.md lists every belief that was not run against Google; running them against something else works as said."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sheetcrm import testing
from tests.contract import beliefs

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "tests" / "contract"


def held():
    return [one for told in beliefs.topics().values() for one in told]


def test_the_page_is_what_the_tests_say():
    done = subprocess.run(
        [sys.executable, "scripts/unproved.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", sorted(FOLDER.glob("test_*.py")), ids=lambda path: path.stem)
def test_every_test_there_says_what_it_believes(module):
    tests = [node for node in ast.parse(module.read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)]
    silent = [
        test.name
        for test in tests
        if test.name.startswith("test_") and "belief" not in ast.dump(ast.List(test.decorator_list))
    ]
    assert silent == []


def test_nothing_is_believed_twice():
    texts, tests = [one.text for one in held()], [one.test for one in held()]
    assert len(set(texts)) == len(texts)
    assert len(set(tests)) == len(tests)


def test_what_passed_is_noted_and_what_failed_or_changed_is_not_proved():
    first, second = beliefs.Belief("a", "", "", "m.a", "1"), beliefs.Belief("b", "", "", "m.b", "2")
    notes = beliefs.noted({"m.old": {"on": "2026-01-02", "digest": "0"}}, [first, second], [second], "2026-11-22")
    assert notes == {"m.a": {"on": "2026-11-22", "digest": "1"}, "m.old": {"on": "2026-01-02", "digest": "0"}}
    assert beliefs.is_proved(first, notes)
    assert not beliefs.is_proved(second, notes)
    assert not beliefs.is_proved(beliefs.Belief("a, but otherwise", "", "", "m.a", "9"), notes)


def test_another_server_is_asked_over_http_by_whoever_signed_in(tmp_path):
    """As against Google, but for the address: credentials of the environment, files made and deleted; nothing is noted."""
    before = beliefs.PROVED.read_bytes()
    with testing.server(http=True) as there:
        key = there.service_account(tmp_path / "key.json")
        environment = {**os.environ, "SHEETCRM_LIVE": there.url, "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
        words = ["tests/contract/test_values.py", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", "raw or null"]
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout
        assert [call.method for call in there.requests("drive.files.*")] == ["drive.files.create", "drive.files.delete"]
    assert beliefs.PROVED.read_bytes() == before
