"""The model of a sheet has its columns as fields, whatever they are called."""

import warnings
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from sheetcrm.schema import loader
from sheetcrm.sync import model


def test_fields_are_the_column_keys_without_the_hidden_id(shop):
    assert list(model(shop, "orders").model_fields) == ["customer", "product", "amount"]
    assert model(shop, "orders").__name__ == "OrdersRecord"


def test_a_record_may_be_made_by_hand_and_is_checked_then(shop):
    made = model(shop, "customers")(id="C1", next=date(2026, 1, 2), spent=Decimal(3))
    assert (made.id, made.stage) == ("C1", None)
    with pytest.raises(ValidationError):
        model(shop, "customers")(next="soon")
    with pytest.raises(ValidationError):
        model(shop, "customers")(nmae="Ann")


def test_a_record_is_frozen(shop):
    with pytest.raises(ValidationError):
        model(shop, "customers")(id="C1").id = "C2"


def test_the_model_of_a_sheet_is_made_once(shop):
    assert model(shop, "team") is model(shop, "team")


def test_a_column_may_be_called_like_a_method(tmp_path):
    path = tmp_path / "odd.yaml"
    columns = "id: {type: id, title: Id}, copy: {type: text, title: Copy}, model_name: {type: text, title: Model}"
    path.write_text(
        f"version: 1\ntitle: Odd\nsheets: {{odd: {{title: Odd, key: id, columns: {{{columns}}}}}}}\n", encoding="utf-8"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = model(loader.load(path), "odd").model_construct(id="1", copy="x", model_name="y")
    assert (made.copy, made.model_name) == ("x", "y")


def test_every_sheet_of_every_template_has_a_model():
    for name in loader.names():
        template = loader.load(loader.find(name))
        for sheet in template.records:
            assert model(template, sheet).model_fields
