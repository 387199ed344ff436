"""A template over another says only what is different; every mistake is told where it was made."""

from __future__ import annotations

import pytest
import yaml
from jsonschema import Draft202012Validator

from sheetcrm.errors import TemplateError
from sheetcrm.messages import speaking
from sheetcrm.schema import loader
from sheetcrm.schema.template import json_schema

BASE = """\
version: 3
title: {zh: 面包店, en: Bakery}
team: {sheet: team, name: name, email: email}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      name: {type: text, title: {zh: 姓名, en: Name}, aliases: [Who], rules: [{type: length, max: 80}]}
      stage: {type: choice, title: {zh: 阶段, en: Stage}, options: {lead: {zh: 潜在, en: Lead, color: grey}, won: {zh: 成交, en: Won}}}
      next: {type: date, title: {zh: 下次, en: Next}}
    highlights:
      - {type: due_soon, column: next, days: 3}
      - {type: missing, filled: name}
    samples:
      - {id: S1, name: Ann, stage: lead, next: +3d}
      - {id: S2, name: Bob, stage: won}
  team:
    title: {zh: 团队, en: Team}
    key: name
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
reminders:
  call: {type: date, sheet: customers, date: next, owner: owner, title: {zh: 跟进, en: Call}, before: [1]}
"""
BASE = BASE.replace("owner: owner", "owner: who").replace(
    "      next: {", "      who: {type: person, title: {zh: 负责人, en: Owner}}\n      next: {"
)


@pytest.fixture
def over(tmp_path):
    """A function that loads `mine.yaml`, which extends the bakery by what is given."""
    (tmp_path / "bakery.yaml").write_text(BASE, encoding="utf-8")

    def load(text, head="extends: bakery\nversion: 2\n"):
        (tmp_path / "mine.yaml").write_text(head + text, encoding="utf-8")
        return loader.load(tmp_path / "mine.yaml")

    return load


@pytest.fixture
def said(over, tmp_path):
    """A function that says what is wrong with an overlay, without the folder."""

    def problems(text, **head):
        with pytest.raises(TemplateError) as caught:
            over(text, **head)
        return [str(problem).replace(f"{tmp_path}/", "") for problem in caught.value.problems]

    return problems


def customers(text):
    return "sheets:\n  customers:\n" + text


def columns(text):
    return customers("    columns:\n" + text)


def test_an_overlay_that_says_nothing_is_its_base_under_another_name(over, tmp_path):
    mine, base = over(""), loader.load(tmp_path / "bakery.yaml")
    assert (mine.key, mine.version, mine.lineage) == ("mine", 2, (("bakery", 3),))
    marks = {address for address in base.compile("zh") if str(address) == "spreadsheet.template"}
    assert {a: r for a, r in mine.compile("zh").items() if a not in marks} == {
        a: r for a, r in base.compile("zh").items() if a not in marks
    }


def test_what_is_not_said_stays_and_what_is_said_changes(over):
    sheet = over(columns("      stage: {width: 140, title: {zh: 状态}, options: {vip: {zh: 贵宾, en: VIP}}}\n")).sheets[
        "customers"
    ]
    stage = sheet.columns["stage"]
    assert (stage.width, stage.title.say("zh"), stage.title.say("en")) == (140, "状态", "Stage")
    assert list(stage.options) == ["lead", "won", "vip"]


@pytest.mark.parametrize(
    ("said", "order"),
    [
        pytest.param("birthday: {type: date, title: Birthday}", "id name stage who next birthday", id="at the end"),
        pytest.param("birthday: {type: date, title: Birthday, after: name}", "id name birthday stage who next", id="after another"),
        pytest.param("birthday: {type: date, title: Birthday, before: id}", "birthday id name stage who next", id="first"),
        pytest.param("next: {after: name}", "id name next stage who", id="one of the base moved"),
        pytest.param("a: {type: date, title: A, after: id}\n      b: {type: date, title: B, after: id}", "id a b name stage who next", id="two after one"),
        pytest.param("a: {type: date, title: A, before: id}\n      b: {type: date, title: B, before: id}", "a b id name stage who next", id="two before one"),
        pytest.param("b: {type: date, title: B, after: a}\n      a: {type: date, title: A, after: id}", "id a b name stage who next", id="after a new one"),
    ],
)  # fmt: skip
def test_columns_have_their_place(over, said, order):
    made = over(columns(f"      {said}\n"))
    assert list(made.sheets["customers"].columns) == order.split()


