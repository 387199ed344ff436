"""Errors that are made of somebody else's."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sheetcrm.errors import MissingExtra


@pytest.mark.parametrize(
    ("module", "extra"),
    [
        pytest.param("sqlalchemy.orm", "remind", id="in several: the one that is smallest, by name"),
        pytest.param("css_inline", "remind", id="called otherwise than what is installed"),
        pytest.param("pyarrow", "parquet", id="in one"),
    ],
)
def test_which_part_a_module_that_is_not_there_belongs_to(module, extra):
    found = MissingExtra.by(ModuleNotFoundError("no", name=module))
    assert found is not None
    assert f"pip install 'sheetcrm[{extra}]'" in str(found)


@pytest.mark.parametrize("module", ["sheetcrm.nowhere", "gspread", "", None])
def test_what_is_no_part_is_our_own_mistake(module):
    assert MissingExtra.by(ModuleNotFoundError("no", name=module)) is None


def test_a_command_that_needs_a_part_that_is_not_there_says_which(tmp_path):
    (tmp_path / "config.yaml").write_text(
        "api: local\nmail: {sender: a@x.org, by: {type: folder, path: out}}\n", encoding="utf-8"
    )
    without = "import sys; sys.modules['sqlalchemy'] = None; from sheetcrm.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", without, "remind"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        2,
        "sqlalchemy is not installed; install it with: pip install 'sheetcrm[remind]'\n",
    )
