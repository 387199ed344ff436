"""A spreadsheet with everything that a summary tells of, and its figures counted in another way."""

from __future__ import annotations

from datetime import date, timedelta

import office

from sheetcrm.schema.template import Template

TODAY = date(2026, 3, 9)
"""A Monday: week 10, from the 2nd to the 8th of March, is over."""
MONDAY = date(2026, 3, 2)
DEALS = {
    "id": "id",
    "name": "text",
    "stage": {"type": "choice", "options": {"lead": "Lead", "offer": "Offer", "won": "Won", "lost": "Lost"}},
    "created": "date",
    "closed": "date",
    "next": "date",
    "due": "date",
    "owner": "person",
    "currency": {"type": "currency", "rates": "rates"},
    "amount": {"type": "money", "currency_from": "currency"},
    "paid": "money",
    "base": {"type": "converted", "amount": "amount", "rate": "rates.rate"},
}
ORDERS = {"id": "id", "deal": {"type": "reference", "to": "deals"}, "day": "date", "price": "money"}
TEAM = {
    "name": "id",
    "email": "email",
    "role": {"type": "choice", "options": {"boss": "Boss", "sales": "Sales"}},
    "manager": "person",
    "active": "checkbox",
}
FOLLOW_UP = {
    "type": "date", "title": "Follow-ups", "sheet": "deals", "date": "next", "owner": "owner",
    "unless": {"stage": ["won", "lost"]}, "show": ["name"],
}  # fmt: skip
PAYMENT = {
    "type": "receivable", "title": "Payments", "sheet": "deals", "date": "due", "amount": "amount", "paid": "paid",
    "owner": "owner", "show": ["name"],
}  # fmt: skip
WEEKLY = {
    "type": "summary",
    "title": "Weekly summary",
    "sheet": "deals",
    "owner": "owner",
    "to": ["boss"],
    "stage": "stage",
    "amount": "amount",
    "unless": {"stage": ["won", "lost"]},
    "new": {"date": "created"},
    "won": {"date": "closed", "state": {"stage": "won"}, "amount": "amount"},
    "lost": {"date": "closed", "state": {"stage": "lost"}},
    "follow_ups": ["follow_up", "payment"],
}
PEOPLE = (
    {"name": "Top", "email": "top@example.com", "role": "Boss", "active": True},
    {"name": "Ann", "email": "ann@example.com", "role": "Sales", "manager": "Top", "active": True},
    {"name": "Bob", "email": "bob@example.com", "role": "Sales", "manager": "Ann", "active": True},
    {"name": "Eve", "email": "eve@example.com", "role": "Sales", "manager": "Top", "active": True},
)
RATES = ({"currency": "USD", "rate": 7.2}, {"currency": "EUR", "rate": 7.8})


def template(weekly=WEEKLY, **settings):
    return Template.model_validate(raw(weekly, **settings))


def raw(weekly=WEEKLY, **settings):
    return {
        "version": 1,
        "title": "Shop",
        "currency": "CNY",
        "team": {"sheet": "team", "name": "name", "email": "email", "role": "role", "manager": "manager", "active": "active"},
        "sheets": {
            "deals": _sheet("Deals", "id", DEALS),
            "orders": _sheet("Orders", "id", ORDERS),
            "rates": _sheet("Rates", "currency", {"currency": "currency", "rate": "number"}),
            "team": _sheet("Team", "name", TEAM),
        },
        "reminders": {"follow_up": FOLLOW_UP, "payment": PAYMENT, "weekly": weekly},
        **settings,
    }  # fmt: skip


def weekly(**settings):
    return {**WEEKLY, **settings}


def _sheet(title, key, columns):
    made = {name: {"type": about} if isinstance(about, str) else about for name, about in columns.items()}
    return {"title": title, "key": key, "columns": {name: {"title": name, **about} for name, about in made.items()}}


def deal(number=1, **cells):
    return {"id": f"D{number:03d}", "name": f"Deal {number}", "stage": "Lead", "owner": "Bob", **cells}


def reading(deals=(), people=PEOPLE, *, orders=(), made=None, language="en", rates=RATES):
    rows = {"deals": deals, "orders": orders, "rates": rates, "team": people}
    return office.reading_of(made or template(), rows, language=language, title="Shop")


def days(count, since=MONDAY):
    return since + timedelta(count)
