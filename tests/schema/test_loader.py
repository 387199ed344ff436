"""Every mistake in a template is told with file, line and, where there is one, the nearest right word."""

from __future__ import annotations

import re

import pytest

from sheetcrm.errors import TemplateError
from sheetcrm.messages import speaking
from sheetcrm.schema import loader
from tests.chinese import is_chinese

GOOD = """\
version: 1
title: {zh: 例, en: Example}
team: {sheet: team, name: name, email: email}
sheets:
  customers:
    title: {zh: 客户, en: Customers}
    key: id
    columns:
      id: {type: id, title: {zh: 编号, en: ID}}
      stage: {type: choice, title: {zh: 阶段, en: Stage}, options: {lead: {zh: 潜在, en: Lead, color: grey}, won: {zh: 成交, en: Won}}}
      next: {type: date, title: {zh: 下次, en: Next}, rules: [{type: required, unless: {stage: [won]}}]}
      owner: {type: person, title: {zh: 负责人, en: Owner}}
      last: {type: formula, title: {zh: 上次, en: Last}, result: date, formula: 'MAX({log.date})'}
    highlights: [{type: state, column: stage}]
    samples: [{id: S1, stage: lead, next: +3d, owner: Ann}]
  log:
    title: {zh: 记录, en: Log}
    columns:
      customer: {type: reference, to: customers, title: {zh: 客户编号, en: Customer}}
      date: {type: date, title: {zh: 日期, en: Date}}
  team:
    title: {zh: 团队, en: Team}
    key: name
    columns:
      name: {type: id, title: {zh: 姓名, en: Name}}
      email: {type: email, title: {zh: 邮箱, en: E-mail}}
    samples: [{name: Ann, email: ann@x.org}]
reminders:
  call: {type: date, sheet: customers, date: next, owner: owner, title: {zh: 跟进, en: Call}, before: [1], show: [stage]}
"""

