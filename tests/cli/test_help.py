"""`--help`: every command says in one short sentence what it does, and nothing is cut off."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from sheetcrm.cli import cli


def groups(command=cli, path=()):
    """Every group of commands with the words that lead to it."""
    if isinstance(command, click.Group):
        yield path, command
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from groups(command.get_command(context, name), (*path, name))


GROUPS = [pytest.param(path, group, id=" ".join(("sheetcrm", *path))) for path, group in groups()]


@pytest.mark.parametrize(("path", "group"), GROUPS)
def test_nothing_is_cut_off_on_a_narrow_terminal(path, group):
    shown = CliRunner().invoke(cli, [*path, "--help"], terminal_width=80)
    assert shown.exit_code == 0
    assert "..." not in shown.output.partition("\n")[2], "beside the usage in the first line"
    assert max(map(len, shown.output.splitlines())) <= 80


@pytest.mark.parametrize(("path", "group"), GROUPS)
def test_every_command_says_what_it_does_in_a_short_sentence(path, group):
    context = click.Context(group)
    first = {name: group.get_command(context, name).help.partition("\n\n")[0] for name in group.list_commands(context)}
    assert {
        name: said for name, said in first.items() if len(said) > 60 or "\n" in said or not said.endswith(".")
    } == {}
    assert {name: said for name, said in first.items() if not said[0].isupper()} == {}


COMMANDS = [
    pytest.param(path, name, group.get_command(click.Context(group), name), id=" ".join((*path, name)))
    for path, group in groups()
    for name in group.list_commands(click.Context(group))
]


@pytest.mark.parametrize(("path", "name", "command"), COMMANDS)
def test_what_an_option_takes_is_called_by_its_name(path, name, command):
    shown = CliRunner().invoke(cli, [*path, name, "--help"], terminal_width=80).output
    assert not {"TEXT", "INTEGER", "RANGE]", "[%Y-%m-%d]"} & set(shown.split())


OF_ALL = {
    *(("doctor",), ("remind",), ("remind", "preview"), ("remind", "wake"), ("status",), ("log",)),
    *(("privacy", "erase"), ("privacy", "export")),
}


@pytest.mark.parametrize(("path", "name", "command"), COMMANDS)
def test_what_a_command_is_about_when_nobody_says_in_which_spreadsheet(path, name, command):
    shown = " ".join(CliRunner().invoke(cli, [*path, name, "--help"], terminal_width=80).output.split())
    if "--in SPREADSHEET" in shown:
        assert ("(default: all of the config's)" in shown) == ((*path, name) in OF_ALL)
        assert ("(default: the config's only one)" in shown) == ((*path, name) not in OF_ALL)


@pytest.mark.parametrize("name", ["apply", "plan", "import", "export"])
def test_what_newcomers_need_first_has_examples_a_line_each(name):
    shown = CliRunner().invoke(cli, [name, "--help"], terminal_width=80).output
    assert sum(line.startswith(f"  sheetcrm {name}") for line in shown.splitlines()) >= 2


def test_the_first_page_says_how_to_begin():
    shown = CliRunner().invoke(cli, ["--help"], terminal_width=80).output
    assert "  sheetcrm init --local\n" in shown
