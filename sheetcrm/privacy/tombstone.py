"""
A person's values and rows → keyed hashes of them, which say nothing without this machine's key.

What is on a tombstone is found again wherever it stands, by trying every piece
of a text; nobody can read from it who it is about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, Self

from sheetcrm.logs import keyed
from sheetcrm.privacy.folding import Forms, Kind, mail_form, name_form

BYTES = 12


@dataclass(frozen=True)
class RowOf:
    """A row that is a person's: in which spreadsheet (its id) and sheet (its key), by its id."""

    spreadsheet: str
    sheet: str
    id: str
    own: bool = True
    """It is about them; otherwise it hangs on a row that is (a purchase, a note)."""


@dataclass(frozen=True)
class Treatment:
    """What becomes of the rows of a sheet: `gone` whole, or these columns, True for those in which a word must stand."""

    key: str
    gone: bool
    columns: Mapping[str, bool]


@dataclass(frozen=True)
class Tombstone:
    """Who was erased, as it is kept."""

    mark: str
    """Its own name: sixteen hex digits."""
    when: str
    key: str
    """Tells the key with which it was made from others."""
    names: Mapping[str, list[str]]
    """Length of the form → hashes; as `near` and `tels`."""
    near: Mapping[str, list[str]]
    tels: Mapping[str, list[str]]
    mails: list[str]
    own: list[str]
    others: list[str]
    """Rows that hang on theirs."""
    sheets: Mapping[str, Mapping[str, Any]]
    """By `place_of`, a `Treatment`."""
    archives: list[str] = field(default_factory=list)
    """Backups that still hold this person, as far as was known then, below the folder of backups."""
    done: bool = False

    @classmethod
    def of(
        cls, known: Forms, near: frozenset[str], rows: Collection[RowOf], sheets: Mapping[str, Treatment], when: str
    ) -> Self:
        """Of somebody who is `known` by that everywhere, by the names `near` in rows of theirs, and has these rows."""
        hashes = Hashes()
        names, close = hashes.by_length("name", known.names), hashes.by_length("name", near)
        tels, mails = hashes.by_length("tel", known.tels), sorted(hashes.of("mail", one) for one in known.mails)
        own = sorted(hashes.row(row) for row in rows if row.own)
        return cls(
            mark=keyed(repr((names, close, tels, mails, own)))[:16],
            when=when,
            key=key_mark(),
            names=names,
            near=close,
            tels=tels,
            mails=mails,
            own=own,
            others=sorted(hashes.row(row) for row in rows if not row.own),
            sheets={key: asdict(one) for key, one in sheets.items()},
        )

    def json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    def knows(self, text: str) -> bool:
        """Whether it is somebody called so, with that address or number."""
        hashes = Hashes()
        digits = "".join(char for char in text if char.isdecimal())
        named, called = hashes.of("name", name_form(text)), hashes.of("tel", digits)
        names = [*self.names.values(), *self.near.values()]
        return (
            hashes.of("mail", mail_form(text)) in self.mails
            or any(named in found for found in names)
            or any(called in found for found in self.tels.values())
        )

    def has_row(self, sheets: Iterable[tuple[str, str]], text: str) -> bool:
        """Whether a row of theirs in one of those sheets (spreadsheet, sheet) is called so: by its id, or `sheet:id`."""
        hashes = Hashes()
        named, _, id_ = text.rpartition(":")
        rows = [
            RowOf(book, sheet, one) for book, sheet in sheets for one in (text, id_) if one == text or sheet == named
        ]
        return any(hashes.row(row) in self.own for row in rows)


class Hashes:
    """Values and rows as they stand on a tombstone; nobody makes them without this machine's key."""

    def __init__(self) -> None:
        self._key = bytes.fromhex(keyed("erased"))

    def of(self, kind: Kind, form: str) -> str:
        """A value in its form."""
        return self._of(f"{kind} {form}")

    def row(self, row: RowOf) -> str:
        """A row."""
        return self._of(f"row {row.spreadsheet}\0{row.sheet}\0{row.id}")

    def by_length(self, kind: Kind, forms: Iterable[str]) -> dict[str, list[str]]:
        """Values by the length of their form."""
        found: dict[str, list[str]] = {}
        for form in sorted(forms):
            found.setdefault(str(len(form)), []).append(self.of(kind, form))
        return found

    def raw(self, kind: Kind, form: str) -> bytes:
        """As `of`, for who tries many."""
        return blake2b(f"{kind} {form}".encode("utf-8", "replace"), key=self._key, digest_size=BYTES).digest()

    def _of(self, text: str) -> str:
        return blake2b(text.encode("utf-8", "replace"), key=self._key, digest_size=BYTES).hexdigest()


def place_of(spreadsheet: str, sheet: str) -> str:
    """A sheet of a spreadsheet."""
    return f"{spreadsheet}/{sheet}"


def key_mark() -> str:
    """Eight hex digits that tell this machine's key from others."""
    return keyed("which key")[:8]
