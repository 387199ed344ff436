"""Services that apprise knows: its yes is believed, its no is not."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from sheetcrm.errors import MissingExtra, UsageError
from sheetcrm.remind.message import Cover, Draft, Sender
from sheetcrm.remind.notifiers.apprise import AppriseNotifier
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict

DRAFT = Draft("Due", "Call Ann\n", "<p>Call Ann</p>", "en", "**Call** Ann")


def sent(notifier, steps=None):
    cover = Cover(
        Sender("", "crm@example.com"), "Ann", "ann@example.com", "<1@example.com>", datetime(2026, 1, 5, tzinfo=UTC)
    )
    data = notifier.seal(DRAFT, cover)
    with notifier.open((steps if steps is not None else []).append) as send:
        return send(Outgoing("crm@example.com", "ann@example.com", "<1@example.com>", data))


def json_url(service):
    return service.url.replace("http://", "json://")


def test_yes(service):
    service.will("taken")
    assert sent(AppriseNotifier(json_url(service))) == Outcome(Verdict.SENT)
    assert service.said["title"] == "Due"
    assert "Call" in service.said["message"]


@pytest.mark.parametrize("status", [400, 429, 500])
def test_no_may_be_a_refusal_or_a_lost_answer_so_nobody_knows(service, status):
    service.will("no", status)
    outcome = sent(AppriseNotifier(json_url(service)))
    assert outcome.verdict is Verdict.UNKNOWN
    assert str(status) in outcome.reason


def test_an_address_that_it_does_not_know_is_refused_and_not_said():
    with pytest.raises(UsageError, match="no URL that apprise knows") as error:
        sent(AppriseNotifier("nonsense://s3cret"))
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("scheme", ["dingtalk", "wecombot", "feishu", "lark"])
def test_robots_that_refuse_with_a_200_are_not_left_to_it(scheme):
    with pytest.raises(UsageError, match="use the way of that name"):
        AppriseNotifier(f"{scheme}://abcdef")


@pytest.mark.parametrize(("plugin", "name", "options"), [
    ("dingtalk", "NotifyDingTalk", {"token": "abc"}),
    ("wecombot", "NotifyWeComBot", {"key": "abc"}),
    ("feishu", "NotifyFeishu", {"token": "abc"}),
])  # fmt: skip
def test_why_apprise_takes_the_refusal_of_such_a_robot_for_a_yes(service, monkeypatch, plugin, name, options):
    """When this fails, apprise reads answers, and these robots could be left to it."""
    import importlib

    kind = getattr(importlib.import_module(f"apprise.plugins.{plugin}"), name)
    monkeypatch.setattr(
        kind, "notify_url", service.url + "/?key={key}{token}".replace("{key}" if "token" in options else "{token}", "")
    )
    service.will({"errcode": 93000, "code": 19001, "errmsg": "no such robot"})
    assert kind(**options).notify(body="x", title="y") is True
    assert len(service.asked) == 1


def test_without_apprise_the_extra_is_named(monkeypatch, service):
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(MissingExtra, match=r"sheetcrm\[robots\]"):
        sent(AppriseNotifier(json_url(service)))
