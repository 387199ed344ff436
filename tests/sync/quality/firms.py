"""A small template of firms that has an archive, and people at work in it."""

FIRMS = """
version: 1
title: {zh: 公司, en: Firms}
country: CN
sheets:
  firms:
    title: {zh: 公司, en: Firms}
    key: id
    archive: {when: {stage: lost}, by: day, after: 30d}
    columns:
      id: {type: id, title: ID, auto: "F{:03d}"}
      name: {type: text, title: Name, required: true}
      phone: {type: phone, title: Phone}
      email: {type: email, title: E-mail}
      city: {type: text, title: City}
      stage: {type: choice, title: Stage, options: {open: {zh: 进行中, en: Open}, lost: {zh: 流失, en: Lost}}}
      tags: {type: choices, title: Tags, options: {a: Alpha, b: Beta}}
      day: {type: date, title: Day}
      parent: {type: reference, to: firms, title: Parent}
      orders: {type: formula, title: Orders, result: integer, formula: "COUNTIFS({orders.firm},{id})"}
      touched: {type: touched, title: Touched}
      notes: {type: text, title: Notes, wrap: true}
  orders:
    title: {zh: 订单, en: Orders}
    columns:
      firm: {type: reference, to: firms, title: Firm, required: true}
      product: {type: text, title: Product}
"""

TWINS = [
    {"ID": "F001", "Name": "Acme GmbH", "Phone": "+8613800138000", "City": "Berlin", "Stage": "Open", "Tags": "Alpha"},
    {"ID": "F002", "Name": "Beta Ltd", "Phone": "+8613900139000"},
    {
        "ID": "F003", "Name": "ACME", "Phone": "138 0013 8000", "E-mail": "a@acme.example", "City": "Potsdam",
        "Tags": "Beta", "Notes": "knows Ann",
    },
    {"ID": "F004", "Name": "Gamma", "Parent": "F001"},
]  # fmt: skip
"""F001 and F003 are the same firm; F003 says more, F001 is named by others."""

ORDERS = [{"Firm": "F001", "Product": "x"}, {"Firm": "F003", "Product": "y"}, {"Firm": "F002", "Product": "z"}]
