"""
YAML text → plain data, with the line of everything in it; pydantic's errors → problems in that file.

The rules are those of YAML 1.2, not of PyYAML: `NO`, `12:30` and `2026-01-02`
are text, and so is `0012`.  A key said twice is refused, not overwritten.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from sheetcrm.errors import FileError, Problem, reason
from sheetcrm.messages import N_, tr
from sheetcrm.variants import Variant, nearest

PathTuple = tuple[str | int, ...]

M = TypeVar("M", bound=BaseModel)

MAX_BYTES = 1_000_000
MAX_NODES = 100_000
MAX_DEPTH = 50


@dataclass(frozen=True)
class Located:
    """What a YAML file says, and where: `line(("sheets", "progress"))` is 1-based."""

    file: str
    data: Any
    lines: dict[PathTuple, int] = field(repr=False, compare=False)

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line of that setting, or of the nearest one around it; None in an empty file."""
        for length in range(len(path), -1, -1):
            if (found := self.lines.get(tuple(path[:length]))) is not None:
                return found
        return None

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """Something wrong with the setting at `path`."""
        return Problem(self.file, self.line(path), ".".join(str(part) for part in path), message)


def read(path: Path, error: type[FileError] = FileError) -> Located:
    """What the YAML file at `path` says; `error` with every problem when it is not YAML that we read."""
    file = _shown(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as missing:
        raise error([Problem(file, None, "", tr("no such file"))]) from missing
    except OSError as broken:
        raise error([Problem(file, None, "", tr("cannot be read: {reason}", reason=reason(broken)))]) from broken
    return parse(_decoded(content, file, error), file, error)


def parse(text: str, file: str, error: type[FileError] = FileError) -> Located:
    """What that YAML text says; `file` is only its name in messages."""
    try:
        _refuse_deep(text)
        node = yaml.compose(text, Loader=_CoreLoader)
    except _TooDeepError as deep:
        raise error([Problem(file, deep.args[0], "", tr("nested too deep"))]) from deep
    except yaml.YAMLError as broken:
        raise error([_syntax_problem(broken, text, file)]) from broken
    reader = _Reader(file)
    data = None
    with suppress(_TooLargeError):
        data = None if node is None else reader.value(node, ())
    if reader.problems:
        raise error(sorted(reader.problems, key=lambda problem: problem.line or 0))
    return Located(file, data, reader.lines)


def validate(model: type[M], located: Located, error: type[FileError] = FileError) -> M:
    """A `model` of what the file says; `error` with every problem, by line, when it does not fit."""
    data = {} if located.data is None else located.data
    try:
        return model.model_validate(data)
    except ValidationError as wrong:
        problems = [located.problem(path, said) for path, said in in_words(wrong, model, data)]
        raise error(in_order(problems)) from wrong


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The same problems in the order of the file, each said once."""
    return sorted(dict.fromkeys(problems), key=lambda problem: (problem.file, problem.line or 0, problem.path))


class _CoreLoader(yaml.CSafeLoader):
    """The C parser without PyYAML's own idea of which plain words are not text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own name and type


# YAML 1.2, 10.3.2 "Tag resolution", except that `012` and `+86` stay text: they are ids and phones.
for _tag, _pattern, _first in (
    ("null", r"^(?:null|Null|NULL|~|)$", [*"nN~", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", [*"tTfF"]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", [*"-0123456789"]),
    ("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?$", [*"-0123456789"]),
    ("float", r"^-?\.[0-9]+(?:[eE][-+]?[0-9]+)?$", [*"-."]),
):
    _CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)

_SCALARS: dict[str, Callable[[str], Any]] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text.lower() == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:str": str,
}