MISTAKES = [
    pytest.param("options: {lead", "optons: {lead", "10: sheets.customers.columns.stage.optons: no such setting; did you mean options?", id="unknown setting"),
    pytest.param("type: choice", "type: choise", "10: sheets.customers.columns.stage: no such column type: choise; did you mean choice?", id="unknown column type"),
    pytest.param("type: choice, ", "", "10: sheets.customers.columns.stage: which column? Add type:", id="no type"),
    pytest.param("type: required, ", "type: requird, ", "11: sheets.customers.columns.next.rules.0: no such rule type: requird; did you mean required?", id="unknown rule"),
    pytest.param("version: 1", "version: 1\nversion: 2", "2: version: said twice; the first is in line 1", id="duplicate key"),
    pytest.param("version: 1", "version: soon", "1: version: expected a whole number, not 'soon'", id="wrong type"),
    pytest.param(", options: {lead: {zh: 潜在, en: Lead, color: grey}, won: {zh: 成交, en: Won}}", "", "10: sheets.customers.columns.stage: needs options: or options_from:, one of the two", id="choice without options"),
    pytest.param("color: grey", "color: gray", "10: sheets.customers.columns.stage.options.lead.color: no such colour: gray; did you mean grey?", id="unknown colour"),
    pytest.param("{zh: 客户, en: Customers}", "{zh: 客户, fr: Clients}", "6: sheets.customers.title: no such language: fr; there are zh, en", id="unknown language"),
    pytest.param("{zh: 客户, en: Customers}", "{zh: 客户}", "6: sheets.customers.title: has no text for en", id="language missing"),
    pytest.param("{zh: 客户, en: Customers}", "{zh: 客户, en: Customers, and more}", "6: sheets.customers.title: a text with a comma or a colon in it needs quotes: and more", id="text without quotes"),
    pytest.param("to: customers", "to: custmers", "19: sheets.log.columns.customer.to: no such sheet: custmers; did you mean customers?", id="reference to a missing sheet"),
    pytest.param("{log.date}", "{log.dte}", "13: sheets.customers.columns.last.formula: no such column in log: dte; did you mean date?", id="formula naming a missing column"),
    pytest.param("{log.date}", "{lgo.date}", "13: sheets.customers.columns.last.formula: no such sheet: lgo; did you mean log?", id="formula naming a missing sheet"),
    pytest.param("MAX({log.date})", "MAX({log.date)", "13: sheets.customers.columns.last.formula: { without its other half", id="brace left open"),
    pytest.param("MAX({log.date})", "MAX({log.date}", "13: sheets.customers.columns.last.formula: ( without its other half", id="bracket left open"),
    pytest.param("MAX({log.date})", "=MAX({log.date})", "13: sheets.customers.columns.last.formula: write the formula without =", id="formula with ="),
    pytest.param("MAX({log.date})", "COUNTIFS({stage},{stage=wno})", "13: sheets.customers.columns.last.formula: no such option of stage: wno; did you mean won?", id="formula naming a missing option"),
    pytest.param("MAX({log.date})", "MAX({1,2})", "13: sheets.customers.columns.last.formula: {1,2} is not {column}, {sheet.column} or {column=option}; arrays in braces are not supported", id="array"),
    pytest.param("result: date", "result: dat", "13: sheets.customers.columns.last: no such column type: dat; did you mean date?", id="formula of an unknown type"),
    pytest.param("stage: [won]", "stage: [wonn]", "11: sheets.customers.columns.next.rules.0.unless.stage.0: no such option of stage: wonn; did you mean won?", id="state that is no option"),
    pytest.param("stage: [won]", "stge: [won]", "11: sheets.customers.columns.next.rules.0.unless.stge: no such column in customers: stge; did you mean stage?", id="state of a missing column"),
    pytest.param("{type: state, column: stage}", "{type: state, column: stag}", "14: sheets.customers.highlights.0.column: no such column in customers: stag; did you mean stage?", id="highlight of a missing column"),
    pytest.param("{type: state, column: stage}", "{type: overdue, column: stage}", "14: sheets.customers.highlights.0.column: stage is not a date", id="highlight of a wrong column"),
    pytest.param("key: id", "key: ident", "7: sheets.customers.key: no such column: ident", id="key that is not there"),
    pytest.param("date: next", "date: nxt", "29: reminders.call.date: no such column in customers: nxt; did you mean next?", id="reminder naming a missing column"),
    pytest.param("sheet: customers, date", "sheet: customer, date", "29: reminders.call.sheet: no such sheet: customer; did you mean customers?", id="reminder naming a missing sheet"),
    pytest.param("owner: owner", "owner: stage", "29: reminders.call.owner: stage is not a column of type person", id="owner who is nobody"),
    pytest.param("show: [stage]", "show: [stage, amount]", "29: reminders.call.show.1: no such column in customers: amount", id="mail showing a missing column"),
    pytest.param("email: email}\nsheets", "email: mail}\nsheets", "3: team.email: no such column in team: mail; did you mean email?", id="team column that is not there"),
    pytest.param("{zh: 记录, en: Log}", "{zh: 客户, en: Log}", "17: sheets.log.title: 客户 is the title of customers already", id="two tabs of one title"),
    pytest.param("{zh: 下次, en: Next}", "{zh: 下次, en: stage}", "11: sheets.customers.columns.next.title: stage is the title of stage already", id="two columns of one title"),
    pytest.param("stage: lead, next", "stage: leed, next", "15: sheets.customers.samples.0.stage: leed is not one of the options", id="sample that does not parse"),
    pytest.param("stage: lead, next: +3d,", "stage: lead,", "15: sheets.customers.samples.0.next: breaks its rule required: must not be blank", id="sample that breaks a rule"),
    pytest.param("owner: Ann}", "owner: Eve}", "15: sheets.customers.samples.0.owner: breaks its rule in_team: Eve is not in 团队", id="sample of somebody unknown"),
    pytest.param("owner: Ann}", "owner: Ann, colour: red}", "15: sheets.customers.samples.0.colour: no such column to fill: colour", id="sample of a missing column"),
    pytest.param("owner: Ann}", "owner: Ann, last: +1d}", "15: sheets.customers.samples.0.last: no such column to fill: last", id="sample of a computed column"),
    pytest.param("team: {sheet: team, name: name, email: email}", "time_zone: Asia/Peking", "3: time_zone: no such time zone: Asia/Peking; use a name as in Asia/Shanghai", id="time zone"),
    pytest.param("team: {sheet: team, name: name, email: email}", "country: China", "3: country: no such country: China; use its two letters, as in CN", id="country"),
    pytest.param("team: {sheet: team, name: name, email: email}", "currency: RMB", "3: currency: no such currency: RMB; use its three letters, as in CNY", id="currency"),
    pytest.param("team: {sheet: team, name: name, email: email}\n", "", "11: sheets.customers.columns.owner.type: people are found in the team: of the template, and there is none", id="people without a team"),
    pytest.param("      id: {", "      _id: {", "5: sheets.customers: keys with a leading _ are ours: _id", id="a key of ours"),
    pytest.param("      id: {", "      Id-1: {", "9: sheets.customers.columns.Id-1: a key is a small English word: a to z, then digits and _ too", id="a key that is no word"),
]  # fmt: skip


