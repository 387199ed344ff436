"""
`'Sheet 1'!A2:C` ↔ a rectangle on a sheet.

Inside the server rows and columns count from 0 and ends are exclusive; A1 counts from 1 and includes them.  An end
that is None runs to the edge of the grid, wherever that is when the range is used.
"""

import re
from dataclasses import dataclass

from sheetcrm.server.errors import invalid

MAX_COLUMNS = 18_278
# Eighteen digits are more than any sheet has rows, and no more than Python reads at once.
CORNER = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]{0,17})?$")
R1C1 = re.compile(r"R(\d{1,18}|\[-?\d{1,18}\])?(?:C(\d{1,18}|\[-?\d{1,18}\])?)?$")
CELL_LIKE = re.compile(r"[A-Za-z]{1,3}[0-9]+$|[Rr][0-9]*[Cc][0-9]*$|[Rr][0-9]+$|[Cc][0-9]+$")
PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*$")


@dataclass(frozen=True)
class Box:
    """Rows [top, bottom) and columns [left, right) of some sheet; None is open."""

    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None


def letters(column: int) -> str:
    """`0` → `A`, `26` → `AA`."""
    name = ""
    column += 1
    while column > 0:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def column_index(name: str) -> int:
    """`A` → `0`, `aa` → `26`."""
    index = 0
    for letter in name.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def quoted(title: str) -> str:
    """A title as it stands before the `!`: in quotes unless it could not be taken for anything else."""
    if PLAIN_TITLE.match(title) and not CELL_LIKE.match(title):
        return title
    return "'" + title.replace("'", "''") + "'"


def name(title: str, top: int, bottom: int, left: int, right: int) -> str:
    """The normal form of a closed range: `Sheet1!A1:B2`, and `Sheet1!A1` when it is one cell."""
    first = f"{letters(left)}{top + 1}"
    last = f"{letters(right - 1)}{bottom}"
    return f"{quoted(title)}!{first}" if first == last else f"{quoted(title)}!{first}:{last}"


def split(text: str) -> tuple[str | None, str | None]:
    """`text` → (the title, what is after the `!`): no title without `!` or quotes, no rest after a title alone."""
    if text.startswith("'"):
        match = re.match(r"'((?:[^']|'')*)'(?:!(.*))?$", text, re.DOTALL)
        if not match:
            raise invalid(f"Unable to parse range: {text}")
        return match[1].replace("''", "'"), match[2]
    title, mark, rest = text.rpartition("!")
    return (title, rest) if mark else (None, text)


def parse_box(text: str) -> Box | None:
    """The part after the `!`, in A1 or R1C1; None when it is neither."""
    first, colon, last = text.partition(":")
    parsed = _a1(first, last if colon else None)
    return parsed or _r1c1(first, last if colon else None)


def _corner(text: str) -> tuple[int | None, int | None] | None:
    match = CORNER.match(text)
    if not match or not (match[1] or match[2]):
        return None
    return (int(match[2]) - 1 if match[2] else None, column_index(match[1]) if match[1] else None)


def _a1(first: str, last: str | None) -> Box | None:
    start = _corner(first)
    if start is None:
        return None
    if last is None:
        # A lone `A` or `1` is a title or a mistake, never a range.
        row, column = start
        return None if row is None or column is None else Box(row, row + 1, column, column + 1)
    end = _corner(last)
    if end is None or (start[0] is None and end[0] is not None and start[1] is None):
        return None
    top, bottom = _ordered(start[0], end[0])
    left, right = _ordered(start[1], end[1])
    return Box(top, bottom, left, right)


def _ordered(first: int | None, last: int | None) -> tuple[int | None, int | None]:
    if first is not None and last is not None:
        return min(first, last), max(first, last) + 1
    if first is None and last is not None:
        return last, None
    return first, None


def _r1c1(first: str, last: str | None) -> Box | None:
    start = R1C1.match(first)
    end = R1C1.match(last) if last is not None else start
    if not start or not end:
        return None
    top, bottom = _ordered(_r1c1_index(start[1]), _r1c1_index(end[1]))
    left, right = _ordered(_r1c1_index(start[2]), _r1c1_index(end[2]))
    before_the_first = min(top or 0, left or 0) < 0
    return None if before_the_first else Box(top, bottom, left, right)


def _r1c1_index(text: str | None) -> int | None:
    # Relative parts count from A1, where a range given to the API stands.
    if text is None:
        return None
    return int(text[1:-1]) if text.startswith("[") else int(text) - 1
