"""The admin is spoken to in the language of the locale, or as --lang says; the team's sheets are another matter."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import click
import pytest

from sheetcrm.cli import cli, columns, language_of
from sheetcrm.cli.spoken import spoken, taught_click
from sheetcrm.messages import speaking


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


@pytest.mark.parametrize(("words", "chinese"), [
    pytest.param(["plan", "--nonsense"], "没有选项 '--nonsense'", id="no such option"),
    pytest.param(["plan", "--creat"], "您要的是不是 '--create'", id="nearly an option"),
    pytest.param(["plan", "a", "b"], "多余的参数（b）", id="one word too many"),
    pytest.param(["plan", "--lang", "fr"], "'fr' 不在可选值之中", id="none of the choices"),
    pytest.param(["remind", "--date", "5"], "不符合格式", id="no date"),
    pytest.param(["plan", "--in"], "'--in' 需要 1 个值", id="an option without its value"),
])  # fmt: skip
def test_what_is_typed_wrong_is_refused_in_chinese(words, chinese):
    assert chinese in said("--lang", "zh", *words)


def commands(command=cli, *path):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), *path, name)


ALL = [pytest.param(path, id=" ".join(path) or "sheetcrm") for path, _ in commands()]
A_WORD = re.compile(r"\b[a-z]{2,}\b")
TERM = re.compile(r"  (-.*?|[a-z]+)(  |$)")
CODE = re.compile(r"`[^`]*`|\[[^]]*\]|\{[^}]*\}|\S*[-/.:$!_=][\x21-\x7e]+")
"""Commands and choices; options, files, addresses and settings."""


@pytest.fixture
def helped(monkeypatch, capsys):
    """The lines by which a command explains itself, in a language and a terminal of so many columns."""

    def lines(path, language, room):
        monkeypatch.setenv("COLUMNS", str(room))
        with speaking(language), taught_click():
            spoken(cli).main(args=[*path, "--help"], prog_name="sheetcrm", standalone_mode=False)
        return capsys.readouterr().out.splitlines()

    return lines


def prose(lines):
    """All but what is typed: usage, and examples, which stand as they are."""
    return [line for line in lines if not line.strip().startswith(("sheetcrm ", "用法", "Usage"))]


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_line_of_help_is_wider_than_the_terminal(helped, path, language):
    for room in (80, 110, 200):
        assert [line for line in prose(helped(path, language, room)) if columns.width(line) > room] == []


@pytest.mark.parametrize("path", ALL)
def test_all_help_is_in_chinese(helped, path):
    english = [
        line for line in prose(helped(path, "zh", 110)) if len(A_WORD.findall(CODE.sub("", TERM.sub("", line)))) > 2
    ]
    assert english == []


def test_english_is_left_to_click():
    assert spoken(cli) is cli