@pytest.fixture
def load(tmp_path):
    """A function that loads a text as `t.yaml`."""

    def from_text(text):
        (tmp_path / "t.yaml").write_text(text, encoding="utf-8")
        return loader.load(tmp_path / "t.yaml")

    return from_text


@pytest.fixture
def said(load):
    """A function that says what is wrong with GOOD after one replacement, without the folder."""

    def problems(old, new):
        assert old in GOOD
        with pytest.raises(TemplateError) as caught:
            load(GOOD.replace(old, new, 1))
        return [re.sub(r"^.*t\.yaml:", "", str(problem)) for problem in caught.value.problems]

    return problems


def test_the_good_one_is_good(load):
    assert load(GOOD).key == "t"


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes(said, old, new, message):
    assert any(line.startswith(message) for line in said(old, new))


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES)
def test_mistakes_are_told_in_chinese_at_the_same_place(said, old, new, message):
    with speaking("zh"):
        lines = said(old, new)
    where = message.partition(": ")[0]
    assert any(line.startswith(f"{where}: ") for line in lines)
    assert [line for line in lines if not is_chinese(line)] == []


def test_all_mistakes_at_once_in_the_order_of_the_file(load):
    text = (
        GOOD.replace("color: grey", "color: gray")
        .replace("before: [1]", "befor: [1]")
        .replace("key: name", "kee: name")
    )
    with pytest.raises(TemplateError) as caught:
        load(text)
    assert [problem.line for problem in caught.value.problems] == [10, 23, 29]


def test_an_empty_file_misses_everything(load):
    with pytest.raises(TemplateError) as caught:
        load("")
    assert {problem.path for problem in caught.value.problems} == {"version", "title", "sheets"}


class TestFind:
    def test_a_name(self):
        assert loader.find("pipeline").name == "pipeline.yaml"

    def test_a_path(self, tmp_path):
        (tmp_path / "mine.yaml").write_text(GOOD, encoding="utf-8")
        assert loader.find(str(tmp_path / "mine.yaml")) == tmp_path / "mine.yaml"

    def test_a_teams_own_copy_comes_first(self, tmp_path):
        (tmp_path / "pipeline.yaml").write_text(GOOD, encoding="utf-8")
        assert loader.find("pipeline", [tmp_path]).parent == tmp_path
        assert loader.names([tmp_path]).count("pipeline") == 1

    def test_an_unknown_name_has_a_nearest_one(self):
        with pytest.raises(TemplateError, match=r"no such template; did you mean pipeline\?"):
            loader.find("pipline")

    def test_a_path_that_is_not_there(self):
        with pytest.raises(TemplateError, match=r"nowhere\.yaml: no such file"):
            loader.find("nowhere.yaml")
