"""`remind test`: one test message by one way to send, and every step that it took."""

from __future__ import annotations

import os
from dataclasses import asdict

import click

from sheetcrm.cli.options import Asked, config_options, now, print_json
from sheetcrm.messages import tr


@click.command("test")
@click.option("--to", metavar="ADDRESS", help="To whom; left out: to the sender's own address.")
@click.option("--channel", default="mail", show_default=True, metavar="NAME", help="By which of the config's ways.")
@config_options
def test_command(asked: Asked, *, to: str | None, channel: str) -> int:
    """Send one test message, and say what happened step by step."""
    from sheetcrm.cli.posting import settings_of
    from sheetcrm.errors import UsageError
    from sheetcrm.remind.notifiers.trial import Trial, try_out
    from sheetcrm.variants import nearest

    loaded = asked.loaded()
    settings = settings_of(loaded)
    if channel not in loaded.ways:
        hint = nearest(channel, list(loaded.ways))
        raise UsageError(
            tr(
                "{file} has no channel {channel}{hint} (there are {names})",
                file=loaded.file.name,
                channel=channel,
                hint=hint,
                names=", ".join(loaded.ways),
            )
        )
    if settings.guards.redirect:
        to = settings.guards.redirect
    trial = Trial(settings.sender, settings.allow, to or settings.sender.address, now)
    steps = try_out(loaded.ways[channel], trial, folder=loaded.folder, environment=os.environ, channel=channel)
    if asked.as_json:
        print_json([asdict(step) for step in steps])
    else:
        for step in steps:
            click.echo(f"{click.style('✓', fg='green') if step.good else click.style('!', fg='red')} {step.said}")
    return 0 if steps and steps[-1].good else 1
