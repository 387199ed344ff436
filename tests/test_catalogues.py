"""Every text that a team reads is there in Chinese, and the catalogues are what the source says."""

from __future__ import annotations

import string
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from sheetcrm.messages import LOCALES, counted, texts

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


@pytest.mark.parametrize(("number", "said"), [(0, "0 cells are"), (1, "1 cell is"), (2, "2 cells are")])
def test_english_has_two_numbers(number, said):
    assert counted(number, "cell is", "cells are") == said
    assert texts("en")("{n} {n:cell is|cells are}", n=number) == said


def test_one_of_them_says_so_in_both_languages():
    message = "{found} {found:cell|cells} where the header has {size}: the columns are shifted"
    assert texts("en")(message, found=1, size=3) == "1 cell where the header has 3: the columns are shifted"
    assert texts("zh")(message, found=1, size=3) == "有 1 个单元格，而表头有 3 个：列错位了"
