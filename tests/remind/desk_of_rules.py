"""A sheet with something for every kind of rule, and what one rule asks of rows in it."""

from __future__ import annotations

from datetime import date

import office

from sheetcrm.remind.due import due
from sheetcrm.remind.people import people
from sheetcrm.schema.template import Template

TODAY = date(2026, 3, 4)
"""A Wednesday without any holiday near it."""
COLUMNS = {
    "id": "id",
    "name": "text",
    "stage": {"type": "choice", "options": {"lead": "Lead", "won": "Won"}},
    "level": {"type": "choice", "options": {"high": "High", "low": "Low"}},
    "cycle": "integer",
    "next": "date",
    "last": "date",
    "since": "date",
    "quiet": "date",
    "owner": "person",
    "amount": "money",
    "paid": "money",
    "phone": "text",
}
TEAM_COLUMNS = {
    "name": "id",
    "email": "email",
    "role": {"type": "choice", "options": {"boss": "Boss", "sales": "Sales"}},
    "manager": "person",
    "mobile": "phone",
    "active": "checkbox",
}
TEAM = (
    {"name": "Ann", "email": "ann@example.com", "role": "Boss", "active": True},
    {"name": "Bob", "email": "bob@example.com", "role": "Sales", "manager": "Ann", "active": True},
    {"name": "Eve", "email": "eve@example.com", "role": "Sales", "manager": "Bob", "mobile": "13800138000", "active": True},
    {"name": "Zed", "email": "zed@example.com", "role": "Sales", "manager": "Bob", "active": False},
)  # fmt: skip
FOLLOW_UP = {"type": "date", "date": "next"}


def made(rules, **settings):
    return Template.model_validate({
        "version": 1,
        "title": "Shop",
        "team": {"sheet": "team", "name": "name", "email": "email", "role": "role", "manager": "manager", "active": "active", "phone": "mobile"},
        "sheets": {
            "customers": {"title": "Customers", "key": "id", "columns": _columns(COLUMNS)},
            "team": {"title": "Team", "key": "name", "columns": _columns(TEAM_COLUMNS)},
        },
        "reminders": {key: {"title": key, "sheet": "customers", "owner": "owner", **rule} for key, rule in rules.items()},
        **settings,
    })  # fmt: skip


def reading(rules, rows, team=TEAM, **settings):
    return office.reading_of(made(rules, **settings), {"customers": rows, "team": team}, language="en", title="Shop")


def row(number=1, **cells):
    return {"id": f"C{number:03}", "name": f"Customer {number}", "stage": "Lead", "owner": "Eve"} | cells


def asking(rule, *rows, team=TEAM, country="CN", **options):
    """What the one rule asks of these rows, by day."""
    read = reading({"rule": rule}, rows, team, country="CN")
    assert list(read.template.problems()) == []
    everybody = people(read.extracts["team"], read.template.team)
    extract = read.extracts["customers"]
    return lambda today: list(
        due(
            extract,
            read.template.reminders["rule"],
            key="rule",
            today=today,
            people=everybody,
            country=country,
            **options,
        )
    )


def ask(*asked, today=TODAY, **options):
    """Everything that the one rule asks of these rows on a day."""
    return asking(*asked, **options)(today)


def told(*asked, **options):
    """Row id, due date, step and name of everybody told."""
    return [(one.row.id, one.due, one.step, one.person.name) for one in ask(*asked, **options)]


def _columns(columns):
    return {
        key: {"title": key.capitalize(), **(spec if isinstance(spec, dict) else {"type": spec})}
        for key, spec in columns.items()
    }
