"""
What a digest says → a few lines of Markdown, for channels that are no mail.

Robots differ in how they escape, and some call people by what stands in the
text; so the signs that could do either are replaced by others that look alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sheetcrm.remind.parts import Block

_ALIKE = str.maketrans("<>[]*`|~@\\_#", "‹›［］∗ˋ｜～＠＼＿＃")


def short(values: Mapping[str, Any]) -> str:
    """A row a line, each with its link; `values` are what the templates get."""
    return "\n".join(_lines(values)).strip() + "\n"


def tame(text: str) -> str:
    """Text of a cell that is no Markdown and calls nobody."""
    return text.translate(_ALIKE)


def _lines(values: Mapping[str, Any]) -> Iterator[str]:
    yield f"**{tame(values['spreadsheet'])}** · {values['day']}"
    if values["note"]:
        yield from ("", tame(values["note"]))
    yield from ("", f"{tame(values['greeting'])} · {values['summary_text']}")
    for section in values["sections"]:
        yield from ("", *([f"**{section.title}**"] if section.title else []), *_rows(section.blocks))
    for listed in filter(None, (values["changes"], values["open"], values["expired"])):
        yield from ("", f"**{listed.title}**")
        yield from (f"- {_linked(line.name, line.link)} · {tame(line.note)}" for line in listed.lines)
        yield from filter(None, [listed.more])
    if values["url"]:
        yield from ("", _linked(values["open_text"], values["url"]))


def _rows(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        for entry in block.entries:
            beside = [block.title, entry.rule, entry.note]
            about = [tame(text) for text in beside if text and text != entry.name]
            yield " · ".join([f"- {_linked(entry.name, entry.link)}", f"**{entry.when}**", *about])
        yield from (f"- {tame(text)}" for text in (block.more, block.sum) if text)


def _linked(name: str, link: str) -> str:
    return f"[{tame(name)}]({link})" if link else tame(name)
