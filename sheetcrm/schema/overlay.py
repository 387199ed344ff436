"""
A template and what a team says over it → one template, in which everything knows the file and line that said it.

Maps merge by key, null takes away, lists of things merge by what tells the things apart.  This happens before anything
is validated: what comes out is held to the same rules as a template in one file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheetcrm.errors import Problem, TemplateError
from sheetcrm.messages import tr
from sheetcrm.variants import nearest
from sheetcrm.yamlfile import Located, PathTuple, in_order

TOLD_APART = ("type", "column", "columns", "of", "filled", "formula", "target")
"""What tells the things of a list apart, as far as they have it."""
THINGS = ("rules", "highlights", "quality")
"""Lists in which a bare word is a thing of that type."""
ROWS = ("samples", "seeds")
"""Lists in which things are told apart by the sheet's `key:`."""
PLACES = ("after", "before")
ORDERED = ("sheets", "columns")
"""Maps in which the order is seen, so that a new thing may say after which it comes."""
_WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
"""Chinese stands without blanks beside what it speaks of."""
MUST_SAY = ("type", "columns")
"""What a new thing says if all the others beside it do; without, it was meant to be one of them."""


@dataclass(frozen=True)
class Said:
    """A value of a YAML file, and where it stands; inside it is a map or list of the same."""

    value: Any
    file: str
    line: int | None

    def plain(self) -> Any:
        """The value as YAML data."""
        if isinstance(self.value, dict):
            return {key: part.plain() for key, part in self.value.items()}
        return [part.plain() for part in self.value] if isinstance(self.value, list) else self.value


@dataclass(frozen=True)
class Layered(Located):
    """What several files say together; problems name the one that said it."""

    files: dict[PathTuple, str] = field(repr=False, compare=False, default_factory=dict)
    gone: Mapping[str, Said] = field(repr=False, compare=False, default_factory=dict)
    """What was taken away, by its last word."""

    def problem(self, path: Sequence[str | int], message: str) -> Problem:
        """At the line that says so; where that is another file's, also the line that took away what it speaks of."""
        known = next(tuple(path[:end]) for end in range(len(path), -1, -1) if tuple(path[:end]) in self.files)
        file = self.files[known]
        for word in _WORD.findall(message) if file != self.file else ():
            if word in self.gone:
                message += tr(
                    "; {file}:{line} takes it away: change or take away this too",
                    file=self.gone[word].file,
                    line=self.gone[word].line,
                )
                break
        return Problem(file, self.lines.get(known), ".".join(map(str, path)), message)


def over(base: Located, overlay: Located, name: str) -> Layered:
    """What `overlay` makes of `base`, whose name is `name`; TemplateError for what it changes that is not there."""
    said = _said(base)
    merging = _Merging(name, said)
    merged = merging.map(said, _said(overlay), ())
    if merging.problems:
        raise TemplateError(in_order(merging.problems))
    _forget(merged, merging.gone)
    lines: dict[PathTuple, int] = {}
    files: dict[PathTuple, str] = {}
    for path, said in _walk(merged, ()):
        files[path] = said.file
        if said.line is not None:
            lines[path] = said.line
    before = base.gone if isinstance(base, Layered) else {}
    gone = {**before, **{str(path[-1]): taker for path, taker in merging.gone.items()}}
    return Layered(overlay.file, merged.plain(), lines, files, gone)


