"""
One managed thing in a spreadsheet: JSON in, requests out.

A Resource is compared by value and holds no id and no index: those change
under us and live in the Layout.  `read` yields only what the template wants
or what is provably ours, so nothing else can ever be changed or deleted.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self, TypeVar

from sheetcrm.layout import MADE_KEY, MARK_KEY, Layout
from sheetcrm.messages import N_, tr
from sheetcrm.resources.packing import unpacked

Json = dict[str, Any]
Cell = str | int | float | bool | None
"""A cell as the API gives it with UNFORMATTED_VALUE and SERIAL_NUMBER; a date is days since 1899-12-30, blank is "" or None."""
Request = dict[str, Any]
"""One entry of `requests` of a batchUpdate."""
Policy = Literal["restore", "keep", "once"]
Verdict = Literal["same", "keep", "change"]

_ABOUT = (
    (re.compile(r"column (?P<letters>[A-Z]+)"), N_("column {letters}")),
    (re.compile(r"another tab, column (?P<letters>[A-Z]+)"), N_("another tab, column {letters}")),
    (re.compile(r"group (?P<address>\S+)"), N_("group {address}")),
    (re.compile(r"(?P<place>\S+) from row (?P<row>\d+)"), N_("{place} from row {row}")),
)
"""What live resources say in words, of what it is."""

SPREADSHEET = "spreadsheet"
"""The `sheet` part of an address that belongs to the whole spreadsheet; no sheet may have this key."""


@dataclass(frozen=True, order=True)
class Address:
    """Where a resource belongs: `spreadsheet.locale`, `customers.tab`, `customers.stage.validation`."""

    sheet: str
    column: str
    """A column key; empty for what belongs to the sheet as a whole."""
    kind: str

    def __str__(self) -> str:
        """Join the parts by dots."""
        return ".".join(part for part in (self.sheet, self.column, self.kind) if part)

    @property
    def place(self) -> str:
        """The sheet or column alone, as marks have it: `customers` or `customers.stage`."""
        return f"{self.sheet}.{self.column}" if self.column else self.sheet


@dataclass(frozen=True)
class Resource:
    """A kind of managed thing; subclasses are frozen dataclasses, one file each."""

    kind: ClassVar[str]
    """The last part of its addresses."""
    rank: ClassVar[int]
    """Lower is sent earlier within the batch; structure is below 40."""
    policy: ClassVar[Policy]
    """What to do when people changed it: put it back, leave it, or never look again."""
    fixed: ClassVar[bool] = False
    """Whether that is no matter of taste, so that no template may decide otherwise."""
    fields: ClassVar[tuple[str, ...]] = ()
    """Paths of `spreadsheets.get` that `read` needs, dotted, from the top."""
    reversible: ClassVar[bool] = True
    """Whether writing what was there before takes it back."""
    entire: ClassVar[bool] = False
    """Whether `read` needs every row of its sheet."""
    follows: ClassVar[frozenset[str]] = frozenset()
    """`rows`, `columns`: it has to be sent again when its sheet grows that way; `header`: when its header row is made anew."""

    removable: ClassVar[bool] = False
    """Whether it is taken away when the template drops it."""
    optional: ClassVar[bool] = False
    """Whether people may take it away for good: what they took away comes back only when the template changes."""
    outlives: ClassVar[bool] = False
    """Whether it stays behind, broken, when its column is deleted."""

    @classmethod
    @abstractmethod
    def read(cls, description: Json, layout: Layout, desired: State) -> Iterator[tuple[Address, Self]]:
        """Every one of this kind in an answer of `spreadsheets.get` that is desired or ours."""

    @abstractmethod
    def create(self, address: Address, layout: Layout) -> list[Request]:
        """The requests that make it; says to the layout what moves."""

    def update(self, address: Address, layout: Layout, live: Self) -> list[Request]:
        """The requests that turn `live` into this one; where writing is the same as making: `create`."""
        return self.create(address, layout)

    def delete(self, address: Address, layout: Layout) -> list[Request]:
        """The requests that take it away; nothing for what goes with its column or is never taken away."""
        return []

    @property
    def digest(self) -> str:
        """Six characters that tell this one from another of its kind: what a tab remembers of what we last applied."""
        fields = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, default=sorted)
        return base64.urlsafe_b64encode(hashlib.sha256(fields.encode()).digest())[:6].decode()

    def verdict(self, live: Self, before: str | None, policy: Policy) -> Verdict:
        """
        What to do about `live` where this one is desired.

        `before` is the digest of what we last applied there, None when nobody
        knows: so a change of the template is told from a change by people.
        """
        if self == live or policy == "once":
            return "same"
        return "change" if policy == "restore" or self.alone(live, before) else "keep"

    def alone(self, live: Self, before: str | None) -> bool:
        """Whether the template changed since it was last applied and people did not."""
        return before is not None and before != self.digest and before == live.digest

    def needs(self, address: Address) -> frozenset[str]:
        """The sheets and columns (`log`, `log.date`) in which it stands or at which it looks."""
        return frozenset({address.sheet, address.place})

    def refers(self, address: Address) -> frozenset[str]:
        """The sheets whose growth it follows."""
        return frozenset(place.partition(".")[0] for place in self.needs(address))

    def heads(self) -> bool:
        """Whether it stands in the header row, and comes back with one that was deleted."""
        return False

    def loses_data(self) -> bool:
        """Whether deleting it takes cells of people along."""
        return False

    @abstractmethod
    def say(self, live: Self | None = None) -> str:
        """A few words for a line of a plan: the value, or what changes from `live` to it."""


R = TypeVar("R", bound=Resource)
State = Mapping[Address, Resource]
"""Live or desired: the same type."""


def kinds() -> list[type[Resource]]:
    """Every kind there is, by rank."""
    return sorted(Resource.__subclasses__(), key=lambda kind: kind.rank)


def changed(before: object, after: object) -> str:
    """`before → after`, or `after` alone where there was nothing; long texts are cut."""
    now = _short(after)
    return now if before is None or before == after else f"{_short(before)} → {now}"


def rows_text(rows: Collection[int]) -> str:
    """`row 5`, `rows 5, 9-13 and 40 more`."""
    runs: list[list[int]] = []
    for row in sorted(rows):
        if runs and runs[-1][1] == row - 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    said = [f"{first}-{last}" if last > first else f"{first}" for first, last in runs[:5]]
    rest = sum(last - first + 1 for first, last in runs[5:])
    values = {"count": len(rows), "rows": ", ".join(said), "rest": rest}
    return tr("{count:row|rows} {rows} and {rest} more", **values) if rest else tr("{count:row|rows} {rows}", **values)


def told(word: str) -> str:
    """A part of a live resource as the admin reads it: a key as it is, words that are no key in their language."""
    if " " not in word:
        return word
    about = ((text, found) for pattern, text in _ABOUT if (found := pattern.fullmatch(word)))
    return next((tr(text, **found.groupdict()) for text, found in about), "") or tr(word)


def _short(value: object) -> str:
    text = " / ".join(str(value).split("\n"))
    return text if len(text) <= 60 else text[:59] + "…"


def color_style(color: str) -> Json:
    """`#rrggbb` → ColorStyle; the empty text (no colour) → an empty message."""
    if not color:
        return {}
    channels = {name: int(color[at : at + 2], 16) / 255 for name, at in (("red", 1), ("green", 3), ("blue", 5))}
    return {"rgbColor": {name: value for name, value in channels.items() if value}}


def color_text(style: Json | None) -> str:
    """ColorStyle → lower-case `#rrggbb`, empty when there is none or it is a theme's; a left-out channel is 0."""
    if style is None or "rgbColor" not in style:
        return ""
    rgb = style["rgbColor"]
    return "#" + "".join(f"{round(float(rgb.get(name, 0)) * 255):02x}" for name in ("red", "green", "blue"))


