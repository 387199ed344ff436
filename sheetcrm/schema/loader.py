"""
A template's name or path → Template; every error names file and line.

`account-manager` is one of ours; `./mine.yaml` is a file.  Names are looked up
in the folders given first, so that a team's own copy comes before ours.
"""

from collections.abc import Iterable
from pathlib import Path

from sheetcrm.errors import Problem, TemplateError
from sheetcrm.schema.template import Template
from sheetcrm.variants import nearest
from sheetcrm.yamlfile import in_order, read, validate

_PACKAGE = Path(__file__).resolve().parent.parent
_BESIDE = _PACKAGE / "templates"
_OURS = _BESIDE if _BESIDE.is_dir() else _PACKAGE.parent / "templates"
"""In a wheel beside the code; in a checkout one up, where people look for them."""


def load(path: Path | str) -> Template:
    """The template in that file; TemplateError with everything that is wrong in it, by line."""
    path = Path(path)
    located = read(path, TemplateError)
    template = validate(Template, located, TemplateError).called(path.stem)
    problems = [located.problem(where, message) for where, message in template.problems()]
    if problems:
        raise TemplateError(in_order(problems))
    return template


def find(name: str, folders: Iterable[Path] = ()) -> Path:
    """The file of a template by name or path; TemplateError with the nearest right name when there is none."""
    if name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        if Path(name).is_file():
            return Path(name)
        raise TemplateError([Problem(name, None, "", "no such file")])
    known = _by_name(folders)
    if name not in known:
        listed = ", ".join(known) or "none"
        raise TemplateError(
            [Problem(name, None, "", f"no such template{nearest(name, list(known))} (there are: {listed})")]
        )
    return known[name]


def names(folders: Iterable[Path] = ()) -> list[str]:
    """The names of all templates, ours and those in `folders`."""
    return list(_by_name(folders))


def _by_name(folders: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in (*folders, _OURS):
        for path in sorted(folder.glob("*.y*ml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))