class _Merging:
    """One overlay at work: what is wrong with it, and what it took away."""

    def __init__(self, name: str, base: Said) -> None:
        self.name, self._base = name, base
        self.problems: list[Problem] = []
        self.gone: dict[PathTuple, Said] = {}

    def value(self, base: Said, own: Said, path: PathTuple) -> Said:
        """What is said of one thing by both."""
        if isinstance(base.value, dict) and isinstance(own.value, dict):
            kinds = [_plainly(said.value.get("type")) for said in (base, own)]
            # Of another type it is another thing: what was said of the old one does not hold of it.
            return own if None not in kinds and kinds[0] != kinds[1] else self.map(base, own, path)
        if isinstance(base.value, list) and isinstance(own.value, list):
            return self.list(base, own, path)
        return own

    def map(self, base: Said, own: Said, path: PathTuple) -> Said:
        """Key by key, in the order of the base; what is new comes behind, or where it says."""
        merged: dict[Any, Said] = dict(base.value)
        moved: dict[Any, Said] = {}
        for key, whole in own.value.items():
            at, said = (*path, key), whole
            if path and path[-1] in ORDERED and isinstance(whole.value, dict):
                placed, said = _without(whole, PLACES)
                moved |= {key: placed} if placed.value else {}
            if said.value is None:
                self._take_away(merged, key, said, at)
            elif key in base.value:
                merged[key] = self.value(base.value[key], said, at)
            elif self._is_new(base, said, at):
                merged[key] = said
        return Said(self._in_place(merged, moved, path), own.file, own.line)

    def list(self, base: Said, own: Said, path: PathTuple) -> Said:
        """Things are merged with the ones that they are, the others added; words and numbers are said anew."""
        begins_anew = bool(own.value) and own.value[0].value is None
        things = own.value[begins_anew:]
        before = [] if begins_anew else base.value
        if path[-1] in THINGS:
            things, before = [_thing(said) for said in things], [_thing(said) for said in before]
        if not all(isinstance(said.value, dict) for said in (*things, *before)):
            return Said(things, own.file, own.line)
        merged = list(before)
        for offset, thing in enumerate(things, int(begins_anew)):
            removing, said = _without(thing, ("remove",))
            words = self._row_key(path) if path[-1] in ROWS else TOLD_APART
            found = [at for at, other in enumerate(before) if _is(other, said, words)]
            if len(found) > 1 or (removing.value and not found):
                self._unclear(said, (*path, offset), len(found))
            elif removing.value:
                merged[found[0]] = Said(None, said.file, said.line)
            elif found:
                merged[found[0]] = self.map(before[found[0]], said, (*path, found[0]))
            else:
                merged.append(said)
        return Said([said for said in merged if said.value is not None], own.file, own.line)

    def _row_key(self, path: PathTuple) -> Sequence[str]:
        """The key of the sheet whose rows are at `path`; nothing where rows have none."""
        found = self._base.value[path[0]].value[path[1]]
        return [str(found.value["key"].value)] if "key" in found.value else []

    def _take_away(self, merged: dict[Any, Said], key: Any, said: Said, path: PathTuple) -> None:
        if key in merged:
            del merged[key]
            self.gone[path] = said
        else:
            self._say(
                said,
                path,
                tr("{name} has none to take away{hint}", name=self.name, hint=nearest(str(key), [*map(str, merged)])),
            )

    def _is_new(self, base: Said, said: Said, path: PathTuple) -> bool:
        """Whether it is something new of its own, and not a change of what is called otherwise."""
        beside = [other.value for other in base.value.values()]
        asked = [word for word in MUST_SAY if beside and all(isinstance(one, dict) and word in one for one in beside)]
        lacking = [word for word in asked if not isinstance(said.value, dict) or word not in said.value]
        if lacking and len(path) > 1:
            message = tr(
                "{name} has no {key} here{hint}; a new one needs {lacking}:",
                name=self.name,
                key=path[-1],
                hint=nearest(str(path[-1]), [*map(str, base.value)]),
                lacking=lacking[0],
            )
            self._say(said, path, message)
        return not lacking

    def _in_place(self, merged: dict[Any, Said], moved: dict[Any, Said], path: PathTuple) -> dict[Any, Said]:
        """The same with each of `moved` beside the one that it names, those that others name first."""
        waiting = {key: self._beside(merged, key, placed, (*path, key)) for key, placed in moved.items()}
        while waiting:
            ready = [key for key, (_, beside) in waiting.items() if beside not in waiting]
            if not ready:
                key = next(iter(waiting))
                self._say(
                    moved[key],
                    (*path, key),
                    tr("{names} wait for each other; one needs another place", names=", ".join(map(str, waiting))),
                )
                break
            # Of two that come after the same one the first shall stand first, so it goes there last.
            key = next((key for key in reversed(ready) if waiting[key][0] == "after"), ready[0])
            word, beside = waiting.pop(key)
            others = [other for other in merged if other != key]
            if beside is not None:
                at = others.index(beside) + (word == "after")
                merged = {other: merged[other] for other in (*others[:at], key, *others[at:])}
        return merged

    def _beside(self, merged: dict[Any, Said], key: Any, placed: Said, path: PathTuple) -> tuple[str, Any]:
        """`after` or `before`, and of which; None for none that is there."""
        word, beside = next(iter(placed.value.items()))
        others = [other for other in merged if other != key]
        if len(placed.value) > 1:
            self._say(beside, (*path, word), tr("say after: or before:, not both"))
        elif beside.value not in others:
            self._say(
                beside,
                (*path, word),
                tr("no {key} here{hint}", key=beside.value, hint=nearest(str(beside.value), [*map(str, others)])),
            )
        elif key in merged:
            return word, beside.value
        return word, None

    def _unclear(self, said: Said, path: PathTuple, number: int) -> None:
        words = [f"{word} {_plainly(said.value[word])}" for word in TOLD_APART if word in said.value]
        told = ", ".join(words) or tr("that")
        if number:
            self._say(
                said,
                path,
                tr(
                    "{name} has {number} of {told}; begin the list with - null and say all of it anew",
                    name=self.name,
                    number=number,
                    told=told,
                ),
            )
        else:
            self._say(said, path, tr("{name} has none of {told} to take away", name=self.name, told=told))

    def _say(self, said: Said, path: PathTuple, message: str) -> None:
        self.problems.append(Problem(said.file, said.line, ".".join(map(str, path)), message))


