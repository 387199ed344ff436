"""Mails as files: exactly their bytes, and a page to open."""

from __future__ import annotations

import stat
from datetime import UTC, datetime

import pytest

from sheetcrm.errors import MailError
from sheetcrm.remind.message import Cover, Draft, Sender, compose
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict
from sheetcrm.remind.notifiers.folder import FolderNotifier, save

IDENT = "<0123456789abcdef@example.com>"


@pytest.fixture
def data():
    draft = Draft("到期", "你好", "<p>你好</p>", "zh-CN")
    sender, now = Sender("", "crm@example.com"), datetime(2026, 1, 5, tzinfo=UTC)
    return compose(draft, Cover(sender, "王", "wang@example.com", IDENT, now))


def test_two_files_a_mail(tmp_path, data):
    with FolderNotifier(tmp_path / "mails").open() as send:
        assert send(Outgoing("crm@example.com", "wang@example.com", IDENT, data)) == Outcome(Verdict.SENT)
    names = sorted(path.name for path in (tmp_path / "mails").iterdir())
    assert names == ["wang@example.com-0123456789ab.eml", "wang@example.com-0123456789ab.html"]
    assert (tmp_path / "mails" / names[0]).read_bytes() == data
    assert (tmp_path / "mails" / names[1]).read_text(encoding="utf-8").strip() == "<p>你好</p>"


def test_a_second_copy_is_the_same_file(tmp_path, data):
    assert save(data, tmp_path) == save(data, tmp_path)
    assert len(list(tmp_path.iterdir())) == 2


def test_only_their_owner_may_read_them(tmp_path, data):
    assert {stat.S_IMODE(path.stat().st_mode) for path in (save(data, tmp_path), *tmp_path.iterdir())} == {0o600}


def test_a_folder_that_is_a_file(tmp_path, data):
    (tmp_path / "mails").write_text("", encoding="utf-8")
    with FolderNotifier(tmp_path / "mails").open() as send, pytest.raises(MailError, match="cannot be written"):
        send(Outgoing("crm@example.com", "wang@example.com", IDENT, data))
