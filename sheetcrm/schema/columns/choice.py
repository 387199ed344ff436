"""
One of a list → the option's key, whatever the language of the sheet.

With `options_from: lists.source` the list stands in a tab that the team may
extend; what they add has no key and is its own text.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.number_format import NumberFormat
from sheetcrm.resources.rewording import Rewording
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Column, Context, Place
from sheetcrm.schema.columns.list import ListColumn
from sheetcrm.schema.columns.options import Option, Options, nearest_title, option_key, reworded
from sheetcrm.schema.columns.reading import plain, shown, wordless
from sheetcrm.schema.membership import ExistsInRule, too_many
from sheetcrm.schema.rules import Rule
from sheetcrm.schema.states import column_problem


class OptionsColumn(Column):
    """What a choice and a several-of-a-list share: where the options are."""

    options: Options | None = None
    options_from: str | None = None
    """`sheet.column` of a `list` column."""

    listed: ClassVar[bool] = False
    """Whether a cell may have several."""

    @model_validator(mode="after")
    def _has_options(self) -> "OptionsColumn":
        if (self.options is None) == (self.options_from is None):
            raise PydanticCustomError("options", tr("needs options: or options_from:, one of the two"))
        return self

    def known(self, context: Context) -> Mapping[str, Option]:
        """The options that the template itself knows."""
        if self.options is not None:
            return self.options
        sheet, _, column = str(self.options_from).partition(".")
        found = context.template.sheets[sheet].columns[column]
        return found.options if isinstance(found, ListColumn) else {}

    def meaning(self, text: str, context: Context) -> str:
        """The key that the text stands for, or the text where the team may add options; BadCell when it is none."""
        options = self.known(context)
        key = option_key(text, options)
        if key is not None:
            return key
        if self.options_from and plain(text):
            return text.strip()
        suggestion = nearest_title(text, options, context.language)
        raise BadCell("not_an_option", N_("{text} is not one of the options"), {"text": shown(text)}, suggestion)

    def title_of(self, key: str, context: Context) -> str:
        """How the option is written in that language."""
        option = self.known(context).get(key)
        return option.title.say(context.language) if option else key

    def rewording(self, context: Context) -> Rewording | None:
        """The old words of its options, wherever the list stands."""
        words = reworded(self.known(context), context.language)
        return Rewording(words, self.listed) if words else None

    def titles(self, language: str) -> dict[str, str]:
        """The titles of its own options, in the order of the dropdown."""
        return {key: option.title.say(language) for key, option in (self.options or {}).items()}

    def states(self) -> tuple[bool | str, ...]:
        """The keys of the options, where they are fixed."""
        return tuple(self.options or ())

    def option_keys(self, context: Context) -> tuple[str, ...]:
        """The keys of the options that the template knows."""
        return tuple(self.known(context))

    def option_colors(self, context: Context) -> dict[str, str]:
        """The colours of the options that have one."""
        return {key: option.color for key, option in self.known(context).items() if option.color}

    def problems(self, place: Place, context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """A list that is not there, or longer than a dropdown."""
        yield from super().problems(place, context)
        if self.options_from is None:
            yield from too_many("options", self.options or ())
            return
        sheet, _, column = self.options_from.partition(".")
        if message := column_problem(sheet, column, context) or ("" if column else tr("expected sheet.column")):
            yield ("options_from",), message
        elif not isinstance(context.template.sheets[sheet].columns[column], ListColumn):
            yield ("options_from",), tr("{column} is not a column of type list", column=self.options_from)

    def number_format(self, context: Context) -> NumberFormat:
        """Plain text: an option may look like a number or a date."""
        return NumberFormat("TEXT", "@")


class ChoiceColumn(OptionsColumn):
    """One of a list; the value is the option's key."""

    python_type = str
    examples = (("潜在客户", "lead"), ("Lead", "lead"), (" lead ", "lead"), ("成交", "won"))
    nonsense = ("leed", True, 3, "潜在客户, 成交")
    pixels = 110
    alignment = "CENTER"
    example_settings: ClassVar[dict[str, Any]] = {
        "options": {"lead": {"zh": "潜在客户", "en": "Lead"}, "won": {"zh": "成交", "en": "Won", "color": "green"}}
    }

    type: Literal["choice"] = "choice"

    def parse_cell(self, cell: Cell, context: Context) -> str:
        """The key of the option."""
        return self.meaning(wordless(cell), context)

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The option's title."""
        return self.title_of(value, context)

    def condition(self, place: Place, context: Context) -> Condition:
        """A dropdown."""
        if self.options_from:
            return Condition("ONE_OF_RANGE", (f"={{{self.options_from}}}",))
        return Condition(
            "ONE_OF_LIST", tuple(option.title.say(context.language) for option in self.known(context).values())
        )

    def implied_rules(self) -> tuple[Rule, ...]:
        """What the team added must stand in its list."""
        return (ExistsInRule(target=self.options_from),) if self.options_from else ()
