"""
Whatever people do between any two of our requests: nothing of theirs is lost without a word, and ours stands where it belongs.

People sort, insert, move, rename, delete and type through plain gspread before each request that a write of ours sends.  The one thing that
they do not do here is to type in the very moment of a batch: that is the window that stays (`scripts/benchmark save` prints how long).
"""

from __future__ import annotations

from http import HTTPStatus
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import requests
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from sheetcrm import testing
from sheetcrm.schema import loader
from sheetcrm.server.adapter import GOOGLE
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync import load
from sheetcrm.sync.rows_moved import move
from sheetcrm.sync.save import append, delete, save, upsert
from sheetcrm.sync.writing.outcome import Saved

from .shop import SHOP, Office
from .test_landing import IDS, Person

EXAMPLES = settings().max_examples // 2 if settings().max_examples > 100 else 8
OUR = {"stage": "won", "phone": "13900139000"}
ANYTIME = st.one_of(
    st.tuples(st.just("sort"), st.booleans()),
    st.tuples(st.just("insert_row"), st.integers(2, 8)),
    st.tuples(st.just("delete_row"), st.sampled_from(IDS)),
    st.tuples(st.just("insert_column"), st.integers(0, 9)),
    st.tuples(st.just("move_column"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("rename_tab")),
)
TYPING = st.tuples(st.just("type"), st.sampled_from(IDS), st.sampled_from(["name", "email"]))
SOME = st.lists(st.sampled_from(IDS), unique=True, min_size=1, max_size=4)
WRITES = st.one_of(
    st.tuples(st.just("save"), SOME),
    st.tuples(st.just("append"), st.integers(1, 3)),
    st.tuples(st.just("upsert"), SOME, st.integers(0, 2)),
    st.tuples(st.just("import"), SOME, st.integers(0, 2)),
    st.tuples(st.just("delete"), SOME),
    st.tuples(st.just("archive"), SOME),
)


class Between(BaseAdapter):
    """Lets people act before each of our requests; in the moment of a batch they type nothing."""

    def __init__(self, adapter: BaseAdapter, person: Clerk, stories: dict[int, list[Any]]) -> None:
        super().__init__()
        self.adapter, self.person, self.stories, self.number = adapter, person, stories, 0

    def send(self, request: Any, *arguments: Any, **options: Any) -> Any:
        doings, self.person.moment, self.number = self.stories.get(self.number, []), self.number, self.number + 1
        batch = request.path_url.split("?")[0].endswith(":batchUpdate")
        for name, *said in doings:
            if name != "type" or not batch:
                getattr(self.person, name)(*said)
        answer = self.adapter.send(request, *arguments, **options)
        self.person.heard(read=not batch, fine=answer.status_code == HTTPStatus.OK)
        return answer

    def close(self) -> None:
        """Nothing to close."""


class Clerk(Person):
    """A person whose words are all different; `said` is what must stand in the customers tab, or where they went."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        rows = [{"Phone": f"+861380013800{at}", "Stage": "Won", "E-mail": f"e{at}@x.org"} for at, _ in enumerate(IDS)]
        office.fill("Customers", rows)
        self.said = {(id_, "name"): f"name {id_}" for id_ in IDS}
        self.said |= {(id_, "email"): f"e{at}@x.org" for at, id_ in enumerate(IDS)}
        self.words = count()
        self.moment = 0
        self.typed: dict[tuple[str, str], int] = {}
        """Where they typed, and before which of our requests the last time."""
        self.deleted: set[str] = set()
        self.looked, self.written = 0, False
        """Our last request that read before the first that wrote."""

    def heard(self, *, read: bool, fine: bool) -> None:
        """Our request of this moment was answered."""
        if read and not self.written:
            self.looked = self.moment
        self.written = self.written or (fine and not read)

    def delete_row(self, id_: str) -> None:
        if self.row(id_):
            self.deleted.add(id_)
        super().delete_row(id_)

    def type(self, id_: str, column: str) -> None:
        if self.row(id_):
            self.typed[id_, column] = self.moment
            super().type(id_, column, f"p{next(self.words)}@x.org")


def standing(office: Office) -> dict[str, dict[tuple[str, str], str]]:
    """By sheet, what stands in names and addresses."""
    reading = office.read(sheets=["customers", "customers_archive"])
    return {
        sheet: {
            (id_ or f"row {number}", key): str(extract.cell(number, key))
            for id_, number in zip(extract.ids, extract.parsed.numbers, strict=True)
            for key in ("name", "email")
            if extract.cell(number, key) not in (None, "", 0, False)
        }
        for sheet, extract in reading.extracts.items()
    }


def everything(office: Office) -> set[str]:
    """Every text in every tab, hidden ones too."""
    book = office.running.client.open_by_key(office.id)
    return {str(cell) for tab in book.worksheets() for row in tab.get_all_values() for cell in row}


def new(number: int) -> list[dict[str, Any]]:
    return [{"id": f"N{at}", "name": f"new {at}", "email": f"n{at}@x.org", **OUR} for at in range(number)]


def imported(gateway: Gateway, office: Office, ids: list[str], count: int) -> Saved:
    """A file that has only names for those, and everything for new ones."""
    lines = [f"{id_},ours {id_},,," for id_ in ids]
    lines += [",".join(one[key] for key in ("id", "name", "email", "stage", "phone")) for one in new(count)]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "in.csv"
        path.write_text("\n".join(["id,name,email,stage,phone", *lines]), encoding="utf-8")
        done = load(gateway, office.template, "customers", path)
    assert done.refused == ()
    return Saved("customers", done.added, done.changed, done.same, misplaced=done.misplaced)


def write(gateway: Gateway, office: Office, reading: Any, what: str, *arguments: Any) -> Any:
    template = office.template
    if what == "save":
        records = [{"id": id_, "name": f"ours {id_}"} for id_ in arguments[0]]
        return save(gateway, reading, "customers", records, on_conflict="skip")
    if what == "append":
        return append(gateway, template, "customers", new(arguments[0]))
    if what == "upsert":
        records = [{"id": id_, "name": f"ours {id_}", **OUR} for id_ in arguments[0]]
        return upsert(gateway, template, "customers", [*records, *new(arguments[1])])
    if what == "import":
        return imported(gateway, office, *arguments)
    if what == "delete":
        return delete(gateway, template, "customers", arguments[0], seen=reading, on_conflict="skip")
    return move(gateway, template, "customers", arguments[0], "customers_archive", seen=reading, on_conflict="skip")


@pytest.fixture(scope="module")
def shelved(tmp_path_factory):
    path = tmp_path_factory.mktemp("templates") / "shop.yaml"
    text = SHOP.replace("    key: id\n    rules", "    key: id\n    archive: by_hand\n    rules")
    path.write_text(text, encoding="utf-8")
    return loader.load(path)


def session(running: testing.Running, office: Office, person: Clerk, stories: dict[int, list[Any]]) -> Gateway:
    made = requests.Session()
    for prefix in GOOGLE:
        inner = running.adapter()
        made.mount(prefix, Between(inner, person, stories) if "sheets" in prefix else inner)
    return Gateway(made, office.id)


# A spreadsheet takes a second to make; looking for a smaller counter-example would take minutes.
@settings(max_examples=EXAMPLES, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(
    what=WRITES,
    stories=st.dictionaries(st.integers(0, 7), st.lists(ANYTIME | TYPING, min_size=1, max_size=2), max_size=4),
)
@example(
    what=("upsert", ["C001", "C002", "C006", "C004"], 0),
    stories={0: [("type", "C006", "name"), ("insert_row", 6)], 6: [("type", "C006", "name"), ("insert_row", 6)]},
)
def test_nothing_of_peoples_is_lost_without_a_word(shelved, what, stories):
    with testing.server() as running:
        office = Office(shelved, running)
        office.apply()
        person = Clerk(office)
        reading = office.read()
        if what[0] == "import":
            # It tells what it was to do by its first look; a tab that is renamed is test_writing's.
            stories = {at: [one for one in story if one[0] != "rename_tab"] for at, story in stories.items()}
        done = write(session(running, office, person, stories), office, reading, *what)

        expected = dict(person.said)
        words = set(expected.values())
        shelf: dict[tuple[str, str], str] = {}
        # These are about what stands there when they look: what was typed before is replaced.
        late = what[0] not in ("upsert", "import")
        unseen = {at for at, moment in person.typed.items() if late or moment > person.looked}
        for id_ in done.changed:
            if (id_, "name") in expected and (id_, "name") not in unseen:
                expected[id_, "name"] = f"ours {id_}"
        for id_ in done.added:
            at = id_[1:] if id_.startswith("N") else None
            expected[id_, "name"] = f"new {at}" if at else f"ours {id_}"
            if at:
                expected[id_, "email"] = f"n{at}@x.org"
        for id_ in done.deleted:
            gone = {at: expected.pop(at) for at in list(expected) if at[0] == id_}
            shelf |= gone if what[0] == "archive" else {}
        there = standing(office)
        wrong = {at for at in {*expected, *there["customers"]} if there["customers"].get(at) != expected.get(at)}
        wrong |= {
            at for at in {*shelf, *there["customers_archive"]} if there["customers_archive"].get(at) != shelf.get(at)
        }
        if not done.misplaced:
            assert not wrong, ({at: (expected.get(at), there["customers"].get(at)) for at in wrong}, done)
        told = {word for at, word in person.said.items() if at[0] not in done.deleted and at[0] not in done.changed}
        lost = {word for word in told & words if word not in everything(office)}
        assert len(lost) <= len(done.misplaced), (lost, done)
        if what[0] != "append":
            answered = {
                *done.changed,
                *done.same,
                *done.added,
                *done.deleted,
                *(one.change.id for one in done.conflicts),
            }
            assert set(what[1]) <= answered or done.misplaced, done
