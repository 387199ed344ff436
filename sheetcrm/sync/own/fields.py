"""
A pydantic model → its fields, each with the headers that it may stand under and who reads its cells.

A model says by annotations what a template says by columns; whatever it asks
for beyond the type of a value, pydantic itself checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from typing import Annotated, Any, get_args, get_origin

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    PlainValidator,
    RootModel,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, PydanticUndefinedType

from sheetcrm.errors import UsageError
from sheetcrm.messages import tr
from sheetcrm.schema.columns.base import Column
from sheetcrm.sync.own.kinds import Kind, kind_of, may_be_none, of_column, without_none

HARMLESS = frozenset(
    {
        "alias_generator", "arbitrary_types_allowed", "extra", "frozen", "from_attributes", "ignored_types",
        "json_encoders", "json_schema_extra", "loc_by_alias", "model_title_generator", "field_title_generator",
        "plugin_settings", "populate_by_name", "protected_namespaces", "serialize_by_alias", "title", "use_attribute_docstrings",
        "validate_assignment", "validate_by_alias", "validate_by_name", "hide_input_in_errors", "defer_build",
    }
)  # fmt: skip
"""Settings of a model that change nothing about which values are right."""


class Header:
    """
    In an annotation, what a field is called in the sheet: `Annotated[str, Header("电话", "Phone")]`.

    With `type` and its settings, cells are read as by a column of that type of
    a template: `Header("电话", type="phone", country="CN")` gives `+86…`.
    """

    def __init__(self, *titles: str, type: str | None = None, **settings: Any) -> None:  # noqa: A002 - as in templates
        """Titles in order of preference, after which the alias and the name of the field count too."""
        self.titles, self.type, self.settings = titles, type, settings

    def column(self) -> Column | None:
        """The column that reads its cells; None where the annotation decides.  UsageError for settings that make none."""
        if self.type is None:
            return None
        said = {"title": self.titles[0] if self.titles else "-", "type": self.type, **self.settings}
        try:
            return _columns().validate_python(said)
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}".lstrip(": ") for one in error.errors())
            raise UsageError(f"{self!r}: {wrong}") from error

    def __repr__(self) -> str:
        """As it was written."""
        parts = [*map(repr, self.titles), *([f"type={self.type!r}"] if self.type else [])]
        parts += [f"{key}={value!r}" for key, value in self.settings.items()]
        return f"Header({', '.join(parts)})"


@lru_cache(maxsize=1)
def _columns() -> TypeAdapter[Column]:
    return TypeAdapter(Column)


@dataclass(frozen=True)
class Field:
    """A field of the model; `titles` are the headers by which it is found, the likeliest first."""

    name: str
    titles: tuple[str, ...]
    kind: Kind
    check: TypeAdapter[list[Any]] | None
    """What the annotation asks for beyond the type, a whole column at a time; None: nothing."""
    info: FieldInfo
    lenient: bool = False
    """Whether a validator of the model's own looks at cells first, and so may read what we cannot."""

    @property
    def typed(self) -> bool:
        """Whether what our own types say about a cell is all that is to be said."""
        return not self.lenient

    @property
    def required(self) -> bool:
        """Whether a row cannot be without it."""
        return self.info.is_required()

    @property
    def nullable(self) -> bool:
        """Whether None is a value of it."""
        return may_be_none(self.info.annotation)

    @property
    def shared_default(self) -> bool:
        """Whether all records without it may have one value, and none must have its own."""
        default = self.info.default
        return self.info.default_factory is None and (default is PydanticUndefined or _hashable(default))

    def defaults(self, count: int) -> Iterable[Any]:
        """Its default, `count` times."""
        if self.shared_default:
            return repeat(self.info.default, count)
        return (self.info.get_default(call_default_factory=True) for _ in range(count))


def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """Every field, in order; UsageError when `model` is not a pydantic model of named fields."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)) or issubclass(model, RootModel):
        raise UsageError(
            tr("expected a pydantic model, a subclass of pydantic.BaseModel with fields, not {model!r}", model=model)
        )
    if not model.__pydantic_complete__:
        model.model_rebuild()
    first = {
        name
        for one in model.__pydantic_decorators__.field_validators.values()
        if one.info.mode != "after"
        for name in one.info.fields
    }
    return tuple(_field(name, info, bool(first & {name, "*"})) for name, info in model.model_fields.items())


def asks_for_more(model: type[BaseModel], fields: Sequence[Field]) -> bool:
    """Whether a record may be wrong although each of its fields is right, or is made otherwise than by setting its fields."""
    decorators = model.__pydantic_decorators__
    return bool(
        decorators.validators
        or decorators.field_validators
        or decorators.root_validators
        or decorators.model_validators
        or model.__private_attributes__
        or model.__pydantic_post_init__
        or getattr(model, "__pydantic_custom_init__", False)
        or model.__get_pydantic_core_schema__.__func__ is not BaseModel.__get_pydantic_core_schema__.__func__  # type: ignore[attr-defined]  # a class method
        or model.model_config.keys() - HARMLESS
        or any(field.info.validate_default or field.info.default_factory_takes_validated_data for field in fields)
    )


def _field(name: str, info: FieldInfo, lenient: bool) -> Field:
    headers = [one for one in _metadata(info.annotation, info.metadata) if isinstance(one, Header)]
    others = [one for one in _metadata(info.annotation, info.metadata) if not isinstance(one, Header)]
    titles = [title for header in headers for title in header.titles]
    titles += [*_aliases(name, info), *([info.title] if info.title else []), name]
    column = next((found for header in headers if (found := header.column())), None)
    kind = kind_of(info.annotation) if column is None else of_column(column)
    exact = kind.exact and not others and (column is None or not _other_type(column, info))
    annotated = Annotated[info.annotation, *others] if others else info.annotation
    check = None if exact else TypeAdapter(list[annotated])  # type: ignore[valid-type]  # known when it runs
    lenient = lenient or any(isinstance(one, BeforeValidator | PlainValidator | WrapValidator) for one in others)
    return Field(name, tuple(dict.fromkeys(titles)), kind, check, info, lenient)


def _other_type(column: Column, info: FieldInfo) -> bool:
    """Whether what the column gives is not plainly what the annotation says."""
    return bool(without_none(info.annotation) != column.python_annotation())


def _metadata(annotation: Any, outer: list[Any]) -> Iterator[Any]:
    """What `Annotated` says, also inside of `… | None`."""
    yield from outer
    if get_origin(annotation) is Annotated:
        yield from get_args(annotation)[1:]
    for inner in get_args(annotation):
        if get_origin(inner) is Annotated or get_args(inner):
            yield from _metadata(inner, [])


def _aliases(name: str, info: FieldInfo) -> Iterator[str]:
    """The aliases by which pydantic would find it; UsageError for a path into other data."""
    for alias in (info.validation_alias, info.alias):
        for one in alias.choices if isinstance(alias, AliasChoices) else [alias]:
            if isinstance(one, AliasPath):
                raise UsageError(
                    tr(
                        "{name}: an AliasPath leads into nested data, and a sheet has none; use an alias or a Header",
                        name=name,
                    )
                )
            if one is not None:
                yield one


def _hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return False
    return not isinstance(value, PydanticUndefinedType)
