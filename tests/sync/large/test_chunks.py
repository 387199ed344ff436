"""A large sheet in parts is the same as read at once; people who work meanwhile never cause a wrong column or a row twice."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sheetcrm import sync, testing
from sheetcrm.errors import MovedMeanwhile, UsageError
from tests.sync.shop import Office


def customer(at, **more):
    return {
        "Customer ID": f"C{at:03d}",
        "Name": f"Name {at}",
        "Phone": f"138{at:08d}",
        "Stage": "Lead",
        "Next": 46_024,
        **more,
    }


def fill(office, count=10):
    office.fill("Customers", [customer(at) for at in range(count)])
    office.fill("Team", [{"Name": "Bo", "E-mail": "bo@x.org"}])


def whole(parts):
    """Rows, issues and samples of all parts."""
    parts = list(parts)
    return [row for part in parts for row in part.rows], [issue for part in parts for issue in part.issues]


def at_once(office, sheet="customers"):
    extract = office.read().extracts[sheet]
    return list(extract.rows), list(extract.issues)


def parts(office, sheet="customers", **options):
    return sync.chunks(office.gateway, office.template, sheet, **{"rows": 3, "look_every": 2, **options})


@pytest.fixture(scope="module")
def one_shop(shop):
    with testing.server() as running:
        office = Office(shop, running)
        office.apply()
        yield office


CUSTOMERS = st.fixed_dictionaries(
    {},
    optional={
        "Customer ID": st.sampled_from(["C001", "c001", "C002", "C003", "x\ny"]),
        "Name": st.sampled_from(["Ann", "Bo", ""]),
        "Phone": st.sampled_from(["13800138000", "13800138001", "13"]),
        "Stage": st.sampled_from(["Lead", "Won", "?"]),
        "Owner": st.sampled_from(["Bo", "Nobody"]),
    },
)
ORDERS = st.fixed_dictionaries(
    {"Product": st.sampled_from(["Tea", ""])},
    optional={
        "_id": st.sampled_from(["a", "b"]),
        "Customer ID": st.sampled_from(["C001", "C009"]),
        "Amount": st.sampled_from([1, "x"]),
    },
)


class TestTheSame:
    # Each example makes a whole shop anew.
    @settings(max_examples=settings().max_examples // 8, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @given(customers=st.lists(CUSTOMERS, max_size=9), orders=st.lists(ORDERS, max_size=7), rows=st.integers(1, 12))
    def test_as_read_at_once_whatever_stands_there(self, one_shop, customers, orders, rows):
        for title in ("Customers", "Orders", "Team"):
            one_shop.tab(title).batch_clear(["A2:I40"])
        one_shop.fill("Team", [{"Name": "Bo", "E-mail": "bo@x.org"}])
        for title, found in (("Customers", customers), ("Orders", orders)):
            if any(found):
                one_shop.fill(title, found)
        for sheet in ("customers", "orders"):
            assert whole(parts(one_shop, sheet, rows=rows)) == at_once(one_shop, sheet)

    def test_rows_know_that_their_id_stands_in_another_part(self, office):
        office.fill("Customers", [customer(1), customer(2), customer(3), customer(4), customer(1)])
        rows, issues = whole(parts(office))
        assert [row.number for row in rows if not row.unique] == [2, 6]
        assert [issue.a1 for issue in issues if issue.code == "unique"] == ["Customers!A2", "Customers!A6"]

    def test_only_the_columns_asked_for_are_fetched_and_the_key(self, office):
        fill(office)
        office.running.forget_requests()
        [first, *_] = parts(office, columns={"customers.phone"}, rows=20)
        assert set(first.cells) == {"id", "phone"}
        assert first.cell(3, "phone") == "13800000001"

    def test_rules_that_need_other_columns_say_nothing(self, office):
        office.fill("Customers", [{"Customer ID": "C001", "Phone": "13800138000", "Stage": "Lead"}])
        assert {issue.code for issue in whole(parts(office))[1]} == {"required"}
        assert whole(parts(office, columns={"customers.stage"}))[1] == []


class TestHowFar:
    def test_who_asks_is_told_of_every_part(self, office):
        fill(office)
        office.tab("Customers").resize(rows=13)
        told = []
        list(parts(office, meter=lambda *how_far: told.append(how_far)))
        assert [one for one in told if one[0] == "rows read"] == [("rows read", last, 13) for last in (4, 7, 10, 13)]
        assert told[0][0] == "rows surveyed"


class TestRequests:
    def test_one_a_part_and_a_look_now_and_then(self, office):
        fill(office)
        tab = office.tab("Customers")
        tab.resize(rows=13)
        gateway = office.gateway
        list(sync.chunks(gateway, office.template, "customers", rows=3, look_every=2))
        # A look is two requests: at the start, after parts 2 and 4; the survey is one, parts are four.
        assert (gateway.counts.reads, gateway.counts.writes) == (2 + 1 + 4 + 2 * 2, 0)


def meanwhile(office, after, act, **options):
    """Read in parts; `act` happens after so many of them."""
    found = []
    for at, part in enumerate(parts(office, **options), 1):
        found.append(part)
        if at == after:
            act()
    return whole(found)


class TestPeopleMeanwhile:
    """What they do between two parts."""

    @pytest.mark.parametrize("source", [1, 3, 7])
    def test_a_column_that_moves_is_still_itself(self, office, source):
        fill(office)
        sheet = office.tab("Customers").id
        move = {
            "source": {"sheetId": sheet, "dimension": "COLUMNS", "startIndex": source, "endIndex": source + 1},
            "destinationIndex": 5,
        }
        before = at_once(office)[0]
        rows, _issues = meanwhile(office, 1, lambda: office.send({"moveDimension": move}))
        assert [row.record for row in rows] == [row.record for row in before]

    def test_a_column_inserted_between_ours_changes_nothing(self, office):
        fill(office)
        before = at_once(office)[0]
        rows, _issues = meanwhile(office, 2, lambda: office.tab("Customers").insert_cols([["Their own", "x", "y"]], 2))
        assert [row.record for row in rows] == [row.record for row in before]

    def test_a_header_that_is_renamed_changes_nothing(self, office):
        fill(office)
        before = at_once(office)[0]
        rows, _issues = meanwhile(office, 1, lambda: office.tab("Customers").update_acell("C1", "Mobile"))
        assert [row.record for row in rows] == [row.record for row in before]

    def test_a_column_that_is_deleted_stops_it(self, office):
        fill(office)
        with pytest.raises(MovedMeanwhile, match="Phone"):
            meanwhile(office, 1, lambda: office.tab("Customers").delete_columns(3))

    @pytest.mark.parametrize(
        "act",
        [
            pytest.param(lambda tab: tab.insert_row(["C900", "New"], 2), id="a row inserted above"),
            pytest.param(lambda tab: tab.insert_row(["C900", "New"], 7), id="a row inserted below what was read"),
            pytest.param(lambda tab: tab.delete_rows(2), id="a row deleted above"),
            pytest.param(lambda tab: tab.delete_rows(8), id="a row deleted below"),
            pytest.param(lambda tab: tab.sort((1, "des"), range="A2:J11"), id="sorted the other way"),
        ],
    )
    def test_rows_that_move_are_never_read_twice_or_left_out(self, office, act):
        fill(office)
        with pytest.raises(MovedMeanwhile, match="row"):
            meanwhile(office, 1, partial(act, office.tab("Customers")))

    def test_rows_without_a_key_are_told_apart_by_what_stands_in_them(self, office):
        office.fill("Customers", [{"Name": f"Name {at}"} for at in range(10)])
        with pytest.raises(MovedMeanwhile):
            meanwhile(office, 1, lambda: office.tab("Customers").delete_rows(2))

    def test_cells_that_change_and_rows_that_come_below_are_read_as_they_are(self, office):
        fill(office)

        def act():
            office.fill("Customers", [{"Customer ID": "C777", "Name": "Other"}], first=9)
            office.tab("Customers").append_row(["C800", "Newest"], table_range="A1:A11")

        rows, _issues = meanwhile(office, 1, act)
        assert [row.id for row in rows][-4:] == ["C777", "C008", "C009", "C800"]

    def test_a_grid_that_becomes_shorter_is_read_to_its_end(self, office):
        fill(office)
        office.tab("Customers").resize(rows=30)
        rows, _issues = meanwhile(office, 2, lambda: office.tab("Customers").resize(rows=13))
        assert len(rows) == 10


def test_a_tab_that_is_not_there_has_no_rows_and_is_named(office):
    office.running.client.open_by_key(office.id).del_worksheet(office.tab("Orders"))
    found = parts(office, "orders")
    assert list(found) == []
    assert [issue.code for issue in found.troubles] == ["sheet_missing"]


def test_no_such_column(office):
    with pytest.raises(UsageError, match=r"customers\.fone.*customers\.phone"):
        parts(office, columns={"customers.fone"})
