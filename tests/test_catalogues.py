"""Every text that a team reads is there in Chinese, and the catalogues are what the source says."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

from babel.messages.pofile import read_po

from sheetcrm.messages import LOCALES, texts

ROOT = Path(__file__).resolve().parent.parent


def test_the_catalogues_are_complete_and_fresh():
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "catalogues.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_a_translation_names_the_same_values():
    with (LOCALES / "zh" / "LC_MESSAGES" / "sheetcrm.po").open("rb") as file:
        for message in read_po(file):
            assert names(message.id) >= names(message.string), message.id


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(str(text)) if name}


def test_values_are_filled_in_and_never_formatted_themselves():
    assert texts("en")("no such {thing}", thing="{0.__class__}") == "no such {0.__class__}"
