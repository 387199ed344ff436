"""One test message, step by step."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.message import Sender
from sheetcrm.remind.notifiers import Way
from sheetcrm.remind.notifiers.base import Verdict
from sheetcrm.remind.notifiers.trial import Step, Trial, try_out


def way(**settings):
    return TypeAdapter(Way).validate_python(settings)


def trial(to="ann@example.com", **settings):
    sender = Sender("CRM", "crm@example.com")
    return Trial(sender, AllowList.of(["example.com"]), to, lambda: datetime(2026, 1, 5, tzinfo=UTC), **settings)


def tried(made, folder, asked=None, **environment):
    return try_out(made, asked or trial(), folder=folder, environment=environment)


def test_a_mail_server_step_by_step(sign_in_post, tmp_path):
    faults, trusted = sign_in_post
    made = way(
        type="smtp", host="localhost", port=faults.port, user="ann@example.com", password={"env": "PW"}, ca_file=trusted
    )
    steps = tried(made, tmp_path, PW="s3cret")
    assert all(step.good for step in steps)
    assert [step.said.split()[0] for step in steps] == [
        "ann@example.com",
        "connected",
        "encrypted",
        "signed",
        "takes",
        "takes",
        "took",
        "sent",
    ]
    assert b"If you can read this" in faults.mails[0][2]


def test_where_it_stops_is_the_last_step(sign_in_post, tmp_path):
    faults, trusted = sign_in_post
    made = way(
        type="smtp", host="localhost", port=faults.port, user="ann@example.com", password={"env": "PW"}, ca_file=trusted
    )
    steps = tried(made, tmp_path, PW="wrong")
    assert [step.good for step in steps] == [True, True, True, False]
    assert "does not accept user and password: 535" in steps[-1].said


@pytest.mark.parametrize(
    ("to", "said"), [("eve@elsewhere.example", "not on the allow-list"), ("ann", "not an e-mail address")]
)
def test_nobody_gets_it_whom_a_reminder_could_not_reach(faults, tmp_path, to, said):
    steps = tried(way(type="smtp", host="127.0.0.1", port=faults.port, security="none"), tmp_path, trial(to))
    assert [step.good for step in steps] == [False]
    assert said in steps[0].said
    assert faults.commands == []


def test_a_secret_that_is_not_there(tmp_path):
    steps = tried(way(type="slack", webhook={"env": "HOOK"}), tmp_path)
    assert steps == [Step(False, "the environment variable HOOK, which the config names for a secret, is not set")]


def test_a_robot_in_chinese(service, tmp_path):
    service.will({"errcode": 0, "errmsg": "ok"})
    made = way(type="dingtalk", webhook={"env": "HOOK"})
    steps = tried(made, tmp_path, trial(language="zh", phone="+8613800138000"), HOOK=service.url)
    assert [step.said.split(":")[0] for step in steps] == ["DingTalk answered", "sent"]
    assert "提醒可以送达" in service.said["markdown"]["text"]
    assert service.said["at"]["atMobiles"] == ["13800138000"]


def test_a_refusal_says_why(faults, tmp_path):
    faults.at["RCPT"] = ["550 no such user"]
    steps = tried(way(type="smtp", host="127.0.0.1", port=faults.port, security="none"), tmp_path)
    assert steps[-1] == Step(False, f"{Verdict.FAILED}: 550 no such user")
