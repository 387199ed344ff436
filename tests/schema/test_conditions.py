"""What Sheets is asked and what we ask are the same: conditions are computed by the embedded server's formula engine."""

from __future__ import annotations

import re

import pytest

from sheetcrm import testing
from sheetcrm.resources.validation import Condition
from sheetcrm.schema.columns.base import Column, Place
from sheetcrm.schema.conditions import combined
from sheetcrm.schema.rules import Rule

from .model_sheet import TODAY, column, template

X = Place("customers", "x")
ALWAYS = Condition("CUSTOM_FORMULA", ("=TRUE",))
CHOSEN = ("ONE_OF_LIST", "ONE_OF_RANGE", "BOOLEAN", "TEXT_IS_EMAIL", "TEXT_IS_URL")
"""What has no formula form here: dropdowns, tick boxes, and two functions that only Google computes."""


@pytest.fixture(scope="module")
def compute():
    """A function that says for each row of cells x, y whether a formula in key form is true there."""
    with testing.server() as running:
        sheet = running.client.create("x").sheet1

        def computed(formula, rows):
            last = len(rows) + 1
            sheet.clear()
            sheet.update([list(row) for row in rows], f"A2:B{last}", value_input_option="RAW")
            cells = formula.replace("{customers.x}", f"$A$2:$A${last}").replace("{x}", "$A2").replace("{y}", "$B2")
            own = [[re.sub(r"(\$[AB])2\b", rf"\g<1>{at}", cells)] for at in range(2, last + 1)]
            sheet.update(own, f"C2:C{last}", value_input_option="USER_ENTERED")
            return [row[0] if row else "" for row in sheet.get(f"C2:C{last}")]

        yield computed


def as_formula(condition):
    """Any condition as a formula: joined with one that always holds."""
    joined = combined([condition, ALWAYS], X)
    assert joined is not None
    return joined.values[0].replace("TODAY()", f"DATE({TODAY.year},{TODAY.month},{TODAY.day})")


@pytest.mark.parametrize("kind", Column.members().values(), ids=lambda kind: kind.model_fields["type"].default)
def test_what_we_write_passes_the_validation_that_we_made(compute, kind):
    made, context = column({"type": kind.model_fields["type"].default, **kind.example_settings})
    condition = made.condition(X, context)
    if made.computed or condition is None or condition.type in CHOSEN:
        return
    cells = [made.dump(value, context) for _, value in kind.examples]
    assert compute(as_formula(condition), [(cell, "") for cell in cells]) == ["TRUE"] * len(cells)


@pytest.mark.parametrize("rule", Rule.members().values(), ids=lambda rule: rule.model_fields["type"].default)
def test_a_rule_and_its_condition_agree(compute, rule):
    for settings, values, wrong in rule.examples:
        columns = {key: {"type": rule.suits, "title": key} for key in ("x", "y")}
        columns["x"]["rules"] = [{"type": rule.model_fields["type"].default, **settings}]
        made = template(columns=columns)
        context = made.context("zh", TODAY)
        spec = made.sheets["customers"].columns
        condition = spec["x"].rules[0].condition(X, context)
        if condition is None or condition.type in CHOSEN:
            continue
        cells = {
            key: [spec[key].dump(value, context) for value in values.get(key, [None] * len(values["x"]))]
            for key in ("x", "y")
        }
        rows = [(x, y) for x, y in zip(cells["x"], cells["y"], strict=True)]
        asked = [offset for offset, (x, _) in enumerate(rows) if x is not None]
        answers = compute(as_formula(condition), [("" if x is None else x, "" if y is None else y) for x, y in rows])
        assert [offset for offset in asked if answers[offset] != "TRUE"] == wrong
