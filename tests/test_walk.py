"""The README's way to Google is the one that scripts/walk goes: from a fresh clone, with an empty home."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
WALK = (ROOT / "scripts" / "walk.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "title"), [("README.md", "Connect a real"), ("README.zh-CN.md", "连接真正的")])
def test_whatever_the_readme_tells_to_type_is_typed(page, title):
    section = (ROOT / page).read_text(encoding="utf-8").split(f"## {title}")[1].split("\n## ")[0]
    commands = re.findall(r"`sheetcrm ([^`]+)`", section)
    assert len(commands) >= 5
    for command in commands:
        begin = command.partition(" http")[0]
        assert f'command("{begin}' in WALK.replace('command(f"', 'command("'), command


@pytest.mark.skipif("SHEETCRM_PROVE" not in os.environ, reason="installs everything anew: scripts/prove walk")
def test_it_ends_with_a_spreadsheet_and_a_mail():
    done = subprocess.run([ROOT / "scripts" / "walk"], capture_output=True, text=True, timeout=1800, check=False)
    assert done.returncode == 0, done.stderr
    assert "from nothing to a mail as a robot" in done.stdout
