"""What became of a mail, at every stage of SMTP, against a real server."""

from __future__ import annotations

import socket

import pytest

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict
from sheetcrm.remind.notifiers.smtp import SmtpNotifier

ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"


def outgoing(recipient=ANN, data=b"Subject: x\r\n\r\nhello\r\n"):
    return Outgoing("crm@example.com", recipient, "<1@example.com>", data)


def plain(post, **settings):
    return SmtpNotifier("127.0.0.1", post.port, "none", **settings)


def send(notifier, *mails):
    with notifier.open() as way:
        return [way(mail) for mail in mails]


def test_exactly_the_bytes_given_arrive(post):
    data = b"Subject: x\r\n\r\n.\r\n..two\r\n.a\r\nlast\r\n"
    assert send(plain(post), outgoing(data=data)) == [Outcome(Verdict.SENT)]
    assert post.mails == [("crm@example.com", ANN, data)]


@pytest.mark.parametrize(("stage", "answer", "outcome"), [
    pytest.param("at_rcpt", "550 no such user", Outcome(Verdict.FAILED, "550 no such user"), id="550: never"),
    pytest.param("at_rcpt", "451 greylisted", Outcome(Verdict.RETRY, "451 greylisted"), id="451: not now"),
    pytest.param("at_rcpt", "452 mailbox full", Outcome(Verdict.RETRY, "452 mailbox full"), id="452: not now"),
    pytest.param("after_data", "554 spam", Outcome(Verdict.FAILED, "554 spam"), id="refused when it was read"),
    pytest.param("after_data", "451 try again", Outcome(Verdict.RETRY, "451 try again"), id="451 when it was read"),
])  # fmt: skip
def test_one_of_three_is_refused_and_the_others_arrive(post, stage, answer, outcome):
    getattr(post, stage)[BOB] = answer
    outcomes = send(plain(post), outgoing(ANN), outgoing(BOB), outgoing(EVE))
    assert outcomes == [Outcome(Verdict.SENT), outcome, Outcome(Verdict.SENT)]
    assert [recipient for _, recipient, _ in post.mails] == [ANN, EVE]
    assert post.connections == 1


def test_a_server_that_closes_is_asked_again_for_the_next_mail(post):
    post.at_rcpt[ANN] = "421 closing"
    outcomes = send(plain(post), outgoing(ANN), outgoing(BOB))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.RETRY, Verdict.SENT]
    assert post.connections == 2


def test_hanging_up_before_the_mail_was_handed_over_means_that_it_was_not_taken(post):
    post.at_rcpt[ANN] = "drop"
    outcomes = send(plain(post), outgoing(ANN), outgoing(BOB))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.RETRY, Verdict.SENT]


@pytest.mark.parametrize("answer", ["drop", "silence"])
def test_no_answer_after_the_mail_was_handed_over_means_that_nobody_knows(post, answer):
    post.after_data[ANN] = answer
    outcomes = send(plain(post, timeout=0.3), outgoing(ANN), outgoing(BOB))
    assert [outcome.verdict for outcome in outcomes] == [Verdict.UNKNOWN, Verdict.SENT]
    assert [recipient for _, recipient, _ in post.mails] == [ANN, BOB]


def test_a_refused_sender_stops_everything(post):
    post.at_mail = "553 not your address"
    with pytest.raises(MailError, match=r"does not take mail from crm@example\.com: 553"):
        send(plain(post), outgoing())


def test_a_server_that_wants_a_login_stops_everything(post):
    post.at_rcpt[ANN] = "530 5.7.0 Authentication required"
    with pytest.raises(MailError, match="set user and password"):
        send(plain(post), outgoing())


def test_nobody_listens():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(MailError, match=rf"127\.0\.0\.1:{port} cannot be used.*stays queued"):
            send(SmtpNotifier("127.0.0.1", port, "none"), outgoing())


def test_a_host_that_is_none():
    with pytest.raises(MailError, match="cannot be used"):
        send(SmtpNotifier("no-such-host.invalid", 25, "none"), outgoing())


def test_silence_ends_after_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailError, match="cannot be used"):
        send(SmtpNotifier("127.0.0.1", silent.getsockname()[1], "none", timeout=0.2), outgoing())


def test_without_a_mail_nothing_is_connected(post):
    send(plain(post))
    assert post.connections == 0


def test_starttls_and_login(post_with, certificate, only_ann):
    context, trusted = certificate
    with post_with(tls_context=context, authenticator=only_ann, auth_required=True) as post:
        notifier = SmtpNotifier("localhost", post.port, "starttls", "ann", "s3cret", ca_file=trusted)
        assert send(notifier, outgoing()) == [Outcome(Verdict.SENT)]


def test_a_wrong_password(post_with, certificate, only_ann):
    context, trusted = certificate
    with post_with(tls_context=context, authenticator=only_ann, auth_required=True) as post:
        notifier = SmtpNotifier("localhost", post.port, "starttls", "ann", "wrong", ca_file=trusted)
        with pytest.raises(MailError, match="does not accept user and password: 535"):
            send(notifier, outgoing())
        assert "wrong" not in repr(notifier)


def test_a_certificate_that_nobody_vouches_for(post_with, certificate):
    with post_with(tls_context=certificate[0]) as post, pytest.raises(MailError, match="no secure connection"):
        send(SmtpNotifier("localhost", post.port, "starttls"), outgoing())


def test_a_server_without_starttls_gets_nothing(post):
    with pytest.raises(MailError, match="STARTTLS"):
        send(SmtpNotifier("127.0.0.1", post.port, "starttls"), outgoing())
    assert post.mails == []


def test_tls_where_there_is_none(post):
    with pytest.raises(MailError, match="is security: tls right"):
        send(SmtpNotifier("127.0.0.1", post.port, "tls", timeout=5), outgoing())


def test_a_password_is_not_said_in_the_clear():
    with pytest.raises(UsageError, match="set security: starttls or tls"):
        SmtpNotifier("mail.example.com", 25, "none", "ann", "s3cret")
