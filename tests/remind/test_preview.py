"""The page that shows what would go out: everything, and nothing that runs."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from sheetcrm.remind.message import Attachment, Draft
from sheetcrm.remind.preview import ELSEWHERE, preview
from sheetcrm.remind.report import MailReport

HOSTILE = '"><script>alert(1)</script>'


def mail(name="Ann", text="hello", **more):
    draft = Draft(f"Due for {name}", text, f"<html><head></head><body>{text}</body></html>", "en", f"- {text}", **more)
    return MailReport(name, "ann@example.com", draft.subject, 1, "planned", draft=draft)


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.frames, self.texts = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "iframe":
            self.frames.append(dict(attrs))

    def handle_data(self, data):
        self.texts.append(data)


def test_every_mail_in_every_form():
    page = Page(preview([mail(), mail("Bob", "bye")], language="en"))
    assert [frame["srcdoc"].replace(ELSEWHERE, "<head>") for frame in page.frames] == [
        "<html><head></head><body>hello</body></html>"
    ] * 2 + ["<html><head></head><body>bye</body></html>"] * 2
    said = " ".join(page.texts)
    assert "Due for Ann" in said
    assert "- bye" in said


@pytest.mark.parametrize("made", [
    pytest.param(mail(HOSTILE), id="a name"),
    pytest.param(mail(text=HOSTILE), id="a text"),
    pytest.param(mail(trouble=HOSTILE), id="a template that failed"),
    pytest.param(mail(attachments=(Attachment(HOSTILE, "text/plain", b""),)), id="a file"),
])  # fmt: skip
def test_nothing_in_it_runs(made):
    page = Page(preview([made], language="en"))
    assert "script" not in page.tags
    assert {frame["sandbox"] for frame in page.frames} == {
        "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
    }


def test_mails_of_before_that_only_wait_have_nothing_to_show():
    waiting = MailReport("Ann", "ann@example.com", "Due", 1, "retry")
    assert Page(preview([waiting], language="zh")).frames == []
    assert "没有要发送的内容" in preview([waiting], language="zh")
