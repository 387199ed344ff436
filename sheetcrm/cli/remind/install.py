"""`remind install`: what to give cron, systemd or GitHub so that reminders go out by themselves."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.installing import hand_over, own_program, recipe_options
from sheetcrm.messages import tr

if TYPE_CHECKING:
    from sheetcrm.config import Config


@click.command("install")
@recipe_options("cron", "systemd", "github", every="10m")
def install_command(where: str, every: timedelta, out: Path | None, config: str | None) -> int:
    """Print a recipe for running by itself."""
    from sheetcrm import config as configs
    from sheetcrm.cli import recipes

    loaded = configs.load(configs.find(config))
    hand_over(getattr(recipes, where)(_command(loaded, where), every), out)
    return 0


def _command(loaded: Config, where: str) -> list[str]:
    """The words of the command, so that it runs from anywhere; UsageError for a recipe that would send again and again."""
    from sheetcrm.errors import UsageError

    if where != "github":
        return [*own_program(), "remind", "--config", str(loaded.file)]
    if not str(loaded.ledger_place({**os.environ, **_asked_for(loaded)})).startswith("postgresql"):
        raise UsageError(
            tr(
                "GitHub's machines forget their disk after each run, and a SQLite ledger with it: every run would send everything again. Give {file} a PostgreSQL database first: ledger: {{env: SHEETCRM_LEDGER}}",
                file=loaded.file.name,
            )
        )
    if loaded.api != "google":
        raise UsageError(
            tr("{file} says api: {api}, which GitHub's machines do not reach", file=loaded.file.name, api=loaded.api)
        )
    return ["sheetcrm", "remind", "--config", loaded.file.name]


def _asked_for(loaded: Config) -> dict[str, str]:
    """An URL for a ledger whose own is in a variable that only GitHub has."""
    from sheetcrm.secret import Secret

    secret = loaded.ledger if isinstance(loaded.ledger, Secret) else None
    name = secret.env if secret else None
    return {name: "postgresql://there/there"} if name and name not in os.environ else {}
