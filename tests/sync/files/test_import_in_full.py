"""What an import tells of every line, by which column it knows rows, what it mends, and how it goes on after it was killed."""

import csv
import io
import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import xlsxwriter

from sheetcrm import sync, testing
from sheetcrm.errors import FileError, NoAnswer, UsageError
from sheetcrm.journal import Journal
from sheetcrm.sheets.gateway import Gateway
from sheetcrm.sync import ImportMap
from sheetcrm.sync.cells import Log, change_cells, taken_back
from sheetcrm.sync.files.outcome import report
from sheetcrm.testing import Fault

from ..shop import SHOP, Office  # noqa: TID252 - beside the tests, which are no package of ours


@pytest.fixture
def load(office, tmp_path):
    """Import that text."""

    def load(text, sheet="customers", mapping=None, *, gateway=None, name="in.csv", **options):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        chosen = ImportMap.model_validate(mapping or {})
        return sync.load(gateway or office.gateway, office.template, sheet, path, mapping=chosen, **options)

    return load


def records(office, sheet="customers"):
    return {row.id: row for row in office.read().extracts[sheet].rows}


TWO = "id,name,email,phone,stage,next\nC001,Ann,ann@x.org,13800138000,lead,2026-01-02\nC002,Bea,bea@x.org,,won,\n"


def test_every_line_is_in_the_report(office, load):
    load(TWO)
    done = load("id,name,email\nC001,Ann Lee,\nC002,Bea,\nC003,=Cem,c@x.org\nC004,Dee,nothing\n")
    assert [(one.line, one.became, one.id) for one in done.outcomes] == [
        (2, "changed", "C001"), (3, "same", "C002"), (4, "added", "C003"), (5, "refused", None),
    ]  # fmt: skip
    assert [(one.column, one.before, one.after) for one in done.outcomes[0].changes] == [("name", "Ann", "Ann Lee")]
    lines = list(csv.DictReader(io.StringIO(report(done, "csv", office.template.context("en")))))
    assert [(one["line"], one["became"], one["before"], one["after"], one["reason"]) for one in lines] == [
        ("2", "changed", "Ann", "Ann Lee", ""), ("3", "same", "", "", ""), ("4", "added", "", "", ""),
        ("5", "refused", "", "", "not_an_email"),
    ]  # fmt: skip
    assert [one["became"] for one in json.loads(report(done, "json", office.template.context("en")))] == [
        "changed",
        "same",
        "added",
        "refused",
    ]
    assert done.remarks == ("1 cell looks like a formula, the first in line 4 (=Cem); it comes in as text",)


def test_the_report_shows_cells_as_the_sheet_does_and_gives_programs_numbers(office, load):
    load(TWO)
    load("id,next,spent\nC001,2026-01-03,1200\n")
    done = load("id,next,spent,vip\nC001,2026-02-28,1500.5,TRUE\n")
    context = office.template.context("en")
    lines = list(csv.DictReader(io.StringIO(report(done, "csv", context))))
    assert [(one["column"], one["before"], one["after"]) for one in lines] == [
        ("next", "2026-01-03", "2026-02-28"), ("spent", "CN¥1,200.00", "CN¥1,500.50"), ("vip", "", "TRUE"),
    ]  # fmt: skip
    changes = json.loads(report(done, "json", context))[0]["changes"]
    assert [(one["before"], one["after"]) for one in changes] == [
        ("2026-01-03", "2026-02-28"), (1200, 1500.5), ("", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "text", "became"),
    [
        pytest.param("phone", "phone,name\n138 0013 8000,Ann Lee\n", "changed", id="a phone, however it is written"),
        pytest.param("E-mail", "email,name\nANN@x.org,Ann\n", "same", id="an address, by the title of the column"),
        pytest.param("email", "email,name\nnew@x.org,Cem\n", "added", id="an address that is new"),
        pytest.param("email", "email,name\n,Cem\n", "no_key", id="a line without one"),
        pytest.param("name", "name,email\nAnn,a@x.org\nAnn,b@x.org\n", "key_twice", id="twice in the file"),
        pytest.param("email", "id,email\nC002,ann@x.org\n", "id_differs", id="the id of another row"),
        pytest.param("email", "id,email\nC002,new@x.org\n", "id_differs", id="an id that is taken"),
    ],
)
def test_rows_are_known_by_another_column(office, load, key, text, became):
    load(TWO)
    done = load(text, key=key)
    last = done.outcomes[-1]
    assert (last.refusal.reason if last.refusal else last.became) == became
    assert set(records(office)) >= {"C001", "C002"}


def test_a_value_of_several_rows_of_the_sheet_tells_none(office, load):
    load(TWO + "C003,Ann,a3@x.org,,won,\n")
    done = load("name,phone\nAnn,13900139000\n", key="name")
    assert [one.reason for one in done.refused] == ["key_not_unique"]


