"""
Parts of a sheet → the rows and columns that were asked for, column by column.

A cell that made no sense is None, and `Page.nonsense` has what stands there; one
that the format cannot hold is None, too, and `Page.unfit` names it: nothing is
cut off or rounded without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, Literal

from sheetcrm.errors import UsageError
from sheetcrm.layout import Layout
from sheetcrm.messages import tr
from sheetcrm.resources.base import Cell
from sheetcrm.schema.columns.base import BadCell, Column, Context
from sheetcrm.schema.columns.reading import as_text
from sheetcrm.schema.privacy import personal
from sheetcrm.schema.template import HIDDEN_ID, SheetSpec
from sheetcrm.sync.records import Extract, Issue, Parsed
from sheetcrm.variants import nearest

ISSUES = "_issues"
"""The key of the column that says what is wrong in a row."""
WELL_FORMED = "\ufffd"


@dataclass(frozen=True)
class Options:
    """What files may look like."""

    titles: bool = False
    """Headers and options as people read them, instead of keys; a file for Excel always has them."""
    excel: bool = False
    """A CSV that Excel opens rightly by a double click: a byte-order mark, CR LF."""
    raw: bool = False
    """Text as it stands, even where a spreadsheet program would run it."""
    decimals: Literal["exact", "float"] = "exact"
    issues: bool = False
    """With what is wrong in each row, in a column or a sheet of its own."""


@dataclass(frozen=True)
class Where:
    """Rows whose `column` is one of `values` (None: blank), or none of them."""

    column: str
    values: tuple[Any, ...]
    negated: bool = False

    @classmethod
    def parse(cls, text: str, sheet: str, context: Context) -> Where:
        """`stage=won,lost` or `stage!=won`; nothing behind the sign is blank.  Options by key or title.  UsageError."""
        name, sign, wanted = text.partition("=")
        negated, name = name.endswith("!"), name.removesuffix("!").strip()
        columns = context.template.sheets[sheet].columns
        if not sign:
            raise UsageError(tr("--where {text}: expected column=value, as in stage=won", text=text))
        if name not in columns:
            raise UsageError(
                tr(
                    "--where {text}: no such column in {sheet}: {name}{hint}",
                    text=text,
                    sheet=sheet,
                    name=name,
                    hint=nearest(name, list(columns)),
                )
            )
        return cls(name, tuple(_meant(one, columns[name], text, context) for one in wanted.split(",")), negated)

    def holds(self, value: Any) -> bool:
        """Whether a row with that value is meant; of several of a list one is enough."""
        mine = value if isinstance(value, tuple) and value else (None if value in ("", ()) else value,)
        return any(one in self.values for one in mine) != self.negated


def _meant(word: str, column: Column, text: str, context: Context) -> Any:
    if not word.strip():
        return column.blank()
    try:
        value = column.parse_cell(word.strip(), context)
    except BadCell as bad:
        known = [str(one) for one in column.states()]
        raise UsageError(tr("--where {text}: {bad}{hint}", text=text, bad=bad, hint=nearest(word, known))) from bad
    return value[0] if isinstance(value, tuple) and len(value) == 1 else value


@dataclass(frozen=True)
class Field:
    """A column as it is exported; `column` is None for what is wrong in the row."""

    key: str
    title: str
    column: Column | None

    @property
    def kind(self) -> Any:
        """The Python type of its values."""
        return str if self.column is None else self.column.python_annotation()


@dataclass(frozen=True)
class Table:
    """A sheet as it is exported: its fields in order."""

    sheet: str
    title: str
    """Of the tab."""
    fields: tuple[Field, ...]
    context: Context
    layout: Layout
    offered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Field key → what its dropdown offers, where there is one and it is known."""

    @property
    def spec(self) -> SheetSpec:
        """Its part of the template."""
        return self.context.template.sheets[self.sheet]


@dataclass(frozen=True)
class Unfit:
    """A value that a format cannot hold, and that is blank there."""

    sheet: str
    row: int
    column: str
    a1: str
    reason: str


@dataclass(frozen=True)
class Nonsense:
    """A cell that made no sense: what stands there as text, and why it makes none."""

    text: str
    bad: BadCell


@dataclass
class Page:
    """Some rows of a table; `values` by field key, all of one length."""

    table: Table
    numbers: Sequence[int]
    ids: Sequence[str | None]
    shared: Collection[str]
    """Ids that more than one row has."""
    values: dict[str, Sequence[Any]]
    unfit: list[Unfit] = field(default_factory=list)
    nonsense: Mapping[str, Mapping[int, Nonsense]] = field(default_factory=dict)
    """Field key → offset → the cell that is blank because it made no sense."""
    withheld: int = 0
    """Rows whose personal columns are blank because their person did not agree."""

    def __len__(self) -> int:
        return len(self.numbers)

    def refuse(self, key: str, offsets: Iterable[int], reason: str) -> None:
        """Make those cells blank and say why."""
        changed, layout, sheet = list(self.values[key]), self.table.layout, self.table.sheet
        for at in offsets:
            changed[at] = None
            row = self.numbers[at]
            a1 = f"{self.table.title}!{layout.cell(sheet, key, row) if layout.has(sheet, key) else row}"
            self.unfit.append(Unfit(sheet, row, key, a1, reason))
        self.values[key] = changed

    def fit(self, key: str, fits: Callable[[Any], bool], reason: str) -> None:
        """Blank what does not fit; each different value is looked at once."""
        wrong = {value for value in set(self.values[key]) if value is not None and not fits(value)}
        if wrong:
            self.refuse(key, [at for at, value in enumerate(self.values[key]) if value in wrong], reason)


