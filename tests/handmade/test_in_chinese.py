"""What is drafted, bound and refused is told in Chinese to an admin who reads Chinese; the spreadsheet stays in its language."""

from __future__ import annotations

import pytest

from sheetcrm.errors import FileError, Refused, UsageError
from sheetcrm.handmade import table
from sheetcrm.handmade.bind import bind
from sheetcrm.handmade.known import refuse_marked
from sheetcrm.handmade.mapfile import Map, read
from sheetcrm.handmade.survey import survey
from sheetcrm.handmade.take import take
from sheetcrm.messages import speaking
from sheetcrm.schema import loader
from tests.chinese import in_english, is_chinese

from .shop import TODAY, drafted, gateway
from .test_bind import TEMPLATE


@pytest.fixture(autouse=True)
def chinese():
    """The admin reads Chinese."""
    with speaking("zh"):
        yield


@pytest.fixture
def template(tmp_path):
    (tmp_path / "clients.yaml").write_text(TEMPLATE, encoding="utf-8")
    return loader.load(tmp_path / "clients.yaml")


def test_the_comments_of_a_draft(running, book, tmp_path):
    book.worksheet("Customers").update([["not an address"]], "C5", raw=True)
    book.worksheet("Staff").update([["Role", ""], ["x", "y"]], "D1", raw=True)
    book.add_worksheet("Visits", 100, 3).update([["by hand"], ["Customer", "Day"], ["C001", "2026-01-01"]], "A1")
    made = drafted(running, book)
    (tmp_path / "shop.yaml").write_text(made.text, encoding="utf-8")
    assert loader.load(tmp_path / "shop.yaml").sheets
    comments = [line for line in made.text.splitlines() if line.strip().startswith("#")]
    assert len(comments) > 5
    assert [line for line in comments if not is_chinese(line)] == []
    assert made.language == "en"


def test_what_is_bound_to_what(running, book, template, tmp_path):
    binding = bind(survey(gateway(running, book)), template, Map())
    sealed = binding.seal(gateway(running, book), TODAY)
    said = table.text(binding, sealed)
    assert in_english(said.replace("Looked after by", "")) == []
    assert "还没有，由 apply 建立：next" in said
    gateway(running, book).batch(sealed.requests)
    (tmp_path / "map.yaml").write_text("sheets: {custmers: Nowhere, team: Nobody}\ncolumns: {team.nme: X}\n")
    refusals = [
        (Refused, lambda: refuse_marked(gateway(running, book).describe("developerMetadata,sheets"), "crm")),
        (FileError, lambda: read(tmp_path / "map.yaml", template, survey(gateway(running, book)).tabs)),
        (UsageError, lambda: take(survey(gateway(running, book)), template, "en", "Customers!Nothing")),
        (UsageError, lambda: take(survey(gateway(running, book)), template, "en", "Nowhere!Phone")),
        (UsageError, lambda: take(survey(gateway(running, book)), template, "en", "Customers!Phone")),
        (Refused, lambda: drafted(running, running.client.create("empty"))),
    ]
    for kind, attempt in refusals:
        with pytest.raises(kind) as caught:
            attempt()
        assert all(map(is_chinese, str(caught.value).splitlines())), str(caught.value)
