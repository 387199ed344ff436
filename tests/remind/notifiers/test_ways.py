"""What the config says of ways to send, what becomes of it, and where messages go that nobody mails."""

from __future__ import annotations

import io
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from sheetcrm import config
from sheetcrm.errors import ConfigError, MailError
from sheetcrm.remind.message import Cover, Draft, Sender
from sheetcrm.remind.note import fitted
from sheetcrm.remind.notifiers import Way
from sheetcrm.remind.notifiers.base import Outcome, Outgoing, Verdict
from sheetcrm.remind.notifiers.console import ConsoleNotifier
from sheetcrm.remind.notifiers.maildir import MaildirNotifier
from sheetcrm.remind.notifiers.pace import Pace
from sheetcrm.remind.notifiers.presets import PROVIDERS
from sheetcrm.remind.notifiers.tokens import CommandTokens, FileTokens

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
COVER = Cover(Sender("", "crm@example.com"), "王", "wang@example.com", "<1@example.com>", NOW)
DRAFT = Draft("到期", "第一行\n第二行\n", "<p>你好</p>", "zh-CN")


def way(**settings):
    return TypeAdapter(Way).validate_python(settings)


def put(notifier, recipient="wang@example.com"):
    with notifier.open() as send:
        data = notifier.seal(DRAFT, COVER)
        return send(Outgoing("crm@example.com", recipient, "<1@example.com>", data))


class TestPresets:
    @pytest.mark.parametrize("name", PROVIDERS)
    def test_it_fills_in_what_is_not_said(self, name):
        made = way(type="smtp", preset=name, user="a@b.c", password={"env": "PW"})
        known = PROVIDERS[name]
        assert (made.host, made.port, made.security) == (known.host, known.port, known.security)
        assert way(type="smtp", preset=name, host="relay.example.com").host == "relay.example.com"

    def test_providers_that_are_numbers(self):
        assert way(type="smtp", preset=163).host == "smtp.163.com"

    @pytest.mark.parametrize("name", ["exmial", "gmial"])
    def test_one_that_is_none(self, name):
        with pytest.raises(ValidationError, match=r"did you mean (exmail|gmail)"):
            way(type="smtp", preset=name)

    def test_none_talks_in_the_clear(self):
        assert "none" not in {provider.security for provider in PROVIDERS.values()}


@pytest.mark.parametrize(("settings", "said"), [
    pytest.param({"security": "none"}, "for this machine only", id="in the clear to another machine"),
    pytest.param({"user": "a", "password": {"env": "X"}, "oauth": {"type": "file", "path": "t"}}, "not both", id="password and token"),
    pytest.param({"oauth": {"type": "file", "path": "t"}}, "go together", id="a token of nobody"),
    pytest.param({"user": "a", "oauth": "gogle"}, "did you mean google", id="a token source that is none"),
    pytest.param({"per_minute": 0}, "greater than or equal to 1", id="no mail a minute"),
])  # fmt: skip
def test_a_mail_server_that_makes_no_sense(settings, said):
    with pytest.raises(ValidationError, match=said):
        way(type="smtp", host="mail.example.com", port=587, **settings)


def test_in_the_clear_on_this_machine():
    assert way(type="smtp", host="127.0.0.1", port=25, security="none").security == "none"


class TestTokens:
    def test_a_command(self, tmp_path):
        source = CommandTokens(run=(sys.executable, "-c", "print('abc.def')"))
        assert source.fetcher(tmp_path, "ann")() == "abc.def"

    @pytest.mark.parametrize(("program", "said"), [
        ("import sys; sys.exit('no login')", "no login"),
        ("print('two words')", "no token"),
        ("print()", "no token"),
        ("print('密')", "no token"),
    ])  # fmt: skip
    def test_a_command_that_gives_none(self, tmp_path, program, said):
        with pytest.raises(MailError, match=said):
            CommandTokens(run=(sys.executable, "-c", program)).fetcher(tmp_path, "ann")()

    def test_a_command_that_does_not_end_or_is_not_there(self, tmp_path):
        for run in ((sys.executable, "-c", "input()\nwhile True: pass"), ("no-such-command",)):
            with pytest.raises(MailError, match=r"gave no token|failed"):
                CommandTokens(run=run, timeout=0.5).fetcher(tmp_path, "ann")()

    def test_a_file_is_read_again_each_time(self, tmp_path):
        fetch = FileTokens(path="token").fetcher(tmp_path, "ann")
        with pytest.raises(MailError, match="cannot be read"):
            fetch()
        for token in ("one", "two"):
            (tmp_path / "token").write_text(token + "\n", encoding="utf-8")
            assert fetch() == token