def test_a_column_that_is_not_there_cannot_be_the_key(load):
    with pytest.raises(UsageError, match=r"customers has no column phnoe; did you mean phone\?"):
        load(TWO, key="phnoe")
    with pytest.raises(FileError, match="no column is Phone, by which rows are known again"):
        load("id,name\nC1,Ann\n", key="phone")


SHIFTED = (
    "id,name,street,stage,next\n"
    "C1,Ann,Main St 5,lead,2026-01-02\n"
    "C2,Bea,Rua do Paço, 67,won,2026-01-02\n"
    "C3,Cem,won,2026-01-03\n"
    'C4,"Dee "the" Dog",Elm St,won,2026-01-04\n'
)


def test_shifted_lines_are_mended_where_there_is_one_way(office, load):
    plain = load(SHIFTED, dry_run=True)
    assert [(one.line, one.reason) for one in plain.refused] == [(3, "shifted"), (4, "shifted"), (5, "quotes")]
    done = load(SHIFTED, repair=True)
    assert [(one.line, one.mended) for one in done.mended] == [
        (3, 'C2,Bea,"Rua do Paço, 67",won,2026-01-02'), (5, 'C4,"Dee ""the"" Dog",Elm St,won,2026-01-04'),
    ]  # fmt: skip
    assert [(one.line, one.reason) for one in done.refused] == [(4, "shifted")], "name or street may be missing"
    assert records(office)["C4"].get("name") == 'Dee "the" Dog'
    assert load(SHIFTED, repair=True).changed == ()


@pytest.mark.parametrize(
    ("line", "mended"),
    [
        pytest.param("C1,Ann,ann@x.org,5", "C1,Ann,,ann@x.org,5", id="one blank cell is missing"),
        pytest.param("C1,2026-01-02,ann@x.org,5", None, id="one of two is missing: a name may look like a date"),
        pytest.param("C1,Ann,B,2026-01-02,ann@x.org,5", None, id="two ways to join"),
        pytest.param(
            "C1,Ann, B,2026-01-02,ann@x.org,5", 'C1,"Ann, B",2026-01-02,ann@x.org,5', id="one of them after a comma"
        ),
        pytest.param("C1, Ann,x,y,2026-01-02,ann@x.org,5", None, id="none"),
        pytest.param("C1,Ann,2026-01-02,ann@x.org,lots", None, id="nothing is shifted: a wrong cell is wrong"),
        pytest.param(
            "C1,Ann,2026-01-02,ann@x.org", "C1,Ann,2026-01-02,ann@x.org,", id="only the last cell can be missing"
        ),
    ],
)
def test_what_is_certain_enough_to_mend(load, line, mended):
    text = f"id,name,next,email,spent\nC0,Zoe,2026-01-01,zoe@x.org,5\n{line}\n"
    done = load(text, repair=True, dry_run=True)
    assert [one.mended for one in done.mended] == ([mended] if mended else [])
    assert len(done.refused) == (mended is None)


@pytest.mark.parametrize(
    ("cell", "mapping", "value"),
    [
        pytest.param("1.234,56", {"decimal": ","}, Decimal("1234.56"), id="German"),
        pytest.param("1 234,5 €", {"decimal": ","}, Decimal("1234.5"), id="French, with its sign"),
        pytest.param("1.234", {"decimal": ","}, Decimal(1234), id="a point between thousands"),
        pytest.param("1,234.56", {"decimal": ","}, "not_a_number", id="English, though the mapping says otherwise"),
        pytest.param("1,234.56", {}, Decimal("1234.56"), id="English"),
        pytest.param("1'234.50", {}, "not_a_number", id="Swiss, unsaid"),
        pytest.param("12,50", {}, "decimal_comma", id="a decimal comma, unsaid"),
        pytest.param("NaN", {}, "not_a_number", id="no number by name"),
        pytest.param("inf", {}, "not_a_number", id="endless"),
        pytest.param("１，２３４．５", {}, Decimal("1234.5"), id="full-width"),
    ],
)
def test_numbers_as_people_write_them(load, office, cell, mapping, value):
    done = load(f'id\tname\tspent\nC1\tAnn\t"{cell}"\n', mapping=mapping)
    if isinstance(value, str):
        assert [one.reason for one in done.refused] == [value]
    else:
        assert records(office)["C1"].get("spent") == value


def test_what_may_be_two_numbers_is_refused_where_commas_are_decimal(load):
    done = load('id,name,spent\nC1,Ann,"12,50"\nC2,Bea,"1,234"\nC3,Cem,1.234\nC4,Dee,5\n', dry_run=True)
    assert [(one.line, one.reason) for one in done.refused] == [
        (2, "decimal_comma"), (3, "ambiguous_number"), (4, "ambiguous_number"),
    ]  # fmt: skip
    assert [one.reason for one in load("id;name;spent\nC1;Ann;1.234\n", dry_run=True).refused] == ["ambiguous_number"]


