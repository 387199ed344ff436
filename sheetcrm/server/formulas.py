"""
Formula text → the same formula after something moved.

Only references change; every other character, strings and spaces too, stays as it was typed.  A reference without a
sheet title means the sheet that the formula stands in, so each function asks where that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from sheetcrm.server.edits import Edit

BROKEN = "#REF!"
LAST_COLUMN = 18_278
LAST_ROW = 10_000_000

_COLUMN = r"\$?[A-Za-z]{1,3}"
_ROW = r"\$?[1-9][0-9]{0,7}"
_CORNER = rf"(?:{_COLUMN}{_ROW}|{_COLUMN}|{_ROW})"
# Possessive throughout: each character is looked at a bounded number of times, whatever the text.
_TOKEN = re.compile(
    rf"""
      (?P<string>"(?:[^"]|"")*+"?)
    | (?:(?P<title>'(?:[^']|'')*+'|[\w.]++)!)?
      (?P<reference>{_CORNER}:{_CORNER}|{_COLUMN}{_ROW}|\#REF!)(?![\w.!$]|\s*+\()
    | (?P<error>\#(?:N/A|NAME\?|DIV/0!|VALUE!|NUM!|NULL!|ERROR!))
    | (?P<function>[^\W\d][\w.]*+)(?=\s*+\()
    | (?P<name>[^\W\d][\w.]*+)(?![\w.!])
    | (?P<other>'(?:[^']|'')*+'?|\[[^\[\]]*+\]?|[\w.]++|[^\w"'#$\[(){{}},;]++|.)
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_PARTS = re.compile(r"(\$?)([A-Za-z]*)(\$?)([0-9]*)")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[Rr][0-9]*[Cc][0-9]*|true|false", re.IGNORECASE)

Axis = Literal["row", "column"]
Kind = Literal["string", "reference", "error", "function", "name", "other"]


@dataclass(frozen=True)
class Corner:
    """One end of a reference, 0-based; None where the column or the row is left open (`A2:A`, `3:3`)."""

    column: int | None
    row: int | None
    column_fixed: bool = False
    row_fixed: bool = False

    def text(self) -> str:
        """As A1 notation writes it."""
        column = "" if self.column is None else ("$" if self.column_fixed else "") + letters(self.column)
        return column + ("" if self.row is None else ("$" if self.row_fixed else "") + str(self.row + 1))

    def get(self, axis: Axis) -> int | None:
        """The row or the column."""
        return self.row if axis == "row" else self.column

    def put(self, axis: Axis, index: int | None) -> Corner:
        """The same corner in another row or column; its `$` stays."""
        return replace(self, row=index) if axis == "row" else replace(self, column=index)


@dataclass(frozen=True)
class Reference:
    """A cell (`last` is None) or a range, both corners inclusive; `title` is None when the formula names no sheet."""

    title: str | None
    first: Corner
    last: Corner | None = None

    @property
    def rows(self) -> tuple[int | None, int | None]:
        """Half-open; an open side is None."""
        return _side(self.first.row, (self.last or self.first).row)

    @property
    def columns(self) -> tuple[int | None, int | None]:
        """Half-open; an open side is None."""
        return _side(self.first.column, (self.last or self.first).column)

    def text(self) -> str:
        """As a formula writes it, title quoted where it must be."""
        return _titled(self.title) + self.first.text() + ("" if self.last is None else ":" + self.last.text())


@dataclass(frozen=True)
class Token:
    """A piece of a formula; the texts of all tokens, joined, are the formula."""

    kind: Kind
    text: str
    reference: Reference | None = None


@dataclass(frozen=True)
class Area:
    """A rectangle of one sheet, half-open, 0-based; an open side is None."""

    title: str
    rows: tuple[int | None, int | None]
    columns: tuple[int | None, int | None]


Change = Callable[[Reference], "Reference | None"]


def letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    text = ""
    column += 1
    while column:
        column, digit = divmod(column - 1, 26)
        text = chr(65 + digit) + text
    return text


def quoted(title: str) -> str:
    """A sheet title as a formula writes it: quoted unless it is a plain word that cannot be mistaken for a cell."""
    if _PLAIN_TITLE.fullmatch(title) and not _LIKE_A_CELL.fullmatch(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def _titled(title: str | None) -> str:
    return "" if title is None else quoted(title) + "!"


@lru_cache(maxsize=4096)
def tokens(formula: str) -> tuple[Token, ...]:
    """The pieces of `formula`, in order, nothing left out; never raises, whatever the text.

    Parentheses, braces, commas and semicolons outside strings stand alone.
    """
    return tuple(map(_token, _TOKEN.finditer(formula)))


def _token(match: re.Match[str]) -> Token:
    kind: Kind = match.lastgroup  # type: ignore[assignment]  # the pattern's groups are the kinds
    if kind != "reference":
        return Token(kind, match[0])
    if match["reference"].upper() == BROKEN:
        return Token("error", match[0])
    reference = _reference(match["title"], match["reference"])
    return Token("reference" if reference else "other", match[0], reference)


def references(formula: str) -> list[Reference]:
    """Every reference in `formula`, in order, repeats included; not what INDIRECT makes of a string."""
    return [token.reference for token in tokens(formula) if token.reference is not None]


def rewrite(formula: str, change: Change) -> str:
    """`formula` with every reference replaced by what `change` makes of it: None is `#REF!`, itself leaves the text alone."""
    return "".join(part if isinstance(part, str) else _changed(part, change) for part in _segments(formula))


@lru_cache(maxsize=4096)
def _segments(formula: str) -> tuple[str | Token, ...]:
    """The references, and between them the text that no change of references touches, whole."""
    parts: list[str | Token] = []
    for token in tokens(formula):
        if token.reference is not None:
            parts.append(token)
        elif parts and isinstance(parts[-1], str):
            parts[-1] += token.text
        else:
            parts.append(token.text)
    return tuple(parts)


def shifted(formula: str, rows: int, columns: int) -> str:
    """As copied `rows` down and `columns` to the right: relative parts follow, `$` parts stay, past the edge is `#REF!`."""
    if not rows and not columns:
        return formula
    down = _down(formula, columns) if rows else None
    if down is not None and all(0 <= row + rows < LAST_ROW for row in down[1]):
        return down[0] % tuple([row + rows + 1 for row in down[1]])
    return rewrite(formula, lambda reference: moved_by(reference, rows, columns))


@lru_cache(maxsize=4096)
def _down(formula: str, columns: int) -> tuple[str, tuple[int, ...]] | None:
    """A pattern with `%d` for each row that follows a copy down, and these rows; None when one is past the edge already."""
    pieces: list[str] = []
    at: list[int] = []
    for part in _segments(formula):
        reference = None if isinstance(part, str) else part.reference
        corners = _corners(reference)
        if any(corner.row is not None and corner.row >= LAST_ROW for corner in corners):
            return None
        rows = [corner.row for corner in corners if corner.row is not None and not corner.row_fixed]
        after = moved_by(reference, 0, columns) if reference is not None and rows else None
        if after is None:
            text = part if isinstance(part, str) else _changed(part, lambda one: moved_by(one, 0, columns))
            pieces.append(text.replace("%", "%%"))
        else:
            pieces.append(_titled(after.title).replace("%", "%%") + ":".join(map(_pattern, _corners(after))))
            at += rows
    return "".join(pieces), tuple(at)


def _corners(reference: Reference | None) -> list[Corner]:
    return [] if reference is None else [corner for corner in (reference.first, reference.last) if corner is not None]


def _pattern(corner: Corner) -> str:
    return corner.text() if corner.row is None or corner.row_fixed else replace(corner, row=None).text() + "%d"


def moved_by(reference: Reference, rows: int, columns: int) -> Reference | None:
    """`reference` as copied `rows` down and `columns` to the right; None past the edge."""
    if not rows and not columns:
        return reference
    first = _follow(reference.first, rows, columns)
    last = None if reference.last is None else _follow(reference.last, rows, columns)
    if first is None or (reference.last is not None and last is None):
        return None
    return replace(reference, first=first, last=last)


def edited(formula: str, *, formula_sheet: str, edited_sheet: str, edit: Edit) -> str:
    """After `edit` of the sheet titled `edited_sheet`, for a formula that stands in `formula_sheet`."""

    def follow(reference: Reference) -> Reference | None:
        return _edited(reference, edit) if _same(reference.title or formula_sheet, edited_sheet) else reference

    return rewrite(formula, follow)


def relocated(formula: str, *, formula_sheet: str, source: Area, target: Area) -> str:
    """After a cut of `source` and paste to the top left of `target`: references wholly inside `source` follow.

    What pointed into `target` and was overwritten keeps its text, as in Google's editor.
    """
    rows = (target.rows[0] or 0) - (source.rows[0] or 0)
    columns = (target.columns[0] or 0) - (source.columns[0] or 0)

    def follow(reference: Reference) -> Reference | None:
        title = reference.title or formula_sheet
        if not (_same(title, source.title) and _inside(reference, source)):
            return reference
        shown = target.title if reference.title or not _same(target.title, formula_sheet) else None
        last = None if reference.last is None else _offset(reference.last, rows, columns)
        return Reference(shown, _offset(reference.first, rows, columns), last)

    return rewrite(formula, follow)


def renamed_sheet(formula: str, old: str, new: str) -> str:
    """After the sheet titled `old` is called `new`."""
    return _retitled(formula, old, new)


def deleted_sheet(formula: str, title: str, *, formula_sheet: str | None = None) -> str:
    """After the sheet `title` is gone: references to it become `#REF!`; with `formula_sheet`, unqualified ones too."""

    def follow(reference: Reference) -> Reference | None:
        named = reference.title or formula_sheet
        return None if named is not None and _same(named, title) else reference

    return rewrite(_retitled(formula, title, None), follow)


def _retitled(formula: str, old: str, new: str | None) -> str:
    """Broken references keep the title that they had (`Sheet2!#REF!`), so a rename must reach these too."""

    def text(token: Token) -> str:
        title, mark, rest = token.text.rpartition("!") if token.reference else _broken(token)
        if not mark or not _same(_unquoted(title), old):
            return token.text
        if new is None:
            return BROKEN
        return f"{quoted(new)}!{rest}"

    return "".join(map(text, tokens(formula)))


def _broken(token: Token) -> tuple[str, str, str]:
    at = len(token.text) - len(BROKEN) - 1
    if token.kind == "error" and at > 0 and token.text[at] == "!":
        return token.text[:at], "!", BROKEN
    return "", "", token.text


def _changed(token: Token, change: Change) -> str:
    if token.reference is None:
        return token.text
    after = change(token.reference)
    if after is token.reference or after == token.reference:
        return token.text
    if after is None:
        return token.text.rpartition("!")[0] + "!" + BROKEN if token.reference.title is not None else BROKEN
    return after.text()


def _edited(reference: Reference, edit: Edit) -> Reference | None:
    by_rows = edit.dimension == "ROWS"
    if not edit.touches(*(reference.columns if by_rows else reference.rows)):
        return reference
    axis: Axis = "row" if by_rows else "column"
    if reference.last is None:
        before = reference.first.get(axis)
        index = None if before is None else edit.index(before)
        return None if index is None else replace(reference, first=reference.first.put(axis, index))
    old = reference.rows if by_rows else reference.columns
    new = edit.span(*old)
    if new is None or new == old:
        return reference if new else None
    first, last = _ordered(reference, axis)
    end = None if new[1] is None else new[1] - 1
    return replace(reference, first=first.put(axis, new[0]), last=last.put(axis, end))


def _ordered(reference: Reference, axis: Axis) -> tuple[Corner, Corner]:
    """The corners with the smaller row (or column) first, its `$` going along; an open one is the larger."""
    first, last = reference.first, reference.last or reference.first
    low, high = first.get(axis), last.get(axis)
    if low is not None and (high is None or low <= high):
        return first, last
    if axis == "row":
        return replace(first, row=high, row_fixed=last.row_fixed), replace(last, row=low, row_fixed=first.row_fixed)
    return (
        replace(first, column=high, column_fixed=last.column_fixed),
        replace(last, column=low, column_fixed=first.column_fixed),
    )


def _follow(corner: Corner, rows: int, columns: int) -> Corner | None:
    moved = _offset(corner, 0 if corner.row_fixed else rows, 0 if corner.column_fixed else columns)
    inside_rows = moved.row is None or 0 <= moved.row < LAST_ROW
    return moved if inside_rows and (moved.column is None or 0 <= moved.column < LAST_COLUMN) else None


def _offset(corner: Corner, rows: int, columns: int) -> Corner:
    row = None if corner.row is None else corner.row + rows
    return replace(corner, row=row, column=None if corner.column is None else corner.column + columns)


def _inside(reference: Reference, area: Area) -> bool:
    return _within(reference.rows, area.rows) and _within(reference.columns, area.columns)


def _within(inner: tuple[int | None, int | None], outer: tuple[int | None, int | None]) -> bool:
    starts = (inner[0] or 0) >= (outer[0] or 0)
    return starts and (outer[1] is None or (inner[1] is not None and inner[1] <= outer[1]))


def _side(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is None or last is None:
        return (last if first is None else first), None
    return min(first, last), max(first, last) + 1


def _same(one: str, other: str) -> bool:
    return one == other or one.casefold() == other.casefold()


def _unquoted(title: str) -> str:
    return title[1:-1].replace("''", "'") if title.startswith("'") else title


def _reference(title: str | None, text: str) -> Reference | None:
    """None for what only looks like one: a range of a column to a row, a column past the last."""
    first, _, last = text.partition(":")
    corners = _corner(first), _corner(last) if last else None
    if corners[0] is None or (last and corners[1] is None):
        return None
    reference = Reference(None if title is None else _unquoted(title), corners[0], corners[1])
    return None if reference.rows == reference.columns == (None, None) or _crossed(reference) else reference


def _crossed(reference: Reference) -> bool:
    first, last = reference.first, reference.last or reference.first
    return (first.column is None and last.row is None) or (first.row is None and last.column is None)


def _corner(text: str) -> Corner | None:
    match = _PARTS.fullmatch(text)
    if match is None:
        return None
    mark, column, row_mark, row = match.groups()
    if not column:
        return Corner(None, int(row) - 1, False, bool(mark or row_mark))
    index = column_index(column)
    return None if index >= LAST_COLUMN else Corner(index, int(row) - 1 if row else None, bool(mark), bool(row_mark))


def column_index(text: str) -> int:
    """A → 0, AA → 26; letters only, any case."""
    index = 0
    for letter in text.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