class TestChannels:
    def test_every_way_by_the_word_of_the_rules(self, tmp_path):
        loaded = written(
            tmp_path,
            "mail: {sender: a@x.org, by: {type: folder, path: out}}\nchannels:\n  sales: {type: slack, webhook: {env: HOOK}}\n",
        )
        assert list(loaded.ways) == ["mail", "sales"]

    @pytest.mark.parametrize(("text", "said"), [
        ("channels: {mail: {type: console}}", "not mail"),
        ("channels: {Sales: {type: console}}", "small letters"),
        ("mail: {sender: a@x.org, by: {type: slack, webhook: {env: X}}}", "slack is no mail; name it under channels:"),
        ("channels: {sales: {type: dingtlak}}", "did you mean dingtalk"),
        ("channels: {sales: {type: dingtalk, webhook: https://oapi.dingtalk.com/x}}", "a secret does not belong"),
    ])  # fmt: skip
    def test_mistakes(self, tmp_path, text, said):
        with pytest.raises(ConfigError, match=said):
            written(tmp_path, text)

    @pytest.mark.parametrize(("settings", "words"), [
        ({"type": "maildir", "path": "M"}, ["mail", "sales"]),
        ({"type": "folder", "path": "out"}, ["folder", "folder:sales"]),
        ({"type": "console"}, ["console", "console:sales"]),
        ({"type": "slack", "webhook": {"env": "HOOK"}}, ["mail", "sales"]),
    ])  # fmt: skip
    def test_what_was_only_tried_out_is_still_to_be_sent(self, tmp_path, settings, words):
        """The words of the ledger; they must stay the same for ever."""
        made = way(**settings)
        environment = {"HOOK": "https://hooks.slack.com/x"}
        assert [made.notifier(tmp_path, environment, name).channel for name in ("mail", "sales")] == words

    def test_every_way_is_in_the_example_and_in_the_docs(self):
        example = (ROOT / "config.example.yaml").read_text(encoding="utf-8")
        page = (ROOT / "docs" / "reminders.md").read_text(encoding="utf-8")
        for name in Way.members():
            assert name in example
            assert f"`{name}`" in page
        assert all(name in example and f"`{name}`" in page for name in PROVIDERS)


class TestMaildir:
    def test_as_other_programs_read_it(self, tmp_path):
        import mailbox

        notifier = MaildirNotifier(tmp_path / "Maildir")
        assert put(notifier) == Outcome(Verdict.SENT)
        (found,) = mailbox.Maildir(tmp_path / "Maildir", create=False)
        assert found["Delivered-To"] == "wang@example.com"
        assert b"\r" not in bytes(found)
        assert not list((tmp_path / "Maildir" / "tmp").iterdir())

    def test_a_second_copy_is_the_same_file_also_after_it_was_read(self, tmp_path):
        notifier = MaildirNotifier(tmp_path)
        put(notifier)
        put(notifier)
        (lying,) = (tmp_path / "new").iterdir()
        assert lying.stat().st_mode & 0o777 == 0o600
        lying.rename(tmp_path / "cur" / f"{lying.name}:2,S")
        put(notifier)
        assert not list((tmp_path / "new").iterdir())
        put(notifier, "bob@example.com")
        assert len(list((tmp_path / "new").iterdir())) == 1

    def test_one_that_cannot_be_written(self, tmp_path):
        (tmp_path / "M").write_text("", encoding="utf-8")
        with pytest.raises(MailError, match=r"cannot be written.*stays queued"):
            put(MaildirNotifier(tmp_path / "M"))


def test_the_console_shows_what_it_says_and_nothing_that_moves_the_cursor():
    stream = io.StringIO()
    notifier = ConsoleNotifier(stream=stream)
    with notifier.open() as send:
        data = notifier.seal(Draft("到期", "one\x1b[2Jtwo\n\nthree\n", "<p>", "zh-CN"), COVER)
        assert send(Outgoing("crm@example.com", "wang@example.com", "<1@example.com>", data)) == Outcome(Verdict.SENT)
    shown = stream.getvalue()
    assert "Subject: 到期" in shown
    assert "one [2Jtwo\n\nthree" in shown
    assert "\x1b" not in shown


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5))
def test_never_more_than_so_many_in_any_minute(gaps, limit):
    from sheetcrm.remind.notifiers.pace import Clock

    at, gone = [0.0], []
    pace = Pace(limit, Clock(steady=lambda: at[0], sleep=lambda seconds: at.__setitem__(0, at[0] + seconds)))
    for gap in gaps:
        at[0] += gap
        before = at[0]
        pace.wait()
        waited = at[0]
        pace.go()
        assert at[0] == waited, "whoever waited may go at once"
        gone.append(at[0])
        # Nor does it wait longer than it must.
        assert at[0] == before or at[0] - gone[-1 - limit] < 60.001
    assert all(later - earlier > 59.999 for earlier, later in zip(gone, gone[limit:], strict=False))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=300), st.integers(20, 400))
def test_what_is_cut_fits_and_ends_where_a_line_ends(text, limit):
    cut = fitted(text, limit)
    assert len(cut.encode()) <= limit
    if cut != text:
        *lines, last = text.rstrip().split("\n")
        *kept, end = cut.removesuffix(f"\n{last}").split("\n")
        assert (end, lines[: len(kept)]) == ("…", kept)


def written(folder, text):
    path = folder / "config.yaml"
    path.write_text(f"api: local\n{text}\n", encoding="utf-8")
    return config.load(path)


def test_looking_at_the_config_does_not_load_what_only_sending_needs():
    import subprocess

    heavy = ["requests", "google.auth", "apprise", "jinja2"]
    program = (
        f"import sys, json, sheetcrm.config; print(json.dumps([name for name in {heavy!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=os.environ)
    assert json.loads(done.stdout) == []