@pytest.mark.parametrize(
    ("cell", "form", "day"),
    [
        pytest.param("2024/1/2", None, "2024-01-02", id="slashes"),
        pytest.param("2024年1月2日", None, "2024-01-02", id="Chinese"),
        pytest.param("1.2.2024", "%d.%m.%Y", "2024-02-01", id="by the format of the mapping"),
        pytest.param("1.2.2024", None, "ambiguous_date", id="the same, unsaid"),
        pytest.param("1.2.24", None, "ambiguous_date", id="two digits for a year"),
        pytest.param("1900-02-29", None, "no_such_day", id="the day that only Excel has"),
    ],
)
def test_dates_as_people_write_them(load, office, cell, form, day):
    columns = {"next": {"from": "next", **({"format": form} if form else {})}}
    done = load(f"id,name,next\nC1,Ann,{cell}\n", mapping={"columns": columns})
    found = [one.reason for one in done.refused] or [str(records(office)["C1"].get("next"))]
    assert found == [day]


def test_what_cannot_be_seen_is_blank_or_stays_in_its_text(load, office):
    done = load("id,name,email,stage,owner\nC1,\u200fAnn,a@x.org,\u200bwon\u200b,\u200b\n")
    row = records(office)["C1"]
    assert (done.refused, row.get("name"), row.get("stage"), row.get("owner")) == ((), "\u200fAnn", "won", None)


def test_an_excel_file_goes_the_same_way(load, office, tmp_path):
    path = tmp_path / "made.xlsx"
    with xlsxwriter.Workbook(str(path)) as made:
        sheet = made.add_worksheet("Customers")
        sheet.write_row(0, 0, ["Customer ID", "Name", "Phone", "Next", "Spent", "VIP"])
        sheet.write_row(1, 0, ["0012", "Ann, Lee", 13800138000])
        sheet.write_number(1, 3, 46024, made.add_format({"num_format": "d.m.yy"}))
        sheet.write_row(1, 4, [12.5, True])
        sheet.write_row(2, 0, ["0013", "Bea"])
        sheet.write_formula(2, 4, "=1/0", None, "#DIV/0!")
        made.add_worksheet("Notes").write(0, 0, "x")
    done = load(path.read_bytes(), name="made.xlsx")
    assert (done.added, [(one.line, one.reason) for one in done.refused]) == (("0012",), [(3, "error_value")])
    row = records(office)["0012"]
    assert (row.get("phone"), str(row.get("next")), row.get("spent"), row.get("vip")) == (
        "+8613800138000", "2026-01-02", Decimal("12.5"), True,
    )  # fmt: skip
    assert load(path.read_bytes(), name="made.xlsx").same == ("0012",)


LONG = "y" * 40_000
ORDERS = "customer,product,amount\n" + "".join(f"C001,{LONG}{n},{n}\n" for n in range(60))
"""Two megabytes: two batches."""


def test_who_asks_is_told_how_far_it_is_batch_by_batch(load):
    load(TWO)
    told = []
    load(ORDERS, "orders", meter=lambda *how_far: told.append(how_far))
    assert [what for what, _done, _of in told] == ["lines written"] * 2
    assert 0 < told[0][1] < told[1][1] == told[1][2] == 60


def test_an_import_is_in_the_journal_and_can_be_taken_back(office, load, tmp_path):
    load(TWO)
    journal = Journal(tmp_path / "journal", office.id)
    work = sync.Work(Log(journal, "import of in.csv", datetime(2026, 1, 1, tzinfo=UTC)), tmp_path / "progress")
    load("id,name,email\nC001,Ann Lee,\nC003,Cem,c@x.org\n", work=work)
    ((_path, write),) = journal.writes()
    assert (write.what, write.stage) == ("import of in.csv", "done")
    change_cells(office.gateway, office.template, taken_back(write.entries))
    rows = records(office)
    assert (set(rows), rows["C001"].get("name")) == ({"C001", "C002"}, "Ann")
    assert list((tmp_path / "progress").iterdir()) == []


DYING = """
import os, signal, sys
from pathlib import Path
import requests
from sheetcrm import sync, testing
from sheetcrm.schema import loader
from sheetcrm.server.adapter import Redirect, mount
from sheetcrm.sheets.gateway import Gateway

folder, url, token, spreadsheet, number, after = Path(sys.argv[1]), *sys.argv[2:]

class Dying(Gateway):
    left = int(number)

    def batch(self, requests, fields="", **options):
        self.left -= bool(requests)
        if self.left == 0 and after == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = super().batch(requests, fields, **options)
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

session = requests.Session()
mount(session, Redirect(url, token))
template = loader.load(folder / "shop.yaml")
work = sync.Work(progress=folder / "progress")
sync.load(Dying(session, spreadsheet), template, "orders", folder / "orders.csv", work=work)
"""


