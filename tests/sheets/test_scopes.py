"""The one table of what each command may ask Google for."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from sheetcrm.cli import cli
from sheetcrm.sheets import scopes

PAGE = Path(__file__).resolve().parents[2] / "docs" / "google.md"
LATER = {"privacy", "publish"}
"""What others are building: it stands in the table before it does anything."""


def commands(command=cli, words=()):
    """(words, names of parameters) of every command."""
    yield " ".join(words), {option for parameter in command.params for option in (parameter.name, *parameter.opts)}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*words, name))


def test_every_command_that_opens_a_spreadsheet_is_in_the_table():
    assert {words for words, names in commands() if "--in" in names} - set(scopes.NEEDS) == set()


def test_every_flag_of_the_table_is_one_of_its_command():
    known = {words for words, _ in commands()} | {f"{words} {name}" for words, names in commands() for name in names}
    assert {row for row in scopes.NEEDS if row not in known and not LATER & {row, row.split()[0]}} == set()


@pytest.mark.parametrize(
    ("command", "flags", "wanted"),
    [
        pytest.param("check", [], scopes.READING, id="to read"),
        pytest.param("check", ["mark"], scopes.WORK, id="a flag that writes"),
        pytest.param("fix", ["dry_run"], scopes.READING, id="a flag that does not"),
        pytest.param("apply", ["create", "yes"], scopes.MAKING, id="flags that say nothing about it"),
        pytest.param("apply", ["create", "share"], scopes.MAKING | scopes.SHARING, id="flags together"),
        pytest.param("frobnicate", [], scopes.WORK, id="a command of somebody else's"),
    ],
)
def test_what_a_command_needs(command, flags, wanted):
    assert scopes.needed(command, flags) == wanted


@pytest.mark.parametrize(
    ("granted", "wanted", "missing"),
    [
        pytest.param(scopes.WORK, scopes.READING, set(), id="who may write may read"),
        pytest.param(scopes.READING, scopes.WORK, {scopes.WRITE}, id="and not the other way round"),
        pytest.param({scopes.ACCESS}, scopes.MAKING | scopes.SEEING, set(), id="the whole Drive is everything"),
        pytest.param({scopes.MAKE}, scopes.READING, {scopes.READ}, id="drive.file does not open what people shared"),
    ],
)
def test_what_is_covered(granted, wanted, missing):
    assert scopes.missing(wanted, granted) == missing


@pytest.mark.parametrize("needs", sorted(set(scopes.NEEDS.values()), key=sorted), ids=sorted)
def test_whoever_is_told_what_to_type_gets_enough_by_it(needs):
    words = scopes.purpose(needs).split()[1::2]
    assert scopes.missing(needs, frozenset().union(*(scopes.PURPOSES[word] for word in words))) == set()


def test_the_page_names_every_scope_and_every_purpose():
    text = PAGE.read_text(encoding="utf-8")
    for scope in frozenset().union(*scopes.PURPOSES.values()):
        assert f"`{scope.removeprefix(scopes.AUTH)}`" in text
    for name in scopes.PURPOSES:
        assert f"--for {name}`" in text


def test_each_scope_is_explained_to_whoever_is_asked():
    whole = frozenset().union(*scopes.NEEDS.values(), scopes.WHO)
    assert len(scopes.described(whole)) == len(whole)
