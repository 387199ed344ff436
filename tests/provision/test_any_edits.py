"""Whatever people do, in whatever order: no cell of theirs is lost, and what an apply leaves is what the template wants."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sheetcrm import testing

from .bakery import Desk, bakery, columns, data_rows

INPUTS = {"customers": ["id", "name", "stage", "next"], "orders": ["customer", "amount"]}
TEXT = st.text("abc 客户=+'\"", min_size=1, max_size=5).filter(lambda text: text.strip())


class People(RuleBasedStateMachine):
    """People edit, we apply now and then; `typed` is what must still be there, by sheet, column key and row."""

    @initialize(folder=st.just(None))
    def open(self, folder):
        import tempfile
        from pathlib import Path

        self.context = testing.server()
        running = self.context.__enter__()
        with tempfile.TemporaryDirectory() as name:
            template = bakery(Path(name))
        self.desk = Desk(running, running.client.create("x"), template)
        self.desk.apply()
        self.typed: dict[tuple[str, str, int], str] = {}
        self.own = 0

    def teardown(self):
        if hasattr(self, "context"):
            self.context.__exit__(None, None, None)

    def tab(self, sheet):
        return self.desk.people.get_worksheet_by_id(self.desk.plan().layout.sheet_id(sheet))

    @rule(place=st.sampled_from([(s, c) for s, cs in INPUTS.items() for c in cs]), row=st.integers(2, 12), text=TEXT)
    def types(self, place, row, text):
        sheet, column = place
        cell = self.desk.plan().layout.cell(sheet, column, row)
        self.tab(sheet).update([[text]], cell, raw=True)
        self.typed[sheet, column, row] = text

    @rule(sheet=st.sampled_from(list(INPUTS)), source=st.integers(0, 9), to=st.integers(0, 9))
    def moves_a_column(self, sheet, source, to):
        tab = self.tab(sheet)
        source, to = source % tab.column_count, to % tab.column_count
        if source != to:
            self.desk.send({"moveDimension": {"source": columns(tab.id, source, source + 1), "destinationIndex": to}})

    @rule(sheet=st.sampled_from(list(INPUTS)), at=st.integers(0, 9))
    def inserts_a_column(self, sheet, at):
        tab = self.tab(sheet)
        at %= tab.column_count
        self.desk.send({"insertDimension": {"range": columns(tab.id, at, at + 1), "inheritFromBefore": at > 0}})
        self.own += 1
        tab.update_cell(1, at + 1, f"own {self.own}")

    @rule(place=st.sampled_from([(s, c) for s, cs in INPUTS.items() for c in cs]), number=st.integers(0, 99))
    def renames_a_header(self, place, number):
        self.tab(place[0]).update([[f"title {number}"]], self.desk.plan().layout.cell(*place, 1))

    @rule(sheet=st.sampled_from(list(INPUTS)), number=st.integers(0, 99))
    def renames_a_tab(self, sheet, number):
        self.tab(sheet).update_title(f"{sheet}'s tab {number}")

    @rule(sheet=st.sampled_from(list(INPUTS)))
    def adds_rows(self, sheet):
        self.tab(sheet).add_rows(20)

    @rule(column=st.sampled_from(INPUTS["customers"]))
    def drops_a_validation(self, column):
        layout = self.desk.plan().layout
        place = data_rows(layout.sheet_id("customers"), layout.index("customers", column))
        self.desk.send({"setDataValidation": {"range": place}})

    @rule(at=st.integers(0, 3))
    def drops_a_highlight(self, at):
        layout = self.desk.plan().layout
        positions = layout.positions["customers.highlights"]
        if at < len(positions):
            sheet_id = layout.sheet_id("customers")
            self.desk.send({"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": positions[at]}})

    @rule()
    def an_admin_applies(self):
        self.desk.apply(allow={"many-changes"})
        assert self.desk.plan().requests == ()

    @invariant()
    def nothing_is_ever_deleted_or_in_doubt(self):
        if hasattr(self, "desk"):
            plan = self.desk.plan(allow={"many-changes"})
            assert not [change for change in plan.changes if change.action == "delete"]
            assert not plan.refusals
            assert not plan.troubles

    @invariant()
    def what_people_typed_is_there(self):
        if hasattr(self, "desk") and self.typed:
            layout = self.desk.plan().layout
            for (sheet, column, row), text in self.typed.items():
                assert self.tab(sheet).acell(layout.cell(sheet, column, row)).value == text


TestPeople = People.TestCase
TestPeople.settings = settings(
    max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
