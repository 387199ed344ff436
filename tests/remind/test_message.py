"""Untrusted text never becomes a header, and what was meant arrives."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheetcrm.errors import MailError, UsageError
from sheetcrm.remind.message import (
    Attachment,
    Cover,
    Draft,
    Sender,
    Thread,
    bare_address,
    clean,
    compose,
    guarded,
    message_id,
)

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
SENDER = Sender("Reminders", "crm@example.com")
COVER = Cover(SENDER, "Ann", "ann@example.com", "<1@example.com>", NOW)
NAMES = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress",
    "List-Unsubscribe", "MIME-Version", "Content-Type", "Content-Language",
]  # fmt: skip


def mail(
    subject="Due", name="Ann", *, text="hello", html="<p>hello</p>", address="ann@example.com", ident="<1@example.com>"
):
    draft = Draft(subject, text, html, "en")
    return compose(draft, Cover(SENDER, name, address, ident, NOW))


def parsed(data):
    return message_from_bytes(data, policy=default)


HOSTILE = [
    pytest.param("=?utf-8?q?hi=0D=0ABcc:_evil@x.io?=", id="CVE-2024-6923: a line break in an encoded word"),
    pytest.param("=?utf-8?b?aGkNCkJjYzogZXZpbEB4Lmlv?=", id="the same in base64"),
    pytest.param("=?=?utf-8?q?=0D=0ABcc:_evil@x.io?=", id="an encoded word within the remains of another"),
    pytest.param("hi\r\nBcc: evil@x.io", id="a plain line break"),
    pytest.param("hi\nBcc: evil@x.io", id="half a line break"),
    pytest.param("hi\x85Bcc: evil@x.io", id="next line"),
    pytest.param("hi\u2028Bcc: evil@x.io\u2029", id="line and paragraph separators"),
    pytest.param("hi\x00\x0b\x0c\x1cBcc: evil@x.io", id="other controls"),
    pytest.param("\u202emoc.elpmaxe", id="writing turned around"),
    pytest.param("\ud800", id="half a character"),
    pytest.param("x" * 10_000, id="a name of ten thousand letters"),
    pytest.param('"Ann" <evil@x.io>, ', id="an address in the name"),
    pytest.param("😀" * 300, id="emoji"),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_header_and_no_recipient(text):
    found = parsed(mail(subject=text, name=text))
    assert found.keys() == NAMES
    assert [one.addr_spec for one in found["To"].addresses] == ["ann@example.com"]


@given(subject=st.text(), name=st.text(), body=st.text())
def test_no_text_at_all_adds_a_header(subject, name, body):
    data = mail(subject=subject, name=name, text=body.replace("\ud800", ""), html=body)
    assert parsed(data).keys() == NAMES
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")


THREAD = Thread("1officeOfTheTests", "ann@example.com")
LONG = "a-very-long-label-in-the-domain-of-the-sender.another-long-label-that-is-none-too-short.example.com"


@given(text=st.text(), local=st.from_regex(r"[a-z][a-z0-9+_=/-]{0,60}", fullmatch=True), long=st.booleans())
def test_every_header_says_what_was_meant_whoever_sends_and_whatever_the_cells_say(text, local, long):
    sender = Sender(clean(text, 80), f"{local}@{LONG if long else 'example.com'}")
    draft = Draft(
        text, "text", "page", "en", attachments=(Attachment("a.ics", "text/calendar", text.encode("utf-8", "replace")),)
    )
    data = compose(draft, Cover(sender, text, f"{local}@example.com", "<1@example.com>", NOW, thread=THREAD))
    found = parsed(data)
    assert found.keys() == [*NAMES[:8], "References", "List-Id", *NAMES[8:]]
    assert [one.addr_spec for one in found["To"].addresses] == [f"{local}@example.com"]
    assert [one.addr_spec for one in found["From"].addresses] == [sender.address]
    assert found["References"] == THREAD.root(sender.domain)
    assert found["List-Id"] == THREAD.list_id(sender.domain)
    assert unquote(found["List-Unsubscribe"]) == f"<mailto:{sender.address}?subject=unsubscribe>"
    assert "".join(found["Subject"].split()) == "".join(clean(text).split())


def test_a_thread_is_of_one_spreadsheet_and_one_recipient_for_ever():
    assert THREAD.root("example.com") == "<87d54b35cbcb0f2f5034a16d.thread.sheetcrm@example.com>"
    other = Thread("1officeOfTheTests", "bob@example.com")
    assert other.root("example.com") != THREAD.root("example.com")
    assert other.list_id("example.com") == THREAD.list_id("example.com")


def test_pictures_stand_in_the_page_and_files_beside_it():
    files = (
        Attachment("dates.ics", "text/calendar", "BEGIN:VCALENDAR 你好".encode(), (("method", "PUBLISH"), ("charset", "utf-8"))),
        Attachment("chart.png", "image/png", b"\x89PNG\r\n", cid="chart"),
    )  # fmt: skip
    draft = Draft("Due", "hello", '<img src="cid:chart">', "en", attachments=files)
    data = compose(draft, COVER)
    found = parsed(data)
    assert found.get_body(("plain",)).get_content().splitlines() == ["hello"]
    assert found.get_body(("html",)).get_content().splitlines() == ['<img src="cid:chart">']
    kinds = [part.get_content_type() for part in found.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "text/calendar",
    ]  # fmt: skip
    (calendar,) = found.iter_attachments()
    assert (calendar.get_filename(), calendar["Content-Type"].params["method"]) == ("dates.ics", "PUBLISH")
    assert calendar.get_content() == "BEGIN:VCALENDAR 你好"
    assert data == compose(draft, COVER)


def test_what_was_meant_arrives():
    found = parsed(mail("3 项已逾期", "王 芳", text="你好", html="<p>你好</p>"))
    assert str(found["Subject"]) == "3 项已逾期"
    assert found["To"].addresses[0].display_name == "王 芳"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found["Date"].datetime == NOW
    assert found.get_body(("plain",)).get_content().splitlines() == ["你好"]
    assert found.get_body(("html",)).get_content().splitlines() == ["<p>你好</p>"]


@pytest.mark.parametrize("text", [
    pytest.param("--=_" + "0" * 24 + "\r\nContent-Type: text/html", id="what looks like a boundary"),
    pytest.param("x" * 5000, id="a line too long for mail"),
    pytest.param(".\r\n..\r\nFrom nobody", id="what mail servers take for something else"),
    pytest.param("\u6f22" * 3000, id="a long line of another writing"),
])  # fmt: skip
def test_whatever_a_body_says_arrives_and_ends_no_part(text):
    data = mail(text=text, html=text)
    assert max(map(len, data.split(b"\r\n"))) <= 998
    found = parsed(data)
    assert len(list(found.iter_parts())) == 2
    assert found.get_body(("plain",)).get_content().splitlines() == text.splitlines()
    assert b"\n--=_0000" not in data


def test_the_same_mail_is_the_same_bytes():
    assert mail() == mail()


def test_a_long_message_id_is_not_broken():
    ident = message_id(["a"], "a-very-long-label-in-the-domain-of-the-sender.another-long-label.example.com")
    assert parsed(mail(ident=ident))["Message-ID"] == ident


def test_the_message_id_is_of_the_set():
    assert message_id(["b", "a"], "x.org") == message_id(["a", "b"], "x.org") != message_id(["a"], "x.org")


def test_headers_that_would_not_say_what_was_meant_are_stopped():
    message = EmailMessage(policy=SMTP)
    message["To"] = "ann@example.com, evil@x.io"
    message["Message-ID"] = "<1@example.com>"
    with pytest.raises(MailError, match="stopped"):
        guarded(message, "ann@example.com")


@pytest.mark.parametrize(("text", "sender"), [
    pytest.param("crm@example.com", Sender("", "crm@example.com"), id="an address"),
    pytest.param("Sales <crm@example.com>", Sender("Sales", "crm@example.com"), id="with a name"),
    pytest.param('"客户提醒" <crm@example.com>', Sender("客户提醒", "crm@example.com"), id="with a quoted name"),
])  # fmt: skip
def test_sender(text, sender):
    assert Sender.parse(text) == sender


@pytest.mark.parametrize(
    "text", ["", "Sales", "a@b", "x <a@example.com> y", "a@example.com\r\nBcc: b@example.com", "<>"]
)
def test_a_sender_that_is_no_address_stops_the_run(text):
    with pytest.raises(UsageError, match="is not an address"):
        Sender.parse(text)


@pytest.mark.parametrize(("text", "address"), [
    pytest.param("Ann@Example.com", "Ann@example.com", id="the domain in small letters"),
    pytest.param("ann@例子.中国", "ann@xn--fsqu00a.xn--fiqs8s", id="a Chinese domain as it travels"),
    pytest.param("王@例子.中国", None, id="a local part that not every server takes"),
    pytest.param("ann@example.com\r\nBcc: evil@x.io", None, id="a line break"),
    pytest.param("ann@@example.com", None, id="two ats"),
    pytest.param("ann", None, id="no at"),
    pytest.param('"><script>"@example.com', None, id="quoted markup"),
])  # fmt: skip
def test_bare_address(text, address):
    assert bare_address(text) == address


def test_clean_cuts_with_a_mark():
    assert clean("x" * 300, 10) == "x" * 9 + "…"
