"""
Help → lines of a terminal, measured in its columns, for languages written without blanks.

A Chinese character takes two columns, and a line may end behind each, but for
punctuation; click counts letters and breaks at blanks.  English never comes here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise

import click

from sheetcrm.messages import tr

NOT_FIRST = frozenset("，。；：、！？）」』》】〉”’…·.,;:!?)]}>%/")
"""What no line begins with."""
NOT_LAST = frozenset("（「『《【〈“‘([{<$#@/")
"""What no line ends with."""
_CLOSING = frozenset("，。；：、！？）」』》】〉")
_LEAST = 10
_USAGE = 20


class Columns(click.HelpFormatter):
    """click's formatter, with widths in columns of the terminal."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The usage line; what does not fit goes on below its arguments."""
        lead = joined(((prefix or tr("Usage:")).strip(), prog)) + " "
        indent = width(lead) if width(lead) + _USAGE <= self.width else 4
        lines = list(filled(lead + args, self.width, rest=" " * indent))
        self.write("\n".join(lines) + "\n")

    def write_heading(self, heading: str) -> None:
        """The heading, and a colon of its language."""
        self.write(" " * self.current_indent + tr("{heading}:", heading=heading) + "\n")

    def write_text(self, text: str) -> None:
        """Paragraphs, each filled anew, but those marked by \\b."""
        indent = " " * self.current_indent
        self.write("\n".join(indent + line if line else "" for line in _lines(text, self.width - len(indent))) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Terms and what they mean, in two columns; behind a long term the meaning begins on the next line."""
        rows = list(rows)
        first = min(max((width(term) for term, _ in rows), default=0), col_max) + col_spacing
        indent = " " * (self.current_indent + first)
        room = max(self.width - len(indent), _LEAST)
        for term, meaning in rows:
            lines = list(_lines(meaning, room))
            short = width(term) + col_spacing <= first
            lead = " " * self.current_indent + term
            if lines and short:
                lead += " " * (first - width(term)) + lines.pop(0)
            self.write("\n".join([lead, *(indent + line if line else "" for line in lines)]) + "\n")


def width(text: str) -> int:
    """The columns that `text` takes in a terminal."""
    return sum(2 if _is_wide(letter) else 1 for letter in text)


def padded(text: str, room: int) -> str:
    """`text` with blanks up to that many columns; a longer one as it is."""
    return text + " " * max(room - width(text), 0)


def filled(text: str, room: int, *, rest: str = "") -> Iterator[str]:
    """`text` in lines of at most `room` columns, all but the first beginning with `rest`; a longer word stands alone."""
    line = ""
    for part in _parts(text):
        if line.strip() and width(line) + width(part.rstrip()) > room:
            yield line.rstrip()
            line = rest
        line += part
    if line.strip():
        yield line.rstrip()


def joined(lines: Iterable[str]) -> str:
    """Lines as one, with a blank between them where the language has blanks."""
    text = ""
    for line in lines:
        blank = text and text[-1] not in _CLOSING and not (_is_wide(text[-1]) and _is_wide(line[0]))
        text += " " * bool(blank) + line
    return text


def _lines(text: str, room: int) -> Iterator[str]:
    """The lines of a text of paragraphs, an empty one between two."""
    for at, paragraph in enumerate(text.strip("\n").split("\n\n")):
        if at:
            yield ""
        first, *others = paragraph.split("\n")
        if first.strip() == "\b":
            yield from others
        else:
            yield from filled(joined(line.strip() for line in (first, *others) if line.strip()), room)


def _parts(text: str) -> Iterator[str]:
    """Cut where a line may end; blanks stay with what is before them."""
    part = ""
    for letter, following in pairwise(text + " "):
        part += letter
        if _may_end(letter, following):
            yield part
            part = ""
    yield part


def _may_end(last: str, following: str) -> bool:
    """Whether a line may end between two letters that stand side by side."""
    if following == " ":
        return False
    if last == " ":
        return True
    if last in NOT_LAST or following in NOT_FIRST:
        return False
    return _is_wide(last) or _is_wide(following)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"
