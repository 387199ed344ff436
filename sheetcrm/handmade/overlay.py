"""
A column that was taken → the file in which a team says what it has beside a template.

The file is the team's: comments and order stay, and it is written only when
what comes out is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sheetcrm import yamlfile
from sheetcrm.errors import Problem, TemplateError, UsageError
from sheetcrm.handmade.take import Taken
from sheetcrm.handmade.yamltext import Path as YamlPath
from sheetcrm.handmade.yamltext import written
from sheetcrm.messages import tr
from sheetcrm.schema import loader


def add(taken: Taken, file: Path, extends: str, folders: Sequence[Path]) -> None:
    """
    Put the column into the file, which is made when it is not there, and extends `extends`.

    UsageError or TemplateError, and nothing written, when the file extends
    something else, has that column, or would not be right.
    """
    text = _grown(taken, file, extends) if file.exists() else _new(taken, extends)
    beside = file.with_name(f".{file.stem}.new{file.suffix or '.yaml'}")
    beside.write_text(text, encoding="utf-8")
    try:
        loader.load(beside, folders)
    except TemplateError as wrong:
        said = [Problem(str(file), problem.line, problem.path, problem.message) for problem in wrong.problems]
        beside.unlink()
        raise TemplateError(said) from wrong
    beside.replace(file)


def _new(taken: Taken, extends: str) -> str:
    data = {"extends": extends, "version": 1, "sheets": {taken.sheet: {"columns": {taken.column: taken.said()}}}}
    comments: dict[YamlPath, Sequence[str]] = {("sheets", taken.sheet, "columns", taken.column): taken.remarks}
    return written(data, comments, [tr("What this team has beside {extends}.", extends=extends)])


def _grown(taken: Taken, file: Path, extends: str) -> str:
    """The text of the file with the column in it."""
    from io import StringIO  # noqa: PLC0415 - with ruamel, half a second of imports that only writing needs

    from ruamel.yaml import YAML  # noqa: PLC0415 - as above

    _refuse_other(file, extends)
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.width = 4096
    document = yaml.load(file.read_text(encoding="utf-8"))
    columns: Any = document
    for key in ("sheets", taken.sheet, "columns"):
        if columns.get(key) is None:
            columns[key] = {}
        columns = columns[key]
    if taken.column in columns:
        raise UsageError(tr("{file} has {place} already", file=file, place=taken.place))
    columns[taken.column] = yaml.load(taken.text())[taken.column]
    if taken.remarks and hasattr(columns, "yaml_set_comment_before_after_key"):
        columns.yaml_set_comment_before_after_key(taken.column, before="\n".join(taken.remarks), indent=6)
    out = StringIO()
    yaml.dump(document, out)
    return out.getvalue()


def _refuse_other(file: Path, extends: str) -> None:
    """UsageError when the file is over another template."""
    data = yamlfile.read(file, TemplateError).data
    said = data.get("extends") if isinstance(data, dict) else None
    same = said is not None and (
        said == extends or Path(str(said)).stem == Path(extends).stem or file.stem == Path(extends).stem
    )
    if not same:
        raise UsageError(
            tr(
                "{file} extends {said}, and the spreadsheet is of {extends}; say another file with --into",
                file=file,
                said=said or tr("nothing"),
                extends=extends,
            )
        )