def mark(address: Address, layout: Layout) -> list[Request]:
    """The requests that make the sheet or column of `address` known as ours, where it is and by its key of today."""
    if (stale := layout.stale_mark(address.place)) is not None:
        return [_rewritten(stale, address.place)]
    lookup = {"developerMetadataLookup": {"metadataId": layout.misplaced_mark(address.place)}}
    taken_off = [{"deleteDeveloperMetadata": {"dataFilter": lookup}}]
    sheet_id = layout.sheet_id(address.sheet)
    location: Json = {"sheetId": sheet_id}
    if address.column:
        index = layout.index(address.sheet, address.column)
        span = {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": index, "endIndex": index + 1}
        location = {"dimensionRange": span}
    # DOCUMENT: PROJECT would vanish when the credentials change project.
    metadata = {"metadataKey": MARK_KEY, "metadataValue": address.place, "visibility": "DOCUMENT"}
    made = {"createDeveloperMetadata": {"developerMetadata": {**metadata, "location": location}}}
    return [*taken_off, made] if layout.misplaced_mark(address.place) is not None else [made]


def remembered(part: Json, key: str, address: Address, layout: Layout) -> tuple[str, ...]:
    """The words of a sheet's metadata under `key`; its id is noted in the layout for `remember`."""
    for metadata in part.get("developerMetadata", []):
        if metadata.get("metadataKey") == key:
            layout.ids[str(address)] = metadata["metadataId"]
            return tuple(metadata.get("metadataValue", "").split())
    return ()


def remember(words: Collection[str], key: str, address: Address, layout: Layout) -> Request:
    """The request that makes a sheet's metadata under `key` exactly those words, in their order."""
    value = " ".join(words)
    if str(address) in layout.ids:
        return _rewritten(layout.ids[str(address)], value)
    metadata = {"metadataKey": key, "metadataValue": value, "visibility": "DOCUMENT"}
    location = {"sheetId": layout.sheet_id(address.sheet)}
    return {"createDeveloperMetadata": {"developerMetadata": {**metadata, "location": location}}}


def _rewritten(metadata_id: int | str, value: str) -> Request:
    lookup = {"developerMetadataLookup": {"metadataId": metadata_id}}
    new = {"metadataValue": value}
    return {"updateDeveloperMetadata": {"dataFilters": [lookup], "developerMetadata": new, "fields": "metadataValue"}}


def sheets_of(description: Json, layout: Layout) -> Iterator[tuple[str, Json]]:
    """Each sheet of ours: its key and its part of the description."""
    for part in description.get("sheets", []):
        key = layout.sheet_key(part["properties"]["sheetId"])
        if key is not None:
            yield key, part


def columns_of(description: Json, layout: Layout, desired: State, kind: str) -> Iterator[tuple[Address, Json, int]]:
    """Each located column that is to have a resource of `kind`, or has one of ours: address, description, index."""
    for sheet, part in sheets_of(description, layout):
        ours = made_before(part, sheet, layout)
        for column in layout.columns(sheet):
            address = Address(sheet, column, kind)
            if address in desired or address in ours:
                yield address, part, layout.index(sheet, column)


def made_before(part: Json, sheet: str, layout: Layout) -> dict[Address, str]:
    """
    What we last applied to a sheet, by digest, as its metadata has it: a word a column, `stage,header=a1B2c3,width=…`.

    Under the keys of today.  What is not in that form is nobody's.
    """
    today = {layout.former(f"{sheet}.{column}").partition(".")[2]: column for column in layout.columns(sheet)}
    made = {}
    for word in unpacked(remembered(part, MADE_KEY, Address(sheet, "", "memory"), layout)):
        column, *entries = word.split(",")
        for entry in entries:
            kind, _, digest = entry.partition("=")
            made[Address(sheet, today.get(column, column), kind)] = digest
    return made


def cell_of(part: Json, row: int, index: int) -> Json:
    """The CellData of 1-based `row` in the column at `index`; empty when the answer left it out."""
    for data in part.get("data", []):
        at, across = row - 1 - data.get("startRow", 0), index - data.get("startColumn", 0)
        rows = data.get("rowData", [])
        if 0 <= at < len(rows):
            cells = rows[at].get("values", [])
            if 0 <= across < len(cells):
                found: Json = cells[across]
                return found
    return {}


def data_cells(part: Json, index: int, layout: Layout, sheet: str) -> list[tuple[int, Json]]:
    """
    The row number and CellData of the data rows that were looked at, in the column at `index`.

    The first and the grid's last, because rows that people add at the end have
    nothing of ours; all of them when the layout was looked at `deep`.
    """
    last = layout.rows(sheet)
    rows = range(2, last + 1) if layout.deep else (2, last) if last > 2 else (2,)
    return [(row, cell_of(part, row, index)) for row in rows]


def least_like(
    desired: Resource | None, found: list[tuple[int, R | None]], address: Address, layout: Layout
) -> R | None:
    """Of what the rows have, the one that differs from what is desired; None when a row has nothing.  Notes which differ."""
    layout.wrong[str(address)] = tuple(row for row, one in found if one != desired)
    if any(one is None for _, one in found):
        return None
    return next((one for _, one in found if one != desired), found[0][1])
