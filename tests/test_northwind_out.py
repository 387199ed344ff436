"""Northwind's customers and order lines go out of `customer-list`: into databases and back as the same, to Excel and back with a colleague's edits alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import openpyxl
import pandas as pd
import pytest
from sqlalchemy import MetaData, Table, create_engine, inspect, select

from sheetcrm import sync, testing
from sheetcrm.schema import loader
from sheetcrm.sheets.gateway import Drive, Gateway
from sheetcrm.sync.export import Options, Sources, Wish, export, format_of
from sheetcrm.sync.export.database import store
from sheetcrm.sync.frame import frame

DAY = datetime(1998, 5, 7, 4, tzinfo=UTC)
"""The day after Northwind's last order, so that what counts the days until today is the same at every run."""
FIRST, LATER = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
SHEETS = {"customers": "Customers", "purchases": "Purchases"}


class Lines:
    """The spreadsheet with Northwind's customers and order lines, the shifted ones mended."""

    day = DAY

    def __init__(self, northwind, running, work):
        spreadsheet = Drive(running.session).create("Order lines")
        northwind.order_lines(running.session, spreadsheet, northwind.source, work)
        self.template = loader.load(loader.find("customer-list"))
        self.gateway = Gateway(running.session, spreadsheet)
        self.book = running.client.open_by_key(spreadsheet)

    def store(self, url, now):
        """Export to that database; sheet → rows that were added, changed, deleted."""
        done = store(Sources(self.gateway, self.template), list(map(Wish, SHEETS)), url, now=now)
        assert (done.loose, [(one.left_out, one.shared, one.unfit) for one in done.sheets]) == ({}, [((), (), ())] * 2)
        return {one.sheet: (one.added, one.changed, one.deleted) for one in done.sheets}

    def frames(self, decimals):
        """Of every sheet what Python gets of it, with the key, in its order."""
        reading = sync.read(self.gateway, self.template)
        for sheet in SHEETS:
            key = self.template.sheets[sheet].key
            made = frame(reading, sheet, decimals=decimals)
            made[key] = pd.array(list(reading.extracts[sheet].ids), dtype=pd.StringDtype("python"))
            yield sheet, made.sort_values(key).reset_index(drop=True)

    def load(self, sheet, path, *, dry_run=False):
        return sync.load(self.gateway, self.template, sheet, path, dry_run=dry_run)

    def cells(self):
        """(tab, row, column) → what stands there: formulas as formulas, everything else as it is."""
        return {
            (tab.title, row, column): cell
            for tab in self.book.worksheets()
            for row, cells in enumerate(tab.get(value_render_option="FORMULA"), 1)
            for column, cell in enumerate(cells, 1)
            if cell != ""
        }


@pytest.fixture(scope="module")
def lines(northwind, tmp_path_factory):
    with testing.server(now=lambda: Lines.day) as running:
        yield Lines(northwind, running, tmp_path_factory.mktemp("lines"))


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    return request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'crm.db'}"


def table(url, sheet, like):
    """The table by the types that the database says, with the columns and types of another frame; our two own columns aside."""
    engine = create_engine(url)
    found = pd.read_sql(select(Table(sheet, MetaData(), autoload_with=engine)), engine, coerce_float=False)
    engine.dispose()
    assert set(found) - set(like) == {"_digest", "_written"}
    key = like.columns[0] if sheet == "customers" else "_id"
    return found[list(like.columns)].sort_values(key).reset_index(drop=True).astype(like.dtypes)


class TestDatabases:
    def test_every_row_comes_back_as_it_is_in_python(self, lines, url):
        assert lines.store(url, FIRST) == {"customers": (91, 0, 0), "purchases": (2155, 0, 0)}
        # SQLite has exact numbers as doubles.
        for sheet, made in lines.frames("float" if url.startswith("sqlite") else "exact"):
            pd.testing.assert_frame_equal(table(url, sheet, made), made, check_exact=True)

    def test_a_second_export_writes_nothing(self, lines, url):
        lines.store(url, FIRST)
        assert lines.store(url, LATER) == {"customers": (0, 0, 0), "purchases": (0, 0, 0)}
        engine = create_engine(url)
        written = [pd.read_sql_table(sheet, engine)["_written"].unique() for sheet in SHEETS]
        engine.dispose()
        assert [len(moments) for moments in written] == [1, 1]
        assert all(pd.Timestamp(moments[0]).date() == FIRST.date() for moments in written)

    def test_a_line_that_somebody_changes_is_written_with_the_total_of_its_customer(self, lines, url):
        lines.store(url, FIRST)
        tab = lines.book.worksheet("Purchases")
        amount = tab.row_values(1).index("Amount") + 1
        was = tab.cell(1000, amount, value_render_option="UNFORMATTED_VALUE").value
        tab.update_cell(1000, amount, float(was) + 1)
        assert lines.store(url, LATER) == {"customers": (0, 1, 0), "purchases": (0, 1, 0)}

    def test_what_counts_the_days_until_today_is_other_tomorrow(self, lines, tmp_path, monkeypatch):
        lines.store(f"sqlite:///{tmp_path / 'crm.db'}", FIRST)
        monkeypatch.setattr(Lines, "day", DAY + timedelta(days=1))
        # Two customers never bought anything: nothing is counted of them.
        assert lines.store(f"sqlite:///{tmp_path / 'crm.db'}", LATER) == {
            "customers": (0, 89, 0),
            "purchases": (0, 0, 0),
        }

    def test_types_and_references_are_the_database_s_own(self, lines, postgres):
        lines.store(postgres, FIRST)
        engine = create_engine(postgres)
        found = inspect(engine)
        types = {(sheet, one["name"]): str(one["type"]) for sheet in SHEETS for one in found.get_columns(sheet)}
        [reference] = found.get_foreign_keys("purchases")
        engine.dispose()
        assert types["purchases", "amount"] == types["purchases", "base"] == types["customers", "total"] == "NUMERIC"
        assert types["purchases", "date"] == types["customers", "last_purchase"] == "DATE"
        assert (types["customers", "orders"], types["customers", "consent"]) == ("BIGINT", "BOOLEAN")
        assert (reference["constrained_columns"], reference["referred_table"]) == (["customer"], "customers")


