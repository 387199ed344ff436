"""New records become rows of their own below the last, with everything that a row needs."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pandas as pd
import pytest

from sheetcrm import errors
from sheetcrm.journal import Journal
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync.cells import Log, change_cells, taken_back
from sheetcrm.sync.save import append, delete, save, upsert

from .desk import NEW, ROWS, cell, column, quiet
from .meanwhile import interrupted

NOW = datetime(2026, 11, 22, tzinfo=UTC)
WRITE = 2
"""The number of the request that writes."""


@pytest.fixture
def filled(ready):
    return ready("three customers", lambda office: office.fill("Customers", ROWS))


def wrong(refused):
    return [(one.id, one.column, one.code) for one in refused.value.fields]


class TestAppend:
    def test_it_stands_below_the_last_with_id_formula_format_and_validation(self, filled):
        own = filled.gateway
        done = append(own, filled.template, "customers", [NEW, {**NEW, "id": "K9", "phone": "13800138002"}])
        assert done.added == ("C004", "K9")
        assert quiet(done)
        assert (own.counts.reads, own.counts.writes) == (2, 1)
        rows = filled.read().extracts["customers"].by_id()
        assert [(rows[id_].number, rows[id_].get("orders")) for id_ in done.added] == [(5, 0), (6, 0)]
        assert filled.apply().changes == (), "nothing is left to mend, the new rows are as the old ones"

    def test_the_first_record_of_an_empty_sheet_stands_right_below_the_header(self, office):
        rows = [NEW, {**NEW, "phone": "13800138002"}, {**NEW, "phone": "13800138003"}]
        assert append(office.gateway, office.template, "customers", rows).added == ("C001", "C002", "C003")
        assert column(office, "Customer ID") == ["C001", "C002", "C003"]
        assert office.apply().changes == ()

    @pytest.mark.parametrize("rows", [2, 3, 5], ids=["one row below the header", "just as many", "one row is left"])
    def test_a_grid_that_is_too_short_grows_and_everything_reaches_to_its_end(self, filled, rows):
        tab = filled.tab("Customers")
        tab.batch_clear(["A2:J1000"]) if rows == 2 else None
        tab.resize(rows=max(rows, 4) if rows > 2 else 2)
        done = append(
            filled.gateway, filled.template, "customers", [{**NEW, "phone": f"1380013800{at}"} for at in range(3)]
        )
        found = filled.read().extracts["customers"].by_id()
        assert all(found[id_].get("orders") == 0 for id_ in done.added)
        if rows > 2:
            assert {change.address.kind for change in filled.apply().changes} == {"grid"}, "only shorter than wanted"

    def test_frames_are_added_too(self, filled):
        made = pd.DataFrame(
            {"name": ["Dee", "Eve"], "phone": ["13800138001", None], "email": [pd.NA, "e@x.org"], "stage": "won"}
        )
        assert append(filled.gateway, filled.template, "customers", made).added == ("C004", "C005")
        assert column(filled, "Name")[3:] == ["Dee", "Eve"]

    def test_a_hidden_id_is_given(self, filled):
        done = append(
            filled.gateway, filled.template, "orders", [{"customer": "C001", "amount": 5}], new_id=lambda: "f00"
        )
        assert (done.added, column(filled, "_id", "Orders")) == (("f00",), ["f00"])

    @pytest.mark.parametrize(
        ("sheet", "records", "expected"),
        [
            pytest.param("customers", [{**NEW, "id": "C002"}], [("C002", "id", "id_taken")], id="an id that is there"),
            pytest.param("customers", [{**NEW, "id": "K1"}, {**NEW, "id": "K1", "phone": "13800138002"}], [("K1", "id", "id_twice")], id="an id twice"),
            pytest.param("customers", [{"phone": "13800138001", "stage": "won"}], [(None, "name", "required")], id="a blank that is required"),
            pytest.param("customers", [{"name": "Dee", "stage": "won"}], [(None, "phone", "at_least_one")], id="a rule over columns"),
            pytest.param("customers", [{**NEW, "orders": 3}], [(None, "orders", "computed")], id="what the sheet computes"),
            pytest.param("orders", [{"customer": "C999"}], [(None, "customer", "exists_in")], id="a reference to nobody"),
            pytest.param("team", [{"email": "ann@x.org"}], [(None, "name", "no_id")], id="no id where people write them"),
        ],
    )  # fmt: skip
    def test_everything_wrong_is_told_and_nothing_is_written(self, filled, sheet, records, expected):
        own = filled.gateway
        with pytest.raises(errors.BadRecords) as refused:
            append(own, filled.template, sheet, records, new_id=lambda: "f00")
        assert wrong(refused) == expected
        assert [one.at for one in refused.value.fields] == [len(records) - 1], "the record is named by its place"
        assert own.counts.writes == 0

    def test_nothing_of_peoples_is_written_over_by_rows_that_come_in_the_moment(self, filled):
        act = partial(filled.fill, "Customers", [{"Customer ID": "K1", "Name": "Kim"}], first=5)
        done = append(interrupted(filled.running, filled.id, {WRITE: [act]}), filled.template, "customers", [NEW])
        assert quiet(done)
        assert sorted(column(filled, "Customer ID")) == ["C001", "C002", "C003", "C004", "K1"]
        assert sorted(column(filled, "Name")) == ["Ann Li", "Bo", "Cy", "Dee", "Kim"]

    def test_a_column_that_is_moved_in_the_moment_gets_its_cells_back(self, filled):
        sheet = filled.tab("Customers").id
        source = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
        act = partial(filled.send, {"moveDimension": {"source": source, "destinationIndex": 5}})
        done = append(interrupted(filled.running, filled.id, {WRITE: [act]}), filled.template, "customers", [NEW])
        assert (done.added, done.misplaced) == (("C004",), ())
        row = filled.read().extracts["customers"].by_id()["C004"]
        assert [row.get(key) for key in ("name", "phone", "stage")] == ["Dee", "+8613800138001", "won"]

    def test_where_the_ids_moved_the_record_is_added_again_and_the_rest_told(self, filled):
        sheet = filled.tab("Customers").id
        source = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
        act = partial(filled.send, {"moveDimension": {"source": source, "destinationIndex": 5}})
        done = append(interrupted(filled.running, filled.id, {WRITE: [act]}), filled.template, "customers", [NEW])
        assert done.added == ("C004",)
        assert done.misplaced
        assert filled.read().extracts["customers"].by_id()["C004"].get("name") == "Dee"

    def test_undo_takes_it_away_and_leaves_what_somebody_touched(self, filled, tmp_path):
        journal = Journal(tmp_path, "x")
        records = [NEW, {**NEW, "phone": "13800138002"}]
        append(filled.gateway, filled.template, "customers", records, log=Log(journal, "a test", NOW))
        cell(filled, 6, "E-mail", "dee@x.org")
        ((_, write),) = journal.writes()
        assert write.stage == "done"
        change_cells(filled.gateway, filled.template, taken_back(write.entries))
        assert [row.id for row in filled.read().extracts["customers"].rows] == ["C001", "C002", "C003", "C005"]


class TestUpsert:
    def test_what_is_there_is_changed_and_the_rest_added(self, filled):
        own = filled.gateway
        records = [{"id": "C002", "spent": 3}, {"id": "C001"}, {**NEW, "id": "C009"}]
        done = upsert(own, filled.template, "customers", records)
        assert (done.changed, done.same, done.added) == (("C002",), ("C001",), ("C009",))
        assert (own.counts.reads, own.counts.writes) == (2, 2)
        assert column(filled, "Customer ID") == ["C001", "C002", "C003", "C009"]
        again = upsert(filled.gateway, filled.template, "customers", records)
        assert (again.changed, again.added, again.same) == ((), (), ("C002", "C001", "C009"))

    def test_rows_are_known_by_another_column_too(self, filled):
        records = [{"email": "BO@x.org", "name": "Bob"}, {"email": "new@x.org", "name": "Nia", "stage": "won"}]
        done = upsert(filled.gateway, filled.template, "customers", records, key="email")
        assert (done.changed, done.added) == (("C002",), ("C004",))
        assert column(filled, "Name") == ["Ann Li", "Bob", "Cy", "Nia"]

    def test_a_key_in_several_rows_is_refused(self, filled):
        cell(filled, 2, "E-mail", "bo@x.org")
        with pytest.raises(errors.BadRecords, match=r"bo@x\.org stands in 2 rows of the sheet"):
            upsert(filled.gateway, filled.template, "customers", [{"email": "bo@x.org", "name": "Bob"}], key="email")
        with pytest.raises(errors.UsageError, match="no column mail to know rows by; did you mean email"):
            upsert(filled.gateway, filled.template, "customers", [NEW], key="mail")

    def test_a_key_that_is_given_twice_makes_no_second_row(self, filled):
        twice = [{**NEW, "email": "new@x.org"}, {"email": "NEW@x.org", "name": "Mia"}]
        with pytest.raises(
            errors.BadRecords, match=r"customers records\[1\] email: NEW@x\.org is given twice"
        ) as found:
            upsert(filled.gateway, filled.template, "customers", twice, key="email")
        assert len(found.value.fields) == 1
        assert column(filled, "Name") == ["Ann Li", "Bo", "Cy"]

    def test_a_key_that_no_record_says_is_refused(self, filled):
        with pytest.raises(errors.UsageError, match="no record says email"):
            upsert(filled.gateway, filled.template, "customers", [NEW], key="email")

    def test_a_title_leads_to_its_key(self, filled):
        with pytest.raises(errors.UsageError, match=r"no column E-mail; did you mean email\? \(there are"):
            upsert(filled.gateway, filled.template, "customers", [{"E-mail": "new@x.org"}])
        with pytest.raises(errors.UsageError, match=r"no column nmae \(did you mean name\?\), zzz \(there are"):
            upsert(filled.gateway, filled.template, "customers", [{"nmae": "x", "zzz": 1}])

    def test_a_record_without_an_id_is_named_by_its_place(self, filled):
        wanted = [{"id": "C001"}, NEW, {**NEW, "name": "x" * 60_000}]
        with pytest.raises(errors.BadRecords) as found:
            upsert(filled.gateway, filled.template, "customers", wanted)
        assert [(one.id, one.at, one.column, one.code) for one in found.value.fields] == [(None, 2, "name", "too_long")]

    def test_it_is_one_thing_to_the_journal(self, filled, tmp_path):
        journal = Journal(tmp_path, "x")
        upsert(
            filled.gateway,
            filled.template,
            "customers",
            [{"id": "C002", "name": "Bob"}, NEW],
            log=Log(journal, "a test", NOW),
        )
        ((_, write),) = journal.writes()
        change_cells(filled.gateway, filled.template, taken_back(write.entries))
        assert [(row.id, row.get("name")) for row in filled.read().extracts["customers"].rows] == [
            ("C001", "Ann Li"), ("C002", "Bo"), ("C003", "Cy"),
        ]  # fmt: skip


def test_what_was_refused_after_a_part_that_went_can_still_be_taken_back(filled, tmp_path):
    class Full(Gateway):
        def batch(self, requests, *arguments, **options):
            if any("insertDimension" in request for request in requests):
                raise errors.ApiError("This action would increase the number of cells above the limit", status=403)
            return super().batch(requests, *arguments, **options)

    journal, full = Journal(tmp_path, "x"), Full(filled.running.session, filled.id)
    with pytest.raises(errors.ApiError, match="above the limit"):
        upsert(
            full, filled.template, "customers", [{"id": "C002", "name": "Bob"}, NEW], log=Log(journal, "a test", NOW)
        )
    ((_, write),) = journal.writes()
    assert (write.stage, column(filled, "Name")) == ("begun", ["Ann Li", "Bob", "Cy"])
    change_cells(filled.gateway, filled.template, taken_back(write.entries))
    assert column(filled, "Name") == ["Ann Li", "Bo", "Cy"]


def test_nothing_is_no_request(filled):
    own = filled.gateway
    assert append(own, filled.template, "customers", []).added == ()
    assert upsert(own, filled.template, "customers", []).added == ()
    assert own.counts.reads == 0


def test_what_is_too_much_for_one_request_goes_in_several_each_after_a_look_of_its_own(filled):
    long = [{"name": f"{at} {'x' * 45_000}", "email": f"e{at}@x.org", "stage": "won"} for at in range(40)]
    own = filled.gateway
    done = append(own, filled.template, "customers", long)
    assert (len(done.added), own.counts.writes) == (40, 2)
    assert quiet(done)
    reading = filled.read()
    other = [{"id": id_, "name": f"other {'y' * 45_000}"} for id_ in done.added]
    own = filled.gateway
    saved = save(own, reading, "customers", other)
    assert (saved.changed, own.counts.reads, own.counts.writes) == (done.added, 4, 2)
    assert all(name.startswith("other") for name in column(filled, "Name")[3:])
    assert len(column(filled, "Name")) == 43


@pytest.mark.parametrize("moments", [pytest.param([1], id="once"), pytest.param([1, 3, 5], id="three times in a row")])
@pytest.mark.parametrize("what", ["save", "append", "upsert", "delete"])
def test_a_column_that_comes_in_between_the_two_requests_of_a_look_is_only_looked_at_again(filled, what, moments):
    reading, sheet = filled.read(), filled.tab("Customers").id
    place = {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}
    insert = partial(filled.send, {"insertDimension": {"range": place}})
    own = interrupted(filled.running, filled.id, {moment: [insert] for moment in moments})
    wanted = [{"id": "C001", "name": "Anna"}]
    done = {
        "save": lambda: save(own, reading, "customers", wanted),
        "append": lambda: append(own, filled.template, "customers", [NEW]),
        "upsert": lambda: upsert(own, filled.template, "customers", wanted),
        "delete": lambda: delete(own, filled.template, "customers", ["C002"]),
    }[what]()
    assert quiet(done)
    assert len([*done.changed, *done.added, *done.deleted]) == 1
