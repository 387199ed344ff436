"""
A list that the team may extend, one column of the 选项 tab.

It begins with the template's options; their values are keys, what people add is its own text.
"""

from collections.abc import Iterator
from typing import Any, ClassVar, Literal

from sheetcrm.messages import N_
from sheetcrm.resources.base import Address, Cell, Resource
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.offered import Offered
from sheetcrm.resources.rewording import Rewording
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.options import Options, option_key, reworded
from sheetcrm.schema.columns.reading import shown, wordless
from sheetcrm.schema.rules import Rule, UniqueRule


class ListColumn(Column):
    """Options for other columns, a row each."""

    python_type = str
    examples = (("网站", "web"), ("Website", "web"), ("抖音", "抖音"))
    nonsense = (True, "a\nb", "   ")
    pixels = 130
    hint: ClassVar[str] = N_("Add your own below; every dropdown follows.")
    example_settings: ClassVar[dict[str, Any]] = {"options": {"web": {"zh": "网站", "en": "Website"}}}

    type: Literal["list"] = "list"
    options: Options

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The option's key, or the text that people added."""
        text = wordless(cell).strip()
        if not text or not text.isprintable():
            raise BadCell("bad_option", N_("an option is one line of text"), {"text": shown(cell)})
        return option_key(text, self.options) or text

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The option's title, or the text itself."""
        return self.options[value].title.say(context.language) if value in self.options else str(value)

    def rewording(self, context: Context) -> Rewording | None:
        """The old words of the options that the list began with."""
        words = reworded(self.options, context.language)
        return Rewording(words) if words else None

    def resources(self, place: Place, context: Context) -> Iterator[tuple[Address, Resource]]:
        """The list too, so that it can grow with the template."""
        yield from super().resources(place, context)
        yield Address(place.sheet, place.column, Offered.kind), Offered(tuple(self.titles(context.language).items()))

    def titles(self, language: str) -> dict[str, str]:
        """The titles that the list begins with."""
        return {key: option.title.say(language) for key, option in self.options.items()}

    def option_keys(self, context: Context) -> tuple[str, ...]:
        """The keys of the options that the template knows."""
        return tuple(self.options)

    def implied_rules(self) -> tuple[Rule, ...]:
        """An option stands in the list once."""
        return (UniqueRule(),)

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text."""
        return NumberFormat("TEXT", "@")
