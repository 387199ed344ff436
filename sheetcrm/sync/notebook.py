"""
Records and issues → tables in HTML, for notebooks.

Whatever comes from a sheet is escaped, and a link is one only if it leads to
the web: a cell that says `javascript:…` is text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel

from sheetcrm.messages import N_, texts, tr
from sheetcrm.sync.records import Issue

MOST_ROWS = 20
"""More are counted, not shown."""
MOST_CHARACTERS = 200

R_co = TypeVar("R_co", bound=BaseModel, covariant=True)


class Issues(tuple[Issue, ...]):
    """Everything wrong; in a notebook a table with links to the cells, its headings in the language of the messages."""

    language: str

    def __new__(cls, issues: Iterable[Issue] = (), language: str = "en") -> Self:
        """`language` is that of the sheet."""
        made = super().__new__(cls, issues)
        made.language = language
        return made

    def _repr_html_(self) -> str:
        t = texts(self.language)
        header = [t(title) for title in (N_("Where"), N_("What"), N_("It says"), N_("Suggestion"), N_("Owner"))]
        rows = (
            (linked(issue.a1 or issue.sheet, issue.link), *map(cell, (issue.message, issue.text, issue.suggestion, issue.owner)))
            for issue in self
        )  # fmt: skip
        return table(header, rows, len(self), t(N_("nothing is wrong")))


class Records(tuple[R_co, ...], Generic[R_co]):
    """Records in the order of the sheet; in a notebook a table of the first of them."""

    titles: Sequence[str] = ()
    """What people see above the columns; the names of the fields where there are none."""
    texts: Callable[[Any], Iterable[str]] | None = None
    """A record → its values as people read them."""

    def _repr_html_(self) -> str:
        titles = self.titles or (list(type(self[0]).model_fields) if self else [])
        texts = self.texts or plain_texts
        return table(titles, ([cell(text) for text in texts(record)] for record in self), len(self), tr("no records"))


def record_table(record: BaseModel) -> str:
    """One record, a field a row."""
    names = type(record).model_fields
    rows = ([cell(name), cell(text)] for name, text in zip(names, plain_texts(record), strict=True))
    return table((), rows, 0, "")


def plain_texts(record: BaseModel) -> list[str]:
    """The values of a record's fields; empty for None."""
    values = (getattr(record, name) for name in type(record).model_fields)
    return ["" if value is None else str(value) for value in values]


def table(header: Sequence[str], rows: Iterable[Iterable[str]], count: int, nothing: str) -> str:
    """Rows of cells that are HTML already; of `count`, as many as are shown.  Instead of an empty table what `nothing` says."""
    shown = list(rows if not count else islice(rows, MOST_ROWS))
    if not shown:
        return f"<p>{escape(nothing)}</p>"
    head = "".join(f'<th style="text-align:left;white-space:nowrap">{escape(title)}</th>' for title in header)
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in shown)
    more = f"<p>{_how_many(len(shown), count)}</p>" if count > len(shown) else ""
    tables = f"<table>{f'<thead><tr>{head}</tr></thead>' if head else ''}<tbody>{body}</tbody></table>"
    # Many columns are scrolled, not squeezed until each letter has a line.
    return f'<div style="overflow-x:auto">{tables}</div>{more}'


def _how_many(shown: int, count: int) -> str:
    return escape(tr("{shown:,} of {count:,}", shown=shown, count=count))


def cell(text: object) -> str:
    """Any text from a sheet, at most so much of it."""
    said = "" if text is None else str(text)
    said = said if len(said) <= MOST_CHARACTERS else said[: MOST_CHARACTERS - 1] + "…"
    return f'<td style="text-align:left">{escape(said)}</td>'


def linked(text: str, link: str) -> str:
    """A text that leads somewhere, if that is on the web."""
    if not link.startswith(("https://", "http://")):
        return cell(text)
    return (
        f'<td style="text-align:left"><a href="{escape(link)}" target="_blank" rel="noopener">{escape(text)}</a></td>'
    )
