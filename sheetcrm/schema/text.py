"""
`客户` or `{zh: 客户, en: Customer}` → a text that can be said in any language.

A bare text is the same in every language.  What a team sees comes from here;
keys are English and are never shown.
"""

from typing import Any

from pydantic import GetJsonSchemaHandler, RootModel, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from sheetcrm.messages import LANGUAGES, tr

_ANY = "*"


class Text(RootModel[dict[str, str]]):
    """A text by language; frozen and compared by value."""

    model_config = {"frozen": True}

    def say(self, language: str) -> str:
        """The text in that language, or as its author wrote it when it is the same in all."""
        return self.root.get(language) or self.root.get(_ANY) or next(iter(self.root.values()))

    def all(self) -> tuple[str, ...]:
        """Every wording, each once: how the text may stand in a sheet of any language."""
        return tuple(dict.fromkeys(self.root.values()))

    def __hash__(self) -> int:
        """As frozen as its model: equal texts, equal hashes."""
        return hash(tuple(sorted(self.root.items())))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A text, or an object with one for each language."""
        wordings = {language: {"type": ["string", "number"]} for language in LANGUAGES}
        by_language = {
            "type": "object",
            "properties": wordings,
            "required": list(LANGUAGES),
            "additionalProperties": False,
        }
        return {"anyOf": [{"type": ["string", "number"]}, by_language]}

    @model_validator(mode="before")
    @classmethod
    def _from_yaml(cls, value: Any) -> Any:
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            return {_ANY: str(value)}
        if not isinstance(value, dict) or not value:
            raise PydanticCustomError("text", tr("expected a text, or one by language as in {zh: …, en: …}"))
        for language, wording in value.items():
            if language not in (*LANGUAGES, _ANY) and wording is None:
                raise PydanticCustomError(
                    "quotes", tr("a text with a comma or a colon in it needs quotes: {name}", name=str(language))
                )
            if language not in (*LANGUAGES, _ANY):
                known = ", ".join(LANGUAGES)
                raise PydanticCustomError(
                    "language", tr("no such language: {name}; there are {known}", name=language, known=known)
                )
            if isinstance(wording, dict | list | bool) or wording is None:
                raise PydanticCustomError("text", tr("expected a text for {name}", name=language))
        if _ANY not in value and (missing := [name for name in LANGUAGES if name not in value]):
            raise PydanticCustomError("language", tr("has no text for {names}", names=", ".join(missing)))
        return {language: str(wording) for language, wording in value.items()}
