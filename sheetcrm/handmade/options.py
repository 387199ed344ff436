"""
Dropdowns, words that come again, formats → the settings that a type needs.

What is yielded is a candidate: whether it fits is asked afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sheetcrm.handmade.evidence import Evidence
from sheetcrm.handmade.keys import key_of
from sheetcrm.schema.context import Context

FEW, AGAIN = 12, 3
"""A column of words is a choice when there are so few of them and each stands there so often, on the average."""
LONGEST = 40
MOST_OPTIONS = 500
CURRENCIES = ("CNY", "USD", "EUR", "GBP", "JPY", "HKD", "TWD", "SGD", "AUD", "CAD", "CHF", "KRW", "INR")
"""Those whose sign is looked for in formats and cells; another one is for its author to say."""
_BETWEEN = re.compile(r"[,，、;；\n]")
_OURS = re.compile(r"\(\?i\)\^\\s\*\((.*?)\)\(\\s\*\[,")
_SHAPE = re.compile(r"(\D*)(\d{1,9})(\D*)")


def options_from(words: Sequence[str]) -> dict[str, str]:
    """Option key → title, in that order."""
    found: dict[str, str] = {}
    for number, title in enumerate(words, 1):
        found[key_of(title, found, f"option_{number}")] = title
    return found


def choice_options(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """The words of the dropdown; without one, the few words that come again and again."""
    if evidence.options:
        yield {"options": options_from(list(dict.fromkeys(evidence.options)))}
    elif evidence.validation is None:
        texts = [cell.strip() for cell in evidence.column.filled if isinstance(cell, str)]
        words = _often(texts)
        if words and len(texts) == len(evidence.column.filled):
            yield {"options": options_from(words)}


def choices_options(evidence: Evidence, lists: Collection[str], context: Context) -> Iterator[dict[str, Any]]:
    """The words that a rule of ours allows, or that stand with commas between again and again; or a list's."""
    if evidence.validation is not None:
        for said in evidence.validation.condition.values:
            if match := _OURS.search(said):
                words = [re.sub(r"\\(.)", r"\1", word).replace('""', '"') for word in re.split(r"(?<!\\)\|", match[1])]
                yield {"options": options_from(words)}
        return
    parts = [part.strip() for cell in evidence.column.filled for part in _BETWEEN.split(str(cell)) if part.strip()]
    if len(parts) > len(evidence.column.filled) and (words := _often(parts)):
        yield {"options": options_from(words)}
    columns = {sheet: context.template.sheets[sheet].columns for sheet in lists if sheet in context.template.sheets}
    yield from (
        {"options_from": f"{sheet}.{key}"}
        for sheet, found in columns.items()
        for key, column in found.items()
        if evidence.note and column.title.say(context.language) == evidence.column.title
    )


def list_options(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Everything that stands in the column."""
    words = list({str(cell).strip().casefold(): str(cell).strip() for cell in evidence.column.filled}.values())
    if 0 < len(words) <= MOST_OPTIONS:
        yield {"options": options_from(words)}


def id_shapes(evidence: Evidence) -> Iterator[dict[str, Any]]:
    """Numbered, where all ids have one shape; written by people; made by chance."""
    shapes = {
        (match[1], len(match[2]), match[3])
        for cell in evidence.cells
        if isinstance(cell, str) and (match := _SHAPE.fullmatch(cell))
    }
    if len(shapes) == 1 and all(isinstance(cell, str) for cell in evidence.cells):
        before, width, after = next(iter(shapes))
        if not {"{", "}"} & {*before, *after}:
            yield {"auto": f"{before}{{:0{width}d}}{after}"}
    yield {}
    if not evidence.cells:
        yield {"auto": "{:04d}"}


def money_settings(evidence: Evidence, context: Context, currencies: Collection[str]) -> Iterator[dict[str, Any]]:
    """The currencies whose format it has or whose sign it shows; or that of another column of the row."""
    yield {}
    pattern = evidence.format.pattern if evidence.format else ""
    from sheetcrm.schema.columns.money import symbol  # noqa: PLC0415 - CLDR is slow to open

    for code in CURRENCIES:
        if code != context.currency and symbol(code, context.language) in pattern:
            yield {"currency": code}
    yield from ({"currency_from": column} for column in currencies)
    yield {"decimals": 0}


def _often(words: Sequence[str]) -> list[str]:
    """The different words, when they are few and short and come again; the most frequent first."""
    counted = Counter(words)
    repeated = len(words) >= AGAIN * len(counted) and len(words) >= 6
    short = all(len(word) <= LONGEST for word in counted)
    distinct = len({word.casefold() for word in counted}) == len(counted)
    return (
        [word for word, _ in counted.most_common()] if len(counted) <= FEW and repeated and short and distinct else []
    )
