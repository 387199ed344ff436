"""The Gmail API: sign in for the one scope, send exactly the bytes, and what its answers mean."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sheetcrm.errors import MailError, Refused, UsageError
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict
from sheetcrm.remind.notifiers.gmail import SCOPE, GmailNotifier, GmailWay

DATA = "Subject: 到期\r\n\r\n你好\r\n".encode()
MAIL = Outgoing("crm@example.com", "ann@example.com", "<1@example.com>", DATA)


def sent(service, **settings):
    notifier = GmailNotifier("crm@example.com", lambda: "t0ken", host=service.url, **settings)
    with notifier.open() as send:
        return send(MAIL)


def refusal(status, reason="", message="said"):
    return {"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}


def test_exactly_the_bytes_given_are_sent(service):
    service.will({"id": "18c", "threadId": "18c", "labelIds": ["SENT"]})
    assert sent(service) == Outcome(Verdict.SENT)
    path, headers, _ = service.asked[-1]
    assert path == "/gmail/v1/users/crm%40example.com/messages/send"
    assert headers["authorization"] == "Bearer t0ken"
    assert base64.urlsafe_b64decode(service.said["raw"]) == DATA


@pytest.mark.parametrize(("status", "body", "outcome"), [
    pytest.param(429, refusal(429, "rateLimitExceeded"), Outcome(Verdict.RETRY, "429 said", timedelta(minutes=1)), id="429"),
    pytest.param(403, refusal(403, "userRateLimitExceeded"), Outcome(Verdict.RETRY, "403 said", timedelta(minutes=1)), id="403 that is about the rate"),
    pytest.param(400, refusal(400, "invalidArgument", "Invalid To header"), Outcome(Verdict.FAILED, "400 Invalid To header"), id="400"),
    pytest.param(503, refusal(503, "backendError"), Outcome(Verdict.RETRY, "503 said"), id="503"),
    pytest.param(500, refusal(500, "backendError"), Outcome(Verdict.UNKNOWN, "500 said"), id="500: it may have gone"),
    pytest.param(502, "<html>", Outcome(Verdict.UNKNOWN, "502 <html>"), id="502 of somebody in between"),
    pytest.param(200, "<html>", Outcome(Verdict.UNKNOWN, "the answer made no sense: 200 <html>"), id="an answer of somebody else"),
])  # fmt: skip
def test_refused(service, status, body, outcome):
    service.will(body, status)
    assert sent(service) == outcome


def knocked(service):
    return GmailNotifier("crm@example.com", lambda: "t0ken", host=service.url).knock()


def test_knocking_sends_nothing_and_says_whether_it_could_be(service):
    service.will(refusal(400, "invalidArgument", "'raw' RFC822 payload message string required"), 400)
    assert knocked(service)
    assert service.said == {"raw": ""}
    service.will(refusal(403, "accessNotConfigured", "Gmail API has not been used in project 1 before"), 403)
    with pytest.raises(MailError, match="has not been used in project 1"):
        knocked(service)
    service.will(refusal(503, "backendError"), 503)
    with pytest.raises(MailError, match="503 said"):
        knocked(service)


def test_its_own_wait_counts(service):
    service.will(refusal(429, "rateLimitExceeded"), 429, Retry_After="30")
    assert sent(service).wait == timedelta(seconds=30)


@pytest.mark.parametrize(("status", "reason", "said"), [
    pytest.param(401, "authError", "does not let us send", id="a token that is none"),
    pytest.param(403, "insufficientPermissions", "scope gmail.send", id="another scope"),
    pytest.param(403, "dailyLimitExceeded", "takes no more mails for now", id="enough for today"),
    pytest.param(429, "quotaExceeded", "takes no more mails for now", id="the quota is used up"),
])  # fmt: skip
def test_what_is_about_the_account_stops_everything(service, status, reason, said):
    service.will(refusal(status, reason), status)
    with pytest.raises(MailError, match=said):
        sent(service)


@pytest.mark.parametrize("fault", ["drop", "silence", "trickle"])
def test_no_answer_means_that_nobody_knows(service, fault):
    service.will(fault)
    assert sent(service, timeout=0.2).verdict is Verdict.UNKNOWN


def test_nobody_listens(service):
    service.url = "http://127.0.0.1:1"
    with pytest.raises(MailError, match="the Gmail API cannot be reached"):
        sent(service)


@pytest.fixture
def key_file(tmp_path, service):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    info = {
        "type": "service_account", "client_email": "robot@project.iam.gserviceaccount.com", "private_key": pem,
        "private_key_id": "1", "token_uri": f"{service.url}/token", "project_id": "p",
    }  # fmt: skip
    path = tmp_path / "key.json"
    path.write_text(json.dumps(info), encoding="utf-8")
    path.chmod(0o600)
    return path


def test_a_service_account_acts_for_the_user_with_that_scope_alone(key_file, service):
    service.will({"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer"})
    notifier = GmailWay(credentials=key_file, user="crm@example.com").notifier(key_file.parent, {})
    assert [notifier.token(), notifier.token()] == ["fresh", "fresh"]
    assert len(service.asked) == 1
    asked = service.asked[0][2].decode().partition("assertion=")[2].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(asked + "=="))
    assert (claims["sub"], claims["scope"]) == ("crm@example.com", SCOPE)


def test_mails_and_tokens_go_the_way_that_the_config_names(key_file, service):
    """`google: proxy:` and `ca:` are for whatever goes to Google."""
    led = []
    way = GmailWay(credentials=key_file, user="crm@example.com")
    notifier = replace(way.notifier(key_file.parent, {}), host=service.url).led(led.append)
    service.will({"access_token": "fresh", "expires_in": 3600, "token_type": "Bearer", "id": "18c"})
    with notifier.open() as send:
        assert send(MAIL).verdict is Verdict.SENT
    assert [type(one).__name__ for one in led] == ["Session", "Session"]


def test_google_does_not_let_it(key_file, service):
    service.will({"error": "unauthorized_client", "error_description": "Client is unauthorized"}, 401)
    notifier = GmailWay(credentials=key_file, user="crm@example.com").notifier(key_file.parent, {})
    with notifier.open() as send, pytest.raises(MailError, match=r"gives no token for key\.json: .*unauthorized"):
        send(MAIL)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"type": "external_account"}', '{"type": "authorized_user"}'])
def test_a_key_file_that_is_none(tmp_path, text):
    (tmp_path / "key.json").write_text(text, encoding="utf-8")
    (tmp_path / "key.json").chmod(0o600)
    with pytest.raises(UsageError, match=r"key\.json.*cannot be used"):
        GmailWay(credentials="key.json", user="crm@example.com").notifier(tmp_path, {})


def test_a_key_file_that_others_can_read(key_file):
    key_file.chmod(0o644)
    with pytest.raises(Refused, match="chmod 600"):
        GmailWay(credentials=key_file, user="crm@example.com").notifier(key_file.parent, {})
