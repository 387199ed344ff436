"""Whole templates, through our own client: the sum of all beliefs."""

from __future__ import annotations

import os
from datetime import date

import pytest

from sheetcrm import provision, sync
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Gateway
from tests.contract.beliefs import belief

ALL = sorted(loader.names())
# Against the embedded server tests/test_templates.py says the same of each of them.
SHIPPED = ALL if os.environ.get("SHEETCRM_LIVE") or os.environ.get("SHEETCRM_PROVE") else ["pipeline"]
DAY = date(2026, 11, 21)


@pytest.mark.parametrize("name", SHIPPED)
@belief(
    "Each template is taken as a whole, a second plan for it is empty, and its sample rows are read without an issue.",
    seen="*nobody* has run it at Google",
    so="everything",
)
def test_a_template_is_taken_and_comes_back(far, name):
    template = loader.load(loader.find(name))
    gateway = Gateway(far.session, far.make().id)
    provision.apply(gateway, provision.plan(gateway, template, "zh", today=DAY, samples=True))
    again = provision.plan(gateway, template, "zh", today=DAY)
    assert not again.has_work, again.text()
    assert [issue.message for issue in sync.read(gateway, template, language="zh").issues] == []
