"""
A survey and a template → what is bound to what, and the marks that say so.

Only marks are written: no value, no look, no rule.  What the template has and
the spreadsheet has not is told, and made by the next `apply`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sheetcrm.errors import FileError, Refused
from sheetcrm.handmade.known import copied_tabs
from sheetcrm.handmade.likeness import likeness
from sheetcrm.handmade.mapfile import Map
from sheetcrm.handmade.marks import Mark, Marked, Old, old_marks, place_marks
from sheetcrm.handmade.match import Match, Pair, Reason, match
from sheetcrm.handmade.place import language_of
from sheetcrm.handmade.seal import Sealed, seal
from sheetcrm.handmade.survey import FoundTab, Reads, Survey
from sheetcrm.layout import MARK_KEY, TEMPLATE_KEY, marked_template, same_title
from sheetcrm.layout.bound import BOUND_KEY, header_words
from sheetcrm.messages import tr
from sheetcrm.schema.context import Context
from sheetcrm.schema.template import HIDDEN_ID, Template

ENOUGH, SHARE, SHARE_OF_TAB = 2.0, 0.3, 0.4
"""What must speak for a tab of another title: so many sure columns, and such a share of the sheet's or of its own."""
AS_GOOD = 0.9


@dataclass(frozen=True)
class Bound:
    """A sheet and the tab that it is; why; which column is which."""

    sheet: str
    tab: FoundTab
    reason: Reason
    match: Match


@dataclass(frozen=True)
class Binding:
    """What belongs together; `lacking` are sheets without a tab, `unclear` those that may be one of several."""

    template: Template
    language: str
    bound: tuple[Bound, ...]
    lacking: tuple[str, ...]
    unclear: tuple[tuple[str, tuple[str, ...]], ...]
    unused: tuple[str, ...]
    """Titles of tabs that are nothing of the template's."""
    copies: tuple[tuple[str, tuple[str, ...]], ...]
    """Sheets whose mark several tabs have, and the titles of those that lose it."""
    removed: tuple[Old, ...]
    kept: tuple[Old, ...]

    def marks(self) -> list[Mark]:
        """The marks of every tab and column that was found."""
        return [mark for one in self.bound for mark in _marks(one)]

    def seal(self, gateway: Reads, today: date) -> Sealed:
        """What is to be written, and the plan that comes after it."""
        base = Marked(gateway, removed=self.removed)
        return seal(base, self.template, self.language, today=today, places=self.marks(), kept=self.kept)


def bind(survey: Survey, template: Template, said: Map, *, language: str | None = None, anew: bool = False) -> Binding:
    """
    Find the counterpart of every sheet and column; `anew` forgets marks that are there.

    Refused for the spreadsheet of another template.
    """
    old = old_marks(survey.description)
    if not anew:
        _same_template(survey, template)
    language = language or language_of(column.title for tab in survey.tabs for column in tab.columns)
    finder = _Finder(survey, template, template.context(language), said, {} if anew else _marked(old))
    found = finder.all()
    tabs = {one.tab.id for one in found}
    wanted = {mark for one in found for mark in (*_marks(one), _headers(one))}
    kept = () if anew else tuple(one for one in old if _stays(one, wanted, tabs))
    known = {one.sheet for one in found} | {sheet for sheet, _ in finder.unclear}
    return Binding(
        template,
        language,
        tuple(found),
        tuple(key for key in template.sheets if key not in known),
        tuple(finder.unclear),
        tuple(tab.title for tab in survey.tabs if tab.id not in tabs and tab.columns),
        tuple(_copies(survey, {one.tab.title for one in found})),
        tuple(one for one in old if one not in kept),
        kept,
    )


