"""Every guard of the config reaches the run: who gets nothing, and what the command says and exits with."""

from __future__ import annotations

import socket
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from remind_desk import MAIL, TODAY, book, mails, opened, type_in


@pytest.fixture
def two(sheetcrm):
    """Two spreadsheets, each with a customer of Ann's who is due."""
    return opened(sheetcrm, "east", "west")


class Refusing:
    """A mail server that has no mailbox for Ann."""

    def __init__(self):
        self.taken = []
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd calls it so
        if address.startswith("ann@"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - as above
        self.taken += envelope.rcpt_tos
        return "250 OK"


@pytest.fixture
def refusing():
    server = Refusing()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()


def setting(text):
    path = Path("config.yaml")
    kept = path.read_text(encoding="utf-8").partition("mail:\n")[0]
    path.write_text(f"{kept}{MAIL}{text}", encoding="utf-8")


def test_a_first_run_over_an_old_sheet_is_refused_until_it_is_allowed(two):
    setting("  first_run: 1\n")
    with book("west") as there:
        type_in(there, 3, "Old", TODAY)
    dry = two("remind", "--in", "west", "--dry-run")
    assert "would tell of 2 reminders, more than first_run: 1" in dry.out + dry.err
    refused = two("remind", "--in", "west")
    assert (refused.code, mails()) == (4, 0)
    assert "--allow-first-run" in refused.err
    assert two("remind", "--json").json["counts"] == {"sent": 1}, "the other spreadsheet is looked after"
    assert (two("remind", "--in", "west", "--allow-first-run").code, mails()) == (0, 2)


def test_redirected_mail_goes_to_the_tester_alone_and_nobody_counts_as_told(two):
    setting("  redirect: tester@example.com\n")
    assert two("remind").code == 0
    found = [message_from_bytes(path.read_bytes(), policy=default) for path in Path("Maildir/new").iterdir()]
    assert {mail["To"].addresses[0].addr_spec for mail in found} == {"tester@example.com"}
    assert all("Ann <ann@example.com>" in mail["Subject"] for mail in found)
    with book("east") as there:
        assert there.worksheet("Customers").acell("E2").value is None
    setting("")
    assert two("remind", "--json").json["counts"] == {"sent": 2}


def test_a_cap_per_run_is_one_for_all_spreadsheets(two):
    setting("  caps: {per_run: 1}\n")
    first = two("remind")
    assert "per_run is 1: left for the next run" in first.out
    assert (first.code, mails()) == (0, 1)
    assert (two("remind").code, mails()) == (0, 2)


def test_admins_hear_of_a_mail_that_failed_for_good(two, refusing):
    setting(
        f"  admins: [it@example.com]\n  by: {{type: smtp, host: 127.0.0.1, port: {refusing.port}, security: none}}\n"
    )
    text = Path("config.yaml").read_text(encoding="utf-8").replace("  by: {type: maildir, path: Maildir}\n", "")
    Path("config.yaml").write_text(text, encoding="utf-8")
    answer = two("remind")
    assert answer.code == 1
    assert "sent  it@example.com  2 reminder mails failed for good" in answer.err
    assert refusing.taken == ["it@example.com"]
    assert "it@example.com" not in two("remind").err


@pytest.mark.parametrize("command", [["remind", "--dry-run"], ["remind", "preview", "--out", "page.html"]])
def test_what_a_pause_holds_is_said_before_anything_goes(two, command):
    assert two("remind", "pause", "--until", "2999-01-01", "--in", "east").code == 0
    answer = two(*command)
    assert answer.code == 0, answer.err
    assert "quiet until 2999-01-01" in answer.out + answer.err
