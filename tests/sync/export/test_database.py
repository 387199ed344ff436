"""Typed tables with keys, in PostgreSQL and SQLite: written once, then only what is new, changed or gone, all of it or nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import pytest
from sqlalchemy import create_engine, event, inspect, select

from sheetcrm import testing
from sheetcrm.errors import MissingExtra, SheetcrmError, UsageError
from sheetcrm.schema import loader
from sheetcrm.sync import fill_ids
from sheetcrm.sync.export import Sources, Wish
from sheetcrm.sync.export.database import store
from sheetcrm.sync.export.pages import fields
from sheetcrm.sync.export.tables import Tables
from sheetcrm.sync.frame import frame
from sheetcrm.sync.quality.archive import put_away
from tests.sync.shop import SHOP, Office

from .desk import fill

FIRST, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
ALL = ("customers", "orders", "team")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    return request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'crm.db'}"


@pytest.fixture
def shop_office(ready):
    """With customers, orders, a colleague, and ids."""

    def with_ids(office):
        fill(office)
        fill_ids(office.gateway, office.read())

    return ready("exported with ids", with_ids)


def stored(office, url, *sheets, now=FIRST, template=None, columns=None, where=(), **options):
    sources = Sources(office.gateway, template or office.template, **options)
    return store(sources, [Wish(sheet, columns, where) for sheet in sheets or ALL], url, now=now)


def figures(done):
    return {one.sheet: (one.added, one.changed, one.deleted) for one in done.sheets}


def table_of(office, sheet, url):
    """The rows that the database has, by our own description of the table."""
    plan = {
        key: tuple(fields(key, office.template.context("en"), None, ids=True, issues=False))
        for key in office.template.records
    }
    engine = create_engine(url)
    with engine.begin() as db:
        table = Tables(db, office.id, plan, office.template.context("en")).made[sheet]
        found = db.execute(select(table)).mappings().all()
    engine.dispose()
    return found


def by_id(office, sheet, url):
    key = office.template.sheets[sheet].key
    return {row[key]: row for row in table_of(office, sheet, url)}


def records(office, sheet):
    return {row.id: row for row in office.read().extracts[sheet].rows if not row.sample}


class TestThereAndBack:
    def test_every_value_is_what_the_sheet_says(self, shop_office, url):
        done = stored(shop_office, url)
        assert figures(done) == {"customers": (6, 0, 0), "orders": (5, 0, 0), "team": (1, 0, 0)}
        for sheet in ALL:
            rows = records(shop_office, sheet)
            found = by_id(shop_office, sheet, url)
            assert found.keys() == rows.keys()
            for id_, row in rows.items():
                assert {key: found[id_][key] for key in type(row.record).model_fields} == dict(row.record)

    def test_as_many_as_northwind_has_are_the_same_frame(self, office, postgres):
        fill(office, 830)
        fill_ids(office.gateway, office.read())
        stored(office, postgres)
        engine = create_engine(postgres)
        back = pd.read_sql("select * from customers order by id", engine, coerce_float=False)
        engine.dispose()
        made = frame(office.read(), "customers").reset_index(drop=True)
        back = back[list(made.columns)].astype({key: made[key].dtype for key in made.columns if key != "spent"})
        assert list(map(Decimal, back.pop("spent"))) == list(made.pop("spent"))
        pd.testing.assert_frame_equal(back, made)

    def test_types_keys_and_references(self, shop_office, postgres):
        stored(shop_office, postgres)
        engine = create_engine(postgres)
        inspector = inspect(engine)
        assert inspector.get_pk_constraint("orders")["constrained_columns"] == ["_id"]
        assert [one["name"] for one in inspector.get_foreign_keys("orders")] == ["fk_orders_customer"]
        types = {one["name"]: str(one["type"]) for one in inspector.get_columns("customers")}
        engine.dispose()
        assert (types["next"], types["vip"], types["spent"], types["orders"]) == (
            "DATE",
            "BOOLEAN",
            "NUMERIC",
            "BIGINT",
        )

    def test_a_large_sheet_in_parts_is_the_same(self, shop_office, url):
        stored(shop_office, url)
        assert set(figures(stored(shop_office, url, now=LATER, large=1, rows=2)).values()) == {(0, 0, 0)}


class TestIncrementally:
    def test_nothing_is_written_when_nothing_changed(self, shop_office, url):
        stored(shop_office, url)
        written = []
        begin = ("insert", "update", "delete", "alter", "create", "drop")

        def listen(_connection, _cursor, statement, *_rest):
            written.extend([statement] * statement.strip().lower().startswith(begin))

        from sqlalchemy import Engine

        event.listen(Engine, "before_cursor_execute", listen)
        try:
            assert set(figures(stored(shop_office, url, now=LATER)).values()) == {(0, 0, 0)}
        finally:
            event.remove(Engine, "before_cursor_execute", listen)
        assert written == []
        assert {row["_written"].replace(tzinfo=UTC) for row in table_of(shop_office, "customers", url)} == {FIRST}

    def test_only_what_people_changed_since(self, shop_office, url):
        stored(shop_office, url)
        tab = shop_office.tab("Customers")
        tab.update_acell("B3", "Renamed")
        tab.delete_rows(5)
        tab.append_row(["C100", "New", "", "n@x.org", "Won"], table_range="A1:A6")
        tab.insert_row(["C000", "On top", "", "o@x.org", "Won"], 2)
        done = stored(shop_office, url, now=LATER)
        assert figures(done) == {"customers": (2, 1, 1), "orders": (0, 0, 0), "team": (0, 0, 0)}
        found = by_id(shop_office, "customers", url)
        assert found["C002"]["name"] == "Renamed"
        assert {id_ for id_, row in found.items() if row["_written"].replace(tzinfo=UTC) == LATER} == {
            "C000",
            "C002",
            "C100",
        }
        assert "C004" not in found

    def test_a_column_that_the_template_gained_is_added(self, shop_office, url):
        stored(shop_office, url, "customers", columns=("name", "stage"))
        done = stored(shop_office, url, "customers", now=LATER)
        assert figures(done) == {"customers": (0, 6, 0)}
        assert by_id(shop_office, "customers", url)["C001"]["next"] == date(2026, 1, 3)

    def test_rows_that_are_no_longer_meant_go(self, shop_office, url):
        stored(shop_office, url, "customers")
        assert figures(stored(shop_office, url, "customers", where=("stage=won",))) == {"customers": (0, 0, 3)}


class TestReferences:
    def test_one_that_leads_nowhere_is_told_and_not_kept_until_it_holds_again(self, shop_office, postgres):
        stored(shop_office, postgres)
        orders = shop_office.tab("Orders")
        orders.update_acell("B2", "C999")
        assert stored(shop_office, postgres).loose == {"orders.customer": 1}
        assert by_id(shop_office, "orders", postgres).popitem()
        orders.update_acell("B2", "C001")
        assert stored(shop_office, postgres).loose == {}
        engine = create_engine(postgres)
        assert [one["name"] for one in inspect(engine).get_foreign_keys("orders")] == ["fk_orders_customer"]
        engine.dispose()

    def test_one_that_leads_into_an_archive_leads_somewhere_and_is_not_kept(self, tmp_path, url):
        (tmp_path / "shop.yaml").write_text(SHOP.replace("    key: id\n", "    key: id\n    archive: by_hand\n", 1))
        with testing.server() as running:
            shop = Office(loader.load(tmp_path / "shop.yaml"), running)
            shop.apply()
            fill(shop)
            fill_ids(shop.gateway, shop.read())
            put_away(shop.gateway, shop.template, "customers", ["C002"])
            assert stored(shop, url, *shop.template.records).loose == {}
            assert stored(shop, url, *shop.template.records).loose == {}
            shop.tab("Orders").update_acell("B2", "C999")
            assert stored(shop, url, *shop.template.records).loose == {"orders.customer": 1}


class TestWhatHasNoPlace:
    def test_rows_without_an_id_are_left_out_and_named(self, office, url):
        fill(office)
        done = stored(office, url, "orders")
        assert done.sheets[0].left_out[0] == "Orders!2:2"
        assert (done.sheets[0].rows, len(done.sheets[0].left_out)) == (0, 5)

    def test_rows_that_share_an_id_stay_as_the_database_has_them(self, shop_office, url):
        stored(shop_office, url)
        shop_office.tab("Customers").update_acell("A3", "C001")
        shop_office.tab("Customers").update_acell("B3", "Which?")
        done = stored(shop_office, url, "customers")
        assert figures(done) == {"customers": (0, 0, 1)}
        assert done.sheets[0].shared == ("Customers!2:2", "Customers!3:3")
        assert by_id(shop_office, "customers", url)["C001"]["name"] == "=1+1"

    def test_a_wrong_cell_is_null_and_counted(self, shop_office, url):
        shop_office.tab("Customers").update_acell("F2", "soon")
        assert stored(shop_office, url, "customers").sheets[0].wrong == 1
        assert by_id(shop_office, "customers", url)["C001"]["next"] is None


class TestRefused:
    def test_a_table_that_somebody_else_made(self, shop_office, url):
        engine = create_engine(url)
        with engine.begin() as db:
            db.exec_driver_sql("create table customers (id int)")
        engine.dispose()
        with pytest.raises(UsageError, match="table customers that sheetcrm did not make"):
            stored(shop_office, url)
        engine = create_engine(url)
        assert inspect(engine).get_table_names() == ["customers"]
        engine.dispose()

    def test_another_spreadsheet(self, shop_office, url):
        stored(shop_office, url, "team")
        shop_office.id = shop_office.running.seed("Other", [["x"]]).id
        with pytest.raises(UsageError, match="another spreadsheet"):
            stored(shop_office, url, "team")

    def test_a_missing_sheet_leaves_nothing_behind(self, shop_office, url):
        shop_office.running.client.open_by_key(shop_office.id).del_worksheet(shop_office.tab("Team"))
        with pytest.raises(SheetcrmError, match="Team"):
            stored(shop_office, url)
        engine = create_engine(url)
        assert inspect(engine).get_table_names() == []
        engine.dispose()

    @pytest.mark.parametrize(
        ("address", "error", "words"),
        [
            pytest.param("crm.db", UsageError, "not the URL of a database", id="a file name"),
            pytest.param("nosuch://x/y", UsageError, "no such kind of database: nosuch", id="an unknown database"),
            pytest.param("mysql+nosuchdriver://x/y", UsageError, "no such kind", id="an unknown driver"),
            pytest.param("oracle+oracledb://x/y", MissingExtra, "oracledb", id="a driver that is not installed"),
            pytest.param("sqlite:////no/such/folder/x.db", SheetcrmError, "unable to open", id="no such folder"),
        ],
    )
    def test_urls(self, office, address, error, words):
        with pytest.raises(error, match=words):
            stored(office, address)

    def test_no_error_shows_the_password(self, office, tmp_path):
        with pytest.raises(SheetcrmError) as caught:
            stored(office, f"postgresql://me:s3cret@/x?host={tmp_path}&connect_timeout=1")
        assert "s3cret" not in str(caught.value)
