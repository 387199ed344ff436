"""What a template may say of pivot tables, and what does not fit, with the way out."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator

from sheetcrm.resources import Address, Group, Pivot, Summary
from sheetcrm.schema.template import Template, json_schema

from .model_sheet import plan

SIZE = {"size": {"type": "integer", "title": "Size"}}


def data(content="page", rows=30, seeds=(), **pivots):
    found = plan(columns=SIZE)
    columns = {
        "note": {"type": "text", "title": "Note"},
        "count": {"type": "formula", "result": "integer", "filled": "note", "title": "Count", "formula": "LEN({note})"},
        "pivot": {"type": "text", "title": "Pivot"},
    }
    page = {"title": "Board", "content": content, "rows": rows, "columns": columns, "seeds": list(seeds)}
    found["sheets"]["board"] = {**page, "pivots": pivots}
    return found


def pivot(**settings):
    values = [{"column": "id", "by": "count"}]
    return {"source": "customers", "rows": "stage", "values": values, "at": {"column": "pivot"}, **settings}


def made(language="zh", **settings):
    template = Template.model_validate(data(one=pivot(**settings)))
    assert list(template.problems()) == []
    return template.compile(language)[Address("board", "", "pivot.one")]


def test_counted_by_one_column():
    assert made() == Pivot(
        "pivot", 2, "customers", (Group("stage"),), (), (Summary("id", "COUNTA", "编号"),), filled="id", room=2
    )


def test_everything_that_can_be_said():
    full = made(
        "en",
        rows=["owner", {"column": "day", "unit": "month", "totals": False, "descending": True}],
        columns=["stage"],
        values=[
            {"column": "size", "by": "sum", "title": {"zh": "合计", "en": "Sum"}},
            {"column": "id", "by": "unique"},
        ],
        at={"column": "pivot", "row": 5},
    )
    assert full.rows == (Group("owner"), Group("day", False, True, "YEAR_MONTH"))
    assert full.columns == (Group("stage"),)
    assert full.values == (Summary("size", "SUM", "Sum"), Summary("id", "COUNTUNIQUE", "ID"))
    assert (full.row, full.room) == (5, 2 + 3 * 2)


def test_columns_that_cannot_be_listed_get_room():
    assert made(columns=["owner"]).room == 1 + 12


def test_editors_know_it():
    schema = Draft202012Validator(json_schema())
    assert list(schema.iter_errors(data(one=pivot(rows=["owner", {"column": "day", "unit": "year"}])))) == []
    assert list(schema.iter_errors(data(one=pivot(rows=[{"column": "day", "unit": "decade"}]))))
    assert list(schema.iter_errors(data(one=pivot(rows="currency")))) == [], "five columns, not five letters"
    assert list(schema.iter_errors(data(one=pivot(rows=["stage"] * 6))))


PROBLEMS = [
    pytest.param(pivot(source="customer"), "source", "no such sheet: customer; did you mean customers?", id="source"),
    pytest.param(pivot(source="board"), "source", "cannot read its own page", id="its own page"),
    pytest.param(pivot(rows="stag"), "rows.0.column", "no such column in customers", id="a group that is not there"),
    pytest.param(pivot(rows={"column": "stage", "unit": "month"}), "rows.0.unit", "is not a date", id="no date"),
    pytest.param(
        pivot(values=[{"column": "stage", "by": "sum"}]), "values.0.by", "it can be counted", id="a sum of texts"
    ),
    pytest.param(pivot(at={"column": "pivto"}), "at.column", "no such column in board", id="a place that is not there"),
    pytest.param(pivot(at={"column": "pivot", "row": 31}), "at.row", "has 30 rows", id="below the grid"),
    pytest.param(pivot(at={"column": "note"}), "at.column", "count is filled", id="over what the page computes"),
]


@pytest.mark.parametrize(("settings", "path", "message"), PROBLEMS)
def test_problems(settings, path, message):
    problems = list(Template.model_validate(data(one=settings)).problems())
    assert [".".join(map(str, where)) for where, _ in problems] == [f"sheets.board.pivots.one.{path}"]
    assert message in problems[0][1]


def test_among_records_it_would_be_read_as_one():
    content = plan(
        columns=SIZE,
        pivots={
            "one": pivot(source="team", rows="name", values=[{"column": "name", "by": "count"}], at={"column": "size"})
        },
    )
    problems = list(Template.model_validate(content).problems())
    assert "content: page" in problems[0][1]


def test_over_the_words_of_the_page_is_a_problem():
    problems = list(Template.model_validate(data(seeds=[{"pivot": "x"}], one=pivot())).problems())
    assert "pivot is filled" in problems[0][1]


def test_two_that_would_grow_into_each_other_are_a_problem():
    problems = list(Template.model_validate(data(one=pivot(), two=pivot(at={"column": "pivot", "row": 9}))).problems())
    assert [(path[-3], message.partition(";")[0]) for path, message in problems] == [
        ("two", "it and one would grow into each other")
    ]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"rows": []}, "at least 1", id="no lines"),
        pytest.param({"values": []}, "at least 1", id="no values"),
        pytest.param({"at": {"column": "pivot", "row": 1}}, "greater than or equal to 2", id="over the header"),
        pytest.param({"values": [{"column": "id", "by": "guess"}]}, "'count', 'unique'", id="a sum that is none"),
    ],
)
def test_settings_that_are_refused(settings, message):
    with pytest.raises(ValueError, match=r"(?s).") as refused:
        Template.model_validate(data(one=pivot(**settings)))
    assert message in str(refused.value)
