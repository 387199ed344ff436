"""The rules of our own templates: examples are never mailed, and what a team would forget is asked for."""

from __future__ import annotations

from datetime import date, timedelta

import office
import pytest

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.gather import gather
from sheetcrm.schema import loader

TODAY = date(2026, 3, 4)
NAMES = sorted(name for name in loader.names() if loader.load(loader.find(name)).reminders)
TEAM = {"name": "Ann", "email": "ann@example.com", "active": True}


@pytest.fixture(params=NAMES)
def template(request):
    return loader.load(loader.find(request.param))


def agenda(template, rows, today=TODAY, language="en"):
    reading = office.reading_of(template, rows, language=language, title="Ours")
    return gather(reading, today=today, channel="mail", allow=AllowList.of(["example.com"]), catch_up=400)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_example_rows_are_never_mailed(template, language):
    rows = {key: found for key, found in template.sample_rows(language, TODAY).items() if key in template.records}
    for days in (0, 45, 200):
        found = agenda(template, rows, TODAY + timedelta(days), language)
        assert (found.mails, found.expired, found.unsent) == ({}, {}, [])


def test_days_off_move_every_rule_and_nobody_is_forgotten_when_who_is_in_charge_has_left(template):
    for rule in template.reminders.values():
        assert rule.working_days is not None
        assert rule.fallback or rule.type == "yearly"


def asked(name, sheet, **cells):
    template = loader.load(loader.find(name))
    spec = template.sheets[sheet]
    team = template.team
    row = {spec.key: "C1", **cells}
    found = agenda(template, {sheet: [row], team.sheet: [TEAM]})
    return sorted(one.rule for mails in found.mails.values() for one in mails)


def ago(days):
    return TODAY - timedelta(days)


@pytest.mark.parametrize(("name", "sheet", "cells", "rules"), [
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 5, "last": ago(14)}, ["blanks", "revisit"], id="a customer of level 5 after two weeks"),
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 1, "last": ago(14), "kind": "Regular", "email": "a@x.org"}, [], id="one of level 1 after two weeks"),
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 5, "last": ago(14), "kind": "Regular", "email": "a@x.org", "next": TODAY + timedelta(60)}, [], id="one with a next date"),
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 5, "kind": "Regular", "email": "a@x.org", "birthday": date(1990, 3, 7), "consent": True}, ["birthday"], id="a birthday in three days"),
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 5, "kind": "Regular", "email": "a@x.org", "birthday": date(1990, 3, 7)}, [], id="a birthday of who does not want to hear of us"),
    pytest.param("customer-list", "customers", {"owner": "Ann", "level": 5, "kind": "Regular", "email": "a@x.org", "checked": ago(180)}, ["refresh"], id="details that nobody checked for half a year"),
    pytest.param("account-manager", "customers", {"owner": "Ann", "level": "High", "last": ago(30), "mobile": "+8613800138000"}, ["revisit"], id="an important customer after a month"),
    pytest.param("chemicals", "customers", {"owner": "Ann", "last_visit": ago(30)}, ["blanks"], id="nobody said how often to visit"),
    pytest.param("chemicals", "orders", {"collector": "Ann", "seller": "Ann", "due": ago(7), "receivable": 100, "received": 99}, ["payment"], id="a payment of which one is left"),
    pytest.param("chemicals", "orders", {"collector": "Ann", "seller": "Ann", "due": ago(7), "receivable": 100, "received": 100}, [], id="a payment that has come"),
    pytest.param("collaborative-crm", "customers", {"owner": "Ann", "created": ago(61)}, ["no_next", "quiet_long"], id="a customer of whom nothing was heard"),
    pytest.param("pipeline", "progress", {"owner": "Ann", "stage_since": ago(31), "next": TODAY + timedelta(9)}, ["stuck"], id="a customer who is stuck in a stage"),
    pytest.param("pipeline", "progress", {"owner": "Ann"}, ["no_next"], id="a customer without a next date"),
    pytest.param("pipeline", "progress", {"owner": "Ann", "stage": "Won"}, [], id="a customer who was won"),
    pytest.param("pipeline", "progress", {"owner": "Ann", "next": TODAY, "quiet": TODAY + timedelta(1)}, [], id="a row that is to be quiet"),
    pytest.param("task-tracker", "tasks", {"owner": "Ann", "start": TODAY}, ["task_start"], id="a task to begin"),
])  # fmt: skip
def test_what_is_asked_for(name, sheet, cells, rules):
    assert asked(name, sheet, **cells) == rules