@dataclass(frozen=True)
class Chosen:
    """Which rows and columns of a sheet."""

    table: Table
    where: tuple[Where, ...] = ()
    samples: bool = False
    agreed: bool = False
    """Whether personal columns are blank of people who did not agree, where the sheet asks for that."""

    @property
    def withholds(self) -> tuple[str, ...]:
        """The columns that may be blank for it."""
        spec = self.table.spec
        return personal(spec) if self.agreed and spec.consent is not None else ()

    def page(self, extract: Extract) -> tuple[Page, int]:
        """Those of an extract, and how many of their cells made no sense."""
        parsed, count = extract.parsed, len(extract.parsed.numbers)
        offsets = self._offsets(extract)
        every = len(offsets) == count
        nothing: list[Any] = [None] * count

        def chosen(values: Sequence[Any]) -> Sequence[Any]:
            return values if every else _at(values, offsets)

        values = {
            one.key: chosen(self._issues(extract) if one.key == ISSUES else parsed.values.get(one.key, nothing))
            for one in self.table.fields
        }
        withheld = self._withheld(extract, offsets)
        for key in values.keys() & self.withholds if withheld else ():
            values[key] = [None if at in withheld else value for at, value in enumerate(values[key])]
        nonsense = {key: found for key in values if (found := _nonsense(parsed, key, None if every else offsets))}
        for key in nonsense.keys() & self.withholds if withheld else ():
            nonsense[key] = {place: cell for place, cell in nonsense[key].items() if place not in withheld}
        page = Page(self.table, chosen(parsed.numbers), chosen(extract.ids), extract.shared, values, nonsense=nonsense)
        page.withheld = len(withheld)
        _well_formed(page)
        return page, sum(map(len, nonsense.values()))

    def _withheld(self, extract: Extract, offsets: Sequence[int]) -> frozenset[int]:
        """Places among these rows whose person did not agree."""
        consent = self.table.spec.consent
        if consent is None or not self.withholds:
            return frozenset()
        values = {key: extract.parsed.values[key] for key in consent.when if key in extract.parsed.values}
        return frozenset(place for place, at in enumerate(offsets) if not consent.given(values, at))

    def _offsets(self, extract: Extract) -> Sequence[int]:
        count = len(extract.parsed.numbers)
        offsets: Sequence[int] = range(count)
        examples = frozenset() if self.samples else extract.template.sample_keys(extract.sheet)
        if examples and not examples.isdisjoint(extract.ids):
            offsets = [at for at in offsets if extract.ids[at] not in examples]
        for where in self.where:
            column = extract.parsed.values.get(where.column, [None] * count)
            offsets = [at for at in offsets if where.holds(column[at])]
        return offsets

    def issues(self, extract: Extract) -> list[Issue]:
        """What is wrong, without what quotes a cell that is withheld."""
        withheld = self._withheld(extract, range(len(extract.parsed.numbers)))
        if not withheld:
            return list(extract.issues)
        rows = {extract.parsed.numbers[at] for at in withheld}
        return [one for one in extract.issues if one.row not in rows or one.column not in self.withholds]

    def _issues(self, extract: Extract) -> list[str | None]:
        said: dict[int, list[str]] = {}
        columns = self.table.spec.columns
        for issue in self.issues(extract):
            title = columns[issue.column].title.say(self.table.context.language) if issue.column else ""
            said.setdefault(issue.row or 0, []).append(f"{title}: {issue.message}")
        return ["; ".join(said[row]) if row in said else None for row in extract.parsed.numbers]


def _nonsense(parsed: Parsed, key: str, offsets: Sequence[int] | None) -> dict[int, Nonsense]:
    """By offset among those rows (None: all)."""
    bad = parsed.bad.get(key)
    if not bad:
        return {}
    places = {at: at for at in bad} if offsets is None else {at: place for place, at in enumerate(offsets) if at in bad}
    cells = parsed.used[key]
    return {place: Nonsense(_as_text(cells[at]), bad[at]) for at, place in places.items()}


def _as_text(cell: Cell) -> str:
    text = cell if isinstance(cell, str) else "" if cell is None else as_text(cell)
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _at(values: Sequence[Any], offsets: Sequence[int]) -> Sequence[Any]:
    if len(offsets) > 1:
        return list(itemgetter(*offsets)(values))
    return [values[at] for at in offsets]


def _well_formed(page: Page) -> None:
    """Halves of surrogate pairs, which no file in UTF-8 can have, become U+FFFD."""
    for one in page.table.fields:
        if one.kind is str:
            texts = page.values[one.key]
            try:
                "".join(filter(None, texts)).encode()
            except UnicodeEncodeError:
                page.values[one.key] = [
                    text and text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for text in texts
                ]


def fields(sheet: str, context: Context, columns: Sequence[str] | None, *, ids: bool, issues: bool) -> Iterator[Field]:
    """Those columns (keys or titles; None: all) in the order asked for; `ids`: with the hidden id.  UsageError."""
    spec, language = context.template.sheets[sheet], context.language
    titles = {title: key for key in spec.columns for title in (*spec.columns[key].title.all(), key)}
    if wrong := [one for one in columns or () if one not in titles]:
        raise UsageError(
            tr(
                "no such column in {sheet}: {name}{hint}",
                sheet=sheet,
                name=wrong[0],
                hint=nearest(wrong[0], list(titles)),
            )
        )
    wanted = (
        [titles[one] for one in columns] if columns is not None else [key for key in spec.columns if key != HIDDEN_ID]
    )
    if ids and spec.key is not None and spec.key not in wanted:
        wanted = [spec.key, *wanted]
    for key in dict.fromkeys(wanted):
        yield Field(key, spec.columns[key].title.say(language), spec.columns[key])
    if issues:
        yield Field(ISSUES, ISSUES, None)
