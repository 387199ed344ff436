"""Records are written back by id: only what changed, only where nobody else changed it, and all of it checked first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pandas as pd
import pytest

from sheetcrm import errors
from sheetcrm.journal import Journal
from sheetcrm.sync.cells import Log, change_cells, taken_back
from sheetcrm.sync.frame import frame
from sheetcrm.sync.save import delete, save

from .desk import ROWS, cell, changed, column, quiet
from .meanwhile import interrupted

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.fixture
def filled(ready):
    return ready("three customers", lambda office: office.fill("Customers", ROWS))


def wrong(refused):
    """Everything wrong, as id, column and code."""
    return [(one.id, one.column, one.code) for one in refused.value.fields]


def test_a_changed_copy_of_a_record_writes_the_cells_that_differ_and_no_other(filled):
    reading, own = filled.read(), filled.gateway
    done = save(own, reading, "customers", [changed(reading, "C003", stage="won", spent=Decimal("2.50"))])
    assert (done.changed, done.same) == (("C003",), ())
    assert quiet(done)
    assert column(filled, "Stage") == ["Lead", "Won", "Won"]
    assert column(filled, "Next") == [46000, "", "soon"], "what was wrong is not lost with what is right"
    assert (own.counts.reads, own.counts.writes) == (2, 1)


def test_nothing_that_differs_is_no_request(filled):
    reading, own = filled.read(), filled.gateway
    everything = [row.record for row in reading.extracts["customers"].rows]
    assert save(own, reading, "customers", everything).same == ("C001", "C002", "C003")
    assert (own.counts.reads, own.counts.writes) == (0, 0)


def test_rows_and_mappings_are_records_too_and_none_blanks(filled):
    reading = filled.read()
    row = reading.extracts["customers"].by_id()["C002"]
    row = replace(row, record=row.record.model_copy(update={"name": "Bo Wu"}))
    done = save(filled.gateway, reading, "customers", [row, {"id": "C001", "next": None, "stage": "Won"}])
    assert done.changed == ("C002", "C001")
    assert (column(filled, "Name")[1], column(filled, "Stage")[0], column(filled, "Next")[0]) == ("Bo Wu", "Won", "")


def test_text_stays_text_and_days_are_days(filled):
    reading = filled.read()
    wanted = {"id": "C001", "name": "=1+1", "next": date(2026, 1, 2), "spent": "1,234.50", "vip": True}
    save(filled.gateway, reading, "customers", [wanted])
    formulas = filled.tab("Customers").row_values(2, value_render_option="FORMULA")
    assert formulas[1] == "=1+1"
    row = filled.read().extracts["customers"].by_id()["C001"]
    assert [row.get(key) for key in ("name", "next", "spent", "vip")] == [
        "=1+1",
        date(2026, 1, 2),
        Decimal("1234.5"),
        True,
    ]


class TestFrames:
    @pytest.mark.parametrize("decimals", ["exact", "float"])
    def test_only_what_was_changed_in_it_is_written(self, filled, decimals):
        reading = filled.read()
        made = frame(reading, "customers", decimals=decimals)
        made.loc[made["id"] == "C002", ["stage", "spent", "next"]] = ["lead", 9, pd.Timestamp("2026-03-04")]
        done = save(filled.gateway, reading, "customers", made)
        assert (done.changed, done.same) == (("C002",), ("C001", "C003"))
        row = filled.read().extracts["customers"].by_id()["C002"]
        assert (row.get("stage"), row.get("spent"), row.get("next")) == ("lead", 9, date(2026, 3, 4))

    def test_missing_values_of_every_kind_blank_a_cell(self, filled):
        reading = filled.read()
        made = frame(reading, "customers").astype({"stage": object})
        made.loc[made["id"] == "C001", ["phone", "next"]] = [pd.NA, pd.NaT]
        made.loc[made["id"] == "C001", "email"] = "a@x.org"
        made.loc[made["id"] == "C001", "stage"] = "won"
        save(filled.gateway, reading, "customers", made)
        row = filled.read().extracts["customers"].by_id()["C001"]
        assert (row.get("phone"), row.get("next"), row.get("email")) == (None, None, "a@x.org")

    def test_a_day_with_a_time_of_day_is_no_day(self, filled):
        reading = filled.read()
        made = frame(reading, "customers")
        made["next"] = [pd.Timestamp("2026-03-04 08:30"), pd.Timestamp("2026-03-05"), pd.NaT]
        with pytest.raises(errors.BadRecords) as refused:
            save(filled.gateway, reading, "customers", made)
        assert wrong(refused) == [("C001", "next", "not_its_type")]

    def test_rows_are_known_by_their_row_number_where_the_frame_has_no_id(self, office):
        office.fill("Orders", [{"_id": "a1", "Product": "tea"}, {"_id": "b2", "Product": "salt"}])
        office.fill("Customers", ROWS)
        office.fill("Orders", [{"Customer ID": "C001"}, {"Customer ID": "C002"}])
        reading = office.read()
        made = frame(reading, "orders")
        made.loc[3, "product"] = "sugar"
        assert save(office.gateway, reading, "orders", made).changed == ("b2",)
        assert column(office, "Product", "Orders") == ["tea", "sugar"]

    def test_columns_that_the_sheet_does_not_have_are_refused_by_name(self, filled):
        reading = filled.read()
        made = frame(reading, "customers").rename(columns={"stage": "stgae"})
        with pytest.raises(errors.UsageError, match="customers has no column stgae; did you mean stage"):
            save(filled.gateway, reading, "customers", made)


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("record", "expected"),
        [
            pytest.param({"id": "C001", "stage": "leed"}, [("C001", "stage", "not_an_option")], id="no option"),
            pytest.param({"id": "C001", "next": "soon"}, [("C001", "next", "not_a_date")], id="no date"),
            pytest.param({"id": "C001", "next": datetime(2026, 1, 2, 8, tzinfo=UTC)}, [("C001", "next", "not_its_type")], id="a day with a time"),
            pytest.param({"id": "C001", "spent": float("nan")}, [("C001", "spent", "not_a_number")], id="not a number"),
            pytest.param({"id": "C001", "spent": Decimal("Infinity")}, [("C001", "spent", "not_its_type")], id="infinite"),
            pytest.param({"id": "C001", "name": "x" * 50_001}, [("C001", "name", "too_long")], id="longer than a cell"),
            pytest.param({"id": "C001", "name": "\ud800"}, [("C001", "name", "bad_text")], id="half a character"),
            pytest.param({"id": "C001", "name": None}, [("C001", "name", "required")], id="a blank that is required"),
            pytest.param({"id": "C002", "stage": "lead"}, [("C002", "next", "required")], id="a blank that is required by the change"),
            pytest.param({"id": "C001", "phone": None}, [("C001", "phone", "at_least_one")], id="a rule over columns"),
            pytest.param({"id": "C001", "owner": "Zoe"}, [("C001", "owner", "exists_in")], id="nobody of the team"),
            pytest.param({"id": "C001", "orders": 7}, [("C001", "orders", "computed")], id="what the sheet computes"),
            pytest.param({"id": "C009", "name": "x"}, [("C009", "id", "no_such_row")], id="no such row"),
            pytest.param({"name": "x"}, [(None, "id", "no_id")], id="no id"),
        ],
    )  # fmt: skip
    def test_everything_wrong_is_told_and_nothing_is_written(self, filled, record, expected):
        reading, own = filled.read(), filled.gateway
        with pytest.raises(errors.BadRecords) as refused:
            save(own, reading, "customers", [{"id": "C003", "name": "good"}, record])
        assert wrong(refused) == expected
        assert own.counts.reads + own.counts.writes == 0
        assert column(filled, "Name") == ["Ann Li", "Bo", "Cy"]

    def test_the_text_names_record_column_and_reason(self, filled):
        with pytest.raises(
            errors.BadRecords, match=r"customers C001 stage: leed is not one of the options; did you mean Lead\?"
        ):
            save(filled.gateway, filled.read(), "customers", [{"id": "C001", "stage": "leed"}])

    def test_an_id_stays_as_it_is(self, filled):
        reading = filled.read()
        row = reading.extracts["customers"].by_id()["C001"]
        row = replace(row, record=row.record.model_copy(update={"id": "C009"}))
        with pytest.raises(errors.BadRecords) as refused:
            save(filled.gateway, reading, "customers", [row])
        assert wrong(refused) == [("C001", "id", "id_changed")]

    def test_what_was_wrong_before_does_not_keep_a_record_from_being_saved(self, filled):
        reading = filled.read()
        assert save(filled.gateway, reading, "customers", [{"id": "C003", "name": "Cyd"}]).changed == ("C003",)

    def test_one_record_alone_and_texts_are_no_records(self, filled):
        reading = filled.read()
        for one in ({"id": "C001"}, "C001", 7):
            with pytest.raises(errors.UsageError, match="as a list of records"):
                save(filled.gateway, reading, "customers", one)
        with pytest.raises(errors.UsageError, match="no such sheet of records; did you mean customers"):
            save(filled.gateway, reading, "customer", [])


class TestConflicts:
    def wanted(self, reading):
        return [changed(reading, "C001", stage="won", name="Ann Lee"), changed(reading, "C002", name="Bob")]

    def test_by_default_nothing_is_written_and_both_values_are_told(self, filled):
        reading, own = filled.read(), filled.gateway
        cell(filled, 2, "Name", "Anna")
        with pytest.raises(errors.Conflict, match="to be Ann Lee, was Ann Li, is Anna now") as found:
            save(own, reading, "customers", self.wanted(reading))
        (one,) = found.value.conflicts
        assert (one.change.id, one.change.column, one.now, one.a1) == ("C001", "name", "Anna", "Customers!B2")
        assert own.counts.writes == 0
        assert column(filled, "Name") == ["Anna", "Bo", "Cy"]

    def test_days_are_told_as_days(self, filled):
        reading = filled.read()
        cell(filled, 2, "Next", 46113)
        with pytest.raises(errors.Conflict, match=r"to be 2026-05-01, was [0-9-]+, is 2026-04-01 now"):
            save(filled.gateway, reading, "customers", [changed(reading, "C001", next=date(2026, 5, 1))])

    @pytest.mark.parametrize(
        "write",
        [
            pytest.param(lambda office, how: save(office.gateway, office.read(), "customers", [], **how), id="save"),
            pytest.param(lambda office, how: delete(office.gateway, office.template, "customers", [], **how), id="delete"),
        ],
    )  # fmt: skip
    def test_a_policy_that_there_is_not_is_refused_even_if_nothing_is_to_be_done(self, filled, write):
        wrong = {"on_conflict": "skp"}
        with pytest.raises(errors.UsageError, match="'skp' is none of fail, skip, overwrite; did you mean skip"):
            write(filled, wrong)

    def test_skip_leaves_the_whole_record_to_people_and_writes_the_others(self, filled):
        reading = filled.read()
        cell(filled, 2, "Name", "Anna")
        done = save(filled.gateway, reading, "customers", self.wanted(reading), on_conflict="skip")
        assert (done.changed, [one.change.id for one in done.conflicts]) == (("C002",), ["C001"])
        assert (column(filled, "Name"), column(filled, "Stage")[0]) == (["Anna", "Bob", "Cy"], "Lead")

    def test_overwrite_writes_and_undo_gives_people_their_own_back(self, filled, tmp_path):
        reading, journal = filled.read(), Journal(tmp_path, "x")
        cell(filled, 2, "Name", "Anna")
        log = Log(journal, "a test", NOW)
        done = save(filled.gateway, reading, "customers", self.wanted(reading), on_conflict="overwrite", log=log)
        assert (done.changed, [one.overwritten for one in done.conflicts]) == (("C001", "C002"), [True])
        assert column(filled, "Name") == ["Ann Lee", "Bob", "Cy"]
        ((_, write),) = journal.writes()
        change_cells(filled.gateway, filled.template, taken_back(write.entries))
        assert column(filled, "Name") == ["Anna", "Bo", "Cy"]

    @pytest.mark.parametrize(
        ("act", "why"),
        [
            pytest.param(lambda office: office.tab("Customers").delete_rows(3), "gone", id="the row was deleted"),
            pytest.param(lambda office: cell(office, 3, "Customer ID", "C077"), "gone", id="its key was edited"),
            pytest.param(lambda office: cell(office, 4, "Customer ID", "C002"), "twice", id="two rows have the key"),
        ],
    )
    @pytest.mark.parametrize("policy", ["skip", "overwrite"])
    def test_a_row_that_cannot_be_told_any_more_is_never_written(self, filled, act, why, policy):
        reading = filled.read()
        act(filled)
        done = save(filled.gateway, reading, "customers", [{"id": "C002", "name": "Bob"}], on_conflict=policy)
        assert (done.changed, [one.why for one in done.conflicts]) == ((), [why])
        assert "Bob" not in column(filled, "Name")

    def test_a_column_that_was_deleted_is_a_conflict(self, filled):
        reading = filled.read()
        filled.tab("Customers").delete_columns(2)
        with pytest.raises(errors.Conflict, match="the column is gone"):
            save(filled.gateway, reading, "customers", [{"id": "C002", "name": "Bob"}])

    def test_what_somebody_wrote_already_is_the_same(self, filled):
        reading = filled.read()
        cell(filled, 3, "Name", "Bob")
        done = save(filled.gateway, reading, "customers", [{"id": "C002", "name": "Bob"}])
        assert (done.changed, done.same) == ((), ("C002",))

    def test_a_row_with_a_hidden_id_that_somebody_cleared_is_gone(self, office):
        office.fill("Customers", ROWS)
        office.fill("Orders", [{"_id": "a1", "Customer ID": "C001", "Product": "tea"}])
        reading = office.read()
        office.tab("Orders").batch_clear(["B2:D2"])
        done = save(office.gateway, reading, "orders", [{"_id": "a1", "amount": 3}], on_conflict="skip")
        assert [one.why for one in done.conflicts] == ["gone"]


class TestInTheMoment:
    """What people do between the second look and the write."""

    def test_a_sort_is_put_right_and_told(self, filled):
        reading = filled.read()
        order = {"dimensionIndex": 0, "sortOrder": "DESCENDING"}
        area = {"sheetId": filled.tab("Customers").id, "startRowIndex": 1, "endRowIndex": 4}
        act = partial(filled.send, {"sortRange": {"range": area, "sortSpecs": [order]}})
        own = interrupted(filled.running, filled.id, {2: [act]})
        done = save(own, reading, "customers", [{"id": "C001", "name": "Ann Lee"}])
        assert (done.changed, done.misplaced) == (("C001",), ())
        assert set(done.righted) == {"C001", "C003"}
        assert column(filled, "Name") == ["Cy", "Bo", "Ann Lee"]

    def test_a_tab_that_is_renamed_is_looked_for_again(self, filled):
        reading = filled.read()
        own = interrupted(filled.running, filled.id, {2: [partial(filled.tab("Customers").update_title, "Clients")]})
        assert save(own, reading, "customers", [{"id": "C001", "name": "Ann Lee"}]).changed == ("C001",)


def test_touched_days_go_with_what_is_changed(office_with_days):
    office = office_with_days
    office.fill("Customers", [{"ID": "C1", "Name": "Ann", "Touched": 46000}, {"ID": "C2", "Name": "Bo"}])
    reading = office.read()
    save(office.gateway, reading, "customers", [{"id": "C1", "name": "Anna"}, {"id": "C2"}], today=date(2026, 1, 2))
    assert column(office, "Touched") == [46024]


@pytest.fixture
def office_with_days(tmp_path):
    from sheetcrm import testing
    from sheetcrm.schema import loader

    from .shop import Office

    path = tmp_path / "days.yaml"
    path.write_text(
        """
version: 1
title: Days
sheets:
  customers:
    title: Customers
    key: id
    columns:
      id: {type: id, title: ID}
      name: {type: text, title: Name}
      touched: {type: touched, title: Touched}
""",
        encoding="utf-8",
    )
    with testing.server() as running:
        office = Office(loader.load(path), running)
        office.apply()
        yield office


def test_a_thousand_changed_records_are_two_reads_and_one_write(office):
    rows = [[f"C{at:04d}", f"name {at}", f"+86138{at:08d}", "", "Won"] for at in range(2_000)]
    office.tab("Customers").resize(rows=2_100)
    office.tab("Customers").update(rows, "A2", raw=True)
    reading, own = office.read(), office.gateway
    records = [row.record.model_copy(update={"name": "x"}) for row in reading.extracts["customers"].rows[::2]]
    done = save(own, reading, "customers", records)
    assert (len(done.changed), own.counts.reads, own.counts.writes) == (1_000, 2, 1)
    assert column(office, "Name").count("x") == 1_000