def test_null_takes_away_and_rows_forget_it(over):
    sheet = over(columns("      stage: null\n")).sheets["customers"]
    assert "stage" not in sheet.columns
    assert all("stage" not in row for row in sheet.samples)


def test_a_sheet_can_be_added_in_its_place_and_another_taken_away(over):
    new = "sheets:\n  visits: {title: Visits, before: team, columns: {day: {type: date, title: Day}}}\nreminders: {call: null}\n"
    made = over(new)
    assert list(made.sheets) == ["customers", "visits", "team"]
    assert made.reminders == {}


def test_things_of_a_list_are_told_apart_by_type_and_column(over):
    lists = """\
    highlights:
      - {type: due_soon, column: next, days: 7}
      - {type: missing, filled: name, remove: true}
      - {type: duplicate, column: name}
    samples:
      - {id: S1, name: Anna}
      - {id: S2, remove: true}
      - {id: S3, name: Carl}
"""
    sheet = over(customers(lists)).sheets["customers"]
    assert [(one.type, getattr(one, "days", None)) for one in sheet.highlights] == [
        ("due_soon", 7),
        ("duplicate", None),
    ]
    assert [(row["id"], row["name"], row.get("stage")) for row in sheet.samples] == [
        ("S1", "Anna", "lead"),
        ("S3", "Carl", None),
    ]


def test_a_list_can_begin_anew_and_lists_of_words_always_do(over):
    sheet = over(customers("    highlights: [null, missing]\n    columns: {name: {aliases: [Name of the customer]}}\n"))
    assert [one.type for one in sheet.sheets["customers"].highlights] == ["missing"]
    assert sheet.sheets["customers"].columns["name"].aliases == ("Name of the customer",)


def test_another_type_is_another_column(over):
    stage = over(columns("      stage: {type: text, title: Stage}\n") + "    samples: [null, {id: S1}]\n")
    assert stage.sheets["customers"].columns["stage"].type == "text"
    assert list(stage.sheets["customers"].columns) == ["id", "name", "stage", "who", "next"]


def test_an_overlay_can_be_extended_again(over, tmp_path):
    over(columns("      birthday: {type: date, title: Birthday}\n"))
    (tmp_path / "ours.yaml").write_text(
        "extends: ./mine.yaml\nversion: 5\n" + columns("      birthday: {width: 90}\n"), encoding="utf-8"
    )
    ours = loader.load(tmp_path / "ours.yaml")
    assert ours.lineage == (("mine", 2), ("bakery", 3))
    assert ours.sheets["customers"].columns["birthday"].width == 90


def test_upgrades_of_the_base_arrive(over, tmp_path):
    over(columns("      birthday: {type: date, title: Birthday}\n"))
    newer = BASE.replace("version: 3", "version: 4").replace(
        "      next: {", "      phone: {type: phone, title: Phone}\n      next: {"
    )
    (tmp_path / "bakery.yaml").write_text(newer, encoding="utf-8")
    mine = loader.load(tmp_path / "mine.yaml")
    assert mine.lineage == (("bakery", 4),)
    assert {"phone", "birthday"} <= set(mine.sheets["customers"].columns)


