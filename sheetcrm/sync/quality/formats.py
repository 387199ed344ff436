"""
Issues → groups, CSV, a page to print.

Whatever came from a cell is only ever text here: escaped in a page, kept from
being run in a CSV.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import date
from html import escape
from typing import Literal
from unicodedata import category

from sheetcrm.errors import UsageError
from sheetcrm.messages import N_, Texts, tag, texts, tr
from sheetcrm.schema.template import Template
from sheetcrm.sync.dump import guarded
from sheetcrm.sync.quality.codes import CODES
from sheetcrm.sync.records import Issue
from sheetcrm.variants import nearest

By = Literal["sheet", "owner"]

STYLE = """\
body { font: 14px/1.45 system-ui, "PingFang SC", "Microsoft YaHei", sans-serif; margin: 2em auto; max-width: 70em; padding: 0 1em; color: #1d2733; }
h1 { font-size: 1.5em; margin-bottom: 0; } h2 { font-size: 1.15em; margin: 1.6em 0 .4em; }
p { color: #52606d; margin: .3em 0; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35em .6em; border-bottom: 1px solid #d8dee4; overflow-wrap: anywhere; }
th { background: #f0f3f6; } td:first-child { white-space: nowrap; } code { color: #52606d; }
/* On a phone each row is a block, with its headings; what is blank takes no room. */
@media screen and (max-width: 40em) {
  body { margin: 1em auto; } thead, td:empty { display: none; } table, tbody, tr, td { display: block; }
  tr { padding: .5em 0; border-bottom: 1px solid #d8dee4; } td { border: 0; padding: .1em 0; }
  td[data-head]::before { content: attr(data-head) ": "; color: #52606d; }
}
@media print { body { margin: 0; max-width: none; } a { color: inherit; text-decoration: none; } tr { break-inside: avoid; } thead { display: table-header-group; } }
"""
"""Of the page, which loads nothing from anywhere."""


def chosen(issues: Iterable[Issue], only: Collection[str], template: Template) -> tuple[Issue, ...]:
    """
    Those of the codes and sheets (by key or title) named in `only`; all of them when it is empty.

    UsageError for a word that is neither, with the nearest right one.
    """
    found = tuple(issues)
    titles = {title: key for key in template.sheets for title in (key, *template.titles(key))}
    known = {*CODES, *titles, *(issue.code for issue in found)}
    for word in only:
        if word not in known:
            raise UsageError(
                tr(
                    "neither a code nor a sheet: {word}{hint} (see docs/issues.md)",
                    word=word,
                    hint=nearest(word, sorted(known)),
                )
            )
    wanted = {titles.get(word, word) for word in only}
    codes = {word for word in only if word not in titles}
    return tuple(issue for issue in found if not only or issue.sheet in wanted or issue.code in codes)


def grouped(issues: Iterable[Issue], by: By) -> dict[str, list[Issue]]:
    """By sheet key, in the order they come, or by the owner's name, in that of names; whose owner nobody knows last, as ``""``."""
    groups: dict[str, list[Issue]] = {}
    for issue in issues:
        groups.setdefault((issue.owner or "") if by == "owner" else issue.sheet, []).append(issue)
    if by == "sheet":
        return groups
    return {owner: groups[owner] for owner in sorted(groups, key=lambda owner: (not owner, owner))}


def as_csv(issues: Iterable[Issue]) -> str:
    """One line an issue, below the names of `Issue`'s fields; RFC 4180 with \\n, text that would be run with a ' in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [field.name for field in fields(Issue)]
    writer.writerow(names)
    for issue in issues:
        cells = [getattr(issue, name) for name in names]
        writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue()


def as_page(
    issues: Sequence[Issue], *, title: str, tabs: Mapping[str, str], language: str, day: date, by: By = "sheet"
) -> str:
    """
    An HTML page that needs nothing beside it and can be printed: a table a group, and what the codes in it ask for.

    `title` is the spreadsheet's, `tabs` has the titles of its tabs by sheet key, `day` that of the check.
    """
    t = texts(language)
    said = t(N_("{count} to see to, as of {day}"), count=len(issues), day=day.isoformat())
    said = said if issues else t(N_("Nothing is wrong, as of {day}"), day=day.isoformat())
    names = {"": t(N_("Nobody's"))} if by == "owner" else {"": title, **tabs}
    body = "".join(
        [f"<h1>{_text(title)}</h1>\n<p>{_text(said)}</p>\n", *_groups(issues, t, names, by), *_legend(issues, t)]
    )
    headline = f"{title} – " + t(N_("Issues"))
    wide = '<meta name="viewport" content="width=device-width, initial-scale=1">'
    head = f'<meta charset="utf-8">{wide}<title>{_text(headline)}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="{tag(language)}"><head>{head}</head>\n<body>\n{body}</body></html>\n'


def _groups(issues: Sequence[Issue], t: Texts, names: Mapping[str, str], by: By) -> Iterator[str]:
    heads = (N_("Where"), N_("What"), N_("It says"), N_("Suggestion"), N_("Code"))
    for name, group in grouped(issues, by).items():
        yield f"<h2>{_text(names.get(name, name))} ({len(group)})</h2>\n"
        yield from _table(heads, map(_cells, group), t)


def _legend(issues: Sequence[Issue], t: Texts) -> Iterator[str]:
    """What the codes on the page mean."""
    count = Counter(issue.code for issue in issues if issue.code in CODES)
    if count:
        title = t(N_("What to do"))
        yield f"<h2>{_text(title)}</h2>\n"
        rows = (
            (f"<code>{code}</code>", str(number), _text(t(CODES[code].meaning)), _text(t(CODES[code].remedy)))
            for code, number in sorted(count.items())
        )
        yield from _table((N_("Code"), N_("How often"), N_("Meaning"), N_("Way out")), rows, t)


def _cells(issue: Issue) -> tuple[str, ...]:
    place = _text(issue.a1 or issue.sheet)
    if issue.link.startswith(("https://", "http://")):
        place = f'<a href="{escape(issue.link)}">{place}</a>'
    return (
        place,
        _text(issue.message),
        _text(issue.text),
        _text(issue.suggestion or ""),
        f"<code>{_text(issue.code)}</code>",
    )


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], t: Texts) -> Iterator[str]:
    titles = [_text(t(head)) for head in heads]
    yield f"<table><thead><tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr></thead><tbody>\n"
    # The first cell says which row it is and needs no heading.
    starts = ["<td>", *(f'<td data-head="{title}">' for title in titles[1:])]
    for row in rows:
        yield f"<tr>{''.join(f'{start}{cell}</td>' for start, cell in zip(starts, row, strict=True))}</tr>\n"
    yield "</tbody></table>\n"


def _text(text: str) -> str:
    """Escaped, and without what a page may not hold: controls, halves of surrogate pairs."""
    return escape("".join("\ufffd" if category(char) in ("Cc", "Cs") and char not in "\n\t" else char for char in text))
