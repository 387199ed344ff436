"""An admin who reads Chinese is told in Chinese what is wrong with whatever setting."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError, create_model

import sheetcrm.schema.template  # noqa: F401 - all that a template may say
from sheetcrm.messages import speaking
from sheetcrm.variants import Variant
from sheetcrm.yamlfile import in_words
from tests.chinese import is_chinese


def all_below(kind: type[Any]) -> Iterator[type[Any]]:
    """Every class made of it, however far down, each once."""
    for one in kind.__subclasses__():
        yield one
        yield from all_below(one)


NONSENSE = (None, True, -1, 0, 1.5, 10**400, float("nan"), "", "?" * 300, "a b", [], [None], [[1]], {}, {"?": None})
"""Whatever somebody may write behind a colon; hardly any setting takes all of it."""
PYTHONS = "正则表达式："
"""Behind this are Python's own words."""
FAMILIES = [
    family
    for family in Variant.__subclasses__()
    if family.__module__.startswith("sheetcrm.schema") and family.members()
]
PARTS = [
    model
    for model in all_below(BaseModel)
    if model.__module__.startswith("sheetcrm.schema") and model.model_fields and not issubclass(model, Variant)
]


def said_of(model: type[BaseModel], data: dict[str, Any]) -> list[str]:
    """What is wrong with it, for a Chinese admin, without where."""
    try:
        with speaking("zh"):
            model.model_validate(data)
    except ValidationError as wrong:
        with speaking("zh"):
            return [said for _, said in in_words(wrong, model, data)]
    return []


def english(model: type[BaseModel], name: str, rest: dict[str, Any], wrap: Any) -> list[tuple[str, Any, str]]:
    return [
        (name, value, said)
        for value in NONSENSE
        for said in said_of(model, wrap({**rest, name: value}))
        if not is_chinese(said.partition(PYTHONS)[0] or said)
    ]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_nonsense_in_any_setting_of_any_kind_is_told_in_chinese(family):
    model = create_model("Written", it=(family, ...))
    left = []
    for kind, member in family.members().items():
        rest = {**member.shown(), "type": kind}
        for name, field in member.model_fields.items():
            left += english(model, field.alias or name, rest, lambda data: {"it": data})
    assert left == []
    assert all(
        map(is_chinese, said_of(model, {"it": "?"}) + said_of(model, {"it": 1}) + said_of(model, {"it": {"?": 1}}))
    )


def test_nonsense_in_any_other_setting_of_a_template_is_told_in_chinese():
    settings = [(model, field.alias or name) for model in PARTS for name, field in model.model_fields.items()]
    assert len(settings) > 80
    assert [(model, *one) for model, name in settings for one in english(model, name, {}, dict)] == []
