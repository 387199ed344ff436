"""
A sheet as read → groups of rows that are of the same thing, and why.

Found, not merged: that is `dedupe`.  Example rows and rows without an id of
their own take no part.  What very many rows say (`13800138000`, a switchboard)
is no proof of anything, and is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations

from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, texts, tr
from sheetcrm.meter import Meter, unmetered
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.duplicates import DuplicateRule, NamedRule, SameRule, usual
from sheetcrm.schema.template import Template
from sheetcrm.sync.quality import likeness
from sheetcrm.sync.quality.blocks import pairs
from sheetcrm.sync.quality.likeness import SAME, Name, folded
from sheetcrm.sync.records import Extract, Reading

MOST = 10
"""What more rows than this say is no proof."""
FEW = 3
"""What at most so many rows say supports names that are alike."""
TOLD = 2_000
"""After so many pairs a meter is told."""
SAYS_SOMETHING = 4
"""Signs that a text must have to support anything."""


@dataclass(frozen=True)
class Why:
    """What two rows (by their ids) have in common."""

    ids: tuple[str, str]
    columns: tuple[str, ...]
    percent: int
    """100 for the same, less for names that are alike."""
    sure: bool
    """Whether that is enough to merge them without asking."""
    text: str
    """For people, in the language of the sheet: `same Phone`, `Name 93 % alike`."""


@dataclass(frozen=True)
class Group:
    """Rows of the same thing by their ids, in the order of the sheet."""

    number: int
    """1-based, in the order of the sheet, those that are sure first."""
    sheet: str
    ids: tuple[str, ...]
    why: tuple[Why, ...]
    sure: bool
    """False: somebody should look before they are merged."""
    maybe: tuple[Why, ...] = ()
    """What ties a row of a group that is sure to others, and is not."""


@dataclass(frozen=True)
class Common:
    """What too many rows say to prove anything."""

    column: str
    text: str
    count: int


@dataclass(frozen=True)
class Duplicates:
    """The groups of a sheet, and what was left out of account."""

    sheet: str
    groups: tuple[Group, ...]
    common: tuple[Common, ...] = ()
    compared: int = 0
    """How many pairs of names were looked at."""


def sheets_with(template: Template) -> tuple[str, ...]:
    """The sheets whose duplicates can be found, in order."""
    return tuple(sheet for sheet in template.records if rules_of(template, sheet))


def rules_of(template: Template, sheet: str) -> tuple[DuplicateRule, ...]:
    """Those that the sheet says, else the usual ones for its columns."""
    said = template.sheets[sheet].duplicates
    return usual(template.sheets[sheet]) if said is None else said


def find(reading: Reading, sheet: str, meter: Meter = unmetered) -> Duplicates:
    """
    Every group in that sheet of the reading.

    UsageError where nothing says by what duplicates are known, MissingExtra
    without rapidfuzz.  `meter` counts pairs of names.  The time grows with the rows, not with their square.
    """
    rules = rules_of(reading.template, sheet)
    if not rules:
        raise UsageError(
            tr(
                "nothing says by what duplicates in {sheet} are known; add duplicates: to the sheet in the template",
                sheet=sheet,
            )
        )
    if sheet not in reading.extracts:
        raise UsageError(tr("the spreadsheet has no tab for {sheet}; make it with: sheetcrm apply", sheet=sheet))
    rows = _Rows(reading, reading.extracts[sheet], rules, meter)
    ties: dict[tuple[int, int], Why] = {}
    # Names come after what is the same, which may prove or contradict them.
    for rule in sorted(rules, key=lambda rule: isinstance(rule, NamedRule)):
        for one, other, why in rule.compared(rows):
            known = ties.get((one, other))
            ties[one, other] = why if known is None else _both(known, why)
    return Duplicates(sheet, tuple(_groups(rows, ties)), tuple(rows.common), rows.compared)


Tie = tuple[int, int, Why]


@dataclass
class _Rows:
    """The rows of a sheet, to be compared (a `Comparison`); offsets are among those that are not blank."""

    reading: Reading
    extract: Extract
    rules: Sequence[DuplicateRule]
    meter: Meter
    common: list[Common] = field(default_factory=list)
    compared: int = 0
    same_in: set[tuple[int, int]] = field(default_factory=set)
    """Pairs that a rule over what is the same has found."""
    _folded: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def offsets(self) -> list[int]:
        """Those that take part."""
        samples, shared = self.reading.template.sample_keys(self.extract.sheet), self.extract.shared
        return [
            at
            for at, id_ in enumerate(self.extract.ids)
            if id_ is not None and id_ not in samples and id_ not in shared
        ]

    def text(self, column: str, at: int) -> str:
        """What that cell means, as text; as it stands where it makes no sense."""
        parsed = self.extract.parsed
        if column not in parsed.values:
            return ""
        value = parsed.values[column][at]
        cell = parsed.used[column][at] if value is None else value
        return "" if cell is None else str(cell)

    def folded(self, column: str) -> list[str]:
        """By offset, what is the same where people mean the same."""
        if column not in self._folded:
            known: dict[str, str] = {}
            found = []
            for at in range(len(self.extract.ids)):
                text = self.text(column, at)
                if text not in known:
                    known[text] = folded(text)
                found.append(known[text])
            self._folded[column] = found
        return self._folded[column]

    def title(self, column: str) -> str:
        return self.reading.template.sheets[self.extract.sheet].columns[column].title.say(self.reading.language)

    def why(self, one: int, other: int, columns: tuple[str, ...], percent: int, *, sure: bool) -> Why:
        t = texts(self.reading.language)
        titles = ", ".join(map(self.title, columns))
        text = t(N_("same {columns}"), columns=titles)
        if percent < SAME:
            text = t(N_("{columns} {percent} % alike"), columns=titles, percent=percent)
        ids = self.extract.ids
        return Why((ids[one] or "", ids[other] or ""), columns, percent, sure, text)

    def same(self, rule: SameRule) -> Iterator[Tie]:
        """Every two rows that say the same in all of the columns; sure unless they have unlike names."""
        columns = [self.folded(column) for column in rule.of]
        found: dict[tuple[str, ...], list[int]] = {}
        for at in self.offsets:
            said = tuple(column[at] for column in columns)
            if all(said):
                found.setdefault(said, []).append(at)
        for block in found.values():
            if len(block) > MOST:
                self.common.append(Common(rule.of[0], self.text(rule.of[0], block[0]), len(block)))
                continue
            for one, other in combinations(block, 2):
                self.same_in.add((one, other))
                yield one, other, self.why(one, other, rule.of, SAME, sure=not self._unlike(one, other))

    def companies(self, rule: NamedRule) -> Iterator[Tie]:
        """Alike by themselves, if nothing contradicts; sure where something supports it, or where they are firms of the same name."""
        for one, other, percent in self._alike(rule, likeness.company):
            if self._supported(one, other, rule.column):
                if percent >= rule.supported:
                    yield one, other, self.why(one, other, (rule.column,), percent, sure=percent >= rule.least)
            elif percent >= rule.least and (percent == SAME or not self._contradicted(one, other)):
                firms = any(likeness.company(self.text(rule.column, at)).formal for at in (one, other))
                sure = firms and percent == SAME and not self._contradicted(one, other)
                yield one, other, self.why(one, other, (rule.column,), percent, sure=sure)

    def people(self, rule: NamedRule) -> Iterator[Tie]:
        """Only where something supports it."""
        for one, other, percent in self._alike(rule, likeness.person):
            if percent >= rule.supported and self._supported(one, other, rule.column):
                sure = percent >= rule.least and not self._contradicted(one, other)
                yield one, other, self.why(one, other, (rule.column,), percent, sure=sure)

    def _alike(self, rule: NamedRule, named: Callable[[str], Name]) -> Iterator[tuple[int, int, int]]:
        by_name: dict[Name, list[int]] = {}
        for at in self.offsets:
            name = named(self.text(rule.column, at))
            if name.text:
                by_name.setdefault(name, []).append(at)
        for block in by_name.values():
            if len(block) > MOST:
                self.common.append(Common(rule.column, self.text(rule.column, block[0]), len(block)))
                continue
            yield from ((one, other, SAME) for one, other in combinations(block, 2))
        names = list(by_name)
        least = min(rule.least, rule.supported)
        for first, second in pairs([name.text for name in names]):
            self.compared += 1
            if self.compared % TOLD == 0:
                self.meter(tr("pairs of names compared"), self.compared, 0)
            percent = likeness.alike(names[first], names[second], least)
            if percent >= least and max(len(by_name[names[first]]), len(by_name[names[second]])) <= MOST:
                for one in by_name[names[first]]:
                    for other in by_name[names[second]]:
                        yield min(one, other), max(one, other), percent

    def _unlike(self, one: int, other: int) -> bool:
        """Whether the names of what the rows are about are certainly different."""
        column = next((rule.column for rule in self.rules if isinstance(rule, NamedRule)), None)
        if column is None:
            return False
        return likeness.unlike(likeness.company(self.text(column, one)), likeness.company(self.text(column, other)))

    def _contradicted(self, one: int, other: int) -> bool:
        """Whether both say something in a column that should be the same, and not the same, and no other column is."""
        if (one, other) in self.same_in:
            return False
        columns = [self.folded(rule.of[0]) for rule in self.rules if isinstance(rule, SameRule) and len(rule.of) == 1]
        return any(column[one] and column[other] and column[one] != column[other] for column in columns)

    def _supported(self, one: int, other: int, but: str) -> bool:
        """Whether they say something in common that few others say."""
        if (one, other) in self.same_in:
            return True
        for column, count in self._counts.items():
            said = self.folded(column)
            if (
                column != but
                and said[one] == said[other]
                and len(said[one]) >= SAYS_SOMETHING
                and count[said[one]] <= FEW
            ):
                return True
        return False

    @cached_property
    def _counts(self) -> dict[str, Counter[str]]:
        """How many rows say what, in the columns of short texts that people fill."""
        spec = self.reading.template.sheets[self.extract.sheet]
        columns = [
            key
            for key in spec.inputs
            if key in self.extract.cells
            and key != spec.key
            and _is_text(spec.columns[key])
            and not spec.columns[key].wrap
        ]
        return {key: Counter(self.folded(key)) for key in columns}


def _is_text(column: object) -> bool:
    return isinstance(column, TextColumn)


def _both(known: Why, also: Why) -> Why:
    """Two reasons for the same two rows."""
    columns = (*known.columns, *(one for one in also.columns if one not in known.columns))
    sure = known.sure or also.sure
    return Why(known.ids, columns, max(known.percent, also.percent), sure, f"{known.text}; {also.text}")


def _groups(rows: _Rows, ties: dict[tuple[int, int], Why]) -> Iterator[Group]:
    """Those that sure ties make, then those that the others make among rows that are in none."""
    sure = _connected([pair for pair, why in ties.items() if why.sure])
    taken = {at for block in sure for at in block}
    loose = _connected([pair for pair, why in ties.items() if not why.sure and not taken & set(pair)])
    tied: dict[int, list[tuple[int, int]]] = {}
    for pair in ties:
        for at in pair:
            tied.setdefault(at, []).append(pair)
    for number, block in enumerate([*sure, *loose], 1):
        members = set(block)
        around = dict.fromkeys(pair for at in block for pair in tied[at])
        inside = tuple(ties[pair] for pair in around if members.issuperset(pair))
        maybe = tuple(ties[pair] for pair in around if not members.issuperset(pair))
        ids = tuple(rows.extract.ids[at] or "" for at in block)
        yield Group(number, rows.extract.sheet, ids, inside, number <= len(sure), maybe)


def _connected(ties: Sequence[tuple[int, int]]) -> list[list[int]]:
    """The groups that pairs make, each in order, ordered by their first."""
    above: dict[int, int] = {}

    def top(at: int) -> int:
        while above.setdefault(at, at) != at:
            above[at] = at = above[above[at]]
        return at

    for one, other in ties:
        above[max(top(one), top(other))] = min(top(one), top(other))
    blocks: dict[int, list[int]] = {}
    for at in sorted(above):
        blocks.setdefault(top(at), []).append(at)
    return sorted(blocks.values())
