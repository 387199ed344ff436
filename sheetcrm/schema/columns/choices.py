"""
Several of a list → a tuple of option keys.

Sheets cannot make such a dropdown through the API, so the cell is a comma list
that a formula checks; the options stand in the header's note.
"""

import re
from typing import Any, ClassVar, Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from sheetcrm.messages import N_, tr
from sheetcrm.resources.base import Cell
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import BadCell, Context, Place, quoted
from sheetcrm.schema.columns.choice import OptionsColumn
from sheetcrm.schema.columns.options import nearest_title, option_key
from sheetcrm.schema.columns.reading import plain, shown, wordless

_BETWEEN = re.compile(r"[,，、;；\n]")


class ChoicesColumn(OptionsColumn):
    """Several of a list, with commas between; the value is a tuple of keys in the order of the list."""

    python_type = tuple
    examples = (("阅读, 旅行", ("read", "travel")), ("旅行、阅读", ("read", "travel")), ("Travel；", ("travel",)))
    nonsense = ("阅读, 睡觉", True, ",")
    pixels = 180
    listed = True
    hint: ClassVar[str] = N_("One or several, with commas between: {options}")
    example_settings: ClassVar[dict[str, Any]] = {
        "options": {"read": {"zh": "阅读", "en": "Reading"}, "travel": {"zh": "旅行", "en": "Travel"}}
    }

    type: Literal["choices"] = "choices"

    @model_validator(mode="after")
    def _can_be_split(self) -> "ChoicesColumn":
        for option in (self.options or {}).values():
            for wording in option.title.all():
                if _BETWEEN.search(wording):
                    raise PydanticCustomError(
                        "options",
                        tr("{wording} has a comma in it, which is what stands between options", wording=wording),
                    )
        return self

    def parse_cell(self, cell: Cell, context: Context) -> tuple[str, ...]:
        """The keys, each once; BadCell with the whole list as it was probably meant when one of them is none."""
        parts = [part for part in _BETWEEN.split(wordless(cell)) if plain(part)]
        if not parts:
            raise BadCell("not_an_option", N_("{text} is not one of the options"), {"text": shown(cell)})
        wrong = [part.strip() for part in parts if not self._is_one(part, context)]
        if wrong:
            values = {"text": shown(", ".join(wrong))}
            raise BadCell("not_an_option", N_("{text} is not one of the options"), values, self._meant(parts, context))
        keys = {self.meaning(part, context) for part in parts}
        known = list(self.known(context))
        return tuple(sorted(keys, key=lambda key: (known.index(key) if key in known else len(known), key)))

    def dump_value(self, value: Any, context: Context) -> Cell:
        """The titles, with a comma and a blank between."""
        return ", ".join(self.title_of(key, context) for key in value)

    def sample(self, written: Any, context: Context) -> Cell:
        """Samples may be lists of option keys."""
        return super().sample(", ".join(map(str, written)) if isinstance(written, list) else written, context)

    def python_annotation(self) -> Any:
        """Any number of keys."""
        return tuple[str, ...]

    def hint_values(self, context: Context) -> dict[str, str]:
        """The options, by title."""
        return {"options": ", ".join(option.title.say(context.language) for option in self.known(context).values())}

    def condition(self, place: Place, context: Context) -> Condition | None:
        """Every part is an option; a list that the team extends is checked by us only."""
        if self.options_from:
            return None
        titles = [re.escape(option.title.say(context.language)) for option in self.known(context).values()]
        one = "|".join(title.replace("\\ ", " ") for title in titles)
        pattern = quoted(f"(?i)^\\s*({one})(\\s*[,，、;；]\\s*({one}))*[\\s,，、;；]*$")
        return Condition("CUSTOM_FORMULA", (f'=REGEXMATCH({place.cell},"{pattern}")',))

    def _is_one(self, part: str, context: Context) -> bool:
        return self.options_from is not None or option_key(part, self.known(context)) is not None

    def _meant(self, parts: list[str], context: Context) -> str | None:
        options = self.known(context)
        keys = [option_key(part, options) for part in parts]
        near = [
            self.title_of(key, context) if key else nearest_title(part, options, context.language)
            for key, part in zip(keys, parts, strict=True)
        ]
        return ", ".join(str(title) for title in near) if None not in near else None