def test_names_are_looked_up_beside_the_file_in_the_folders_and_among_ours(tmp_path):
    folder, elsewhere = tmp_path / "a", tmp_path / "b"
    folder.mkdir()
    elsewhere.mkdir()
    (folder / "bakery.yaml").write_text(BASE, encoding="utf-8")
    (elsewhere / "mine.yaml").write_text("extends: bakery\nversion: 1\n", encoding="utf-8")
    assert loader.named("mine", [folder, elsewhere]).lineage == (("bakery", 3),)
    ours = loader.names()[0]
    (elsewhere / "own.yaml").write_text(f"extends: {ours}\nversion: 1\n", encoding="utf-8")
    assert loader.load(elsewhere / "own.yaml").lineage[0][0] == ours


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(columns("      stagge: {width: 100}\n"), "mine.yaml:6: sheets.customers.columns.stagge: bakery has no stagge here; did you mean stage?; a new one needs type:", id="a change of a column that is not there"),
        pytest.param("sheets:\n  custmers: {rows: 50}\n", "mine.yaml:4: sheets.custmers: bakery has no custmers here; did you mean customers?; a new one needs columns:", id="a change of a sheet that is not there"),
        pytest.param(columns("      stagge: null\n"), "mine.yaml:6: sheets.customers.columns.stagge: bakery has none to take away; did you mean stage?", id="taking away what is not there"),
        pytest.param(columns("      name: {after: stagge}\n"), "mine.yaml:6: sheets.customers.columns.name.after: no stagge here; did you mean stage?", id="after a column that is not there"),
        pytest.param(columns("      name: {after: stage, before: id}\n"), "mine.yaml:6: sheets.customers.columns.name.after: say after: or before:, not both", id="two places"),
        pytest.param(columns("      name: {after: stage}\n      stage: {after: name}\n"), "mine.yaml:6: sheets.customers.columns.name: name, stage wait for each other; one needs another place", id="places in a circle"),
        pytest.param(customers("    highlights: [{type: overdue, remove: true}]\n"), "mine.yaml:5: sheets.customers.highlights.0: bakery has none of type overdue to take away", id="taking a highlight away that is not there"),
        pytest.param(columns("      stage: {optons: {}}\n"), "mine.yaml:6: sheets.customers.columns.stage.optons: no such setting; did you mean options?", id="unknown setting"),
        pytest.param(columns("      stage: {title: null}\n"), "mine.yaml:6: sheets.customers.columns.stage.title: is missing", id="taking away what there must be"),
        pytest.param(columns("      next: null\n"), "bakery.yaml:15: sheets.customers.highlights.0.column: no such column in customers: next; mine.yaml:6 takes it away: change or take away this too", id="taking away what something else needs"),
        pytest.param(columns("      age: {type: integr, title: Age}\n"), "mine.yaml:6: sheets.customers.columns.age: no such column type: integr; did you mean integer?", id="a wrong new column"),
        pytest.param(columns("      stage: {options: {won: null, lost: {zh: 流失, en: Lost}}}\n"), "bakery.yaml:19: sheets.customers.samples.1.stage: won is not one of the options; mine.yaml:6 takes it away: change or take away this too", id="a sample of an option that is gone"),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_were_made(said, text, message):
    assert any(line.startswith(message) for line in said(text)), said(text)


def test_in_chinese_the_line_that_takes_something_away_is_found_in_the_sentence_too(said):
    with speaking("zh"):
        lines = said(columns("      next: null\n"))
    assert any("mine.yaml:6 去掉了它" in line for line in lines), lines


@pytest.mark.parametrize(
    ("head", "message"),
    [
        pytest.param("extends: bakry\nversion: 1\n", "mine.yaml:1: extends: bakry: no such template; did you mean bakery?", id="unknown base"),
        pytest.param("extends: ./bread.yaml\nversion: 1\n", "mine.yaml:1: extends: ./bread.yaml: no such file", id="no such file"),
        pytest.param("extends: [bakery]\nversion: 1\n", "mine.yaml:1: extends: expected the name or the path of a template", id="not a name"),
        pytest.param("extends: mine\nversion: 1\n", "mine.yaml:1: extends: goes round in a circle: mine → mine", id="itself"),
        pytest.param("extends: bakery\n", "mine.yaml:1: version: is missing", id="no version of its own"),
        pytest.param("extnds: bakery\nversion: 1\ntitle: T\nsheets: {a: {title: A, columns: {x: {type: text, title: X}}}}\n", "mine.yaml:1: extnds: no such setting; did you mean extends?", id="misspelt"),
    ],
)  # fmt: skip
def test_what_it_extends_must_be_there(said, head, message):
    assert any(line.startswith(message) for line in said("", head=head)), said("", head=head)


