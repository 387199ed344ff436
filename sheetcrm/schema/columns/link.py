"""
Columns of the row → something to click, with a label.

A cell with a link of its own would read as its label and lose the address; so
the address stays in a column, and this one is computed from it.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, ClassVar, Literal

from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column, Context, Place, quoted
from sheetcrm.schema.columns.computed import Computed
from sheetcrm.schema.columns.text import TextColumn
from sheetcrm.schema.columns.url import UrlColumn
from sheetcrm.schema.rules import Trouble
from sheetcrm.schema.states import column_problem
from sheetcrm.schema.text import Text

_NAMED = re.compile(r"\{(\w+)\}")


class LinkColumn(Computed):
    """A link to click: `to: "{website}"` or `to: "https://example.com/?q={name}"`, under a `label`, maybe `"{name}"`."""

    python_type = str
    examples = (("Open", "Open"), ("", None))
    nonsense = ("#REF!", "#N/A")
    example_settings: ClassVar[dict[str, Any]] = {"to": "https://example.com/{id}", "label": "{id}"}

    type: Literal["link"] = "link"
    to: str
    """One column of type `url`, or an address with columns in it; what comes from them is escaped."""
    label: Text
    """What is shown; columns may stand in it."""

    @cached_property
    def inner(self) -> Column:
        """Its label."""
        return TextColumn(title=self.title)

    def own(self, place: Place, context: Context) -> str:
        """Blank where one of the columns of the address is."""
        columns = _NAMED.findall(self.to)
        address = self.to if _NAMED.fullmatch(self.to) else _joined(self.to, "ENCODEURL({})")
        link = f"HYPERLINK({address},{_joined(self.label.say(context.language), '{}')})"
        blank = [f'{{{column}}}=""' for column in dict.fromkeys(columns)]
        if not blank:
            return link
        lacking = blank[0] if len(blank) == 1 else f"OR({','.join(blank)})"
        return f'IF({lacking},"",{link})'

    def formula_problems(self, place: Place, context: Context) -> Iterator[Trouble]:
        """Columns that are not there, and an address that leads nowhere."""
        for name, texts in (("to", (self.to,)), ("label", self.label.all())):
            for column in dict.fromkeys(column for text in texts for column in _NAMED.findall(text)):
                if message := column_problem(place.sheet, column, context):
                    yield (name,), message
                    return
        alone = _NAMED.fullmatch(self.to)
        if alone and not isinstance(context.template.sheets[place.sheet].columns[alone[1]], UrlColumn | Computed):
            yield ("to",), tr("{column} is not a column of type url", column=alone[1])
        elif not alone and not re.match(r"https?://[^{/]|mailto:", self.to):
            yield ("to",), tr("a link begins with https://, http:// or mailto:, or is one column in braces")


def _joined(text: str, each: str) -> str:
    """`a {x}` → `"a "&{x}`, every column put into `each`."""
    pieces = []
    for at, piece in enumerate(_NAMED.split(text)):
        if at % 2:
            pieces.append(each.format(f"{{{piece}}}"))
        elif piece:
            pieces.append(f'"{quoted(piece)}"')
    return "&".join(pieces) or '""'
