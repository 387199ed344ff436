"""
Words typed in a terminal → one call of the library, and its answer printed.

Commands live in a module each and are imported when asked for; nothing heavy
is imported for `--help`.  The result goes to stdout, all else to stderr.
Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something to see, 4 refused.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from sheetcrm.cli.spoken import spoken, taught_click
from sheetcrm.messages import LANGUAGES, of_locale, speaking, tr

FIRST = ("init", "apply", "plan", "check", "import", "export", "remind", "report", "status")
MORE = (
    "doctor",
    "log",
    "connect",
    "undo",
    "fix",
    "dedupe",
    "archive",
    "team",
    "access",
    "publish",
    "privacy",
    "template",
    "samples",
    "backup",
    "restore",
    "login",
    "logout",
    "local",
)
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
"""What the system says of a disk that takes no more."""
WITH_VALUE = ("--log", "--log-format")
"""Options that come before the command, and a word of their own after them."""
MODULES = {"plan": "apply", "logout": "login", "import": "load", "export": "dump"}


class LazyGroup(click.Group):
    """Commands by name, each imported from its own module when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The everyday commands first."""
        return [*FIRST, *MORE]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None: click then says which name is nearest."""
        if cmd_name not in (*FIRST, *MORE):
            return None
        module = importlib.import_module(f"sheetcrm.cli.{MODULES.get(cmd_name, cmd_name)}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return spoken(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest right word for a wrong one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from sheetcrm.variants import nearest

            hint = nearest(args[0], [*FIRST, *MORE]) if args else ""
            raise click.UsageError(tr("No such command {name!r}{hint}", name=args[0], hint=hint), ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Two lists: what is used every day, and the rest."""
        for heading, names in ((tr("Commands"), FIRST), (tr("More"), MORE)):
            rows = [
                (name, command.get_short_help_str(80)) for name in names if (command := self.get_command(ctx, name))
            ]
            with formatter.section(heading):
                formatter.write_dl(rows)


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog="Exit codes: 0 done, 1 failed, 2 wrong usage, 3 something to see (issues, pending changes), 4 refused.",
)
@click.version_option(package_name="sheetcrm")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    help="What you are spoken to in (default: $SHEETCRM_LANG, else your locale's).",
)
@click.option(
    "--log",
    "log_file",
    type=click.Path(dir_okay=False, path_type=Path),
    envvar="SHEETCRM_LOG",
    metavar="FILE",
    help="Log into that file what is done and every call (or: $SHEETCRM_LOG).",
)
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    envvar="SHEETCRM_LOG_FORMAT",
    help="Lines for people, or an object a line for machines.",
)
@click.option("-v", "--verbose", count=True, help="Say more of what is done; -vv everything, of libraries, too.")
@click.option("--log-personal", is_flag=True, help="Log addresses and numbers of people as they are, not as hashes.")
@click.option("--debug-http", is_flag=True, help="Log requests and answers whole, without tokens and people's data.")
@click.pass_context
def cli(context: click.Context, /, lang: str | None, **wanted: Any) -> None:  # lang: see `language_of`
    """Customer management that lives in Google Sheets, run like software.

    To begin, without Google:

    \b
    sheetcrm init --local
    sheetcrm apply pipeline --create "Our customers" --with-samples
    sheetcrm check
    """
    from sheetcrm import logs

    wish = logs.Wish(
        wanted["log_file"],
        wanted["log_format"],
        wanted["verbose"],
        personal=wanted["log_personal"],
        exchanges=wanted["debug_http"],
    )
    usual = (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError)
    context.with_resource(logs.kept(wish, context.invoked_subcommand or "", usual))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and end the process with its exit code; an error of ours is one message, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    words = sys.argv[1:] if arguments is None else arguments
    with speaking(language_of(words, os.environ)), taught_click():
        _run(words)


def language_of(words: Sequence[str], environment: Mapping[str, str]) -> str:
    """The admin's language: as `--lang` says before the command, as the environment does, English where neither can be used."""
    for at, word in enumerate(words):
        if at and words[at - 1] in WITH_VALUE:
            continue
        if not word.startswith("-"):
            break
        name, given, value = word.partition("=")
        if name == "--lang":
            value = value if given else next(iter(words[at + 1 :]), "")
            return value if value in LANGUAGES else "en"
    said = environment.get("SHEETCRM_LANG", "")
    return said if said in LANGUAGES else of_locale(environment)


def _run(arguments: Sequence[str]) -> None:
    from sheetcrm.errors import MissingExtra, SheetcrmError, reason

    try:
        code = spoken(cli).main(args=list(arguments), prog_name="sheetcrm", standalone_mode=False)
    except SheetcrmError as error:
        click.secho(str(error), err=True, fg="red")
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        if (missing := MissingExtra.by(error)) is None:
            raise
        click.secho(str(missing), err=True, fg="red")
        sys.exit(missing.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo(tr("stopped; nothing more was done"), err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        text = tr(
            "{file} cannot be written: {reason}. Make room, then type the command again.",
            file=error.filename or tr("a file"),
            reason=reason(error),
        )
        click.secho(text, err=True, fg="red")
        sys.exit(1)
    sys.exit(code if isinstance(code, int) else 0)
