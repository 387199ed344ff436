"""
`type: x` in YAML → the class whose `type` is "x".

A family is looked up when a value is validated, not when a model is built: a
new class, even one made in a test or a plugin, is in the union, the JSON
schema and the docs from the moment it exists.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, ClassVar, Self, TypeVar, get_args
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from sheetcrm.messages import tr

V = TypeVar("V", bound="Variant")


def nearest(word: str, known: Iterator[str] | list[str]) -> str:
    """`; did you mean x?` for the known word most like `word`, else an empty text."""
    close = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.6)
    return tr("; did you mean {word}?", word=close[0]) if close else ""


class Variant(BaseModel):
    """
    A family of models told apart by `type:`.

    A family is a direct subclass and has no `type` of its own; its members
    annotate `type: Literal["name"] = "name"`.  A field annotated with the
    family takes a mapping with `type:`, a bare name (a member without
    required settings), or a member.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    family: ClassVar[str] = "thing"
    """What a member is called in messages: `column`, `rule` …; marked for translation."""
    default_type: ClassVar[str | None] = None
    """The member meant when `type:` is left out; None: it must be said."""

    @classmethod
    def members(cls) -> dict[str, type[Self]]:
        """Every member of this family by its `type`, in the order of their definition."""
        found: dict[str, type[Self]] = {}
        for subclass in _below(cls):
            if (name := _type_of(subclass)) is not None:
                found[name] = subclass
        return found

    @classmethod
    def member(cls, name: object) -> type[Self]:
        """The class of that `type:`; a PydanticCustomError with the nearest right word when there is none."""
        members = cls.members()
        if not isinstance(name, str) or name not in members:
            raise PydanticCustomError(
                "unknown_variant",
                tr("no such {family} type: {name}{hint}"),
                {"family": tr(cls.family), "name": str(name), "hint": nearest(str(name), list(members))},
            )
        return members[name]

    @classmethod
    def shown(cls) -> dict[str, Any]:
        """Settings, beside `type:`, that show a member at work: for the docs."""
        return dict(getattr(cls, "example", {}))

    @classmethod
    def choose(cls, value: Any) -> Self:
        """A member made from `value`; raises what pydantic turns into an error at the right place."""
        if isinstance(value, cls):
            return value
        if isinstance(value, str):
            return cls.member(value).model_validate({"type": value})
        if not isinstance(value, dict):
            raise PydanticCustomError("variant", tr("expected a {family} with a type:"), {"family": tr(cls.family)})
        name = value.get("type", cls.default_type)
        if name is None:
            known = ", ".join(cls.members())
            raise PydanticCustomError(
                "variant_type",
                tr("which {family}? Add type: one of {known}"),
                {"family": tr(cls.family), "known": known},
            )
        return cls.member(name).model_validate({**value, "type": name})

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A family is validated by looking its member up; a member as any model."""
        if "type" in cls.model_fields:
            return handler(source)
        return core_schema.no_info_plain_validator_function(cls.choose)


class WholeSchema(GenerateJsonSchema):
    """
    For `model_json_schema(schema_generator=WholeSchema)` of a model with families in it.

    A family is any of its members, or the bare name of one; what members share is defined once, at the top.
    """

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """A family validates by a method of itself: write its members down in the place of that."""
        function = schema.get("function") if schema["type"] == "function-plain" else None
        family = getattr((function or {}).get("function"), "__self__", None)
        if not (isinstance(family, type) and issubclass(family, Variant)):
            return super().generate_inner(schema)
        members = family.members()
        whole = [self.generate_inner(member.__pydantic_core_schema__) for member in members.values()]
        return {"anyOf": [*whole, {"enum": list(members)}]}


_TYPES: WeakKeyDictionary[type[BaseModel], str | None] = WeakKeyDictionary()
"""Families are walked for every setting that is read, and what a class is called never changes."""


def _type_of(member: type[BaseModel]) -> str | None:
    """What its `type:` says; None of a class that is none by itself."""
    if member not in _TYPES:
        field = member.model_fields.get("type")
        _TYPES[member] = next(iter(get_args(field.annotation)), None) if field is not None else None
    return _TYPES[member]


def _below(cls: type[V]) -> Iterator[type[V]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from _below(subclass)
