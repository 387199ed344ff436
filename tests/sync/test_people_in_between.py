"""
Imports with people at work in between: rows keep what people typed beside them, columns are found wherever they went.

Last writer wins, the wrong row after a sort (n8n#1736, cogs#33, gogcli#709) and columns bound to a position
or a title (framer/plugins#109) are what others got wrong here.
"""

import csv
from datetime import date

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from sheetcrm import provision, sync, testing

from .shop import Office

WIDTH = 10
IDS = [f"C{number:03d}" for number in range(1, 6)]
ROWS, COLUMNS = st.integers(2, 9), st.integers(0, WIDTH - 1)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("sort"), COLUMNS, st.booleans()),
        st.tuples(st.just("move"), COLUMNS, COLUMNS),
        st.tuples(st.just("insert_row"), ROWS),
        st.tuples(st.just("delete_row"), ROWS),
        st.tuples(st.just("insert_column"), COLUMNS),
        st.tuples(st.just("rename"), COLUMNS, st.sampled_from(["Whatever", "", "备注"])),
        st.tuples(st.just("note"), st.sampled_from(IDS), st.sampled_from(["Bo", "Cy"])),
        st.tuples(st.just("import"), st.lists(st.sampled_from(IDS), unique=True, min_size=1), st.sampled_from("abc")),
    ),
    min_size=2,
    max_size=8,
)


class Person:
    """What a person can do to the customers tab; every action is a method."""

    def __init__(self, office, folder):
        self.office, self.folder = office, folder
        self.names, self.owners = {}, {}

    @property
    def tab(self):
        return self.office.tab("Customers")

    def dimension(self, kind, at):
        return {"sheetId": self.tab.id, "dimension": kind, "startIndex": at, "endIndex": at + 1}

    def place(self, column):
        """0-based: where the column is, as Google tells it to us."""
        return self.office.read().layout.index("customers", column)

    def sort(self, column, ascending):
        area = {"sheetId": self.tab.id, "startRowIndex": 1}
        order = {"dimensionIndex": column, "sortOrder": "ASCENDING" if ascending else "DESCENDING"}
        self.office.send({"sortRange": {"range": area, "sortSpecs": [order]}})

    def move(self, start, to):
        self.office.send({"moveDimension": {"source": self.dimension("COLUMNS", start), "destinationIndex": to}})

    def insert_row(self, row):
        self.office.send({"insertDimension": {"range": self.dimension("ROWS", row - 1), "inheritFromBefore": True}})

    def delete_row(self, row):
        cells = self.tab.row_values(row)
        for id_ in set(cells) & set(self.names):
            del self.names[id_]
            self.owners.pop(id_, None)
        self.office.send({"deleteDimension": {"range": self.dimension("ROWS", row - 1)}})

    def insert_column(self, at):
        self.office.send({"insertDimension": {"range": self.dimension("COLUMNS", at)}})

    def rename(self, column, title):
        self.tab.update_cell(1, column + 1, title)

    def note(self, id_, owner):
        """Write an owner beside a customer: a cell that no file ever has."""
        if id_ in self.names:
            cell = self.tab.find(id_)
            self.tab.update_cell(cell.row, self.place("owner") + 1, owner)
            self.owners[id_] = owner

    def import_file(self, ids, suffix):
        path = self.folder / "in.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = [[id_, f"{id_}-{suffix}", "a@x.org", "won"] for id_ in ids]
            csv.writer(file).writerows([["id", "name", "email", "stage"], *rows])
        new = {id_: f"{id_}-{suffix}" for id_ in ids}
        done = sync.load(self.office.gateway, self.office.template, "customers", path)
        assert (set(done.added), done.refused, done.misplaced) == (set(new) - set(self.names), (), ())
        self.names |= new


# A spreadsheet takes a second to make; looking for a smaller counter-example would take minutes.
@settings(max_examples=settings().max_examples // 5, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(actions=ACTIONS)
@example(actions=[("insert_row", 4), ("sort", 1, True), ("delete_row", 2), ("insert_row", 3)])
def test_every_row_keeps_what_the_file_and_what_people_said(shop, tmp_path, actions):
    with testing.server() as running:
        person = Person(Office(shop, running), tmp_path)
        person.office.apply()
        person.import_file(IDS[:3], "first")
        for name, *arguments in actions:
            getattr(person, "import_file" if name == "import" else name)(*arguments)
        person.import_file(IDS[:1], "last")

        rows = {row.id: row for row in person.office.read().extracts["customers"].rows}
        assert {id_: row.get("name") for id_, row in rows.items()} == person.names
        assert {id_: row.get("owner") for id_, row in rows.items() if row.get("owner")} == person.owners
        assert all(row.get("orders") == 0 for row in rows.values())


def test_a_template_that_is_applied_in_between_takes_nothing_away(office, tmp_path):
    person = Person(office, tmp_path)
    person.import_file(IDS, "first")
    person.note("C002", "Bo")
    person.move(0, 5)
    plan = provision.plan(office.gateway, office.template, "en", today=date(2026, 1, 1))
    assert plan.refusals == ()
    provision.apply(office.gateway, plan)
    person.import_file(IDS, "last")
    rows = office.read().extracts["customers"].by_id()
    assert (rows["C002"].get("name"), rows["C002"].get("owner")) == ("C002-last", "Bo")
