"""
`{lead: {zh: 潜在客户, en: Lead, color: grey}}` → options with titles and colours.

An option is found by its title in any language or by its key, so a sheet that
was made in Chinese still reads after somebody pastes the English word.
"""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from sheetcrm.messages import tr
from sheetcrm.schema.colors import Color
from sheetcrm.schema.columns.reading import plain
from sheetcrm.schema.text import Text


class Option(BaseModel):
    """One of the things to choose from."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Text
    color: Color | None = None
    was: tuple[Text, ...] = ()
    """Titles or keys that it had before: they still mean it, and cells that have them are rewritten."""

    def wordings(self) -> tuple[str, ...]:
        """Everything that it is or was called."""
        return (*self.title.all(), *(wording for text in self.was for wording in text.all()))

    def former(self, language: str) -> tuple[str, ...]:
        """How it was called in that language, where it is called otherwise now."""
        said = self.title.say(language)
        return tuple(dict.fromkeys(text.say(language) for text in self.was if text.say(language) != said))


_Written = str | int | dict[str, Any]
"""How an option may be written."""


def _with_title(value: Any) -> Any:
    """`{zh: …, en: …, color: …}` and `Lead` are short for `{title: …, color: …}`."""
    if isinstance(value, dict) and "title" not in value:
        title = {key: wording for key, wording in value.items() if key not in ("color", "was")}
        return {"title": title, **{key: value[key] for key in value if key in ("color", "was")}}
    return value if isinstance(value, dict) else {"title": value}


def _keyed(value: Any) -> Any:
    return {str(one): one for one in value} if isinstance(value, list) else value


def _told_apart(options: dict[str, Option]) -> dict[str, Option]:
    seen: dict[str, str] = {}
    for key, option in options.items():
        for wording in (key, *option.wordings()):
            other = seen.setdefault(plain(wording).casefold(), key)
            if other != key:
                raise PydanticCustomError(
                    "options",
                    tr(
                        "{wording} may mean {other} or {key}; options are told apart by key and title",
                        wording=wording,
                        key=key,
                        other=other,
                    ),
                )
    return options


Options = Annotated[
    dict[str, Annotated[Option, BeforeValidator(_with_title, json_schema_input_type=_Written)]],
    BeforeValidator(_keyed, json_schema_input_type=dict[str, _Written] | list[str | int]),
    Field(min_length=1),
    AfterValidator(_told_apart),
]
"""Option key → option, in the order of the dropdown; a list of words is short for options that are called so."""


def reworded(options: Mapping[str, Option], language: str) -> tuple[tuple[str, str], ...]:
    """Pairs of what options were called in that language and what they are called now."""
    return tuple((old, option.title.say(language)) for option in options.values() for old in option.former(language))


def option_key(text: str, options: Mapping[str, Option]) -> str | None:
    """The key of the option that the text means; None when it means none."""
    wanted = plain(text).casefold()
    for key, option in options.items():
        if any(plain(wording).casefold() == wanted for wording in option.wordings()):
            return key
    return next((key for key in options if key.casefold() == wanted), None)


def nearest_title(text: str, options: Mapping[str, Option], language: str) -> str | None:
    """The title, in that language, of the option most like the text; None when none is like it."""
    titles = {
        wording.casefold(): option.title.say(language) for option in options.values() for wording in option.title.all()
    }
    # Half is enough: of the two characters of 旅游 and 旅行 one is the same.
    close = difflib.get_close_matches(plain(text).casefold(), titles, n=1, cutoff=0.5)
    return titles[close[0]] if close else None
