"""The admin is spoken to in the language of the locale, or as --lang says; the team's sheets are another matter."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sheetcrm.cli import language_of


def said(*words, **environment):
    done = subprocess.run(
        [sys.executable, "-m", "sheetcrm", *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize(("words", "environment", "language"), [
    pytest.param([], {}, "en", id="nothing said"),
    pytest.param([], {"LANG": "zh_CN.UTF-8"}, "zh", id="the locale"),
    pytest.param([], {"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en", id="LC_ALL before LANG"),
    pytest.param([], {"LANG": "C.UTF-8", "LANGUAGE": "fr:zh_TW:en"}, "zh", id="the first of LANGUAGE that we speak"),
    pytest.param([], {"LANG": "de_DE.UTF-8"}, "en", id="a language that we do not speak"),
    pytest.param([], {"LANG": "zh_CN.UTF-8", "SHEETCRM_LANG": "en"}, "en", id="ours before the locale"),
    pytest.param(["--lang", "zh", "plan"], {"SHEETCRM_LANG": "en"}, "zh", id="--lang before all"),
    pytest.param(["--lang=zh", "plan"], {}, "zh", id="--lang=zh"),
    pytest.param(["apply", "--lang", "zh"], {}, "en", id="--lang of a command is its own"),
    pytest.param(["--lang", "xx"], {}, "en", id="no such language"),
    pytest.param(["--lang"], {}, "en", id="--lang of nothing"),
])  # fmt: skip
def test_language(words, environment, language):
    assert language_of(words, environment) == language


def test_help_and_clicks_own_words_are_in_chinese():
    found = said("plan", "--help", LANG="zh_CN.UTF-8")
    assert "用法" in found
    assert "Show this message" not in found


def test_a_wrong_option_is_refused_in_chinese():
    assert "没有" in said("--lang", "zh", "plan", "--nonsense")