def _refuse_deep(text: str) -> None:
    """The C composer recurses without a limit and takes the process down; its events do not."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _TooDeepError(event.start_mark.line + 1 if event.start_mark else None)


class _TooDeepError(Exception):
    """Collections in collections without end; its argument is the line."""


class _TooLargeError(Exception):
    """Reading has been given up; the problem says where."""


class _Reader:
    """Nodes → data, remembering lines and every problem on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[PathTuple, int] = {}
        self.problems: list[Problem] = []
        self._nodes = 0

    def value(self, node: yaml.Node, path: PathTuple) -> Any:
        self._nodes += 1
        self.lines.setdefault(path, node.start_mark.line + 1)
        if self._nodes > MAX_NODES or len(path) > 2 * MAX_DEPTH:
            self._problem(node, path[:3], tr("too large or too deep once its aliases are followed"))
            raise _TooLargeError
        if isinstance(node, yaml.MappingNode):
            return dict(self._members(node, path))
        if isinstance(node, yaml.SequenceNode):
            return [self.value(child, (*path, index)) for index, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _members(self, node: yaml.MappingNode, path: PathTuple) -> Iterator[tuple[Any, Any]]:
        seen: dict[Any, int] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node, path)
            line: int = key_node.start_mark.line + 1
            if key in seen:
                self._problem(key_node, (*path, key), tr("said twice; the first is in line {line}", line=seen[key]))
                continue
            seen[key] = line
            self.lines[(*path, key)] = line
            yield key, self.value(value_node, (*path, key))

    def _key(self, node: yaml.Node, path: PathTuple) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            self._problem(node, path, tr("a key must be a word"))
            return ""
        return node.value if node.tag.endswith((":str", ":null")) else self._scalar(node, path)

    def _scalar(self, node: yaml.Node, path: PathTuple) -> Any:
        convert = _SCALARS.get(node.tag)
        if convert is None:
            self._problem(node, path, tr("the tag {tag} is not supported", tag=node.tag))
            return None
        try:
            return convert(node.value)
        except ValueError:
            self._problem(node, path, tr("{value} does not fit its tag {tag}", value=node.value[:50], tag=node.tag))
            return None

    def _problem(self, node: yaml.Node, path: PathTuple, message: str) -> None:
        dotted = ".".join(str(part) for part in path)
        self.problems.append(Problem(self.file, node.start_mark.line + 1, dotted, message))


def _shown(path: Path) -> str:
    """The path as a person would type it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _decoded(content: bytes, file: str, error: type[FileError]) -> str:
    if len(content) > MAX_BYTES:
        raise error([Problem(file, None, "", tr("larger than {count:,} bytes", count=MAX_BYTES))])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        raise error([Problem(file, line, "", tr("not UTF-8; save the file as UTF-8"))]) from wrong


_OPEN = N_("the {sign} that opens here is not closed, or a text in it needs quotes, as one with , : # {{ }} [ ] does")
_MEANT = {
    "did not find expected ',' or '}'": _OPEN,
    "did not find expected ',' or ']'": _OPEN,
    "could not find expected ':'": N_("no colon behind the key; it is written key: value"),
    "found unexpected end of stream": N_("the quote that opens here is not closed"),
    "did not find expected key": N_("its indentation fits nothing above it, or it closes a bracket that is not open"),
    "did not find expected '-' indicator": N_(
        "its indentation fits nothing above it, or an entry of a list lacks its -"
    ),
    "mapping values are not allowed in this context": N_(
        "a colon too many; quote a text with a colon in it, or look at the indentation"
    ),
    "found undefined alias": N_("no &name above for this *name; quote a text that begins with *"),
    "found character that cannot start any token": N_("a text that begins like this needs quotes"),
    "found unknown escape character": N_("in double quotes \\ begins an escape; use single quotes"),
}
"""What the parser says → what somebody did who writes YAML by hand."""
_WHERE_IT_BEGAN = frozenset(list(_MEANT)[:4])
"""Of these the parser notices only further down, at times in another line."""
_FULL_WIDTH = re.compile(r"^[\s-]*\w+(：)|(，)\s*\w+\s*:")
"""Where a Chinese keyboard typed what YAML takes for text."""


def _syntax_problem(broken: yaml.YAMLError, text: str, file: str) -> Problem:
    if isinstance(broken, yaml.reader.ReaderError):
        before = text.count("\n", 0, broken.position) + 1
        return Problem(
            file, before, "", tr("a character that YAML does not allow: U+{character:04X}", character=broken.character)
        )
    said = getattr(broken, "problem", None) or str(broken)
    marks = [getattr(broken, name, None) for name in ("problem_mark", "context_mark")]
    mark = next(filter(None, reversed(marks) if said in _WHERE_IT_BEGAN else marks), None)
    line: int | None = None if mark is None else mark.line + 1
    said = tr(_MEANT[said], sign="[" if "]" in said else "{") if said in _MEANT else said
    for one in {found.line for found in marks if found is not None}:
        if re.match(r" *\t", written := "".join(text.splitlines()[one : one + 1])):
            line, said = one + 1, tr("indented with a tab; use spaces")
        elif wide := _FULL_WIDTH.search(written):
            sign = wide[1] or wide[2]
            line, said = (
                one + 1,
                tr("a Chinese {sign} where YAML has {right}", sign=sign, right=":" if sign == "：" else ","),
            )
    return Problem(file, line, "", tr("not YAML: {said}", said=said))


def in_words(wrong: ValidationError, model: type[BaseModel], data: Any) -> Iterator[tuple[PathTuple, str]]:
    """Where in `data` and what, of every error, in the admin's language and the words of somebody who writes YAML."""
    for detail in wrong.errors(include_url=False):
        path: PathTuple = tuple(part for part in detail["loc"] if part != "[key]")
        yield path, _said(model, data, path, detail)


