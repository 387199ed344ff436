"""
A template's name or path → Template; every error names file and line.

`account-manager` is one of ours; `./mine.yaml` is a file.  Names are looked up
in the folders given first, so that a team's own copy comes before ours.  What a
template `extends:` is also looked for beside it.
"""

from collections.abc import Iterable
from pathlib import Path

from sheetcrm.errors import Problem, TemplateError
from sheetcrm.messages import tr
from sheetcrm.schema.overlay import over
from sheetcrm.schema.template import Template
from sheetcrm.variants import nearest
from sheetcrm.yamlfile import Located, in_order, read, validate

_PACKAGE = Path(__file__).resolve().parent.parent
_BESIDE = _PACKAGE / "templates"
_OURS = _BESIDE if _BESIDE.is_dir() else _PACKAGE.parent / "templates"
"""In a wheel beside the code; in a checkout one up, where people look for them."""


def load(path: Path | str, folders: Iterable[Path] = ()) -> Template:
    """
    The template in that file, over those that it extends; TemplateError with everything that is wrong, by line.

    `folders` are where the names of those are looked up before ours.
    """
    path = Path(path)
    located, lineage = _layers(path, tuple(folders), ())
    template = validate(Template, located, TemplateError).called(path.stem, lineage)
    problems = [located.problem(where, message) for where, message in template.problems()]
    if problems:
        raise TemplateError(in_order(problems))
    return template


def named(name: str, folders: Iterable[Path] = ()) -> Template:
    """The template of that name or path; TemplateError when there is none, or when it is wrong."""
    folders = tuple(folders)
    return load(find(name, folders), folders)


Lineage = tuple[tuple[str, int], ...]
"""The names and versions of what a template extends, the nearest first."""


def _layers(path: Path, folders: tuple[Path, ...], above: tuple[Path, ...]) -> tuple[Located, Lineage]:
    """What the file says over what it extends; `above` are the files that extend it."""
    located = read(path, TemplateError)
    if not isinstance(located.data, dict) or "extends" not in located.data:
        return located, ()
    base_path = _base(located, path, folders, above)
    base, lineage = _layers(base_path, folders, (*above, path))
    if "version" not in located.data:
        raise TemplateError(
            [located.problem((), tr("version: is missing; what extends a template counts its own versions"))]
        )
    version = base.data.get("version") if isinstance(base.data, dict) else None
    merged = over(base, located, base_path.stem)
    return merged, ((base_path.stem, version if isinstance(version, int) else 0), *lineage)


def _base(located: Located, path: Path, folders: tuple[Path, ...], above: tuple[Path, ...]) -> Path:
    """The file of what `located` extends."""
    name = located.data["extends"]
    if not isinstance(name, str):
        raise TemplateError([located.problem(("extends",), tr("expected the name or the path of a template"))])
    try:
        found = path.parent / name if is_path(name) else find(name, (*folders, path.parent))
        if not found.is_file():
            raise TemplateError([Problem(name, None, "", tr("no such file"))])
    except TemplateError as missing:
        raise TemplateError(
            [located.problem(("extends",), ": ".join((problem.file, problem.message))) for problem in missing.problems]
        ) from missing
    chain = [other.resolve() for other in (*above, path)]
    if found.resolve() in chain:
        circle = " → ".join(other.stem for other in (*chain[chain.index(found.resolve()) :], found))
        raise TemplateError(
            [
                located.problem(
                    ("extends",),
                    tr("goes round in a circle: {circle}; give each a name of its own, and one end", circle=circle),
                )
            ]
        )
    if found.stem in {other.stem for other in chain}:
        raise TemplateError(
            [located.problem(("extends",), tr("both are called {name}; call this file otherwise", name=found.stem))]
        )
    return found


def find(name: str, folders: Iterable[Path] = ()) -> Path:
    """The file of a template by name or path; TemplateError with the nearest right name when there is none."""
    if is_path(name):
        if Path(name).is_file():
            return Path(name)
        raise TemplateError([Problem(name, None, "", tr("no such file"))])
    known = _by_name(folders)
    if name not in known:
        listed = ", ".join(known) or tr("none")
        raise TemplateError(
            [
                Problem(
                    name,
                    None,
                    "",
                    tr("no such template{hint} (there are: {listed})", hint=nearest(name, list(known)), listed=listed),
                )
            ]
        )
    return known[name]


def is_path(name: str) -> bool:
    """Whether that is a path, and not the name of a template."""
    return name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name


def names(folders: Iterable[Path] = ()) -> list[str]:
    """The names of all templates, ours and those in `folders`."""
    return list(_by_name(folders))


def _by_name(folders: Iterable[Path]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in (*folders, _OURS):
        for path in sorted(folder.glob("*.y*ml")):
            found.setdefault(path.stem, path)
    return dict(sorted(found.items()))