def _copies(survey: Survey, bound: set[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Sheets whose mark several tabs have, and those of them that are not bound."""
    for key, titles in copied_tabs(survey.description).items():
        if others := tuple(title for title in titles if title not in bound):
            yield key, others


def _same_template(survey: Survey, template: Template) -> None:
    made = marked_template(survey.description)
    if made is None:
        return
    before = {made.template, *dict(made.lineage)}
    if not before & {template.key, *dict(template.lineage)}:
        raise Refused(
            tr(
                "refused: this spreadsheet has the marks of {made} (version {version}): it was made from that template, or copied whole from one that was; to bind it to {template} all the same, and forget those marks, add --anew",
                made=made.template,
                version=made.version,
                template=template.key,
            )
        )


def _marked(old: list[Old]) -> dict[tuple[int, str], dict[str, int]]:
    """By tab and the sheet that it says it is, the indexes of marked columns."""
    found: dict[tuple[int, str], dict[str, int]] = {}
    for one in old:
        if one.key == MARK_KEY and one.sheet_id is not None:
            sheet, _, column = one.value.partition(".")
            columns = found.setdefault((one.sheet_id, sheet), {})
            if column and one.index is not None:
                columns.setdefault(column, one.index)
    return found


def _stays(old: Old, wanted: set[Mark], tabs: set[int]) -> bool:
    """Whether a mark that is there is right: it says what we would say, or belongs to a tab that stays ours."""
    if old.key in (MARK_KEY, BOUND_KEY):
        return Mark(old.key, old.value, old.sheet_id, old.index) in wanted
    return old.key == TEMPLATE_KEY or old.sheet_id in tabs


def _marks(one: Bound) -> list[Mark]:
    columns = {pair.key: pair.column.index for pair in one.match.pairs}
    hidden = [column.index for column in one.tab.columns if column.title == HIDDEN_ID and column.hidden]
    return place_marks(one.sheet, one.tab.id, {**({HIDDEN_ID: hidden[0]} if hidden else {}), **columns})


def _headers(one: Bound) -> Mark:
    return Mark(BOUND_KEY, header_words(column.title for column in one.tab.columns), one.tab.id)


class _Finder:
    """One search for the tabs of a template; `unclear` fills while it runs."""

    def __init__(
        self,
        survey: Survey,
        template: Template,
        context: Context,
        said: Map,
        marked: dict[tuple[int, str], dict[str, int]],
    ) -> None:
        self._tabs = {tab.id: tab for tab in survey.tabs if tab.columns}
        self._template, self._context, self._said, self._marked = template, context, said, marked
        self.unclear: list[tuple[str, tuple[str, ...]]] = []

    def all(self) -> list[Bound]:
        """Every sheet that has a tab, in the order of the template."""
        found: dict[str, Bound] = {}
        for stage in (self._by_word, self._by_mark, self._by_title, self._by_columns):
            for sheet in self._template.sheets:
                if sheet in found or (sheet in self._said.tabs and stage != self._by_word):
                    continue
                if (one := stage(sheet, {bound.tab.id for bound in found.values()})) is not None:
                    found[sheet] = one
        self.unclear = [(sheet, titles) for sheet, titles in self.unclear if sheet not in found]
        return [found[sheet] for sheet in self._template.sheets if sheet in found]

    def _by_word(self, sheet: str, _taken: set[int]) -> Bound | None:
        tab = self._tabs.get(self._said.tabs.get(sheet) or -1)
        if tab is None and self._said.tabs.get(sheet) == 0:
            tab = self._tabs.get(0)
        return self._bound(sheet, tab, "map") if tab else None

    def _by_mark(self, sheet: str, taken: set[int]) -> Bound | None:
        """Of a tab and its copies the one that has the title, else the one of the shorter: a copy says that it is one."""
        titles = self._template.titles(sheet)
        tabs = [self._tabs[tab] for tab, key in self._marked if key == sheet and tab in self._tabs and tab not in taken]
        tabs.sort(key=lambda tab: (not any(same_title(tab.title, title) for title in titles), len(tab.title)))
        return self._bound(sheet, tabs[0], "mark") if tabs else None

    def _by_title(self, sheet: str, taken: set[int]) -> Bound | None:
        """A tab of that title; a page or lists only with the columns of one."""
        for tab in self._free(taken):
            if any(same_title(tab.title, title) for title in self._template.titles(sheet)):
                found = self._bound(sheet, tab, "title")
                records = self._template.sheets[sheet].content == "records"
                if found.match.pairs and (
                    records or 2 * len(found.match.pairs) >= len(self._template.sheets[sheet].columns)
                ):
                    return found
        return None

    def _by_columns(self, sheet: str, taken: set[int]) -> Bound | None:
        """The tab whose columns are most like the sheet's."""
        spec = self._template.sheets[sheet]
        if spec.content != "records":
            return None
        tabs = [self._bound(sheet, tab, "likeness") for tab in self._free(taken)]
        weighed = sorted(((self._weight(one), one) for one in tabs), key=lambda two: -two[0])
        inputs = SHARE * sum(not column.computed for column in spec.columns.values())
        weighed = [
            (weight, one)
            for weight, one in weighed
            if weight >= max(ENOUGH, min(inputs, SHARE_OF_TAB * len(one.tab.columns)))
        ]
        if not weighed:
            return None
        alike = [one for weight, one in weighed if weight >= AS_GOOD * weighed[0][0]]
        if len(alike) > 1:
            self.unclear.append((sheet, tuple(one.tab.title for one in alike)))
            return None
        better = [
            other for other in self._template.sheets if other != sheet and self._claims(other, alike[0], weighed[0][0])
        ]
        return None if better else alike[0]

    def _claims(self, other: str, one: Bound, weight: float) -> bool:
        """Whether that tab is more likely another sheet of the template."""
        if self._template.sheets[other].content != "records" or other in self._said.tabs:
            return False
        return self._weight(self._bound(other, one.tab, "likeness")) > weight

    def _weight(self, one: Bound) -> float:
        titles = self._template.titles(one.sheet)
        return one.match.weight + max(likeness(one.tab.title, title) for title in titles)

    def _free(self, taken: set[int]) -> Iterator[FoundTab]:
        marked = {tab for tab, key in self._marked if key in self._template.sheets}
        return (tab for tab in self._tabs.values() if tab.id not in taken | marked)

    def _bound(self, sheet: str, tab: FoundTab, reason: Reason) -> Bound:
        spec = self._template.sheets[sheet]
        found = match(spec, tab, self._context, self._marked.get((tab.id, sheet), {}))
        return Bound(sheet, tab, reason, self._corrected(sheet, tab, found))

    def _corrected(self, sheet: str, tab: FoundTab, found: Match) -> Match:
        """As the map says it."""
        words = {place.partition(".")[2]: place for place in self._said.columns if place.partition(".")[0] == sheet}
        if not words:
            return found
        pairs = [pair for pair in found.pairs if pair.key not in words]
        for key, place in words.items():
            column = self._said.column(place, tab) if self._said.columns[place] is not None else None
            if column is None:
                self._refuse_by_title(sheet, key, place, tab)
                continue
            cells = column.filled
            _, bad = self._template.sheets[sheet].columns[key].parse(cells, self._context)
            pairs = [pair for pair in pairs if pair.column.index != column.index]
            pairs.append(Pair(key, column, "map", 1.0, len(cells) - len(bad), len(cells)))
        used, keys = {pair.column.index for pair in pairs}, {pair.key for pair in pairs}
        order = [key for key in self._template.sheets[sheet].columns if not key.startswith("_")]
        return replace(
            found,
            pairs=tuple(sorted(pairs, key=lambda pair: order.index(pair.key))),
            missing=tuple(key for key in order if key not in keys),
            unused=tuple(column for column in tab.columns if column.index not in used),
            unclear=tuple(one for one in found.unclear if one[0] not in words),
        )

    def _refuse_by_title(self, sheet: str, key: str, place: str, tab: FoundTab) -> None:
        """A column that is not to be bound and has the very title would be found by it all the same."""
        titles = self._template.titles(sheet, key)
        if any(same_title(column.title, title) for column in tab.columns for title in titles):
            message = tr("a column has its very title and would be found by that; retitle it first")
            raise FileError([self._said.problem(("columns", place), message)])
