"""
Regular expression and text → what matched, in time linear in both, as RE2 does for Sheets.

Python's `re` goes back and forth, for some patterns longer than anybody waits; so it searches only where that cannot
take long, and a program of our own (each instruction visits each place once) does elsewhere.  ASCII classes, as RE2.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

# Python's own parser of expressions, private and stable since 1999; the public names for it are deprecated.
from re import _constants as op  # type: ignore[attr-defined]  # see above
from re import _parser as parser  # type: ignore[attr-defined]  # see above
from typing import Any

from sheetcrm.server import charclasses

Found = tuple[int, ...]
"""Start and end of the whole match and then of every group; -1 for a group that took no part."""
LARGEST = 20_000
QUICK_STEPS = 1_000_000
MOST_STEPS = 5_000_000
SPACES, DIGITS = "\t\n\f\r ", "0123456789"
WORD = DIGITS + "_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CATEGORIES: dict[Any, tuple[str, bool]] = {
    op.CATEGORY_DIGIT: (DIGITS, True),
    op.CATEGORY_NOT_DIGIT: (DIGITS, False),
    op.CATEGORY_SPACE: (SPACES, True),
    op.CATEGORY_NOT_SPACE: (SPACES, False),
    op.CATEGORY_WORD: (WORD, True),
    op.CATEGORY_NOT_WORD: (WORD, False),
}
_UNICODE: dict[str, Callable[[str], bool]] = {
    DIGITS: str.isdecimal,
    SPACES: str.isspace,
    WORD: lambda letter: letter.isalnum() or letter == "_",
}
_ANCHORS: dict[Any, Callable[[str, int, bool], bool]] = {
    op.AT_BEGINNING: lambda text, i, lines: i == 0 or (lines and text[i - 1] == "\n"),
    op.AT_BEGINNING_STRING: lambda text, i, lines: i == 0,
    op.AT_END: lambda text, i, lines: i == len(text) or (lines and text[i] == "\n"),
    op.AT_END_STRING: lambda text, i, lines: i == len(text),
    op.AT_BOUNDARY: lambda text, i, lines: _word(text, i - 1) is not _word(text, i),
    op.AT_NON_BOUNDARY: lambda text, i, lines: _word(text, i - 1) is _word(text, i),
}
Test = Callable[[str, int], bool]
Step = tuple[str, Any]


class SearchError(Exception):
    """The expression is not one that RE2 takes, or the work would be too much."""


class Regex:
    """A compiled expression; raises SearchError.

    `java`: also takes what RE2 does not (looking around, back references), where searching for that cannot take long.
    """

    def __init__(self, pattern: str, flags: int = re.ASCII, *, java: bool = False) -> None:
        try:
            pattern = charclasses.translated(pattern)
            self._quick = re.compile(pattern, flags)
            tree = parser.parse(pattern, flags)
        except (re.error, RecursionError, OverflowError, ValueError) as error:
            raise SearchError(str(error)) from error
        self.groups = self._quick.groups
        self._steps: list[Step] = []
        self._spent = 0
        self._repeats, self._nested, self._depth = 0, "$" in pattern and not java, 0
        self._java, self._only_quick = java, False
        self._sequence(tree.data, tree.state.flags)
        self._steps.append(("match", None))

    def first(self, text: str, start: int = 0) -> Found | None:
        """The leftmost match at or after `start`, or None."""
        if not self._nested and (len(text) + 1) ** (self._repeats + 1) <= QUICK_STEPS:
            quick = self._quick.search(text, start)
            return None if quick is None else tuple(place for span in quick.regs for place in span)
        if self._only_quick or (len(text) + 1) * len(self._steps) > MOST_STEPS:
            raise SearchError("too long")
        seen: set[tuple[int, int]] = set()
        found = None
        for at in range(start, len(text) + 1):
            found = self._run(text, at, seen)
            if found is not None:
                break
        self._spent += len(seen)
        return found

    def matches(self, text: str) -> Iterator[Found]:
        """All matches from left to right, none over another."""
        at, self._spent = 0, 0
        while at <= len(text) and (found := self.first(text, at)) is not None:
            yield found
            at = found[1] + (found[1] == found[0])
            if self._spent > QUICK_STEPS:
                raise SearchError("too long")

    def replaced(self, text: str, replacement: str) -> str:
        """`text` with every match replaced; `$1` stands for a group, `$0` for all of the match."""
        return self.counted(text, replacement)[0]

    def counted(self, text: str, replacement: str) -> tuple[str, int]:
        """`text` with every match replaced, and how many there were."""
        parts, at, count = [], 0, 0
        for found in self.matches(text):
            parts += [text[at : found[0]], self._filled(replacement, text, found)]
            at, count = found[1], count + 1
        return "".join([*parts, text[at:]]), count

    def _filled(self, replacement: str, text: str, found: Found) -> str:
        def part(match: re.Match[str]) -> str:
            group = int(match[1])
            if group > self.groups:
                raise SearchError(f"no group {group}")
            return text[found[2 * group] : found[2 * group + 1]] if found[2 * group] >= 0 else ""

        return re.sub(r"\$([0-9])", part, replacement)

    def _run(self, text: str, start: int, seen: set[tuple[int, int]]) -> Found | None:
        waiting: list[tuple[int, int, Found]] = [(0, start, (start, start) + (-1,) * (2 * self.groups))]
        while waiting:
            step, i, saved = waiting.pop()
            if (step, i) in seen:
                continue
            seen.add((step, i))
            kind, given = self._steps[step]
            if kind == "match":
                return (saved[0], i, *saved[2:])
            if kind == "split":
                waiting += [(target, i, saved) for target in reversed(given)]
            elif kind == "save":
                waiting.append((step + 1, i, (*saved[:given], i, *saved[given + 1 :])))
            elif kind == "at" and given(text, i):
                waiting.append((step + 1, i, saved))
            elif kind == "one" and i < len(text) and given(text[i]):
                waiting.append((step + 1, i + 1, saved))
        return None

    def _sequence(self, items: Sequence[Any], flags: int) -> None:
        for kind, given in items:
            if len(self._steps) > LARGEST:
                raise SearchError("too large")
            writer = getattr(self, f"_{str(kind).lower()}", None)
            if kind is op.AT:
                self._steps.append(("at", _anchor(given, flags)))
            elif writer is not None:
                writer(given, flags)
            else:
                self._steps.append(("one", _test(kind, given, flags)))

    def _subpattern(self, given: Any, flags: int) -> None:
        group, added, removed, inner = given
        if group is not None:
            self._steps.append(("save", 2 * group))
        self._sequence(inner, (flags | added) & ~removed)
        if group is not None:
            self._steps.append(("save", 2 * group + 1))

    def _assert(self, given: Any, flags: int) -> None:
        self._beyond_re2(given[1], flags)

    def _assert_not(self, given: Any, flags: int) -> None:
        self._beyond_re2(given[1], flags)

    def _groupref(self, _given: Any, flags: int) -> None:
        # It may be as long as what it repeats.
        self._repeats += 1
        self._beyond_re2((), flags)

    def _beyond_re2(self, inner: Sequence[Any], flags: int) -> None:
        if not self._java:
            raise SearchError("not in RE2")
        self._only_quick = True
        self._sequence(inner, flags)

    def _branch(self, given: Any, flags: int) -> None:
        split, ends = self._gap(), []
        starts = []
        for branch in given[1]:
            starts.append(len(self._steps))
            self._sequence(branch, flags)
            ends.append(self._gap())
        self._steps[split] = ("split", starts)
        for end in ends:
            self._steps[end] = ("split", [len(self._steps)])

    def _max_repeat(self, given: Any, flags: int) -> None:
        self._repeat(given, flags, lambda go, leave: [go, leave])

    def _min_repeat(self, given: Any, flags: int) -> None:
        self._repeat(given, flags, lambda go, leave: [leave, go])

    def _repeat(self, given: Any, flags: int, order: Callable[[int, int], list[int]]) -> None:
        fewest, most, inner = given
        if max(fewest, 0 if most is op.MAXREPEAT else most) > 1000:
            raise SearchError("RE2 repeats at most 1000 times")
        self._nested |= self._depth > 0
        self._depth += 1
        self._repeats += fewest != most
        for _ in range(fewest):
            self._sequence(inner, flags)
        gaps = []
        for _ in range(1 if most is op.MAXREPEAT else most - fewest):
            gaps.append(self._gap())
            self._sequence(inner, flags)
        if most is op.MAXREPEAT:
            self._steps.append(("split", [gaps[0]]))
        for gap in gaps:
            self._steps[gap] = ("split", order(gap + 1, len(self._steps)))
        self._depth -= 1

    def _gap(self) -> int:
        self._steps.append(("split", []))
        return len(self._steps) - 1


@lru_cache(maxsize=256)
def compiled(pattern: str) -> Regex:
    """The expression, compiled once; raises SearchError."""
    return Regex(pattern)


def _word(text: str, index: int) -> bool:
    return 0 <= index < len(text) and text[index] in WORD


def _anchor(kind: Any, flags: int) -> Test:
    holds, lines = _ANCHORS[kind], bool(flags & re.MULTILINE)
    return lambda text, i: holds(text, i, lines)


def _test(kind: Any, given: Any, flags: int) -> Callable[[str], bool]:
    """Whether one character is what an item of an expression asks for."""
    if kind is op.ANY:
        return (lambda letter: True) if flags & re.DOTALL else (lambda letter: letter != "\n")
    items = given if kind is op.IN else [(kind, given)]
    negated = bool(items) and items[0][0] is op.NEGATE
    tests = [_item(*item, ascii_only=bool(flags & re.ASCII)) for item in items[negated:]]

    def plain(letter: str) -> bool:
        return any(test(letter) for test in tests) is not negated

    if not flags & re.IGNORECASE:
        return plain
    return lambda letter: (
        (any(test(case) for case in {letter.lower(), letter.upper()} for test in tests)) is not negated
    )


def _item(kind: Any, given: Any, *, ascii_only: bool) -> Callable[[str], bool]:
    if kind is op.LITERAL:
        return lambda letter: letter == chr(given)
    if kind is op.NOT_LITERAL:
        return lambda letter: letter != chr(given)
    if kind is op.RANGE:
        return lambda letter: given[0] <= ord(letter[0]) <= given[1]
    if kind is op.CATEGORY:
        letters, inside = _CATEGORIES[given]
        if not ascii_only:
            member = _UNICODE[letters]
            return lambda letter: member(letter) is inside
        return lambda letter: (letter in letters) is inside
    raise SearchError(f"{kind}: not in RE2")
