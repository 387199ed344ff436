"""
Commands → the same commands, speaking the admin's language.

What a command says of itself stands in its docstring and in the `help=` of its
options, in English; `scripts/catalogues.py` takes it from there.  Copies are
translated: one process may speak to several people.
"""

from __future__ import annotations

import copy
import gettext
import os
from collections.abc import Iterator
from contextlib import contextmanager

import click

from sheetcrm.cli.columns import Columns
from sheetcrm.messages import DOMAIN, LOCALES, N_, admin, tr

CLICK = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Positional arguments"),
    N_("Show this message and exit."),
    N_("Show the version and exit."),
    N_("%(prog)s, version %(version)s"),
    N_("default: {default}"),
    N_("env var: {var}"),
    N_("required"),
    N_("Aborted!"),
    N_("Error: {message}"),
    N_("Missing command."),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
    N_("Try '{command} {option}' for help."),
    N_("Option {name!r} does not take a value."),
    N_("Choose from:\n\t{choices}"),
    N_("file"),
    N_("directory"),
    N_("path"),
    N_("{name} {filename!r} does not exist."),
    N_("{name} {filename!r} is a file."),
    N_("{name} {filename!r} is a directory."),
    N_("{name} {filename!r} is not readable."),
    N_("{name} {filename!r} is not writable."),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
)
"""Of click's own words those that people get to see here, as click has them."""
CLICK_BY_NUMBER = (
    ("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})"),
    ("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)"),
    ("Option {name!r} requires an argument.", "Option {name!r} requires {nargs} arguments."),
    ("{value!r} is not {choice}.", "{value!r} is not one of {choices}."),
    ("{value!r} does not match the format {format}.", "{value!r} does not match the formats {formats}."),
)
"""Those that click has for one and for several."""

_WORDS = ("help", "short_help", "epilog")


class _Context(click.Context):
    """A context whose help is measured in columns of the terminal."""

    formatter_class = Columns


def helps(command: click.Command) -> Iterator[str]:
    """Every text by which a command, its options and the commands below it explain themselves."""
    yield from (text for name in _WORDS if (text := getattr(command, name, None)))
    for parameter in command.params:
        if text := getattr(parameter, "help", None):
            yield text
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            if below := command.get_command(context, name):
                yield from helps(below)


def spoken(command: click.Command) -> click.Command:
    """The command in the admin's language, with all below it."""
    if admin() == "en":
        return command
    made = copy.copy(command)
    for name in _WORDS:
        if text := getattr(made, name, None):
            setattr(made, name, tr(text))
    if made.help and not made.short_help:
        # click looks for the end of an English sentence.
        made.short_help = made.help.partition("\n\n")[0].partition("\u3002")[0]
    made.context_class = _Context
    # click makes the option once, in the language of that moment.
    vars(made)["_help_option"] = None
    made.params = [_parameter(one) for one in command.params]
    if isinstance(made, click.Group):
        made.commands = {name: spoken(below) for name, below in made.commands.items()}
    return made


def _parameter(parameter: click.Parameter) -> click.Parameter:
    if not (text := getattr(parameter, "help", None)):
        return parameter
    made = copy.copy(parameter)
    made.help = tr(text)
    return made


@contextmanager
def taught_click() -> Iterator[None]:
    """Within, click uses our catalogue for its own words: it asks gettext's default domain, for the language that the environment says."""
    if admin() == "en":
        yield
        return
    domain, language = gettext.textdomain(), os.environ.get("LANGUAGE")
    gettext.bindtextdomain(DOMAIN, str(LOCALES))
    gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = admin()
    try:
        yield
    finally:
        gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if language is not None:
            os.environ["LANGUAGE"] = language
