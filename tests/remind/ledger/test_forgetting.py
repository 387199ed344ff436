"""Somebody is taken out of a ledger: what was told stays told, and nothing says to whom or of whom."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from sheetcrm.remind.ledger import Ledger, Occurrence, Recipient, Sealed, Snooze, State
from sheetcrm.remind.ledger.forgetting import Forgotten, Who, forget

NOW, TODAY = datetime(2026, 11, 22, 8, tzinfo=UTC), date(2026, 11, 22)
GONE, STAYS = (
    Recipient("sheet-1", "mail", "Zoe Marker", "Zoe@marker.example"),
    Recipient("sheet-1", "mail", "Ann", "ann@x.example"),
)
WHO = Who(
    lambda text: "marker" in text.casefold(),
    lambda text: "without" if "marker" in text.casefold() else text,
    lambda text: f"#{len(text)}",
)


def queued(ledger, recipient, row, text):
    occurrence = Occurrence("sheet-1", "customers", row, "follow_up", TODAY, 0, recipient.key, "mail")
    mail = EmailMessage()
    mail["To"], mail["Subject"] = recipient.address, text
    mail.set_content(f"{text}\n" * 9, cte="base64")

    def seal(claimed):
        return Sealed(f"<{row}@x>", text, mail.as_bytes())

    return occurrence, ledger.queue(recipient, [occurrence], seal, today=TODAY, now=NOW)


def sent(ledger, mail):
    (claimed,) = ledger.claim([mail], limit=1, now=NOW)
    assert ledger.begin(claimed, now=NOW)
    ledger.settle(claimed, State.SENT, now=NOW)


@pytest.fixture
def full(place):
    """A ledger of a mail to them that went out, one about them that waits, and one of somebody else."""
    with Ledger.open(place) as ledger:
        told, mail = queued(ledger, GONE, "C1", "2 due")
        sent(ledger, mail)
        queued(ledger, STAYS, "C2", "call Zoe Marker")
        ledger.snoozes.add(Snooze("sheet-1", date(2026, 12, 1), "customers", "C1", GONE.key, "Zoe Marker"), now=NOW)
    return place, told


def test_nothing_is_changed_while_it_is_only_asked(full):
    place, _ = full
    found = forget(place, WHO, write=False, now=NOW)
    assert (found.mails, found.rows) == (2, 4), "the bytes of both; two mails, what was told, and who is left in peace"
    with Ledger.open(place, read_only=True) as ledger:
        assert {mail.recipient.address for mail in ledger.mails()} == {GONE.address, STAYS.address}


def test_what_was_told_stays_told_and_what_waits_is_planned_anew(full):
    place, told = full
    assert forget(place, WHO, write=True, now=NOW).clean
    with Ledger.open(place) as ledger:
        mails = {mail.id: mail for mail in ledger.mails()}
        assert [mail.recipient.address for mail in mails.values()] == ["#18", STAYS.address]
        assert [mail.state for mail in mails.values()] == [State.SENT, State.SUPPRESSED]
        assert [mail.data for mail in mails.values()] == [None, None]
        assert mails[2].subject == "without"
        assert ledger.told([told]) == {}
        assert [line.occurrence.recipient for line in ledger.watch.log()] == ["#18"], "told, to nobody any more"
        assert ledger.outbox("sheet-1", "mail") == []
        _, again = queued(ledger, STAYS, "C2", "call somebody")
        assert (again is not None, [one.by for one in ledger.snoozes.of("sheet-1").values()]) == (True, ["#10"])
    assert forget(place, WHO, write=False, now=NOW) == Forgotten()
    if isinstance(place, Path):
        left = b"".join(file.read_bytes() for file in place.parent.glob(f"{place.name}*"))
        assert b"marker" not in left.lower(), "neither in the file nor in its log"


def test_where_there_is_no_ledger_none_is_made(tmp_path):
    assert forget(tmp_path / "none.db", WHO, write=True, now=NOW) == Forgotten()
    assert list(tmp_path.iterdir()) == []
