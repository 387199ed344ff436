"""Every fault at every stage of SMTP, against a real server: what was surely not taken may go again, what was perhaps taken is said so."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta

import pytest

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind.message import Cover, Draft, Sender
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict
from sheetcrm.remind.notifiers.opened_once import OpenedOnce
from sheetcrm.remind.notifiers.smtp import SmtpNotifier

ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"
SMALL = b"Subject: x\r\n\r\nhello\r\n"
LARGE = b"Subject: x\r\n\r\n" + b"hello hello hello\r\n" * 400_000
DRAFT = Draft("Due", "Hello", "<p>Hello</p>", "en")
COVER = Cover(Sender("", "crm@example.com"), "Ann", ANN, "<1@example.com>", datetime(2026, 1, 5, tzinfo=UTC))
STOPS, RETRY, UNKNOWN, SENT = MailError, Verdict.RETRY, Verdict.UNKNOWN, Verdict.SENT


def outgoing(recipient=ANN, data=SMALL, sender="crm@example.com"):
    return Outgoing(sender, recipient, "<1@example.com>", data)


def verdicts(notifier, *mails):
    with notifier.open() as send:
        return [send(mail).verdict for mail in mails]


def plain(faults, **settings):
    return SmtpNotifier("127.0.0.1", faults.port, "none", **{"timeout": 0.4, **settings})


def signed(post, **settings):
    faults, trusted = post
    password = None if "token" in settings else "s3cret"
    return SmtpNotifier("localhost", faults.port, "starttls", "ann@example.com", password, 5, trusted, **settings)


@pytest.mark.parametrize(("stage", "expected"), [
    pytest.param("CONNECT", STOPS, id="before a greeting"),
    pytest.param("EHLO", STOPS, id="at EHLO"),
    pytest.param("MAIL", RETRY, id="at MAIL"),
    pytest.param("RCPT", RETRY, id="at RCPT"),
    pytest.param("DATA", RETRY, id="at DATA"),
    pytest.param("END", UNKNOWN, id="after the mail was handed over"),
    pytest.param("QUIT", SENT, id="at QUIT"),
])  # fmt: skip
@pytest.mark.parametrize("fault", ["drop", "silence", "trickle"])
def test_a_line_that_goes_dead(faults, stage, expected, fault):
    faults.at[stage] = [fault, fault]
    if expected is STOPS:
        with pytest.raises(MailError, match="every mail stays queued"):
            verdicts(plain(faults), outgoing())
        assert faults.mails == []
        return
    begun = time.monotonic()
    assert verdicts(plain(faults), outgoing()) == [expected]
    # A byte every 50 ms would go on for 1.5 s.
    assert time.monotonic() - begun < 1.4
    assert len(faults.mails) == (expected in (UNKNOWN, SENT))


@pytest.mark.parametrize("stage", ["STARTTLS", "AUTH"])
def test_a_line_that_goes_dead_before_anybody_signed_in(sign_in_post, stage):
    faults, _ = sign_in_post
    faults.at[stage] = ["drop"]
    with pytest.raises(MailError, match=r"every mail stays queued|no secure connection"):
        verdicts(signed(sign_in_post), outgoing())


def test_a_mail_whose_end_was_never_sent_was_surely_not_taken(faults):
    # More than any buffer holds is still to come when the server hangs up.
    faults.at["GO"] = ["in the middle"]
    with plain(faults, timeout=5).open() as send:
        outcome = send(outgoing(data=LARGE))
    assert outcome.verdict is RETRY
    assert "in the middle of the mail" in outcome.reason


@pytest.mark.parametrize(("stage", "answer", "outcome"), [
    pytest.param("MAIL", "451 4.3.0 try later", Outcome(RETRY, "451 4.3.0 try later"), id="451 at MAIL"),
    pytest.param("MAIL", "452 too many", Outcome(RETRY, "452 too many"), id="452 at MAIL"),
    pytest.param("RCPT", "421 closing", Outcome(RETRY, "421 closing"), id="421 at RCPT"),
    pytest.param("RCPT", "451 greylisted, come back in 300 seconds", Outcome(RETRY, "451 greylisted, come back in 300 seconds", timedelta(minutes=5)), id="greylisting says how long"),
    pytest.param("RCPT", "450 try again in 5 minutes", Outcome(RETRY, "450 try again in 5 minutes", timedelta(minutes=5)), id="the same in minutes"),
    pytest.param("RCPT", "450 try again in 999999 hours", Outcome(RETRY, "450 try again in 999999 hours", timedelta(hours=6)), id="a wait longer than any"),
    pytest.param("RCPT", "550 no such user", Outcome(Verdict.FAILED, "550 no such user"), id="550 at RCPT"),
    pytest.param("RCPT", "552 mailbox full", Outcome(Verdict.FAILED, "552 mailbox full"), id="552 at RCPT"),
    pytest.param("DATA", "452 no room", Outcome(RETRY, "452 no room"), id="452 at DATA"),
    pytest.param("DATA", "554 no", Outcome(Verdict.FAILED, "554 no"), id="554 at DATA"),
    pytest.param("END", "421 going down", Outcome(RETRY, "421 going down"), id="421 to the mail: it says that it did not take it"),
    pytest.param("END", "552 too large", Outcome(Verdict.FAILED, "552 too large"), id="552 to the mail"),
    pytest.param("END", "199 what", Outcome(UNKNOWN, "the mail was handed over and the answer made no sense: 199 what"), id="an answer that is none"),
])  # fmt: skip
def test_one_of_three_is_refused_and_the_others_arrive(faults, stage, answer, outcome):
    with plain(faults).open() as send:
        first = send(outgoing(ANN))
        faults.at[stage] = [answer]
        second = send(outgoing(BOB))
        third = send(outgoing(EVE))
    assert (first, third) == (Outcome(SENT), Outcome(SENT))
    assert second == outcome
    assert [to for _, (to,), _ in faults.mails if to != BOB] == [ANN, EVE]


@pytest.mark.parametrize("answer", ["421 idle for too long", "drop"])
def test_a_connection_that_went_stale_meanwhile_costs_nobody_an_attempt(faults, answer):
    with plain(faults).open() as send:
        assert send(outgoing(ANN)).verdict is SENT
        faults.at["MAIL"] = [answer]
        assert send(outgoing(BOB)).verdict is SENT
    assert faults.commands.count("CONNECT") == 2


@pytest.mark.parametrize(("stage", "answer"), [
    pytest.param("RCPT", "550-5.4.5 Daily user sending limit exceeded.\r\n550 5.4.5 For more information", id="at RCPT"),
    pytest.param("END", "550 5.4.5 Daily user sending limit exceeded", id="to the mail"),
])  # fmt: skip
def test_too_many_for_the_day_is_not_the_fault_of_the_mail_in_hand(faults, stage, answer):
    faults.at[stage] = [answer]
    with pytest.raises(MailError, match=r"takes no more mails today.*stays queued"):
        verdicts(plain(faults), outgoing())


@pytest.mark.parametrize("answer", ["554 go away", "421 too busy"])
def test_a_greeting_that_is_a_refusal(faults, answer):
    faults.at["CONNECT"] = [answer]
    with pytest.raises(MailError, match=rf"cannot be used: {answer}"):
        verdicts(plain(faults), outgoing())


def test_knocking_signs_in_and_sends_nothing(sign_in_post):
    faults, steps = sign_in_post[0], []
    assert signed(sign_in_post).knock(steps.append)
    assert steps[1].startswith("encrypted with TLS")
    assert steps[2].startswith("signed in as")
    assert "MAIL" not in faults.commands
    assert faults.commands[-1] == "QUIT"
    faults.at["AUTH"] = ["535 Error: authentication failed"] * 3
    with pytest.raises(MailError, match="does not accept user and password"):
        signed(sign_in_post).knock()


def test_a_sender_that_is_not_the_account_says_what_providers_want(sign_in_post):
    sign_in_post[0].at["MAIL"] = ["501 mail from address must be same as authorization user"]
    with pytest.raises(MailError, match="providers want mail: sender: to be the address that signs in"):
        verdicts(signed(sign_in_post), outgoing())


class TestSigningIn:
    def test_535_says_what_the_provider_wants(self, sign_in_post, monkeypatch):
        from sheetcrm.remind.notifiers import presets

        # The provider's own name leads elsewhere: what its host would say is asked of this machine.
        known = presets.Provider("localhost", 465, "tls", "it wants a code (授权码)")
        monkeypatch.setitem(presets.PROVIDERS, "here", known)
        sign_in_post[0].at["AUTH"] = ["535 Error: authentication failed"] * 3
        with pytest.raises(MailError, match=r"does not accept user and password: 535.*; it wants a code \(授权码\)"):
            verdicts(signed(sign_in_post), outgoing())

    def test_454_is_about_the_moment(self, sign_in_post):
        sign_in_post[0].at["AUTH"] = ["454 4.7.0 Temporary authentication failure"] * 3
        with pytest.raises(MailError, match=r"lets nobody sign in at the moment: 454"):
            verdicts(signed(sign_in_post), outgoing())

    def test_a_token_instead_of_a_password(self, sign_in_post):
        assert verdicts(signed(sign_in_post, token=lambda: "good"), outgoing()) == [SENT]

    def test_a_token_that_ran_out(self, sign_in_post):
        with pytest.raises(MailError, match=r"does not accept the token of this user: 535") as error:
            verdicts(signed(sign_in_post, token=lambda: "stale-t0ken"), outgoing())
        assert "stale-t0ken" not in str(error.value)

    def test_every_sign_in_asks_for_a_token_anew(self, sign_in_post):
        asked = iter(["good", "good"])
        notifier = signed(sign_in_post, token=lambda: next(asked), per_connection=1)
        assert verdicts(notifier, outgoing(), outgoing()) == [SENT, SENT]
        assert next(asked, None) is None

    def test_a_server_that_takes_no_tokens(self, faults):
        with pytest.raises(MailError, match="takes no OAuth2 tokens"):
            verdicts(plain(faults, user="ann", token=lambda: "good"), outgoing())

    def test_a_password_that_cannot_be_said(self):
        with pytest.raises(UsageError, match="in ASCII"):
            SmtpNotifier("127.0.0.1", 1, "none", "ann", "密码")


class TestTls:
    def test_from_the_first_byte(self, faults_with, trusted_tls):
        context, trusted = trusted_tls
        with faults_with(ssl_context=context) as faults:
            assert verdicts(SmtpNotifier("localhost", faults.port, "tls", ca_file=trusted), outgoing()) == [SENT]

    @pytest.mark.parametrize("security", ["starttls", "tls"])
    def test_a_certificate_of_somebody_else(self, faults_with, trusted_tls, security):
        context, trusted = trusted_tls
        option = {"ssl_context": context} if security == "tls" else {"tls_context": context}
        # It is made out to localhost.
        with faults_with(**option) as faults, pytest.raises(MailError, match=r"no secure connection: .*(127|IP)"):
            verdicts(SmtpNotifier("127.0.0.1", faults.port, security, ca_file=trusted), outgoing())
        assert faults.mails == []

    @pytest.mark.parametrize("answer", ["454 TLS not available", "501 no"])
    def test_refused(self, faults_with, trusted_tls, answer):
        context, trusted = trusted_tls
        with faults_with(tls_context=context) as faults:
            faults.at["STARTTLS"] = [answer]
            with pytest.raises(MailError, match=rf"cannot be used: {answer}"):
                verdicts(SmtpNotifier("localhost", faults.port, "starttls", ca_file=trusted), outgoing())
        assert "MAIL" not in faults.commands

    @pytest.mark.parametrize("text", [None, "", "no certificate"])
    def test_a_file_of_certificates_that_is_none(self, faults, tmp_path, text):
        if text is not None:
            (tmp_path / "ca.pem").write_text(text, encoding="utf-8")
        notifier = SmtpNotifier("localhost", faults.port, "starttls", ca_file=tmp_path / "ca.pem")
        with pytest.raises(MailError, match=r"ca\.pem has no certificates to trust"):
            verdicts(notifier, outgoing())


class TestHowMany:
    def test_so_many_over_one_connection(self, faults):
        assert verdicts(plain(faults, per_connection=2), *[outgoing()] * 5) == [SENT] * 5
        assert faults.commands.count("CONNECT") == 3

    def test_so_many_a_minute_however_often_it_is_opened(self, faults, wrist):
        notifier = plain(faults, per_minute=2, clock=wrist.clock())
        for _ in range(5):
            assert verdicts(notifier, outgoing()) == [SENT]
            wrist.at += 1
        # The third waits until the first is a minute old, the fifth until the third is.
        assert sum(wrist.slept) == 58.0 * 2

    def test_many_who_share_it_use_one_connection(self, faults):
        with OpenedOnce(plain(faults)) as shared:
            assert [verdicts(shared, outgoing()) for _ in range(3)] == [[SENT]] * 3
            assert (shared.channel, shared.seal(DRAFT, COVER)) == ("mail", plain(faults).seal(DRAFT, COVER))
        assert faults.commands.count("CONNECT") == 1
        assert faults.commands[-1] == "QUIT"

    def test_one_connection_that_died_is_made_anew_for_the_next(self, faults):
        with OpenedOnce(plain(faults)) as shared:
            faults.at["END"] = ["drop"]
            assert [*verdicts(shared, outgoing()), *verdicts(shared, outgoing())] == [UNKNOWN, SENT]


class TestBeyondAscii:
    def test_only_then_the_server_is_asked_for_it(self, faults_with):
        with faults_with(enable_SMTPUTF8=True) as faults:
            assert verdicts(plain(faults), outgoing(), outgoing("王@example.com")) == [SENT, SENT]
        assert [to for _, (to,), _ in faults.mails] == [ANN, "王@example.com"]

    def test_a_server_that_cannot(self, faults_with):
        with faults_with(enable_SMTPUTF8=False) as faults:
            assert verdicts(plain(faults), outgoing("王@example.com"), outgoing()) == [Verdict.FAILED, SENT]


def test_every_step_is_told(sign_in_post):
    steps = []
    with signed(sign_in_post).open(steps.append) as send:
        send(outgoing())
    expected = [
        "connected to",
        "encrypted with TLS",
        "signed in as ann@example.com",
        "takes mail from",
        "takes mail for",
        "took the mail: 250",
    ]
    assert all(re.match(start, step) for start, step in zip(expected, steps, strict=True)), steps
    assert "s3cret" not in "".join(steps)
