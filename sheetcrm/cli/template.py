"""`sheetcrm template`: which templates there are, what is in one, whether one is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sheetcrm.cli.options import now, print_json, tell
from sheetcrm.messages import admin, tr

if TYPE_CHECKING:
    from sheetcrm.errors import Problem
    from sheetcrm.schema.template import Template


def folders(config_file: str | None) -> tuple[Path, ...]:
    """The template folders of the config, when there is one: a template can be looked at without."""
    from sheetcrm import config
    from sheetcrm.errors import ConfigError

    try:
        path = config.find(config_file)
    except ConfigError:
        if config_file:
            raise
        return ()
    return config.load(path).template_folders


config_option = click.option(
    "--config", metavar="FILE", help="The config (default: $SHEETCRM_CONFIG or ./config.yaml)."
)


@click.group("template")
def template_command() -> None:
    """List, show, check and preview templates."""


@template_command.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_command(config: str | None, as_json: bool) -> None:
    """List every template by name, with its titles."""
    from sheetcrm.schema import loader

    where = folders(config)
    found = {name: loader.named(name, where) for name in loader.names(where)}
    if as_json:
        print_json(
            [
                {"name": name, "version": template.version, "title": template.title.all()}
                for name, template in found.items()
            ]
        )
        return
    for name, template in found.items():
        click.echo(f"{name:20}  {' · '.join(template.title.all())}")


@template_command.command("show")
@click.argument("name")
@click.option("--lang", type=click.Choice(["zh", "en"]), help="What the team reads (default: what you do).")
@config_option
def show_command(name: str, lang: str | None, config: str | None) -> None:
    """Show the sheets and columns of a template."""
    from sheetcrm.schema import loader

    describe(loader.named(name, folders(config)), lang or admin())


def describe(template: Template, language: str) -> None:
    """Print sheets and columns as an outline."""
    click.echo(f"{template.title.say(language)} · {template.key} v{template.version}")
    for key, sheet in template.sheets.items():
        click.echo(f"\n{click.style(sheet.title.say(language), bold=True)}  {key}")
        for name, column in sheet.columns.items():
            if not name.startswith("_"):
                marks = "".join(mark for mark, holds in (("*", column.is_required), ("!", column.is_unique)) if holds)
                click.echo(f"  {column.title.say(language)}{marks}  {name}: {column.type}")


@template_command.command("check")
@click.argument("names", nargs=-1, required=True)
@config_option
def check_command(names: tuple[str, ...], config: str | None) -> None:
    """Say whether templates (names or files) are right.

    Every mistake with file, line and the nearest right word.
    """
    from sheetcrm.errors import TemplateError
    from sheetcrm.schema import loader

    where = folders(config)
    problems: list[Problem] = []
    for name in names:
        try:
            loader.named(name, where)
        except TemplateError as error:
            problems += error.problems
        else:
            tell(tr("{name}: right", name=name))
    if problems:
        raise TemplateError(problems)


@template_command.command("preview")
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="A file in .html, .png or .xlsx."
)
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True, help="What the team reads.")
@click.option("--sheet", metavar="KEY", help="The sheet to begin with (default: the first).")
@config_option
def preview_command(name: str, out: Path, lang: str, sheet: str | None, config: str | None) -> None:
    """Show what a spreadsheet from this template looks like.

    With its example rows; no Google account is needed.
    .html is one file that opens anywhere, .png a picture (needs Chromium), .xlsx an Excel file with formats, dropdowns and rules.
    """
    from sheetcrm.preview import preview
    from sheetcrm.schema import loader

    preview(loader.named(name, folders(config)), lang, out, now=now(), sheet=sheet)
    tell(f"{name}: {out}")


@template_command.command("schema")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file (default: stdout)."
)
def schema_command(out: Path | None) -> None:
    """Write the JSON schema of templates, for your editor.

    Editors that know it complete and check YAML while you type.
    """
    from sheetcrm.schema.template import json_schema

    text = json.dumps(json_schema(), ensure_ascii=False, indent=2)
    if out is None:
        click.echo(text)
        return
    _write(out, text + "\n")
    tell(
        tr(
            "{file} is written; a template beside it begins with this line:\n# yaml-language-server: $schema=./{name}",
            file=out,
            name=out.name,
        )
    )


@template_command.command("models")
@click.argument("name")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file (default: stdout)."
)
@config_option
def models_command(name: str, out: Path | None, config: str | None) -> None:
    """Write a Python module with a class for each sheet.

    Editors and type checkers know the fields then: open_spreadsheet(..., models=module).
    """
    from sheetcrm.schema import loader, modelcode

    text = modelcode.module(loader.named(name, folders(config)))
    if out is None:
        click.echo(text, nl=False)
        return
    _write(out, text)
    tell(tr("{file} is written; use it with: sheetcrm.open_spreadsheet(…, models={name})", file=out, name=out.stem))


def _write(out: Path, text: str) -> None:
    from sheetcrm.errors import UsageError, reason

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(tr("{file} cannot be written: {reason}", file=out, reason=reason(error))) from error
