"""
A recipe for running by itself → printed, or written where its files belong; `sheetcrm backup install`.

A recipe names this very program and config by their whole paths: cron and systemd know neither our folder nor our PATH.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sheetcrm.cli.options import tell
from sheetcrm.cli.remind import span
from sheetcrm.cli.template import config_option
from sheetcrm.errors import UsageError, reason
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.cli.recipes import Recipe


def own_program() -> list[str]:
    """The words that start this program from anywhere."""
    own = shutil.which("sheetcrm")
    return [own] if own else [sys.executable, "-m", "sheetcrm"]


def hand_over(recipe: Recipe, out: Path | None) -> None:
    """Write the recipe's files into that folder, or print them; UsageError where they cannot be written."""
    if out is None:
        click.echo("\n".join(f"# {name}\n{text}" for name, text in recipe.files.items()), nl=False)
    else:
        try:
            for name, text in recipe.files.items():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (out / name).write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(tr("{folder} cannot be written: {reason}", folder=out, reason=reason(error))) from error
    tell(recipe.then)


def recipe_options(*places: str, every: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The arguments of a command that prints a recipe: for which of `places`, how often, where to, for which config."""

    def with_options(function: Callable[..., Any]) -> Callable[..., Any]:
        function = config_option(function)
        folder = click.Path(path_type=Path, file_okay=False)
        what = "Write the files into it (default: print them)."
        function = click.option("--out", type=folder, metavar="FOLDER", help=what)(function)
        often = click.option("--every", type=span, default=every, show_default=True, metavar="SPAN", help="How often.")
        return click.argument("where", type=click.Choice(places))(often(function))

    return with_options


@click.command("install")
@recipe_options("cron", "systemd", every="24h")
def backup_install_command(where: str, every: timedelta, out: Path | None, config: str | None) -> int:
    """Print a recipe for backups that are made by themselves."""
    from sheetcrm import config as configs
    from sheetcrm.cli import recipes

    loaded = configs.load(configs.find(config))
    command = [*own_program(), "backup", "--config", str(loaded.file)]
    hand_over(getattr(recipes, where)(command, every, recipes.BACKUP), out)
    return 0
