"""A template made in code around whatever a test is about."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

from sheetcrm.schema.template import Template

TODAY = date(2026, 1, 15)
STAGES = {
    "lead": {"zh": "潜在客户", "en": "Lead", "color": "grey"},
    "won": {"zh": "成交", "en": "Won", "color": "green"},
}
TEAM = {
    "title": {"zh": "团队", "en": "Team"},
    "key": "name",
    "columns": {
        "name": {"type": "id", "title": {"zh": "姓名", "en": "Name"}},
        "email": {"type": "email", "title": {"zh": "邮箱", "en": "E-mail"}},
    },
}
LISTS = {
    "title": {"zh": "选项", "en": "Lists"},
    "content": "lists",
    "columns": {
        "source": {
            "type": "list",
            "title": {"zh": "来源", "en": "Source"},
            "options": {"web": {"zh": "网站", "en": "Web"}},
        }
    },
}

RATES = {
    "title": {"zh": "汇率", "en": "Rates"},
    "key": "currency",
    "columns": {
        "currency": {"type": "currency", "title": {"zh": "币种", "en": "Currency"}},
        "rate": {"type": "number", "title": {"zh": "折人民币", "en": "In CNY"}},
    },
}


def plan(**customers):
    """The data of a template whose sheet `customers` has id, stage, day, owner, price and its currency, and the settings given."""
    columns = {
        "id": {"type": "id", "title": {"zh": "编号", "en": "ID"}},
        "stage": {"type": "choice", "title": {"zh": "阶段", "en": "Stage"}, "options": STAGES},
        "day": {"type": "date", "title": {"zh": "日期", "en": "Day"}},
        "owner": {"type": "person", "title": {"zh": "负责人", "en": "Owner"}},
        "currency": {"type": "currency", "title": {"zh": "币种", "en": "Currency"}, "rates": "rates"},
        "price": {"type": "money", "title": {"zh": "报价", "en": "Price"}, "currency_from": "currency"},
        **customers.pop("columns", {}),
    }
    sheet = {"title": {"zh": "客户", "en": "Customers"}, "key": "id", "columns": columns, **customers}
    return {
        "version": 1,
        "title": {"zh": "例", "en": "Example"},
        "team": {"sheet": "team", "name": "name", "email": "email"},
        "sheets": {"customers": sheet, **deepcopy({"team": TEAM, "lists": LISTS, "rates": RATES})},
    }


def template(**customers):
    """The same as a Template, with nothing wrong in it."""
    made = Template.model_validate(plan(**customers))
    assert list(made.problems()) == []
    return made.called("example")


def column(settings, key="x"):
    """A column of these settings in that template, and the context to use it in."""
    made = template(columns={key: {"title": {"zh": "某", "en": "Some"}, **settings}})
    return made.sheets["customers"].columns[key], made.context("zh", TODAY)