def test_circles_are_named(tmp_path):
    for name, base in (("a", "b"), ("b", "c"), ("c", "b")):
        (tmp_path / f"{name}.yaml").write_text(f"extends: {base}\nversion: 1\n", encoding="utf-8")
    with pytest.raises(TemplateError, match=r"c\.yaml:1: extends: goes round in a circle: b → c → b"):
        loader.load(tmp_path / "a.yaml")


def test_two_of_one_name_are_refused(tmp_path):
    ours = loader.names()[0]
    (tmp_path / f"{ours}.yaml").write_text(f"extends: {loader.find(ours)}\nversion: 1\n", encoding="utf-8")
    with pytest.raises(TemplateError, match=f"both are called {ours}; call this file otherwise"):
        loader.load(tmp_path / f"{ours}.yaml")


def test_a_base_that_is_wrong_says_so_itself(over, said, tmp_path):
    (tmp_path / "bakery.yaml").write_text(BASE.replace("color: grey", "color: gray"), encoding="utf-8")
    assert said("")[0].startswith("bakery.yaml:11: sheets.customers.columns.stage.options.lead.color: no such colour")


@pytest.mark.parametrize("name", loader.names())
def test_every_template_of_ours_can_be_extended(name, tmp_path):
    (tmp_path / "own.yaml").write_text(f"extends: {name}\nversion: 1\n", encoding="utf-8")
    base, own = loader.named(name), loader.load(tmp_path / "own.yaml")
    for language in base.languages:
        ours, theirs = own.compile(language), base.compile(language)
        assert {a for a in theirs if ours.get(a) != theirs[a]} == {
            a for a in theirs if str(a) == "spreadsheet.template"
        }


class TestSchema:
    """What an editor says of an overlay while it is written."""

    @pytest.fixture
    def wrong(self):
        """A function: what the JSON schema has against that YAML."""
        validator = Draft202012Validator(json_schema())

        def errors(text):
            return [error.message for error in validator.iter_errors(yaml.safe_load(text))]

        return errors

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param(columns("      birthday: {type: date, title: Birthday, after: name}\n"), id="a new column in its place"),
            pytest.param(columns("      stage: {width: 100, title: {zh: 状态}, options: {vip: {zh: 贵宾, en: VIP}}}\n"), id="a changed column"),
            pytest.param(columns("      stage: null\n"), id="a column taken away"),
            pytest.param(customers("    highlights: [missing, {type: due_soon, column: next, remove: true}]\n    samples: [null]\n"), id="lists"),
            pytest.param("sheets: {visits: {title: Visits, before: team, columns: {day: {type: date, title: Day}}}}\n", id="a sheet in its place"),
        ],
    )  # fmt: skip
    def test_an_overlay_is_right(self, wrong, over, text):
        over(text)
        assert wrong("extends: bakery\nversion: 2\n" + text) == []

    @pytest.mark.parametrize(
        "text",
        [
            pytest.param("extends: bakery\nversion: 2\nshets: {}\n", id="a misspelt setting"),
            pytest.param("extends: bakery\n", id="no version"),
            pytest.param("extends: bakery\nversion: 2\n" + columns("      stage: {wdth: 100}\n"), id="a misspelt setting of a column"),
            pytest.param("version: 2\n" + columns("      stage: {type: text, title: S, after: name}\n"), id="a place in a template that stands alone"),
            pytest.param("version: 2\ntitle: T\nsheets: {a: {title: A, columns: {x: null}}}\n", id="null in a template that stands alone"),
        ],
    )  # fmt: skip
    def test_mistakes_are_seen(self, wrong, text):
        assert wrong(text)
