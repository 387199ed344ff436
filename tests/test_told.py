"""The search through all that the tests wrote finds what is there: each leak here is made on purpose."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parent.parent
LEAK = """
import gzip, logging, zipfile
from sheetcrm.logs import Wish, kept
from sheetcrm.server.app import Server

def test_one(tmp_path):
    with Server(None) as server:
        {leak}
"""


@pytest.fixture
def run(pytester, capsys):
    """`run(leak, *options)`: the outcome of a session with one test that does that; nothing stays of it."""
    pytester.syspathinsert(ROOT)

    def run(leak: str, *options: str) -> tuple[int, str]:
        pytester.makepyfile(LEAK.format(leak=leak))
        base = f"--basetemp={pytester.path / 'base'}"
        done = pytester.runpytest("-p", "tests.told", "-p", "no:cacheprovider", base, *options)
        # What it printed is printed once more here, where it would be a leak of this test's.
        capsys.readouterr()
        return done.ret, done.stdout.str() + done.stderr.str()

    yield run
    shutil.rmtree(pytester.path)


LEAKS = [
    pytest.param("(tmp_path / 'a.log').write_text(f'sent {server.token} along')", "a.log: a secret", id="a token in a log"),
    pytest.param("(tmp_path / 'a.db').write_bytes(b'x' * 9999 + server.token.encode())", "a.db: a secret", id="a token in a ledger"),
    pytest.param(
        "(tmp_path / 'a.jsonl.gz').write_bytes(gzip.compress(server.token.encode()))",
        "a.jsonl.gz!unpacked: a secret",
        id="a token in a journal that is packed",
    ),
    pytest.param(
        "zipfile.ZipFile(tmp_path / 'a.zip', 'w', zipfile.ZIP_DEFLATED).writestr('in.json', server.token)",
        "a.zip!in.json: a secret",
        id="a token in a backup",
    ),
    pytest.param("print('Authorization: Bearer', server.token)", "a secret was told: Captured stdout", id="a token on the terminal"),
    pytest.param("(tmp_path / 'a.log').write_text('told ann@example.com')", "a.log: a person", id="a person in a log"),
    pytest.param(
        "with kept(Wish(tmp_path / 'b.log', personal=True), 'x'): logging.getLogger('sheetcrm.x').info('told 陈晨')",
        "b.log: a person",
        id="a name that is logged",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("leak", "said"), LEAKS)
def test_a_leak_ends_the_run(run, leak, said):
    code, output = run(leak)
    assert code == 1
    assert said in output


@pytest.mark.parametrize("leak", ["pass", "(tmp_path / 'a.json').write_text('ann@example.com')"])
def test_what_may_be_there_does_not(run, leak):
    assert run(leak)[0] == 0


def test_a_leak_in_another_process_ends_the_run(run):
    code, output = run(LEAKS[0].values[0], "-n", "1")
    assert (code, "a.log: a secret" in output) == (1, True)