_WORDS = {
    "valid tuple": N_("expected a list"),
    "valid list": N_("expected a list"),
    "valid dictionary": N_("expected settings, each as key: value"),
    "valid integer": N_("expected a whole number"),
    "valid number": N_("expected a number"),
    "valid string": N_("expected a text"),
    "valid boolean": N_("expected true or false"),
    "valid decimal": N_("expected a number"),
    "valid date": N_("expected a date, as in 2026-01-31"),
    "valid time": N_("expected a time, as in 08:30"),
    "valid set": N_("expected a list"),
    "valid frozenset": N_("expected a list"),
    "valid path": N_("expected the path of a file or folder"),
}
"""pydantic's names of what a setting holds → those of somebody who writes YAML."""
_BOUNDS = {
    "greater_than": N_("must be more than {gt}"),
    "greater_than_equal": N_("must be at least {ge}"),
    "less_than": N_("must be less than {lt}"),
    "less_than_equal": N_("must be at most {le}"),
    "string_too_short": N_("needs at least {min_length} {min_length:character|characters}"),
    "string_too_long": N_("has more than {max_length} {max_length:character|characters}"),
    "string_pattern_mismatch": N_("does not look as it should: {pattern}"),
    "too_short": N_("needs at least {min_length} {min_length:entry|entries}"),
    "too_long": N_("has more than {max_length} {max_length:entry|entries}"),
    "int_from_float": N_("expected a whole number"),
    "finite_number": N_("expected a number"),
    "multiple_of": N_("must be a multiple of {multiple_of}"),
}
"""pydantic's kinds of errors → what they ask for."""


def _said(model: type[BaseModel], data: Any, path: PathTuple, detail: Any) -> str:
    """pydantic's message in the words of somebody who writes YAML."""
    message = str(detail["msg"]).removeprefix("Value error, ")
    match detail["type"]:
        case "extra_forbidden":
            return tr("no such setting{hint}", hint=nearest(str(path[-1]), _settings(model, data, path[:-1])))
        case "missing":
            return tr("is missing")
        case "literal_error" | "enum":
            return tr("expected {known}, not {value}", known=_either(detail["ctx"]["expected"]), value=_given(detail))
        case kind if kind in _BOUNDS:
            return tr(_BOUNDS[kind], **detail.get("ctx", {}))
        case kind if kind.endswith(("_type", "_parsing")) and message.startswith("Input"):
            asked = message.partition(", unable")[0]
            ours = next((tr(ours) for theirs, ours in _WORDS.items() if theirs in asked), None)
            return tr("{asked}, not {value}", asked=ours or _small(asked), value=_given(detail))
    return _small(message)


def _small(text: str) -> str:
    return f"{text[:1].lower()}{text[1:]}"


def _given(detail: Any) -> str:
    """What stands there, as far as it fits a line."""
    return f"{detail['input']!r:.60}"


def _either(known: str) -> str:
    """pydantic's `'a', 'b' or 'c'`, in the admin's language."""
    first, found, last = known.rpartition(" or ")
    return tr("{first} or {last}", first=first, last=last) if found else known


def _settings(model: Any, data: Any, path: PathTuple) -> list[str]:
    """The settings known at `path`: down the annotations, asking each family which member the data means."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        model = _member(model, data)
        fields = {info.alias or name: info.annotation for name, info in model.model_fields.items()}
        if not path:
            return list(fields)
        return _settings(fields.get(str(path[0])), _inside(data, path[0]), path[1:])
    if not path and get_origin(model) not in (Union, UnionType):
        return []
    if get_origin(model) in (Union, UnionType):
        found = [_settings(choice, data, path) for choice in get_args(model)]
        return [name for names in found for name in names]
    arguments = [choice for choice in get_args(model) if choice is not Ellipsis]
    return _settings(arguments[-1], _inside(data, path[0]), path[1:]) if arguments else []


def _member(model: type[BaseModel], data: Any) -> type[BaseModel]:
    if not issubclass(model, Variant) or "type" in model.model_fields:
        return model
    name = data.get("type", model.default_type) if isinstance(data, dict) else None
    return model.members().get(str(name), model)


def _inside(data: Any, part: str | int) -> Any:
    try:
        return data[part]
    except (KeyError, IndexError, TypeError):
        return None