@pytest.mark.parametrize("after", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2])
def test_an_import_that_was_killed_goes_on_where_it_was(shop, tmp_path, number, after):
    (tmp_path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    (tmp_path / "customers.csv").write_text(TWO, encoding="utf-8")
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS, encoding="utf-8")
    with testing.server(http=True) as running:
        office = Office(shop, running)
        office.apply()
        sync.load(office.gateway, shop, "customers", tmp_path / "customers.csv")
        arguments = [tmp_path, running.url, running.token, office.id, number, after]
        died = subprocess.run([sys.executable, "-c", DYING, *map(str, arguments)], check=False, timeout=60)
        assert died.returncode == -signal.SIGKILL
        there = len(office.read().extracts["orders"].rows)
        assert (there == 0) == ((number, after) == (1, "before"))
        done = sync.load(office.gateway, shop, "orders", path, work=sync.Work(progress=tmp_path / "progress"))
        products = [row.get("product") for row in office.read().extracts["orders"].rows]
        assert sorted(products) == sorted(f"{LONG}{n}" for n in range(60))
        assert (len(done.added), len(done.same)) == (60 - there, there)
        assert list((tmp_path / "progress").iterdir()) == []


def lose_the_answer(office):
    office.running.faults.add(Fault("*.batchUpdate", drop="after"))


def test_after_a_lost_answer_it_looks_again_and_writes_nothing_twice(office, load):
    load(TWO)
    lose_the_answer(office)
    done = load(ORDERS, "orders")
    assert (len(done.added), done.misplaced) == (60, ())
    assert len(records(office, "orders")) == 60


def test_people_between_two_pieces_are_seen(office, load):
    load(TWO)

    class Busy(Gateway):
        def batch(self, requests, fields="", **options):
            answer = super().batch(requests, fields, **options)
            if not hasattr(self, "done"):
                self.done = True
                office.tab("Orders").insert_row([], 2)
                office.fill("Orders", [{"Customer ID": "C002", "Product": "Pot", "Amount": 7}])
            return answer

    done = load(ORDERS, "orders", gateway=Busy(office.running.session, office.id))
    products = [row.get("product") for row in office.read().extracts["orders"].rows]
    assert sorted(products) == sorted(["Pot", *(f"{LONG}{n}" for n in range(60))])
    assert len(done.added) == 60


def test_an_import_that_stopped_goes_on_whatever_people_did_to_its_rows(office, load, tmp_path):
    load(TWO)
    work = sync.Work(progress=tmp_path / "progress")

    class Cut(Gateway):
        batches = 0

        def batch(self, requests, fields="", **options):
            self.batches += bool(requests)
            if self.batches >= 2:
                raise NoAnswer("the cable was pulled")
            return super().batch(requests, fields, **options)

    with pytest.raises(NoAnswer):
        load(ORDERS, "orders", gateway=Cut(office.running.session, office.id), work=work)
    there = office.read().extracts["orders"].rows
    assert 0 < len(there) < 60
    office.fill("Orders", [{"Product": "Edited"}], first=there[0].number)
    office.tab("Orders").delete_rows(there[1].number)
    done = load(ORDERS, "orders", work=work)
    products = [row.get("product") for row in office.read().extracts["orders"].rows]
    assert (len(products), products.count("Edited")) == (59, 1), "an edit stays, a row that was deleted stays away"
    assert (len(done.added), len(done.same)) == (60 - len(there), len(there))
    assert list((tmp_path / "progress").iterdir()) == []


def test_rows_without_a_key_of_their_own_come_back_by_the_hidden_id(office, load):
    load(TWO)
    load("customer,product,amount\nC001,Tea,5\nC001,Pot,7\n", "orders")
    ids = [row.id for row in office.read().extracts["orders"].rows]
    done = load(f"_id,customer,product,amount\n{ids[1]},C001,Pot,8\n,C002,Cup,1\n", "orders")
    assert (done.changed, len(done.added)) == ((ids[1],), 1)
    assert records(office, "orders")[ids[1]].get("amount") == Decimal(8)


def test_the_header_may_stand_further_down(load):
    text = "List of customers,\n\nid,name\nC1,Ann\n"
    done = load(text, mapping={"header": 3}, dry_run=True)
    assert [(one.line, one.id) for one in done.outcomes] == [(4, "C1")]
    with pytest.raises(FileError, match="this line names the columns, but it is blank"):
        load(text, mapping={"header": 2}, dry_run=True)


def test_a_tab_of_a_file_that_has_none(load):
    with pytest.raises(FileError, match=r"is not an Excel file \(.xlsx\), and so has no tab Data"):
        load(TWO, tab="Data")
