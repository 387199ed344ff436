"""What robots are told, what their answers mean, and what becomes of cells that look like markup."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import office
import pytest

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind.allow import AllowList
from sheetcrm.remind.digest import Style, digest
from sheetcrm.remind.gather import gather
from sheetcrm.remind.message import Cover, Draft, Sender
from sheetcrm.remind.note import Note
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict, Way
from sheetcrm.remind.notifiers.dingtalk import DingTalkNotifier
from sheetcrm.remind.notifiers.feishu import FeishuNotifier
from sheetcrm.remind.notifiers.robot import Robot
from sheetcrm.remind.notifiers.slack import SlackNotifier
from sheetcrm.remind.notifiers.wecom import WeComNotifier

TODAY = date(2026, 1, 5)
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
KEY = "k3y-of-the-robot"
ROBOTS = [kind.makes for kind in Way.members().values() if issubclass(kind, Robot)]
YES = {SlackNotifier: "ok"}


@pytest.fixture(params=ROBOTS, ids=lambda kind: kind.title)
def robot(request, service):
    service.will(YES.get(request.param, {"errcode": 0, "code": 0}))
    return request.param(f"{service.url}/send?key={KEY}")


def cover(phone="", name="Ann"):
    return Cover(Sender("", "crm@example.com"), name, "ann@example.com", "<1@example.com>", NOW, phone)


def drafted(*names, language="en"):
    rows = [
        {"id": f"C{at}", "name": name, "stage": "Lead", "next": TODAY, "owner": "Ann"} for at, name in enumerate(names)
    ]
    reading = office.reading(rows, language=language)
    (reminders,) = gather(reading, today=TODAY, channel="chat", allow=AllowList.of(["example.com"])).mails.values()
    return digest(list(reminders.values()), reading, today=TODAY, style=Style(500))


def sent(notifier, draft=None, phone=""):
    data = notifier.seal(draft or drafted("Acme"), cover(phone))
    with notifier.open() as send:
        return send(Outgoing("crm@example.com", "ann@example.com", "<1@example.com>", data))


def text_of(body):
    """What people see, whichever robot says it."""
    if "card" in body:
        return "\n".join([body["card"]["header"]["title"]["content"], body["card"]["elements"][0]["content"]])
    kind = body.get("msgtype")
    return body["text"] if kind is None else body[kind].get("content") or body[kind]["text"]


class TestAnyRobot:
    def test_it_says_the_customer_the_day_and_where_to_look(self, robot, service):
        assert sent(robot) == Outcome(Verdict.SENT)
        said = text_of(service.said)
        assert all(part in said for part in ("Hello Ann", "Acme", "today", "https://docs.google.com/spreadsheets/d/"))
        assert service.asked[-1][0].startswith(f"/send?key={KEY}")

    def test_the_ledger_keeps_what_it_will_say(self, robot):
        data = robot.seal(drafted("Acme"), cover("+8613800138000"))
        assert data == robot.seal(drafted("Acme"), cover("+8613800138000"))
        assert Note.parse(data).phone == "+8613800138000"
        assert Note.parse(data).dump() == data

    @pytest.mark.parametrize("evil", [
        "[Prize](https://evil.example)", "<!channel>", "<at user_id=all></at>", "<at id=all></at>", "<@all>", "@all hands",
        "**bold**", "`code`", "<https://evil.example|Bank>", "<font color=warning>",
    ])  # fmt: skip
    def test_a_cell_is_text_and_nothing_else(self, robot, service, evil):
        sent(robot, drafted(evil))
        said = text_of(service.said)
        assert evil not in said
        # By the one dialect or the other, nothing leads where the cell wants to.
        assert "](https://evil" not in said
        assert "<https://evil" not in said
        assert "<!" not in said
        assert "<at" not in said
        assert "@all" not in said

    def test_however_long_it_is_it_fits_and_leads_to_the_rest(self, robot, service):
        sent(robot, drafted(*["客户" * 40] * 400))
        said = text_of(service.said)
        assert len(service.asked[-1][2]) <= 20_000
        assert "…\n" in said
        assert said.splitlines()[-1].count("https://docs.google.com/spreadsheets/d/") == 1
        # Every line is whole: no link is cut in two.
        assert said.count("[") == said.count("](") == said.count("]")

    @pytest.mark.parametrize(("fault", "said"), [
        pytest.param("drop", "the connection was lost", id="the line dropped after it was handed over"),
        pytest.param("silence", "no answer came in time", id="no answer in time"),
        pytest.param("trickle", "the answer did not end", id="an answer that does not end"),
        pytest.param("<html>Sign in to the hotel's network</html>", "made no sense", id="an answer of somebody else"),
    ])  # fmt: skip
    def test_no_answer_means_that_nobody_knows(self, robot, service, fault, said):
        service.will(fault)
        quick = type(robot)(robot.webhook, timeout=0.2)
        outcome = sent(quick)
        assert outcome.verdict is Verdict.UNKNOWN
        assert said in outcome.reason
        assert KEY not in outcome.reason

    @pytest.mark.parametrize(("status", "headers", "expected"), [
        (429, {"Retry_After": "7"}, (Verdict.RETRY, timedelta(seconds=7))),
        (503, {}, (Verdict.RETRY, None)),
        (429, {"Retry_After": "Mon, 05 Jan 2026 09:05:00 GMT", "Date": "Mon, 05 Jan 2026 09:00:00 GMT"}, (Verdict.RETRY, timedelta(minutes=5))),
        (502, {}, (Verdict.UNKNOWN, None)),
        (400, {}, (Verdict.FAILED, None)),
    ])  # fmt: skip
    def test_a_status(self, robot, service, status, headers, expected):
        service.will("no", status, **headers)
        outcome = sent(robot)
        assert (outcome.verdict, outcome.wait) == expected

    @pytest.mark.parametrize("status", [302, 401, 403, 404, 410])
    def test_a_status_that_is_about_the_robot_stops_everything(self, robot, service, status):
        service.will("no", status, Location="https://elsewhere.example")
        with pytest.raises(MailError, match=f"does not take messages from us: {status}"):
            sent(robot)
        assert len(service.asked) == 1

    def test_nobody_listens_and_the_key_is_not_said(self, robot):
        nowhere = type(robot)(f"http://127.0.0.1:1/send?key={KEY}")
        with pytest.raises(MailError, match=r"cannot be reached.*stays queued") as error:
            sent(nowhere)
        assert KEY not in str(error.value)
        assert error.value.__cause__ is None
        assert KEY not in repr(robot)

    def test_a_certificate_that_nobody_vouches_for(self, robot, secure_service):
        with pytest.raises(MailError, match="certificate is not one to trust") as error:
            sent(type(robot)(f"{secure_service.url}/send?key={KEY}"))
        assert KEY not in str(error.value)
        assert secure_service.asked == []

    def test_so_many_a_minute(self, robot, wrist):
        slow = type(robot)(robot.webhook, per_minute=2, clock=wrist.clock(NOW))
        assert [sent(slow).verdict for _ in range(3)] == [Verdict.SENT] * 3
        assert sum(wrist.slept) == 60.0

    def test_a_mail_in_its_place_is_refused(self, robot):
        with robot.open() as send, pytest.raises(MailError, match="no chat message"):
            send(Outgoing("crm@example.com", "ann@example.com", "<1@example.com>", b"Subject: x\r\n\r\n"))

    @pytest.mark.parametrize("address", ["http://hooks.example.com/x", "k3y", "ftp://127.0.0.1/x", "https://"])
    def test_an_address_that_is_none_is_refused_and_not_said(self, robot, address, tmp_path):
        kind = next(one for one in Way.members().values() if getattr(one, "makes", None) is type(robot))
        way = kind.model_validate({"webhook": {"env": "HOOK"}})
        with pytest.raises(UsageError, match="not an https:// address") as error:
            way.notifier(tmp_path, {"HOOK": address})
        assert address not in str(error.value).replace("https:// address", "")


@pytest.mark.parametrize(("kind", "answer", "verdict"), [
    pytest.param(DingTalkNotifier, {"errcode": 130101, "errmsg": "send too fast"}, timedelta(minutes=10), id="DingTalk: too fast"),
    pytest.param(DingTalkNotifier, {"errcode": 310000, "errmsg": "keywords not in content"}, MailError, id="DingTalk: no keyword, sign or address"),
    pytest.param(DingTalkNotifier, {"errcode": 300001, "errmsg": "token is not exist"}, MailError, id="DingTalk: no such robot"),
    pytest.param(DingTalkNotifier, {"errcode": 430104, "errmsg": "bad words"}, Verdict.FAILED, id="DingTalk: this text"),
    pytest.param(WeComNotifier, {"errcode": 45009, "errmsg": "api freq out of limit"}, timedelta(minutes=1), id="WeCom: too fast"),
    pytest.param(WeComNotifier, {"errcode": 93000, "errmsg": "invalid webhook url"}, MailError, id="WeCom: no such robot"),
    pytest.param(WeComNotifier, {"errcode": 40058, "errmsg": "content too long"}, Verdict.FAILED, id="WeCom: this text"),
    pytest.param(FeishuNotifier, {"code": 11232, "msg": "frequency limited"}, timedelta(minutes=1), id="Feishu: too fast"),
    pytest.param(FeishuNotifier, {"code": 19021, "msg": "sign match fail"}, MailError, id="Feishu: a wrong signature"),
    pytest.param(FeishuNotifier, {"code": 19024, "msg": "Key Words Not Found"}, MailError, id="Feishu: no keyword"),
    pytest.param(FeishuNotifier, {"code": 230001, "msg": "bad card"}, Verdict.FAILED, id="Feishu: this text"),
    pytest.param(FeishuNotifier, {"StatusCode": 0, "StatusMessage": "success"}, Verdict.SENT, id="Feishu: yes, in its older form"),
    pytest.param(SlackNotifier, "not ok", Verdict.UNKNOWN, id="Slack: an answer that is none"),
])  # fmt: skip
def test_a_refusal_with_a_200_is_a_refusal(service, kind, answer, verdict):
    service.will(answer)
    robot = kind(service.url)
    if verdict is MailError:
        with pytest.raises(MailError, match=r"takes nothing from us.*look at the robot's settings"):
            sent(robot)
        return
    outcome = sent(robot)
    wanted = Verdict.RETRY if isinstance(verdict, timedelta) else verdict
    assert outcome.verdict is wanted
    assert outcome.wait == (verdict if isinstance(verdict, timedelta) else None)


class TestCalls:
    def test_dingtalk_by_number_and_in_the_text(self, service):
        service.will({"errcode": 0})
        sent(DingTalkNotifier(service.url), phone="+8613800138000")
        assert service.said["at"] == {"atMobiles": ["13800138000"], "isAtAll": False}
        assert "@13800138000" in service.said["markdown"]["text"]

    def test_wecom_by_number_as_plain_text_that_keeps_its_links(self, service):
        service.will({"errcode": 0})
        sent(WeComNotifier(service.url), phone="+8613800138000")
        assert service.said["text"]["mentioned_mobile_list"] == ["13800138000"]
        assert "Acme https://docs.google.com/" in service.said["text"]["content"]
        assert "**" not in service.said["text"]["content"]

    @pytest.mark.parametrize("kind", ROBOTS, ids=lambda kind: kind.title)
    def test_nobody_is_called_whose_number_is_not_known(self, service, kind):
        service.will(YES.get(kind, {"errcode": 0, "code": 0}))
        sent(kind(service.url))
        assert "mentioned_mobile_list" not in str(service.said)
        assert service.said.get("at", {}).get("atMobiles", []) == []


class TestSignatures:
    """Against the recipe of each maker's page, written down a second time."""

    def test_dingtalk(self, service, wrist):
        service.will({"errcode": 0})
        sent(DingTalkNotifier(f"{service.url}/send?access_token=t", "SEC1", clock=wrist.clock(NOW)))
        asked = parse_qs(urlsplit(service.asked[-1][0]).query)
        stamp = str(int(NOW.timestamp()) * 1000)
        sign = base64.b64encode(hmac.digest(b"SEC1", f"{stamp}\nSEC1".encode(), hashlib.sha256)).decode()
        assert asked == {"access_token": ["t"], "timestamp": [stamp], "sign": [sign]}

    def test_feishu(self, service, wrist):
        service.will({"code": 0})
        sent(FeishuNotifier(service.url, "SEC1", clock=wrist.clock(NOW)))
        stamp = str(int(NOW.timestamp()))
        sign = base64.b64encode(hmac.digest(f"{stamp}\nSEC1".encode(), b"", hashlib.sha256)).decode()
        assert (service.said["timestamp"], service.said["sign"]) == (stamp, sign)


def test_slack_gets_its_own_markup(service):
    service.will("ok")
    sent(SlackNotifier(service.url), drafted("A & B"))
    assert "|A &amp; B>" in service.said["text"]
    assert "](" not in service.said["text"]
    assert "**" not in service.said["text"]


def test_a_draft_without_a_chat_form_goes_as_its_text(service):
    service.will("ok")
    sent(SlackNotifier(service.url), Draft("Subject", "Look at [this](https://x.example)\n", "<p>", "en"))
    assert "Look at ［this］(https://x.example)" in service.said["text"]