EDITS = {
    # sheet, which row by its first columns that tell it, header: what a colleague types, what stood there, what arrives
    ("Customers", "BLONP", "Phone"): ("+33 3 88 60 15 31", "88.60.15.31", "+33388601531"),
    ("Customers", "BLONP", "Next follow-up"): (date(1998, 6, 1), "", 35947),
    ("Customers", "BLONP", "Address"): ("24, place Kléber, Straßburg", "24, place Kléber", "24, place Kléber, Straßburg"),
    ("Customers", "ALFKI", "Name"): ("Maria Müller-Lüdenscheidt", "Maria Anders", "Maria Müller-Lüdenscheidt"),
    ("Customers", "ALFKI", "Kind"): ("VIP customer", "", "VIP customer"),
    ("Customers", "BSBEV", "Company"): ("'t Bakkertje", "B's Beverages", "'t Bakkertje"),
    ("Customers", "BSBEV", "Created"): (date(1998, 2, 28), 35303, 35854),
    ("Customers", "WOLZA", "Company"): ("Wolski Zajazd", "Wolski  Zajazd", "Wolski Zajazd"),
    ("Purchases", "10248 Queso Cabrales", "Amount"): (99.95, 168, 99.95),
    ("Purchases", "10250 Manjimup Dried Apples", "Product"): ("Sir Rodney's Scones", "Manjimup Dried Apples", "Sir Rodney's Scones"),
    ("Purchases", "11077 Original Frankfurter grüne Soße", "Quantity"): (3, 2, 3),
    ("Purchases", "11077 Original Frankfurter grüne Soße", "Date"): (date(1998, 5, 5), 35921, 35920),
}  # fmt: skip


class Excel:
    """The exported file in a colleague's hands."""

    def __init__(self, lines, path):
        self.path = path
        export(Sources(lines.gateway, lines.template), list(map(Wish, SHEETS)), path, format_of(None, path), Options())
        self.book = openpyxl.load_workbook(path)
        self.headers = {title: [cell.value for cell in self.book[title][1]] for title in SHEETS.values()}

    def rows(self, title):
        """Customers by their number, order lines by order and product."""
        for row in self.book[title].iter_rows(min_row=2):
            says = dict(zip(self.headers[title], row, strict=True))
            name = row[0].value if title == "Customers" else f"{says['Notes'].value} {says['Product'].value}"
            yield name, says

    def save(self):
        self.book.save(self.path)
        return self.path


@pytest.fixture
def excel(lines, tmp_path):
    return Excel(lines, tmp_path / "lines.xlsx")


def told(done):
    """(id, column) → before and after, of every cell that changed."""
    return {(one.id, change.column): (change.before, change.after) for one in done.outcomes for change in one.changes}


class TestExcel:
    def test_exactly_a_colleagues_edits_arrive(self, lines, excel):
        before, wanted, cells = lines.cells(), {sheet: {} for sheet in SHEETS}, {}
        for sheet, title in SHEETS.items():
            columns = {column.title.say("en"): key for key, column in lines.template.sheets[sheet].columns.items()}
            rows = dict(excel.rows(title))
            place = {row[0]: at for at, row in enumerate(lines.book.worksheet(title).get(), 1) if row}
            header = lines.book.worksheet(title).row_values(1)
            for (tab, name, head), (typed, was, after) in EDITS.items():
                if tab == title:
                    id_ = rows[name][excel.headers[title][0]].value
                    rows[name][head].value = typed
                    wanted[sheet][id_, columns[head]] = (was, after)
                    cells[title, place[id_], header.index(head) + 1] = after
        path = excel.save()

        for sheet in SHEETS:
            would = lines.load(sheet, path, dry_run=True)
            assert (would.added, would.refused, told(would)) == ((), (), wanted[sheet])
        assert lines.cells() == before

        for sheet in SHEETS:
            assert lines.load(sheet, path, dry_run=True) == lines.load(sheet, path)
        assert lines.cells() == before | cells
        assert all(told(lines.load(sheet, path)) == {} for sheet in SHEETS)

    def test_what_is_only_sorted_changes_nothing(self, lines, excel):
        for title in SHEETS.values():
            tab = excel.book[title]
            rows = [[cell.value for cell in row] for row in tab.iter_rows(min_row=2)]
            for at, row in enumerate(reversed(rows), 2):
                for column, value in enumerate(row, 1):
                    tab.cell(at, column).value = value
        path, before = excel.save(), lines.cells()
        for sheet, count in {"customers": 91, "purchases": 2155}.items():
            done = lines.load(sheet, path)
            assert (done.added, done.changed, len(done.same), done.refused) == ((), (), count, ())
        assert lines.cells() == before

    def test_phones_without_a_country_code_stand_in_the_file_as_in_the_sheet_and_are_nothing_new(self, lines, excel):
        assert lines.book.worksheet("Customers").acell("D2").value == "030-0074321"
        phones = {name: says["Phone"].value for name, says in excel.rows("Customers") if name == "ALFKI"}
        assert phones == {"ALFKI": "030-0074321"}
        assert told(lines.load("customers", excel.path)) == {}
        assert lines.book.worksheet("Customers").acell("D2").value == "030-0074321"