def _said(located: Located) -> Said:
    files = located.files if isinstance(located, Layered) else {}

    def tree(value: Any, path: PathTuple) -> Said:
        inside = value
        if isinstance(value, dict):
            inside = {key: tree(part, (*path, key)) for key, part in value.items()}
        elif isinstance(value, list):
            inside = [tree(part, (*path, offset)) for offset, part in enumerate(value)]
        return Said(inside, files.get(path, located.file), located.lines.get(path))

    return tree(located.data if isinstance(located.data, dict) else {}, ())


def _walk(said: Said, path: PathTuple) -> Iterator[tuple[PathTuple, Said]]:
    yield path, said
    parts = (
        said.value.items()
        if isinstance(said.value, dict)
        else enumerate(said.value)
        if isinstance(said.value, list)
        else ()
    )
    for key, part in parts:
        yield from _walk(part, (*path, key))


def _plainly(said: Said | None) -> Any:
    return None if said is None else said.plain()


def _thing(said: Said) -> Said:
    """A bare word in a list of things is short for the thing of that type."""
    is_word = isinstance(said.value, str)
    return Said({"type": Said(said.value, said.file, said.line)}, said.file, said.line) if is_word else said


def _without(said: Said, words: Sequence[str]) -> tuple[Said, Said]:
    """What it says under those words, and the rest."""
    parts = {key: part for key, part in said.value.items() if key in words}
    rest = {key: part for key, part in said.value.items() if key not in words}
    return Said(parts, said.file, said.line), Said(rest, said.file, said.line)


def _is(base: Said, own: Said, words: Sequence[str]) -> bool:
    """Whether both speak of one thing, going by those `words` that `own` says."""
    said = [word for word in words if word in own.value]
    return bool(said) and all(_plainly(base.value.get(word)) == own.value[word].plain() for word in said)


def _forget(merged: Said, gone: Mapping[PathTuple, Said]) -> None:
    """Take what rows say in columns that were taken away out of them."""
    for path, taker in gone.items():
        if len(path) != 4 or (path[0], path[2]) != ("sheets", "columns"):
            continue
        sheet = merged.value["sheets"].value[path[1]]
        for family in ROWS:
            rows = sheet.value[family].value if family in sheet.value else []
            for row in rows:
                if isinstance(row.value, dict) and path[3] in row.value and row.value[path[3]].file != taker.file:
                    del row.value[path[3]]
